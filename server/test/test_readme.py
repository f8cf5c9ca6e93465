"""What the README states is what the code does and what was measured."""

import re
from pathlib import Path

import pytest

from app import limits
from app.bodies import MOST_SIGNS
from app.deadlines import LONGEST_EXCHANGE, LONGEST_UPLOAD
from app.images import LARGEST_SIDE, MOST_WEBP_PIXELS
from app.settings import markdown_table
from model.card import figures_table, markdown
from model.files import FOLDER, read_card, version
from model.pipeline import Pipeline
from model.weights import load_pipeline

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    """What stands between two comments of the README."""
    match = re.search(rf"<!-- {name}.*?-->\n(.*?)\n<!-- /{name} -->", README, re.DOTALL)
    assert match, name
    return match[1].strip()


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return load_pipeline("digits")


def test_the_settings_are_those_of_the_code() -> None:
    assert block("settings") == markdown_table().strip()


def test_the_figures_are_those_of_the_model_card() -> None:
    assert block("figures") == figures_table(read_card("digits")["figures"])


def test_the_figures_reach_what_we_promise() -> None:
    figures = read_card("digits")["figures"]
    assert figures["accuracy"]["MNIST test"] >= 0.995
    assert figures["pen_mean"] >= 0.985
    assert figures["pen_worst"] >= 0.97
    assert len(figures["accuracy"]) >= 11
    assert max(figures["calibration_error"].values()) <= 0.01
    accepted = figures["accepted_as_digit"]
    assert accepted["MNIST test"] >= 0.98
    assert accepted["letters (Early_Aramaic)"] <= 0.1
    for name in ("blank paper", "scribble", "crossed out", "overlaid", "side by side", "turned"):
        assert accepted[name] <= 0.05


def test_the_number_of_weights_is_right(pipeline: Pipeline) -> None:
    weights = sum(parameter.numel() for parameter in pipeline.network.parameters())
    stated = re.search(r"six 3×3 convolutions \(four in two steps\), (\d+),000 weights", README)
    assert stated
    assert round(weights / 1000) == int(stated[1])
    assert read_card("digits")["parameters"] == weights


@pytest.mark.parametrize("name", ["digits", "digits-int8"])
def test_the_card_for_people_says_what_the_card_for_programs_says(name: str) -> None:
    assert (FOLDER / f"{name}.md").read_text(encoding="utf-8") == markdown(read_card(name))


def test_eight_bits_are_those_of_what_ships() -> None:
    assert read_card("digits-int8")["version"] == read_card("digits")["version"]


def test_numbers_that_are_named_are_those_of_the_code() -> None:
    readings, *others = (
        limit.split()[0] for limit in (limits.READINGS, limits.BATCHES, limits.CORRECTIONS)
    )
    for said in (
        f"{int(readings):,} readings",
        f"{others[0]} batches, {others[1]} corrections, {limits.EXPORTS.split()[0]} exports",
        f"{MOST_SIGNS:,} commas and opening brackets",
        f"{LARGEST_SIDE:,} pixels along each side",
        f"a WebP {MOST_WEBP_PIXELS / 1e6:g} million",
        f"{LONGEST_UPLOAD:.0f} seconds to come, {LONGEST_EXCHANGE:.0f} until",
        f'"model": "{version(read_card("digits"))}"',
    ):
        assert said in README, said


def test_every_file_that_is_named_exists() -> None:
    root = Path(__file__).resolve().parents[2]
    named = set(re.findall(r"`((?:client|server|scripts|docs)/[\w./-]*)`", README))
    linked = set(re.findall(r"\]\((?!http|#)([^)#]+)", README))
    assert len(named | linked) > 15
    assert [path for path in sorted(named | linked) if not (root / path).exists()] == []


def test_every_script_that_is_named_exists() -> None:
    package = (Path(__file__).resolve().parents[2] / "package.json").read_text(encoding="utf-8")
    for script in set(re.findall(r"npm (?:run )?([\w:]+)", README)):
        assert f'"{script}":' in package

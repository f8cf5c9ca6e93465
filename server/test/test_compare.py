"""The comparison of recipes: a small one trained, a shipped one loaded."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from model import compare, data
from model.compare import BEGIN, END, into_readme, main
from model.errors import ModelError
from model.recipes import RECIPES, Recipe

SERVER = Path(__file__).resolve().parents[1]


@pytest.mark.usefixtures("the_data")
def test_what_is_missing_is_trained_and_all_is_measured(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "model.compare", "--recipes", "digits", "mlp"]
    ended = subprocess.run(
        [*command, "--epochs", "1", "--limit", "20"],
        cwd=SERVER,
        env={**os.environ, "DIGITS_RUNS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    digits, mlp = json.loads((tmp_path / "comparison" / "recipes.json").read_text())
    assert digits["mnist"] > 0.9
    assert digits["pen"] > 0.9
    assert mlp["parameters"] == 784 * 5 + 5 + 5 * 10 + 10
    assert mlp["minutes"] is not None
    # A short run is not what `mlp` stands for from now on.
    assert not (tmp_path / "mlp").exists()
    short = tmp_path / "comparison" / "mlp--epochs=1--limit=20"
    assert (short / "mlp.safetensors").is_file()
    assert "| `mlp` |" in ended.stdout
    assert (tmp_path / "comparison" / "recipes.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("scores", "patience", "interrupted"),
    [
        ([0.5, 0.6], None, True),
        ([0.5, 0.6, 0.7], None, False),
        ([0.6, 0.5], 1, False),
        ([0.6, 0.5], 2, True),
    ],
)
def test_a_run_that_was_stopped_is_gone_on_with(
    scores: list[float],
    patience: int | None,
    interrupted: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = tmp_path / "mlp"
    run.mkdir()
    for name in ("mlp.json", "last.ckpt"):
        (run / name).write_text("{}")
    (run / "log.jsonl").write_text("".join(f'{{"score": {score}}}\n' for score in scores))
    recipe = dataclasses.replace(RECIPES["mlp"], epochs=3)
    monkeypatch.setitem(RECIPES, "mlp", recipe)
    write_run(run, dataclasses.replace(recipe, seed=7), patience=patience)
    trained: list[list[str]] = []
    monkeypatch.setattr("model.files.RUNS", tmp_path)
    monkeypatch.setattr("model.compare.RUNS", tmp_path)
    monkeypatch.setattr("model.train.main", lambda arguments: trained.append(arguments))
    name = compare.trained("mlp", compare.parse([]))
    assert name == (str(run) if interrupted else "mlp")
    assert trained == [["--recipe", "mlp", "--out", str(run), "--resume"]] * interrupted


def write_run(run: Path, recipe: Recipe, **facts: Any) -> None:
    """What a run notes of itself when it begins."""
    (run / "recipe.json").write_text(json.dumps(dataclasses.asdict(recipe)))
    began = {"limit": None, "patience": None, "data": data.checksums(), **facts}
    (run / "run.json").write_text(json.dumps(began))


@pytest.mark.parametrize(
    ("settings", "facts", "named"),
    [
        ({"epochs": 1}, {}, "another epochs"),
        ({}, {"limit": 60}, "another limit"),
        ({}, {"data": {"mine.csv": "0"}}, "another data"),
        ({}, {"start": "mlp 1.0.0, epoch 3"}, "another start"),
        ({}, {"taught_by": {"runs/digits": "0"}}, "another teachers"),
        ({"learning_rate": 1.0}, {"limit": 60}, "another learning_rate and limit"),
    ],
)
def test_a_run_of_other_data_or_settings_does_not_stand_for_its_recipe(
    settings: dict[str, Any],
    facts: dict[str, Any],
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = tmp_path / "mlp"
    run.mkdir()
    (run / "mlp.json").write_text("{}")
    write_run(run, dataclasses.replace(RECIPES["mlp"], **settings), **facts)
    monkeypatch.setattr("model.files.RUNS", tmp_path)
    monkeypatch.setattr("model.compare.RUNS", tmp_path)
    assert main(["--recipes", "mlp", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{run} is not what mlp by itself is")
    assert named in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--epochs", "1"], "whole runs"), (["--recipes", "lenet"], "all recipes")],
)
def test_the_readme_gets_the_whole_table_of_whole_runs(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--readme", *arguments])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_the_table_goes_where_the_readme_has_a_place_for_it(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    into_readme("new", readme)
    assert readme.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    readme.write_text("nothing")
    with pytest.raises(ModelError):
        into_readme("new", readme)

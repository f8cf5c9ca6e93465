"""What ships reads what only people draw who draw in the page: no digit of our data is like it."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from model import page
from model.data import Points
from model.manners import MANNERS
from model.pipeline import Pipeline
from model.render import bounds, draw_strokes, fit
from model.samples import WRITING
from model.weights import load_pipeline

SHEET = 384
"""Pixels of the page's sheet."""

PAGE = Path(__file__).resolve().parents[2] / "client" / "src" / "canvas"


def numbers_of_the_page(file: str, name: str) -> list[float]:
    """Numbers that a file of the page's source gives a name."""
    source = (PAGE / file).read_text(encoding="utf-8")
    return [float(number) for number in re.findall(rf"\b{name}(?: =|:) ([\d.]+)", source)]


PENS = [int(pixels) for pixels in numbers_of_the_page("pen.ts", "pixels")]
"""Widths that the page offers, in pixels of the sheet."""

(SIDE_POSTED,) = map(int, numbers_of_the_page("picture.ts", "PICTURE_SIDE"))
(MARGIN,) = numbers_of_the_page("part.ts", "MARGIN")


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return load_pipeline("digits")


def assert_is_read(
    pipeline: Pipeline, strokes: Sequence[Points], digit: int, pen: float, *, times: int = 6
) -> None:
    """It is read in different places and sizes, and is a digit in all of them."""
    low, high = bounds(strokes)
    for place in range(times):
        rng = np.random.default_rng((digit, place, int(pen)))
        side = rng.uniform(0.45, 0.65) * SHEET
        room = (SHEET - pen - side * (high - low) / (high - low).max()) / 2
        centre = SHEET / 2 + rng.uniform(-0.8, 0.8, 2) * room
        drawn = draw_strokes(fit(strokes, side, centre), SHEET, pen)
        for grey in (1 - drawn, 1 - as_posted(drawn)):
            with torch.inference_mode():
                found = pipeline(torch.from_numpy(grey)[None, None])
            where = f"{digit}, pen {pen}, {side:.0f} pixels at {centre.round()} of {len(grey)}"
            assert int(found.probabilities.argmax()) == digit, where
            assert float(found.is_digit) > 0.5, where


@pytest.mark.parametrize("pen", PENS[2:])
@pytest.mark.parametrize("side", [0.1, 0.3, 0.6])
def test_a_block_of_scribbles_is_ink_and_no_digit(
    pipeline: Pipeline, side: float, pen: int
) -> None:
    across = np.tile([0.0, 1.0], 5)[:9]
    scribble = np.stack([across, np.linspace(0, 1, 9)], axis=1)
    sheet = draw_strokes([scribble * side * SHEET + SHEET / 5], SHEET, pen)
    for grey in (1 - sheet, 1 - as_posted(sheet)):
        with torch.inference_mode():
            found = pipeline(torch.from_numpy(grey)[None, None])
        left, _, right, _ = found.box[0].tolist()
        assert right > left
        assert float(found.is_digit) < 0.5


@pytest.mark.parametrize("lined", [False, True])
def test_paper_with_nothing_on_it_is_no_digit(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, lined: bool
) -> None:
    """Plain, ruled or squared, but for shadows: the edge of one can be a one."""
    monkeypatch.setattr(page, "shadow", lambda size, _: np.zeros((size, size), np.float32))
    for i in range(60):
        rng = np.random.default_rng(i)
        sheet = np.ones((224, 224), np.float32)
        sheet = page.photographed(page.on_lined_paper(sheet, 110, rng) if lined else sheet, rng)
        with torch.inference_mode():
            found = pipeline(torch.from_numpy(sheet)[None, None])
        assert float(found.is_digit) < 0.5, i


def as_posted(sheet: NDArray[np.float32]) -> NDArray[np.float32]:
    """The part of a sheet that the page posts, as it does (`picture.ts`, `part.ts`)."""
    rows, columns = np.nonzero(sheet)
    low, high = np.array([columns.min(), rows.min()]), np.array([columns.max(), rows.max()]) + 1
    reach = (1 / 2 + MARGIN) * (high - low).max()
    edges = np.concatenate([(low + high) / 2 - reach, (low + high) / 2 + reach])
    room = SHEET  # of paper on each side, where the part reaches beyond the sheet
    image = Image.fromarray(np.pad(sheet, room)).resize(
        (SIDE_POSTED, SIDE_POSTED), Image.Resampling.BOX, box=tuple(edges + room)
    )
    return np.asarray(image)


def test_the_pens_are_found() -> None:
    assert len(PENS) >= 5
    assert max(PENS) >= 40


@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize("digit", range(10))
def test_digits_of_all_the_pages_pens_are_digits(pipeline: Pipeline, digit: int, pen: int) -> None:
    assert_is_read(pipeline, WRITING[digit], digit, pen)


@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize("slant", [-0.3, 0.0, 0.3])
def test_a_one_as_straight_as_a_mouse_draws_it_is_a_one(
    pipeline: Pipeline, slant: float, pen: int
) -> None:
    assert_is_read(pipeline, [np.array([[0.0, 1.0], [slant, 0.0]])], 1, pen, times=4)


@pytest.mark.parametrize("pen", PENS[:-1])  # the broadest leaves little of what is around it
@pytest.mark.parametrize("reach", [0.4, 0.55])
def test_a_zero_with_a_slash_is_a_zero(pipeline: Pipeline, reach: float, pen: int) -> None:
    low, high = bounds(WRITING[0])
    half = (high - low) * (reach, -reach)
    slash = np.array([(low + high) / 2 - half, (low + high) / 2 + half])
    assert_is_read(pipeline, [*WRITING[0], slash], 0, pen)


@pytest.mark.parametrize("name", MANNERS)
def test_digits_are_read_in_every_manner_of_writing(pipeline: Pipeline, name: str) -> None:
    manner, least, most = MANNERS[name]
    digits = np.repeat(np.arange(10), 12)
    drawn = []
    for i, digit in enumerate(digits.tolist()):
        rng = np.random.default_rng((digit, i))
        strokes = manner(WRITING[digit], least + 0.6 * (most - least), rng)
        placed = fit(strokes, 0.55 * SHEET, np.full(2, SHEET / 2))
        drawn.append(1 - draw_strokes(placed, SHEET, PENS[1 + i % 3]))
    with torch.inference_mode():
        found = pipeline(torch.from_numpy(np.stack(drawn))[:, None])
    read = (found.probabilities.argmax(1).numpy() == digits) & (found.is_digit.numpy() > 0.5)
    assert read.mean() >= 0.95, digits[~read]

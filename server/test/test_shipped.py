"""What ships reads what only people draw who draw in the page: no digit of our data is like it."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from model.data import Points
from model.pipeline import Pipeline
from model.render import bounds, draw_strokes, fit
from model.samples import WRITING
from model.weights import load_pipeline

SHEET = 384
"""Pixels of the page's sheet."""

PAGE = Path(__file__).resolve().parents[2] / "client" / "src" / "canvas" / "pen.ts"

PENS = [int(pixels) for pixels in re.findall(r"pixels: (\d+)", PAGE.read_text(encoding="utf-8"))]
"""Widths that the page offers, in pixels of the sheet."""


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
        drawn = 1 - draw_strokes(fit(strokes, side, centre), SHEET, pen)
        with torch.inference_mode():
            found = pipeline(torch.from_numpy(drawn)[None, None])
        where = f"{digit}, pen {pen}, {side:.0f} pixels at {centre.round()}"
        assert int(found.probabilities.argmax()) == digit, where
        assert float(found.is_digit) > 0.5, where


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

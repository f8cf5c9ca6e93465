"""Ink: whatever the paper, a stroke is 1 and paper is 0."""

import numpy as np
import pytest
import torch
from pictures import rectangle, seven, stacked

from model.ink import Ink, soft_peak

ink_of = Ink()
BOX = (40, 30, 50, 70)
STROKE = rectangle((100, 120), BOX)


@pytest.mark.parametrize(
    ("ink", "paper"),
    [(0.0, 1.0), (1.0, 0.0), (0.2, 0.6), (0.8, 0.5), (0.9, 1.0), (0.1, 0.0), (0.0, 0.1)],
)
def test_a_stroke_is_full_ink_on_paper_of_any_brightness(ink: float, paper: float) -> None:
    found, drawn = ink_of(stacked(rectangle((100, 120), BOX, ink, paper)))
    assert drawn.tolist() == [1]
    expected = 1 - stacked(STROKE)
    assert torch.allclose(found, expected, atol=0.02)


@pytest.mark.parametrize("brightness", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("size", [(1, 1), (28, 28), (384, 200)])
def test_empty_paper_has_no_ink(brightness: float, size: tuple[int, int]) -> None:
    found, drawn = ink_of(stacked(np.full(size, brightness, np.float32)))
    assert drawn.tolist() == [0]
    assert found.max() == 0


def test_empty_paper_with_grain_and_uneven_light_has_no_ink() -> None:
    generator = np.random.default_rng(0)
    y, x = np.mgrid[0:300, 0:400] / 400
    light = 0.8 - 0.3 * x - 0.1 * y
    paper = (light + generator.normal(0, 0.02, light.shape)).astype(np.float32)
    _, drawn = ink_of(stacked(paper))
    assert drawn.tolist() == [0]


def test_light_that_falls_off_across_the_paper_leaves_no_ink_in_the_dark_corner() -> None:
    y, x = np.mgrid[0:240, 0:240] / 240
    light = (0.95 - 0.5 * x - 0.2 * y * y).astype(np.float32)
    stroke = rectangle((240, 240), (100, 60, 120, 180))
    found, _ = ink_of(stacked(light * (0.2 + 0.8 * stroke)))
    assert torch.allclose(found, 1 - stacked(stroke), atol=0.07)


def test_grain_is_taken_off_the_paper_but_not_the_stroke() -> None:
    generator = np.random.default_rng(1)
    picture = rectangle((200, 200), (90, 40, 110, 160), ink=0.2, paper=0.8)
    grainy = (picture + generator.normal(0, 0.03, picture.shape)).astype(np.float32)
    found, _ = ink_of(stacked(grainy))
    is_stroke = stacked(picture) < 0.5
    assert found[is_stroke].mean() > 0.9
    assert found[~is_stroke].max() < 0.25


def test_a_picture_does_not_depend_on_the_others_in_its_batch() -> None:
    pictures = stacked(seven(), 1 - seven(), 0.5 + 0.5 * seven())
    together, _ = ink_of(pictures)
    for one, expected in zip(torch.split(pictures, 1), torch.split(together, 1), strict=True):
        assert torch.allclose(ink_of(one)[0], expected, atol=1e-4)


def test_the_soft_peak_of_equal_values_is_that_value() -> None:
    values = torch.zeros(1, 4, 4)
    values[..., :2] = 0.7
    assert soft_peak(values).item() == pytest.approx(0.7)

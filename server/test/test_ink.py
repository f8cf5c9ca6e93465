"""Ink: whatever the paper, a stroke is 1 and paper is 0."""

import numpy as np
import pytest
import torch
from pictures import rectangle, seven, stacked

from model.ink import Ink, soft_peak
from model.page import rules, shadow

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


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("darkness", [0.2, 0.3, 0.5])
@pytest.mark.parametrize("seed", range(4))
def test_rules_of_the_paper_are_taken_off_however_they_slant(
    seed: int, darkness: float, squared: bool
) -> None:
    lines = rules(240, 50, 3, np.random.default_rng(seed), squared)
    stroke = rectangle((240, 240), (110, 60, 130, 180))
    grey = 0.8 * np.minimum(stroke * 0.9 + 0.1, 1 - darkness * lines)
    found, drawn = ink_of(stacked(grey))
    assert drawn.tolist() == [1]
    is_stroke = stacked(stroke) < 0.5
    assert found[is_stroke].mean() > 0.95
    assert found[~is_stroke].max() < 0.1


def test_what_is_fainter_than_the_rest_and_reaches_no_edge_is_ink() -> None:
    picture = np.minimum(
        rectangle((200, 200), (60, 40, 70, 160)), rectangle((200, 200), (130, 40, 140, 160), 0.6)
    )
    found, _ = ink_of(stacked(picture))
    assert found[0, 100, 135] == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize(
    "box", [(0, 90, 200, 110), (90, 0, 110, 120), (40, 0, 160, 20), (10, 0, 190, 12)]
)
def test_a_stroke_that_ends_at_the_edges_or_lies_along_one_stays(
    box: tuple[int, int, int, int], turns: int
) -> None:
    stroke = stacked(np.ascontiguousarray(np.rot90(rectangle((200, 200), box), turns)))
    for picture in (stroke, 1 - stroke):
        found, drawn = ink_of(picture)
        assert drawn.tolist() == [1]
        assert torch.allclose(found, 1 - stroke, atol=0.02)


def test_what_is_faint_stays_beside_a_stroke_from_edge_to_edge() -> None:
    dark, faint = (0, 90, 200, 110), (60, 140, 70, 180)
    picture = np.minimum(rectangle((200, 200), dark), rectangle((200, 200), faint, 0.5))
    found, _ = ink_of(stacked(picture))
    assert found[0, 160, 65] == pytest.approx(0.5, abs=0.02)


def test_the_edge_of_a_shadow_is_no_ink() -> None:
    stroke = rectangle((240, 240), (110, 60, 130, 180))
    for seed in range(6):
        light = 0.9 * (1 - 0.4 * shadow(240, np.random.default_rng(seed)))
        found, _ = ink_of(stacked(light * (0.1 + 0.9 * stroke)))
        is_stroke = stacked(stroke) < 0.5
        assert found[is_stroke].mean() > 0.9
        assert found[~is_stroke].max() < 0.15


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("wide", [10, 30, 60])
def test_a_dark_table_beside_the_paper_is_no_ink(wide: int, turns: int) -> None:
    stroke = rectangle((240, 240), (120, 60, 140, 180))
    with_table = np.minimum(stroke * 0.7 + 0.1, rectangle((240, 240), (0, 0, wide, 240), 0.3))
    found, _ = ink_of(stacked(np.ascontiguousarray(np.rot90(with_table, turns))))
    found = torch.rot90(found, -turns, (1, 2))
    is_stroke = stacked(stroke) < 0.5
    assert found[is_stroke].mean() > 0.9
    assert found[~is_stroke].max() < 0.1


def test_black_beside_the_paper_hides_no_stroke() -> None:
    stroke = rectangle((240, 240), (120, 60, 140, 180))
    for wide in (2, 5, 13, 24):
        beside = np.minimum(stroke, rectangle((240, 240), (240 - wide, 0, 240, 240), 0.02))
        found, drawn = ink_of(stacked(beside))
        assert drawn.tolist() == [1]
        assert found[stacked(stroke) < 0.5].mean() > 0.9


def test_a_picture_does_not_depend_on_the_others_in_its_batch() -> None:
    pictures = stacked(seven(), 1 - seven(), 0.5 + 0.5 * seven())
    together, _ = ink_of(pictures)
    for one, expected in zip(torch.split(pictures, 1), torch.split(together, 1), strict=True):
        assert torch.allclose(ink_of(one)[0], expected, atol=1e-4)


def test_the_soft_peak_of_equal_values_is_that_value() -> None:
    values = torch.zeros(1, 4, 4)
    values[..., :2] = 0.7
    assert soft_peak(values).item() == pytest.approx(0.7)

"""Normalize: the ink's box scaled to 20 pixels, its centre of mass in the middle of 28×28."""

import numpy as np
import pytest
import torch
from pictures import rectangle, stacked

from model.normalize import Normalize

normalize = Normalize()


def ink(size: tuple[int, int], box: tuple[int, int, int, int]) -> torch.Tensor:
    return stacked(rectangle(size, box, ink=1.0, paper=0.0))


@pytest.mark.parametrize(
    "box",
    [(10, 20, 30, 60), (0, 0, 20, 40), (80, 60, 100, 100), (0, 0, 100, 100), (50, 50, 51, 51)],
)
def test_the_box_is_where_the_ink_is(box: tuple[int, int, int, int]) -> None:
    _, found, _ = normalize(ink((100, 100), box))
    assert found.tolist() == [list(map(float, box))]


def test_without_ink_the_box_and_the_digit_are_empty() -> None:
    digit, box, _ = normalize(torch.zeros(1, 50, 60))
    assert box.tolist() == [[0, 0, 0, 0]]
    assert digit.max() == 0


@pytest.mark.parametrize("scale", [1, 2, 5, 13])
@pytest.mark.parametrize("place", [(0, 0), (3, 1)])
def test_an_upright_bar_becomes_20_pixels_high_and_centred_at_any_size_and_place(
    scale: int, place: tuple[int, int]
) -> None:
    left, top = place[0] * scale, place[1] * scale
    box = (left, top, left + 4 * scale, top + 20 * scale)
    digit, *_ = normalize(ink((30 * scale, 40 * scale), box))
    expected = torch.zeros(28, 28)
    expected[4:24, 12:16] = 1
    # A scaled-down edge is antialiased; well inside and outside it nothing differs.
    assert torch.allclose(digit[0, 0, 6:22, 13:15], expected[6:22, 13:15], atol=0.02)
    assert digit[0, 0, :3].max() == pytest.approx(0, abs=0.02)
    assert digit[0, 0, :, 18:].max() == pytest.approx(0, abs=0.02)
    assert digit.sum().item() == pytest.approx(80, rel=0.05)


@pytest.mark.parametrize("scale", [1, 3, 10])
def test_the_frame_is_what_the_digit_shows(scale: int) -> None:
    bar = (7 * scale, 2 * scale, 11 * scale, 22 * scale)
    digit, _, frame = normalize(ink((40 * scale, 30 * scale), bar))
    # The bar's middle, and fourteen times a twentieth of its height to every side.
    expected = [9 * scale - 14 * scale, 12 * scale - 14 * scale, 23 * scale, 26 * scale]
    assert frame[0].tolist() == pytest.approx(expected, abs=1e-3)
    assert digit[0, 0, 4:24, 12:16].min() > 0.5


def test_a_picture_in_mnists_own_form_is_not_changed() -> None:
    picture = rectangle((28, 28), (12, 4, 16, 24), ink=1.0, paper=0.0)
    digit, *_ = normalize(stacked(picture))
    assert torch.allclose(digit[0, 0], torch.from_numpy(picture), atol=1e-5)


def test_the_centre_of_mass_not_the_box_is_centred() -> None:
    picture = rectangle((200, 200), (40, 40, 50, 140), ink=1.0, paper=0.0)
    picture[130:140, 40:140] = 1
    digit, *_ = normalize(stacked(picture))
    position = torch.arange(28) + 0.5
    for axis in (0, 1):
        centre = (digit[0, 0].sum(axis) * position).sum() / digit.sum()
        assert centre.item() == pytest.approx(14, abs=0.1)


def test_a_hairline_comes_out_as_dark_as_a_felt_tip() -> None:
    for width in (2, 40):
        left = 192 - width // 2
        digit, *_ = normalize(ink((384, 384), (left, 40, left + width, 340)))
        assert digit.max() > 0.95


def test_the_aspect_is_kept() -> None:
    digit, *_ = normalize(ink((300, 300), (20, 20, 220, 120)))
    inked = (digit[0, 0] > 0.5).numpy()
    assert np.flatnonzero(inked.any(0)).size == 20
    assert np.flatnonzero(inked.any(1)).size == 10

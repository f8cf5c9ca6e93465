"""Digits on pages: what stands beside them, and what a scanner makes of them."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pictures import Grey

from model import page
from model.data import Images, Letter
from model.page import cut_out, on_lined_paper, pasted, rules, shadow
from model.prepare import NO_DIGIT, Prepared, letters, pages, with_ink

TWO = np.zeros((28, 28), np.uint8)
"""Something that is broad above and below, with room around it."""
TWO[6:9, 10:20] = TWO[9:20, 14:17] = TWO[20:23, 8:20] = 255

BAR = np.zeros((28, 28), np.uint8)
BAR[4:24, 13:15] = 255


def test_a_digit_stands_in_the_middle_of_its_page_and_neighbours_beside_it() -> None:
    sides = 0
    for i in range(60):
        coverage, low, high = pasted(TWO, [BAR, BAR], np.random.default_rng(i))
        size = len(coverage)
        assert coverage.shape == (size, size)
        assert 0 <= coverage.min() < coverage.max() <= 1
        assert (low + high).tolist() == pytest.approx([size, size])
        width, height = high - low
        assert width / height == pytest.approx(12 / 17), "the box of the ink"
        left, top, right, bottom = (round(x) for x in (*low, *high))
        assert coverage[top : bottom + 1, left : right + 1].sum() > 0.2 * width * height
        gap = round(0.04 * float(max(width, height)))
        assert not coverage[:, left - gap : left - 1].any(), "neighbours keep their distance"
        sides += bool(coverage[:, : left - gap].any()) + bool(coverage[:, right + gap :].any())
    assert 50 < sides < 110


def test_a_picture_without_ink_can_be_pasted() -> None:
    coverage, _, _ = pasted(np.zeros_like(TWO), [TWO, TWO], np.random.default_rng(0))
    assert np.isfinite(coverage).all()


def cuts(seeds: int) -> list[NDArray[np.float32]]:
    rngs = [np.random.default_rng((1, i)) for i in range(seeds)]
    return [cut_out(*pasted(TWO, [BAR, TWO], rng), rng) for rng in rngs]


def test_what_is_cut_out_is_dark_on_light_and_of_many_kinds() -> None:
    pictures = cuts(80)
    for picture, again in zip(pictures, cuts(80), strict=True):
        assert picture.dtype == np.float32
        assert min(picture.shape) > (8 if max(picture.shape) > 96 else 4)
        assert 0 <= picture.min() < picture.max() <= 1
        assert (picture == again).all(), "the same page every time"
    assert min(max(picture.shape) for picture in pictures) < 60, "some are coarse"
    assert max(max(picture.shape) for picture in pictures) > 100, "others fine"
    contrasts = [float(np.ptp(picture)) for picture in pictures]
    assert min(contrasts) < 0.5 < 0.95 < max(contrasts), "faded ink, and black on white"


def test_cutting_out_leaves_the_page_as_it_is() -> None:
    for i in range(40):
        rng = np.random.default_rng(i)
        coverage, low, high = pasted(TWO, [BAR, BAR], rng)
        before = coverage.copy()
        cut_out(coverage, low, high, rng)
        assert (coverage == before).all()


def test_what_shines_through_is_faint_and_mirrored() -> None:
    written = np.zeros((100, 100), np.float32)
    written[40:60, 40:44] = 1
    written[56:60, 44:60] = 1  # an L, which is no mirror image of itself

    def likeness(through: Grey, other: Grey) -> float:
        """Wherever the one lies on the other."""
        spectrum = np.fft.fft2(through) * np.fft.fft2(other).conj()
        return float(np.fft.ifft2(spectrum).real.max())

    for i in range(20):
        through = page._other_side(written, 30, np.random.default_rng(i))
        assert 0 < through.max() < 0.31
        assert likeness(through, written[:, ::-1]) > 1.05 * likeness(through, written)


@pytest.mark.parametrize("squared", [False, True])
def test_rules_reach_across_the_whole_sheet(squared: bool) -> None:
    for i in range(10):
        lines = rules(200, 40, 2, np.random.default_rng(i), squared) > 0.5
        across, down = lines.mean(1), lines.mean(0)
        assert lines.any(0).all(), "every column meets one"
        assert lines.any(1).all() == squared
        for shares in (across, down) if squared else (down,):
            # Five of two pixels on 200, and where the sheet is squared what crosses them.
            assert 0.03 < np.median(shares) < 0.12


def test_lined_paper_is_darker_where_its_lines_are_and_nowhere_lighter() -> None:
    written = 1 - pasted(TWO, [BAR, BAR], np.random.default_rng(0))[0]
    for i in range(10):
        lined = on_lined_paper(written, 60, np.random.default_rng(i))
        assert (lined <= written).all()
        assert 0.02 < (written - lined).max() < 0.7


def test_a_shadow_lies_on_a_part_of_the_picture() -> None:
    for i in range(20):
        shaded = shadow(100, np.random.default_rng(i))
        assert 0 <= shaded.min() < 0.2 < 0.8 < shaded.max() <= 1


def test_digits_on_pages_keep_their_labels() -> None:
    pictures = np.stack([TWO, BAR] * 10)
    images = Images(pictures, np.array([2, 1] * 10))
    drawn = pages(images, 12, (0,))
    assert drawn.pictures.shape == (12, 28, 28)
    widths = [np.ptp(np.flatnonzero((picture > 128).any(0))) for picture in drawn.pictures]
    # Neighbours and rules are in the way of some.
    assert np.median([w for w, y in zip(widths, drawn.labels, strict=True) if y == 2]) > 8
    assert set(drawn.labels) == {1, 2}


def test_letters_are_the_same_beside_those_on_pages() -> None:
    drawing = np.full((105, 105), 255, np.uint8)
    drawing[20:80, 50:54] = drawing[76:80, 20:80] = 0
    drawn = [Letter("Nowhere", i, drawing) for i in range(8)]
    clean, some, all_of_them = (
        letters(drawn, (0,), 1, (3,), on_pages=share).pictures for share in (0, 0.5, 1)
    )
    changed = (clean != some).any((1, 2))
    assert 0 < changed.sum() < 8
    assert (some[changed] == all_of_them[changed]).all()


def test_what_has_no_ink_is_left_out() -> None:
    pictures = np.stack([TWO, np.zeros_like(TWO), BAR])
    kept = with_ink(Prepared(pictures, np.array([2, 7, NO_DIGIT])))
    assert kept.labels.tolist() == [2, NO_DIGIT]
    assert (kept.pictures == pictures[[0, 2]]).all()

"""Other hands, other habits, and what is no digit: strokes that are drawn for training."""

import numpy as np
import pytest

from model import outliers
from model.data import PenDigit, Points
from model.prepare import NO_DIGITS, draw_cut_out, draw_no_digit, draw_varied
from model.render import draw_strokes
from model.robustness import HARMS, Harm
from model.variation import in_another_habit, pressures, vary

STEM = np.stack([np.full(20, 0.5), np.linspace(0, 1, 20)], axis=1)
"""A plain one."""

BAR = np.stack([np.linspace(0, 0.6, 10), np.zeros(10)], axis=1)
SLANT = np.stack([np.linspace(0.6, 0.2, 20), np.linspace(0, 1, 20)], axis=1)
SEVEN = np.concatenate([BAR, SLANT])

AROUND = np.linspace(0, 2 * np.pi, 24)
HEAD = np.stack([0.3 + 0.3 * np.cos(AROUND), 0.25 - 0.25 * np.sin(AROUND)], axis=1)
TAIL = np.stack([np.full(16, 0.6), np.linspace(0.25, 1, 16)], axis=1)
NINE = np.concatenate([HEAD, TAIL])
"""A round head, then straight down at its right."""

ZERO = np.stack([0.3 + 0.3 * np.cos(AROUND), 0.5 - 0.5 * np.sin(AROUND)], axis=1)


def habits(label: int, strokes: list[Points]) -> list[list[Points]]:
    return [in_another_habit(label, strokes, np.random.default_rng(i)) for i in range(200)]


def test_sevens_are_sometimes_crossed_in_the_middle_of_their_stem() -> None:
    written = habits(7, [SEVEN])
    crossed = [strokes for strokes in written if len(strokes) == 2]
    assert 0.15 < len(crossed) / len(written) < 0.45
    for seven, bar in crossed:
        assert (seven == SEVEN).all()
        (left, y1), (right, y2) = bar.tolist()
        height = (y1 + y2) / 2
        assert 0.35 < height < 0.7
        stem = 0.6 - 0.4 * height
        assert left < stem < right


def test_zeros_sometimes_get_a_slash_through_their_middle() -> None:
    written = habits(0, [ZERO])
    slashed = [strokes for strokes in written if len(strokes) == 2]
    assert 0.2 < len(slashed) / len(written) < 0.4
    for zero, slash in slashed:
        assert (zero == ZERO).all()
        assert slash.mean(0).tolist() == pytest.approx([0.3, 0.5], abs=0.15)
        assert slash[0, 0] < slash[1, 0]
    forward = [slash[1, 1] < slash[0, 1] for _, slash in slashed]
    assert 0.6 < np.mean(forward) < 0.95, "most from the lower left to the upper right"
    lengths = [np.ptp(slash[:, 1]) for _, slash in slashed]
    assert min(lengths) < 0.6, "some stay within the zero"
    assert max(lengths) > 1, "some end beyond it"


def test_ones_sometimes_get_an_up_stroke_that_ends_at_their_top() -> None:
    longer = [strokes for strokes in habits(1, [STEM]) if len(strokes) == 2]
    assert longer
    for up_stroke, stem in longer:
        assert (stem == STEM).all()
        assert up_stroke[-1].tolist() == [0.5, 0]
        assert 0 < up_stroke[0, 1] < 1
    # They come from the lower left, but for the hook with which some begin.
    assert np.mean([up_stroke[0, 0] < 0.45 for up_stroke, _ in longer]) > 0.8


def test_nines_sometimes_get_a_smaller_head_above_the_same_tail() -> None:
    written = [strokes[0] for strokes in habits(9, [NINE])]
    changed = [nine for nine in written if len(nine) < len(NINE) or (nine != NINE).any()]
    assert 0.15 < len(changed) / len(written) < 0.45
    for nine in changed:
        # The stem's end and the right edge stay where they are.
        assert nine[-1].tolist() == pytest.approx([0.6, 1])
        assert nine[:, 0].max() == pytest.approx(0.6)
        assert nine[:, 1].min() == pytest.approx(0, abs=0.02)
        head = nine[nine[:, 0] < 0.5]
        assert np.ptp(head[:, 1]) < 0.5
    assert min(np.ptp(nine[:, 0]) for nine in changed) < 0.6 * np.ptp(NINE[:, 0])
    assert len({len(nine) for nine in changed}) > 2, "some heads are open"


@pytest.mark.parametrize("label", [2, 3, 4, 5, 6, 8])
def test_other_digits_stay_as_they_were_written(label: int) -> None:
    assert all(len(strokes) == 1 for strokes in habits(label, [SEVEN]))


def test_what_was_crossed_already_is_not_crossed_again() -> None:
    assert all(len(strokes) == 2 for strokes in habits(7, [SEVEN, BAR + 0.5]))


def test_no_two_hands_write_the_same() -> None:
    first, again, other = (vary([SEVEN], np.random.default_rng(i)) for i in (0, 0, 1))
    assert (first[0] == again[0]).all()
    assert not np.allclose(first[0], other[0], atol=0.02)


TURNS = np.linspace(0, 4 * np.pi, 80)
SPIRAL = PenDigit(6, 1, (np.stack([np.cos(TURNS), np.sin(TURNS)], axis=1) * TURNS[:, None],))
"""The fewer straight lines it is drawn with, the fewer of its inner turns are left."""

DIGITS = [PenDigit(7, 1, (SEVEN,)), PenDigit(4, 1, (SEVEN, STEM)), PenDigit(9, 2, (SEVEN[::-1],))]


@pytest.mark.parametrize("kind", NO_DIGITS)
def test_each_kind_of_what_is_no_digit_is_drawn_anew_each_time(kind: str) -> None:
    drawn = [draw_no_digit((0, i), kind, DIGITS) for i in range(6)]
    for picture in drawn:
        assert picture.ndim == 2
        assert picture.min() >= 0
        assert picture.max() <= 1
        # There is something on it.
        assert np.ptp(picture) > 0.1
    assert len({picture.tobytes() for picture in drawn}) == 6
    assert (draw_no_digit((0, 3), kind, DIGITS) == drawn[3]).all()


def test_a_digit_that_is_one_in_every_way_is_not_turned() -> None:
    with pytest.raises(ValueError, match="whichever way"):
        outliers.turned([STEM], 8, np.random.default_rng(0))


def test_a_turned_seven_is_never_upright() -> None:
    for i in range(40):
        stroke = outliers.turned([SEVEN], 7, np.random.default_rng(i))[0]
        bar, stem = stroke[9] - stroke[0], stroke[-1] - stroke[10]
        upright = bar[0] > abs(bar[1]) and stem[1] > abs(stem[0])
        assert not upright


def test_drawings_differ_in_size_pen_and_place() -> None:
    drawn = [draw_varied([SEVEN], np.random.default_rng(i)) for i in range(30)]
    assert len({len(picture) for picture in drawn}) >= 3
    ink = [float((1 - picture).mean()) for picture in drawn]
    assert max(ink) > 4 * min(ink)


def test_drawings_go_from_hairlines_to_pens_that_almost_fill_the_digit() -> None:
    shares = []
    for i in range(200):
        ink = draw_varied([STEM], np.random.default_rng(i)) < 0.5
        if ink.any():
            rows, columns = ink.any(1).sum(), ink.any(0).sum()
            shares.append(columns / rows)
    assert min(shares) < 0.03
    assert max(shares) > 0.2


def test_a_pen_presses_more_and_less_hard() -> None:
    flat = pressed = 0
    for i in range(40):
        (bar_and_stem,) = pressures([SEVEN], np.random.default_rng(i))
        assert bar_and_stem.shape == (len(SEVEN),)
        assert bar_and_stem.min() >= 0.2
        assert bar_and_stem.max() <= 1
        # A flat nib draws all of a straight line alike.
        flat += bool(np.ptp(bar_and_stem[1:9]) < 1e-6)
        pressed += bool(np.ptp(bar_and_stem[1:9]) > 0.01)
    assert flat > 5
    assert pressed > 5
    assert all(share.shape == (1,) for share in pressures([STEM[:1]], np.random.default_rng(0)))


def test_a_line_is_as_wide_as_the_pen_is_pressed() -> None:
    line = np.stack([np.linspace(10, 90, 41), np.full(41, 50.0)], axis=1)
    drawn = draw_strokes([line], 100, 20, [np.linspace(0.2, 1, 41)])
    left, middle, right = drawn[:, [12, 50, 88]].sum(0)
    assert left == pytest.approx(4, abs=2.5)
    assert middle == pytest.approx(12, abs=2.5)
    assert right == pytest.approx(20, abs=2.5)
    assert drawn[:, 97].sum() > 0, "the end is round"


def test_a_digit_cut_out_of_a_page_brings_pieces_of_its_neighbours() -> None:
    pieces = 0
    for i in range(40):
        rng = np.random.default_rng(i)
        picture = draw_cut_out([STEM], [[SEVEN], [SEVEN]], rng)
        assert picture.ndim == 2
        # Coarse ones have fewer pixels.
        assert min(picture.shape) > (8 if max(picture.shape) > 96 else 4)
        assert 0 <= picture.min() < picture.max() <= 1
        dark = picture < (picture.min() + picture.max()) / 2
        pieces += bool(dark[:, 0].any() or dark[:, -1].any())
    assert 8 < pieces < 40


@pytest.mark.parametrize("harm", HARMS, ids=[harm.name for harm in HARMS])
def test_every_degree_of_harm_is_another_picture(harm: Harm) -> None:
    assert list(harm.degrees) == sorted(harm.degrees)
    drawn = [harm.draw(SPIRAL, d, np.random.default_rng(0)).tobytes() for d in harm.degrees]
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("seed", range(6))
def test_a_cut_off_edge_takes_its_share_of_a_slim_digit_on_every_side(seed: int) -> None:
    cut_off = next(harm for harm in HARMS if harm.name == "cut-off edge")
    slim = PenDigit(7, 1, (SEVEN * (0.4, 1),))
    whole, cut = (cut_off.draw(slim, d, np.random.default_rng(seed)) for d in (0, 0.25))
    assert whole.shape == (384, 384)
    (axis,) = (axis for axis in (0, 1) if cut.shape[axis] < 384)
    inked = np.nonzero((whole < 128).any(1 - axis))[0]
    of_digit = inked[-1] + 1 - inked[0]
    margins = {inked[0], 383 - inked[-1]}
    assert 384 - cut.shape[axis] in {round(margin + 0.25 * of_digit) for margin in margins}
    edges = np.moveaxis(cut, axis, 0)[[0, -1]]
    assert (edges < 128).any(1).sum() == 1


@pytest.mark.parametrize("paper", ["black on white", "white on black", "chalk on a board"])
def test_a_margin_is_a_share_of_the_digit(paper: str) -> None:
    margins = next(harm for harm in HARMS if harm.name == f"margin, {paper}")
    tight, wide = (margins.draw(DIGITS[0], d, np.random.default_rng(0)) for d in (0, 0.2))
    side = 0.6 * 384
    assert wide.shape == tuple(size + 2 * round(0.2 * side) for size in tight.shape)
    # Without one the ink reaches every edge; with one only paper is there.
    paper_is_dark = bool(wide[0].mean() < 128)
    assert paper_is_dark == (paper != "black on white")
    ink_is_there = (tight < 128) != paper_is_dark
    edges = (ink_is_there[0], ink_is_there[-1], ink_is_there[:, 0], ink_is_there[:, -1])
    assert all(edge.any() for edge in edges)
    assert np.ptp(wide[0].astype(int)) < 64

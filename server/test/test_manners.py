"""Manners of writing: straight lines, gaps, tremor and the like keep to what was written."""

from itertools import pairwise

import numpy as np
import pytest

from model.data import Points
from model.manners import (
    MANNERS,
    broad,
    dashed,
    in_another_manner,
    on_squares,
    skipping,
    straight,
    too_long,
    too_short,
    trembling,
)

AROUND = np.linspace(0, 2 * np.pi, 60)
ZERO = np.stack([0.3 + 0.3 * np.cos(AROUND), 0.5 - 0.5 * np.sin(AROUND)], axis=1)
"""Begins and ends at its right."""

LINE = np.stack([np.zeros(30), np.linspace(0, 1, 30)], axis=1)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def length(points: Points) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def distance(points: Points, line: Points) -> float:
    """How far the farthest of the points is from the lines between others."""
    along = np.linspace(0, 1, 50)[:, None]
    between = np.concatenate([a + along * (b - a) for a, b in pairwise(line)])
    apart = np.linalg.norm(points[:, None] - between[None], axis=2)
    return float(apart.min(1).max())


def test_straight_lines_go_through_points_that_were_written_and_keep_close_to_the_others() -> None:
    corners = []
    for tolerance in (0.02, 0.05, 0.1, 0.2):
        (lines,) = straight([ZERO], tolerance, rng())
        assert distance(lines, ZERO) < 0.01
        assert distance(ZERO, lines) <= tolerance + 0.01
        corners.append(len(lines))
    assert corners == sorted(corners, reverse=True)
    assert 4 <= corners[-1] < corners[0] < 20


def test_on_squares_every_corner_is_one_of_a_square() -> None:
    (lines,) = on_squares([ZERO], 0.25, rng())
    corners = (lines - lines.min(0)) / (0.25 * np.ptp(ZERO[:, 1]))
    assert corners.tolist() == pytest.approx(corners.round(), abs=1e-6)
    assert distance(ZERO, lines) < 0.25


def test_a_pen_that_skips_leaves_gaps_and_nothing_else_out() -> None:
    numbers = set()
    for seed in range(40):
        pieces = skipping([ZERO], 0.06, rng(seed))
        numbers.add(len(pieces))
        written = sum(length(piece) for piece in pieces) / length(ZERO)
        assert 1 - 3 * 0.08 < written < 0.97
        assert max(distance(piece, ZERO) for piece in pieces) < 0.01
    assert numbers >= {2, 3, 4}


def test_dashes_are_as_long_as_is_asked_for_or_shorter_and_lie_on_the_stroke() -> None:
    lengths = []
    for seed in range(20):
        dashes = dashed([ZERO], 0.1, rng(seed))
        assert len(dashes) == round(length(ZERO) / 0.1)
        assert max(distance(dash, ZERO) for dash in dashes) < 0.01
        lengths.append(max(length(dash) for dash in dashes))
    assert min(lengths) == 0, "some are dots"
    assert 0.03 < max(lengths) < 0.1


def test_a_tremor_is_as_large_as_is_asked_for() -> None:
    (shaken,) = trembling([LINE], 0.02, rng())
    assert 0.014 < shaken[:, 0].std() < 0.028
    assert (trembling([LINE], 0.02, rng())[0] == shaken).all()
    assert not np.allclose(trembling([LINE], 0.02, rng(1))[0], shaken, atol=0.005)


def test_strokes_that_end_too_early_are_shorter_at_both_ends() -> None:
    (short,) = too_short([LINE], 0.1, rng())
    assert short[0].tolist() == pytest.approx([0, 0.1], abs=0.015)
    assert short[-1].tolist() == pytest.approx([0, 0.9], abs=0.015)


def test_strokes_that_end_too_late_go_straight_on() -> None:
    (long,) = too_long([LINE], 0.1, rng())
    assert long[0].tolist() == pytest.approx([0, -0.1])
    assert long[-1].tolist() == pytest.approx([0, 1.1])
    (zero,) = too_long([ZERO], 0.1, rng())
    # It is written upwards from its right, and comes back there from below.
    assert zero[0, 1] > 0.6
    assert zero[-1, 1] < 0.4


def test_broad_digits_are_as_tall_as_before() -> None:
    (wide,) = broad([ZERO], 1.5, rng())
    assert np.ptp(wide, axis=0) == pytest.approx(np.ptp(ZERO, axis=0) * (1.5, 1))


def test_digits_are_sometimes_written_in_each_manner() -> None:
    written = [in_another_manner([ZERO], rng(seed)) for seed in range(400)]
    as_it_was = sum(len(strokes) == 1 and strokes[0] is ZERO for strokes in written)
    assert 0.65 < as_it_was / 400 < 0.85
    in_pieces = sum(len(strokes) > 1 for strokes in written)
    assert 10 < in_pieces < 40, "two manners of eight leave gaps"


@pytest.mark.parametrize("name", MANNERS)
@pytest.mark.parametrize("strokes", [[ZERO], [LINE, ZERO], [LINE[:1]], [LINE[:1].repeat(2, 0)]])
def test_whatever_is_written_there_is_ink_in_every_manner(name: str, strokes: list[Points]) -> None:
    manner, least, most = MANNERS[name]
    for amount in (least, most):
        written = manner(strokes, amount, rng())
        assert written
        for stroke in written:
            assert stroke.shape[0] > 0
            assert stroke.shape[1] == 2
            assert np.isfinite(stroke).all()

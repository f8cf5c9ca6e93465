"""What is not a digit, drawn: scribbles, crossings-out, digits that overlap, made-up letters.

The digit/no digit head learns from these (outlier exposure, Hendrycks et al. 2019). Everything is
strokes, so that pens, paper and places vary as they do for digits. What could be taken for a digit
by a person is left out as far as a rule can tell.
"""

from collections.abc import Sequence

import numpy as np

from model.data import Points
from model.render import bounds, fit
from model.variation import Rng, vary

MIRRORED = frozenset({3, 4, 6, 7, 9})
"""Digits whose mirror image is none. A mirrored 2 is close to a 5, and a 5 to a 2."""

UPSIDE_DOWN = frozenset({3, 4, 7})
"""Digits that, turned by 180 degrees, are none."""

ON_THEIR_SIDE = frozenset({2, 3, 4, 5, 6, 7, 9})
"""Digits that, turned by 90 degrees to either side, are none."""


def scribble(rng: Rng) -> list[Points]:
    """A meaningless smooth line, or several; sometimes a zigzag, straight lines or a few dots."""
    kind = rng.choice(["curve", "zigzag", "lines", "dots"], p=[0.5, 0.25, 0.15, 0.1])
    if kind == "curve":
        return [_curve(int(rng.integers(5, 14)), rng) for _ in range(rng.integers(1, 4))]
    if kind == "zigzag":
        return [_zigzag(rng)]
    if kind == "lines":
        return [rng.uniform(0, 1, size=(2, 2)) for _ in range(rng.integers(3, 7))]
    return [rng.uniform(0, 1, size=(1, 2)) for _ in range(rng.integers(1, 8))]


def crossed_out(digit: Sequence[Points], rng: Rng) -> list[Points]:
    """A digit that its writer has struck out: by lines, a cross or a zigzag over it."""
    strokes = fit(vary(digit, rng), 1, np.array([0.5, 0.5]))
    kind = rng.choice(["lines", "cross", "zigzag", "curl"], p=[0.3, 0.25, 0.3, 0.15])
    if kind == "lines":
        number, slope = int(rng.integers(2, 6)), rng.normal(0, 0.35)
        heights = np.linspace(0.15, 0.85, number) + rng.normal(0, 0.05, number)
        lines = [np.array([[-0.1, h + slope / 2], [1.1, h - slope / 2]]) for h in heights]
        return [*strokes, *(line + rng.normal(0, 0.05, (2, 2)) for line in lines)]
    if kind == "cross":
        cross = np.array([[[-0.05, 0], [1.05, 1]], [[1.05, 0], [-0.05, 1]]])
        return [*strokes, *(cross + rng.normal(0, 0.08, cross.shape))]
    over = _zigzag(rng) if kind == "zigzag" else _curve(int(rng.integers(7, 14)), rng)
    return [*strokes, *fit([over], rng.uniform(0.8, 1.4), np.array([0.5, 0.5]))]


def overlaid(first: Sequence[Points], second: Sequence[Points], rng: Rng) -> list[Points]:
    """Two digits on top of each other."""
    both = (fit(vary(d, rng), 1, rng.uniform(-0.15, 0.15, 2)) for d in (first, second))
    return [stroke for strokes in both for stroke in strokes]


def side_by_side(digits: Sequence[Sequence[Points]], rng: Rng) -> list[Points]:
    """Two digits or more in a row, as a number is written."""
    row: list[Points] = []
    x = 0.0
    for digit in digits:
        strokes = fit(vary(digit, rng), rng.uniform(0.8, 1.1), np.array([0.0, rng.normal(0, 0.06)]))
        low, high = bounds(strokes)
        row += [stroke + np.array([x - low[0], 0]) for stroke in strokes]
        x += float(high[0] - low[0]) + rng.uniform(0.05, 0.4)
    return row


def turned(digit: Sequence[Points], label: int, rng: Rng) -> list[Points]:
    """A digit mirrored, upside down or on its side, in a way in which it is no digit.

    Raises ValueError for a label that is a digit in all of them (0, 1, 8).
    """
    ways = []
    if label in MIRRORED:
        ways.append(np.array([[-1, 0], [0, 1]]))
    if label in UPSIDE_DOWN:
        ways.append(np.array([[-1, 0], [0, -1]]))
    if label in ON_THEIR_SIDE:
        ways += [np.array([[0, 1], [-1, 0]]), np.array([[0, -1], [1, 0]])]
    if not ways:
        raise ValueError(f"a {label} is a digit in whichever way it is turned")
    way = ways[int(rng.integers(len(ways)))]
    return vary([stroke @ way for stroke in digit], rng)


def collage(digits: Sequence[Sequence[Points]], rng: Rng) -> list[Points]:
    """A made-up letter of pieces of several digits' strokes, joined as letters' strokes are."""
    pieces: list[Points] = []
    for digit in digits:
        stroke = max(digit, key=len)
        length = max(3, int(len(stroke) * rng.uniform(0.3, 0.8)))
        start = int(rng.integers(max(1, len(stroke) - length)))
        pieces.append(_turned_anyhow(stroke[start : start + length], rng))
    return vary(_joined(pieces, rng), rng)


def letter_like(rng: Rng) -> list[Points]:
    """A made-up letter of three to five lines, arcs, hooks, loops and waves."""
    pieces = [_turned_anyhow(_primitive(rng), rng) for _ in range(rng.integers(3, 6))]
    return vary(_joined(pieces, rng), rng)


def _joined(pieces: Sequence[Points], rng: Rng) -> list[Points]:
    """Put each piece where a writer would: at an end, on the middle, across, or beside."""
    placed: list[Points] = []
    for piece in pieces:
        if not placed:
            placed.append(piece)
            continue
        other = placed[int(rng.integers(len(placed)))]
        relation = rng.choice(["end", "along", "across", "beside"], p=[0.35, 0.3, 0.2, 0.15])
        if relation == "beside":
            target = other.mean(0) + rng.uniform(0.4, 0.8) * _direction(rng)
            anchor = piece.mean(0)
        else:
            at_end = relation == "end"
            target = other[-int(rng.integers(2))] if at_end else other[_inner(other, rng)]
            anchor = piece[_inner(piece, rng)] if relation == "across" else piece[0]
        placed.append(piece - anchor + target)
    return placed


def _inner(stroke: Points, rng: Rng) -> int:
    """The number of a point well inside a stroke."""
    return int(len(stroke) * rng.uniform(0.25, 0.75))


def _direction(rng: Rng) -> Points:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)])


def _turned_anyhow(stroke: Points, rng: Rng) -> Points:
    """A stroke at a random size (longer side 0.35..1), turned, perhaps mirrored.

    Mostly by quarters of a turn, since letters stand upright.
    """
    quarter = rng.integers(4) * np.pi / 2
    angle = quarter + (rng.normal(0, 0.15) if rng.random() < 0.7 else rng.uniform(0, 2 * np.pi))
    cosine, sine = np.cos(angle), np.sin(angle)
    mirror = rng.choice([-1, 1])
    matrix = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([mirror, 1])
    return fit([stroke @ matrix.T], rng.uniform(0.35, 1), np.zeros(2))[0]


def _primitive(rng: Rng) -> Points:
    """A stroke of the kind that letters are made of: (16, 2), about one unit large."""
    t = np.linspace(0, 1, 16)
    kind = rng.choice(
        ["line", "arc", "loop", "hook", "wave", "corner"], p=[0.35, 0.2, 0.1, 0.15, 0.1, 0.1]
    )
    if kind == "line":
        x, y = np.zeros_like(t), t
    elif kind == "arc":
        angle = t * rng.uniform(0.6, 1.5) * np.pi
        x, y = np.cos(angle), rng.uniform(0.6, 1.4) * np.sin(angle)
    elif kind == "loop":
        angle = t * 2 * np.pi
        x, y = np.cos(angle), rng.uniform(0.7, 1.4) * np.sin(angle)
    elif kind == "hook":
        bend, radius = rng.uniform(0.4, 0.8), rng.uniform(0.2, 0.5)
        angle = np.clip((t - bend) / (1 - bend), 0, None) * np.pi
        x = radius * (1 - np.cos(angle))
        y = np.minimum(t, bend) + radius * np.sin(angle)
    elif kind == "wave":
        x, y = t, rng.uniform(0.1, 0.25) * np.sin(t * rng.uniform(1.5, 3.2) * 2 * np.pi / 1.5)
    else:
        bend, turn = rng.uniform(0.3, 0.7), rng.uniform(0.3, 2.4)
        beyond = np.clip(t - bend, 0, None)
        x, y = beyond * np.sin(turn), np.minimum(t, bend) + beyond * np.cos(turn)
    return np.stack([x, y], axis=1)


def _zigzag(rng: Rng) -> Points:
    turns = int(rng.integers(5, 16))
    x = np.linspace(0, rng.uniform(0.5, 1.5), turns) + rng.normal(0, 0.05, turns)
    y = np.where(np.arange(turns) % 2, 1.0, 0.0) + rng.normal(0, 0.12, turns)
    angle = rng.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    zigzag: Points = np.stack([x, y], 1) @ turn.T
    return zigzag


def _curve(knots: int, rng: Rng) -> Points:
    """A Catmull-Rom curve through random knots: (P, 2)."""
    knot = rng.uniform(0, 1, size=(knots + 2, 2))
    t = np.linspace(0, 1, 8, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(knot, knot[1:], knot[2:], knot[3:], strict=False):
        pieces.append(
            b
            + 0.5 * t * (c - a)
            + t**2 * (a - 2.5 * b + 2 * c - 0.5 * d)
            + t**3 * (1.5 * (b - c) + 0.5 * (d - a))
        )
    return np.concatenate(pieces)

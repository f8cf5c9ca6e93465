"""Manners of writing: the same digit by a mouse, a dry pen, a hand that trembles or is careless."""

from collections.abc import Callable, Sequence

import numpy as np

from model.data import Points
from model.render import bounds

Rng = np.random.Generator

Strokes = list[Points]

UNUSUAL = 0.25
"""Share of the digits that are written in another manner."""

STEPS = 80
"""Points of a stroke that is looked at piece by piece."""


def in_another_manner(strokes: Sequence[Points], rng: Rng) -> Strokes:
    """Sometimes write a digit in another manner, all as often. Its label stays what it is."""
    if rng.random() >= UNUSUAL:
        return list(strokes)
    manner, least, most = list(MANNERS.values())[rng.integers(len(MANNERS))]
    return manner(strokes, rng.uniform(least, most), rng)


def straight(strokes: Sequence[Points], tolerance: float, _: Rng) -> Strokes:
    """Of straight lines, as with a mouse (Ramer 1972, Douglas and Peucker 1973).

    tolerance: how far a line may be from what was written, as a share of the digit's longer side
    """
    return [_fewer_points(stroke, tolerance * _longer_side(strokes)) for stroke in strokes]


def on_squares(strokes: Sequence[Points], square: float, rng: Rng) -> Strokes:
    """Of straight lines between the corners of squares, as on squared paper.

    square: its side, as a share of the digit's longer side
    """
    low, _ = bounds(strokes)
    side = square * _longer_side(strokes)
    lines = straight(strokes, square / 2, rng)
    return [low + np.round((line - low) / side) * side for line in lines]


def skipping(strokes: Sequence[Points], gap: float, rng: Rng) -> Strokes:
    """With one to three gaps in each stroke, as a pen leaves them that runs dry.

    gap: share of the stroke's length
    """
    written: Strokes = []
    for stroke in strokes:
        points = _evenly(stroke)
        is_ink = np.ones(len(points), bool)
        for start in rng.integers(STEPS // 16, STEPS, size=int(rng.integers(1, 4))):
            is_ink[start : start + round(gap * STEPS)] = False
        pieces = np.split(points, np.flatnonzero(np.diff(is_ink)) + 1)
        written += pieces[::2]  # It begins with ink.
    return written


def dashed(strokes: Sequence[Points], dash: float, rng: Rng) -> Strokes:
    """Of dashes, or of dots.

    dash: its length, and that of the gaps, as a share of the digit's longer side
    """
    written: Strokes = []
    share = rng.uniform(0, 0.7)
    for stroke in strokes:
        points = _evenly(stroke)
        number = max(round(_length(points) / (dash * _longer_side(strokes))), 2)
        pieces = np.array_split(points, number)
        written += [piece[: max(round(share * len(piece)), 1)] for piece in pieces if len(piece)]
    return written


def trembling(strokes: Sequence[Points], size: float, rng: Rng) -> Strokes:
    """By a hand that trembles.

    size: of the tremor, one standard deviation, as a share of the digit's longer side
    """
    deviation = size * _longer_side(strokes)
    steps = STEPS // 3
    return [
        _evenly(stroke, steps) + rng.normal(0, deviation, (steps, 2)) if len(stroke) > 1 else stroke
        for stroke in strokes
    ]


def too_short(strokes: Sequence[Points], share: float, _: Rng) -> Strokes:
    """Each stroke begins too late and ends too early: what should be closed is open.

    share: of the stroke's length, missing at either end
    """
    missing = round(share * STEPS)
    return [_evenly(stroke)[missing : STEPS - missing] for stroke in strokes]


def too_long(strokes: Sequence[Points], share: float, _: Rng) -> Strokes:
    """Each stroke goes on straight ahead where it ends, and comes so to where it begins.

    share: of the stroke's length, added at either end
    """
    longer = []
    steps = np.linspace(0, 1, 8)[:, None]
    for stroke in strokes:
        points = _evenly(stroke)
        added = share * _length(points)
        before, after = _way(points[4], points[0]), _way(points[-5], points[-1])
        begin = points[0] + added * steps[::-1] * before
        longer.append(np.concatenate([begin, points, points[-1] + added * steps * after]))
    return longer


def broad(strokes: Sequence[Points], times: float, _: Rng) -> Strokes:
    """So many times as broad as it was written."""
    return [stroke * (times, 1) for stroke in strokes]


Manner = Callable[[Sequence[Points], float, Rng], Strokes]

MANNERS: dict[str, tuple[Manner, float, float]] = {
    "straight lines": (straight, 0.03, 0.12),
    "on squares": (on_squares, 0.15, 0.23),
    "skipping pen": (skipping, 0.02, 0.08),
    "dashes": (dashed, 0.05, 0.13),
    "tremor": (trembling, 0.01, 0.03),
    "short ends": (too_short, 0.02, 0.08),
    "long ends": (too_long, 0.02, 0.1),
    "broad": (broad, 1.2, 2.2),
}
"""Each manner, and from how little to how much of it is written, so that digits can be read."""


def _longer_side(strokes: Sequence[Points]) -> float:
    low, high = bounds(strokes)
    return max(float((high - low).max()), 1e-6)


def _length(points: Points) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _way(start: Points, end: Points) -> Points:
    """The direction from one point to another, of length 1, or 0 where they are one."""
    way: Points = end - start
    return way / max(float(np.linalg.norm(way)), 1e-9)


def _evenly(stroke: Points, number: int = STEPS) -> Points:
    """As many points, at equal distances along the stroke: (number, 2)."""
    steps = np.linalg.norm(np.diff(stroke, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], number)
    return np.stack([np.interp(at, along, axis) for axis in stroke.T], axis=1)


def _fewer_points(stroke: Points, tolerance: float) -> Points:
    """The first and the last point, and what is farther than `tolerance` from the lines between."""
    if len(stroke) < 3:
        return stroke
    start, way = stroke[0], stroke[-1] - stroke[0]
    length = float(np.linalg.norm(way))
    offsets = stroke - start
    if length > 1e-9:
        offsets = offsets - (offsets @ way)[:, None] * way / length**2
    distances = np.linalg.norm(offsets, axis=1)
    farthest = 1 + int(distances[1:-1].argmax())
    if distances[farthest] <= tolerance:
        return stroke[[0, -1]]
    before = _fewer_points(stroke[: farthest + 1], tolerance)
    return np.concatenate([before[:-1], _fewer_points(stroke[farthest:], tolerance)])

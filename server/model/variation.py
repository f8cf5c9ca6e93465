"""Other hands: strokes varied as another writer, or the same one in a hurry, would draw them."""

from collections.abc import Callable, Sequence

import numpy as np

from model.data import Points
from model.render import bounds

Rng = np.random.Generator


def vary(strokes: Sequence[Points], rng: Rng) -> list[Points]:
    """Slant, stretch, bend and shake strokes; the result's longer side is about 1."""
    low, high = bounds(strokes)
    scale = max(float((high - low).max()), 1e-6)
    matrix = _linear(rng)
    bend = _bend(rng)
    tremor = rng.uniform(0, 0.012)
    varied = []
    for stroke in strokes:
        points = (stroke - (low + high) / 2) / scale @ matrix.T
        points = points + bend(points) + rng.normal(0, 0.02, size=2)
        varied.append(points + _smooth_noise(len(points), tremor, rng))
    return varied


def _linear(rng: Rng) -> Points:
    """Rotation, slant and stretch: (2, 2)."""
    angle = np.radians(rng.normal(0, 6))
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    slant = np.array([[1, rng.normal(0, 0.16)], [0, 1]])
    stretch = np.diag([np.exp(rng.normal(0, 0.16)), 1.0])
    matrix: Points = rotation @ slant @ stretch
    return matrix


def _bend(rng: Rng) -> Callable[[Points], Points]:
    """A smooth displacement of the plane, a sum of three waves."""
    directions = rng.normal(0, 3.0, size=(3, 2))
    phases = rng.uniform(0, 2 * np.pi, size=3)
    amplitudes = rng.normal(0, 0.025, size=(3, 2))

    def displacement(points: Points) -> Points:
        waves: Points = np.sin(points @ directions.T + phases) @ amplitudes
        return waves

    return displacement


def _smooth_noise(length: int, amplitude: float, rng: Rng) -> Points:
    """A hand's tremor along a stroke: (length, 2)."""
    noise = rng.normal(0, amplitude, size=(length, 2))
    if length < 3:
        return noise
    kernel = np.array([0.25, 0.5, 0.25])
    return np.stack([np.convolve(axis, kernel, mode="same") for axis in noise.T], axis=1)


def scribble(rng: Rng) -> list[Points]:
    """A meaningless smooth line, or several; sometimes a crossing-out or a few dots."""
    kind = rng.choice(["curve", "zigzag", "lines", "dots"], p=[0.5, 0.25, 0.15, 0.1])
    if kind == "curve":
        return [_curve(int(rng.integers(5, 14)), rng) for _ in range(rng.integers(1, 4))]
    if kind == "zigzag":
        turns = int(rng.integers(5, 16))
        x = np.linspace(0, rng.uniform(0.5, 1.5), turns) + rng.normal(0, 0.05, turns)
        y = np.where(np.arange(turns) % 2, 1.0, 0.0) + rng.normal(0, 0.12, turns)
        angle = rng.uniform(0, np.pi)
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return [np.stack([x, y], 1) @ turned.T]
    if kind == "lines":
        return [rng.uniform(0, 1, size=(2, 2)) for _ in range(rng.integers(3, 7))]
    return [rng.uniform(0, 1, size=(1, 2)) for _ in range(rng.integers(1, 8))]


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

"""Other hands: strokes varied as another writer, or the same one in a hurry, would draw them."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

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


HABITS = {0: 0.3, 1: 0.6, 7: 0.3, 9: 0.3}
"""Share of the digits written in one stroke that are written as others are used to."""

BACKWARD = 0.2
"""Share of the slashes in zeros that go from the upper left to the lower right."""


def in_another_habit(label: int, strokes: Sequence[Points], rng: Rng) -> list[Points]:
    """Sometimes write a digit as others are used to.

    A crossed seven and a one with an up-stroke, which are common in Europe and rare in MNIST, a
    nine with a small or open head, and a zero with a slash, which tells it from the letter. Other
    digits, and those that were written so, come back as they are.
    """
    if len(strokes) != 1 or rng.random() > HABITS.get(label, 0):
        return list(strokes)
    stroke = strokes[0]
    low, high = bounds(strokes)
    width, height = (high - low).tolist()
    if label == 0 and width > 0.35 * height:
        return _slashed(stroke, rng)
    if label == 7 and width > 0.3 * height:
        return _crossed(stroke, rng)
    if label == 1 and width < 0.25 * height:
        return [_up_stroke(stroke, rng), stroke]
    if label == 9:
        return [_with_small_head(stroke, rng)]
    return [stroke]


def _slashed(zero: Points, rng: Rng) -> list[Points]:
    """A zero and the stroke through it, mostly from the lower left to the upper right."""
    low, high = bounds([zero])
    size = high - low
    middle = (low + high) / 2 + rng.normal(0, 0.04, 2) * size
    # From one that stays within the zero to one that ends beyond it.
    half = size * rng.uniform(0.25, 0.62) * rng.uniform((0.7, 0.6), (1.2, 1.1))
    if rng.random() > BACKWARD:
        half *= (1, -1)
    return [zero, np.array([middle - half, middle + half])]


def _crossed(seven: Points, rng: Rng) -> list[Points]:
    """A seven and the bar across its stem."""
    low, high = bounds([seven])
    height = float(high[1] - low[1])
    at = low[1] + rng.uniform(0.4, 0.62) * height
    stem = seven[seven[:, 1] > low[1] + 0.3 * height]
    if not len(stem):
        return [seven]
    x = stem[np.abs(stem[:, 1] - at).argmin(), 0]
    half, tilt = rng.uniform(0.18, 0.4) * height / 2, rng.normal(0, 0.05) * height
    return [seven, np.array([[x - half, at + tilt], [x + half, at - tilt]])]


def _up_stroke(stem: Points, rng: Rng) -> Points:
    """What leads up to a one's top: (12, 2)."""
    low, high = bounds([stem])
    height = float(high[1] - low[1])
    top = stem[stem[:, 1].argmin()]
    angle, length = rng.uniform(0.3, 1.05), rng.uniform(0.15, 0.9) * height
    bow, curl = rng.normal(0, 0.12) * length, rng.uniform(0, 0.12) * height
    along = np.array([-np.sin(angle), np.cos(angle)])
    across = np.array([along[1], -along[0]])
    t = np.linspace(1, 0, 12)[:, None]
    # With a hook where the pen sets in.
    hook = np.clip((t - 0.8) / 0.2, 0, None) ** 2 * curl * np.array([1.0, -0.4])
    up_stroke: Points = top + length * t * along + bow * 4 * t * (1 - t) * across + hook
    return up_stroke


def _with_small_head(nine: Points, rng: Rng) -> Points:
    """A nine whose upper half is smaller, and where it begins there, perhaps opened."""
    low, high = bounds([nine])
    size = rng.uniform(0.5, 1)
    x, y = ((nine - low) / np.maximum(high - low, 1e-6)).T
    # The head shrinks towards the upper end of the stem, to the right; the tail stays as wide.
    width = size + (1 - size) * np.clip((y - 0.4) / 0.3, 0, 1)
    lower = np.clip(y - 0.5, 0, None) * (2 - size)
    smaller = np.stack([1 - (1 - x) * width, np.minimum(y, 0.5) * size + lower], axis=1)
    if y[0] < 0.5 and rng.random() < 0.5:
        smaller = smaller[int(len(nine) * rng.uniform(0, 0.12)) :]
    written: Points = smaller * (high - low) + low
    return written


def ruled_one(rng: Rng) -> list[Points]:
    """A one that is a straight stroke, upright or slanted a little."""
    lean = float(np.clip(rng.normal(0, 0.12), -0.35, 0.35))
    return [np.linspace((lean, 0.0), (-lean, 1.0), 8)]


def pressures(strokes: Sequence[Points], rng: Rng) -> list[NDArray[np.float64]]:
    """How broad a pen draws along each stroke, as a share of its width: (P,) in 0.2..1.

    A flat nib, whose width depends on the way it goes, or a pen that presses by turns and is
    lifted at the ends.
    """
    shares = []
    flat, nib = rng.random() < 0.4, rng.uniform(0, np.pi)
    depth, waves, phase, lift = rng.uniform((0.2, 0.3, 0, 0), (0.75, 1.5, 2 * np.pi, 0.3))
    for stroke in strokes:
        if flat and len(stroke) > 1:
            x, y = np.gradient(stroke, axis=0).T
            way = np.arctan2(y, x)
            share = 1 - depth * np.abs(np.cos(way - nib))
        else:
            t = np.linspace(0, 1, len(stroke))
            share = 1 - depth * (0.5 + 0.5 * np.sin(2 * np.pi * waves * t + phase))
            share = share * np.clip((np.minimum(t, 1 - t) + 0.05) / (lift + 0.05), 0.4, 1)
        shares.append(np.clip(share, 0.2, 1))
    return shares


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

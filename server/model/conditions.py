"""The ten ways of drawing that the recogniser is measured on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.data import PenDigit, Points
from model.render import draw_strokes, fit

CANVAS = 384
"""Pixels along each side of the canvas."""

Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)

Layout = Callable[[Sequence[Points], np.random.Generator], list[Points]]


@dataclass(frozen=True)
class Condition:
    """How a digit is laid out, with what pen, on what paper."""

    name: str
    layout: Layout
    pen: float
    """Width in pixels of the canvas."""
    ink: Colour = BLACK
    paper: Colour | None = WHITE
    """None is a transparent background."""

    def draw(self, digit: PenDigit, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Draw the digit: (384, 384, 4) RGBA."""
        coverage = draw_strokes(self.layout(digit.strokes, rng), CANVAS, self.pen)[..., None]
        ink = np.asarray(self.ink, np.float32)
        if self.paper is None:
            colour = np.broadcast_to(ink, (CANVAS, CANVAS, 3))
            return np.concatenate([colour, 255 * coverage], axis=2).round().astype(np.uint8)
        colour = coverage * ink + (1 - coverage) * np.asarray(self.paper, np.float32)
        opaque = np.full_like(coverage, 255)
        return np.concatenate([colour, opaque], axis=2).round().astype(np.uint8)


def _centred(strokes: Sequence[Points], _: np.random.Generator) -> list[Points]:
    return fit(strokes, 0.72 * CANVAS, np.array([CANVAS / 2, CANVAS / 2]))


def _as_written(strokes: Sequence[Points], _: np.random.Generator) -> list[Points]:
    return [stroke * CANVAS for stroke in strokes]


def _small(strokes: Sequence[Points], rng: np.random.Generator) -> list[Points]:
    side = rng.uniform(0.18, 0.3) * CANVAS
    margin = side / 2 + 8
    return fit(strokes, side, rng.uniform(margin, CANVAS - margin, size=2))


CONDITIONS = (
    Condition("centred and large", _centred, 20),
    Condition("as written", _as_written, 20),
    Condition("small and off-centre", _small, 9),
    Condition("thin pen", _as_written, 5),
    Condition("hairline", _as_written, 2),
    Condition("thick pen", _centred, 40),
    Condition("grey paper", _as_written, 16, ink=(60, 60, 60), paper=(160, 160, 160)),
    Condition("white on black", _as_written, 16, ink=WHITE, paper=BLACK),
    Condition("blue on yellow", _as_written, 16, ink=(20, 40, 200), paper=(250, 225, 60)),
    Condition("transparent background", _as_written, 16, paper=None),
)


def to_grey(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Luminance (ITU-R BT.601), on white paper where it is transparent.

    picture: (H, W) grey or (H, W, 4) RGBA, 0..255
    Returns (H, W) in 0..1.
    """
    if picture.ndim == 2:
        return picture.astype(np.float32) / np.float32(255)
    colour = picture[..., :3].astype(np.float32) / np.float32(255)
    alpha = picture[..., 3].astype(np.float32) / np.float32(255)
    grey = colour @ np.array([0.299, 0.587, 0.114], np.float32)
    flattened: NDArray[np.float32] = grey * alpha + 1 - alpha
    return flattened

"""What harm a picture can take before it is misread: the same digits, harmed by degrees."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from model.conditions import CANVAS
from model.data import PenDigit
from model.manners import Manner, skipping, straight, too_long, too_short
from model.page import on_a_table, rules, shadow
from model.render import draw_strokes, fit

Levels = NDArray[np.uint8]
"""(H, W), 0 = black, 255 = white."""

Rng = np.random.Generator

SIDE = 0.6 * CANVAS
"""Longer side of the digit in pixels of the canvas."""


@dataclass(frozen=True)
class Harm:
    """A kind of harm, and the degrees in which it is done."""

    name: str
    unit: str
    degrees: tuple[float, ...]
    draw: Callable[[PenDigit, float, Rng], Levels]
    """Draws a digit that has come to harm."""


def _drawn(digit: PenDigit, pen: float = 0.07, angle: float = 0) -> Image.Image:
    """A digit in the middle of the canvas.

    pen: width as a share of the digit's longer side
    angle: in degrees, counter-clockwise
    """
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[cosine, sine], [-sine, cosine]])
    strokes = [stroke @ turn.T for stroke in fit(digit.strokes, SIDE, np.zeros(2))]
    placed = [stroke + CANVAS / 2 for stroke in strokes]
    coverage = draw_strokes(placed, CANVAS, max(1.0, pen * SIDE))
    return Image.fromarray(((1 - coverage) * 255).round().astype(np.uint8))


def _rotated(digit: PenDigit, degrees: float, _: Rng) -> Levels:
    return np.asarray(_drawn(digit, angle=degrees))


def _noisy(digit: PenDigit, deviation: float, rng: Rng) -> Levels:
    grey = np.asarray(_drawn(digit), np.float64) / 255
    # Between dark grey and light grey, so that noise is not cut off at black and white.
    noisy = 0.2 + 0.6 * grey + rng.normal(0, deviation, grey.shape)
    return (noisy.clip(0, 1) * 255).round().astype(np.uint8)


def _blurred(digit: PenDigit, share: float, _: Rng) -> Levels:
    return np.asarray(_drawn(digit).filter(ImageFilter.GaussianBlur(share * SIDE)))


def _jpeg(digit: PenDigit, quality: float, _: Rng) -> Levels:
    stored = io.BytesIO()
    _drawn(digit).save(stored, "JPEG", quality=int(quality))
    return np.asarray(Image.open(stored))


def _cut_off(digit: PenDigit, share: float, rng: Rng) -> Levels:
    """The picture ends within the digit, on a side that chance chooses."""
    grey = np.rot90(np.asarray(_drawn(digit)), int(turns := rng.integers(4)))
    inked = np.nonzero((grey < 128).any(1))[0]
    cut = round(inked[0] + share * (inked[-1] + 1 - inked[0])) if share else 0
    return np.ascontiguousarray(np.rot90(grey[cut:], -int(turns)))


def _thickness(digit: PenDigit, share: float, _: Rng) -> Levels:
    return np.asarray(_drawn(digit, pen=share))


def _on_squared_paper(digit: PenDigit, darkness: float, rng: Rng) -> Levels:
    """On a sheet whose squares are 0.4 to 1 times as large as the digit, a little aslant."""
    spacing = SIDE * rng.uniform(0.4, 1)
    lines = darkness * rules(CANVAS, spacing, 0.012 * SIDE, rng, squared=True)
    ink = np.maximum(1 - np.asarray(_drawn(digit), np.float32) / 255, lines)
    grey: Levels = (225 * (1 - 0.8 * ink)).round().astype(np.uint8)
    return grey


def _in_shadow(digit: PenDigit, share: float, rng: Rng) -> Levels:
    """A part of the sheet lies in a shadow, whose edge is hard or soft."""
    light = 225 * (1 - share * shadow(CANVAS, rng))
    grey = np.asarray(_drawn(digit), np.float32) / 255
    return (light * (0.2 + 0.8 * grey)).round().astype(np.uint8)


def _on_a_table(digit: PenDigit, brightness: float, rng: Rng) -> Levels:
    """On a sheet that lies on a table, which is `brightness` times as bright."""
    size = 0.3 * CANVAS
    strokes = fit(digit.strokes, size, np.array([CANVAS / 2, CANVAS / 2]))
    grey = on_a_table(draw_strokes(strokes, CANVAS, 0.07 * size), brightness, rng)
    return (grey * 255).round().astype(np.uint8)


def _with_margin(colours: tuple[float, float], digit: PenDigit, share: float, rng: Rng) -> Levels:
    """Cut out with so much paper around it, written with a thin to broad pen.

    colours: brightness of ink and paper, 0..1; unless they are black and white, both have grain
    """
    ink, paper = colours
    drawn = np.asarray(_drawn(digit, pen=rng.uniform(0.03, 0.2)), np.float64) / 255
    cut_out = _with_paper_around(drawn, round(share * SIDE))
    grey = ink + (paper - ink) * cut_out
    if set(colours) != {0, 1}:
        grey += rng.normal(0, 0.02, grey.shape)
    return (grey.clip(0, 1) * 255).round().astype(np.uint8)


def _with_paper_around(drawn: NDArray[np.float64], margin: int) -> NDArray[np.float64]:
    """The box of what is black, and so many pixels of white around it."""
    rows, columns = np.nonzero((drawn < 0.5).any(1))[0], np.nonzero((drawn < 0.5).any(0))[0]
    box = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.pad(box, margin, constant_values=1)


def _written(manner: Manner, digit: PenDigit, degree: float, rng: Rng) -> Levels:
    """In another manner of writing."""
    return np.asarray(_drawn(replace(digit, strokes=tuple(manner(digit.strokes, degree, rng)))))


def _ends(digit: PenDigit, share: float, rng: Rng) -> Levels:
    """Strokes that end too early, below 0, or too late."""
    return _written(too_long if share > 0 else too_short, digit, abs(share), rng)


MARGINS = (0, 0.02, 0.05, 0.1, 0.2, 0.4)

PAPERS = {"black on white": (0, 1), "white on black": (1, 0), "chalk on a board": (0.8, 0.2)}
"""Brightness of ink and paper."""

HARMS = (
    Harm("rotation", "degrees", (-60, -45, -30, -20, -10, 0, 10, 20, 30, 45, 60), _rotated),
    Harm("noise", "standard deviation, share of white", (0, 0.05, 0.1, 0.15, 0.2, 0.3), _noisy),
    Harm(
        "blur",
        "standard deviation, share of the digit",
        (0, 0.02, 0.04, 0.06, 0.08, 0.12),
        _blurred,
    ),
    Harm("JPEG", "quality", (1, 2, 5, 10, 20, 50, 90), _jpeg),
    Harm(
        "cut-off edge",
        "share of its height or width",
        (0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4),
        _cut_off,
    ),
    Harm(
        "line thickness",
        "share of the digit",
        (0.005, 0.01, 0.03, 0.07, 0.12, 0.18, 0.24, 0.3),
        _thickness,
    ),
    Harm(
        "squared paper",
        "darkness of the lines, share of the ink's",
        (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
        _on_squared_paper,
    ),
    Harm("shadow", "share of the light", (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6), _in_shadow),
    Harm(
        "on a table",
        "brightness of the table, share of the sheet's",
        (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7),
        _on_a_table,
    ),
    Harm(
        "straight lines",
        "farthest from what was written, share of the digit",
        (0, 0.03, 0.06, 0.09, 0.12, 0.15),
        partial(_written, straight),
    ),
    Harm(
        "gaps, up to three in a stroke",
        "share of the stroke",
        (0, 0.02, 0.04, 0.06, 0.08, 0.1),
        partial(_written, skipping),
    ),
    Harm(
        "ends of the strokes",
        "missing or added, share of the stroke",
        (-0.12, -0.09, -0.06, -0.03, 0, 0.03, 0.06, 0.09, 0.12),
        _ends,
    ),
    *(
        Harm(f"margin, {name}", "share of the digit", MARGINS, partial(_with_margin, colours))
        for name, colours in PAPERS.items()
    ),
)

"""Average a large picture's pixels in squares, without copies of the whole."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ENOUGH = 120
"""Pixels along the shorter side: where there are twice as many, squares of them are averaged, as
the model does anyway (`model.resampling.shrink`). Here, before colours are looked at, it costs
least."""

LARGE_INK = 48
"""Pixels along the longer side of what is drawn: with half of them there is still more than one for
each of the 20 that the network sees."""

BAND = 1 << 18
"""Pixels that are averaged at once, or one row of squares: a copy of the whole would be large where
the picture is."""


def averaged(image: Image.Image, factor: int) -> Image.Image:
    """Every whole square of `factor` pixels as one; of a strip that is thinner, what there is."""
    if factor == 1:
        return image
    width, height = (side - side % factor or side for side in image.size)
    if image.mode != "RGBA" or min(width, height) < factor:
        return image.reduce(factor, (0, 0, width, height))
    squares = Image.new("RGBA", (width // factor, height // factor))
    for place, band in visible_bands(image, factor):
        squares.paste(band.reduce(factor), place)
    return squares


def visible_bands(image: Image.Image, factor: int) -> Iterator[tuple[tuple[int, int], Image.Image]]:
    """What is visible of a picture, cut into bands of whole squares.

    image: in mode RGBA, its sides `factor` pixels at least
    Yields column and row of a band's first square, and the band. What is transparent would stay so,
    and cost as much: of a canvas little else is visible.
    """
    columns, rows = (side // factor for side in image.size)
    left, top, right, bottom = image.getbbox() or (0, 0, 0, 0)
    left, top = left // factor, top // factor
    right, bottom = min(-(-right // factor), columns), min(-(-bottom // factor), rows)
    if left >= right:
        return
    at_once = max(1, BAND // ((right - left) * factor * factor))
    for row in range(top, bottom, at_once):
        end = min(row + at_once, bottom)
        yield (
            (left, row),
            image.crop((left * factor, row * factor, right * factor, end * factor)),
        )


def are_of_large_ink(rows: NDArray[np.bool_], columns: NDArray[np.bool_], factor: int = 1) -> bool:
    """Whether half the pixels along each side of a picture are enough, where reading takes three
    quarters of the time: it is large, and what is drawn on it is, too.

    Large is what is in one piece from left to right and from top to bottom, and so no small digit
    with a dot far from it. What reaches from edge to edge may be a paper's grain.

    rows, columns: whether there is ink in each; factor: pixels along the sides of a square that is
    averaged to one in any case
    """
    if min(len(rows), len(columns)) < ENOUGH * factor:
        return False
    longer = 0
    for lines in (rows, columns):
        first, last = int(lines.argmax()), len(lines) - 1 - int(lines[::-1].argmax())
        if (lines[0] and lines[-1]) or not lines[first : last + 1].all():
            return False
        longer = max(longer, last + 1 - first)
    return longer >= LARGE_INK * factor

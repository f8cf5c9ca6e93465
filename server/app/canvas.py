"""What is drawn on nothing, as a canvas holds it, on the paper that belongs under it."""

import numpy as np
from numpy.typing import NDArray

from model.grey import MOSTLY_OPAQUE, stands_out

Bools = NDArray[np.bool_]
Grey = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Words = NDArray[np.uint32]

VISIBLE = 1 << 24
"""Least of a pixel's four bytes as one number, the first being the lowest, that is not wholly
transparent."""

OPAQUE = 255 << 24
"""Least of one that is not transparent at all."""

RED_AND_BLUE, GREEN = 77 << 16 | 29, 150
"""Their weights in the luminance (ITU-R BT.601), in 256ths: a product with red, 16 bits below blue,
has both together in its upper half."""


def is_opaque(pixels: Pixels) -> bool:
    """Whether nothing of (H, W, 4) is transparent."""
    return bool(_words(pixels).min() >= OPAQUE)


def grey_of_canvas(pixels: Pixels, factor: int) -> Grey | None:
    """Grey of what is drawn on nothing in black or white, or nearly so, averaged in squares,
    without a look at its colours.

    pixels: (H, W, 4) red, green, blue and alpha; factor: pixels along the sides of a square
    Returns (H, W) in 0..1, 0 = black. None for all other pictures, such as those that have paper in
    their four corners.

    A canvas is little more than its ink, and every step of Pillow's costs as much as that: numpy,
    and whole pixels at a time, takes half the time.
    """
    words = _words(pixels)
    if _corners(words).min() >= OPAQUE or min(words.shape) < factor:
        return None
    rows = words.max(1) >= VISIBLE
    top, bottom = extent(rows)
    columns = words[top:bottom].max(0, initial=0) >= VISIBLE
    height, width = (side // factor for side in words.shape)
    left, right = extent(columns)
    top, left = top // factor, left // factor
    bottom, right = min(-(-bottom // factor), height), min(-(-right // factor), width)
    inked = words[top * factor : bottom * factor, left * factor : right * factor]
    if not inked.size:
        return None
    light, visible = _averages(inked, factor)
    opaque = visible.sum()
    if not 0 < opaque < MOSTLY_OPAQUE / 255 * height * width:
        return None
    paper_is_white = bool(light.sum() * 255 < opaque * 128)
    grey = np.full((height, width), paper_is_white, np.float32)
    grey[top:bottom, left:right] = 1 - (visible - light) if paper_is_white else light
    return grey if stands_out((grey.min(), grey.max()), most=1) else None


def _averages(words: Words, factor: int) -> tuple[Grey, Grey]:
    """Luminance times alpha, and alpha, of whole squares: each in 0..1."""
    alpha = words >> np.uint32(24)
    light = words & np.uint32(0xFF00FF)
    light *= RED_AND_BLUE
    light >>= 16
    green = words >> 8
    green &= 0xFF
    green *= GREEN
    light += green
    light *= alpha
    light >>= 8
    return _averaged(light, factor, most=255 * 255), _averaged(alpha, factor, most=255)


def _averaged(levels: Words, factor: int, most: int) -> Grey:
    height, width = (side // factor for side in levels.shape)
    rows = levels.reshape(height, factor, width * factor).sum(1, dtype=np.uint32)
    # A product is faster here than a sum along the last, short axis.
    sums = rows.reshape(-1, factor).astype(np.float32) @ np.ones(factor, np.float32)
    averages: Grey = (sums / np.float32(most * factor * factor)).reshape(height, width)
    return averages


def _words(pixels: Pixels) -> Words:
    """The four bytes of each pixel as one number, alpha being the highest: (H, W)."""
    return pixels.view("<u4")[:, :, 0]


def _corners(words: Words) -> Words:
    height, width = words.shape
    return words[:: max(1, height - 1), :: max(1, width - 1)]


def extent(lines: Bools) -> tuple[int, int]:
    """First and one past the last line that is inked; 0 and 0 where none is."""
    if not lines.any():
        return 0, 0
    return int(lines.argmax()), len(lines) - int(lines[::-1].argmax())

"""Pages: what else there is on paper beside a digit, and how a camera or a scanner sees it."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from model.data import Points
from model.render import draw_strokes
from model.variation import Rng

Grey = NDArray[np.float32]

NARROWEST = 0.25
"""Of what is cut out, as a share of the digit's longer side."""


def pasted(
    digit: NDArray[np.uint8], neighbours: Sequence[NDArray[np.uint8]], rng: Rng
) -> tuple[Grey, Points, Points]:
    """Write pictures of ink in a line: a digit, and a neighbour on each side that may be missing.

    digit, neighbours: each (h, w), 255 = ink, of which the ink's box is used
    Returns coverage (S, S), 0 = paper and 1 = ink, and the digit's upper left and lower right
    corner in it.
    """
    size = int(rng.choice([120, 160, 224]))
    side = size * rng.uniform(0.35, 0.5)
    ink = _trimmed(digit)
    # Neighbours are as much larger or smaller as they are in their own pictures, and a bit.
    scale = side / max(ink.shape)
    middle = np.array([size / 2, size / 2])
    extent = np.array(ink.shape[::-1]) * scale
    low, high = middle - extent / 2, middle + extent / 2
    coverage = np.zeros((size, size), np.float32)
    _paste(coverage, ink, scale, low)
    for neighbour, way in zip(neighbours, (-1, 1), strict=True):
        if rng.random() < 0.65:
            other = _trimmed(neighbour)
            own = scale * rng.uniform(0.8, 1.2)
            gap = side * rng.uniform(0.05, 0.3)
            width, height = other.shape[1] * own, other.shape[0] * own
            x = high[0] + gap if way > 0 else low[0] - gap - width
            y = middle[1] - height / 2 + rng.normal(0, 0.08) * side
            _paste(coverage, other, own, np.array([x, y]))
    return coverage, low, high


def _trimmed(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The box of the ink."""
    inked = picture > 64
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    if not len(rows):
        return picture
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _paste(coverage: Grey, ink: NDArray[np.uint8], scale: float, corner: Points) -> None:
    """Put ink, enlarged, with its upper left corner there, in place; what lies beyond is lost."""
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    enlarged = Image.fromarray(ink).resize(size, Image.Resampling.BICUBIC)
    sheet = Image.new("L", coverage.shape[::-1])
    sheet.paste(enlarged, (round(float(corner[0])), round(float(corner[1]))))
    np.maximum(coverage, np.asarray(sheet, np.float32) / np.float32(255), out=coverage)


def cut_out(coverage: Grey, low: Points, high: Points, rng: Rng) -> Grey:
    """Cut a digit out of a page on which there may be rules, ink of the other side, and stains.

    coverage: (S, S) what is written, 0 = paper and 1 = ink
    low, high: the digit's upper left and lower right corner in it
    Returns (h, w), dark on light.
    """
    size, side = len(coverage), float((high - low).max())
    written = coverage
    if rng.random() < 0.3:  # a pen that runs dry
        coverage = coverage * (1 - rng.uniform(0.2, 0.7) * _patches(size, 12, rng))
    for _ in range(int(rng.choice(3, p=[0.55, 0.35, 0.1]))):
        coverage = np.maximum(coverage, _rule(size, low, high, side, rng))
    if rng.random() < 0.25:
        coverage = np.maximum(coverage, _other_side(written, side, rng))
    first = low - rng.uniform(-0.06, 0.3, size=2) * side
    last = high + rng.uniform(-0.06, 0.3, size=2) * side
    # Of a plain one more is cut out than its stroke.
    more = np.maximum(NARROWEST * side - (last - first), 0) / 2
    left, top = np.maximum(first - more, 0).astype(int)
    right, bottom = (last + more).astype(int)
    if rng.random() < 0.1:
        edge = int(rng.integers(2, max(3, int(0.08 * side))))
        coverage = coverage.copy()
        coverage[:, right - edge :] = rng.uniform(0.7, 1)
    grey = 1 - coverage
    if rng.random() < 0.15:
        grey = on_lined_paper(grey, side, rng)
    if rng.random() < 0.4:
        grey = grey * (1 - rng.uniform(0.03, 0.3) * _patches(size, 8, rng))
    if rng.random() < 0.7:
        grey = photographed(_on_old_paper(grey, rng) if rng.random() < 0.5 else grey, rng)
    picture = grey[top:bottom, left:right]
    return _coarse(picture, rng) if rng.random() < 0.4 else picture


def _rule(size: int, low: Points, high: Points, side: float, rng: Rng) -> Grey:
    """A ruled line: mostly below or above the digit, or beside it, sometimes through it; the
    nearer the middle the fainter."""
    slope = rng.normal(0, 0.02) * size
    across = rng.random() < 0.65
    axis = 1 if across else 0
    beyond = rng.uniform(-0.2, 0.2) * side
    at = float(high[axis] + beyond if rng.random() < 0.7 else low[axis] - beyond)
    strength = rng.uniform(0.3, 0.9)
    if rng.random() < 0.15:
        at, strength = float(rng.uniform(low[axis], high[axis])), rng.uniform(0.15, 0.5)
    ends = np.array([[0, at - slope], [size, at + slope]])
    line = draw_strokes([ends if across else ends[:, ::-1]], size, rng.uniform(1, 0.05 * side))
    faded: Grey = np.float32(strength) * line
    return faded


def on_lined_paper(grey: Grey, side: float, rng: Rng) -> Grey:
    """What is written, (S, S), on ruled or squared paper; `side` is the digit's longer one."""
    spacing = side / np.exp(rng.uniform(np.log(0.6), np.log(4)))
    lines = rules(len(grey), spacing, rng.uniform(0.006, 0.03) * side, rng, rng.random() < 0.6)
    lined: Grey = grey * (1 - np.float32(rng.uniform(0.05, 0.65)) * lines)
    return lined


def rules(size: int, spacing: float, width: float, rng: Rng, squared: bool) -> Grey:
    """The rules of a sheet that lies a little aslant: coverage (size, size) in 0..1.

    spacing, width: pixels from rule to rule, and of each; squared: in both directions
    """
    lean = rng.normal(0, 0.015) * size
    across, down = (
        np.arange(start * spacing - abs(lean), size + abs(lean), spacing)
        for start in rng.uniform(0, 1, 2)
    )
    lines = [np.array([[0, y - lean], [size, y + lean]]) for y in across]
    if squared:
        lines += [np.array([[x + lean, 0], [x - lean, size]]) for x in down]
    return draw_strokes(lines, size, max(1.0, width))


def _other_side(written: Grey, side: float, rng: Rng) -> Grey:
    """What is written on the other side of the paper shines through: mirrored, blurred, faint."""
    shift = rng.uniform(-0.8, 0.8, size=2) * side
    mirrored = np.roll(written[:, ::-1], shift.astype(int).tolist(), axis=(0, 1))
    image = Image.fromarray((mirrored * 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.01, 0.05) * side))
    return np.asarray(image, np.float32) * np.float32(rng.uniform(0.08, 0.3) / 255)


def _patches(size: int, most: int, rng: Rng) -> Grey:
    """What changes from place to place, three to `most` times across: (size, size) in 0..1."""
    cells = int(rng.integers(3, most + 1))
    coarse = Image.fromarray((rng.random((cells, cells)) * 255).astype(np.uint8))
    fine = coarse.resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(fine, np.float32) / np.float32(255)


def _on_old_paper(grey: Grey, rng: Rng) -> Grey:
    """Ink that has faded, on paper whose fibres are to be seen."""
    size = len(grey)
    cells = size // int(rng.integers(1, 5))
    fibres = Image.fromarray(rng.normal(0, 1, (cells, cells)).astype(np.float32))
    texture = np.asarray(fibres.resize((size, size), Image.Resampling.BICUBIC))
    faded = 1 - rng.uniform(0.35, 1) * (1 - grey)
    old: Grey = (faded + rng.uniform(0, 0.06) * texture).clip(0, 1).astype(np.float32)
    return old


def _coarse(picture: Grey, rng: Rng) -> Grey:
    """Fewer pixels, as small scans have them: 24 to 96 along the longer side."""
    share = rng.uniform(24, 96) / max(picture.shape)
    if share >= 1:
        return picture
    size = (max(2, round(picture.shape[1] * share)), max(2, round(picture.shape[0] * share)))
    return np.array(Image.fromarray(picture).resize(size, Image.Resampling.BOX), np.float32)


def photographed(grey: Grey, rng: Rng) -> Grey:
    """Uneven light, a shadow at times, faint ink, grain and JPEG, as a camera has them: (S, S)."""
    size = len(grey)
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    slope_x, slope_y, vignette = rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3), rng.uniform(0, 0.5)
    light = rng.uniform(0.5, 0.9) * (1 + slope_x * x + slope_y * y - vignette * (x * x + y * y))
    if rng.random() < 0.2:
        light = light * (1 - rng.uniform(0.1, 0.5) * shadow(size, rng))
    picture = light * (1 - rng.uniform(0.4, 0.95) * (1 - grey))
    picture = picture + rng.normal(0, rng.uniform(0, 0.04), grey.shape)
    image = Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.2)))
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=int(rng.integers(40, 95)))
    return np.asarray(Image.open(stored), np.float32) / np.float32(255)


def shadow(size: int, rng: Rng) -> Grey:
    """A hand's or a telephone's shadow on a part of the picture: (size, size), 1 = in it."""
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    way, edge, softness = rng.uniform((0, -0.35, 0.01), (2 * np.pi, 0.35, 0.12))
    beyond = np.cos(way) * x + np.sin(way) * y - edge
    shaded: Grey = (0.5 + 0.5 * np.tanh(beyond / (2 * softness))).astype(np.float32)
    return shaded


def on_a_table(ink: Grey, brightness: float, rng: Rng) -> Grey:
    """Photograph a sheet that ends within the picture on one to four sides, a little turned.

    ink: (S, S) coverage in 0..1, of what is written in the middle of it
    brightness: of the table, as a share of the sheet's
    Returns (S, S) in 0..1, 0 = black.
    """
    size = len(ink)
    ends_within = rng.permutation(4) < rng.integers(1, 5)
    left, right, top, bottom = np.where(ends_within, rng.uniform(0.32, 0.46, 4), 1) * size
    angle = np.radians(rng.uniform(-12, 12))
    y, x = np.mgrid[:size, :size] - size / 2
    across, down = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    inside = np.min([left + across, right - across, top + down, bottom - down], axis=0)
    sheet = (inside + 0.5).clip(0, 1)
    slope = rng.uniform(-0.2, 0.2, 2) / size
    light = 0.85 * (1 + slope[0] * x + slope[1] * y)
    grey = light * (sheet * (1 - 0.8 * ink) + (1 - sheet) * brightness)
    seen: Grey = (grey + rng.normal(0, 0.01, grey.shape)).clip(0, 1).astype(np.float32)
    return seen

"""Drawing strokes onto a canvas, as a person's pen would."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from model.data import Points


def draw_strokes(
    strokes: Sequence[Points],
    size: int,
    width: float,
    pressures: Sequence[NDArray[np.float64]] | None = None,
) -> NDArray[np.float32]:
    """Draw strokes with a round pen.

    strokes: each (P, 2), x to the right and y downwards in canvas pixels; one point is a dot
    size: side of the square canvas in pixels
    width: of the pen, in canvas pixels
    pressures: for each stroke (P,) in 0..1, the share of the width that is drawn at each point
    Returns (size, size) coverage, 0 = paper, 1 = ink, antialiased.
    """
    finer = 2 if width >= 4 else 4
    image = Image.new("L", (size * finer, size * finer))
    draw = ImageDraw.Draw(image)
    pen = max(1, round(width * finer))
    for i, stroke in enumerate(strokes):
        points = [(x, y) for x, y in (stroke * finer).tolist()]
        if pressures is not None:
            _draw_pressed(draw, points, (pressures[i] * width * finer).tolist())
            continue
        draw.line(points, fill=255, width=pen, joint="curve")
        if pen > 2:
            for x, y in (points[0], points[-1]):
                half = pen / 2
                draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
        elif len(points) == 1:
            draw.point(points, fill=255)
    return np.asarray(image.reduce(finer), np.float32) / np.float32(255)


def _draw_pressed(
    draw: ImageDraw.ImageDraw, points: Sequence[tuple[float, float]], widths: Sequence[float]
) -> None:
    """Draw a line whose width changes from point to point."""
    for (x, y), width in zip(points, widths, strict=True):
        half = max(width, 1) / 2
        draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
    for start, end, a, b in zip(points, points[1:], widths, widths[1:], strict=False):
        draw.line((start, end), fill=255, width=max(1, round((a + b) / 2)))


def bounds(strokes: Sequence[Points]) -> tuple[Points, Points]:
    """Upper left and lower right corner of the strokes: (2,), (2,)."""
    points = np.concatenate(list(strokes))
    return points.min(axis=0), points.max(axis=0)


def fit(strokes: Sequence[Points], side: float, centre: Points) -> list[Points]:
    """Scale strokes so that their longer side is `side`, and put their box's middle at `centre`."""
    low, high = bounds(strokes)
    scale = side / max(float((high - low).max()), 1e-6)
    return [(stroke - (low + high) / 2) * scale + centre for stroke in strokes]

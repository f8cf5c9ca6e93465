"""Average a large picture's pixels in squares, without copies of the whole."""

from collections.abc import Iterator

from PIL import Image

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
    for place, band in _visible_bands(image, factor):
        squares.paste(band.reduce(factor), place)
    return squares


def _visible_bands(
    image: Image.Image, factor: int
) -> Iterator[tuple[tuple[int, int], Image.Image]]:
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

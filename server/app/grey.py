"""From colour and transparency to one band of grey, on Pillow's pictures of 8 bits a band."""

from typing import Any, cast

import numpy as np
from PIL import Image, ImageChops, ImageStat

from app.averaging import averaged, visible_bands

CLEARLY = 1.5
"""How many times the luminance's contrast a single band must have to be taken in its place."""

NOISE = 32
"""A contrast, in levels of 255, that a blank sheet's JPEG noise may have in one band."""

MOSTLY_OPAQUE = 127.5
"""The mean alpha from which a picture is one with its paper, of which only a part is missing."""


def grey_of(image: Image.Image, factor: int = 1) -> Image.Image:
    """The band in which what is drawn stands out, as it looks on paper, averaged in squares.

    image: in mode L, LA, RGB, RGBA or F; factor: pixels along the sides of a square
    Returns a picture in mode L (or F, as it came), 0 = black, 255 = white.
    """
    if image.mode == "RGBA" and min(image.size) >= factor and not _has_paper(image):
        canvas = _of_canvas(image, factor)
        if canvas is not None:
            return canvas
    image = averaged(image, factor)
    if image.mode in ("LA", "RGBA"):
        alpha = image.getchannel("A")
        least, most = cast(tuple[int, int], alpha.getextrema())
        if most == 0:
            return Image.new("L", image.size, 255)
        if least < 255:
            return _on_paper(image, alpha)
        image = image.convert("L" if image.mode == "LA" else "RGB")
    if image.mode in ("L", "F"):
        return image
    return _clearest_band(image, image.convert("L"))


def _of_canvas(image: Image.Image, factor: int) -> Image.Image | None:
    """Like `grey_of`, of what is drawn on nothing in black or white, or nearly so, as canvases have
    it: without a look at its colours. None for all other pictures."""
    columns, rows = (side // factor for side in image.size)
    parts = []
    lit = opaque = 0
    for place, band in visible_bands(image, factor):
        alpha = band.getchannel("A")
        light = ImageChops.multiply(band.convert("L"), alpha).reduce(factor)
        visible = alpha.reduce(factor)
        parts.append((place, light, visible))
        lit += _sum(light)
        opaque += _sum(visible)
    if not 0 < opaque < MOSTLY_OPAQUE * columns * rows:
        return None
    paper_is_white = lit * 255 < opaque * 128
    grey = Image.new("L", (columns, rows), 255 if paper_is_white else 0)
    for place, light, visible in parts:
        on_paper = ImageChops.add(light, ImageChops.invert(visible)) if paper_is_white else light
        grey.paste(on_paper, place)
    return grey if _stands_out(grey) else None


def _sum(image: Image.Image) -> int:
    return int(np.frombuffer(image.tobytes(), np.uint8).sum())


def _has_paper(image: Image.Image) -> bool:
    """Whether a picture's four corners are opaque, as where it is one with its paper.

    image: in mode RGBA
    """
    right, bottom = image.width - 1, image.height - 1
    corners = [image.getpixel((x, y)) for x in (0, right) for y in (0, bottom)]
    return all(isinstance(corner, tuple) and corner[3] == 255 for corner in corners)


def _stands_out(luminance: Image.Image) -> bool:
    """Whether no single band can show what is drawn much better."""
    return CLEARLY * _contrast(luminance.getextrema()) >= 255


def _clearest_band(image: Image.Image, luminance: Image.Image) -> Image.Image:
    """Luminance, or red, green or blue where the ink has nearly the luminance of the paper."""
    enough = max(CLEARLY * _contrast(luminance.getextrema()), NOISE)
    if enough >= 255:
        return luminance
    contrasts = [_contrast(extrema) for extrema in image.getextrema()[:3]]
    clearest = max(contrasts)
    return image.getchannel(contrasts.index(clearest)) if clearest > enough else luminance


def _contrast(extrema: Any) -> int:
    """From least and most; Pillow types those of one band and of several alike, hence Any."""
    least, most = extrema
    return int(most - least)


def _on_paper(image: Image.Image, alpha: Image.Image) -> Image.Image:
    """Grey of a picture that is transparent in places, with the paper under it that belongs there.

    Where most is transparent, what is visible is the ink, and the paper is its opposite. Where
    most is opaque, it is a picture with its paper, of which only a rim or a corner is missing.
    """
    luminance = image.convert("L")
    visible = np.asarray(alpha, np.float32)
    if visible.mean() >= MOSTLY_OPAQUE:
        opaque = alpha.point([0] * 128 + [255] * 128)
        if image.mode == "LA":
            return _laid_on(luminance, alpha, _median(luminance, opaque))
        colours = image.convert("RGB")
        sheet = _laid_on(colours, alpha, _median(colours, opaque))
        return _clearest_band(sheet, sheet.convert("L"))
    ink = np.vdot(np.asarray(luminance, np.float32), visible) / visible.sum()
    paper = 255 if ink < 128 else 0
    grey = _laid_on(luminance, alpha, (paper,))
    if image.mode == "LA" or _stands_out(grey):
        return grey
    return _clearest_band(_laid_on(image.convert("RGB"), alpha, (paper,) * 3), grey)


def _laid_on(image: Image.Image, alpha: Image.Image, paper: tuple[int, ...]) -> Image.Image:
    sheet = Image.new(image.mode, image.size, paper)
    sheet.paste(image, mask=alpha)
    return sheet


def _median(image: Image.Image, mask: Image.Image) -> tuple[int, ...]:
    """The level of each band that half of what is under the mask lies below."""
    return tuple(int(level) for level in ImageStat.Stat(image, mask).median)

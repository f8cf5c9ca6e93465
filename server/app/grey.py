"""From colour and transparency to one band of grey, on Pillow's pictures of 8 bits a band."""

from typing import Any

import numpy as np
from PIL import Image, ImageStat

CLEARLY = 1.5
"""How many times the luminance's contrast a single band must have to be taken in its place."""

NOISE = 32
"""A contrast, in levels of 255, that a blank sheet's JPEG noise may have in one band."""


def grey_of(image: Image.Image) -> Image.Image:
    """The band in which what is drawn stands out, as it looks on paper.

    image: in mode L, LA, RGB, RGBA or F
    Returns a picture in mode L (or F, as it came), 0 = black, 255 = white.
    """
    if image.mode in ("LA", "RGBA"):
        image = _on_paper(image)
    if image.mode in ("L", "F"):
        return image
    luminance = image.convert("L")
    if image.mode == "LA":
        return luminance
    return _clearest_band(image, luminance)


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


def _on_paper(image: Image.Image) -> Image.Image:
    """Put paper under a picture with an alpha band; an opaque one comes back as it is."""
    alpha = image.getchannel("A")
    least, most = alpha.getextrema()
    if least == 255:
        return image
    if most == 0:
        return Image.new("L", image.size, 255)
    colours = image.convert("L" if image.mode == "LA" else "RGB")
    sheet = Image.new(colours.mode, image.size, _paper(colours, alpha))
    sheet.paste(colours, mask=alpha)
    return sheet


def _paper(colours: Image.Image, alpha: Image.Image) -> tuple[int, ...]:
    """The level of each band of the paper that belongs under a picture.

    Where most is transparent, what is visible is the ink, and the paper is its opposite. Where
    most is opaque, it is a picture with its paper, of which only a rim or a corner is missing.
    """
    visible = np.asarray(alpha)
    if visible.mean() >= 127.5:
        opaque = alpha.point([0] * 128 + [255] * 128)
        return tuple(int(level) for level in ImageStat.Stat(colours, opaque).median)
    ink = np.average(np.asarray(colours.convert("L")), weights=visible)
    return (255 if ink < 128 else 0,) * len(colours.getbands())

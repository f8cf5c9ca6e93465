"""From colour and transparency to one band of grey, on Pillow's pictures of 8 bits a band."""

from typing import Any, cast

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
    if visible.mean() >= 127.5:
        opaque = alpha.point([0] * 128 + [255] * 128)
        if image.mode == "LA":
            return _laid_on(luminance, alpha, _median(luminance, opaque))
        colours = image.convert("RGB")
        sheet = _laid_on(colours, alpha, _median(colours, opaque))
        return _clearest_band(sheet, sheet.convert("L"))
    ink = np.vdot(np.asarray(luminance, np.float32), visible) / visible.sum()
    paper = 255 if ink < 128 else 0
    grey = _laid_on(luminance, alpha, (paper,))
    # Black on white, as canvases have it, needs no look at the colours.
    if image.mode == "LA" or CLEARLY * _contrast(grey.getextrema()) >= 255:
        return grey
    return _clearest_band(_laid_on(image.convert("RGB"), alpha, (paper,) * 3), grey)


def _laid_on(image: Image.Image, alpha: Image.Image, paper: tuple[int, ...]) -> Image.Image:
    sheet = Image.new(image.mode, image.size, paper)
    sheet.paste(image, mask=alpha)
    return sheet


def _median(image: Image.Image, mask: Image.Image) -> tuple[int, ...]:
    """The level of each band that half of what is under the mask lies below."""
    return tuple(int(level) for level in ImageStat.Stat(image, mask).median)

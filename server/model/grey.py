"""From colour and transparency to one band of grey."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageStat

from model.squares import BAND, averaged

CLEARLY = 1.5
"""How many times the luminance's contrast a single band must have to be taken in its place."""

NOISE = 32
"""A contrast, in levels of 255, that a blank sheet's JPEG noise may have in one band."""

MOSTLY_OPAQUE = 127.5
"""The mean alpha from which a picture is one with its paper, of which only a part is missing."""


Levels = NDArray[np.uint8] | NDArray[np.float32]
"""(H, W) 0 = black, 255 = white."""


def grey_of(image: Image.Image, factor: int = 1) -> Levels:
    """The band in which what is drawn stands out, as it looks on paper, averaged in squares.

    image: in mode L, LA, RGB, RGBX, RGBA or F; factor: pixels along the sides of a square
    Returns float32 for mode F, else uint8.
    """
    if image.mode in ("RGB", "RGBX") and factor > 1 and image.width * image.height <= BAND:
        luminance = averaged(image.convert("L"), factor)
        if stands_out(luminance.getextrema()):  # and its colours cost nothing
            return np.asarray(luminance)
    return np.asarray(_of_any(averaged(image, factor)))


def _of_any(image: Image.Image) -> Image.Image:
    """Like `grey_of`, whatever the picture is of."""
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


def stands_out(extrema: Any, most: int = 255) -> bool:
    """Whether no single band can show what is drawn much better than the luminance, whose least and
    most these are; `most` is white."""
    least, largest = extrema
    return bool(CLEARLY * (largest - least) >= most)


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
    if image.mode == "LA" or stands_out(grey.getextrema()):
        return grey
    return _clearest_band(_laid_on(image.convert("RGB"), alpha, (paper,) * 3), grey)


def _laid_on(image: Image.Image, alpha: Image.Image, paper: tuple[int, ...]) -> Image.Image:
    sheet = Image.new(image.mode, image.size, paper)
    sheet.paste(image, mask=alpha)
    return sheet


def _median(image: Image.Image, mask: Image.Image) -> tuple[int, ...]:
    """The level of each band that half of what is under the mask lies below."""
    return tuple(int(level) for level in ImageStat.Stat(image, mask).median)

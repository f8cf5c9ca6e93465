"""What a picture file shows, where Pillow leaves that to others: its pixels in a plain mode."""

import logging

import numpy as np
from PIL import ExifTags, Image
from PIL.GifImagePlugin import GifImageFile

logger = logging.getLogger(__name__)

Box = tuple[int, int, int, int]

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its EXIF orientation."""

UPRIGHT_ALREADY = 1


def loaded(image: Image.Image) -> Image.Image:
    """The pixels of a picture whose header is read, in mode L, LA, RGB, RGBA, or F up to 255.

    Raises whatever Pillow raises for a damaged file.
    """
    frame = _framed_part(image)
    image.load()
    return _in_plain_mode(image) if frame is None else _on_its_paper(image, frame)


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; a picture whose EXIF is corrupt is taken to be upright."""
    try:
        orientation: int = image.getexif().get(ExifTags.Base.Orientation, UPRIGHT_ALREADY)
    except Exception as error:  # whatever error Pillow's parser raises
        logger.debug("corrupt EXIF: %r", error)
        return UPRIGHT_ALREADY
    # Not every file keeps to 1 … 8, nor to numbers.
    return orientation if orientation in UPRIGHT else UPRIGHT_ALREADY


def _in_plain_mode(image: Image.Image) -> Image.Image:
    """Bring 1-bit, 16-bit, palette, CMYK … pictures to L, RGB, RGBA, or F with levels to 255."""
    if image.mode.startswith("I"):
        transparency = image.info.get("transparency")
        if isinstance(transparency, int):
            return _without_level(image, transparency)
        return image.convert("F").point(lambda level: level * (255 / 65535) + 0)
    if image.mode in ("LA", "RGBA"):
        return image.convert("RGB") if _has_unused_alpha(image) else image
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _has_unused_alpha(image: Image.Image) -> bool:
    """Whether a BMP has room for an alpha that its program left at 0, as many do: what is wholly
    transparent nobody saves."""
    return image.format == "BMP" and image.mode == "RGBA" and image.getbbox() is None


def _without_level(image: Image.Image, transparency: int) -> Image.Image:
    """A picture of 16 bits, as LA, one level of which means nothing; Pillow does so for others."""
    levels = np.asarray(image)
    bands = ((levels >> 8).astype(np.uint8), np.uint8(255) * (levels != transparency))
    return Image.merge("LA", [Image.fromarray(band) for band in bands])


def _framed_part(image: Image.Image) -> Box | None:
    """Where the first frame of a GIF lies, if that is only a part of the picture, and no colour
    means nothing; `image` is not loaded yet."""
    if not isinstance(image, GifImageFile) or "transparency" in image.info:
        return None
    frame = image.tile[0][1]
    return None if frame == (0, 0, *image.size) else frame


def _on_its_paper(image: Image.Image, frame: Box) -> Image.Image:
    """A GIF with the paper of its frame all around: there the file says nothing, and Pillow shows
    the first colour of its palette."""
    left, top, right, bottom = frame
    paper = _paper_of(image.crop(frame))
    sheet = image.convert("RGB")
    for beyond in (
        (0, 0, image.width, top),
        (0, bottom, image.width, image.height),
        (0, top, left, bottom),
        (right, top, image.width, bottom),
    ):
        sheet.paste(paper, beyond)
    return sheet


def _paper_of(image: Image.Image) -> tuple[int, ...]:
    """The colour that goes on around a picture: what lies most along its edges. What is of one
    colour, such as a one cut out closely, is ink on white, as pages are."""
    if image.getcolors(1):
        return 255, 255, 255
    width, height = image.size
    edges = (
        (0, 0, width, 1),
        (0, height - 1, width, height),
        (0, 0, 1, height),
        (width - 1, 0, width, height),
    )
    rims = [np.asarray(image.crop(edge).convert("RGB")).reshape(-1, 3) for edge in edges]
    return tuple(np.median(np.concatenate(rims), axis=0).astype(int).tolist())

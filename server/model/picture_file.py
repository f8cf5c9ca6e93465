"""Picture files of one's own, read as the server reads what is sent to it."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from model.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")

LONGEST = 512
"""Pixels along the longer side: larger pictures are made smaller."""


def picture_files(folder: Path, pattern: str = "*") -> list[Path]:
    """The pictures among the files, sorted; none that a system hides, such as macOS's `._7.png`.

    Raises DataError for a folder that may not be read: `glob` finds nothing in it.
    """
    try:
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}.") from error
    return sorted(
        file
        for file in folder.glob(pattern)
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".")
    )


def read_picture(file: Path) -> NDArray[np.float32]:
    """A picture, upright and on the paper that its ink belongs on.

    Returns (H, W) levels, 0 = black, 1 = white. Raises DataError, naming the file.
    """
    try:
        with Image.open(file) as image:
            return on_paper(image)
    except PermissionError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}.") from error
    except Exception as error:  # whatever Pillow's parsers raise on a damaged file
        raise DataError(f"{file} is no picture, or a damaged one.") from error


def on_paper(image: Image.Image) -> NDArray[np.float32]:
    """Like `read_picture`, of a picture whose header is read.

    Raises whatever Pillow raises for a damaged file.
    """
    upright = _in_eight_bits(ImageOps.exif_transpose(image)).convert("RGBA")
    upright.thumbnail((LONGEST, LONGEST))
    sheet = Image.new("RGBA", upright.size, _paper(upright))
    sheet.alpha_composite(upright)
    return np.asarray(sheet.convert("L"), np.float32) / np.float32(255)


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits, of which Pillow makes white whatever is above 255."""
    if not image.mode.startswith("I"):
        return image
    levels = np.asarray(image)
    grey = Image.fromarray(np.rint(levels * (255 / 65535)).astype(np.uint8))
    transparency = image.info.get("transparency")
    if isinstance(transparency, int):
        grey.putalpha(Image.fromarray(np.uint8(255) * (levels != transparency)))
    return grey


def _paper(image: Image.Image) -> str:
    """White, or black where most is transparent and what is visible is light: chalk, say."""
    visible = np.asarray(image.getchannel("A"), np.float32)
    if not 0 < visible.mean() < 127.5:
        return "white"
    ink = np.vdot(np.asarray(image.convert("L"), np.float32), visible) / visible.sum()
    return "white" if ink < 128 else "black"

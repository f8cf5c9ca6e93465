"""Picture files of one's own, read as the server reads what is sent to it."""

import math
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.errors import DataError
from model.grey import grey_of
from model.pixels import UPRIGHT, loaded, orientation_of

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")

LONGEST = 512
"""Pixels along the longer side: of larger pictures squares are averaged."""


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
    except Image.DecompressionBombError as error:
        raise DataError(f"{file} has too many pixels to be read.") from error
    except Exception as error:  # whatever Pillow's parsers raise on a damaged file
        raise DataError(f"{file} is no picture, or a damaged one.") from error


def on_paper(image: Image.Image) -> NDArray[np.float32]:
    """Like `read_picture`, of a picture whose header is read.

    Raises whatever Pillow raises for a damaged file.
    """
    image.draft(None, (LONGEST, LONGEST))
    plain = loaded(image)
    grey = Image.fromarray(grey_of(plain, max(1, math.ceil(max(plain.size) / LONGEST))))
    orientation = orientation_of(image)
    if orientation in UPRIGHT:
        grey = grey.transpose(UPRIGHT[orientation])
    return np.asarray(grey, np.float32) / np.float32(255)

"""Folders that commands leave something in."""

import errno
import os
from pathlib import Path

from model.errors import ModelError


def make_folder(folder: Path) -> None:
    """Make a folder that something will be written into. Raises ModelError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"{folder} cannot be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ModelError(f"{folder} cannot be written into: {os.strerror(errno.EACCES)}")

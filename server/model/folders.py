"""Folders that commands leave something in, and files that are there whole or not at all."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from model.errors import ModelError


def make_folder(folder: Path) -> None:
    """Make a folder that something will be written into. Raises ModelError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"{folder} cannot be made: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ModelError(f"{folder} cannot be written into: {os.strerror(errno.EACCES)}")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file: until all of it is written, the one that was there stays. Raises OSError."""
    # A name of its own: two processes may write the same file at once. And of no form that is read.
    unfinished = path.with_name(f"{path.name}.unfinished-{uuid4().hex}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)

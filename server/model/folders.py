"""Folders that commands leave something in, and files that are there whole or not at all."""

import errno
import os
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
    # A name of its own: two processes may write the same file at once.
    unfinished = path.with_name(f"unfinished-{uuid4().hex}-{path.name}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)

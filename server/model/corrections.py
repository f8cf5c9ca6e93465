"""Corrections that people have made, as training data: the archive that the server hands out, and
the one that the page saves of the last drawings."""

import csv
import hashlib
import io
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.errors import DataError
from model.page import Grey
from model.picture_file import on_paper
from model.prepare import NO_DIGIT, Prepared, normalized, with_ink
from model.recipes import LabelledSets

TABLES = {"corrections.csv": "was", "readings.csv": "correction"}
"""The server's table and the page's, and their columns of what a picture was. The page's has none
for what was not corrected."""

NONE = "no digit"
"""What the table says of a picture that shows none."""

DAMAGES = (OSError, zipfile.BadZipFile, zlib.error, RuntimeError)
"""What is raised of an archive that is damaged, or encrypted."""


def checksum(path: Path) -> str:
    """SHA-256 of a file. Raises DataError where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error


def read_corrections(path: Path) -> Prepared:
    """What the network sees of the corrected pictures, and what they were.

    path: a ZIP of PNGs and of a table: corrections.csv with the columns `file` and `was`, or
        readings.csv with `file` and `correction`
    Raises DataError, naming file and line, for what cannot be used.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            # With or without the mark of a table that Excel has saved. Not by `splitlines`, which
            # breaks rows where a model's name holds a U+2028 too.
            names = [name for name in TABLES if name in archive.namelist()]
            if not names:
                raise DataError(f"{path.name} holds no {' and no '.join(TABLES)}.")
            name, column = names[0], TABLES[names[0]]
            table = io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")
            greys, labels = [], []
            reader = csv.DictReader(table)
            for row in reader:
                if column == "correction" and row.get(column) == "":
                    continue
                where = f"{path.name}, {name}, line {reader.line_num}"
                labels.append(_label(row.get(column), column, where))
                greys.append(_grey(archive, row.get("file") or "", where))
    except (*DAMAGES, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name} is no archive of corrections: {error}.") from error
    if not greys:
        raise DataError(f"{path.name} holds no corrections.")
    return Prepared(normalized(greys), np.array(labels))


def with_corrections(sets: LabelledSets, corrections: Prepared, times: int) -> LabelledSets:
    """What is trained on, with corrections, but for blank ones, among the pen's digits and among
    what is no digit.

    times: how often each is in it; augmentation makes them differ
    """
    corrections = with_ink(corrections)
    is_digit = corrections.labels != NO_DIGIT
    more = {
        "pen": _added(sets.train["pen"], corrections, is_digit, times),
        "no digits": _added(sets.train["no digits"], corrections, ~is_digit, times),
    }
    return sets._replace(train={**sets.train, **more})


def _added(to: Prepared, corrections: Prepared, chosen: NDArray[np.bool_], times: int) -> Prepared:
    pictures = np.repeat(corrections.pictures[chosen], times, axis=0)
    labels = np.repeat(corrections.labels[chosen], times)
    return Prepared(np.concatenate([to.pictures, pictures]), np.concatenate([to.labels, labels]))


def _label(was: str | None, column: str, where: str) -> int:
    if was == NONE:
        return NO_DIGIT
    if was is None or was not in tuple("0123456789"):
        raise DataError(f"{where}: {column} is {was!r}; it must be 0 to 9, or {NONE!r}.")
    return int(was)


def _grey(archive: zipfile.ZipFile, name: str, where: str) -> Grey:
    try:
        with Image.open(io.BytesIO(archive.read(name)), formats=["PNG"]) as image:
            return on_paper(image)
    except KeyError:
        raise DataError(f"{where}: there is no picture {name!r}.") from None
    except Exception as error:  # whatever Pillow's parser raises on a damaged file
        raise DataError(f"{where}: {name} is no PNG, or a damaged one.") from error

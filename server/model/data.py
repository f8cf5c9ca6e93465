"""Reading the data: MNIST, digits written with a pen, letters.

Files are looked for in the folder that the environment variable DIGITS_DATA names, else in
`shared/data` beside the checkout, else in `data/` inside it.
"""

import gzip
import hashlib
import io
import math
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.errors import DataError

CHECKOUT = Path(__file__).resolve().parents[2]

MOST_DIMENSIONS = 3
"""Of an IDX file: pictures, rows and columns."""

MNIST_VALIDATION = 5000
"""The last so many of MNIST's 60,000 training images are held out for choices."""

VALIDATION_WRITERS = frozenset({3, 8, 13, 18, 23, 28})
"""The pen's writers whose digits are held out of training, for choices and for the figures."""

VALIDATION_ALPHABET = "Early_Aramaic"
"""The alphabet whose letters are held out for choices."""

LOOKALIKES = {
    "Early_Aramaic": {2, 3, 4, 6, 12, 16, 17, 20},
    "Latin": {2, 7, 9, 12, 15, 17, 19, 26},
    "Greek": {4, 9, 15},
    "Korean": {21, 22, 27, 28, 33},
}
"""Letters, by number, that may rightly be taken for a digit (O, l, Z, S, b, q, …)."""

TURNED_LOOKALIKES = {
    "Balinese": {5: {2}, 14: {0, 6}},
    "Greek": {
        5: {2, 4},
        6: {2, 4},
        12: {4},
        14: {2, 4},
        17: {4, 6},
        18: {0, 2},
        19: {4},
        24: {1, 5},
    },
    "Korean": {
        1: {2, 4},
        3: {2, 4},
        5: {0, 6},
        7: {0, 6},
        9: {1, 5},
        14: {3, 7},
        20: {0, 6},
        24: {0, 2, 5},
        25: {2, 4},
        37: {0, 6},
        38: {2, 4},
    },
    "Latin": {
        1: {2, 4, 6},
        4: {4, 6},
        5: {4, 6},
        6: {4},
        8: {2},
        10: {6},
        13: {3, 7},
        16: {4, 6},
        18: {4},
        23: {1, 5},
    },
}
"""Turns (see `prepare.letters`) in which other letters may: a mirrored p is a nine, an epsilon that
is turned around a three."""

DAMAGES = (zipfile.BadZipFile, zlib.error, OSError)
"""What is raised of an archive of pictures that is damaged."""

Points = NDArray[np.float64]


NAMED = 3
"""Of so many pictures in which something is wrong it is said which they are."""


class Images(NamedTuple):
    """N labelled 28×28 pictures."""

    pictures: NDArray[np.uint8]
    """(N, 28, 28), 255 = ink."""
    labels: NDArray[np.int64]
    """(N,) 0..9."""
    writers: NDArray[np.int64] | None = None
    """(N,) numbers of those who wrote them, where that is known."""
    places: Sequence[str] | None = None
    """Of N, what each is called where it came from, e.g. "line 7" or a file's name; without them
    they are counted from 0."""

    def first(self, number: int | None) -> "Images":
        """The first so many, or all; without their writers and places."""
        return Images(self.pictures[:number], self.labels[:number])

    def named(self, indices: Iterable[int]) -> str:
        """What some are called, of many the first three: "line 7, line 9"."""
        chosen = list(indices)
        names = [self.places[i] if self.places else f"picture {i}" for i in chosen[:NAMED]]
        return ", ".join([*names, "…"] if len(chosen) > NAMED else names)


class Seen(Images):
    """Those that are what a network sees of pictures: normalised already."""


@dataclass(frozen=True)
class PenDigit:
    """A digit as a pen wrote it."""

    label: int
    writer: int
    strokes: tuple[Points, ...]
    """Each (P, 2): x to the right and y downwards, 0..1 of the tablet's side."""


@dataclass(frozen=True)
class Letter:
    """A drawing of a letter: something that is not a digit."""

    alphabet: str
    character: int
    picture: NDArray[np.uint8]
    """(105, 105), 0 = ink, 255 = paper."""


def data_folder() -> Path:
    """The folder that holds the data; it need not exist. A relative name begins at the checkout."""
    if named := os.environ.get("DIGITS_DATA"):
        return CHECKOUT / named
    beside = CHECKOUT.parent / "shared" / "data"
    return beside if beside.is_dir() else CHECKOUT / "data"


def checksums(folder: Path | None = None) -> dict[str, str]:
    """SHA-256 of every file of MNIST, the pen digits and the letters, by name."""
    folder = folder or data_folder()
    names = ("mnist/*.gz", "pen/*.gz", "letters/*.zip")
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for name in names
        for path in sorted(folder.glob(name))
    }


def mnist(part: str, folder: Path | None = None) -> Images:
    """MNIST's `part`: "train" (55,000), "validation" (5,000) or "test" (10,000).

    Raises DataError, naming the file, where one is missing or corrupt.
    """
    folder = (folder or data_folder()) / "mnist"
    prefix = "t10k" if part == "test" else "train"
    pictures = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
    if len(pictures) != len(labels):
        raise DataError(f"{folder}: {len(pictures)} images but {len(labels)} labels ({prefix})")
    if len(pictures) <= MNIST_VALIDATION:
        raise DataError(f"{folder}: {len(pictures)} images ({prefix}) are not all of MNIST's")
    part_of = {
        "train": slice(0, len(labels) - MNIST_VALIDATION),
        "validation": slice(len(labels) - MNIST_VALIDATION, None),
        "test": slice(None),
    }[part]
    return Images(pictures[part_of], labels[part_of].astype(np.int64))


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, gzipped or not (http://yann.lecun.com/exdb/mnist)."""
    content = read_unzipped(path)
    if content[:3] != b"\0\0\x08" or len(content) < 4 or len(content) < 4 * (1 + content[3]):
        raise DataError(f"{path} is corrupt: not an IDX file of unsigned bytes")
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", count=dimensions, offset=4).tolist()
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions)
    if dimensions > MOST_DIMENSIONS:
        raise DataError(f"{path} is corrupt: it announces {dimensions} dimensions")
    if values.size != math.prod(shape):
        raise DataError(f"{path} is corrupt: {values.size} values where {shape} were announced")
    return values.reshape(shape)


def pen_digits(folder: Path | None = None) -> list[PenDigit]:
    """All digits of the pen data, without the fours whose second stroke was never recorded."""
    path = (folder or data_folder()) / "pen" / "pendigits-train.unipen.gz"
    text = read_unzipped(path).decode("latin-1")
    found = read_unipen(text, str(path), strict=False)
    digits = [digit for digit in found if not _lacks_second_stroke(digit)]
    if not digits:
        raise DataError(f"{path} is corrupt: there is no digit in it")
    return digits


def read_unipen(text: str, named: str, strict: bool = True) -> Iterator[PenDigit]:
    """Read the digits of a UNIPEN file whose `.COMMENT` lines give digit and writer.

    named: what an error calls the file; strict: whether a segment whose comment says something else
        is an error, rather than left out
    Raises DataError, naming the line in which the segment begins that has no such comment or a
    stroke that is none.
    """
    line = 1
    before, *segments = text.split(".SEGMENT DIGIT")
    declared = re.search(r"^\.COORD\s(.*)$", text, re.MULTILINE)
    columns = declared[1].split() if declared else ["X", "Y"]
    for segment in segments:
        line += before.count("\n")
        before = segment
        comment = re.search(r"\.COMMENT\s+(\d)\s+(\d+)", segment)
        try:
            strokes = [_points(stroke, columns) for stroke in segment.split(".PEN_DOWN")[1:]]
        except ValueError as error:
            raise DataError(f"{named}, segment in line {line}: {error}.") from None
        strokes = [stroke for stroke in strokes if stroke.size]
        if comment is None and strict:
            raise DataError(
                f"{named}, line {line}: the segment has no .COMMENT of digit and writer."
            )
        if comment is None or not strokes:
            continue
        upright = tuple(np.stack([s[:, 0], 500 - s[:, 1]], axis=1) / 500 for s in strokes)
        yield PenDigit(int(comment[1]), int(comment[2]), upright)


def _points(stroke: str, columns: list[str]) -> Points:
    """What follows a `.PEN_DOWN`, but for keywords, up to `.PEN_UP`: (N, 2). Raises ValueError."""
    rows = [row.split() for row in stroke.split(".PEN_UP")[0].split("\n")]
    points = [row for row in rows if row and not row[0].startswith(".")]
    if not {"X", "Y"} <= set(columns):
        raise ValueError(f".COORD names {' '.join(columns)}, and not X and Y")
    for row in points:
        if len(row) != len(columns):
            raise ValueError(f"{' '.join(row)!r} is no point of {' '.join(columns)}")
    x_and_y = [columns.index("X"), columns.index("Y")]
    places = np.array(points, np.float64).reshape(-1, len(columns))[:, x_and_y]
    if not np.isfinite(places).all():
        raise ValueError("a point is nowhere")
    return places


def _lacks_second_stroke(digit: PenDigit) -> bool:
    """Whether this is a four of one stroke that falls to the lower right without turning back."""
    if digit.label != 4 or len(digit.strokes) > 1:
        return False
    x, y = digit.strokes[0].T
    x = x[x.argmin() :]
    back = (np.maximum.accumulate(x) - x).max() / max(np.ptp(x), 1e-6)
    rise = (np.maximum.accumulate(y) - y).max() / max(np.ptp(y), 1e-6)
    return bool(back < 0.12 and rise < 0.12)


def letters(folder: Path | None = None, lookalikes: bool = False) -> list[Letter]:
    """The drawings of letters: those that do not look like digits, or those that do."""
    path = (folder or data_folder()) / "letters" / "omniglot_background_small1.zip"
    found = []
    try:
        with zipfile.ZipFile(io.BytesIO(_read(path))) as archive:
            for name in sorted(archive.namelist()):
                match = re.fullmatch(r"[^/]+/([^/]+)/character(\d+)/[^/]+\.png", name)
                if match and (int(match[2]) in LOOKALIKES.get(match[1], set())) == lookalikes:
                    with Image.open(io.BytesIO(archive.read(name))) as image:
                        picture = np.asarray(image.convert("L"))
                    found.append(Letter(match[1], int(match[2]), picture))
    except DAMAGES as error:
        raise DataError(f"{path} is corrupt: {error}") from error
    if VALIDATION_ALPHABET not in {letter.alphabet for letter in found}:
        raise DataError(f"{path} is corrupt: there is no letter of {VALIDATION_ALPHABET} in it")
    return found


def scans(folder: Path | None = None) -> list[tuple[NDArray[np.uint8], int]]:
    """Digits cut from old church books, (H, W) luminance and label; nothing is trained on
    them.

    Empty where the file is not there. Raises DataError, naming it, where it is corrupt.
    """
    path = (folder or data_folder()) / "scans" / "dida-sample.zip"
    if not path.is_file():
        return []
    found = []
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if match := re.fullmatch(r"(?:.*/)?(\d)/[^/]+\.jpg", name):
                    with Image.open(io.BytesIO(archive.read(name))) as image:
                        found.append((np.asarray(image.convert("L")), int(match[1])))
    except DAMAGES as error:
        raise DataError(f"{path} is corrupt: {error}") from error
    return found


def read_unzipped(path: Path) -> bytes:
    """A file's content, which may be gzipped. Raises DataError, naming the file."""
    content = _read(path)
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} is corrupt: {error}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error

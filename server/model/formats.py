"""Digits in every usual form: read into 28×28 pictures, and written.

| form | what it is |
| --- | --- |
| IDX | MNIST's own, gzipped or not: `…-images-idx3-ubyte` beside `…-labels-idx1-ubyte` |
| CSV | a line for each picture: the label, then 784 levels, 0 = paper, 255 = ink |
| folder | a folder for each digit, 0 to 9, with pictures of any size on any paper |
| UNIPEN | pen strokes, gzipped or not, with `.COMMENT digit writer` in each segment |
| ZIP | corrections that were exported from a server, or from the page's last drawings |
"""

import csv
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.corrections import checksum, read_corrections
from model.data import Images, Seen, read_idx, read_unipen, read_unzipped
from model.errors import DataError
from model.normalize import SIDE
from model.picture_file import picture_files, read_picture
from model.prepare import NO_DIGIT, normalized
from model.render import draw_strokes, fit

DIGITS = tuple("0123456789")

LABELS = ("label", "class", "digit", "target", "y")
"""What the label's column is called in headings."""

PARTS = {"train": ("train",), "test": ("t10k", "test")}
"""What is in the names of IDX files, by the part of a data set that they hold."""

NOT_FRACTIONS = "levels are 0 to 255, not 0 to 1."

CANVAS = 128
"""Side of the canvas on which pen strokes are drawn, in pixels."""

PEN = 9
"""Width of the pen that draws them, in pixels of that canvas."""


def read_images(path: Path, part: str = "train") -> Images:
    """Read digits in any of the forms.

    part: "train" or "test"; which of several pairs of IDX files in a folder is read
    Raises DataError, naming the file and, where there are lines, the line.
    """
    try:
        return _read(path, part)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error


def _read(path: Path, part: str) -> Images:
    if not path.exists():
        raise DataError(f"{path} does not exist.")
    if path.is_dir():
        return _read_folder(path, part)
    name = path.name.lower().removesuffix(".gz")
    if _is_idx(path):
        return _read_pair(*_pair(path))
    if name.endswith(".csv"):
        return _read_csv(path)
    if name.endswith(".zip"):
        return _read_archive(path)
    if name.endswith((".unipen", ".dat", ".tra", ".tes")):
        return _read_strokes(path)
    raise DataError(
        f"{path} is in no form that is known: IDX files have idx in their names, others end in "
        ".csv, .zip or .unipen, and pictures stand in folders named 0 to 9."
    )


def digits_checksum(path: Path) -> str:
    """SHA-256 of all that `read_images` reads to train on: of the file, or of the list of several.

    Of the files, not of the pictures: these differ by a level here and there with the number of
    threads that normalise them.
    Raises DataError for what cannot be read.
    """
    files = files_read(path)
    if files == [path]:
        return checksum(path)
    folder = path if path.is_dir() else path.parent
    listed = "".join(f"{checksum(file)} {file.relative_to(folder).as_posix()}\n" for file in files)
    return hashlib.sha256(listed.encode()).hexdigest()


def files_read(path: Path) -> list[Path]:
    """The files that `read_images` reads to train on. Raises DataError, OSError."""
    if path.is_dir():
        return list(_pair_in(path, "train") or _pictures_in(path))
    return list(_pair(path)) if _is_idx(path) else [path]


def _is_idx(path: Path) -> bool:
    name = path.name.lower()
    return "idx" in name and not name.endswith((".csv", ".csv.gz", ".zip"))


def _pair(path: Path) -> tuple[Path, Path]:
    """The IDX files of pictures and of labels; either of them may be named."""
    pictures = path.with_name(path.name.replace("labels-idx1", "images-idx3"))
    labels = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    if pictures == labels:
        raise DataError(f"{path}: an IDX file is named …images-idx3… or …labels-idx1….")
    return pictures, labels


def _pair_in(folder: Path, part: str) -> tuple[Path, Path] | None:
    """The IDX files in a folder, those of `part` where there are several."""
    # Not by `glob`, which finds nothing in a folder that may not be read.
    # What begins with a dot a Mac has left there.
    pairs = sorted(
        path
        for path in folder.iterdir()
        if "images-idx3" in path.name and not path.name.startswith(".")
    )
    of_part = [path for path in pairs if any(name in path.name for name in PARTS[part])]
    return _pair((of_part or pairs)[0]) if pairs else None


def _pictures_in(folder: Path) -> list[Path]:
    return [path for digit in DIGITS for path in picture_files(folder / digit)]


def _read_pair(pictures_path: Path, labels_path: Path) -> Images:
    pictures, labels = read_idx(pictures_path), read_idx(labels_path)
    if pictures.ndim != 3 or pictures.shape[1:] != (SIDE, SIDE):
        raise DataError(f"{pictures_path} holds {pictures.shape}, not pictures of {SIDE}×{SIDE}.")
    if not len(pictures):
        raise DataError(f"{pictures_path} holds no pictures.")
    if labels.shape != pictures.shape[:1]:
        raise DataError(
            f"{pictures_path}: {len(pictures)} pictures, but labels of shape {labels.shape}."
        )
    if pictures.max() == 1:
        raise DataError(f"{pictures_path}: {NOT_FRACTIONS}")
    if labels.max() > 9:
        where = int((labels > 9).argmax())
        raise DataError(f"{labels_path}: label {where} is {labels[where]}, not 0 to 9.")
    return Images(pictures, labels.astype(np.int64))


def _read_csv(path: Path) -> Images:
    rows: list[NDArray[np.uint8]] = []
    labels, places = [], []
    column = 0
    try:
        for number, row in enumerate(csv.reader(_text(path).splitlines()), start=1):
            if not row:
                continue
            where = f"{path}, line {number}"
            if any(";" in value for value in row):
                raise DataError(f"{where}: columns are separated by commas, not by semicolons.")
            if number == 1 and not _is_number(row[0]):
                column = _label_column(row, path)
                continue
            if len(row) != 1 + SIDE * SIDE:
                raise DataError(f"{where}: {len(row)} columns, not a label and {SIDE * SIDE}.")
            labels.append(_label(row.pop(column).strip(), where))
            rows.append(_levels(row, where))
            places.append(f"line {number}")
    except csv.Error as error:
        raise DataError(f"{path} is no CSV file: {error}.") from error
    if not rows:
        raise DataError(f"{path} holds no pictures.")
    if max(levels.max() for levels in rows) == 1:
        raise DataError(f"{path}: {NOT_FRACTIONS}")
    pictures = np.stack(rows).reshape(-1, SIDE, SIDE)
    return Images(pictures, np.array(labels, np.int64), places=places)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _label_column(heading: list[str], path: Path) -> int:
    """Where the labels stand."""
    names = [name.strip().lower() for name in heading]
    for column in (0, -1):
        if names[column] in LABELS:
            return column
    raise DataError(
        f"{path}: neither the first nor the last column is headed {', '.join(LABELS[:-1])} "
        f"or {LABELS[-1]}."
    )


def _levels(values: list[str], where: str) -> NDArray[np.uint8]:
    try:
        levels = np.array(values, np.float64)
    except ValueError as error:
        raise DataError(f"{where}: {error}.") from None
    if not ((levels >= 0) & (levels <= 255) & (levels == np.rint(levels))).all():
        raise DataError(f"{where}: a level is no whole number from 0 to 255.")
    return levels.astype(np.uint8)


def _read_folder(folder: Path, part: str) -> Images:
    if pair := _pair_in(folder, part):
        return _read_pair(*pair)
    files = _pictures_in(folder)
    if not files:
        raise DataError(f"{folder} holds neither IDX files nor folders named 0 to 9 with pictures.")
    pictures = normalized(read_picture(path) for path in files)
    labels = np.array([int(path.parent.name) for path in files], np.int64)
    return Seen(pictures, labels, places=[f"{path.parent.name}/{path.name}" for path in files])


def _read_strokes(path: Path) -> Images:
    digits = list(read_unipen(_text(path, "latin-1"), str(path)))
    if not digits:
        raise DataError(f"{path} holds no digits: a segment has strokes and a line .COMMENT.")
    middle = np.array([CANVAS / 2, CANVAS / 2])
    pictures = normalized(
        1 - draw_strokes(fit(digit.strokes, 0.6 * CANVAS, middle), CANVAS, PEN) for digit in digits
    )
    labels, writers = np.array([(digit.label, digit.writer) for digit in digits], np.int64).T
    return Seen(pictures, labels, writers)


def _read_archive(path: Path) -> Images:
    corrections = read_corrections(path)
    chosen = corrections.labels != NO_DIGIT
    if not chosen.any():
        raise DataError(f"{path} holds no corrections that are digits.")
    pictures, labels = corrections.pictures[chosen], corrections.labels[chosen]
    return Seen(pictures, labels.astype(np.int64))


def _label(text: str, where: str) -> int:
    if text not in DIGITS:
        raise DataError(f"{where}: the label is {text!r}, not 0 to 9.")
    return int(text)


def _text(path: Path, encoding: str = "utf-8-sig") -> str:
    """Without the mark that Excel begins a file of UTF-8 with."""
    try:
        return read_unzipped(path).decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} cannot be read: {error}.") from error


def write_idx(images: Images, folder: Path) -> None:
    """Write two gzipped IDX files."""
    for kind, values in (
        ("images-idx3", images.pictures),
        ("labels-idx1", images.labels.astype(np.uint8)),
    ):
        head = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes()
        content = gzip.compress(head + values.tobytes(), mtime=0)
        (folder / f"train-{kind}-ubyte.gz").write_bytes(content)


def write_csv(images: Images, folder: Path) -> None:
    """Write one CSV file with a heading."""
    with (folder / "digits.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["label", *(f"pixel{i}" for i in range(SIDE * SIDE))])
        for picture, label in zip(images.pictures, images.labels, strict=True):
            writer.writerow([label, *picture.ravel().tolist()])


def write_folder(images: Images, folder: Path) -> None:
    """Write a PNG for each picture, dark on white, in a folder for each digit."""
    for i, (picture, label) in enumerate(zip(images.pictures, images.labels, strict=True)):
        place = folder / str(label)
        place.mkdir(exist_ok=True)
        Image.fromarray(255 - picture).save(place / f"{i:06}.png")


WRITERS: dict[str, Callable[[Images, Path], None]] = {
    "idx": write_idx,
    "csv": write_csv,
    "folder": write_folder,
}
"""By the name of the form."""

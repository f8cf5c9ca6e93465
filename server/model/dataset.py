"""Check digits, and convert them from one form to another: `npm run data`.

Forms that are read: IDX files (gzipped or not; name the file of images, or its folder), CSV (the
label, then 784 levels), a folder of pictures in folders named 0 to 9, UNIPEN strokes, and the ZIP
of corrections that a server hands out, or of the last drawings that the page saves.
"""

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.command import command
from model.data import Images
from model.errors import DataError
from model.formats import WRITERS, read_images
from model.prepare import normalized_images

Levels = NDArray[np.float32]

ALIKE = 5.0
"""Levels, root mean square: pictures that differ by less are one picture. As a JPEG of quality 75 a
picture of MNIST differs by less than that from itself; of 5,000 none comes nearer than 6 to one of
55,000 others."""

AT_ONCE = 500
"""Pictures that are compared with all others at a time."""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="data",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n"
        "  npm run data -- check photos/ --against data/mnist/t10k-images-idx3-ubyte.gz\n"
        "  npm run data -- prepare photos/ --out mine --form idx\n"
        "  npm run train -- --recipe lenet --data mine",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="count and compare; changes nothing")
    prepare = commands.add_parser("prepare", help="check, and write it in another form")
    for one in (check, prepare):
        one.add_argument("source", type=Path, help="file or folder to read")
        one.add_argument(
            "--against", type=Path, help="a test set of which no picture may be in the source"
        )
    prepare.add_argument("--out", type=Path, required=True, help="folder to write, new or empty")
    prepare.add_argument("--form", choices=WRITERS, default="idx", help="default: idx")
    return parser.parse_args(arguments)


def report(images: Images, source: Path) -> list[str]:
    """What is in a set of digits, a line each; what may be wrong begins with "Note:"."""
    counts = np.bincount(images.labels, minlength=10)
    lines = [
        f"{source}: {len(images.labels):,} pictures",
        f"SHA-256 of pixels and labels: {_digest(images)}…",
        "of each digit: " + ", ".join(f"{digit} {count}" for digit, count in enumerate(counts)),
    ]
    missing = [str(digit) for digit, count in enumerate(counts) if not count]
    if missing:
        lines.append(f"Note: there is no {', no '.join(missing)}.")
    blank = np.flatnonzero(images.pictures.max(axis=(1, 2)) == 0).tolist()
    if blank:
        lines.append(f"Note: {len(blank)} pictures are blank: {images.named(blank)}.")
    seen: dict[bytes, list[int]] = {}
    for i, picture in enumerate(images.pictures):
        seen.setdefault(picture.tobytes(), []).append(i)
    if twice := sorted(i for alike in seen.values() for i in alike[1:]):
        lines.append(
            f"Note: {len(twice)} pictures are there already, the same to the pixel: "
            f"{images.named(twice)}."
        )
    several = [alike for alike in seen.values() if len({*images.labels[alike].tolist()}) > 1]
    if several:
        lines.append(
            f"Note: {len(several)} pictures stand there with several labels: "
            f"{images.named(i for alike in several for i in alike)}."
        )
    return lines


def overlap(images: Images, others: Images) -> list[int]:
    """Which pictures are also among others, in whatever form either came.

    Both are compared as they are, as the network sees them, and as it sees that: what was read from
    a picture's file is normalised already, what an IDX file holds may not be, and what was prepared
    in a folder and read from it has been normalised twice.
    """
    (drawn, looked_at), (others_drawn, known) = _levels(images), _levels(others)
    if not (len(drawn) and len(others_drawn)):
        return []
    found = np.zeros(len(drawn), bool)
    for ours in looked_at:
        for start in range(0, len(ours), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            for theirs in known:
                found[some] |= _least_distance(ours[some], theirs) < ALIKE
    indices: list[int] = drawn[found].tolist()
    return indices


def _levels(images: Images) -> tuple[NDArray[np.int64], tuple[Levels, ...]]:
    """The indices of those in which the network sees something, since from others nothing is
    learned; these as they are, as it sees them, and as it sees that: each (N, 784), 0..255."""
    seen = normalized_images(images).pictures
    drawn = np.flatnonzero(seen.any(axis=(1, 2)))
    if not len(drawn):
        return drawn, ()
    as_they_are, seen = images.pictures[drawn], seen[drawn]
    seen_again = normalized_images(Images(seen, images.labels[drawn])).pictures
    return drawn, (_flat(as_they_are), _flat(seen), _flat(seen_again))


def _flat(pictures: NDArray[np.uint8]) -> Levels:
    _, height, width = pictures.shape
    return pictures.reshape(-1, height * width).astype(np.float32)


def _least_distance(some: Levels, others: Levels) -> Levels:
    """Of each picture the root mean square of the levels by which it differs from the nearest."""
    squares = (some * some).sum(1)[:, None] + (others * others).sum(1) - 2 * some @ others.T
    least: Levels = np.sqrt(squares.min(1).clip(min=0) / some.shape[1])
    return least


def _digest(images: Images) -> str:
    digest = hashlib.sha256(images.pictures.tobytes())
    digest.update(images.labels.astype(np.uint8).tobytes())
    return digest.hexdigest()[:16]


@command
def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    images = read_images(options.source)
    print("\n".join(report(images, options.source)))
    if options.against:
        common = overlap(images, read_images(options.against, "test"))
        if common:
            raise DataError(
                f"{len(common)} pictures of {options.source} are also in {options.against}: "
                f"{images.named(common)}. What is tested on may not be trained on."
            )
        print(f"None of them is in {options.against}.")
    if options.command == "prepare":
        _write(images, options.out, options.form)
        print(f"Written to {options.out}, as {options.form}.")
    return 0


def _write(images: Images, folder: Path, form: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (there := next(folder.iterdir(), None)) is not None:
            raise DataError(f"{folder} is not empty, it holds {there.name}: name a new folder.")
        # All of it, or none: a part of it would be read as a smaller set.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as unfinished:
            WRITERS[form](images, Path(unfinished))
            for written in Path(unfinished).iterdir():
                written.rename(folder / written.name)
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main())

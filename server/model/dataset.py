"""Check digits, and convert them from one form to another: `npm run data`.

Forms that are read: IDX files (gzipped or not; name the file of images, or its folder), CSV (label
first, 784 columns), a folder of pictures in folders named 0 to 9, UNIPEN strokes, and the ZIP of
corrections that a server hands out.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import numpy as np

from model.data import Images
from model.errors import DataError
from model.formats import WRITERS, read_images


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
    for command in (check, prepare):
        command.add_argument("source", type=Path, help="file or folder to read")
        command.add_argument(
            "--against", type=Path, help="a test set of which no picture may be in the source"
        )
    prepare.add_argument("--out", type=Path, required=True, help="folder to write, new or empty")
    prepare.add_argument("--form", choices=WRITERS, default="idx", help="default: idx")
    return parser.parse_args(arguments)


def report(images: Images, source: Path) -> list[str]:
    """What is in a set of digits, a line each; what may be wrong begins with "Note:"."""
    counts = np.bincount(images.labels, minlength=10)
    lines = [
        f"{source}: {len(images.labels):,} pictures, SHA-256 {_digest(images)}",
        "of each digit: " + ", ".join(f"{digit} {count}" for digit, count in enumerate(counts)),
    ]
    missing = [str(digit) for digit, count in enumerate(counts) if not count]
    if missing:
        lines.append(f"Note: there is no {', no '.join(missing)}.")
    blank = int((images.pictures.max(axis=(1, 2)) == 0).sum())
    if blank:
        lines.append(f"Note: {blank} pictures are blank.")
    seen: dict[bytes, set[int]] = {}
    for picture, label in zip(images.pictures, images.labels.tolist(), strict=True):
        seen.setdefault(picture.tobytes(), set()).add(label)
    if twice := len(images.labels) - len(seen):
        lines.append(f"Note: {twice} pictures are there already, the same to the pixel.")
    if several := sum(len(labels) > 1 for labels in seen.values()):
        lines.append(f"Note: {several} pictures stand there with several labels.")
    return lines


def overlap(images: Images, others: Images) -> int:
    """How many pictures are also among others, the same to the pixel."""
    known = {picture.tobytes() for picture in others.pictures}
    return sum(picture.tobytes() in known for picture in images.pictures)


def _digest(images: Images) -> str:
    digest = hashlib.sha256(images.pictures.tobytes())
    digest.update(images.labels.astype(np.uint8).tobytes())
    return digest.hexdigest()[:16]


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    try:
        images = read_images(options.source)
        print("\n".join(report(images, options.source)))
        if options.against:
            common = overlap(images, read_images(options.against))
            if common:
                raise DataError(
                    f"{common} pictures of {options.source} are also in {options.against}: what is "
                    "tested on may not be trained on."
                )
            print(f"None of them is in {options.against}.")
        if options.command == "prepare":
            _write(images, options.out, options.form)
            print(f"Written to {options.out}, as {options.form}.")
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _write(images: Images, folder: Path, form: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DataError(f"{folder} is not empty: name a new folder.")
        WRITERS[form](images, folder)
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main())

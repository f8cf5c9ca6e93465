"""Throw broken pictures at the decoder: `npm run fuzz`, or `python -m bench.fuzz` in `server/`.

Each is a sound file of a format that is read, with bytes changed, cut off, put in or taken from
another file; the checksums of every second PNG are made right again, so that what stands in its
chunks is read. Whatever happens has to be a picture, or a problem that says why it is none.
"""

import argparse
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from PIL import Image
from tqdm import tqdm

from app.images import FORMATS, decode
from app.problems import ProblemError

MAX_PIXELS = 1_000_000
SLOW = 2.0
"""Seconds that no file of so many pixels may take."""

Rng = np.random.Generator


def sound_files() -> list[bytes]:
    """Small pictures of every format, in the modes and variants that each of them has."""
    levels = np.random.default_rng(0).integers(0, 255, (20, 24, 4), np.uint8)
    picture = Image.fromarray(levels, "RGBA")
    files = []
    for kind in FORMATS:
        for mode in ("L", "RGB", "RGBA", "P", "1", "LA", "I;16"):
            for options in ({}, {"progressive": True}, {"lossless": True}, {"interlace": 1}):
                file = BytesIO()
                try:
                    image = picture.convert("RGB").convert("I") if mode == "I;16" else picture
                    image.convert(mode).save(file, kind, **options)
                except (OSError, ValueError):
                    continue  # this format has no such mode
                files.append(file.getvalue())
    turned = BytesIO()
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.convert("RGB").save(turned, "JPEG", exif=exif)
    return sorted({*files, turned.getvalue()})


def broken(files: list[bytes], rng: Rng) -> bytes:
    """One of the files, broken."""
    data = bytearray(files[rng.integers(len(files))])
    for _ in range(int(rng.integers(1, 6))):
        if not data:
            break
        # Headers decide most: half of all changes are made there.
        reach = len(data) if rng.random() < 0.5 else min(len(data), 64)
        at = int(rng.integers(reach))
        length = int(rng.integers(1, 9))
        match int(rng.integers(7)):
            case 0:
                data[at] = int(rng.integers(256))
            case 1:
                data[at] ^= 1 << int(rng.integers(8))
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = rng.bytes(length)
            case 4:
                data[at : at + length] = bytes([int(rng.choice([0, 1, 127, 128, 255]))]) * length
            case 5:
                other = files[rng.integers(len(files))]
                start = int(rng.integers(len(other)))
                data[at : at + 4 * length] = other[start : start + 4 * length]
            case _:
                del data[at:]
    return with_checksums(bytes(data)) if rng.random() < 0.5 else bytes(data)


def with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks' checksums are right; what is none comes back as it is."""
    signature = b"\x89PNG\r\n\x1a\n"
    if not data.startswith(signature):
        return data
    mended, at = bytearray(signature), len(signature)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        mended += data[at : at + 4] + body + zlib.crc32(body).to_bytes(4)
        at += 12 + length
    return bytes(mended + data[at:])


def inputs(number: int, seed: int) -> Iterator[bytes]:
    """So many broken files, the same ones for the same seed."""
    files = sound_files()
    for index in range(number):
        yield broken(files, np.random.default_rng((seed, index)))


def fate(data: bytes) -> str:
    """What became of a file: "picture", or the status of why it is none.

    Raises AssertionError for what is against the contract or takes too long, and whatever else is
    raised that is no ProblemError.
    """
    begun = time.perf_counter()
    status = None
    try:
        picture = decode(data, MAX_PIXELS)
    except ProblemError as problem:
        status = problem.status
    assert time.perf_counter() - begun < SLOW, "it takes too long"
    if status is not None:
        assert 400 <= status < 500
        return str(status.value)
    assert picture.grey.dtype == np.float32
    assert 0 <= picture.grey.min() <= picture.grey.max() <= 1
    return "picture"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="how many (default: 100,000)")
    parser.add_argument("--seed", type=int, default=0, help="of all of them (default: 0)")
    options = parser.parse_args(arguments)
    fates: Counter[str] = Counter()
    for data in tqdm(inputs(options.inputs, options.seed), total=options.inputs, unit="file"):
        try:
            fates[fate(data)] += 1
        except Exception as error:
            print(f"{type(error).__name__}: {error}\n{data.hex()}", file=sys.stderr)
            return 1
    print(", ".join(f"{name}: {count:,}" for name, count in sorted(fates.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Fetching the data that is not there yet, checked against its checksums."""

import gzip
import hashlib
import importlib
import io
import sys
import tempfile
import urllib.request
import zipfile
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import torch

from model.data import data_folder
from model.errors import DataError
from model.folders import replace_file

# The declarations made through it live as long as it does.
_operators = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Source:
    """One file on the web."""

    url: str
    sha256: str


PEN = Source(
    "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip",
    "1e02bea023613c2b11c9492f6f34caf975420455934f3527d270cee9a1f03b64",
)
LETTERS = Source(
    "https://github.com/brendenlake/omniglot/raw/master/python/images_background_small1.zip",
    "f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4",
)


def ensure_data(folder: Path | None = None) -> None:
    """Download what is missing of MNIST, the pen digits and the letters.

    Raises DataError, naming the file and the address, where that fails.
    """
    folder = folder or data_folder()
    ensure_mnist(folder / "mnist")
    ensure_pen(folder / "pen" / "pendigits-train.unipen.gz", PEN)
    ensure_letters(folder / "letters" / "omniglot_background_small1.zip", LETTERS)


def ensure_mnist(folder: Path) -> None:
    """Download MNIST's four files from torchvision's mirrors, with torchvision's checksums."""
    expected = [
        folder / f"{part}-{kind}-ubyte.gz"
        for part in ("train", "t10k")
        for kind in ("images-idx3", "labels-idx1")
    ]
    if all(path.is_file() for path in expected):
        return
    make_torchvision_importable()
    from torchvision.datasets import MNIST

    _make(folder)
    for name, md5 in MNIST.resources:
        if (folder / name).is_file():
            continue
        try:
            # What is interrupted leaves nothing that a later run would take for the file.
            with tempfile.TemporaryDirectory(dir=folder) as unfinished:
                _download_from(MNIST.mirrors, Path(unfinished) / name, folder / name, md5)
        except OSError as error:
            raise _unwritable(folder / name, error) from error


def _download_from(mirrors: list[str], unfinished: Path, path: Path, md5: str) -> None:
    from torchvision.datasets.utils import download_url

    failures = []
    for mirror in mirrors:
        try:
            download_url(mirror + path.name, str(unfinished.parent), path.name, md5)
            break
        except (OSError, RuntimeError, HTTPException) as error:
            failures.append(f"{mirror}: {error}")
    else:
        raise DataError(f"{path} is missing and no mirror has it ({'; '.join(failures)})")
    unfinished.replace(path)


def make_torchvision_importable() -> None:
    """Import torchvision also where its build does not match torch's.

    A torchvision built for CUDA beside a torch for CPUs does not find its own operators, and its
    import fails (https://github.com/pytorch/vision/issues/9085). Data sets never use them, so
    declaring the two that it asks for is enough.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        for operator in ("nms", "qnms"):
            schema = f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            _operators.define(schema)  # type: ignore[no-untyped-call]
        importlib.import_module("torchvision")


def ensure_pen(path: Path, source: Source) -> None:
    """Download the pen digits; the archive holds them in the format of Unix `compress`."""
    if path.is_file():
        return
    from unlzw3 import unlzw

    with zipfile.ZipFile(io.BytesIO(fetch(source, path))) as archive:
        compressed = archive.read("pendigits-orig.tra.Z")
    _write(path, gzip.compress(unlzw(compressed), mtime=0))


def ensure_letters(path: Path, source: Source) -> None:
    """Download the drawings of letters."""
    if not path.is_file():
        _write(path, fetch(source, path))


def fetch(source: Source, wanted: Path) -> bytes:
    """Download a file and check it. Raises DataError, naming the file that was `wanted`."""
    print(f"Downloading {wanted.name} …", file=sys.stderr)
    try:
        with urllib.request.urlopen(source.url, timeout=30) as response:
            content: bytes = response.read()
    except (OSError, HTTPException) as error:
        raise DataError(
            f"{wanted} is missing and cannot be downloaded from {source.url}: {error}"
        ) from error
    if hashlib.sha256(content).hexdigest() != source.sha256:
        raise DataError(f"{wanted} is missing, and what {source.url} sends is not that file")
    return content


def _write(path: Path, content: bytes) -> None:
    _make(path.parent)
    try:
        replace_file(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(f"{path} cannot be written: {error.strerror}")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be made: {error.strerror}") from error

"""Downloading, from a real web server on this machine that holds small files."""

import gzip
import hashlib
import io
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from model import download
from model.download import Source
from model.errors import DataError

# "hello\n" as Unix `compress` writes it: 9-bit codes, least significant bit first.
HELLO_COMPRESSED = bytes.fromhex("1f9d9068cab061f34601")
HELLO = b"hello\n"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address and folder of a web server."""
    folder = tmp_path / "web"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", folder
        server.shutdown()


def source(web: tuple[str, Path], name: str, content: bytes) -> Source:
    (web[1] / name).write_bytes(content)
    return Source(web[0] + name, hashlib.sha256(content).hexdigest())


def test_the_pen_digits_are_unpacked_from_their_archive(
    web: tuple[str, Path], tmp_path: Path
) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("pendigits-orig.tra.Z", HELLO_COMPRESSED)
    path = tmp_path / "pen" / "digits.gz"
    download.ensure_pen(path, source(web, "pen.zip", archive.getvalue()))
    assert gzip.decompress(path.read_bytes()) == HELLO


def test_what_is_there_is_not_downloaded_again(tmp_path: Path) -> None:
    path = tmp_path / "letters.zip"
    path.write_bytes(b"there")
    download.ensure_letters(path, Source("http://127.0.0.1:9/nowhere", ""))
    assert path.read_bytes() == b"there"


def test_a_file_with_the_wrong_checksum_is_refused(web: tuple[str, Path], tmp_path: Path) -> None:
    honest = source(web, "letters.zip", b"right")
    (web[1] / "letters.zip").write_bytes(b"wrong")
    with pytest.raises(DataError, match=r"letters.zip is missing, and what http://.* sends is not"):
        download.ensure_letters(tmp_path / "letters.zip", honest)
    assert not (tmp_path / "letters.zip").exists()


def test_a_server_that_does_not_have_it_is_named(web: tuple[str, Path], tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"letters.zip is missing and cannot be downloaded from http"
    ):
        download.ensure_letters(tmp_path / "letters.zip", Source(web[0] + "nothing", ""))


def test_mnist_comes_from_the_first_mirror_that_has_it(
    web: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    download.make_torchvision_importable()
    from torchvision.datasets import MNIST

    resources = []
    for name, _ in MNIST.resources:
        (web[1] / name).write_bytes(name.encode())
        resources.append((name, hashlib.md5(name.encode()).hexdigest()))
    monkeypatch.setattr(MNIST, "resources", resources)
    monkeypatch.setattr(MNIST, "mirrors", [web[0] + "not-here/", web[0]])
    folder = tmp_path / "mnist"
    download.ensure_mnist(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        name: name.encode() for name, _ in resources
    }


def test_mnist_that_no_mirror_has_is_named(
    web: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    download.make_torchvision_importable()
    from torchvision.datasets import MNIST

    monkeypatch.setattr(MNIST, "mirrors", [web[0]])
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte.gz is missing and no mirror"):
        download.ensure_mnist(tmp_path / "mnist")


def test_an_interrupted_download_leaves_nothing_behind(
    web: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    download.make_torchvision_importable()
    from torchvision.datasets import MNIST, utils

    def interrupted(mirror: str, folder: str, name: str, md5: str) -> None:
        (Path(folder) / name).write_bytes(b"the first half")
        raise KeyboardInterrupt

    monkeypatch.setattr(MNIST, "mirrors", [web[0]])
    monkeypatch.setattr(utils, "download_url", interrupted)
    with pytest.raises(KeyboardInterrupt):
        download.ensure_mnist(tmp_path / "mnist")
    assert list((tmp_path / "mnist").iterdir()) == []


def test_a_body_that_breaks_off_is_an_error_that_names_the_file(
    web: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shorter(handler: Quiet) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"short")

    monkeypatch.setattr(Quiet, "do_GET", shorter)
    with pytest.raises(DataError, match=r"letters.zip is missing and cannot be downloaded"):
        download.ensure_letters(tmp_path / "letters.zip", Source(web[0] + "letters.zip", ""))


def test_a_folder_that_may_not_be_written_to_is_named(
    web: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", forbidden)
    with pytest.raises(DataError, match=r"ubyte.gz cannot be written: Permission denied$"):
        download.ensure_mnist(tmp_path)
    (tmp_path / "letters.zip").mkdir()
    with pytest.raises(DataError, match=r"letters.zip cannot be written: Is a directory$"):
        download.ensure_letters(tmp_path / "letters.zip", source(web, "letters.zip", b"right"))

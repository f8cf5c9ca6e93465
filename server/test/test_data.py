"""Reading the data: right answers on small files, clear errors on broken ones."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
from services import skip_without_data

from model import data
from model.errors import DataError


def idx(values: np.ndarray) -> bytes:
    return (
        b"\0\0\x08"
        + bytes([values.ndim])
        + np.array(values.shape, ">u4").tobytes()
        + values.astype(np.uint8).tobytes()
    )


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_an_idx_file_is_read_gzipped_or_not(tmp_path: Path, pack: type[bytes]) -> None:
    values = np.arange(24).reshape(2, 3, 4)
    path = tmp_path / "images"
    path.write_bytes(pack(idx(values)))
    assert (data.read_idx(path) == values).all()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\x09\x01\0\0\0\0",
        b"\0\0\x08",
        b"\0\0\x08\x03\0",
        idx(np.zeros((2, 2)))[:-1],
        b"\x1f\x8b rubbish",
        b"\0\0\x08\x03\x80\0\0\0\x80\0\0\0\0\0\0\x04",  # 2 ** 64 values, which wrap to none
        b"\0\0\x08\x41" + 65 * b"\0\0\0\x01" + b"\0",
    ],
)
def test_a_corrupt_idx_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "train-images"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"train-images is corrupt"):
        data.read_idx(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte.gz cannot be read: No such file"):
        data.mnist("train", tmp_path)
    with pytest.raises(DataError, match=r"pendigits-train.unipen.gz cannot be read"):
        data.pen_digits(tmp_path)
    with pytest.raises(DataError, match=r"omniglot_background_small1.zip cannot be read"):
        data.letters(tmp_path)


def test_less_than_mnist_is_told(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    for name, values in (("images-idx3", np.zeros((9, 28, 28))), ("labels-idx1", np.zeros(9))):
        (tmp_path / f"mnist/train-{name}-ubyte.gz").write_bytes(gzip.compress(idx(values)))
    with pytest.raises(DataError, match=r"9 images \(train\) are not all of MNIST's"):
        data.mnist("train", tmp_path)


def test_letters_in_other_folders_are_told(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    path = tmp_path / "letters/omniglot_background_small1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Early_Aramaic/character02/0001_01.png", b"")
    with pytest.raises(DataError, match=r"small1.zip is corrupt: there is no letter of Early_Aram"):
        data.letters(tmp_path)


def test_a_corrupt_point_of_the_pen_data_is_named(tmp_path: Path) -> None:
    (tmp_path / "pen").mkdir()
    path = tmp_path / "pen/pendigits-train.unipen.gz"
    path.write_bytes(gzip.compress(UNIPEN.replace(" 0 500", " 0 nowhere").encode()))
    with pytest.raises(DataError, match=r"pendigits-train.unipen.gz, segment in line"):
        data.pen_digits(tmp_path)


def test_an_archive_that_breaks_off_is_named(tmp_path: Path) -> None:
    for folder, name in (("letters", "omniglot_background_small1"), ("scans", "dida-sample")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.zip").write_bytes(b"PK\3\4 and no more")
    with pytest.raises(DataError, match=r"omniglot_background_small1.zip is corrupt"):
        data.letters(tmp_path)
    with pytest.raises(DataError, match=r"dida-sample.zip is corrupt"):
        data.scans(tmp_path)


UNIPEN = """
.SEGMENT DIGIT 0 ? "8"
.COMMENT 8 12 224
.PEN_DOWN
 0 500
 250 250
.PEN_UP
.DT 100
.PEN_DOWN
 500 0
.PEN_UP
.SEGMENT DIGIT 1 ? "1"
.COMMENT 1 3 5
.PEN_DOWN
 250 500
 250 0
.PEN_UP
"""


def test_strokes_are_read_with_y_downwards_and_scaled_to_the_tablet() -> None:
    eight, one = data.read_unipen(UNIPEN, "own")
    assert (eight.label, eight.writer, one.label, one.writer) == (8, 12, 1, 3)
    assert [stroke.tolist() for stroke in eight.strokes] == [[[0, 0], [0.5, 0.5]], [[1, 1]]]
    assert one.strokes[0].tolist() == [[0.5, 0], [0.5, 1]]


def test_a_point_is_where_the_columns_say() -> None:
    text = UNIPEN.replace(" 0 500\n 250 250\n", " 0.5 500.0\n 250 250.25\n")
    eight, _ = data.read_unipen(text, "own")
    assert eight.strokes[0].tolist() == [[0.001, 0], [0.5, 0.4995]]
    between = UNIPEN.replace(" 250 250\n", ".DT 10\n 250 250\n")
    assert len(next(data.read_unipen(between, "own")).strokes[0]) == 2
    named = ".COORD T X Y P\n" + UNIPEN
    for point in (" 0 500\n", " 250 250\n", " 500 0\n", " 250 500\n", " 250 0\n"):
        named = named.replace(point, f" 17{point[:-1]} 99\n")
    assert [
        [stroke.tolist() for stroke in digit.strokes] for digit in data.read_unipen(named, "own")
    ] == [
        [stroke.tolist() for stroke in digit.strokes] for digit in data.read_unipen(UNIPEN, "own")
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (UNIPEN.replace(" 250 500\n", " 250 500 17 99\n"), "'250 500 17 99' is no point of X Y"),
        (UNIPEN.replace(" 250 500\n", " 250\n"), "'250' is no point of X Y"),
        (UNIPEN.replace(" 250 500\n", " 250 much\n"), "could not convert string to float: 'much'"),
        (UNIPEN.replace(" 250 500\n", " nan 5\n"), "a point is nowhere"),
        (".COORD A B\n" + UNIPEN, ".COORD names A B, and not X and Y"),
    ],
)
def test_what_is_no_point_is_told(text: str, reason: str) -> None:
    with pytest.raises(DataError, match=rf"own.unipen, segment in line \d+: {reason}"):
        list(data.read_unipen(text, "own.unipen"))


def test_pen_data_is_read_without_what_no_comment_explains() -> None:
    (one,) = data.read_unipen(UNIPEN.replace("8 12 224", "eight"), "own", strict=False)
    assert one.label == 1


def test_the_folder_is_the_one_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    assert data.data_folder() == tmp_path
    monkeypatch.setenv("DIGITS_DATA", "elsewhere")
    assert data.data_folder() == data.CHECKOUT / "elsewhere"


def test_a_four_without_its_second_stroke_is_left_out() -> None:
    corner = np.array([[0.5, 0.0], [0.3, 0.5], [0.4, 0.6], [0.8, 0.6], [0.85, 0.9]])
    crossed = np.array([[0.7, 0.2], [0.7, 1.0]])
    assert data._lacks_second_stroke(data.PenDigit(4, 1, (corner,)))
    assert not data._lacks_second_stroke(data.PenDigit(4, 1, (corner, crossed)))
    assert not data._lacks_second_stroke(data.PenDigit(7, 1, (corner,)))


def test_the_pen_data_has_all_writers_and_digits() -> None:
    skip_without_data()
    digits = data.pen_digits()
    assert {digit.writer for digit in digits} == set(range(1, 31))
    assert 7470 < len(digits) < 7494
    assert np.bincount([digit.label for digit in digits]).min() > 700
    points = np.concatenate([stroke for digit in digits for stroke in digit.strokes])
    assert points.min() >= 0
    assert points.max() <= 1

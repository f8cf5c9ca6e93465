"""Digits in every form: read, checked, converted."""

import errno
import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps
from PIL.Image import Transpose
from uploads import file_of, one

from app.images import decode
from model import dataset, train
from model.data import Images, read_idx
from model.formats import WRITERS, digits_checksum, read_images, write_csv
from model.picture_file import read_picture

UNIPEN = """.SEGMENT DIGIT
.COMMENT 1 5 1
.PEN_DOWN
250 100
250 250
250 400
.PEN_UP
"""


@pytest.fixture
def digits() -> Images:
    """Six upright strokes of different places and lengths, as MNIST would hold them."""
    pictures = np.zeros((6, 28, 28), np.uint8)
    for i in range(6):
        pictures[i, 4 : 20 + i % 3, 12 + i : 15 + i] = 255
    return Images(pictures, np.array([1, 7, 1, 7, 0, 9], np.int64))


def written(digits: Images, folder: Path, form: str) -> Path:
    folder.mkdir()
    WRITERS[form](digits, folder)
    return folder / "digits.csv" if form == "csv" else folder


@pytest.mark.parametrize("form", ["idx", "csv"])
def test_what_is_written_is_read_again(digits: Images, tmp_path: Path, form: str) -> None:
    again = read_images(written(digits, tmp_path / form, form))
    np.testing.assert_array_equal(again.pictures, digits.pictures)
    np.testing.assert_array_equal(again.labels, digits.labels)


def test_a_folder_of_pictures_is_read_as_the_network_sees_them(
    digits: Images, tmp_path: Path
) -> None:
    again = read_images(written(digits, tmp_path / "folder", "folder"))
    assert again.pictures.shape == (6, 28, 28)
    assert sorted(again.labels.tolist()) == sorted(digits.labels.tolist())
    # Each stroke is scaled to a height of 20 and centred.
    assert (again.pictures.max(axis=(1, 2)) > 200).all()
    assert (np.abs(again.pictures.astype(float).mean((0, 1)).argmax() - 14) <= 1).all()


def test_idx_files_need_not_be_compressed(digits: Images, tmp_path: Path) -> None:
    folder = written(digits, tmp_path / "idx", "idx")
    for path in list(folder.iterdir()):
        (folder / path.name.removesuffix(".gz")).write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    assert read_images(folder / "train-labels-idx1-ubyte").labels.tolist() == [1, 7, 1, 7, 0, 9]


def test_a_heading_may_say_that_the_label_comes_last(digits: Images, tmp_path: Path) -> None:
    path = tmp_path / "mnist_784.csv"
    rows = zip(digits.pictures, digits.labels, strict=True)
    heading = ",".join([*(f"pixel{i}" for i in range(1, 785)), "class"])
    lines = [",".join(map(str, [*picture.ravel(), label])) for picture, label in rows]
    path.write_text("\n".join([heading, *lines]))
    again = read_images(path)
    np.testing.assert_array_equal(again.pictures, digits.pictures)
    np.testing.assert_array_equal(again.labels, digits.labels)


def test_a_table_may_be_marked_and_end_in_blank_lines(digits: Images, tmp_path: Path) -> None:
    text = written(digits, tmp_path / "csv", "csv").read_text()
    heading, _, rows = text.partition("\n")
    path = tmp_path / "DIGITS.CSV"
    for content in (f"{heading}\n{rows}\n\n", rows):
        path.write_text(content, "utf-8-sig")
        np.testing.assert_array_equal(read_images(path).pictures, digits.pictures)


def test_the_table_of_corrections_may_be_marked(tmp_path: Path) -> None:
    path = tmp_path / "CORRECTIONS.ZIP"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.png", file_of(one()))
        archive.writestr("corrections.csv", "file,was\r\none.png,1\r\n".encode("utf-8-sig"))
    assert read_images(path).labels.tolist() == [1]


def test_what_a_system_leaves_in_a_folder_is_no_picture(digits: Images, tmp_path: Path) -> None:
    folder = written(digits, tmp_path / "folder", "folder")
    for name in (".DS_Store", "Thumbs.db", "._000000.png"):
        (folder / "1" / name).write_bytes(b"\0\0\0\1Bud1")
    assert len(read_images(folder).labels) == 6


@pytest.mark.parametrize(
    ("form", "changed"),
    [("idx", "train-labels-idx1-ubyte.gz"), ("folder", "1/000000.png"), ("csv", "digits.csv")],
)
def test_the_checksum_is_of_every_file_that_is_read(
    digits: Images, tmp_path: Path, form: str, changed: str
) -> None:
    path = written(digits, tmp_path / form, form)
    before = digits_checksum(path)
    (tmp_path / form / "notes.txt").write_text("not read")
    assert digits_checksum(path) == before
    with (tmp_path / form / changed).open("ab") as file:
        file.write(b"more")
    assert digits_checksum(path) != before


def test_the_checksum_of_one_idx_file_is_also_of_the_other(digits: Images, tmp_path: Path) -> None:
    path = written(digits, tmp_path / "idx", "idx") / "train-images-idx3-ubyte.gz"
    before = digits_checksum(path)
    (tmp_path / "idx" / "train-labels-idx1-ubyte.gz").write_bytes(b"others")
    assert digits_checksum(path) != before


@pytest.fixture
def seven() -> Image.Image:
    """Dark on white, upright."""
    image = Image.new("L", (90, 120), 255)
    ImageDraw.Draw(image).line([(20, 20), (70, 20), (35, 100)], fill=20, width=8)
    return image


def levels(path: Path) -> NDArray[np.int64]:
    """How the network would see the only picture of a folder."""
    seen: NDArray[np.int64] = read_images(path).pictures[0].astype(np.int64)
    return seen


def test_pictures_are_turned_upright_as_their_exif_says(seven: Image.Image, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    for name, image in (("upright", seven), ("lying", seven.transpose(Transpose.ROTATE_90))):
        (tmp_path / name / "7").mkdir(parents=True)
        image.save(tmp_path / name / "7" / "a.png", exif=exif if name == "lying" else None)
    np.testing.assert_array_equal(levels(tmp_path / "lying"), levels(tmp_path / "upright"))


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_without_paper_is_laid_on_what_it_stands_out_from(
    seven: Image.Image, tmp_path: Path, ink: int
) -> None:
    transparent = Image.new("LA", seven.size, (ink, 0))
    transparent.putalpha(ImageOps.invert(seven))
    for name, image in (("paper", seven), ("none", transparent)):
        (tmp_path / name / "7").mkdir(parents=True)
        image.save(tmp_path / name / "7" / "a.png")
    assert np.abs(levels(tmp_path / "none") - levels(tmp_path / "paper")).max() <= 30
    assert levels(tmp_path / "none").max() > 200


@pytest.mark.parametrize("transparent", [False, True])
def test_scans_of_sixteen_bits_are_read_like_those_of_eight(
    seven: Image.Image, tmp_path: Path, transparent: bool
) -> None:
    scan = Image.fromarray(np.asarray(seven).astype(np.uint16) * 257)
    options: dict[str, Any] = {"transparency": 65535} if transparent else {}
    for name, image in (("eight", seven), ("sixteen", scan)):
        (tmp_path / name / "7").mkdir(parents=True)
        image.save(tmp_path / name / "7" / "a.png", **(options if image is scan else {}))
    np.testing.assert_array_equal(levels(tmp_path / "sixteen"), levels(tmp_path / "eight"))


def test_pen_strokes_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "STROKES.UNIPEN.GZ"
    path.write_bytes(gzip.compress(UNIPEN.encode()))
    images = read_images(path)
    assert images.labels.tolist() == [1]
    assert images.pictures[0, 6:22, 13:15].min() > 100


ZEROS = ",".join("0" * 784)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", f"label\n3,{ZEROS}\n4,1,2\n", "a.csv, line 3: 3 columns"),
        ("a.csv", f"3,{ZEROS}\nx,{ZEROS}\n", "a.csv, line 2: the label is 'x'"),
        (
            "a.csv",
            f"3,{ZEROS[:-1]}300\n",
            "a.csv, line 1: a level is no whole number from 0 to 255",
        ),
        (
            "a.csv",
            f"3,{ZEROS[:-1]}0.5\n",
            "a.csv, line 1: a level is no whole number from 0 to 255",
        ),
        ("a.csv", f"3,{ZEROS[:-1]}1\n4,{ZEROS}\n", "a.csv: levels are 0 to 255, not 0 to 1"),
        ("a.csv", f"what\n3,{ZEROS}\n", "neither the first nor the last column is headed label"),
        ("a.csv", f"3,{ZEROS[:-1]}ink\n", "a.csv, line 1: could not convert"),
        ("a.csv", "label;pixel1\n3;0\n", "a.csv, line 1: columns are separated by commas"),
        ("a.csv", "3;0,5;0\n", "a.csv, line 1: columns are separated by commas"),
        ("a.csv", "", "a.csv holds no pictures"),
        ("of-idx.csv", "", "of-idx.csv holds no pictures"),
        ("a.unipen", "nothing", "a.unipen holds no digits"),
        (
            "a.unipen",
            UNIPEN + UNIPEN.replace("1 5 1", "12 5 1"),
            "a.unipen, line 8: the segment has no .COMMENT of digit and writer",
        ),
        ("A.ZIP", "no archive", "A.ZIP is no archive"),
        ("train-images-idx3-ubyte", "no IDX", "not an IDX file"),
        ("a.txt", "7", "in no form that is known"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, reason: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert dataset.main(["check", str(path)]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1


def test_idx_files_of_fractions_are_named(
    digits: Images, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(Images(digits.pictures // 255, digits.labels), tmp_path / "idx", "idx")
    assert dataset.main(["check", str(folder)]) == 2
    reason = "train-images-idx3-ubyte.gz: levels are 0 to 255, not 0 to 1."
    assert reason in capsys.readouterr().err


def test_no_pictures_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(
        bytes((0, 0, 8, 3, *bytes(7), 28, 0, 0, 0, 28))
    )
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(bytes((0, 0, 8, 1, *bytes(4))))
    assert dataset.main(["check", str(tmp_path)]) == 2
    assert "train-images-idx3-ubyte holds no pictures." in capsys.readouterr().err


def odd_ones(seven: Image.Image) -> dict[str, bytes]:
    """Files in which it is hard to tell ink from paper."""
    ink = seven.point([255] * 128 + [0] * 128)
    unused = io.BytesIO()
    Image.merge("RGBA", [seven] * 3 + [Image.new("L", seven.size)]).save(unused, "BMP")
    board = Image.new("RGBA", seven.size, (30, 40, 35, 255))
    board.paste((230, 230, 220, 255), mask=ink)
    board.paste((0, 0, 0, 0), (0, 0, board.width, 12))
    red = Image.new("RGB", seven.size, (0, 130, 0))
    red.paste((255, 0, 0), mask=ink)
    turned = Image.Exif()
    turned[0x0112] = 6
    return {
        "a.bmp": unused.getvalue(),
        "b.png": file_of(board),
        "c.png": file_of(red),
        "d.png": file_of(Image.fromarray(np.asarray(seven).astype(np.uint16) * 257)),
        "e.jpg": file_of(seven.resize((2000, 2600)), "JPEG", exif=turned),
        "f.gif": file_of(seven.convert("P"), "GIF"),
    }


def test_pictures_are_read_as_the_server_reads_them(seven: Image.Image, tmp_path: Path) -> None:
    for name, data in odd_ones(seven).items():
        (tmp_path / name).write_bytes(data)
        found, posted = read_picture(tmp_path / name), decode(data, 10_000_000, keep=512).grey
        np.testing.assert_allclose(found, posted, atol=1e-6, err_msg=name)
        assert np.ptp(found) > 0.5, name


def test_a_broken_picture_in_a_folder_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "good.png").write_bytes(file_of(one()))
    (tmp_path / "1" / "bad.png").write_text("no picture")
    assert dataset.main(["check", str(tmp_path)]) == 2
    assert f"{tmp_path / '1' / 'bad.png'} is no picture" in capsys.readouterr().err


def test_a_folder_of_a_digit_that_cannot_be_read_is_named(
    digits: Images, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(digits, tmp_path / "folder", "folder")
    (folder / "3").symlink_to("3")
    assert dataset.main(["check", str(folder)]) == 2
    assert f"{folder / '3'} cannot be read" in capsys.readouterr().err


def test_a_path_that_cannot_be_looked_at_is_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def forbidden(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", forbidden)
    assert dataset.main(["check", "locked/a.csv"]) == 2
    assert capsys.readouterr().err == "locked/a.csv cannot be read: Permission denied.\n"


def test_counts_duplicates_and_missing_digits_are_told(
    digits: Images, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = Images(
        np.concatenate([digits.pictures, digits.pictures[:1]]), np.append(digits.labels, 4)
    )
    path = written(twice, tmp_path / "csv", "csv")
    assert dataset.main(["check", str(path)]) == 0
    told = capsys.readouterr().out
    assert "7 pictures" in told
    assert "0 1, 1 2, 2 0" in told
    assert "no 2, no 3, no 5" in told
    assert "Note: 1 pictures are there already, the same to the pixel: line 8.\n" in told
    assert "Note: 1 pictures stand there with several labels: line 2, line 8.\n" in told


@pytest.fixture
def drawings() -> Images:
    """Six drawings that have nothing to do with each other, as MNIST would hold them."""
    rng = np.random.default_rng(0)
    pictures = np.zeros((6, 28, 28), np.uint8)
    for i, points in enumerate(rng.integers(5, 23, (6, 4, 2))):
        sheet = Image.new("L", (28, 28))
        ImageDraw.Draw(sheet).line([(x, y) for x, y in points.tolist()], fill=255, width=3)
        pictures[i] = np.asarray(sheet)
    return Images(pictures, np.arange(6))


@pytest.mark.parametrize("form", ["csv", "folder", "jpeg"])
@pytest.mark.parametrize("form_of_test", ["idx", "folder"])
def test_pictures_of_the_test_set_may_not_be_trained_on(
    drawings: Images,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    form: str,
    form_of_test: str,
) -> None:
    source = written(drawings, tmp_path / "source", "folder" if form == "jpeg" else form)
    if form == "jpeg":
        for path in source.glob("*/*.png"):
            Image.open(path).save(path.with_suffix(".jpg"), quality=90)
            path.unlink()
    part = Images(drawings.pictures[:2], drawings.labels[:2])
    test = written(part, tmp_path / "test", form_of_test)
    out = tmp_path / "out"
    arguments = ["prepare", str(source), "--against", str(test), "--out", str(out)]
    assert dataset.main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("2 pictures")
    assert ("line 2, line 3." if form == "csv" else "0/000000.") in told
    assert not out.exists()


def test_pictures_of_the_test_set_are_found_in_what_was_prepared(
    drawings: Images, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, test = (written(drawings, tmp_path / form, form) for form in ("folder", "idx"))
    out = tmp_path / "out"
    assert dataset.main(["prepare", str(source), "--out", str(out), "--form", "folder"]) == 0
    assert dataset.main(["check", str(out), "--against", str(test)]) == 2
    assert capsys.readouterr().err.startswith("6 pictures")


def test_other_pictures_may_be_trained_on(
    drawings: Images, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(Images(drawings.pictures[2:], drawings.labels[2:]), tmp_path / "a", "folder")
    test = written(Images(drawings.pictures[:2], drawings.labels[:2]), tmp_path / "b", "idx")
    assert dataset.main(["check", str(source), "--against", str(test)]) == 0
    assert "None of them" in capsys.readouterr().out


def test_blank_pictures_are_none_of_the_test_set(
    drawings: Images, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_blank = drawings.pictures.copy()
    with_blank[[2, 3]] = 0
    source = written(Images(with_blank[2:], drawings.labels[2:]), tmp_path / "a", "csv")
    test = written(Images(with_blank[:3], drawings.labels[:3]), tmp_path / "b", "idx")
    assert dataset.main(["check", str(source), "--against", str(test)]) == 0
    assert "None of them" in capsys.readouterr().out
    last = written(Images(with_blank[5:], drawings.labels[5:]), tmp_path / "d", "idx")
    assert dataset.main(["check", str(source), "--against", str(last)]) == 2
    told = capsys.readouterr()
    assert "Note: 2 pictures are blank: line 2, line 3.\n" in told.out
    assert ": line 5. What is tested on" in told.err
    blank = written(Images(0 * with_blank[:2], drawings.labels[:2]), tmp_path / "c", "idx")
    assert dataset.main(["check", str(source), "--against", str(blank)]) == 0
    assert dataset.main(["check", str(blank), "--against", str(test)]) == 0


def test_what_a_mac_leaves_beside_files_is_not_read(drawings: Images, tmp_path: Path) -> None:
    folder = written(drawings, tmp_path / "a", "idx")
    for path in list(folder.iterdir()):
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7")
    assert len(read_images(folder).labels) == len(drawings.labels)


def test_nothing_is_left_of_what_could_not_be_written_whole(
    drawings: Images,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def half(images: Images, folder: Path) -> None:
        write_csv(Images(images.pictures[:2], images.labels[:2]), folder)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(WRITERS, "csv", half)
    source, out = written(drawings, tmp_path / "a", "idx"), tmp_path / "out"
    assert dataset.main(["prepare", str(source), "--out", str(out), "--form", "csv"]) == 2
    assert "out cannot be written: No space left on device" in capsys.readouterr().err
    assert list(out.iterdir()) == []


def test_of_a_folder_with_both_parts_the_test_set_is_compared_with(
    drawings: Images, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(Images(drawings.pictures[2:], drawings.labels[2:]), tmp_path / "a", "idx")
    test = written(Images(drawings.pictures[:2], drawings.labels[:2]), tmp_path / "b", "idx")
    for path in test.iterdir():
        path.rename(folder / path.name.replace("train", "t10k"))
    source = written(drawings, tmp_path / "c", "csv")
    assert dataset.main(["check", str(source), "--against", str(folder)]) == 2
    assert "2 pictures" in capsys.readouterr().err
    assert len(read_images(folder).labels) == 4


def test_a_gzip_file_that_is_damaged_in_the_middle_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (200, 28, 28), np.uint8)
    folder = written(Images(pictures, np.zeros(200, np.int64)), tmp_path / "idx", "idx")
    path = folder / "train-images-idx3-ubyte.gz"
    content = bytearray(path.read_bytes())
    content[12:40] = b"\xff" * 28
    path.write_bytes(content)
    with pytest.raises(zlib.error):
        gzip.decompress(content)
    assert dataset.main(["check", str(folder)]) == 2
    assert "train-images-idx3-ubyte.gz is corrupt" in capsys.readouterr().err
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(content)
    assert dataset.main(["check", str(path)]) == 2
    assert "digits.csv.gz is corrupt" in capsys.readouterr().err


@pytest.mark.parametrize("form", list(WRITERS))
def test_prepare_converts(
    digits: Images, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    source, out = written(digits, tmp_path / "source", "csv"), tmp_path / "out"
    assert dataset.main(["prepare", str(source), "--out", str(out), "--form", form]) == 0
    written_to = out / "digits.csv" if form == "csv" else out
    assert len(read_images(written_to).labels) == 6
    assert dataset.main(["prepare", str(source), "--out", str(out), "--form", form]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_idx_is_what_the_reader_of_mnist_reads(digits: Images, tmp_path: Path) -> None:
    folder = written(digits, tmp_path / "idx", "idx")
    assert (read_idx(folder / "train-images-idx3-ubyte.gz") == digits.pictures).all()


def test_training_says_in_a_sentence_what_is_wrong_with_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "--recipe",
        "lenet",
        "--data",
        str(tmp_path / "none"),
        "--out",
        str(tmp_path / "r"),
    ]
    assert train.main(arguments) == 2
    assert "does not exist" in capsys.readouterr().err

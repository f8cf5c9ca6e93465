"""Any picture file becomes upright grey of a bounded size, or is refused with a reason."""

import base64
import io
import re
import struct
import zlib
from http import HTTPStatus

import numpy as np
import pytest
from PIL import ExifTags, Image
from uploads import PIXELS, chunk, drawing, file_of, grey, noise, png_claiming, seven, stroke

from app import images, together
from app.images import (
    JPEG_MARKER,
    _grey_pixels,
    _load,
    _open,
    _plain_png,
    decode,
    png_data_url,
)
from app.problems import ProblemError
from model.grey import grey_of
from model.pixels import UPRIGHT, UPRIGHT_ALREADY

INK_ABOVE_PAPER = Image.new("L", (4, 2), 255)
INK_ABOVE_PAPER.putpixel((0, 0), 0)


def refusal(data: bytes, pixels: int = PIXELS) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        decode(data, pixels)
    return caught.value


def status(data: bytes) -> HTTPStatus:
    """What a picture that may be readable is answered with."""
    try:
        decode(data, PIXELS)
    except ProblemError as problem:
        return problem.status
    return HTTPStatus.OK


def test_black_is_0_and_white_is_1() -> None:
    picture = decode(file_of(INK_ABOVE_PAPER), PIXELS)
    assert picture.size == (4, 2)
    assert picture.grey.dtype == np.float32
    np.testing.assert_array_equal(picture.grey, [[0, 1, 1, 1], [1, 1, 1, 1]])


# Where EXIF says that the stored corner (0, 0) belongs: row and column in the upright picture.
@pytest.mark.parametrize(
    ("orientation", "corner", "size"),
    [
        (1, (0, 0), (4, 2)),
        (2, (0, 3), (4, 2)),
        (3, (1, 3), (4, 2)),
        (4, (1, 0), (4, 2)),
        (5, (0, 0), (2, 4)),
        (6, (0, 1), (2, 4)),
        (7, (3, 1), (2, 4)),
        (8, (3, 0), (2, 4)),
        (9, (0, 0), (4, 2)),
    ],
)
def test_a_photo_is_turned_upright(
    orientation: int, corner: tuple[int, int], size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    picture = decode(file_of(INK_ABOVE_PAPER, exif=exif), PIXELS)
    assert picture.size == size
    assert picture.grey[corner] == 0
    assert picture.grey.sum() == 7


BACK: dict[int, Image.Transpose] = {
    **UPRIGHT,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
"""By orientation: what turns an upright picture to how it is stored."""


@pytest.mark.parametrize("orientation", range(2, 9))
def test_what_squares_do_not_fill_moves_no_turned_photo(orientation: int) -> None:
    left, top, right, bottom = 403, 307, 451, 390
    upright = Image.new("L", (839, 839 + 4), 255)
    upright.paste(0, (left, top, right, bottom))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    picture = decode(file_of(upright.transpose(BACK[orientation]), exif=exif), PIXELS, keep=120)
    inked = np.nonzero(picture.grey < 1)
    box = tuple(int(edge) for at in (1, 0) for edge in (inked[at].min(), inked[at].max() + 1))
    found = picture.box_in_original((box[0], box[2], box[1], box[3]))
    square = picture.scale[0]
    assert square > 3
    for edge, expected, outwards in zip(
        found, (left, top, right, bottom), (-1, -1, 1, 1), strict=True
    ):
        assert 0 <= (edge - expected) * outwards < square


def test_a_webp_may_have_fewer_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MOST_WEBP_PIXELS", 5000)
    assert decode(file_of(INK_ABOVE_PAPER.resize((100, 50)), "WEBP"), 10_000).size == (100, 50)
    with pytest.raises(ProblemError, match="at most 5,000 pixels as a WebP") as refused:
        decode(file_of(INK_ABOVE_PAPER.resize((100, 51)), "WEBP"), 10_000)
    assert refused.value.status == 413


def test_a_large_file_makes_way_for_those_beside_it() -> None:
    large, small = (file_of(Image.new("L", (side, 1100), 255)) for side in (1100, 300))
    served = together.serve([lambda: decode(large, 2_000_000), lambda: decode(small, 2_000_000)])
    assert served[0] is None
    assert served[1].size == (300, 1100)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("exif", [b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0nonsense", b""])
def test_corrupt_exif_is_ignored(exif: bytes) -> None:
    assert grey(stroke((32, 16), "black", "white"), "JPEG", exif=exif).shape == (16, 32)


def test_sixteen_bits_are_scaled_to_their_own_white() -> None:
    image = Image.fromarray(np.array([[0, 32768, 65535]], np.uint16))
    np.testing.assert_allclose(grey(image), [[0, 0.5, 1]], atol=1e-4)


def test_large_pictures_of_sixteen_bits_are_scaled_down() -> None:
    image = Image.fromarray(np.full((600, 1200), 65535, np.uint16))
    assert grey(image).shape == (120, 240)


@pytest.mark.parametrize(("ink", "nothing"), [(0, 1), (0, 65535), (65535, 65534), (65535, 0)])
def test_one_level_of_sixteen_bits_may_mean_nothing(ink: int, nothing: int) -> None:
    image = Image.fromarray(np.array([[ink, nothing, nothing, nothing]], np.uint16))
    first = ink // 65535
    assert grey(image, transparency=nothing).tolist() == [[first, *[1 - first] * 3]]


def test_one_bit_is_black_and_white() -> None:
    assert grey(INK_ABOVE_PAPER.convert("1")).tolist() == [[0, 1, 1, 1], [1, 1, 1, 1]]


def test_a_jpeg_in_cmyk_is_read_as_it_looks() -> None:
    levels = grey(stroke((64, 64), (0, 0, 0, 255), (0, 0, 0, 0), "CMYK"), "JPEG")
    assert levels[0, 0] < 0.1
    assert levels[0, 63] > 0.9


def test_of_an_animation_the_first_frame_is_read() -> None:
    first, second = Image.new("L", (20, 20), 0), Image.new("L", (20, 20), 255)
    for kind in ("GIF", "WEBP", "PNG"):
        levels = grey(first, kind, save_all=True, append_images=[second])
        assert levels.max() < 0.1


def bmp_of_32_bits(alpha: int) -> bytes:
    """`INK_ABOVE_PAPER`, its pixels with an alpha as the masks of the header's version 4 say."""
    rows = [INK_ABOVE_PAPER.crop((0, row, 4, row + 1)).tobytes() for row in (1, 0)]
    pixels = b"".join(bytes([level] * 3 + [alpha]) for row in rows for level in row)
    start = 14 + 108
    file = struct.pack("<2sIII", b"BM", start + len(pixels), 0, start)
    header = struct.pack("<IiiHHIIiiII", 108, 4, 2, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    return (file + header + masks).ljust(start, b"\0") + pixels


@pytest.mark.parametrize("alpha", [0, 255])
def test_a_bmp_whose_alpha_is_left_at_0_is_opaque(alpha: int) -> None:
    levels = decode(bmp_of_32_bits(alpha), PIXELS).grey
    np.testing.assert_array_equal(levels, [[0, 1, 1, 1], [1, 1, 1, 1]])


def framed(image: Image.Image) -> bytes:
    """A GIF of 9×8 pixels that says what they are from column 3 and row 2 on."""
    data = bytearray(file_of(image, "GIF"))
    palette = 3 * (2 << (data[10] & 7))
    data[6:10] = struct.pack("<HH", 9, 8)
    start = 13 + palette + 1
    assert data[start - 1 : start] == b","
    data[start : start + 4] = struct.pack("<HH", 3, 2)
    return bytes(data)


@pytest.mark.parametrize("paper", [0, 255])
def test_paper_goes_on_around_the_frame_of_a_gif(paper: int) -> None:
    image = Image.new("L", (5, 5), paper)
    image.paste(255 - paper, (2, 1, 5, 3))
    expected = np.full((8, 9), paper // 255)
    expected[3:5, 5:8] = 1 - paper // 255
    picture = decode(framed(image), PIXELS)
    assert picture.size == (9, 8)
    assert picture.grey.tolist() == expected.tolist()


def test_around_a_frame_of_a_gif_that_is_all_ink_lies_white_paper() -> None:
    expected = np.ones((8, 9))
    expected[2:6, 3:5] = 0
    assert decode(framed(Image.new("L", (2, 4), 0)), PIXELS).grey.tolist() == expected.tolist()
    assert decode(framed(Image.new("L", (2, 4), 255)), PIXELS).grey.min() == 1


def test_a_photo_with_a_second_picture_inside_is_read() -> None:
    image = stroke((1200, 800), "black", "white")
    assert grey(image, "MPO", save_all=True, append_images=[image]).shape == (133, 200)


def filtered(mode: str) -> bytes:
    """A PNG of noise: its rows have the five filters in turn, its data lies in three chunks."""
    width, height = 24, 20
    bands = len(mode)
    rng = np.random.default_rng(1)
    rows = b"".join(bytes([row % 5]) + rng.bytes(width * bands) for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[bands], 0, 0, 0)
    data = zlib.compress(rows)
    parts = (data[:100], data[100:101], data[101:])
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"gAMA", struct.pack(">I", 45_455)),
            *(chunk(b"IDAT", part) for part in parts),
            chunk(b"IEND", b""),
        )
    )


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_png_of_nothing_but_pixels_is_decoded_as_pillow_decodes_it(mode: str) -> None:
    for data in (filtered(mode), file_of(noise(mode)), file_of(noise(mode), optimize=True)):
        plain = _plain_png(data, PIXELS)
        assert plain is not None
        loaded, orientation = _load(_open(data))
        assert (loaded.mode, orientation) == (mode, UPRIGHT_ALREADY)
        assert np.array_equal(plain.squeeze(), np.asarray(loaded))
        for factor in (1, 3):
            assert np.array_equal(_grey_pixels(plain, factor), grey_of(loaded, factor))


def test_grey_in_three_bands_is_what_it_is_in_one() -> None:
    grey = noise("L")
    for mode in ("L", "RGB"):
        decoded = decode(file_of(grey.convert(mode)), PIXELS).grey
        np.testing.assert_allclose(decoded, np.asarray(grey) / 255, atol=1e-6)


@pytest.mark.parametrize(
    "data",
    [
        file_of(noise("P")),
        file_of(noise("1")),
        file_of(noise("LA")),
        file_of(noise("I;16")),
        file_of(noise("RGB"), transparency=(0, 0, 0)),
        file_of(noise("RGB"), "JPEG"),
        file_of(noise("L"), save_all=True, append_images=[noise("L").rotate(180)]),
        file_of(noise("L", (1001, 1000))),
    ],
    ids=["palette", "one bit", "alpha", "16 bits", "clear colour", "JPEG", "animation", "large"],
)
def test_any_other_file_is_left_to_pillow(data: bytes) -> None:
    assert _plain_png(data, PIXELS) is None
    assert status(data) == HTTPStatus.OK


def test_a_profile_that_becomes_large_is_not_unpacked() -> None:
    bomb = b"icc\0\0" + zlib.compress(bytes(30_000_000), 9)
    sound = file_of(seven())
    data = sound[:33] + chunk(b"iCCP", bomb) + sound[33:]
    assert _plain_png(data, PIXELS) is None
    assert status(data) == HTTPStatus.BAD_REQUEST


def test_a_png_is_turned_upright_whose_exif_comes_last() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    sound = file_of(INK_ABOVE_PAPER)
    turned = sound[:-12] + chunk(b"eXIf", exif.tobytes()[6:]) + sound[-12:]
    picture = decode(turned, PIXELS)
    assert picture.size == (2, 4)
    assert picture.grey[0, 1] == 0


def test_a_png_that_breaks_off_after_its_pixels_is_read() -> None:
    sound = file_of(seven())
    assert np.array_equal(decode(sound[:-12], PIXELS).grey, decode(sound, PIXELS).grey)


def test_no_bytes_are_refused_as_unusable() -> None:
    assert refusal(b"").status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_pixels_are_counted_before_they_are_decoded() -> None:
    assert decode(file_of(Image.new("L", (10, 10))), max_pixels=100).size == (10, 10)
    problem = refusal(file_of(Image.new("L", (10, 11))), pixels=100)
    assert problem.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert problem.detail == "A picture may have at most 100 pixels, not 10 × 11."


@pytest.mark.parametrize(
    "data",
    [
        png_claiming(60_000, 60_000),
        png_claiming(2**31 - 1, 2**31 - 1),
        file_of(Image.new("L", (1, 100_000))),
        file_of(Image.new("1", (6000, 6000))),
    ],
    ids=["beyond Pillow's own limit", "beyond any memory", "one long line", "36 million pixels"],
)
def test_absurd_dimensions_are_refused(data: bytes) -> None:
    assert refusal(data).status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.parametrize(("side", "scans"), [(384, 101), (2500, 33)])
def test_a_jpeg_of_endless_scans_is_refused(side: int, scans: int) -> None:
    data = file_of(Image.new("L", (side, side), 255), "JPEG", progressive=True)
    start, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")

    def of(number: int) -> bytes:
        more = number - data.count(b"\xff\xda")
        return data[:end] + data[start:end] * more + data[end:]

    assert status(of(scans - 1)) == HTTPStatus.OK
    assert refusal(of(scans)).status == 413


def test_what_follows_a_jpeg_is_no_scan_of_it() -> None:
    data = file_of(Image.new("L", (2500, 2500), 255), "JPEG")
    film = b"\xff\xda\0\x02" * 200
    assert status(data + film) == HTTPStatus.OK
    assert status(data[:2] + b"\xff\xe1\x03\x22" + film + data[2:]) == HTTPStatus.OK
    assert refusal(data[:-2] + film + data[-2:]).status == 413


def test_no_scan_hides_behind_what_a_decoder_passes_over() -> None:
    data = file_of(Image.new("L", (2500, 2500), 255), "JPEG", progressive=True)
    start, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    restarting = b"\xff\xdd\0\4\0\1"
    hidden = data[start:end] + b"\xff\x02\x7f\xf0" + data[start:end] * 100
    assert refusal(data[:2] + restarting + data[2:start] + hidden + data[end:]).status == 413


@pytest.mark.parametrize("marker", [b"\xff\xe0\0\2", b"\xff\xda\0\2", b"\xff\xd8"])
def test_a_jpeg_of_endless_markers_is_refused_soon(
    monkeypatch: pytest.MonkeyPatch, marker: bytes
) -> None:
    looks = []

    class Counted:
        def search(self, data: bytes, place: int) -> re.Match[bytes] | None:
            looks.append(place)
            return JPEG_MARKER.search(data, place)

    monkeypatch.setattr(images, "JPEG_MARKER", Counted())
    data = file_of(Image.new("L", (64, 64), 255), "JPEG")
    crafted = data[:2] + marker * 100_000 + b"\xff\xda" * 200 + data[2:]
    assert refusal(crafted).status in (400, 413)
    assert len(looks) <= 2000


def test_a_run_length_bmp_is_refused() -> None:
    data = bytearray(file_of(Image.new("L", (8, 8)), "BMP"))
    data[30] = 1
    assert refusal(bytes(data)).status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_truncated_and_damaged_files_are_refused_or_read_but_never_crash(kind: str) -> None:
    sound = file_of(seven(), kind)
    for length in range(1, len(sound) * 9 // 10, max(1, len(sound) // 60)):
        assert refusal(sound[:length]).status == HTTPStatus.BAD_REQUEST
    for place in range(0, len(sound), max(1, len(sound) // 60)):
        damaged = bytearray(sound)
        damaged[place] ^= 0xFF
        assert status(bytes(damaged)) < 500


@pytest.mark.parametrize(
    "bomb",
    [
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000))),
        chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(50_000_000))),
        chunk(b"tEXt", b"Comment\0" + b"x" * 100_000) * 20,
    ],
    ids=["zTXt", "iCCP", "tEXt"],
)
def test_bombs_in_a_pngs_side_chunks_do_no_harm(bomb: bytes) -> None:
    assert status(png_claiming(9, 9, bomb)) in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST)


@pytest.mark.parametrize(
    "data", [b"hello", b"\0" * 1000, b"{}", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"BM" + b"\xff" * 60]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    problem = refusal(data)
    assert problem.status == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    "data",
    [
        file_of(Image.new("L", (4, 4)), "TIFF"),
        file_of(Image.new("L", (16, 16)), "ICO"),
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"\0\0\0\x18ftypheic\0\0\0\0",
        b"%PDF-1.7",
    ],
    ids=["TIFF", "ICO", "SVG", "HEIC", "PDF"],
)
def test_pictures_of_another_format_are_named_as_that(data: bytes) -> None:
    problem = refusal(data)
    assert problem.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    assert "PNG, JPEG, WebP, GIF and BMP" in problem.detail


def test_a_picture_goes_back_as_a_png_in_a_data_url() -> None:
    url = png_data_url(np.array([[0, 0.5, 1]], np.float32))
    head, _, data = url.partition(",")
    assert head == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert np.asarray(image).tolist() == [[0, 128, 255]]


def test_an_empty_sheet_is_evenly_white() -> None:
    assert grey(drawing(), "JPEG").min() == 1

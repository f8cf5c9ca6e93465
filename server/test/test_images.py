"""Any picture file becomes upright grey of a bounded size, or is refused with a reason."""

import base64
import io
import struct
import zlib
from http import HTTPStatus
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageDraw
from uploads import chunk, drawing, file_of, png_claiming, seven

from app.averaging import averaged as averaged_in_squares
from app.canvas import grey_of_canvas, is_opaque
from app.grey import grey_of
from app.images import (
    UPRIGHT_ALREADY,
    Picture,
    _grey_pixels,
    _load,
    _open,
    _plain_png,
    decode,
    png_data_url,
)
from app.problems import ProblemError

PIXELS = 25_000_000
INK_ABOVE_PAPER = Image.new("L", (4, 2), 255)
INK_ABOVE_PAPER.putpixel((0, 0), 0)


def grey(image: Image.Image, kind: str = "PNG", **options: object) -> np.ndarray:
    return decode(file_of(image, kind, **options), PIXELS).grey


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


def stroke(size: tuple[int, int], ink: Any, paper: Any, mode: str = "RGB") -> Image.Image:
    """A sheet whose left quarter is ink."""
    image = Image.new(mode, size, paper)
    image.paste(ink, (0, 0, size[0] // 4, size[1]))
    return image


def test_black_is_0_and_white_is_1() -> None:
    picture = decode(file_of(INK_ABOVE_PAPER), PIXELS)
    assert picture.size == (4, 2)
    assert picture.grey.dtype == np.float32
    np.testing.assert_array_equal(picture.grey, [[0, 1, 1, 1], [1, 1, 1, 1]])


def test_a_small_picture_keeps_its_pixels() -> None:
    assert grey(Image.new("L", (512, 239))).shape == (239, 512)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(384, 384), (400, 370)])
def test_of_a_digit_that_is_drawn_large_half_the_pixels_are_enough(
    size: tuple[int, int], mode: str
) -> None:
    sheet = Image.new(mode, size, (255, 255, 255, 0) if mode == "RGBA" else "white")
    ImageDraw.Draw(sheet).rectangle((96, 60, 179, 299), fill="black")
    whole = decode(file_of(sheet), PIXELS, keep=120)
    picture = decode(file_of(sheet), PIXELS)
    height, width = (side // 2 for side in whole.grey.shape)
    assert (height, width) == (size[1] // 6, size[0] // 6)
    squares = whole.grey[: 2 * height, : 2 * width].reshape(height, 2, width, 2)
    np.testing.assert_allclose(picture.grey, squares.mean((1, 3)), atol=0.005)
    assert picture.grey.dtype == np.float32
    assert picture.size == size
    assert picture.box_in_original((16, 10, 30, 50)) == (96, 60, 180, 300)


@pytest.mark.parametrize("mode", ["L", "RGBA"])
@pytest.mark.parametrize(
    "drawn",
    [
        [(100, 100, 160, 170)],
        [(100, 100, 140, 150), (330, 330, 336, 336)],
        [(100, 100, 140, 150), (330, 110, 336, 116)],
        [(100, 0, 160, 383)],
        [(120, 120, 160, 260)],
        [],
    ],
    ids=["small", "dot far off", "dot beside", "from edge to edge", "47 pixels high", "blank"],
)
def test_of_what_may_be_small_all_pixels_are_kept(
    drawn: list[tuple[int, int, int, int]], mode: str
) -> None:
    sheet = Image.new(mode, (384, 384), 255 if mode == "L" else (255, 255, 255, 0))
    for box in drawn:
        ImageDraw.Draw(sheet).rectangle(box, fill="black")
    assert decode(file_of(sheet), PIXELS).grey.shape == (128, 128)


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_48_pixels_are_large(mode: str) -> None:
    sheet = Image.new(mode, (384, 384), 255 if mode == "L" else (255, 255, 255, 0))
    ImageDraw.Draw(sheet).rectangle((120, 120, 160, 263), fill="black")
    assert decode(file_of(sheet), PIXELS).grey.shape == (64, 64)


@pytest.mark.parametrize(
    ("mode", "paper", "stain"),
    [
        ("L", 255, 254),
        ("L", 255, 140),
        ("RGBA", (0, 0, 0, 0), (0, 0, 0, 1)),
        ("RGBA", (0, 0, 0, 0), (0, 0, 0, 60)),
    ],
)
def test_a_stain_does_not_make_a_digit_large(mode: str, paper: Any, stain: Any) -> None:
    sheet = Image.new(mode, (384, 384), paper)
    ImageDraw.Draw(sheet).rectangle((76, 76, 308, 308), fill=stain)
    ImageDraw.Draw(sheet).line((180, 170, 195, 170, 186, 194), fill="black", width=4)
    assert decode(file_of(sheet), PIXELS).grey.shape == (128, 128)


def test_grain_is_nothing_large() -> None:
    assert decode(file_of(noise("L", (384, 384))), PIXELS).grey.shape == (128, 128)


def test_what_is_kept_is_not_halved() -> None:
    sheet = Image.new("RGBA", (384, 384))
    ImageDraw.Draw(sheet).rectangle((96, 60, 179, 299), fill="black")
    assert decode(file_of(sheet), PIXELS, keep=512).grey.shape == (384, 384)


def test_a_small_picture_is_never_halved() -> None:
    sheet = Image.new("L", (119, 119), "white")
    ImageDraw.Draw(sheet).rectangle((10, 10, 90, 100), fill="black")
    assert decode(file_of(sheet), PIXELS).grey.shape == (119, 119)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_large_picture_is_scaled_down_and_its_box_back_up(kind: str) -> None:
    picture = decode(file_of(stroke((2048, 1024), "black", "white"), kind), PIXELS)
    assert picture.size == (2048, 1024)
    assert picture.grey.shape == (128, 256)
    assert picture.grey[:, :60].max() < 0.1
    assert picture.grey[:, 68:].min() > 0.9
    assert picture.box_in_original((0, 5, 64, 10)) == (0, 40, 512, 80)


def test_only_whole_squares_are_averaged() -> None:
    image = Image.new("L", (362, 361), 255)
    image.paste(0, (0, 0, 3, 3))
    image.paste(0, (360, 0, 362, 361))
    picture = decode(file_of(image), PIXELS)
    expected = np.ones((120, 120), np.float32)
    expected[0, 0] = 0
    np.testing.assert_array_equal(picture.grey, expected)
    assert picture.in_original((1, 2, 119, 120)) == [3, 6, 357, 360]


def test_a_box_stays_within_the_picture() -> None:
    picture = Picture(np.ones((1, 500), np.float32), size=(10_000, 1), scale=(20, 20))
    assert picture.box_in_original((0, 0, 500, 1)) == (0, 0, 10_000, 1)


def test_a_very_narrow_picture_keeps_a_pixel_of_width() -> None:
    assert grey(Image.new("L", (1, 10_000))).shape == (500, 1)


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


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("exif", [b"Exif\0\0II*\0\xff\xff\xff\x7f", b"Exif\0\0nonsense", b""])
def test_corrupt_exif_is_ignored(exif: bytes) -> None:
    assert grey(stroke((32, 16), "black", "white"), "JPEG", exif=exif).shape == (16, 32)


def test_transparent_black_ink_lies_on_white_paper() -> None:
    levels = grey(stroke((40, 40), (0, 0, 0, 255), (0, 0, 0, 0), "RGBA"))
    assert levels[:, :10].max() == 0
    assert levels[:, 10:].min() == 1


def test_transparent_white_ink_lies_on_black_paper() -> None:
    levels = grey(stroke((40, 40), (255, 255, 255, 255), (0, 0, 0, 0), "RGBA"))
    assert levels[:, :10].min() == 1
    assert levels[:, 10:].max() == 0


def test_transparent_ink_of_grey_with_alpha_lies_on_white_paper() -> None:
    levels = grey(stroke((40, 40), (30, 255), (255, 0), "LA"))
    assert levels[0, 0] == pytest.approx(30 / 255)
    assert levels[0, 39] == 1


def test_a_transparent_palette_colour_is_no_ink() -> None:
    image = stroke((40, 40), 1, 0, "P")
    image.putpalette([255, 0, 0, 0, 0, 0])
    levels = decode(file_of(image, transparency=0), PIXELS).grey
    assert levels[:, :10].max() == 0
    assert levels[:, 10:].min() == 1


def test_a_missing_corner_of_an_opaque_picture_takes_the_papers_grey() -> None:
    image = stroke((40, 40), (0, 0, 0, 255), (200, 200, 200, 255), "RGBA")
    image.paste((0, 0, 0, 0), (30, 30, 40, 40))
    levels = grey(image)
    np.testing.assert_allclose(levels[:, 10:], 200 / 255, atol=1e-6)


def test_a_transparent_picture_is_averaged_alike_whatever_of_it_is_visible() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        width, height, factor = (int(rng.integers(1, most)) for most in (90, 90, 6))
        bands = rng.integers(0, 256, (height, width, 4)).astype(np.uint8)
        bands[..., 3] *= rng.random((height, width)) < rng.choice([0, 0.002, 0.05, 1])
        bands[: rng.integers(height), : rng.integers(width), 3] = 0
        image = Image.fromarray(bands, "RGBA")
        across, down = (side - side % factor or side for side in image.size)
        expected = np.asarray(image.reduce(factor, (0, 0, across, down)) if factor > 1 else image)
        averaged = np.asarray(averaged_in_squares(image, factor))
        visible = expected[..., 3] > 0
        assert np.array_equal(averaged[..., 3], expected[..., 3])
        assert np.array_equal(averaged[visible], expected[visible])


def test_what_is_drawn_on_nothing_is_read_alike_without_its_colours() -> None:
    rng = np.random.default_rng(0)
    inks = [(0, 0, 0), (255, 255, 255), (22, 35, 63), (240, 220, 190), (255, 255, 0), (255, 0, 0)]
    without = 0
    for _ in range(300):
        width, height, factor = (int(rng.integers(1, most)) for most in (120, 120, 6))
        bands = np.zeros((height, width, 4), np.uint8)
        bands[..., :3] = rng.choice(inks)
        top, left = int(rng.integers(height)), int(rng.integers(width))
        visible = bands[top : top + height // 2 + 1, left : left + width // 2 + 1, 3]
        visible[:] = rng.choice([0, 128, 255], visible.shape, p=[0.1, 0.1, 0.8])
        found = grey_of_canvas(bands, factor)
        if found is not None:
            expected = grey_of(Image.fromarray(bands, "RGBA"), factor)
            assert found.dtype == np.float32
            assert np.abs(found * 255 - expected).max() <= 2
            without += 1
    assert without > 100


def test_a_canvas_on_opaque_paper_is_read_as_the_same_without_alpha() -> None:
    rng = np.random.default_rng(0)
    for paper, ink in (((255, 255, 255), (0, 0, 0)), ((250, 225, 60), (20, 40, 200))):
        image = drawing((110, 90), (270, 90), (180, 310), ink=ink, paper=paper)
        image.paste(tuple(rng.integers(0, 256, 3).tolist()), (40, 40, 44, 44))
        with_alpha = decode(file_of(image.convert("RGBA")), PIXELS).grey
        assert np.array_equal(with_alpha, decode(file_of(image), PIXELS).grey)


def test_a_hole_in_the_paper_is_seen() -> None:
    image = seven().convert("RGBA")
    image.putpixel((200, 200), (0, 0, 0, 0))
    picture = _plain_png(file_of(image), PIXELS)
    assert picture is not None
    assert not is_opaque(picture)
    picture[200, 200, 3] = 255
    assert is_opaque(picture)


def test_a_picture_is_grey_by_its_luminance_where_that_stands_out() -> None:
    """What is averaged first and what is looked at first makes a level of difference at most."""
    rng = np.random.default_rng(0)
    image = seven()
    image.paste(Image.fromarray(rng.integers(0, 256, (80, 80, 3), np.uint8)), (20, 250))
    expected = np.asarray(averaged_in_squares(image, 3).convert("L")).astype(int)
    assert np.abs(grey_of(image, 3).astype(int) - expected).max() <= 1


def test_a_fully_transparent_picture_is_blank_white() -> None:
    assert grey(Image.new("RGBA", (5, 5), (0, 0, 0, 0))).min() == 1


@pytest.mark.parametrize(
    ("ink", "paper"),
    [((255, 0, 0), (0, 130, 0)), ((255, 255, 0), (255, 255, 255)), ((0, 0, 255), (0, 0, 0))],
    ids=["red on a green as bright", "yellow on white", "blue on black"],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("side", [40, 384])
def test_ink_stands_out_that_is_as_bright_as_its_paper(
    ink: tuple[int, ...], paper: tuple[int, ...], mode: str, side: int
) -> None:
    levels = grey(stroke((side, side), ink, paper).convert(mode))
    assert abs(float(levels[0, 0]) - float(levels[0, -1])) > 0.9


def test_colours_that_differ_in_brightness_are_read_by_it() -> None:
    levels = grey(stroke((40, 40), (255, 0, 0), (255, 255, 255)))
    assert levels[0, 0] == pytest.approx(0.299, abs=0.005)
    assert levels[0, 39] == 1


def test_sixteen_bits_are_scaled_to_their_own_white() -> None:
    image = Image.fromarray(np.array([[0, 32768, 65535]], np.uint16))
    np.testing.assert_allclose(grey(image), [[0, 0.5, 1]], atol=1e-4)


def test_large_pictures_of_sixteen_bits_are_scaled_down() -> None:
    image = Image.fromarray(np.full((600, 1200), 65535, np.uint16))
    assert grey(image).shape == (120, 240)


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


def test_a_photo_with_a_second_picture_inside_is_read() -> None:
    image = stroke((1200, 800), "black", "white")
    assert grey(image, "MPO", save_all=True, append_images=[image]).shape == (133, 200)


def noise(mode: str, size: tuple[int, int] = (24, 20)) -> Image.Image:
    levels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 4), np.uint8)
    return Image.fromarray(levels, "RGBA").convert(mode)


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

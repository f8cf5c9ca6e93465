"""Large pictures are averaged down to as many pixels as a digit needs, and boxes scaled back."""

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from uploads import PIXELS, file_of, grey, noise, stroke

from app.images import Picture, decode


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

"""Ink of any colour on any paper, or on nothing, becomes grey that shows it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from uploads import PIXELS, drawing, file_of, grey, seven, stroke

from app.canvas import grey_of_canvas, is_opaque
from app.images import _plain_png, decode
from model.grey import grey_of
from model.squares import averaged as averaged_in_squares

EXAMPLES = json.loads(
    (Path(__file__).parents[2] / "client/src/recognition/greyExamples.json").read_text()
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["what"])
def test_grey_is_what_the_page_makes_of_it(example: dict[str, Any]) -> None:
    pixels = np.array([example["pixels"]], np.uint8)
    assert grey_of(Image.fromarray(pixels))[0].tolist() == example["grey"]


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

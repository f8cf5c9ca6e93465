"""Resampling: averages and cubics as matrices, and large pictures made smaller."""

import numpy as np
import pytest
import torch
from PIL import Image

from model.resampling import LARGE, area_weights, cubic_weights, shrink

LIKE = torch.zeros(())


@pytest.mark.parametrize("size", [1, 7, 24, 100, 239])
def test_cells_share_the_pixels_by_overlap(size: int) -> None:
    weights = area_weights(size, 24, LIKE)
    assert torch.allclose(weights.sum(1), torch.ones(24), atol=1e-5)
    assert torch.allclose(weights.sum(0), torch.full((size,), 24 / size), atol=1e-5)
    assert (weights >= 0).all()


def test_averages_are_those_of_whole_blocks_where_cells_are_whole_pixels() -> None:
    values = torch.arange(48.0)
    assert torch.allclose(area_weights(48, 24, LIKE) @ values, values.view(24, 2).mean(1))


def test_weights_that_were_kept_are_the_same_ones() -> None:
    fresh, again = area_weights(131, 24, LIKE), area_weights(131, 24, LIKE)
    assert again is fresh
    wide = area_weights(5000, 24, LIKE)
    assert area_weights(5000, 24, LIKE) is not wide
    assert area_weights(131, 24, LIKE.double()).dtype == torch.float64


def test_cubic_weights_are_those_of_pillow() -> None:
    line = np.random.default_rng(0).random(60).astype(np.float32)
    image = Image.fromarray(line[None])
    expected = np.asarray(image.resize((20, 1), Image.Resampling.BICUBIC))[0]
    # Three input pixels to an output pixel, which is one unit of the filter.
    offsets = (torch.arange(20.0) + 0.5).view(1, 20, 1)
    positions = ((torch.arange(60.0) + 0.5) / 3).view(1, 1, 60)
    weights = cubic_weights(offsets, positions)[0] / (2 * 3)
    # Pillow normalises the weights at the edges, where part of the filter lies outside.
    assert np.allclose((weights @ torch.from_numpy(line))[2:-2], expected[2:-2], atol=1e-3)


@pytest.mark.parametrize(
    ("size", "factor"),
    [((28, 28), 1), ((239, 900), 1), ((240, 250), 2), ((384, 384), 3), ((2000, 1501), 12)],
)
def test_large_pictures_are_averaged_in_squares(size: tuple[int, int], factor: int) -> None:
    picture = torch.rand(2, 1, *size, generator=torch.Generator().manual_seed(0))
    small, found = shrink(picture)
    assert found == factor
    rows, columns = size[0] // factor, size[1] // factor
    assert small.shape == (2, 1, rows, columns)
    assert min(rows, columns) < 2 * LARGE
    whole = picture[..., : rows * factor, : columns * factor]
    expected = torch.nn.functional.avg_pool2d(whole, factor)
    assert torch.allclose(small, expected, atol=1e-5)

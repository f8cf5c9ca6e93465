"""Resampling as matrices, so that it can stand in an exported graph.

A separable resampling of a picture is ``rows @ picture @ columns.T`` where each matrix holds one
row of filter weights per output pixel. Positions are continuous: pixel ``i`` covers ``[i, i + 1)``
and its centre is ``i + 0.5``.
"""

from collections.abc import Callable
from functools import lru_cache, wraps

import torch
from torch import Tensor
from torch.jit import is_tracing  # type: ignore[attr-defined]

LARGE = 120
"""Pixels: a picture whose shorter side is twice this or more is shrunk before it is looked at."""


KEPT = 2**16
"""Weights of larger matrices, those of pictures of thousands of pixels, are not kept."""

Weights = Callable[[int, int, Tensor], Tensor]


def _kept(weights: Weights) -> Weights:
    """Keeps the weights of the latest sizes: pictures that follow each other are often alike.

    In a graph that is exported sizes are symbols, and weights are computed anew.
    """

    @lru_cache(maxsize=32)
    def kept(inputs: int, outputs: int, dtype: torch.dtype, device: torch.device) -> Tensor:
        return weights(inputs, outputs, torch.empty(0, dtype=dtype, device=device))

    @wraps(weights)
    def cached(inputs: int, outputs: int, like: Tensor) -> Tensor:
        sizes_are_known = isinstance(inputs, int) and isinstance(outputs, int)
        if sizes_are_known and inputs * outputs <= KEPT:
            return kept(inputs, outputs, like.dtype, like.device)
        return weights(inputs, outputs, like)

    return cached


def size_of(picture: Tensor) -> tuple[int, int]:
    """Height and width of (…, H, W): constants in a graph that is traced, for one size, and symbols
    in one that is exported, for any."""
    height, width = picture.shape[-2:]
    # While tracing these are tensors, which would hide from the graph what can be known before.
    tracing = is_tracing()  # type: ignore[no-untyped-call]
    return (int(height), int(width)) if tracing else (height, width)


@_kept
def area_weights(size: int, cells: int, like: Tensor) -> Tensor:
    """Weights that average `size` pixels into `cells` equal cells.

    Returns a (cells, size) matrix whose rows sum to 1; a pixel that lies in two cells is shared
    in proportion to its overlap.
    """
    edges = torch.arange(cells + 1, dtype=like.dtype, device=like.device).unsqueeze(1) / cells
    pixel = torch.arange(size, dtype=like.dtype, device=like.device)
    # How much of each pixel lies before each edge.
    before = (edges * size - pixel).clamp(0, 1)
    return (before[1:] - before[:-1]) * (cells / size)


@_kept
def bilinear_weights(cells: int, size: int, like: Tensor) -> Tensor:
    """Weights that bring `cells` cells back to `size` pixels by linear interpolation.

    Returns a (size, cells) matrix whose rows sum to 1; beyond the outermost cell centres the
    outermost cell's value goes on.
    """
    pixel = torch.arange(size, dtype=like.dtype, device=like.device).unsqueeze(1)
    centre = (pixel * (cells / size) + (0.5 * cells / size - 0.5)).clamp(0, cells - 1)
    cell = torch.arange(cells, dtype=like.dtype, device=like.device)
    return (1 - (centre - cell).abs()).clamp(min=0)


def cubic_weights(offsets: Tensor, positions: Tensor) -> Tensor:
    """Weights of a cubic convolution filter (Keys 1981, a = -0.5), twice as large.

    offsets: (N, outputs, 1) where each output pixel's centre lies, in units of the filter
    positions: (N, 1, size) where the input pixels' centres lie, in the same units
    Returns (N, outputs, size). Inside the picture rows sum to twice the number of input pixels in a
    unit; what lies beyond its edge counts as 0.
    """
    # Keys' two cubics as one, with what is negative beyond 1 and positive before: nothing to
    # branch on, and little to compute.
    inner = (1 - (offsets - positions).abs()).clamp(min=-1)
    outer, near = inner + 1, inner.clamp(min=0)
    return inner * (outer * outer + near * (2 - 4 * near))


def shrink(picture: Tensor) -> tuple[Tensor, int]:
    """Average a large picture's pixels in squares, so that its shorter side is 120 to 179 pixels;
    one whose shorter side has less than 240 stays as it is.

    picture: (N, C, H, W), of any size
    Returns (N, C, H // factor, W // factor) and the factor; what the squares do not fill at the
    right and lower edge, less than a square, is left out.
    """
    height, width = size_of(picture)
    # What `min` and `max` are, for sizes that are symbols when the graph is exported.
    shorter = torch.sym_min(height, width)  # type: ignore[no-untyped-call]
    factor = torch.sym_max(1, shorter // LARGE)  # type: ignore[no-untyped-call]
    if isinstance(factor, int):
        return (_average_squares(picture, factor) if factor > 1 else picture), factor
    # One operation, in whose place `model.export` puts a branch for squares of one pixel: with them
    # nothing is to be computed, which no program of tensors can say of pictures of any size.
    size = (*picture.shape[:2], height // factor, width // factor)
    side = torch.scalar_tensor(factor, dtype=torch.int64)
    small: Tensor = torch.onnx.ops.symbolic(
        "digits::AverageSquares", (picture, side), dtype=picture.dtype, shape=size, version=1
    )
    return small, factor


def _average_squares(picture: Tensor, factor: int) -> Tensor:
    number, channels = picture.shape[:2]
    height, width = size_of(picture)
    rows, columns = height // factor, width // factor
    whole = picture[:, :, : rows * factor, : columns * factor]
    summed = whole.reshape(number, channels, rows, factor, columns * factor).sum(3)
    # A product is five times faster here than a mean along the last, short axis.
    mean = picture.new_ones(factor, 1) / (factor * factor)
    return (summed.reshape(number, channels, rows, columns, factor) @ mean).squeeze(-1)

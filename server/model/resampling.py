"""Resampling as matrices, so that it can stand in an exported graph.

A separable resampling of a picture is ``rows @ picture @ columns.T`` where each matrix holds one
row of filter weights per output pixel. Positions are continuous: pixel ``i`` covers ``[i, i + 1)``
and its centre is ``i + 0.5``.
"""

import torch
from torch import Tensor


def area_weights(size: int, cells: int, like: Tensor) -> Tensor:
    """Weights that average `size` pixels into `cells` equal cells.

    Returns a (cells, size) matrix whose rows sum to 1; a pixel that lies in two cells is shared
    in proportion to its overlap.
    """
    pixel = torch.arange(size, dtype=like.dtype, device=like.device)
    width = like.new_ones(()) * size / cells
    left = torch.arange(cells, dtype=like.dtype, device=like.device).unsqueeze(1) * width
    overlap = torch.minimum(pixel + 1, left + width) - torch.maximum(pixel, left)
    return overlap.clamp(min=0) / width


def bilinear_weights(cells: int, size: int, like: Tensor) -> Tensor:
    """Weights that bring `cells` cells back to `size` pixels by linear interpolation.

    Returns a (size, cells) matrix whose rows sum to 1; beyond the outermost cell centres the
    outermost cell's value goes on.
    """
    pixel = torch.arange(size, dtype=like.dtype, device=like.device) + 0.5
    centre = (pixel * cells / (like.new_ones(()) * size) - 0.5).clamp(0, cells - 1)
    cell = torch.arange(cells, dtype=like.dtype, device=like.device)
    return (1 - (centre.unsqueeze(1) - cell).abs()).clamp(min=0)


def cubic_weights(centres: Tensor, support: Tensor, size: int) -> Tensor:
    """Weights of a cubic convolution filter (Keys 1981, a = -0.5) that antialiases.

    centres: (N, outputs) where each output pixel's centre lies, in input pixels
    support: (N,) input pixels that one unit of the filter covers: at least 1, and the number of
        input pixels per output pixel where the picture is scaled down
    Returns (N, outputs, size). Rows sum to 1 inside the picture; what lies beyond its edge
    counts as 0.
    """
    pixel = torch.arange(size, dtype=centres.dtype, device=centres.device) + 0.5
    distance = ((pixel - centres.unsqueeze(-1)) / support[:, None, None]).abs()
    near = ((1.5 * distance - 2.5) * distance) * distance + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    weights = torch.where(distance < 1, near, torch.where(distance < 2, far, 0.0))
    return weights / support[:, None, None]

"""Augmentation of normalised pictures, a whole batch at a time."""

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from model.normalize import SIDE

ELASTIC_GRID = 5
"""Knots along each side of the random displacement field."""


def augment(digits: Tensor, strength: float, generator: Generator) -> Tensor:
    """Vary every picture of a batch by itself: place, shape, stroke width and contrast.

    digits: (N, 1, 28, 28) in 0..1
    strength: 0 leaves everything as it is, 1 is what `digits` trains with; more is possible
    Returns the same shape and range.
    """
    if strength == 0:
        return digits
    grid = _sampling_grid(len(digits), strength, generator)
    # Bilinear sampling would blur every picture, and a network that has never seen a sharp one
    # reads those worse.
    moved = F.grid_sample(digits, grid, mode="bicubic", align_corners=False).clamp(0, 1)
    return _contrast(_stroke_width(moved, strength, generator), strength, generator)


def _sampling_grid(number: int, strength: float, generator: Generator) -> Tensor:
    """Affine maps plus smooth random displacements: (N, 28, 28, 2)."""

    def normal(deviation: float) -> Tensor:
        return torch.randn(number, generator=generator) * (deviation * strength)

    angle, shear = normal(math.radians(7)), normal(0.12)
    scale_x, scale_y = 1 + normal(0.07), 1 + normal(0.07)
    cosine, sine = torch.cos(angle), torch.sin(angle)
    matrix = torch.stack(
        [
            torch.stack([scale_x * cosine, shear - sine, normal(0.06)], dim=1),
            torch.stack([scale_y * sine, scale_y * cosine, normal(0.06)], dim=1),
        ],
        dim=1,
    )
    grid = F.affine_grid(matrix, [number, 1, SIDE, SIDE], align_corners=False)
    knots = torch.randn(number, 2, ELASTIC_GRID, ELASTIC_GRID, generator=generator)
    displacement = F.interpolate(
        knots * (0.06 * strength), size=(SIDE, SIDE), mode="bicubic", align_corners=True
    )
    return grid + displacement.permute(0, 2, 3, 1)


def _stroke_width(digits: Tensor, strength: float, generator: Generator) -> Tensor:
    """Thicken or thin each picture's strokes by up to about half a pixel on each side."""
    amount = (torch.rand(len(digits), 1, 1, 1, generator=generator) * 2 - 1) * (0.6 * strength)
    thicker = F.max_pool2d(digits, 3, stride=1, padding=1)
    thinner = -F.max_pool2d(-digits, 3, stride=1, padding=1)
    # A hairline would vanish: only what keeps its ink is thinned.
    kept = thinner.mean((1, 2, 3), keepdim=True) > 0.35 * digits.mean((1, 2, 3), keepdim=True)
    thinner = torch.where(kept, thinner, digits)
    target = torch.where(amount > 0, thicker, thinner)
    return torch.lerp(digits, target, amount.abs())


def _contrast(digits: Tensor, strength: float, generator: Generator) -> Tensor:
    """A gamma curve for each picture, as faint or bleeding ink would have."""
    gamma = torch.exp(torch.randn(len(digits), 1, 1, 1, generator=generator) * (0.25 * strength))
    return digits.clamp(1e-6, 1) ** gamma

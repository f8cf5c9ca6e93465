"""Ink: from a grey picture of any paper to how much ink lies on each pixel."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.resampling import area_weights, bilinear_weights

THUMBNAIL = 48
"""Cells along each side of the thumbnail on which the paper is studied."""

CLOSING = 21
"""Cells: strokes narrower than this are filled when the paper is estimated."""

SMALLEST_CONTRAST = 0.04
"""A picture whose ink is fainter than this share of the paper's brightness is blank."""

NOISE_SIGMAS = 3.5
"""How many standard deviations of the paper's grain are taken off the ink."""

FAINTEST_INK = 0.01
"""Ink fainter than this share of a full stroke is paper: over a whole picture even rounding errors
would weigh something."""


class Ink(nn.Module):
    """Flattens the paper, finds its polarity and stretches the contrast.

    The paper is looked at on a 48×48 thumbnail: which polarity it has (most of the border and of
    the picture is paper), and its brightness, a quadratic surface fitted to what is not ink, so
    that light may fall off across a photograph. Ink is what is darker than the paper, relative to
    the paper's brightness, less the grain of the paper, and scaled so that a full stroke is 1.
    """

    border: Tensor
    basis: Tensor

    def __init__(self) -> None:
        super().__init__()
        border = torch.zeros(THUMBNAIL, THUMBNAIL)
        border[0] = border[-1] = 1
        border[:, 0] = border[:, -1] = 1
        self.register_buffer("border", border / border.sum(), persistent=False)
        self.register_buffer("basis", _quadratic_basis(), persistent=False)

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        """Find the ink.

        grey: (N, 1, H, W) float32, 0 = black, 1 = white
        Returns ink (N, 1, H, W), 0 = paper and 1 = full ink, and drawn (N,) bool, False where
        there is nothing but paper (ink is 0 there).
        """
        height, width = grey.shape[-2:]
        rows, columns = area_weights(height, THUMBNAIL, grey), area_weights(width, THUMBNAIL, grey)
        thumbnail = rows @ grey @ columns.T
        light_paper = self._paper_is_light(thumbnail)
        grey = torch.where(light_paper, grey, 1 - grey)
        thumbnail = torch.where(light_paper, thumbnail, 1 - thumbnail)

        paper = self._paper(thumbnail)
        rows, columns = (
            bilinear_weights(THUMBNAIL, height, grey),
            bilinear_weights(THUMBNAIL, width, grey),
        )
        paper = (rows @ paper @ columns.T).clamp(min=0.02)
        darkness = 1 - grey / paper
        # Grain is symmetric, strokes are not: what is brighter than the paper is grain alone.
        grain = (2 * darkness.clamp(max=0).square().mean((1, 2, 3), keepdim=True)).sqrt()
        darkness = darkness.clamp(min=0)
        full = soft_peak(darkness)
        drawn = (full > SMALLEST_CONTRAST) & (full > 3.2 * grain)
        floor = torch.minimum(NOISE_SIGMAS * grain + FAINTEST_INK * full, 0.5 * full)
        ink = ((darkness - floor) / (full - floor).clamp(min=1e-3)).clamp(0, 1)
        ink = torch.where(drawn, _without_specks(ink), 0.0)
        return ink, drawn.flatten()

    def _paper_is_light(self, thumbnail: Tensor) -> Tensor:
        """(N, 1, 1, 1) bool: whether ink is darker than the paper.

        Most of the border and of the whole picture is paper, and the few cells that differ much
        from the rest, which make its distribution skew, are ink. Light that falls in from one
        side is taken off first.
        """
        slopes = self.basis[:, 1:3]
        tilted = (slopes @ (slopes.T @ thumbnail.flatten(2).transpose(1, 2))).transpose(1, 2)
        level = thumbnail - tilted.view_as(thumbnail)
        lightest, darkest = level.amax((2, 3), True), level.amin((2, 3), True)
        middle = torch.where(lightest - darkest < 0.01, 0.5, (lightest + darkest) / 2)
        bright = (level >= middle).to(thumbnail.dtype)
        vote = (bright * self.border).sum((2, 3), True) + bright.mean((2, 3), True) - 1
        residual = level - level.mean((2, 3), True)
        variance = residual.square().mean((2, 3), True)
        skewness = (residual.square() * residual).mean((2, 3), True) / (variance**1.5 + 1e-6)
        return vote - skewness >= 0

    def _paper(self, thumbnail: Tensor) -> Tensor:
        """The brightness of the paper on the thumbnail, also below strokes: (N, 1, 48, 48)."""
        paper = self._fit(thumbnail, torch.ones_like(thumbnail))
        for tolerance in (0.25, 0.1, 0.05):
            darker = paper - thumbnail
            is_paper = darker <= tolerance * darker.amax((2, 3), True)
            paper = self._fit(thumbnail, is_paper.to(thumbnail.dtype))
        return torch.minimum(paper, _closing(thumbnail))

    def _fit(self, thumbnail: Tensor, weight: Tensor) -> Tensor:
        """The quadratic surface through the cells of weight 1, by least squares."""
        cells, weights = thumbnail.flatten(2).transpose(1, 2), weight.flatten(2).transpose(1, 2)
        # Sums of small differences round better than sums of brightnesses.
        level = (weights * cells).sum(1, keepdim=True) / weights.sum(1, keepdim=True)
        identity = torch.eye(self.basis.shape[1], dtype=cells.dtype, device=cells.device)
        # The normal equations are (I - E) c = b, and E is small where most cells are paper:
        # (I - E)⁻¹ = (I + E)(I + E²)(I + E⁴)…, which, unlike a solver, can be exported.
        power = self.basis.T @ ((1 - weights) * self.basis)
        coefficients = self.basis.T @ (weights * (cells - level))
        for _ in range(6):
            coefficients = (identity + power) @ coefficients
            power = power @ power
        return (level + self.basis @ coefficients).transpose(1, 2).view_as(thumbnail)


def soft_peak(values: Tensor) -> Tensor:
    """A maximum that no single pixel decides: the mean of the values weighted by their cube.

    values: (N, 1, H, W) ≥ 0. Returns (N, 1, 1, 1).
    """
    cube = values * values * values
    weight = cube.sum((2, 3), keepdim=True)
    return (cube * values).sum((2, 3), keepdim=True) / weight.clamp(min=1e-12)


def _without_specks(ink: Tensor) -> Tensor:
    """A pixel of ink has ink beside it; what stands alone is grain."""
    # Sums of shifted views: ten times faster in torch than an average pooling.
    padded = F.pad(ink, (1, 1, 1, 1))
    rows = padded[..., :-2, :] + padded[..., 1:-1, :] + padded[..., 2:, :]
    around = rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]
    return torch.minimum(ink, (around - ink).clamp(min=0))


def _closing(thumbnail: Tensor) -> Tensor:
    """Morphological closing: dark strokes narrower than `CLOSING` cells become paper."""
    return -_dilation(-_dilation(thumbnail))


def _dilation(thumbnail: Tensor) -> Tensor:
    """The brightest value in the square around each cell, first along columns, then rows."""
    pad = CLOSING // 2
    columns = F.max_pool2d(thumbnail, (CLOSING, 1), stride=1, padding=(pad, 0))
    return F.max_pool2d(columns, (1, CLOSING), stride=1, padding=(0, pad))


def _quadratic_basis() -> Tensor:
    """(48 * 48, 6) orthonormal columns that span 1, x, y, x², xy, y²."""
    side = torch.linspace(-1, 1, THUMBNAIL, dtype=torch.float64)
    y, x = torch.meshgrid(side, side, indexing="ij")
    terms = torch.stack([torch.ones_like(x), x, y, x * x, x * y, y * y], dim=-1).flatten(0, 1)
    basis: Tensor = torch.linalg.qr(terms).Q.float()
    return basis

"""Normalize: from ink anywhere on a picture to 28×28, the way MNIST was made."""

import torch
from torch import Tensor, nn

from model.ink import soft_peak
from model.resampling import cubic_weights

SIDE = 28
"""Pixels along each side of what the network sees."""

BOX = 20
"""Pixels along the longer side of the ink's box inside it (LeCun et al. 1998)."""

BOX_THRESHOLD = 0.25
"""Ink that counts for the box. MNIST's own boxes are found exactly by anything up to 0.25."""


class Normalize(nn.Module):
    """Scales the ink's box to 20 pixels, aspect kept, and puts its centre of mass in the middle.

    No crop and no loop: box and centre are reductions over rows and columns, and the resampling
    is two matrix products that scale, antialias and centre in one step, so that the whole stands
    in an exported graph with dynamic height and width.
    """

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor]:
        """Normalise.

        ink: (N, 1, H, W), 0 = paper, 1 = full ink
        Returns digit (N, 1, 28, 28) in 0..1, and box (N, 4), left, top, right, bottom in pixels
        of `ink`, all zero where there is no ink.
        """
        across, down = ink.amax(2).squeeze(1), ink.amax(3).squeeze(1)
        left, right = _extent(across)
        top, bottom = _extent(down)
        longer = torch.maximum(right - left, bottom - top).clamp(min=1)
        pixels_per_output = longer / BOX

        mass = ink.sum((1, 2, 3)).clamp(min=1e-6)
        centre_x = _first_moment(ink.sum(2).squeeze(1)) / mass
        centre_y = _first_moment(ink.sum(3).squeeze(1)) / mass

        support = pixels_per_output.clamp(min=1)
        offsets = torch.arange(SIDE, dtype=ink.dtype, device=ink.device) + 0.5 - SIDE / 2
        offsets = offsets * pixels_per_output.unsqueeze(1)
        columns = cubic_weights(centre_x.unsqueeze(1) + offsets, support, ink.shape[3])
        rows = cubic_weights(centre_y.unsqueeze(1) + offsets, support, ink.shape[2])
        digit = (rows @ ink.squeeze(1) @ columns.transpose(1, 2)).unsqueeze(1).clamp(min=0)
        # A thin pen's stroke is narrower than an output pixel and comes out faint.
        digit = (digit / soft_peak(digit).clamp(min=1e-3)).clamp(max=1)
        return digit, torch.stack([left, top, right, bottom], dim=1)


def _extent(profile: Tensor) -> tuple[Tensor, Tensor]:
    """First and one past the last position that holds ink, of a (N, L) profile: (N,), (N,)."""
    inked = profile > BOX_THRESHOLD
    position = torch.arange(profile.shape[1], dtype=profile.dtype, device=profile.device)
    end = torch.where(inked, position + 1, 0.0).amax(1)
    start = torch.where(inked, position, 1e9).amin(1)
    return torch.minimum(start, end), end


def _first_moment(profile: Tensor) -> Tensor:
    """Σ value · pixel centre of a (N, L) profile: (N,)."""
    position = torch.arange(profile.shape[1], dtype=profile.dtype, device=profile.device) + 0.5
    return (profile * position).sum(1)

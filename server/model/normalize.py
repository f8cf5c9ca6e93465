"""Normalize: from ink anywhere on a picture to 28×28, the way MNIST was made."""

import torch
from torch import Tensor, nn

from model.ink import soft_peak
from model.resampling import cubic_weights, size_of

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

    offsets: Tensor

    def __init__(self) -> None:
        super().__init__()
        offsets = torch.arange(SIDE, dtype=torch.float32).view(SIDE, 1) + 0.5 - SIDE / 2
        self.register_buffer("offsets", offsets, persistent=False)

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Normalise.

        ink: (N, 1, H, W), 0 = paper, 1 = full ink
        Returns digit (N, 1, 28, 28) in 0..1; box (N, 4), left, top, right, bottom in pixels of
        `ink`, all zero where there is no ink; and frame (N, 4), the same edges of the square that
        `digit` shows, which may reach beyond the picture.
        """
        height, width = size_of(ink)
        ink = ink.squeeze(1)
        # Positions are those of the pixels' right and lower edges.
        x, y = (
            torch.arange(1, size + 1, dtype=ink.dtype, device=ink.device)
            for size in (width, height)
        )
        left, right = _extent(ink.amax(1, True), x)
        top, bottom = _extent(ink.amax(2).unsqueeze(1), y)
        pixels_per_output = torch.maximum(right - left, bottom - top).clamp(min=1) / BOX

        across, down = ink.sum(1, True), ink.sum(2).unsqueeze(1)
        mass = across.sum(2, True).clamp(min=1e-6)
        # Both axes at once, measured from the centre of mass in units of the filter, which covers
        # an output pixel, or an input pixel where the picture is scaled up.
        scale = 1 / pixels_per_output.clamp(min=1)
        centre_x, centre_y = (across * x).sum(2, True) / mass, (down * y).sum(2, True) / mass
        positions = torch.cat([x - centre_x, y - centre_y], dim=2)
        offsets = self.offsets * (pixels_per_output * scale)
        weights = cubic_weights(offsets, positions * scale) * scale
        columns, rows = weights[:, :, :width], weights[:, :, width:]
        digit = (rows @ ink @ columns.transpose(1, 2)).clamp(min=0)
        # A thin pen's stroke is narrower than an output pixel and comes out faint.
        digit = (digit / soft_peak(digit).clamp(min=1e-3)).clamp(max=1)
        box = torch.cat([left, top, right, bottom], dim=1).squeeze(2)
        # A pixel's centre lies half a pixel before its edge.
        centre = torch.cat([centre_x, centre_y], dim=1).squeeze(2) - 0.5
        half = pixels_per_output.squeeze(2) * (SIDE / 2)
        return digit.unsqueeze(1), box, torch.cat([centre - half, centre + half], dim=1)


def _extent(profile: Tensor, position: Tensor) -> tuple[Tensor, Tensor]:
    """First and one past the last position that holds ink, of (N, 1, L): each (N, 1, 1).

    position: (L,), 1 … L
    """
    inked = (profile > BOX_THRESHOLD).to(profile.dtype)
    length = size_of(profile)[1]
    end = (inked * position).amax(2, True)
    start = length - (inked * (length + 1 - position)).amax(2, True)
    return torch.minimum(start, end), end

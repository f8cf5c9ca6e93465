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

        ink: (N, H, W), 0 = paper, 1 = full ink
        Returns digit (N, 1, 28, 28) in 0..1; box (N, 4), left, top, right, bottom in pixels of
        `ink`, all zero where there is no ink; and frame (N, 4), the same edges of the square that
        `digit` shows, which may reach beyond the picture.
        """
        height, width = size_of(ink)
        # Positions are those of the pixels' right and lower edges.
        x, y = (
            torch.arange(1, size + 1, dtype=ink.dtype, device=ink.device)
            for size in (width, height)
        )
        left, right = _extent(ink.amax(1, True), x, 2)
        top, bottom = _extent(ink.amax(2, True), y.unsqueeze(1), 1)
        pixels_per_output = torch.maximum(right - left, bottom - top).clamp(min=1) / BOX

        # Sums of the ink, and of it times its positions, in two products.
        columns, rows = (torch.stack([torch.ones_like(edges), edges]) for edges in (x, y))
        moments = (rows @ ink @ columns.T).view(-1, 1, 4)
        mass, of_x, of_y, _ = torch.split(moments, 1, dim=2)
        mass = mass.clamp(min=1e-6)
        centre_x, centre_y = of_x / mass, of_y / mass
        # Both axes at once, measured from the centre of mass in units of the filter, which covers
        # an output pixel, or an input pixel where the picture is scaled up.
        scale = 1 / pixels_per_output.clamp(min=1)
        positions = torch.cat([x - centre_x, y - centre_y], dim=2)
        offsets = self.offsets * (pixels_per_output * scale)
        weights = cubic_weights(offsets, positions * scale)
        columns, rows = weights[:, :, :width], weights[:, :, width:]
        digit = (rows @ ink @ columns.transpose(1, 2)).clamp(min=0)
        # Whatever the weights sum to, and however faint the stroke of a thin pen comes out, which
        # is narrower than an output pixel.
        digit = (digit / soft_peak(digit).clamp(min=1e-3)).clamp(max=1)
        box = torch.cat([left, top, right, bottom], dim=1)
        # A pixel's centre lies half a pixel before its edge.
        centre = torch.cat([centre_x, centre_y], dim=1) - 0.5
        half = pixels_per_output * (SIDE / 2)
        frame = torch.cat([centre - half, centre + half], dim=1)
        return digit.unsqueeze(1), box.squeeze(2), frame.squeeze(2)


def _extent(profile: Tensor, position: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """First and one past the last position that holds ink, of (N, 1, L) or (N, L, 1): each
    (N, 1, 1).

    position: 1 … L along `dim`
    """
    is_inked = profile > BOX_THRESHOLD
    end = torch.where(is_inked, position, 0).amax(dim, True)
    start = torch.where(is_inked, position - 1, profile.shape[dim]).amin(dim, True)
    return torch.minimum(start, end), end

"""Ink: from a grey picture of any paper to how much ink lies on each pixel."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.resampling import area_weights, bilinear_weights, size_of
from model.table import THUMBNAIL, Table

CLOSING = 11
"""Cells: strokes narrower than this are filled when the paper is estimated."""

WIDER = THUMBNAIL + 2 * (CLOSING // 2)
"""Cells along each side of the thumbnail and what is beyond its edges."""

SMALLEST_CONTRAST = 0.04
"""A picture whose ink is fainter than this share of the paper's brightness is blank."""

TOLERANCES = (0.3, 0.05)
"""Shares of the darkest ink's darkness up to which a cell is paper, one for each fit."""

GRAIN_OF_BLANK = 3.2
"""A picture whose ink is less than so many standard deviations of the paper's grain is blank."""

BRIGHTEST_GRAIN = 0.5
"""What is brighter than the paper by a larger share than this is other paper, as beside a table,
and counts as so much."""

NOISE_SIGMAS = 3.5
"""How many standard deviations of the paper's grain are taken off the ink."""

FAINTEST_INK = 0.01
"""Ink fainter than this share of a full stroke is paper: over a whole picture even rounding errors
would weigh something."""

FAINTEST_STROKE = 0.7
"""Where something fainter than this share of a full stroke lies on two opposite edges, all that is
as faint is no stroke, but a rule of the paper, or a shadow."""

DARKEST = -2.0
"""Darker than a level can be: what is not looked at."""


class Ink(nn.Module):
    """Flattens the paper, finds its polarity and stretches the contrast.

    The paper is looked at on a 24×24 thumbnail: which polarity it has (most of the border and of
    the picture is paper), and its brightness, a quadratic surface fitted to what is not ink, so
    that light may fall off across a photograph. Ink is what is darker than the paper, relative to
    the paper's brightness, less the grain of the paper and what is ruled on it, and scaled so that
    a full stroke is 1. A table around a sheet is looked for first, and left out.
    """

    votes: Tensor
    basis: Tensor
    terms: Tensor
    last: Tensor
    beyond: Tensor

    def __init__(self) -> None:
        super().__init__()
        border = torch.zeros(THUMBNAIL, THUMBNAIL)
        border[0] = border[-1] = 1
        border[:, 0] = border[:, -1] = 1
        votes = (border / border.sum() + 1 / border.numel()).view(-1, 1)
        self.register_buffer("votes", votes, persistent=False)
        basis = _quadratic_basis()
        self.register_buffer("basis", basis, persistent=False)
        # The basis and a column of zeros: room for the right-hand side.
        self.register_buffer("terms", F.pad(basis, (0, 1)), persistent=False)
        self.register_buffer("last", torch.eye(7)[6:], persistent=False)
        self.register_buffer("beyond", _beyond(), persistent=False)
        self.table = Table()

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        """Find the ink.

        grey: (N, H, W) float32, 0 = black, 1 = white
        Returns ink (N, H, W), 0 = paper and 1 = full ink, and drawn (N,) float32, 1, or 0 where
        there is nothing but paper (ink is 0 there).
        """
        height, width = size_of(grey)
        rows, columns = area_weights(height, THUMBNAIL, grey), area_weights(width, THUMBNAIL, grey)
        thumbnail = rows @ grey @ columns.T
        is_table, sheet = self.table(thumbnail)
        # For all that follows there could be more of the sheet in its place.
        cells = torch.where(is_table, sheet, thumbnail).view(-1, 1, THUMBNAIL * THUMBNAIL)
        # Light that falls in from one side is taken off before anything else.
        slope = cells @ self.basis[:, :3] @ self.basis[:, :3].T
        level = cells - slope
        is_light = self._paper_is_light(level, cells.mean(2, True))
        one = torch.ones((), dtype=grey.dtype, device=grey.device)
        sign, offset = torch.where(is_light, one, -one), torch.where(is_light, 0 * one, one)
        # One division on the thumbnail is cheaper than one at full size.
        paper = self._paper(level * sign, ~is_table.view_as(level)) + slope * sign + offset
        lightness = (1 / paper.clamp(min=0.02)).view(-1, THUMBNAIL, THUMBNAIL)
        rows, columns = (
            bilinear_weights(THUMBNAIL, height, grey),
            bilinear_weights(THUMBNAIL, width, grey),
        )
        darkness = 1 - (grey * sign + offset) * (rows @ lightness @ columns.T)
        # The cells beside the table may show a part of it.
        near_table = rows @ is_table.to(grey.dtype) @ columns.T
        darkness = torch.where(near_table > 0, 0, darkness)
        # Grain is symmetric, strokes are not: what is brighter than the paper is grain alone, and
        # half of it.
        brighter = darkness.clamp(-BRIGHTEST_GRAIN, 0.0)
        grain = (brighter * brighter).mean((1, 2), True).sqrt() * math.sqrt(2)
        darkness = darkness.clamp(min=0)
        full = soft_peak(darkness)
        drawn = (full > (GRAIN_OF_BLANK * grain).clamp(min=SMALLEST_CONTRAST)).to(grey.dtype)
        floor = torch.minimum(NOISE_SIGMAS * grain + FAINTEST_INK * full, 0.5 * full)
        # Wherever rules run and however they slant: what is as faint as they are goes.
        across = _across(darkness)
        are_rules = across <= FAINTEST_STROKE * full
        floor = torch.where(are_rules, torch.maximum(floor, across), floor)
        steepness = drawn / (full - floor).clamp(min=1e-3)
        ink = ((darkness - floor) * steepness).clamp(0, 1)
        return _without_specks(ink), drawn.flatten()

    def _paper_is_light(self, level: Tensor, mean: Tensor) -> Tensor:
        """Whether ink is darker than the paper: (N, 1, 1) bool.

        Most of the border and of the whole picture is paper, and the few cells that differ much
        from the rest, which make its distribution skew, are ink.
        level: (N, 1, 576) the thumbnail without its slope; mean: (N, 1, 1) of the thumbnail
        """
        lightest, darkest = level.amax(2, True), level.amin(2, True)
        middle = torch.where(lightest - darkest < 0.01, 0.5 - mean, (lightest + darkest) / 2)
        vote = (level >= middle).to(level.dtype) @ self.votes - 1
        square = level * level
        variance = square.mean(2, True)
        skewness = (square * level).mean(2, True) / (variance * variance.sqrt() + 1e-6)
        return vote >= skewness

    def _paper(self, level: Tensor, is_sheet: Tensor) -> Tensor:
        """The brightness of the paper on the thumbnail, also below strokes: (N, 1, 576).

        A quadratic surface through the cells that are paper, by least squares. Its normal
        equations are c (I - E) = b, and E is small where most cells are paper:
        c = b (I + E)(I + E²)(I + E⁴)…, which, unlike a solver, can be exported. Squaring the
        matrix (E 0; b 1) makes (E² 0; b (I + E) 1).
        """
        closed = self._closing(level)
        # What a cell adds to the equations and their right-hand side: one of ink, and of paper.
        of_ink = self.terms.T
        nothing = torch.zeros_like(of_ink[:-1]).expand(level.shape[0], -1, -1)
        of_paper = torch.cat([nothing, level], dim=1)
        paper = closed
        for tolerance in TOLERANCES:
            darker = paper - level
            is_paper = (darker <= tolerance * darker.amax(2, True)) & is_sheet
            hidden = torch.where(is_paper, of_paper, of_ink)
            system = hidden @ self.terms + self.last.T @ self.last
            for _ in range(6):
                system = system @ system
            paper = self.last @ system @ of_ink
        return torch.minimum(paper, closed)

    def _closing(self, level: Tensor) -> Tensor:
        """Morphological closing: dark strokes narrower than `CLOSING` cells become paper.

        What lies beyond an edge is not looked at, unless the edge is dark all along, as a table or
        a shadow is: such a strip is broad, and stays. So nothing beyond an edge is darker than the
        edge's brightest cell.
        level: (N, 1, 576). Returns the same shape.
        """
        edges = level[..., self.table.edges].view(-1, 1, 4, THUMBNAIL).amax(3)
        beyond = F.pad(edges, (1, 0), value=DARKEST)[..., self.beyond].view(-1, 1, WIDER, WIDER)
        picture = level.view(-1, 1, THUMBNAIL, THUMBNAIL)
        wider = F.pad(picture, (CLOSING // 2,) * 4, value=DARKEST)
        dilated = torch.maximum(_brightest(wider, pad=CLOSING // 2), beyond)
        return -_brightest(-dilated, pad=0).view_as(level)


def soft_peak(values: Tensor) -> Tensor:
    """A maximum that no single pixel decides: the mean of the values weighted by their cube.

    values: (N, H, W) ≥ 0. Returns (N, 1, 1).
    """
    cube = values * values * values
    weight = cube.sum((1, 2), keepdim=True)
    return (cube * values).sum((1, 2), keepdim=True) / weight.clamp(min=1e-12)


def _across(darkness: Tensor) -> Tensor:
    """How dark it is, at most, on both of two opposite edges: rules reach both, a digit seldom.

    darkness: (N, H, W) ≥ 0. Returns (N, 1, 1).
    """
    edges = (darkness[:, 0], darkness[:, -1], darkness[..., 0], darkness[..., -1])
    top, bottom, left, right = (edge.amax(1) for edge in edges)
    across = torch.maximum(torch.minimum(top, bottom), torch.minimum(left, right))
    return across.view(-1, 1, 1)


def _without_specks(ink: Tensor) -> Tensor:
    """A pixel of ink has ink beside it; what stands alone is grain."""
    # Sums of shifted views: ten times faster in torch than an average pooling.
    padded = F.pad(ink, (1, 1, 1, 1))
    rows = padded[..., :-2, :] + padded[..., 1:-1, :] + padded[..., 2:, :]
    around = rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:] - ink
    return torch.minimum(ink, around)


def _brightest(thumbnail: Tensor, pad: int) -> Tensor:
    """The brightest cell in the square around each, first along columns, then rows."""
    columns = F.max_pool2d(thumbnail, (CLOSING, 1), stride=1, padding=(pad, 0))
    return F.max_pool2d(columns, (1, CLOSING), stride=1, padding=(0, pad))


def _beyond() -> Tensor:
    """(1156,) beyond which edge of a thumbnail, 1 to 4 in the order of `Table.edges`, each cell of
    a wider one lies: 0 for the thumbnail's."""
    pad = CLOSING // 2
    beyond = torch.zeros(WIDER, WIDER, dtype=torch.int64)
    beyond[:pad], beyond[-pad:] = 3, 4
    beyond[:, :pad], beyond[:, -pad:] = 1, 2
    return beyond.flatten()


def _quadratic_basis() -> Tensor:
    """(24 * 24, 6) orthonormal columns that span 1, x, y, x², xy, y²."""
    side = torch.linspace(-1, 1, THUMBNAIL, dtype=torch.float64)
    y, x = torch.meshgrid(side, side, indexing="ij")
    terms = torch.stack([torch.ones_like(x), x, y, x * x, x * y, y * y], dim=-1).flatten(0, 1)
    basis: Tensor = torch.linalg.qr(terms).Q.float()
    return basis

"""Table: what lies around a sheet of paper on a photograph."""

import torch
from torch import Tensor, nn

THUMBNAIL = 24
"""Cells along each side of the thumbnail on which paper and table are studied."""

DARK_TABLE = 0.45
"""A table is darker than this share of the sheet somewhere at an edge of the picture: a shadow
hardly ever."""

TABLE_AROUND = 0.75
"""Or than this share, in the mean of each edge: then it is all around the sheet."""

CELLS_OF_TABLE = 30
"""It has so many cells at least: a stroke along an edge has fewer."""

LITTLE_INK = 48
"""Cells at most that are as dark within the sheet: a digit that is cut out so closely that its
strokes touch the edges has more."""

FEW_NOTCHES = 8
"""Cells at most that are reached along their row alone, or their column alone: a sheet, however it
is turned, is convex and has none but where ink touches its edge. A digit has notches."""

CELLS_OF_SHEET = 150
"""A sheet on a table has so many bright cells at least, a quarter of all."""

EVEN = 5e-4
"""Share of white by which a cell differs at most from the darkest one at the edges that is as dark
as that."""

ARE_EVEN = 0.25
"""Where so many of a table's cells are as dark as that, a program drew it, and what is bright on it
is no sheet: a camera has grain, and light falls off."""

TABLE_BEGINS = 0.4
"""How far from the sheet's brightness to the table's the sheet ends."""

STEP = 0.6
"""Share of the difference between sheet and table that is passed within three cells, on average:
light that falls off is no table."""


class Table(nn.Module):
    """Finds a dark table around a sheet, or beside it.

    It is what is dark from the left or right edge of the picture up to the sheet, and from the
    upper or lower one: a sheet has no gaps along a row or a column, however it is turned, and most
    digits have. There is one only where it is uneven, as on a photograph, where what is bright is
    convex and as large as a sheet with little ink on it, and where that ends in a step.
    """

    edges: Tensor
    """(96,) which cells lie on the left, right, upper and lower edge."""
    before: Tensor
    """(24, 24) to be multiplied with, sums each row's cells up to a cell."""
    margin: Tensor
    """(24, 24) bool, the cells at the picture's edges."""
    steps: Tensor
    """(48, 24) see `_steps`."""

    def __init__(self) -> None:
        super().__init__()
        cells = torch.arange(THUMBNAIL * THUMBNAIL).view(THUMBNAIL, THUMBNAIL)
        edges = torch.cat([cells[:, 0], cells[:, -1], cells[0], cells[-1]])
        self.register_buffer("edges", edges, persistent=False)
        place = torch.arange(THUMBNAIL)
        ahead = place - place.view(-1, 1)
        self.register_buffer("before", (ahead >= 0).float(), persistent=False)
        is_inner = (place > 0) & (place < THUMBNAIL - 1)
        self.register_buffer("margin", ~(is_inner & is_inner.view(-1, 1)), persistent=False)
        self.register_buffer("steps", _steps(), persistent=False)

    def forward(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Find the table.

        cells: (N, 24, 24) a picture's thumbnail, 0 = black, 1 = white
        Returns where the table is, (N, 24, 24) bool, and how bright the sheet, (N, 1, 1), which
        means nothing where there is no table.
        """
        sides = cells.view(-1, 1, THUMBNAIL * THUMBNAIL).index_select(2, self.edges)
        sides = sides.view(-1, 4, THUMBNAIL)
        edges, darkest = sides.mean(2, True), sides.amin((1, 2), True)
        brightest = cells.amax((1, 2), True)
        contrast = brightest - darkest
        ends = brightest - TABLE_BEGINS * contrast
        bright = (cells >= ends).to(cells.dtype)
        # No bright cell from here to the left edge, or to the right one; nor to the upper or lower.
        beside = torch.minimum(bright @ self.before, bright @ self.before.T)
        above = torch.minimum(self.before @ bright, self.before.T @ bright)
        is_dark = torch.maximum(beside, above) == 0
        table = is_dark.to(cells.dtype)
        expected = table * contrast
        steps = torch.cat([cells, expected], 2) @ self.steps
        steps = steps + self.steps.T @ torch.cat([cells, expected], 1)
        of_table, of_sheet = table.sum((1, 2), True), bright.sum((1, 2), True)
        of_either = (torch.minimum(beside, above) == 0).to(cells.dtype).sum((1, 2), True)
        is_around = edges.amax(1, True) <= TABLE_AROUND * brightest
        is_beside = darkest <= DARK_TABLE * brightest
        is_there = (is_around | is_beside) & (of_table >= CELLS_OF_TABLE)
        is_there &= of_sheet >= CELLS_OF_SHEET
        is_there &= of_table + of_sheet >= THUMBNAIL * THUMBNAIL - LITTLE_INK
        is_there &= of_either - of_table <= FEW_NOTCHES
        is_there &= (table * steps).sum((1, 2), True) >= 0
        is_even = (cells - darkest).abs() <= EVEN
        is_there &= (table * is_even).sum((1, 2), True) < ARE_EVEN * of_table
        return (is_dark | self.margin) & is_there, (ends + brightest) / 2


def _steps() -> Tensor:
    """Of a row of cells, and of the mask of a table times what its step should be, what becomes,
    multiplied by the mask and summed, how much brighter it is beyond the mask's ends than within,
    from a cell before each to the second after it, less `STEP` of what it should be.
    """
    one, cell = torch.eye(THUMBNAIL), torch.arange(THUMBNAIL)
    ends = one[:, 1:] - one[:, :-1]
    over_three = one[:, (cell[:-1] + 2).clamp(max=THUMBNAIL - 1)] - one[:, (cell[:-1] - 1).clamp(0)]
    return torch.cat([-over_three, -STEP * ends]) @ ends.T

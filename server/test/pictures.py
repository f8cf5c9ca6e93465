"""Small pictures whose right answers can be worked out in one's head."""

import numpy as np
import torch
from numpy.typing import NDArray

from model.render import draw_strokes

Grey = NDArray[np.float32]


def rectangle(
    size: tuple[int, int], box: tuple[int, int, int, int], ink: float = 0.0, paper: float = 1.0
) -> Grey:
    """A filled rectangle on paper. size: height, width; box: left, top, right, bottom."""
    picture = np.full(size, paper, np.float32)
    left, top, right, bottom = box
    picture[top:bottom, left:right] = ink
    return picture


def seven(size: int = 384, width: float = 20) -> Grey:
    """A seven, black on white."""
    stroke = np.array([[0.3, 0.25], [0.7, 0.25], [0.45, 0.78]]) * size
    return 1 - draw_strokes([stroke], size, width)


def stacked(*pictures: Grey) -> torch.Tensor:
    """Pictures of one size as (N, H, W)."""
    return torch.from_numpy(np.stack(pictures))


def batch(*pictures: Grey) -> torch.Tensor:
    """Pictures of one size as (N, 1, H, W)."""
    return stacked(*pictures)[:, None]

"""Digits that ship with the project: ten of our own, written again by a hundred made-up hands.

For measurements that need digits where there is no data; what is good is measured on other people's
digits (`npm run evaluate`).
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.data import Points
from model.errors import DataError
from model.picture_file import SUFFIXES, picture_files, read_picture
from model.render import draw_strokes, fit
from model.variation import vary

Grey = NDArray[np.float32]

SIDE = 384
HANDS = 10


class Samples(NamedTuple):
    """Pictures, and what they are."""

    greys: list[Grey]
    """Each (H, W), 0 = black, 1 = white."""
    labels: list[int] | None
    """Each 0..9; None where nobody says."""


def samples() -> Samples:
    """A hundred digits, the same ones each time."""
    greys, labels = [], []
    for digit, strokes in enumerate(WRITING):
        for hand in range(HANDS):
            rng = np.random.default_rng((digit, hand))
            placed = fit(vary(strokes, rng), 0.6 * SIDE, np.array([SIDE / 2, SIDE / 2]))
            greys.append(1 - draw_strokes(placed, SIDE, float(rng.uniform(8, 26))))
            labels.append(digit)
    return Samples(greys, labels)


def samples_of(folder: Path) -> Samples:
    """The pictures of a folder; where they lie in folders named 0 to 9, these say what they are.

    Raises DataError where there are none.
    """
    files = picture_files(folder, "**/*")
    if not files:
        raise DataError(f"{folder} holds no pictures ({', '.join(SUFFIXES)}).")
    names = [file.parent.name for file in files]
    labelled = all(name in tuple("0123456789") for name in names)
    return Samples(
        [read_picture(file) for file in files], [int(name) for name in names] if labelled else None
    )


def _arc(
    centre: tuple[float, float], size: tuple[float, float], start: float, end: float
) -> Points:
    """Part of an ellipse; degrees clockwise from the right, as y goes down."""
    angles = np.radians(np.linspace(start, end, 14))
    circle: Points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    placed: Points = circle * np.array(size) + np.array(centre)
    return placed


def _line(*corners: tuple[float, float]) -> Points:
    """Straight pieces, with points between their ends as a hand leaves them."""
    pieces = [np.linspace(start, end, 8) for start, end in pairwise(corners)]
    return np.concatenate(pieces)


def _joined(*parts: Points) -> Points:
    return np.concatenate(parts)


WRITING: Sequence[Sequence[Points]] = (
    [_arc((0.5, 0.5), (0.3, 0.45), -80, -440)],
    [_line((0.53, 0.05), (0.48, 0.95))],
    [
        _joined(
            _arc((0.5, 0.28), (0.26, 0.23), -170, 40),
            _line((0.68, 0.42), (0.22, 0.95), (0.8, 0.95)),
        )
    ],
    [
        _joined(
            _arc((0.45, 0.28), (0.27, 0.23), -160, 85), _arc((0.45, 0.73), (0.32, 0.23), -85, 150)
        )
    ],
    [_line((0.4, 0.05), (0.2, 0.6), (0.85, 0.6)), _line((0.66, 0.1), (0.62, 0.97))],
    [
        _joined(_line((0.36, 0.05), (0.3, 0.45)), _arc((0.44, 0.68), (0.3, 0.27), -115, 150)),
        _line((0.36, 0.05), (0.76, 0.04)),
    ],
    [
        _joined(
            _arc((0.72, 0.6), (0.45, 0.55), -105, -180), _arc((0.5, 0.72), (0.24, 0.24), -180, 170)
        )
    ],
    [_line((0.2, 0.06), (0.8, 0.05), (0.42, 0.96))],
    [
        _joined(
            _arc((0.5, 0.27), (0.22, 0.22), -30, -270),
            _arc((0.5, 0.73), (0.27, 0.24), -90, 270),
            _arc((0.5, 0.27), (0.22, 0.22), 90, -30),
        )
    ],
    [_joined(_arc((0.48, 0.28), (0.25, 0.24), -10, -360), _line((0.73, 0.28), (0.64, 0.97)))],
)
"""The ten digits as people write them: one array of points for each time the pen is down."""

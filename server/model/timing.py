"""How long a picture takes through the whole pipeline, where several are compared."""

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

REPEATS = 200

WARM_UP = 20
"""Calls that are not counted: an engine may make a graph for a size that comes often."""


def picture() -> NDArray[np.float32]:
    """What is timed: (384, 384), 0 = black, 1 = white, with one broad stroke."""
    sheet = np.ones((384, 384), np.float32)
    sheet[100:280, 180:205] = 0
    return sheet


def milliseconds(calls: Sequence[Callable[[], object]]) -> list[list[float]]:
    """What each call takes, in `REPEATS` rounds in which all of them take turns: as noisy as a
    machine is, it is so for all of them."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(WARM_UP):
        for call in calls:
            call()
    for _ in range(REPEATS):
        for call, taken in zip(calls, times, strict=True):
            begun = time.perf_counter()
            call()
            taken.append(1000 * (time.perf_counter() - begun))
    return times


def medians(times: Sequence[Sequence[float]]) -> list[float]:
    return [statistics.median(taken) for taken in times]

"""How long a picture takes through the whole pipeline, of several engines or models in turns."""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from model.engines import Engine, load_engine
from model.errors import ModelError
from model.files import read_card, version

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
    """Of each call."""
    return [statistics.median(taken) for taken in times]


def whole_pipeline(model: str) -> str:
    """A table of what a picture takes in each engine that can run a model. Raises ModelError."""
    named = version(read_card(model))
    engines: list[Engine] = []
    for name in ("torch", "openvino", "onnx"):
        try:
            engines.append(load_engine(name, model))
        except ModelError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    if not engines:
        raise ModelError(f"No engine can run {named}.")
    sheet = picture()
    times = np.array(milliseconds([partial(engine.recognize, sheet) for engine in engines]))
    ratios = times / times[0]
    rows = [
        "| {} | {:.2f} | {:.2f} … {:.2f} | {:.2f} ({:.2f} … {:.2f}) |".format(
            engine.name,
            np.median(times[i]),
            *np.quantile(times[i], (0.1, 0.9)),
            np.median(ratios[i]),
            *np.quantile(ratios[i], (0.25, 0.75)),
        )
        for i, engine in enumerate(engines)
    ]
    return "\n".join(
        [
            f"One picture of 384×384 through the whole pipeline, {named}, one thread, "
            f"{REPEATS} rounds in turns, milliseconds:",
            "",
            f"| engine | median | eight in ten | times {engines[0].name} (middle half) |",
            "| --- | ---: | ---: | ---: |",
            *rows,
        ]
    )

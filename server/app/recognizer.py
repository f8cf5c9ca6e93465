"""The one recogniser of a process: loaded and warm before the first request."""

import logging
import threading
from collections.abc import Sequence

import numpy as np

from app.images import Grey
from app.metrics import count_reading, engine_seconds
from app.settings import Settings, StartupError
from app.together import read
from model.engines import OFTEN, ModelError, Reading, fastest_engine, load_engine

logger = logging.getLogger(__name__)

WARM_UP = OFTEN + 1
"""The first pictures of a size take longest."""

SIDES = (64, 128)
"""Pixels along the sides of what our page posts, and to which most canvases are averaged."""


class Recognizer:
    """An engine that several threads may ask."""

    def __init__(self, settings: Settings) -> None:
        """Load the engine and let it recognise. Raises StartupError."""
        try:
            self._engine = load_engine(
                name=settings.engine or fastest_engine(settings.model),
                model=settings.model,
                device=settings.openvino_device,
            )
        except ModelError as error:
            raise StartupError(str(error)) from error
        # Each engine computes on one thread: two pictures at once would only slow each other
        # down, and OpenVINO's inference requests do not bear it at all.
        self._one_at_a_time = threading.Lock()
        for side in SIDES:
            for _ in range(WARM_UP):
                self._engine.recognize(_stroke(side))
        logger.debug("%s on %s is ready", self.model, self.engine)

    @property
    def engine(self) -> str:
        """What runs the model, e.g. "torch"."""
        return self._engine.name

    @property
    def model(self) -> str:
        """Name and version of the model, e.g. "digits 1.0.0"."""
        return self._engine.model

    def recognize(self, grey: Grey) -> Reading | None:
        """Read a picture. grey: (H, W) float32, 0 = black, 1 = white; None: nothing is drawn."""
        return read(grey, self.recognize_all)

    def recognize_all(self, greys: Sequence[Grey]) -> list[Reading | None]:
        """Like `recognize`, in one pass for all pictures of one size."""
        with self._one_at_a_time, engine_seconds.time():
            readings = self._engine.recognize_all(greys)
        for reading in readings:
            _count(reading)
        return readings


def _count(reading: Reading | None) -> None:
    if reading is None:
        count_reading(None, 0, 0)
    else:
        best = int(reading.probabilities.argmax())
        count_reading(best, float(reading.probabilities[best]), reading.is_digit)


def _stroke(side: int) -> Grey:
    """An upright stroke in the middle of a square picture."""
    picture = np.ones((side, side), np.float32)
    picture[side // 4 : -side // 4, side * 15 // 32 : side * 17 // 32] = 0
    return picture

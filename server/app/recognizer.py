"""The one recogniser of a process: loaded and warm before the first request."""

import logging
import threading

import numpy as np

from app.images import Grey
from app.settings import Settings, StartupError
from model.engines import ModelError, Reading, load_engine

logger = logging.getLogger(__name__)


class Recognizer:
    """An engine that several threads may ask."""

    def __init__(self, settings: Settings) -> None:
        """Load the engine and let it recognise once. Raises StartupError."""
        try:
            self._engine = load_engine(
                name=settings.engine, model=settings.model, device=settings.openvino_device
            )
        except ModelError as error:
            raise StartupError(str(error)) from error
        # Each engine computes on one thread: two pictures at once would only slow each other
        # down, and OpenVINO's inference requests do not bear it at all.
        self._one_at_a_time = threading.Lock()
        self.recognize(_stroke())
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
        with self._one_at_a_time:
            return self._engine.recognize(grey)


def _stroke() -> Grey:
    """An upright stroke on a canvas of the usual size: the first picture takes longest."""
    picture = np.ones((384, 384), np.float32)
    picture[80:300, 180:205] = 0
    return picture

"""Lightning, also beside a torchvision that cannot be imported as it is."""

from typing import Any

from model.download import make_torchvision_importable

# Lightning imports torchvision wherever there is one.
make_torchvision_importable()

import lightning as L  # noqa: E402
from lightning.fabric.utilities.exceptions import MisconfigurationException  # noqa: E402
from lightning.pytorch import callbacks  # noqa: E402
from lightning.pytorch.callbacks import (  # noqa: E402
    Callback,
    EarlyStopping,
    TQDMProgressBar,
    WeightAveraging,
)
from lightning.pytorch.utilities import rank_zero_only  # noqa: E402

__all__ = [
    "Callback",
    "EarlyStopping",
    "L",
    "MisconfigurationException",
    "ModelCheckpoint",
    "TQDMProgressBar",
    "WeightAveraging",
    "rank_zero_only",
]


class ModelCheckpoint(callbacks.ModelCheckpoint):
    """Lightning's, but its folder may have been moved, or copied to another machine."""

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        # It forgets the best score where the folder is another one.
        super().load_state_dict({**state_dict, "dirpath": self.dirpath})

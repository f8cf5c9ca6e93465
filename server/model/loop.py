"""Lightning, also beside a torchvision that cannot be imported as it is."""

from model.download import make_torchvision_importable

# Lightning imports torchvision wherever there is one.
make_torchvision_importable()

import lightning as L  # noqa: E402
from lightning.fabric.utilities.exceptions import MisconfigurationException  # noqa: E402
from lightning.pytorch.callbacks import (  # noqa: E402
    Callback,
    EarlyStopping,
    ModelCheckpoint,
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

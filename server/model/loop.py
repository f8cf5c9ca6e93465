"""Lightning, whose loop trains (the steps are in `learner.py`), also beside a torchvision that
cannot be imported as it is."""

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
    "fit",
    "rank_zero_only",
]


def fit(trainer: L.Trainer, learner: L.LightningModule, **options: Any) -> None:
    """Train; raises KeyboardInterrupt, too, of which Lightning makes a SystemExit."""
    try:
        trainer.fit(learner, **options)
    except SystemExit as ended:
        if trainer.interrupted:
            raise KeyboardInterrupt from ended
        raise


class ModelCheckpoint(callbacks.ModelCheckpoint):
    """Lightning's, but its folder may have been moved, or copied to another machine."""

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        # It forgets the best score where the folder is another one.
        super().load_state_dict({**state_dict, "dirpath": self.dirpath})

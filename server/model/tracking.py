"""Where the numbers of a run are shown while it goes on: TensorBoard, Weights & Biases, MLflow."""

import importlib.util
import os
from pathlib import Path
from typing import Any

from model.errors import ModelError

TRACKERS = {"tensorboard": "tensorboard", "wandb": "wandb", "mlflow": "mlflow", "none": ""}
"""Each with the package that it needs."""

PROJECT = "digit-recognizer"


def logger_for(tracker: str, folder: Path, recipe: str) -> Any:
    """Lightning's logger for a tracker, which keeps its files in the run's folder; False for none.

    It has begun already, in the first of several processes.

    Weights & Biases sends what it keeps only where WANDB_MODE or an account says so; MLflow keeps
    to MLFLOW_TRACKING_URI where there is one.
    Raises ModelError where its package is not installed, or it is set up wrongly.
    """
    package = TRACKERS[tracker]
    if not package:
        return False
    if importlib.util.find_spec(package) is None:
        raise ModelError(f"--track {tracker} needs a package: npm run setup -- track")
    try:
        logger = _logger(tracker, folder, recipe)
        # What begins only when it is asked for, and else would fail in the middle of the training.
        logger.experiment  # noqa: B018
    except Exception as error:  # whatever a tracker raises
        reason = str(error).strip().partition("\n")[0]
        raise ModelError(f"--track {tracker} cannot begin: {reason}") from error
    return logger


def _logger(tracker: str, folder: Path, recipe: str) -> Any:
    from lightning.pytorch import loggers

    if tracker == "wandb":
        if not os.environ.get("WANDB_API_KEY"):
            os.environ.setdefault("WANDB_MODE", "offline")
        os.environ.setdefault("WANDB_SILENT", "true")
        return loggers.WandbLogger(name=folder.name, project=PROJECT, save_dir=folder)
    if tracker == "mlflow":
        where = os.environ.get("MLFLOW_TRACKING_URI", f"sqlite:///{folder.absolute()}/mlflow.db")
        return loggers.MLFlowLogger(
            PROJECT, run_name=f"{recipe}, {folder.name}", tracking_uri=where
        )
    return loggers.TensorBoardLogger(folder, name="", version="tensorboard")

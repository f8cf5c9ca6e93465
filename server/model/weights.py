"""Saving and loading weights: safetensors and a model card beside them, checked on loading."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from model.errors import ModelError
from model.files import read_card, read_checked, sha256, weights_path, write_card
from model.folders import replace_file
from model.networks import build
from model.pipeline import Pipeline


def load_pipeline(model: str, folder: Path | None = None) -> Pipeline:
    """Load a trained pipeline, ready to recognise. Raises ModelError."""
    card = read_card(model, folder)
    content = read_checked(weights_path(model, folder), card)
    pipeline = Pipeline(build(card["network"]))
    try:
        # Runs of before 1.6.0 told by the network's log-odds alone whether it is a digit.
        pipeline.load_state_dict({"calibration.largest_scale": torch.zeros(()), **load(content)})
    except (SafetensorError, RuntimeError) as error:
        raise ModelError(f"The weights of {model} do not fit its network: {error}") from error
    return pipeline.eval()


def save_pipeline(pipeline: Pipeline, card: dict[str, Any], folder: Path) -> None:
    """Save weights and card; the card gets the weights' checksum."""
    folder.mkdir(parents=True, exist_ok=True)
    content = save({name: value.contiguous() for name, value in pipeline.state_dict().items()})
    path = weights_path(card["name"], folder)
    replace_file(path, content)
    write_card({**card, "sha256": {path.name: sha256(content)}}, folder)

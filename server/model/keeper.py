"""What a run keeps: the best weights, calibrated, with their card, and the log."""

import dataclasses
import json
import math
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from model.calibrate import calibrate
from model.card import UNRELEASED
from model.conditions import CONDITIONS
from model.errors import DivergedError
from model.figures import learning_curve
from model.folders import replace_file
from model.learner import Learner
from model.loop import Callback, L
from model.network import NetworkOutput
from model.pipeline import Calibration, Pipeline
from model.recipes import LabelledSets, Recipe
from model.weights import save_pipeline

VERSION = "1.16.0"
"""Of what is shipped next."""

DRAWN_EVERY = 10
"""Seconds after which the learning curve is drawn anew, which may take longer than an epoch."""


def calibrated(sets: LabelledSets, judged: dict[str, NetworkOutput]) -> Calibration:
    """The calibration of a network that says `judged` of the held-out sets."""
    calibration = Calibration()
    digits = [
        (judged[name], torch.from_numpy(part.labels)) for name, part in sets.validation.items()
    ]
    calibrate(calibration, digits, [judged[name] for name in sets.no_digits])
    return calibration


def scores(
    sets: LabelledSets, judged: dict[str, NetworkOutput], calibration: Calibration
) -> dict[str, float]:
    """Accuracies on held-out digits, and how well what is no digit is told from them.

    The score is the mean of the accuracies and, for digits of other hands, of the shares that are
    both read right and accepted as digits.
    """
    found: dict[str, float] = {}
    counted, losses = [], []
    for name, part in (sets.validation | sets.varied).items():
        labels = torch.from_numpy(part.labels)
        right = judged[name].logits.argmax(1) == labels
        found[name] = _share(right)
        counted.append(found[name])
        losses.append(nn.functional.cross_entropy(judged[name].logits, labels).item())
        if name == "pen":
            # `conditions_pen` draws all digits in one condition after the other.
            by_condition = right.view(len(CONDITIONS), -1)
            found["worst_condition"] = min(_share(condition) for condition in by_condition)
        if name in sets.varied:
            found[f"{name}_accepted"] = _share(right & _accepted(judged[name], calibration))
            counted.append(found[f"{name}_accepted"])
    found["score"] = sum(counted) / len(counted)
    found["validation_loss"] = sum(losses) / len(losses)
    for name in sets.no_digits:
        taken = _share(_accepted(judged[name], calibration))
        found[f"{name.replace(' ', '_')}_taken_for_digits"] = taken
    return found


def _accepted(output: NetworkOutput, calibration: Calibration) -> torch.Tensor:
    """(N,) bool: `ACCEPTED` of the clean digits are above zero."""
    return calibration.digit_log_odds(output.logits, output.digit_logit) >= 0


def _share(which: torch.Tensor) -> float:
    return which.float().mean().item()


def keep(
    folder: Path,
    recipe: Recipe,
    network: nn.Module,
    sets: LabelledSets,
    judged: dict[str, NetworkOutput],
    facts: dict[str, Any],
) -> None:
    """Write a network's weights, calibrated, with their card.

    judged: what the network says of every held-out set
    facts: what the card says of the run beside what is known here
    """
    copy = recipe.new_network()
    copy.load_state_dict(network.state_dict())
    pipeline = Pipeline(copy).eval()
    pipeline.calibration = calibrated(sets, judged)
    found = scores(sets, judged, pipeline.calibration)
    card = {
        "name": recipe.name,
        "version": VERSION + UNRELEASED,
        "network": recipe.network,
        "parameters": sum(p.numel() for p in copy.parameters()),
        "recipe": dataclasses.asdict(recipe),
        "validation": {name: round(value, 5) for name, value in found.items()},
        **facts,
    }
    save_pipeline(pipeline, card, folder)


class Keeper(Callback):
    """Keeps the best weights, calibrated, with their card, and the log, after every epoch."""

    def __init__(self, folder: Path, facts: dict[str, Any]) -> None:
        """facts: what the model card says of the run beside what is known here"""
        self.folder, self.facts = folder, facts
        self.best = -1.0
        self.entries: list[dict[str, Any]] = []
        self._began = 0.0
        self._drawn = 0.0

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "log": self.entries, "facts": self.facts}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.best, self.entries, self.facts = state["best"], state["log"], state["facts"]

    def on_train_epoch_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        self._began = time.monotonic()

    # Before the average's own callback puts the weights that learn back in their place.
    def on_validation_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        assert isinstance(module, Learner)
        judged = module.take_outputs()
        found = scores(module.sets, judged, calibrated(module.sets, judged))
        _check(found["validation_loss"])
        module.log_dict(found, sync_dist=True)
        if not trainer.is_global_zero:
            return
        epoch = trainer.current_epoch + 1
        if found["score"] > self.best:
            self.best = found["score"]
            facts = {"epoch": epoch, **self.facts}
            keep(self.folder, module.recipe, module.network, module.sets, judged, facts)
        self.entries.append(
            {
                "epoch": epoch,
                **{name: round(value, 5) for name, value in found.items()},
                "learning_rate": trainer.optimizers[0].param_groups[0]["lr"],
                "seconds": round(time.monotonic() - self._began, 1),
            }
        )

    # The mean loss is known once the epoch has ended altogether.
    def on_train_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        if not trainer.is_global_zero:
            return
        loss = float(trainer.callback_metrics["loss"])
        _check(loss)
        self.entries[-1]["loss"] = round(loss, 5)
        lines = "".join(json.dumps(entry) + "\n" for entry in self.entries)
        replace_file(self.folder / "log.jsonl", lines.encode())
        if time.monotonic() > self._drawn + DRAWN_EVERY:
            learning_curve(self.entries, self.folder / "learning-curve.png")
            self._drawn = time.monotonic()


def _check(loss: float) -> None:
    """Raises DivergedError for one that is no number: nothing is kept of such a network."""
    if not math.isfinite(loss):
        raise DivergedError("The loss is no number any more: choose a smaller --learning-rate.")

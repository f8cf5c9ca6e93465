"""Looking for a learning rate: how the loss falls while the rate rises (Smith 2017)."""

import dataclasses
import math
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from torch import nn

from model.figures import loss_by_rate
from model.learner import Learner
from model.loop import Callback, L, fit
from model.recipes import LabelledSets, Recipe
from model.teachers import Teachers

RATES = np.geomspace(1e-5, 1, 100)
"""Learning rates that are tried, a step with each."""

DIVERGED = 4.0
"""Times the least mean of `RECENT` losses so far, at which it is no use to go on."""

RECENT = 5
"""Losses: a single one says little, where a batch is small or a network well trained."""

CLEAR = 3.0
"""By how many standard deviations of the losses about their smoothed curve this must fall for a
rate to be told from it."""

BREADTH = 5.0
"""Steps: standard deviation of the bell that smooths the losses, a quarter of a decade."""

FEWEST = 10
"""Losses that a rate can be told from."""


class _RisingRate(Callback):
    """Takes each step with the next of the `RATES`, and keeps its loss."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self._least = math.inf

    def on_train_batch_start(self, trainer: L.Trainer, *_: Any) -> None:
        for group in trainer.optimizers[0].param_groups:
            group["lr"] = float(RATES[len(self.losses)])

    def on_train_batch_end(self, trainer: L.Trainer, _: Any, outputs: Any, *__: Any) -> None:
        loss = float(outputs["loss"])
        if not math.isfinite(loss):
            trainer.should_stop = True
            return
        self.losses.append(loss)
        recent = float(np.mean(self.losses[-RECENT:]))
        self._least = min(self._least, recent)
        trainer.should_stop = recent > DIVERGED * self._least


def found_learning_rate(
    recipe: Recipe,
    sets: LabelledSets,
    folder: Path,
    network: nn.Module | None = None,
    teachers: Teachers | None = None,
    accelerator: Literal["auto", "cpu"] = "auto",
) -> float:
    """The learning rate at which the loss falls fastest, with its plot in the folder.

    Returns the recipe's own where that cannot be told.
    """
    # However few steps an epoch has, none of them is fine-tuning.
    constant = dataclasses.replace(
        recipe, schedule="constant", epochs=len(RATES), fine_tuning_epochs=0
    )
    learner = Learner(constant, sets, teachers)
    if network is not None:
        learner.network.load_state_dict(network.state_dict())
    rising = _RisingRate()
    trainer = L.Trainer(
        accelerator=accelerator,
        devices=1,
        max_epochs=-1,
        max_steps=len(RATES),
        callbacks=[rising],
        gradient_clip_val=recipe.gradient_norm,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
        num_sanity_val_steps=0,
        limit_val_batches=0,
        use_distributed_sampler=False,
    )
    fit(trainer, learner)
    losses = np.array(rising.losses)
    if len(losses) < FEWEST:
        return recipe.learning_rate
    rates = RATES[: len(losses)]
    rate = steepest(rates, losses)
    loss_by_rate(rates, losses, smoothed(losses), rate, folder / "learning-rate.png")
    return recipe.learning_rate if rate is None else rate


def smoothed(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) losses, each the mean of those around it: unlike a moving average it does not lag."""
    steps = np.arange(len(losses))
    weights = np.exp(-(((steps[:, None] - steps) / BREADTH) ** 2) / 2)
    return np.asarray(weights @ losses / weights.sum(1))


def steepest(rates: NDArray[np.float64], losses: NDArray[np.float64]) -> float | None:
    """The rate, of N rising ones, at which the smoothed loss falls fastest while the rate is
    multiplied.

    None where it does not fall clearly.
    """
    smooth = smoothed(losses)
    least = int(smooth.argmin())
    noise = float(np.std((losses - smooth)[: least + 1]))
    if least == 0 or smooth[:least].max() - smooth[least] < CLEAR * noise:
        return None
    slopes = np.gradient(smooth, np.log(rates))[: least + 1]
    return float(rates[slopes.argmin()])

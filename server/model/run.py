"""A training run and its checkpoint."""

import dataclasses
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from model.data import checksums
from model.errors import ModelError
from model.network import DigitNet
from model.recipe import Recipe

LONG = 1000
"""Steps after which the average forgets as slowly as it ever will."""


@dataclass
class Run:
    """A training run: all that changes while it goes on."""

    recipe: Recipe
    network: DigitNet
    average: AveragedModel
    optimizer: torch.optim.Optimizer
    epoch: int
    best: float
    limit: int | None
    """At most so many items of each source, for a quick look; None uses all."""
    data: dict[str, str]
    """Checksums of the data files."""
    log: list[dict[str, Any]]
    origin: str | None = None
    """The model whose weights it began with; None for random ones."""

    @classmethod
    def start(cls, recipe: Recipe, limit: int | None = None) -> "Run":
        torch.manual_seed(recipe.seed)
        network = recipe.network()
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        average = AveragedModel(
            network, avg_fn=partial(moving_average, recipe.average_decay), use_buffers=True
        )
        optimizer = torch.optim.AdamW(parameter_groups(network, recipe.weight_decay))
        return cls(
            recipe,
            network,
            average,
            optimizer,
            epoch=0,
            best=0.0,
            limit=limit,
            data=checksums(),
            log=[],
        )

    def go_on_from(self, network: DigitNet, origin: str) -> None:
        """Begin with a trained network's weights. Raises ModelError where it has another size."""
        weights = network.state_dict()
        self.origin = origin
        try:
            self.network.load_state_dict(weights)
        except RuntimeError as error:
            raise ModelError("The run to start from has a network of another size.") from error
        self.average.module.load_state_dict(weights)
        # As if it had been averaged for long: the average goes on from here, and forgets slowly.
        self.average.n_averaged.fill_(LONG)

    def save(self, path: Path) -> None:
        state = {
            "recipe": dataclasses.asdict(self.recipe),
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "epoch": self.epoch,
            "best": self.best,
            "limit": self.limit,
            "data": self.data,
            "log": self.log,
            "origin": self.origin,
        }
        unfinished = path.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(path)

    @classmethod
    def resume(cls, path: Path) -> "Run":
        state = torch.load(path, weights_only=True)
        run = cls.start(Recipe(**state["recipe"]), state["limit"])
        run.network.load_state_dict(state["network"])
        run.average.load_state_dict(state["average"])
        run.optimizer.load_state_dict(state["optimizer"])
        run.epoch, run.best, run.log = state["epoch"], state["best"], state["log"]
        run.data, run.origin = state["data"], state["origin"]
        return run


def moving_average(decay: float, average: Tensor, value: Tensor, updates: Tensor | int) -> Tensor:
    """Exponential moving average that is quick at first, so that it forgets where it began."""
    decay = min(decay, (1 + float(updates)) / (10 + float(updates)))
    return average + ((value - average) * (1 - decay)).to(average.dtype)


def parameter_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay is for the weights of convolutions and linear layers alone."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]

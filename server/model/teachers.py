"""Distillation: trained networks that teach another one (Hinton et al. 2015)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from model.files import origin, read_card, weights_in
from model.network import NetworkOutput, fused
from model.weights import load_pipeline

TEMPERATURE = 4.0
"""What the ten digits' logits are divided by, so that it counts which other digit a picture is
like."""


class Lesson(NamedTuple):
    """What the teachers say of B normalised pictures."""

    probabilities: Tensor
    """(B, 10) probabilities of the ten digits, softened, the mean of the teachers'."""
    is_digit: Tensor
    """(B,) probability that it is a digit at all, of their mean log-odds."""


class Teachers:
    """Networks that only read. They are no part of what learns, nor of its checkpoints.

    They read in the precision in which the other one learns.
    """

    def __init__(self, networks: Sequence[nn.Module], temperatures: Sequence[float]) -> None:
        """temperatures: what makes each network's answers as sure as they are right, so that those
        of one that is modest, as smoothed labels make it, count as much as the others'"""
        self._networks = [fused(network) for network in networks]
        self._temperatures = temperatures

    def __deepcopy__(self, memo: Any) -> "Teachers":
        """Itself: it never changes, and averaging copies all that a module holds."""
        return self

    @torch.no_grad()
    def __call__(self, digits: Tensor) -> Lesson:
        """digits: (B, 1, 28, 28) in 0..1, 1 = ink"""
        said: list[NetworkOutput] = [
            network.to(digits.device)(digits) for network in self._networks
        ]
        probabilities = [
            (output.logits.float() / (temperature * TEMPERATURE)).softmax(1)
            for output, temperature in zip(said, self._temperatures, strict=True)
        ]
        is_digit = [output.digit_logit.float() for output in said]
        return Lesson(torch.stack(probabilities).mean(0), torch.stack(is_digit).mean(0).sigmoid())


class Teacher(NamedTuple):
    """A trained network."""

    network: nn.Module
    temperature: float
    """By which its logits are calibrated."""
    origin: str
    """What it is, e.g. "digits 1.0.0, epoch 3"."""
    sha256: str
    """Of its weights' file."""


def load_teacher(run: Path) -> Teacher:
    """Load the network of a run's folder. Raises ModelError."""
    weights = weights_in(run)
    card = read_card(weights.stem, run)
    pipeline = load_pipeline(weights.stem, run)
    temperature = pipeline.calibration.temperature.item()
    return Teacher(pipeline.network, temperature, origin(card), card["sha256"][weights.name])

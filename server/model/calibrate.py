"""Fitting the calibration on held-out data."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from model.network import NetworkOutput
from model.pipeline import Calibration

ACCEPTED = 0.99
"""Share of held-out digits whose `is_digit` is to be at least a half."""


def calibrate(
    calibration: Calibration,
    digits: Sequence[tuple[NetworkOutput, Tensor]],
    no_digits: Sequence[NetworkOutput],
) -> None:
    """Fit temperature, scale and shift, in place.

    digits: for each held-out set, which all weigh the same, the network's output and (N,) labels
    no_digits: the network's output on sets of held-out pictures of other things
    """
    calibration.temperature.fill_(
        fit_temperature([(output.logits, labels) for output, labels in digits])
    )
    positive = torch.cat([output.digit_logit for output, _ in digits])
    scale, shift = _fit_log_odds(positive, torch.cat([output.digit_logit for output in no_digits]))
    calibration.digit_scale.fill_(scale)
    calibration.digit_shift.fill_(shift)


def fit_temperature(sets: Sequence[tuple[Tensor, Tensor]]) -> float:
    """The temperature with the smallest mean negative log-likelihood over the sets.

    Where nothing in them is misread, as happens with few pictures, it is 1 or more: the likelihood
    alone would have the network as sure as can be of everything.
    """
    misread = any((logits.argmax(1) != labels).any() for logits, labels in sets)
    candidates = torch.exp(torch.linspace(-2 if misread else 0, 2, 401))

    def likelihood(temperature: Tensor) -> float:
        return sum(F.cross_entropy(logits / temperature, labels).item() for logits, labels in sets)

    return float(min(candidates, key=likelihood))


def _fit_log_odds(digits: Tensor, no_digits: Tensor) -> tuple[float, float]:
    """Logistic regression with both kinds weighing the same gives the scale; the shift then
    accepts the share `ACCEPTED` of the digits."""
    scale = torch.ones((), requires_grad=True)
    shift = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([scale, shift], max_iter=50)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (
            F.softplus(-(digits * scale + shift)).mean()
            + F.softplus(no_digits * scale + shift).mean()
        )
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    steepness = max(scale.item(), 0.1)
    return steepness, -steepness * digits.quantile(1 - ACCEPTED).item()

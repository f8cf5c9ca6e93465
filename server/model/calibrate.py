"""Fitting the calibration on held-out data."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from model.network import NetworkOutput
from model.pipeline import Calibration

ACCEPTED = 0.99
"""Share of held-out digits whose `is_digit` is to be at least a half."""

RIDGE = 0.01
"""Keeps the scales finite where few pictures are told apart without a mistake, and the largest
logit from weighing so much that digits of another kind are taken for none (see RESULTS.md)."""


def calibrate(
    calibration: Calibration,
    digits: Sequence[tuple[NetworkOutput, Tensor]],
    no_digits: Sequence[NetworkOutput],
) -> None:
    """Fit temperature, scales and shift, in place.

    digits: for each held-out set the network's output and (N,) labels; for the temperature they all
        weigh the same, for what is a digit by the number of their pictures
    no_digits: the network's output on sets of held-out pictures of other things
    """
    calibration.temperature.fill_(
        fit_temperature([(output.logits, labels) for output, labels in digits])
    )
    scales, shift = _fit_log_odds(
        torch.cat([_signs(output) for output, _ in digits]),
        torch.cat([_signs(output) for output in no_digits]),
    )
    calibration.digit_scale.fill_(scales[0])
    calibration.largest_scale.fill_(scales[1])
    calibration.digit_shift.fill_(shift)


def fit_temperature(sets: Sequence[tuple[Tensor, Tensor]]) -> float:
    """The temperature with the smallest mean negative log-likelihood over the sets.

    Where nothing in them is misread, as happens with few pictures, it is 1 or more: the likelihood
    alone would have the network as sure as can be of everything.
    """
    misread = any((logits.argmax(1) != labels).any() for logits, labels in sets)
    candidates = torch.exp(torch.linspace(-2 if misread else 0, 2, 401))

    def negative_log_likelihood(temperature: Tensor) -> float:
        return sum(F.cross_entropy(logits / temperature, labels).item() for logits, labels in sets)

    return float(min(candidates, key=negative_log_likelihood))


def _signs(output: NetworkOutput) -> Tensor:
    """(N, 2) what tells whether it is a digit: the log-odds of that, and the largest logit."""
    return torch.stack([output.digit_logit, output.logits.amax(1)], dim=1)


def _fit_log_odds(digits: Tensor, no_digits: Tensor) -> tuple[Tensor, float]:
    """Logistic regression with both kinds weighing the same gives the (2,) scales; the shift then
    accepts the share `ACCEPTED` of the digits.

    digits: (N, 2) and no_digits: (M, 2), see `_signs`
    """
    scales = torch.tensor([1.0, 0.0], requires_grad=True)
    shift = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([scales, shift], max_iter=100)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = (
            F.softplus(-(digits @ scales + shift)).mean()
            + F.softplus(no_digits @ scales + shift).mean()
            + RIDGE * scales.square().sum()
        )
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    found = scales.detach()
    return found, -(digits @ found).quantile(1 - ACCEPTED).item()

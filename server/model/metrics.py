"""What is computed from labels and answers: intervals, calibration, rejection."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Reliability(NamedTuple):
    """One bin of a reliability diagram (Niculescu-Mizil & Caruana 2005)."""

    confidence: float
    """Mean confidence of the answers in the bin."""
    accuracy: float
    """Share of them that is right."""
    share: float
    """Share of all answers that lies in the bin."""


def wilson_interval(right: int, number: int) -> tuple[float, float]:
    """95 % confidence interval of a share (Wilson 1927), 0..1. Raises ValueError for no trials."""
    if number < 1:
        raise ValueError("there is no interval of no trials")
    z, share = 1.959964, right / number
    centre = (share + z * z / (2 * number)) / (1 + z * z / number)
    variance = share * (1 - share) / number + z * z / (4 * number * number)
    half = z / (1 + z * z / number) * math.sqrt(variance)
    return max(0.0, centre - half), min(1.0, centre + half)


def reliability(confidences: Floats, right: Bools, bins: int = 15) -> list[Reliability]:
    """The bins, of equal width, that are not empty.

    confidences: (N,) 0..1, right: (N,)
    """
    index = np.minimum((confidences * bins).astype(int), bins - 1)
    return [
        Reliability(
            float(confidences[index == b].mean()),
            float(right[index == b].mean()),
            float((index == b).mean()),
        )
        for b in np.unique(index)
    ]


def calibration_error(confidences: Floats, right: Bools) -> float:
    """Expected calibration error (Naeini et al. 2015), 0..1."""
    return sum(abs(b.accuracy - b.confidence) * b.share for b in reliability(confidences, right))


def accepted_at(share: float, digits: Floats, others: Floats) -> float:
    """The share of `others` that is accepted when `share` of the digits is.

    digits, others: `is_digit` of each picture
    """
    return float((others >= np.quantile(digits, 1 - share)).mean())


def risk_by_coverage(confidences: Floats, right: Bools) -> tuple[Floats, Floats]:
    """Error among the most confident answers: (N,) coverage 0..1 and (N,) risk 0..1.

    El-Yaniv & Wiener 2010.
    """
    order = np.argsort(-confidences, kind="stable")
    count = np.arange(1, len(order) + 1)
    return count / len(order), np.cumsum(~right[order]) / count

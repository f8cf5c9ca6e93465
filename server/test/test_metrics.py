"""Metrics: numbers that can be worked out by hand."""

import numpy as np
import pytest

from model.metrics import (
    accepted_at,
    calibration_error,
    reliability,
    risk_by_coverage,
    wilson_interval,
)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    confidences = np.full(10, 0.9)
    assert calibration_error(confidences, np.arange(10) < 6) == pytest.approx(0.3)
    assert calibration_error(confidences, np.arange(10) < 9) == pytest.approx(0)


def test_gaps_on_both_sides_do_not_cancel_out() -> None:
    confidences = np.array([0.5] * 10 + [0.9] * 10)
    right = np.array([True] * 7 + [False] * 3 + [True] * 7 + [False] * 3)
    assert calibration_error(confidences, right) == pytest.approx(0.2)


def test_every_answer_lies_in_one_bin() -> None:
    confidences = np.linspace(0, 1, 101)
    bins = reliability(confidences, confidences > 0.5)
    assert len(bins) == 15
    assert sum(b.share for b in bins) == pytest.approx(1)
    assert [b.confidence for b in bins] == sorted(b.confidence for b in bins)


def test_wilsons_interval() -> None:
    # Its edges are the shares from which what was seen lies 1.96 standard errors away.
    low, high = wilson_interval(95, 100)
    assert low < 0.95 < high
    for share in (low, high):
        assert abs(0.95 - share) / (share * (1 - share) / 100) ** 0.5 == pytest.approx(
            1.96, abs=1e-4
        )
    assert wilson_interval(0, 10)[0] == 0
    assert wilson_interval(10, 10)[1] == pytest.approx(1)
    with pytest.raises(ValueError, match="no trials"):
        wilson_interval(0, 0)


def test_the_threshold_is_set_by_the_digits_alone() -> None:
    digits = np.arange(100) / 100
    others = np.array([0.0, 0.05, 0.5, 0.95])
    assert accepted_at(0.9, digits, others) == 0.5
    assert accepted_at(1.0, digits, others) == 1.0


def test_risk_is_the_error_among_the_most_confident() -> None:
    coverage, risk = risk_by_coverage(
        np.array([0.5, 0.9, 0.8, 0.7]), np.array([False, True, True, False])
    )
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert risk.tolist() == pytest.approx([0, 0, 1 / 3, 0.5])

"""Calibration: its numbers are fitted on what networks say of held-out pictures."""

import pytest
import torch

from model.calibrate import ACCEPTED, calibrate, fit_temperature
from model.network import NetworkOutput
from model.pipeline import Calibration


def test_the_temperature_of_overconfident_logits_is_found() -> None:
    generator = torch.Generator().manual_seed(0)
    honest = torch.randn(20_000, 10, generator=generator)
    labels = torch.multinomial(honest.softmax(1), 1, generator=generator).squeeze(1)
    assert fit_temperature([(3 * honest, labels)]) == pytest.approx(3, rel=0.05)


def test_few_digits_that_are_all_read_make_no_network_surer() -> None:
    logits = 2 * torch.eye(10)
    assert fit_temperature([(logits, torch.arange(10))]) == 1


LABELS = torch.arange(10).repeat(200)


def said(digit_logit: float, largest: float, seed: int) -> NetworkOutput:
    """What a network says of 2,000 pictures: of each a little more or less than the mean."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(2, len(LABELS), generator=generator)
    logits = torch.zeros(len(LABELS), 10)
    logits[torch.arange(len(LABELS)), LABELS] = largest + noise[0]
    return NetworkOutput(logits, digit_logit + noise[1], torch.empty(0))


def accepted(calibration: Calibration, output: NetworkOutput) -> float:
    _, is_digit = calibration(output.logits, output.digit_logit)
    return float((is_digit >= 0.5).float().mean())


def test_the_largest_logit_helps_to_tell_what_is_no_digit() -> None:
    digits, letters = said(2, 7, 0), said(0, 4, 1)
    alone = digits.digit_logit.quantile(1 - ACCEPTED)
    assert (letters.digit_logit >= alone).float().mean() > 0.5
    calibration = Calibration()
    calibrate(calibration, [(digits, LABELS)], [letters])
    assert accepted(calibration, digits) == pytest.approx(ACCEPTED, abs=0.001)
    assert accepted(calibration, letters) < 0.15
    # As much as a linear discriminant would give to each: their means differ by 2 and 3.
    ratio = calibration.largest_scale / calibration.digit_scale
    assert float(ratio) == pytest.approx(3 / 2, rel=0.2)


def test_what_says_nothing_of_its_own_is_told_by_the_largest_logit() -> None:
    digits, letters = (
        output._replace(digit_logit=torch.zeros(2000)) for output in (said(0, 8, 0), said(0, 3, 1))
    )
    calibration = Calibration()
    calibrate(calibration, [(digits, LABELS)], [letters])
    assert accepted(calibration, digits) == pytest.approx(ACCEPTED, abs=0.001)
    assert accepted(calibration, letters) < 0.02


def test_few_that_are_told_apart_without_a_mistake_keep_the_scales_finite() -> None:
    few = slice(0, 20)
    digits, letters = (
        NetworkOutput(output.logits[few], output.digit_logit[few], torch.empty(0))
        for output in (said(9, 9, 0), said(-9, 1, 1))
    )
    calibration = Calibration()
    calibrate(calibration, [(digits, LABELS[few])], [letters])
    assert 0 < calibration.digit_scale < 2
    assert accepted(calibration, digits) >= 0.94
    assert accepted(calibration, letters) == 0

"""Looking for a learning rate: on curves whose steepest place is known, and on real digits."""

import dataclasses
import math
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from services import skip_without_data
from short_runs import LIMIT

from model.labelled import labelled_sets
from model.learning_rate import RATES, found_learning_rate, smoothed, steepest
from model.recipes import RECIPES, LabelledSets
from model.training import train
from model.weights import load_pipeline


@pytest.fixture(scope="module")
def sets() -> LabelledSets:
    skip_without_data()
    return labelled_sets(RECIPES["lenet"], 50 * LIMIT)


def falling(at: float, noise: float) -> NDArray[np.float64]:
    """Losses that fall from 2.3 to 0.3, fastest at a rate, and rise from 0.3 on."""
    steps = np.log10(RATES / at)
    rising = np.exp(np.log(RATES / 0.3) * 3).clip(max=5)
    rng = np.random.default_rng(0)
    fallen = 2 / (1 + np.exp(4 * steps))
    return np.asarray(0.3 + fallen + rising + rng.normal(0, noise, len(RATES)))


@pytest.mark.parametrize("at", [1e-3, 1e-2])
@pytest.mark.parametrize("noise", [0, 0.15])
def test_the_rate_is_where_the_loss_falls_fastest(at: float, noise: float) -> None:
    rate = steepest(RATES, falling(at, noise))
    assert rate is not None
    assert abs(math.log10(rate / at)) < 0.2


@pytest.mark.parametrize("seed", range(5))
def test_where_the_loss_only_trembles_or_rises_there_is_no_such_rate(seed: int) -> None:
    trembling = 2.3 + np.random.default_rng(seed).normal(0, 0.02, len(RATES))
    assert steepest(RATES, trembling) is None
    assert steepest(RATES, trembling + RATES) is None
    assert steepest(RATES, RATES) is None


def test_smoothed_losses_are_means_of_those_around() -> None:
    assert smoothed(np.full(100, 2.3)) == pytest.approx(2.3)
    falls = np.linspace(2, 1, 100)
    # Unlike a moving average they do not lag.
    assert smoothed(falls)[20:80] == pytest.approx(falls[20:80], abs=1e-3)


def test_the_rate_for_a_real_network_is_a_usual_one(sets: LabelledSets, tmp_path: Path) -> None:
    recipe = dataclasses.replace(RECIPES["lenet"], batch=64)
    rate = found_learning_rate(recipe, sets, tmp_path)
    # Adam's own default, 0.001, is a good rate for such a network.
    assert 5e-4 < rate < 2e-2
    assert Image.open(tmp_path / "learning-rate.png").size > (400, 300)


def test_who_interrupts_the_search_is_heard(
    sets: LabelledSets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("model.learner.Learner.training_step", interrupted)
    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):
            found_learning_rate(RECIPES["lenet"], sets, tmp_path)
    finally:
        signal.signal(signal.SIGINT, handler)


def test_a_network_that_is_trained_already_is_tried_with_every_rate_until_it_diverges(
    sets: LabelledSets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its losses are small, and each may be many times another."""
    recipe = dataclasses.replace(RECIPES["lenet"], batch=32, epochs=6, learning_rate=2e-3)
    train(recipe, sets, tmp_path / "run", {"data": {}}, quiet=True)
    network = load_pipeline(recipe.name, tmp_path / "run").network
    drawn: list[int] = []
    monkeypatch.setattr(
        "model.learning_rate.loss_by_rate", lambda rates, *_: drawn.append(len(rates))
    )
    found_learning_rate(recipe, sets, tmp_path, network)
    assert RATES[drawn[0] - 1] > 1e-3


def test_the_recipe_keeps_its_rate_where_none_can_be_told(
    sets: LabelledSets, tmp_path: Path
) -> None:
    recipe = dataclasses.replace(RECIPES["lenet"], batch=64)
    network = recipe.new_network()
    with torch.no_grad():
        for weight in network.parameters():
            weight.fill_(math.nan)
    assert found_learning_rate(recipe, sets, tmp_path, network) == recipe.learning_rate
    assert not (tmp_path / "learning-rate.png").exists()

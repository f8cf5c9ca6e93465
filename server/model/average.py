"""Average the weights of runs: `npm run average`, or `python -m model.average` in `server/`.

Runs that went on from one network (`npm run train -- --start RUN --seed N`) end so close together
that the mean of their weights is a network as well, often better than each of them and as fast as
one (model soups, Wortsman et al. 2022). The mean of runs from random weights reads nothing.
"""

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn

from model.card import listed
from model.command import command
from model.data import checksums
from model.download import ensure_data
from model.errors import DataError, ModelError
from model.files import card_path, origin, read_card
from model.folders import make_folder
from model.keeper import calibrated, keep, scores
from model.labelled import labelled_sets
from model.network import NetworkOutput, outputs_of
from model.networks import build
from model.recipes import RECIPES, LabelledSets, Recipe
from model.weights import load_pipeline

SHOWN = ("score", "worst_condition", "letters_taken_for_digits", "validation_loss")


def average(
    runs: list[Path], recipe: Recipe, sets: LabelledSets, folder: Path
) -> list[dict[str, float]]:
    """Write the mean of the weights of a recipe's runs, settled and calibrated, with its card.

    Returns the held-out scores of each run, and last those of the mean. Raises ModelError.
    """
    cards = [read_card(recipe.name, run) for run in runs]
    if any(card["network"] != cards[0]["network"] for card in cards):
        raise ModelError("These runs have networks of different sizes: they have no mean.")
    make_folder(folder)
    networks = [load_pipeline(recipe.name, run).network for run in runs]
    mean = build(cards[0]["network"])
    mean.load_state_dict(_mean([network.state_dict() for network in networks]))
    recipe.settle(mean.eval(), sets)
    found = [judge(network, sets) for network in (*networks, mean)]
    facts = {
        "epoch": cards[0]["epoch"],
        "data": cards[0]["data"],
        "mean_of": [_described(card) for card in cards],
    }
    keep(folder, recipe, mean, sets, found[-1], facts)
    return [scores(sets, judged, calibrated(sets, judged)) for judged in found]


def recipe_of(run: Path, name: str) -> Recipe:
    """The recipe of a run, as it was changed for it. Raises ModelError."""
    try:
        return dataclasses.replace(RECIPES[name], **read_card(name, run)["recipe"])
    except (KeyError, TypeError) as error:
        raise ModelError(f"{run} has not the recipe {name} as it is now: {error}") from error


def check_data(run: Path, name: str) -> None:
    """Raises DataError for a run of other digits than the recipe's own, which are judged by."""
    learned_from = dict(read_card(name, run)["data"])
    learned_from.pop("corrections", None)
    if learned_from != checksums():
        raise DataError(f"{run} learned from other data than is here: its mean cannot be judged.")


def _described(card: dict[str, Any]) -> str:
    begun = f", begun at {card['start']}" if "start" in card else ""
    taught = f", taught by {listed(card['teachers'])}" if "teachers" in card else ""
    recipe = card["recipe"]
    rate = f"learning rate {recipe['learning_rate']:g}, seed {recipe['seed']}"
    return f"{origin(card)} of {recipe['epochs']} ({rate}{begun}{taught})"


def judge(network: nn.Module, sets: LabelledSets) -> dict[str, NetworkOutput]:
    """What a network says of every held-out set, without its evidence."""
    return {
        name: outputs_of(network, torch.from_numpy(part.pictures))
        for name, part in sets.held_out.items()
    }


def _mean(states: list[dict[str, Any]]) -> dict[str, Any]:
    """Of weights and of batch normalisations; the number of batches is the first one's."""
    return {
        name: torch.stack([state[name] for state in states]).mean(0)
        if value.is_floating_point()
        else value
        for name, value in states[0].items()
    }


@command
def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="average", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "runs",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="folder of a run; the first one's recipe is used",
    )
    parser.add_argument("--recipe", choices=RECIPES, default="digits", help="default: digits")
    parser.add_argument("--out", type=Path, required=True, help="folder for the mean")
    options = parser.parse_args(arguments)
    if len(options.runs) < 2:
        parser.error("a mean is of two runs at least")
    if card_path(options.recipe, options.out).exists():
        raise ModelError(f"{options.out} holds weights already: name another folder.")
    ensure_data()
    for run in options.runs:
        check_data(run, options.recipe)
    recipe = recipe_of(options.runs[0], options.recipe)
    found = average(options.runs, recipe, labelled_sets(recipe), options.out)
    for run, scored in zip([*options.runs, "their mean"], found, strict=True):
        shown = (f"{name} {scored[name]:.4f}" for name in SHOWN if name in scored)
        print(f"{run}: {', '.join(shown)}")
    print(f"Weights and card of the mean: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

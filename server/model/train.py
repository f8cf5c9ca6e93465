"""Train a network: `npm run train`, or `python -m model.train` in `server/`.

Without options the shipped recipe is trained, in one to two hours on two cores, or twice that on a
processor without bfloat16, after a quarter of an hour of preparing its data.
"""

import argparse
import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn

from model.command import command
from model.corrections import checksum, read_corrections, with_corrections
from model.data import Images, checksums
from model.download import ensure_data
from model.errors import DataError, ModelError
from model.files import RUNS, origin, read_card
from model.folders import make_folder, replace_file
from model.formats import digits_checksum, files_read, read_images
from model.labelled import labelled_sets
from model.low_rank import copy_weights
from model.network import DigitNet
from model.options import learning_rate, positive, seed
from model.recipes import RECIPES, DigitsRecipe, Recipe
from model.runs import CHECKPOINT, has_ended
from model.teachers import Teacher, Teachers, load_teacher
from model.tracking import TRACKERS, logger_for
from model.weights import load_pipeline


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="recipes:\n"
        + "\n".join(f"  {recipe.name:10} {recipe.source}" for recipe in RECIPES.values()),
    )
    what = parser.add_argument_group("what is trained")
    what.add_argument("--recipe", choices=RECIPES, help="default: digits")
    what.add_argument(
        "--data",
        type=Path,
        help="your own digits in MNIST's place: an IDX or CSV file, a folder of pictures, UNIPEN "
        "strokes or an archive of corrections (see `npm run data -- --help`)",
    )
    what.add_argument(
        "--corrections",
        type=Path,
        help="use these, too: the archive of corrections of a server, or that of the last drawings "
        "of the page",
    )
    what.add_argument(
        "--start",
        type=Path,
        help="folder of a run to go on from: its weights, at the recipe's ranks, and a new recipe",
    )
    what.add_argument(
        "--teachers",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="folders of runs of any recipe: learn what they say of each picture, too",
    )
    what.add_argument(
        "--limit",
        type=positive,
        help="use only so many pictures of each source (ten at least for digits, wide and "
        "quick, whose epochs are then as short)",
    )
    how = parser.add_argument_group("how, instead of the recipe's own")
    how.add_argument("--epochs", type=positive, help="how often the data is gone through")
    how.add_argument("--steps", type=positive, help="batches in an epoch")
    how.add_argument(
        "--learning-rate", type=learning_rate, help="the first one, or the peak of one cycle"
    )
    how.add_argument(
        "--find-learning-rate",
        action="store_true",
        default=None,
        help="look for it first, and plot where the loss falls fastest",
    )
    how.add_argument(
        "--seed",
        type=seed,
        help="of weights and batches, not of the data (default: 0)",
    )
    how.add_argument("--patience", type=positive, help="stop after so many epochs of no progress")
    run = parser.add_argument_group("the run")
    run.add_argument("--out", type=Path, help="its folder (default: runs/ and the recipe's name)")
    run.add_argument(
        "--resume",
        action="store_true",
        help="go on from where it was stopped, as it began; --recipe, --out, --data, "
        "--corrections, --devices, --nodes, --track and --threads are to be named again",
    )
    run.add_argument("--devices", type=positive, default=1, help="processes, or GPUs (default: 1)")
    run.add_argument("--nodes", type=positive, default=1, help="machines (default: 1)")
    run.add_argument(
        "--track",
        choices=TRACKERS,
        default="tensorboard",
        help="where its numbers are shown (default: tensorboard, in the run's folder)",
    )
    run.add_argument("--threads", type=positive, help="of torch (default: all cores)")
    options = parser.parse_args(arguments)
    options.named, options.recipe = options.recipe, options.recipe or "digits"
    options.out = options.out or RUNS / options.recipe
    settings = ("epochs", "steps", "limit", "seed", "learning_rate", "find_learning_rate")
    begun_with = (*settings, "start", "teachers", "patience")
    if options.resume and any(getattr(options, name) is not None for name in begun_with):
        parser.error("--resume goes on with the settings that the run began with")
    if options.learning_rate and options.find_learning_rate:
        parser.error("a learning rate is given (--learning-rate) or looked for")
    if options.corrections and not isinstance(RECIPES[options.recipe], DigitsRecipe):
        parser.error("--corrections are for the recipes digits, wide and quick; others take --data")
    return options


def chosen_recipe(options: argparse.Namespace) -> Recipe:
    """The recipe with what the command line changes in it."""
    changes = {
        "epochs": options.epochs,
        "steps_per_epoch": options.steps,
        "seed": options.seed,
        "learning_rate": options.learning_rate,
        "find_learning_rate": options.find_learning_rate,
    }
    recipe = RECIPES[options.recipe]
    if options.learning_rate is not None:
        recipe = dataclasses.replace(recipe, find_learning_rate=False)
    if options.limit is not None:
        recipe = recipe.limited(options.limit)
    if options.epochs is not None:
        tuning = options.epochs * recipe.fine_tuning_epochs // recipe.epochs
        changes["fine_tuning_epochs"] = tuning
    return dataclasses.replace(
        recipe, **{name: value for name, value in changes.items() if value is not None}
    )


@command
def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
        os.environ["OMP_NUM_THREADS"] = str(options.threads)  # for the other processes
    _check_processes(options.devices, options.nodes)
    # Where there is nothing to resume no folder is left behind.
    if options.out.exists() or not options.resume:
        make_folder(options.out)
    _check_what_is_there(options)
    best = _train(options)
    if best is not None:
        print(f"Best held-out score: {best:.2%}. Weights, log and pictures: {options.out}")
    return 0


def _check_processes(devices: int, nodes: int) -> None:
    """Raises ModelError where as many were not started, which would be waited for."""
    if "WORLD_SIZE" in os.environ:  # torchrun's, or that of the first of our processes
        started = os.environ["WORLD_SIZE"]
        if started != str(devices * nodes):
            raise ModelError(
                f"{started} processes were started, and --devices {devices} --nodes {nodes} are "
                f"{devices * nodes}: these are torchrun's --nproc-per-node and --nnodes."
            )
    elif nodes > 1 and not {"MASTER_ADDR", "SLURM_NTASKS"} & set(os.environ):
        raise ModelError(
            "--nodes is for what torchrun starts on each machine: see docs/training.md."
        )


def _check_what_is_there(options: argparse.Namespace) -> None:
    """Raises ModelError where there is nothing to resume, or something to be overwritten."""
    checkpoint = options.out / CHECKPOINT
    if options.resume:
        if not checkpoint.is_file():
            raise ModelError(f"There is nothing to resume: {checkpoint} does not exist.")
        _check_checkpoint(checkpoint)
    elif checkpoint.is_file():
        raise ModelError(
            f"{options.out} holds a run already: go on with it (--resume), "
            "or name another folder (--out)."
        )
    elif any(options.out.glob("*.safetensors")):
        raise ModelError(f"{options.out} holds weights already: name another folder (--out).")


def _check_checkpoint(path: Path) -> None:
    """Raises ModelError for one that is not whole, e.g. as a full disk leaves it."""
    try:
        torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever bytes make the unpickler raise
        raise ModelError(f"{path} is damaged: the run cannot be gone on with.") from error


def _train(options: argparse.Namespace) -> float | None:
    # Lightning takes seconds to import: an error is told of before.
    ensure_data()
    facts: dict[str, Any] = {"data": checksums()}
    own: Images | None = None
    if options.data:
        own = read_images(options.data)
        _check_is_for_training(options.data)
        facts["data"][options.data.name] = digits_checksum(options.data)
    if options.corrections:
        facts["data"]["corrections"] = checksum(options.corrections)
    if options.resume:
        recipe, limit, patience, taught_by = _as_it_began(options, facts)
    else:
        recipe, limit, patience = chosen_recipe(options), options.limit, options.patience
        taught_by = {run.resolve(): load_teacher(run) for run in options.teachers or ()}
    network = None
    if options.start:
        name = RECIPES[options.recipe].name
        card = read_card(name, options.start)
        facts["start"] = origin(card)
        if _sizes(card["network"]) != _sizes(recipe.network):
            raise ModelError("The run to start from has a network of another size.")
        network = _as_learned(load_pipeline(name, options.start).network, recipe)
    teachers = _teachers(list(taught_by.values()), recipe)
    if taught_by:
        facts["teachers"] = [teacher.origin for teacher in taught_by.values()]

    from model import training

    sets = labelled_sets(recipe, limit, own)
    if options.corrections:
        assert isinstance(recipe, DigitsRecipe)
        # As often as pens are drawn.
        times = 1 if limit else recipe.drawings
        sets = with_corrections(sets, read_corrections(options.corrections), times)
    if limit:
        facts["limit"] = limit
    checked = {str(run): teacher.sha256 for run, teacher in taught_by.items()}
    beginning = {
        "limit": limit,
        "patience": patience,
        "processes": options.devices * options.nodes,
        **facts,
        "taught_by": checked,
    }
    if training.rank_zero_only.rank == 0:  # type: ignore[attr-defined]
        replace_file(options.out / "run.json", f"{json.dumps(beginning, indent=2)}\n".encode())
    return training.train(
        recipe,
        sets,
        options.out,
        facts,
        network=network,
        teachers=teachers,
        resume=options.resume,
        patience=patience,
        devices=options.devices,
        nodes=options.nodes,
        # Where its teachers lie may differ from machine to machine.
        told={**beginning, "recipe": recipe.name, "taught_by": list(checked.values())},
        loggers=logger_for(options.track, options.out, recipe.name),
    )


def _check_is_for_training(path: Path) -> None:
    """Raises DataError for the test set: who has learned it cannot be measured by it."""
    test = {digest for name, digest in checksums().items() if "t10k" in name}
    if test & {checksum(file) for file in files_read(path)}:
        raise DataError(f"{path} is MNIST's test set: nothing is trained on it.")


def _teachers(taught_by: list[Teacher], recipe: Recipe) -> Teachers | None:
    if not taught_by:
        return None
    networks = [teacher.network for teacher in taught_by]
    if isinstance(recipe, DigitsRecipe) and not all(isinstance(x, DigitNet) for x in networks):
        raise ModelError("Classics cannot teach this recipe: they do not know what is no digit.")
    return Teachers(networks, [teacher.temperature for teacher in taught_by])


def _as_it_began(
    options: argparse.Namespace, facts: dict[str, Any]
) -> tuple[Recipe, int | None, int | None, dict[Path, Teacher]]:
    """Recipe, limit, patience and teachers of the run in a folder, whose data must be the same."""
    try:
        began = json.loads((options.out / "run.json").read_text(encoding="utf-8"))
        saved = json.loads((options.out / "recipe.json").read_text(encoding="utf-8"))
        recipe = dataclasses.replace(RECIPES[saved["name"]], **saved)
        data, limit, taught_by = began["data"], began["limit"], began.get("taught_by", {})
        patience = began.get("patience")
        checked = {Path(run): str(sha256) for run, sha256 in taught_by.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{options.out} holds no run that can be gone on with: {error}") from error
    if options.named not in (None, recipe.name):
        raise ModelError(f"{options.out} holds a run of {recipe.name}, not of {options.named}.")
    if data != facts["data"]:
        raise DataError("The data files are not those that this run began with.")
    processes = began.get("processes", options.devices * options.nodes)
    if processes != options.devices * options.nodes:
        raise ModelError(f"The run began with {processes} processes: see --devices and --nodes.")
    if "start" in began:
        facts["start"] = began["start"]
    teachers = {run: load_teacher(run) for run in checked}
    for run, teacher in teachers.items():
        if teacher.sha256 != checked[run]:
            raise ModelError(f"{run} has other weights than when it began to teach this run.")
    if has_ended(options.out):
        raise ModelError(f"{options.out} has come to its end: begin another run (--start).")
    return recipe, limit, patience, teachers


def _sizes(network: dict[str, Any]) -> Any:
    """What has to be the same in a network to go on from, as JSON has it: lists for tuples."""
    free = ("middle", "ranks")
    return json.loads(json.dumps({x: value for x, value in network.items() if x not in free}))


def _as_learned(learned: nn.Module, recipe: Recipe) -> nn.Module:
    """A recipe's network with the weights of another one, which may have other ranks."""
    network = recipe.new_network()
    if isinstance(network, DigitNet) and isinstance(learned, DigitNet):
        copy_weights(learned, network)
    else:
        network.load_state_dict(learned.state_dict())
    return network


if __name__ == "__main__":
    sys.exit(main())

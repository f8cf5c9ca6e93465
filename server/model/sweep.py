"""Look for better hyper-parameters of a recipe: `npm run sweep`, by Optuna.

Several processes, or machines, that name the same study and storage share it: start the command on
each of them. From the fourth on, trials whose best score is below the median of the others' at the
same epoch are given up.
"""

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from model.card import listed
from model.command import command
from model.data import Images, checksums
from model.download import ensure_data
from model.errors import DivergedError, ModelError
from model.files import RUNS
from model.folders import make_folder
from model.formats import digits_checksum, read_images
from model.labelled import labelled_sets
from model.options import positive, seed
from model.recipes import RECIPES, LabelledSets, Recipe

LEARNING_RATE = (0.1, 10.0)
"""The span that is looked in, in multiples of the recipe's own."""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="sweep",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example, on two machines that see the same database:\n"
        "  npm run sweep -- --recipe lenet --storage postgresql://user@host/sweeps --trials 20",
    )
    parser.add_argument("--recipe", choices=RECIPES, default="dense-cnn", help="default: dense-cnn")
    parser.add_argument("--data", type=Path, help="your own digits, as in `npm run train`")
    parser.add_argument("--trials", type=positive, default=20, help="by this process (default: 20)")
    parser.add_argument("--epochs", type=positive, default=3, help="of each trial (default: 3)")
    parser.add_argument("--steps", type=positive, help="batches in an epoch")
    parser.add_argument(
        "--limit",
        type=positive,
        help="use only so many pictures of each source, and short epochs, as in `npm run train`",
    )
    parser.add_argument("--study", help="its name (default: the recipe's)")
    parser.add_argument(
        "--storage", help="database, e.g. sqlite:///sweep.db (default: a file in --out)"
    )
    parser.add_argument("--out", type=Path, help="folder (default: runs/sweep- and the recipe)")
    parser.add_argument("--seed", type=seed, help="of the search (default: another each time)")
    options = parser.parse_args(arguments)
    options.out = options.out or RUNS / f"sweep-{options.recipe}"
    options.study = options.study or options.recipe
    return options


def suggested(trial: Any, recipe: Recipe) -> Recipe:
    """The recipe with what a trial tries."""
    low, high = (recipe.learning_rate * factor for factor in LEARNING_RATE)
    changes: dict[str, Any] = {
        "learning_rate": trial.suggest_float("learning_rate", low, high, log=True),
        "find_learning_rate": False,
        "weight_decay": trial.suggest_float("weight_decay", 1e-6, 1e-1, log=True),
    }
    if recipe.augmentation:
        changes["augmentation"] = trial.suggest_float("augmentation", 0.3, 1.5)
    else:
        changes["label_smoothing"] = trial.suggest_float("label_smoothing", 0.0, 0.2)
        changes["batch"] = trial.suggest_categorical(
            "batch", [recipe.batch // 2, recipe.batch, recipe.batch * 2]
        )
    if recipe.network.get("kind") == "DenseCnn":
        first = trial.suggest_categorical("channels", [8, 16, 32])
        changes["network"] = {
            "kind": "DenseCnn",
            "channels": (first, 2 * first),
            "dense": (trial.suggest_categorical("dense", [64, 128, 256]),),
        }
    return dataclasses.replace(recipe, **changes)


def objective(trial: Any, recipe: Recipe, sets: LabelledSets, folder: Path) -> float:
    """Train what a trial suggests, and return the best score of its epochs (`keeper.scores`)."""
    import optuna

    from model.loop import Callback
    from model.training import train as run

    class Pruning(Callback):
        def on_validation_end(self, trainer: Any, module: Any) -> None:
            score = float(trainer.callback_metrics["score"])
            trial.report(score, trainer.current_epoch)
            is_last = trainer.current_epoch + 1 == trainer.max_epochs
            if trial.should_prune() and not is_last:
                raise optuna.TrialPruned

    try:
        score = run(
            suggested(trial, recipe),
            sets,
            _new_folder(folder, trial),
            {"data": {}},
            quiet=True,
            callbacks=(Pruning(),),
        )
    except DivergedError:
        raise optuna.TrialPruned from None
    assert score is not None  # a trial is one process
    return score


@command
def main(arguments: list[str] | None = None) -> int:
    _sweep(parse(arguments))
    return 0


def _new_folder(folder: Path, trial: Any) -> Path:
    """A trial's own. Raises ModelError where there is one already, of a study that had its name."""
    name = f"{quote(trial.study.study_name, safe=' ')}-trial-{trial.number}"
    if (folder / name).exists():
        raise ModelError(f"{folder / name} is there already: name another folder (--out).")
    return folder / name


def _sweep(options: argparse.Namespace) -> None:
    try:
        import optuna
        from optuna.visualization import matplotlib as plots
    except ImportError as error:
        raise ModelError("A sweep needs a package: npm run setup -- track") from error

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    make_folder(options.out)
    own: Images | None = None
    ensure_data()
    if options.data:
        own = read_images(options.data)
    changes = {"epochs": options.epochs, "fine_tuning_epochs": 0}
    if options.steps:
        changes["steps_per_epoch"] = options.steps
    recipe = RECIPES[options.recipe]
    if options.limit:
        recipe = recipe.limited(options.limit)
    recipe = dataclasses.replace(recipe, **changes)
    sets = labelled_sets(recipe, options.limit, own)
    storage = options.storage or f"sqlite:///{options.out.absolute() / 'sweep.db'}"
    try:
        study = optuna.create_study(
            storage=storage,
            study_name=options.study,
            direction="maximize",
            load_if_exists=True,
            sampler=optuna.samplers.TPESampler(seed=options.seed),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=3),
        )
    except Exception as error:  # whatever the database's driver raises
        reason = str(error).partition("\n")[0]
        raise ModelError(f"{_shown(storage)} cannot be used: {reason}") from error
    check_study(study, _settings(options, recipe))

    def tell(study: Any, trial: Any) -> None:
        # A trial that was given up has a value too: what it last reported.
        ended = trial.state == optuna.trial.TrialState.COMPLETE
        value = f"{trial.value:.2%}" if ended else "given up"
        print(f"trial {trial.number}: {value}, {json.dumps(trial.params)}", flush=True)

    study.optimize(
        lambda trial: objective(trial, recipe, sets, options.out),
        n_trials=options.trials,
        callbacks=[tell],
    )
    done = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    if not done:
        raise ModelError("No trial came to its end.")
    print(f"Best: {study.best_value:.2%} with {json.dumps(study.best_params)}")
    drawings: dict[str, Any] = {"parallel-coordinates": plots.plot_parallel_coordinate}
    # What matters can be told only where trials differ.
    if len(done) > 1 and len({trial.value for trial in done}) > 1:
        drawings["importance"] = plots.plot_param_importances
    for name, plot in drawings.items():
        figure: Any = plot(study).figure
        figure.savefig(options.out / f"{name}.png", dpi=110, bbox_inches="tight")
    print(f"Pictures: {options.out}")


def check_study(study: Any, settings: dict[str, Any]) -> None:
    """Note a new study's settings. Raises ModelError for one whose trials had others: their scores
    cannot be compared."""
    if not study.trials and "settings" not in study.user_attrs:
        study.set_user_attr("settings", settings)
        return
    begun = study.user_attrs.get("settings", {})
    others = [name for name in settings if begun.get(name) != settings[name]]
    if others:
        raise ModelError(
            f"The study {study.study_name} has trials of another {listed(others)}: "
            "name a new one (--study)."
        )


def _settings(options: argparse.Namespace, recipe: Recipe) -> dict[str, Any]:
    """What all trials of a study have in common."""
    data = checksums()
    if options.data:
        data["own"] = digits_checksum(options.data)
    return {
        "recipe": recipe.name,
        "epochs": recipe.epochs,
        "steps": recipe.steps_per_epoch,
        "limit": options.limit,
        "data": data,
    }


def _shown(storage: str) -> str:
    """A storage as messages name it: without its password."""
    import sqlalchemy as sa

    try:
        return f"The storage {sa.make_url(storage).render_as_string()}"
    except sa.exc.ArgumentError:
        return "The storage"


if __name__ == "__main__":
    sys.exit(main())

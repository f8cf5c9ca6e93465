"""Compare all recipes in one table and one picture: `npm run compare`.

What has not been trained yet, or not to its end, is trained first, in its folder in `runs/`: with
all recipes that takes hours. The shipped model stands for its recipe.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from model import train
from model.card import listed
from model.command import INTERRUPTED, command
from model.conditions import CONDITIONS
from model.data import CHECKOUT, checksums
from model.download import ensure_data
from model.errors import ModelError
from model.evaluate import measure, pen_of
from model.figures import trade_off
from model.files import FOLDER, RUNS, card_path, place_of, read_card, weights_path
from model.folders import make_folder
from model.network import fused
from model.options import positive
from model.pareto import latencies
from model.recipes import RECIPES, Recipe
from model.runs import differences, log_of, was_interrupted
from model.sets import MNIST, sets
from model.weights import load_pipeline

BEGIN, END = "<!-- recipes -->", "<!-- /recipes -->"
"""Between them the README holds the table."""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--recipes", nargs="+", choices=RECIPES, default=list(RECIPES), help="default: all"
    )
    parser.add_argument(
        "--epochs", type=positive, help="of what is trained, instead of the recipe's"
    )
    parser.add_argument(
        "--limit", type=positive, help="only so many pictures of each set, for a look"
    )
    parser.add_argument(
        "--out", type=Path, default=RUNS / "comparison", help="default: runs/comparison"
    )
    parser.add_argument(
        "--readme", action="store_true", help="put table and picture into the README"
    )
    options = parser.parse_args(arguments)
    if options.readme and (options.epochs or options.limit):
        parser.error("the README's table is of whole runs and of every picture")
    if options.readme and set(options.recipes) != set(RECIPES):
        parser.error("the README's table is of all recipes")
    return options


def trained(recipe: str, options: argparse.Namespace) -> str:
    """The model that stands for a recipe: it is trained if it has not been. Raises ModelError."""
    whole = card_path(recipe)
    if whole.is_file() and not was_interrupted(whole.parent):
        if whole.parent != FOLDER:
            _check_is_whole(whole.parent, RECIPES[recipe])
        return recipe
    given = {"epochs": options.epochs, "limit": options.limit}
    short = [f"--{name}={value}" for name, value in given.items() if value]
    # A short run lies apart, so that nothing takes it for the recipe's own.
    folder = options.out / "".join([recipe, *short]) if short else RUNS / recipe
    go_on = was_interrupted(folder)
    if go_on or card_path(recipe, folder).is_file():
        shortened = train.chosen_recipe(train.parse(["--recipe", recipe, *short]))
        _check_is_whole(folder, shortened, options.limit)
    if go_on or not card_path(recipe, folder).is_file():
        print(f"Training {recipe} …", file=sys.stderr)
        how = ["--resume"] if go_on else short
        ended = train.main(["--recipe", recipe, "--out", str(folder), *how])
        if ended == INTERRUPTED:
            raise KeyboardInterrupt
        if ended:
            raise ModelError(f"{recipe} could not be trained.")
    return str(folder)


def _check_is_whole(run: Path, recipe: Recipe, limit: int | None = None) -> None:
    """Raises ModelError for a run that does not stand for its recipe."""
    try:
        others = differences(run, recipe, checksums(), limit)
    except (OSError, ValueError) as error:
        raise ModelError(f"{run} is no whole run: {error}") from error
    if others:
        raise ModelError(
            f"{run} is not what {recipe.name} by itself is: it was trained with another "
            f"{listed(others)}. Rename it, or remove it."
        )


def row(recipe: str, name: str, limit: int | None, latency: float) -> dict[str, Any]:
    """All that the table says of the model that stands for a recipe."""
    wanted = {MNIST, *(condition.name for condition in CONDITIONS)}
    results = measure([s for s in sets(limit) if s[0] in wanted], "torch", name, None)
    card = read_card(name)
    folder = place_of(name)[0]
    log = log_of(folder)
    # Of what ships, which comes from more than one run.
    whole = card.get("whole_training", {})
    pen = float(pen_of(results).right.mean())
    mnist = next(float(result.right.mean()) for result in results if result.name == MNIST)
    return {
        "name": recipe,
        "mnist": mnist,
        "pen": pen,
        "parameters": card["parameters"],
        "megabytes": weights_path(name).stat().st_size / 1e6,
        "minutes": whole.get("minutes") or (sum(e["seconds"] for e in log) / 60 if log else None),
        "epochs": whole.get("epochs") or len(log) or card["recipe"]["epochs"],
        "milliseconds": latency,
        "error": 1 - (mnist + pen) / 2,
    }


def table(rows: list[dict[str, Any]]) -> str:
    """The rows in Markdown."""
    lines = [
        "| recipe | MNIST test | pen, mean of ten conditions | parameters | MB | epochs "
        "| training | a picture |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in rows:
        minutes = "–" if one["minutes"] is None else f"{one['minutes']:.0f} min"
        lines.append(
            f"| `{one['name']}` | {one['mnist']:.2%} | {one['pen']:.2%} | {one['parameters']:,} "
            f"| {one['megabytes']:.2f} | {one['epochs']} | {minutes} "
            f"| {one['milliseconds']:.2f} ms |"
        )
    return "\n".join(lines)


def into_readme(text: str, readme: Path = CHECKOUT / "README.md") -> None:
    """Put the table in its place. Raises ModelError where there is none."""
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ModelError(f"{readme.name} has no place {BEGIN} … {END}.")
    readme.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


@command
def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    make_folder(options.out)
    ensure_data()
    models = {recipe: trained(recipe, options) for recipe in options.recipes}
    pipelines = [load_pipeline(name) for name in models.values()]
    for pipeline in pipelines:
        pipeline.network = fused(pipeline.network)
    rows = [
        row(recipe, name, options.limit, latency)
        for (recipe, name), latency in zip(models.items(), latencies(pipelines), strict=True)
    ]
    trade_off(rows, options.out / "recipes.png", "error, mean of MNIST test and pens,")
    text = table(rows)
    (options.out / "recipes.md").write_text(text + "\n", encoding="utf-8")
    (options.out / "recipes.json").write_text(json.dumps(rows, indent=2) + "\n")
    print(text)
    if options.readme:
        into_readme(text)
        shutil.copy(options.out / "recipes.png", CHECKOUT / "docs" / "recipes.png")
    print(f"\nTable and picture: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

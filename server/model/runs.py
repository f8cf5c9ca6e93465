"""What is left of a run, and whether it can be gone on with."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from model.errors import ModelError
from model.recipes import Recipe

CHECKPOINT = "last.ckpt"


LAST_PICTURE = "first-layer.png"
"""What is left last by a run that comes to its end."""


def log_of(run: Path) -> list[dict[str, float]]:
    """What a run has logged, an entry for each epoch."""
    log = run / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    return [json.loads(line) for line in lines]


def has_ended(run: Path) -> bool:
    """Whether nothing is left to be done of a run. Raises ModelError."""
    return not was_interrupted(run) and (run / LAST_PICTURE).is_file()


def was_interrupted(run: Path) -> bool:
    """Whether a run can be gone on with: neither its epochs nor its patience are at an end.

    Raises ModelError.
    """
    if not (run / CHECKPOINT).is_file():
        return False
    try:
        scores = [entry["score"] for entry in log_of(run)]
        epochs, patience = _read(run / "recipe.json")["epochs"], began(run).get("patience")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{run} is no whole run: {error}") from error
    if not scores:
        return True
    since_the_best = len(scores) - 1 - scores.index(max(scores))
    return len(scores) < epochs and not (patience and since_the_best >= patience)


def began(run: Path) -> dict[str, Any]:
    """What a run began with, beside its recipe. Raises OSError, ValueError."""
    return _read(run / "run.json")


def differences(
    run: Path, recipe: Recipe, checksums: dict[str, str], limit: int | None = None
) -> list[str]:
    """In what a run is another one than `npm run train` with a recipe and a limit alone would be.

    Its seed and patience do not count, nor a learning rate that was looked for. Raises OSError,
    ValueError.
    """
    facts, settings = began(run), _read(run / "recipe.json")
    expected = json.loads(json.dumps(dataclasses.asdict(recipe)))
    free = {"seed"}
    if recipe.find_learning_rate:
        free |= {"learning_rate", "find_learning_rate"}
    found = [name for name in expected if name not in free and settings.get(name) != expected[name]]
    if facts.get("limit") != limit:
        found.append("limit")
    if facts.get("data") != checksums:
        found.append("data")
    if facts.get("start"):
        found.append("start")
    if facts.get("taught_by"):
        found.append("teachers")
    return found


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read

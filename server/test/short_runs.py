"""A recipe that takes seconds, for tests of training."""

import dataclasses
import json
from pathlib import Path

from model.recipes import RECIPES, DigitsRecipe

QUICK = RECIPES["quick"]
assert isinstance(QUICK, DigitsRecipe)
RECIPE = dataclasses.replace(
    QUICK,
    epochs=2,
    steps_per_epoch=6,
    learning_rate=2e-3,
    no_digits_of_a_kind=20,
    settling=1,
    bfloat16=False,
)
LIMIT = 40
"""Pictures of each source."""


def log_of(folder: Path) -> list[dict[str, float]]:
    """What a run has logged, an entry for each epoch."""
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]

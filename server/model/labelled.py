"""What a recipe is trained on and judged by."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from model import data
from model.errors import DataError
from model.prepare import NO_DIGIT, SEED, Prepared, normalized, normalized_images
from model.recipes import DigitsRecipe, LabelledSets, Recipe
from model.training_data import training_data

FEWEST = 24
"""Pictures of one's own that can be trained on."""

HELD_OUT = 12
"""One in so many of them is held out."""


def labelled_sets(
    recipe: Recipe,
    limit: int | None = None,
    own: data.Images | None = None,
    cache: Path = data.CHECKOUT / ".cache",
) -> LabelledSets:
    """What a recipe trains on and is judged by. Raises DataError.

    limit: use only so many pictures of each source, for a quick look
    own: digits to train on in MNIST's place; one in twelve is held out, or where writers are known
        all of some of them; blank ones are left out
    cache: where what takes long to prepare is kept
    """
    if isinstance(recipe, DigitsRecipe):
        found = training_data(recipe, cache, limit)
        sets = LabelledSets(
            train={
                "mnist": found.mnist,
                "pen": found.pen,
                "no digits": found.no_digits,
                "letters": found.letters,
            },
            validation={"mnist": found.validation_mnist, "pen": found.validation_pen},
            varied={"varied_pen": found.validation_varied, "pages": found.validation_pages},
            no_digits={
                "no digits": found.validation_no_digits,
                "letters": found.validation_letters,
            },
        )
    else:
        others = [x for x in data.letters() if x.alphabet == data.VALIDATION_ALPHABET][:limit]
        greys = [letter.picture.astype(np.float32) / np.float32(255) for letter in others]
        sets = LabelledSets(
            train={"mnist": _of_mnist("train", limit)} if own is None else {},
            validation={"mnist": _of_mnist("validation", limit)} if own is None else {},
            varied={},
            no_digits={"letters": Prepared(normalized(greys), np.full(len(greys), NO_DIGIT))},
        )
    if own is not None:
        sets.train["mnist"], sets.validation["mnist"] = _split(own, limit)
    return sets


def _of_mnist(part: str, limit: int | None) -> Prepared:
    return normalized_images(data.mnist(part).first(limit))


def _split(own: data.Images, limit: int | None) -> tuple[Prepared, Prepared]:
    order = torch.randperm(len(own.labels), generator=torch.Generator().manual_seed(SEED))
    pick = order[:limit].numpy()
    picked = data.Images(own.pictures[pick], own.labels[pick])
    is_seen = isinstance(own, data.Seen)
    digits = Prepared(picked.pictures, picked.labels) if is_seen else normalized_images(picked)
    inked = digits.pictures.any((1, 2))
    number = int(inked.sum())
    if number < FEWEST:
        raise DataError(
            f"{number} pictures are too few to learn from: {FEWEST} at least, not blank."
        )
    is_held_out = np.cumsum(inked) <= number // HELD_OUT
    if own.writers is not None and len(set(own.writers[pick].tolist())) > 1:
        is_held_out = np.isin(own.writers[pick], _held_out_writers(own.writers[pick]))
    train, validation = (
        Prepared(digits.pictures[part], digits.labels[part])
        for part in (inked & ~is_held_out, inked & is_held_out)
    )
    return train, validation


def _held_out_writers(writers: NDArray[np.int64]) -> list[int]:
    """Of two or more, those of the pen data that are held out everywhere; where there are no such,
    those who wrote least, until that is one digit in twelve."""
    numbers, counts = np.unique(writers, return_counts=True)
    if set(numbers.tolist()) > data.VALIDATION_WRITERS:
        return sorted(data.VALIDATION_WRITERS)
    order = np.argsort(counts, kind="stable")
    wanted = len(writers) / HELD_OUT
    enough = int(np.searchsorted(np.cumsum(counts[order]), wanted)) + 1
    held_out: list[int] = numbers[order][: min(enough, len(numbers) - 1)].tolist()
    return held_out

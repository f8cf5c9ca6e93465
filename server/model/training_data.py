"""All that `digits`, `wide` and `quick` learn from and are judged by, drawn once and kept."""

import hashlib
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4
from zipfile import BadZipFile

import numpy as np

from model import data
from model.conditions import CONDITIONS
from model.prepare import (
    LETTERS_CUT_OUT,
    NO_DIGITS,
    SEED,
    Prepared,
    conditions_pen,
    letters,
    no_digits,
    normalized_images,
    pages,
    sampled_indices,
    varied_pen,
    with_ink,
    without_ones,
)

if TYPE_CHECKING:
    from model.recipes import DigitsRecipe


HELD_OUT_PAGES = 2500
"""How many held-out MNIST digits are written on pages and cut out of them again."""


class TrainingData(NamedTuple):
    """All that a run trains on and is validated on."""

    mnist: Prepared
    pen: Prepared
    no_digits: Prepared
    letters: Prepared
    validation_mnist: Prepared
    validation_pen: Prepared
    validation_varied: Prepared
    validation_pages: Prepared
    validation_no_digits: Prepared
    validation_letters: Prepared


def training_data(recipe: "DigitsRecipe", cache: Path, limit: int | None = None) -> TrainingData:
    """Prepare everything, or read it from `cache` where an earlier run left it.

    limit: use only so many pictures of each source, ten at least, for a quick look
    """
    limit = limit and max(limit, len(CONDITIONS))
    pen, drawn_letters = data.pen_digits(), data.letters()
    mnist_train, mnist_validation = data.mnist("train"), data.mnist("validation")
    path = cache / f"prepared-{_key(recipe, limit)}.npz"
    if path.is_file():
        # One that is damaged, as by a power cut, is made anew.
        with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile), np.load(path) as arrays:
            return TrainingData(
                *(
                    Prepared(arrays[f"{name}_x"], arrays[f"{name}_y"])
                    for name in TrainingData._fields
                )
            )
    train_pen = [d for d in pen if d.writer not in data.VALIDATION_WRITERS]
    validation_pen = [d for d in pen if d.writer in data.VALIDATION_WRITERS]
    train_letters = [x for x in drawn_letters if x.alphabet != data.VALIDATION_ALPHABET]
    validation_letters = [x for x in drawn_letters if x.alphabet == data.VALIDATION_ALPHABET]
    # Streams: seed, training or validation, source.
    train, validation = (SEED, 0), (SEED, 1)
    number = recipe.no_digits_of_a_kind
    on_pages = min(recipe.pages, limit // 5) if limit else recipe.pages
    if limit:
        number = min(number, -(-limit // len(NO_DIGITS)))
    rng = np.random.default_rng(validation)
    picks = sampled_indices(len(validation_pen), limit and limit // len(CONDITIONS), rng)
    in_conditions = [validation_pen[i] for i in picks]
    prepared = TrainingData(
        mnist=normalized_images(mnist_train.first(limit)),
        pen=with_ink(
            _together(
                [
                    varied_pen(train_pen, recipe.drawings, (*train, 0), limit and limit - on_pages),
                    pages(mnist_train, on_pages, (*train, 3)),
                ]
            )
        ),
        no_digits=without_ones(_together(no_digits(train_pen, number, (*train, 1)).values())),
        letters=without_ones(
            letters(
                train_letters,
                range(8),
                recipe.drawings_of_letters,
                (*train, 2),
                limit,
                LETTERS_CUT_OUT,
            )
        ),
        validation_mnist=normalized_images(mnist_validation.first(limit)),
        validation_pen=_together(conditions_pen(in_conditions, (*validation, 0))),
        validation_varied=with_ink(varied_pen(validation_pen, 2, (*validation, 3), limit)),
        validation_pages=with_ink(
            pages(mnist_validation, min(limit or HELD_OUT_PAGES, HELD_OUT_PAGES), (*validation, 4))
        ),
        validation_no_digits=_together(
            no_digits(in_conditions, min(number, 300), (*validation, 1)).values()
        ),
        validation_letters=letters(validation_letters, (0,), 4, (*validation, 2), limit),
    )
    arrays = {}
    for name, part in prepared._asdict().items():
        arrays[f"{name}_x"], arrays[f"{name}_y"] = part
    # A name of its own: two runs may prepare the same data at once, on two machines even.
    unfinished = path.with_name(f"unfinished-{uuid4().hex}-{path.name}")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(unfinished, **arrays)
        unfinished.replace(path)
    except OSError as error:
        # It can be learned from all the same.
        print(f"What was prepared cannot be kept in {cache}: {error}", file=sys.stderr)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return prepared


def _together(parts: Iterable[Prepared]) -> Prepared:
    return Prepared(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _key(recipe: "DigitsRecipe", limit: int | None) -> str:
    """Changes when the settings, the data, or any code that draws or normalises, change."""
    counts = (recipe.drawings, recipe.pages, recipe.no_digits_of_a_kind, recipe.drawings_of_letters)
    settings = (counts, SEED, limit, data.checksums())
    digest = hashlib.sha256(repr(settings).encode())
    folder = Path(__file__).parent
    for name in (
        "conditions",
        "data",
        "ink",
        "manners",
        "normalize",
        "outliers",
        "page",
        "pipeline",
        "prepare",
        "render",
        "resampling",
        "table",
        "training_data",
        "variation",
    ):
        digest.update((folder / f"{name}.py").read_bytes())
    return digest.hexdigest()[:12]

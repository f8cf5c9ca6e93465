"""The sets of pictures that the network is measured on, all held out of training."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model import data
from model.conditions import CONDITIONS
from model.data import PenDigit
from model.page import on_lined_paper, photographed
from model.prepare import NO_DIGIT, NO_DIGITS, Seed, draw_no_digit
from model.robustness import HARMS, Harm

Picture = NDArray[np.uint8]
"""(H, W) grey or (H, W, 4) RGBA, 0..255."""

NOBODY = 0
"""The writer where it is not known who wrote."""


class Item(NamedTuple):
    """A picture to read."""

    draw: Callable[[], Picture]
    label: int
    """0..9, or `NO_DIGIT` for what is no digit."""
    writer: int = NOBODY


MNIST = "MNIST test"
SCANS = "scans (church books)"
LETTERS = f"letters ({data.VALIDATION_ALPHABET})"
LOOKALIKES = f"letters that look like digits ({data.VALIDATION_ALPHABET})"
BLANK = "blank paper"

EACH = 300
"""Pictures of each kind of what is no digit, and of each degree of harm."""

STREAM: Seed = (0, 2)
"""How the names of evaluation's random streams begin: seed, and 2, where training has 0 and
validation 1."""


def _as_is(picture: Picture) -> Picture:
    return picture


def _in_condition(digit: PenDigit, condition: int, seed: int) -> Picture:
    return CONDITIONS[condition].draw(digit, np.random.default_rng(seed))


def _no_digit(kind: str, digits: Sequence[PenDigit], seed: Seed) -> Picture:
    return _bytes(draw_no_digit(seed, kind, digits))


def _blank(seed: Seed) -> Picture:
    """Paper with nothing on it: plain, or photographed, perhaps with lines or squares."""
    rng = np.random.default_rng(seed)
    paper = np.full((int(rng.choice([112, 224, 384])),) * 2, rng.uniform(0, 1), np.float32)
    if rng.random() < 0.4:
        return _bytes(paper)
    sheet = np.ones_like(paper)
    if rng.random() < 0.5:
        sheet = on_lined_paper(sheet, len(sheet) / 2, rng)
    return _bytes(photographed(sheet, rng))


def _bytes(grey: NDArray[np.float32]) -> Picture:
    return (grey * 255).round().astype(np.uint8)


def _harmed(digit: PenDigit, harm: int, degree: float, seed: Seed) -> Picture:
    return HARMS[harm].draw(digit, degree, np.random.default_rng(seed))


def sets(limit: int | None) -> list[tuple[str, list[Item]]]:
    """Every set of pictures that is measured, each with at most `limit` items."""
    pen = [digit for digit in data.pen_digits() if digit.writer in data.VALIDATION_WRITERS]
    mnist = data.mnist("test")
    pairs = zip(mnist.pictures, mnist.labels, strict=True)
    found = [(MNIST, [Item(partial(_as_is, picture), int(label)) for picture, label in pairs])]
    found += [
        (
            condition.name,
            [Item(partial(_in_condition, d, c, i), d.label, d.writer) for i, d in enumerate(pen)],
        )
        for c, condition in enumerate(CONDITIONS)
    ]
    if scans := data.scans():
        found.append((SCANS, [Item(partial(_as_is, x), label) for x, label in scans]))
    for name, lookalikes in ((LETTERS, False), (LOOKALIKES, True)):
        letters = [
            Item(partial(_as_is, letter.picture), NO_DIGIT)
            for letter in data.letters(lookalikes=lookalikes)
            if letter.alphabet == data.VALIDATION_ALPHABET
        ]
        found.append((name, letters))
    found.append((BLANK, [Item(partial(_blank, (*STREAM, 0, i)), NO_DIGIT) for i in range(EACH)]))
    for k, kind in enumerate(NO_DIGITS, start=1):
        rng = np.random.default_rng((*STREAM, k))
        some = [[pen[i] for i in rng.integers(len(pen), size=3)] for _ in range(EACH)]
        items = [
            Item(partial(_no_digit, kind, digits, (*STREAM, k, i)), NO_DIGIT)
            for i, digits in enumerate(some)
        ]
        found.append((kind, items))
    return [(name, _spread(items, limit)) for name, items in found]


def harmed_sets(limit: int | None) -> list[tuple[str, list[Item]]]:
    """The same digits in every degree of every harm; see `robustness`."""
    pen = [digit for digit in data.pen_digits() if digit.writer in data.VALIDATION_WRITERS]
    return [
        (
            harmed_name(harm, degree),
            _spread(
                [
                    Item(partial(_harmed, d, h, degree, (*STREAM, 100 + h, i)), d.label, d.writer)
                    for i, d in enumerate(pen)
                ],
                limit or EACH,
            ),
        )
        for h, harm in enumerate(HARMS)
        for degree in harm.degrees
    ]


def harmed_name(harm: Harm, degree: float) -> str:
    """The name of the set of one degree of harm."""
    return f"{harm.name} {degree:g}"


def _spread(items: list[Item], limit: int | None) -> list[Item]:
    """At most `limit` items, from all over the list, which is sorted by writer or by digit."""
    return items[:: -(-len(items) // limit)] if limit else items

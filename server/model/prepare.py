"""Preparing what the network trains on: everything passes the pipeline's own Ink and Normalize.

Augmentation that changes the strokes themselves (slant, bend, pen, place, size, paper) happens
here, before normalisation; `augment.py` varies the normalised pictures batch by batch.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from tqdm import tqdm

from model import data, outliers
from model.conditions import CONDITIONS, to_grey
from model.cores import cores
from model.data import Letter, PenDigit, Points
from model.manners import in_another_manner
from model.page import Grey, cut_out, on_lined_paper, pasted, photographed
from model.pipeline import Preprocessing
from model.render import bounds, draw_strokes, fit
from model.variation import Rng, in_another_habit, pressures, ruled_one, vary

NO_DIGIT = -1
"""The label of what is not a digit."""

CUT_OUT = 0.2
"""Share of the pen digits that are drawn as if cut out of a page, with what stands beside them."""

LETTERS_CUT_OUT = 0.1
"""Share of the letters that are."""

LINED = 0.06
"""Share of what is drawn by itself that is photographed on ruled or squared paper."""

PHOTOGRAPHED = 0.15
"""Share of the rest that is photographed on plain paper."""

RULED = 0.12
"""Share of the ones that are drawn as with a ruler: a mouse draws them so, a pen hardly ever."""

SEED = 0
"""Of all that is drawn. A run's own seed has no part in it: runs of several seeds learn from the
same pictures and are judged by the same."""

NARROW = 9
"""Pixels, of the 20 that a normalised picture is high: what is no broader and in one piece from top
to bottom nobody can tell from a one."""

PART = 256
"""Pictures that a process draws at once."""

Seed = tuple[int, ...]
"""What a random stream is named by, e.g. (seed, split, source, item): streams of different names of
one length share nothing (`numpy.random.SeedSequence`, which fills one of fewer than four numbers
with zeros)."""


class Prepared(NamedTuple):
    """N normalised pictures."""

    pictures: NDArray[np.uint8]
    """(N, 28, 28), 255 = ink."""
    labels: NDArray[np.int64]
    """(N,) 0..9, or `NO_DIGIT`."""


def normalized(greys: Iterable[Grey]) -> NDArray[np.uint8]:
    """What the network sees of grey pictures of any sizes: (N, 28, 28), 255 = ink."""
    preprocessing = Preprocessing()
    pictures = []
    with torch.inference_mode():
        for grey in greys:
            digit, *_ = preprocessing(torch.from_numpy(grey)[None, None])
            pictures.append((digit[0, 0] * 255).round().to(torch.uint8).numpy())
    return np.stack(pictures)


def normalized_images(images: data.Images) -> Prepared:
    """What the network sees of MNIST's pictures (white on black)."""
    preprocessing = Preprocessing()
    pictures = []
    with torch.inference_mode():
        for start in range(0, len(images.pictures), 512):
            part = torch.from_numpy(images.pictures[start : start + 512] / np.float32(255))
            digit, *_ = preprocessing(part[:, None])
            pictures.append((digit[:, 0] * 255).round().to(torch.uint8).numpy())
    return Prepared(np.concatenate(pictures), images.labels)


def draw_varied(strokes: Sequence[Points], rng: Rng) -> Grey:
    """Draw strokes with a random pen at a random place and size: (S, S), dark on light."""
    size = int(rng.choice([64, 112, 160, 224, 280, 384], p=[0.05, 0.1, 0.2, 0.25, 0.25, 0.15]))
    side = size * rng.uniform(0.25, 0.85)
    margin = max(side * 0.5, 1)
    centre = rng.uniform(min(margin, size / 2), max(size - margin, size / 2), size=2)
    grey = 1 - _draw(fit(strokes, side, centre), size, side, rng)
    if rng.random() < LINED:
        return photographed(on_lined_paper(grey, side, rng), rng)
    return photographed(grey, rng) if rng.random() < PHOTOGRAPHED else grey


def draw_cut_out(
    strokes: Sequence[Points], neighbours: Sequence[Sequence[Points]], rng: Rng
) -> Grey:
    """Draw a digit as it is cut out of a written page: (H, W), dark on light.

    Pieces of two neighbours and a full stop may be in it, and what else a page has (`page`).
    """
    size = int(rng.choice([160, 224, 320]))
    side = size * rng.uniform(0.35, 0.5)
    strokes = fit(strokes, side, np.array([size / 2, size / 2]))
    low, high = bounds(strokes)
    others: list[Points] = []
    for neighbour, way in zip(neighbours, (-1, 1), strict=True):
        if rng.random() < 0.65:
            placed = fit(neighbour, side * rng.uniform(0.7, 1.1), np.array([size / 2, size / 2]))
            left, right = bounds(placed)
            gap = side * rng.uniform(0.05, 0.3)
            shift = high[0] + gap - left[0] if way > 0 else low[0] - gap - right[0]
            offset = np.array([shift, rng.normal(0, 0.08) * side])
            others += [stroke + offset for stroke in placed]
    if rng.random() < 0.15:
        others.append(np.array([[high[0] + rng.uniform(0.08, 0.2) * side, high[1]]]))
    return cut_out(_draw([*strokes, *others], size, side, rng), low, high, rng)


def _draw(strokes: Sequence[Points], size: int, side: float, rng: Rng) -> Grey:
    """Draw strokes whose longer side is `side` with a random pen: coverage (size, size) in 0..1."""
    # As a share of the digit: from a 2-pixel hairline on 384 to a felt tip of 40; and to what the
    # same felt tip is beside a digit so small that the pen almost fills it.
    thick = rng.random() < 0.2
    share = rng.uniform(0.17, 0.32) if thick else np.exp(rng.uniform(np.log(0.006), np.log(0.17)))
    pressed = pressures(strokes, rng) if rng.random() < 0.25 else None
    return draw_strokes(strokes, size, max(float(side * share), 1.0), pressed)


def _digit(seed: Seed, digit: PenDigit, neighbours: Sequence[PenDigit]) -> Grey:
    rng = np.random.default_rng(seed)
    if digit.label == 1 and rng.random() < RULED:
        return draw_varied(ruled_one(rng), rng)
    habit = in_another_habit(digit.label, digit.strokes, rng)
    strokes = vary(in_another_manner(habit, rng), rng)
    if rng.random() < CUT_OUT:
        return draw_cut_out(strokes, [vary(other.strokes, rng) for other in neighbours], rng)
    return draw_varied(strokes, rng)


def _on_page(seed: Seed, digit: NDArray[np.uint8], neighbours: Sequence[NDArray[np.uint8]]) -> Grey:
    rng = np.random.default_rng(seed)
    return cut_out(*pasted(digit, neighbours, rng), rng)


def draw_no_digit(seed: Seed, kind: str, digits: Sequence[PenDigit]) -> Grey:
    """One of the things of strokes that are no digit, made of three digits or of nothing."""
    rng = np.random.default_rng(seed)
    return draw_varied(NO_DIGITS[kind](digits, rng), rng)


def _crossed_out(digits: Sequence[PenDigit], rng: Rng) -> list[Points]:
    # A one under a zigzag or a cross can be anything.
    digit = next((digit for digit in digits if digit.label != 1), None)
    return outliers.crossed_out(digit.strokes, rng) if digit else outliers.scribble(rng)


def _overlaid(digits: Sequence[PenDigit], rng: Rng) -> list[Points]:
    # A one disappears in most other digits, and a digit on top of itself is still that digit.
    first, second = digits[0], digits[1]
    if 1 in (first.label, second.label) or first.label == second.label:
        return _crossed_out(digits, rng)
    return outliers.overlaid(first.strokes, second.strokes, rng)


def _turned(digits: Sequence[PenDigit], rng: Rng) -> list[Points]:
    for digit in digits:
        if digit.label in outliers.ON_THEIR_SIDE:
            return outliers.turned(digit.strokes, digit.label, rng)
    return outliers.letter_like(rng)


NO_DIGITS: dict[str, Callable[[Sequence[PenDigit], Rng], list[Points]]] = {
    "scribble": lambda _, rng: outliers.scribble(rng),
    "crossed out": _crossed_out,
    "overlaid": _overlaid,
    "side by side": lambda digits, rng: outliers.side_by_side(
        [digit.strokes for digit in digits[: int(rng.integers(2, 4))]], rng
    ),
    "turned": _turned,
    "collage": lambda digits, rng: outliers.collage(
        [digit.strokes for digit in digits[: int(rng.integers(2, 4))]], rng
    ),
    "letter-like": lambda _, rng: outliers.letter_like(rng),
}
"""Kinds of what is no digit, each made of three digits' strokes, or of nothing."""


def _letter(
    seed: Seed, letter: Letter, turns: int, neighbours: Sequence[Letter], on_pages: float
) -> Grey:
    """A letter with another pen, slanted and stretched, mirrored or turned: a letter of nobody's.

    turns, on_pages: see `letters`
    """
    rng = np.random.default_rng(seed)
    grey = _drawn_anew(letter, turns, rng)
    # Drawn last: without pages the letters are the same.
    if rng.random() >= on_pages:
        return grey
    inks = [_ink_of(_drawn_anew(other, turns, rng)) for other in neighbours]
    return cut_out(*pasted(_ink_of(grey), inks, rng), rng)


def _ink_of(grey: Grey) -> NDArray[np.uint8]:
    return ((1 - grey) * 255).astype(np.uint8)


def _drawn_anew(letter: Letter, turns: int, rng: Rng) -> Grey:
    picture = np.rot90(np.fliplr(letter.picture) if turns >= 4 else letter.picture, turns % 4)
    image = Image.fromarray(np.ascontiguousarray(picture))
    # The thinner the pen, the more letters look like digits.
    pen = rng.choice([1, 3, 5, 7, 9, 13], p=[0.4, 0.25, 0.15, 0.1, 0.05, 0.05])
    image = image.filter(ImageFilter.MinFilter(int(pen)))
    image = image.resize((210, 210), Image.Resampling.BICUBIC)
    angle, shear, stretch = rng.normal(0, 0.1), rng.normal(0, 0.15), np.exp(rng.normal(0, 0.15))
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix = np.array([[cosine, -sine], [sine, cosine]]) @ np.array([[stretch, shear], [0, 1]])
    offset = 105 - matrix @ (105, 105)
    coefficients = (*matrix[0], offset[0], *matrix[1], offset[1])
    bicubic = Image.Resampling.BICUBIC
    image = image.transform(
        image.size, Image.Transform.AFFINE, coefficients, bicubic, fillcolor=255
    )
    return np.asarray(image, np.float32) / np.float32(255)


def _condition(seed: Seed, digit: PenDigit, condition: int) -> Grey:
    return to_grey(CONDITIONS[condition].draw(digit, np.random.default_rng(seed)))


Drawing = Callable[[], Grey]


def _draw_all(drawings: Sequence[Drawing]) -> NDArray[np.uint8]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return normalized(drawing() for drawing in drawings)
    finally:
        torch.set_num_threads(threads)


def draw_in_parallel(drawings: Sequence[Drawing], what: str) -> NDArray[np.uint8]:
    """Draw and normalise on all cores: (N, 28, 28), in the order of `drawings`."""
    parts = [drawings[start : start + PART] for start in range(0, len(drawings), PART)]
    if len(parts) == 1:  # processes take longer to start than that takes to draw
        return _draw_all(drawings)
    # Who ends the first process with Ctrl-C ends all of them: it says so alone.
    silent = (signal.SIGINT, signal.SIG_IGN)
    with multiprocessing.get_context("spawn").Pool(cores(), signal.signal, silent) as pool:
        progress = tqdm(pool.imap(_draw_all, parts), total=len(parts), desc=what, unit="batch")
        return np.concatenate(list(progress))


def sampled_indices(number: int, limit: int | None, rng: Rng) -> NDArray[np.int64]:
    """Which of so many are used: all of them in order, or `limit` of them, picked at random."""
    if limit is None or number <= limit:
        return np.arange(number)
    return np.sort(rng.choice(number, limit, replace=False))


def varied_pen(
    digits: Sequence[PenDigit], times: int, seed: Seed, limit: int | None = None
) -> Prepared:
    """Every digit drawn `times` times, each time by another hand; or `limit` of these drawings."""
    rng = np.random.default_rng(seed)
    drawings = [
        partial(
            _digit, (*seed, i, k), digit, [digits[c] for c in rng.integers(len(digits), size=2)]
        )
        for i, digit in enumerate(digits)
        for k in range(times)
    ]
    labels = np.repeat(np.array([digit.label for digit in digits]), times)
    picks = sampled_indices(len(drawings), limit, rng)
    drawings = [drawings[i] for i in picks]
    return Prepared(draw_in_parallel(drawings, "pen digits"), labels[picks])


def pages(images: data.Images, number: int, seed: Seed) -> Prepared:
    """MNIST's digits, `number` of them, each on a page beside two others, and cut out of it."""
    rng = np.random.default_rng(seed)
    picks = sampled_indices(len(images.labels), number, rng)
    beside = rng.integers(len(images.labels), size=(len(picks), 2))
    drawings = [
        partial(_on_page, (*seed, int(i)), images.pictures[i], images.pictures[others])
        for i, others in zip(picks, beside, strict=True)
    ]
    return Prepared(draw_in_parallel(drawings, "digits on pages"), images.labels[picks])


def conditions_pen(digits: Sequence[PenDigit], seed: Seed) -> list[Prepared]:
    """Every digit drawn once in each of the ten conditions; one entry for each condition."""
    drawings = [
        partial(_condition, (*seed, i), digit, c)
        for c in range(len(CONDITIONS))
        for i, digit in enumerate(digits)
    ]
    labels = np.array([digit.label for digit in digits])
    pictures = draw_in_parallel(drawings, "ten conditions")
    return [Prepared(part, labels) for part in np.split(pictures, len(CONDITIONS))]


def no_digits(digits: Sequence[PenDigit], number: int, seed: Seed) -> dict[str, Prepared]:
    """`number` of each kind of `NO_DIGITS`."""
    rng = np.random.default_rng(seed)
    drawings = [
        partial(
            draw_no_digit,
            (*seed, k, i),
            kind,
            [digits[c] for c in rng.integers(len(digits), size=3)],
        )
        for k, kind in enumerate(NO_DIGITS)
        for i in range(number)
    ]
    pictures = np.split(draw_in_parallel(drawings, "no digits"), len(NO_DIGITS))
    labels = np.full(number, NO_DIGIT)
    return {kind: Prepared(part, labels) for kind, part in zip(NO_DIGITS, pictures, strict=True)}


def letters(
    drawn: Sequence[Letter],
    turns: Sequence[int],
    times: int,
    seed: Seed,
    limit: int | None = None,
    on_pages: float = 0,
) -> Prepared:
    """Every letter `times` times in each of the `turns` in which it is no digit; or `limit` of
    these drawings.

    turns: 0..7, quarters of a turn against the clock, from 4 on of the mirrored letter
    on_pages: share of them that is cut out of a page, with what stands beside them
    """
    beside = np.random.default_rng(seed).integers(len(drawn), size=(len(drawn), 2))
    drawings = [
        partial(
            _letter,
            (*seed, i, turn, k),
            letter,
            turn,
            [drawn[n] for n in np.roll(beside, turn + len(turns) * k, axis=0)[i]],
            on_pages,
        )
        for i, letter in enumerate(drawn)
        for turn in turns
        if turn not in data.TURNED_LOOKALIKES.get(letter.alphabet, {}).get(letter.character, ())
        for k in range(times)
    ]
    rng = np.random.default_rng(seed)
    drawings = [drawings[i] for i in sampled_indices(len(drawings), limit, rng)]
    pictures = draw_in_parallel(drawings, "letters")
    return Prepared(pictures, np.full(len(pictures), NO_DIGIT))


def with_ink(prepared: Prepared) -> Prepared:
    """Without those on which no ink was found: too faint for the paper that they were drawn on."""
    inked = prepared.pictures.any((1, 2))
    return Prepared(prepared.pictures[inked], prepared.labels[inked])


def without_ones(prepared: Prepared) -> Prepared:
    """Without what nobody can tell from a one: a letter, or a piece of one, that is an upright
    stroke."""
    inked = prepared.pictures > 64
    rows, columns = np.asarray(inked.any(2)), np.asarray(inked.any(1))

    def extent(lines: NDArray[np.bool_]) -> NDArray[np.int64]:
        first, last = lines.argmax(1), lines.shape[1] - lines[:, ::-1].argmax(1)
        return np.asarray(last - first)

    in_one_piece = extent(rows) == rows.sum(1)
    ones = in_one_piece & (extent(columns) <= NARROW) & (extent(rows) >= 2 * extent(columns))
    return Prepared(prepared.pictures[~ones], prepared.labels[~ones])

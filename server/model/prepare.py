"""Preparing what the network trains on: everything passes the pipeline's own Ink and Normalize.

Augmentation that changes the strokes themselves (slant, bend, pen, place, size, paper) happens
here, before normalisation; `augment.py` varies the normalised pictures batch by batch.
"""

import hashlib
import io
import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from tqdm import tqdm

from model import data
from model.conditions import CONDITIONS, to_grey
from model.data import Letter, PenDigit, Points
from model.ink import Ink
from model.normalize import Normalize
from model.render import draw_strokes, fit
from model.variation import scribble, vary

NO_DIGIT = -1
"""The label of what is not a digit."""

VALIDATION_STREAM = 1_000_003
"""Added to the seed for validation, whose scribbles must not be those of training."""

Grey = NDArray[np.float32]


class Prepared(NamedTuple):
    """N normalised pictures."""

    pictures: NDArray[np.uint8]
    """(N, 28, 28), 255 = ink."""
    labels: NDArray[np.int64]
    """(N,) 0..9, or `NO_DIGIT`."""


def normalized(greys: Iterable[Grey]) -> NDArray[np.uint8]:
    """Pass grey pictures of any sizes through Ink and Normalize: (N, 28, 28), 255 = ink."""
    ink, normalize = Ink(), Normalize()
    pictures = []
    with torch.inference_mode():
        for grey in greys:
            digit, _ = normalize(ink(torch.from_numpy(grey)[None, None])[0])
            pictures.append((digit[0, 0] * 255).round().to(torch.uint8).numpy())
    return np.stack(pictures)


def normalized_images(images: data.Images) -> Prepared:
    """MNIST's pictures (white on black), through Ink and Normalize."""
    ink, normalize = Ink(), Normalize()
    pictures = []
    with torch.inference_mode():
        for start in range(0, len(images.pictures), 512):
            part = torch.from_numpy(images.pictures[start : start + 512] / np.float32(255))
            digit, _ = normalize(ink(part[:, None])[0])
            pictures.append((digit[:, 0] * 255).round().to(torch.uint8).numpy())
    return Prepared(np.concatenate(pictures), images.labels)


def draw_varied(strokes: Sequence[Points], rng: np.random.Generator) -> Grey:
    """Draw strokes with a random pen at a random place and size: (S, S), dark on light."""
    size = int(rng.choice([112, 160, 224, 280, 384], p=[0.1, 0.25, 0.25, 0.25, 0.15]))
    side = size * rng.uniform(0.25, 0.85)
    margin = max(side * 0.5, 1)
    centre = rng.uniform(min(margin, size / 2), max(size - margin, size / 2), size=2)
    # As a share of the digit: a 2-pixel hairline on 384 to a felt tip of 40.
    width = side * np.exp(rng.uniform(np.log(0.006), np.log(0.17)))
    coverage = draw_strokes(fit(strokes, side, centre), size, max(float(width), 1.0))
    grey = 1 - coverage
    return _photograph(grey, rng) if rng.random() < 0.15 else grey


def _photograph(grey: Grey, rng: np.random.Generator) -> Grey:
    """Uneven light, faint ink, grain and JPEG, as a camera gives them."""
    size = len(grey)
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    slope_x, slope_y, vignette = rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3), rng.uniform(0, 0.5)
    light = rng.uniform(0.5, 0.9) * (1 + slope_x * x + slope_y * y - vignette * (x * x + y * y))
    picture = light * (1 - rng.uniform(0.4, 0.95) * (1 - grey))
    picture = picture + rng.normal(0, rng.uniform(0, 0.04), grey.shape)
    image = Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.2)))
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=int(rng.integers(40, 95)))
    return np.asarray(Image.open(stored), np.float32) / np.float32(255)


def _varied_digit(seed: int, digit: PenDigit) -> Grey:
    rng = np.random.default_rng(seed)
    return draw_varied(vary(digit.strokes, rng), rng)


def _scribble(seed: int) -> Grey:
    rng = np.random.default_rng(seed)
    return draw_varied(scribble(rng), rng)


def _overlay(seed: int, digits: tuple[PenDigit, PenDigit]) -> Grey:
    """Two digits on top of each other."""
    rng = np.random.default_rng(seed)
    first, second = (fit(vary(d.strokes, rng), 1, rng.uniform(-0.15, 0.15, 2)) for d in digits)
    return draw_varied([*first, *second], rng)


def _thickened_letter(seed: int, letter: Letter) -> Grey:
    rng = np.random.default_rng(seed)
    image = Image.fromarray(letter.picture).resize((210, 210), Image.Resampling.BICUBIC)
    image = image.filter(ImageFilter.MinFilter(int(rng.choice([1, 3, 5, 9, 13]))))
    return np.asarray(image.rotate(rng.normal(0, 5), fillcolor=255), np.float32) / np.float32(255)


def _condition(seed: int, digit: PenDigit, condition: int) -> Grey:
    return to_grey(CONDITIONS[condition].draw(digit, np.random.default_rng(seed)))


Drawing = Callable[[], Grey]


def _draw_all(drawings: Sequence[Drawing]) -> NDArray[np.uint8]:
    torch.set_num_threads(1)
    return normalized(drawing() for drawing in drawings)


def draw_in_parallel(drawings: Sequence[Drawing], what: str) -> NDArray[np.uint8]:
    """Draw and normalise on all cores: (N, 28, 28), in the order of `drawings`."""
    parts = [drawings[start : start + 256] for start in range(0, len(drawings), 256)]
    with multiprocessing.get_context("spawn").Pool() as pool:
        progress = tqdm(pool.imap(_draw_all, parts), total=len(parts), desc=what, unit="batch")
        return np.concatenate(list(progress))


def training_pen(digits: Sequence[PenDigit], times: int, seed: int) -> Prepared:
    """Every digit drawn `times` times, each time by another hand."""
    drawings = [
        partial(_varied_digit, seed + i * times + k, digit)
        for i, digit in enumerate(digits)
        for k in range(times)
    ]
    labels = np.repeat(np.array([digit.label for digit in digits]), times)
    return Prepared(draw_in_parallel(drawings, "pen digits"), labels)


def conditions_pen(digits: Sequence[PenDigit], seed: int) -> list[Prepared]:
    """Every digit drawn once in each of the ten conditions; one entry for each condition."""
    drawings = [
        partial(_condition, seed + i, digit, c)
        for c in range(len(CONDITIONS))
        for i, digit in enumerate(digits)
    ]
    labels = np.array([digit.label for digit in digits])
    pictures = draw_in_parallel(drawings, "ten conditions")
    return [Prepared(part, labels) for part in np.split(pictures, len(CONDITIONS))]


def training_no_digits(
    letters: Sequence[Letter], digits: Sequence[PenDigit], number: int, seed: int
) -> Prepared:
    """`number` each of scribbles and of pairs of digits on top of each other, and letters."""
    rng = np.random.default_rng(seed)
    # A one disappears in most other digits, and a digit on top of itself is still that digit.
    others = [digit for digit in digits if digit.label != 1]
    pairs = [_different(others, rng) for _ in range(number)]
    drawings: list[Drawing] = [partial(_scribble, seed + i) for i in range(number)]
    drawings += [partial(_overlay, seed + i, pair) for i, pair in enumerate(pairs)]
    drawings += [
        partial(_thickened_letter, seed + 4 * i + k, letter)
        for i, letter in enumerate(letters)
        for k in range(4)
    ]
    pictures = draw_in_parallel(drawings, "no digits")
    return Prepared(pictures, np.full(len(pictures), NO_DIGIT))


def _different(digits: Sequence[PenDigit], rng: np.random.Generator) -> tuple[PenDigit, PenDigit]:
    """Two digits with different labels."""
    first = digits[int(rng.integers(len(digits)))]
    others = [digit for digit in digits if digit.label != first.label]
    return first, others[int(rng.integers(len(others)))]


class TrainingData(NamedTuple):
    """All that a run trains on and is validated on."""

    mnist: Prepared
    pen: Prepared
    no_digits: Prepared
    validation_mnist: Prepared
    validation_pen: Prepared
    validation_no_digits: Prepared


def training_data(times: int, seed: int, cache: Path, limit: int | None = None) -> TrainingData:
    """Prepare everything, or read it from `cache` where an earlier run left it.

    times: drawings of each pen digit
    limit: use only so many items of each source, for a quick look
    """
    digits, letters = data.pen_digits(), data.letters()
    mnist_train, mnist_validation = data.mnist("train"), data.mnist("validation")
    path = cache / f"prepared-{_key(times, seed, limit)}.npz"
    if path.is_file():
        with np.load(path) as arrays:
            return TrainingData(
                *(
                    Prepared(arrays[f"{name}_x"], arrays[f"{name}_y"])
                    for name in TrainingData._fields
                )
            )
    train_digits = [d for d in digits if d.writer not in data.VALIDATION_WRITERS][:limit]
    held_out = [d for d in digits if d.writer in data.VALIDATION_WRITERS][:limit]
    train_letters = [x for x in letters if x.alphabet != data.VALIDATION_ALPHABET][:limit]
    held_out_letters = [x for x in letters if x.alphabet == data.VALIDATION_ALPHABET][:limit]
    conditions = conditions_pen(held_out, seed)
    prepared = TrainingData(
        mnist=normalized_images(_first(mnist_train, limit)),
        pen=training_pen(train_digits, times, seed),
        no_digits=training_no_digits(train_letters, train_digits, limit or 4000, seed),
        validation_mnist=normalized_images(_first(mnist_validation, limit)),
        validation_pen=Prepared(
            *(np.concatenate(parts) for parts in zip(*conditions, strict=True))
        ),
        validation_no_digits=training_no_digits(
            held_out_letters, held_out, limit or 200, seed + VALIDATION_STREAM
        ),
    )
    cache.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for name, part in prepared._asdict().items():
        arrays[f"{name}_x"], arrays[f"{name}_y"] = part
    unfinished = path.with_name(f"unfinished-{path.name}")
    np.savez(unfinished, **arrays)
    unfinished.replace(path)
    return prepared


def _first(images: data.Images, limit: int | None) -> data.Images:
    return data.Images(images.pictures[:limit], images.labels[:limit])


def _key(*settings: object) -> str:
    """Changes when the settings, the data, or any code that draws or normalises, change."""
    digest = hashlib.sha256(repr((settings, data.checksums())).encode())
    folder = Path(__file__).parent
    for name in (
        "conditions",
        "data",
        "ink",
        "normalize",
        "prepare",
        "render",
        "resampling",
        "variation",
    ):
        digest.update((folder / f"{name}.py").read_bytes())
    return digest.hexdigest()[:12]

"""Measure the shipped network on held-out data: `npm run evaluate`.

The MNIST test set is read here and nowhere else. With `--server` the same pictures are posted to
a running server, so that what is measured is the whole product.
"""

import argparse
import base64
import io
import json
import multiprocessing
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from model import data
from model.card import figures_table
from model.conditions import CONDITIONS, to_grey
from model.data import CHECKOUT, PenDigit
from model.download import ensure_data
from model.engines import load_engine
from model.errors import DataError, ModelError
from model.figures import confusion_matrix, contact_sheet
from model.weights import read_card, write_card

Picture = NDArray[np.uint8]
"""(H, W) grey or (H, W, 4) RGBA, 0..255."""

Item = tuple[Callable[[], Picture], int]
"""What draws a picture, and its label (`NO_LABEL` for what is no digit)."""

NO_LABEL = -1


class Answer(NamedTuple):
    """What was read on one picture; digit is -1 where nothing was seen."""

    digit: int
    confidence: float
    is_digit: float
    seen: NDArray[np.uint8]
    """(28, 28) what the network saw, 255 = ink."""


class Result(NamedTuple):
    """Labels and answers of one set of pictures."""

    name: str
    labels: NDArray[np.int64]
    answers: list[Answer]

    @property
    def digits(self) -> NDArray[np.int64]:
        return np.array([answer.digit for answer in self.answers])

    @property
    def confidences(self) -> NDArray[np.float64]:
        return np.array([answer.confidence for answer in self.answers])

    @property
    def right(self) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = self.digits == self.labels
        return right

    @property
    def accepted(self) -> NDArray[np.bool_]:
        return np.array([answer.is_digit >= 0.5 for answer in self.answers])


NOTHING = Answer(-1, 0.0, 0.0, np.zeros((28, 28), np.uint8))

_recognize: Callable[[Picture], Answer]


def _use_engine(engine: str, model: str) -> None:
    """In a worker process: recognise with an engine."""
    global _recognize
    loaded = load_engine(engine, model)

    def recognize(picture: Picture) -> Answer:
        reading = loaded.recognize(to_grey(picture))
        if reading is None:
            return NOTHING
        digit = int(reading.probabilities.argmax())
        seen = (reading.seen * 255).round().astype(np.uint8)
        return Answer(digit, float(reading.probabilities[digit]), reading.is_digit, seen)

    _recognize = recognize


def _use_server(address: str) -> None:
    """In a worker process: recognise by posting PNGs to a server."""
    global _recognize

    def recognize(picture: Picture) -> Answer:
        stored = io.BytesIO()
        Image.fromarray(picture).save(stored, "PNG")
        request = urllib.request.Request(
            f"{address.rstrip('/')}/api/recognize?include=seen",
            stored.getvalue(),
            {"Content-Type": "image/png"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            digits = json.load(response)["digits"]
        if not digits:
            return NOTHING
        png = base64.b64decode(digits[0]["seen"].partition(",")[2])
        seen = 255 - np.asarray(Image.open(io.BytesIO(png)).convert("L"))
        return Answer(digits[0]["digit"], digits[0]["confidence"], digits[0]["is_digit"], seen)

    _recognize = recognize


def _answer(item: Item) -> Answer:
    return _recognize(item[0]())


def _as_is(picture: Picture) -> Picture:
    return picture


def _in_condition(digit: PenDigit, condition: int, seed: int) -> Picture:
    return CONDITIONS[condition].draw(digit, np.random.default_rng(seed))


def sets(limit: int | None) -> list[tuple[str, list[Item]]]:
    """Every set of pictures that is measured, each with at most `limit` items."""
    test = data.mnist("test")
    pen = [digit for digit in data.pen_digits() if digit.writer in data.VALIDATION_WRITERS]
    letters = [x for x in data.letters() if x.alphabet == data.VALIDATION_ALPHABET]
    found: list[tuple[str, list[Item]]] = [
        ("MNIST test", [(partial(_as_is, x), int(y)) for x, y in zip(*test, strict=True)])
    ]
    found += [
        (condition.name, [(partial(_in_condition, d, c, i), d.label) for i, d in enumerate(pen)])
        for c, condition in enumerate(CONDITIONS)
    ]
    scans: list[Item] = [(partial(_as_is, picture), label) for picture, label in data.scans()]
    if scans:
        found.append((SCANS, scans))
    found.append((LETTERS, [(partial(_as_is, letter.picture), NO_LABEL) for letter in letters]))
    return [(name, _spread(items, limit)) for name, items in found]


def _spread(items: list[Item], limit: int | None) -> list[Item]:
    """At most `limit` items, from all over the list, which is sorted by writer or by digit."""
    return items[:: -(-len(items) // limit)] if limit else items


SCANS = "scans (church books)"
LETTERS = f"letters ({data.VALIDATION_ALPHABET})"


def measure(limit: int | None, engine: str, model: str, server: str | None) -> list[Result]:
    """Recognise every picture of every set, on all cores."""
    results = []
    if not server:
        # What cannot be loaded fails here, once; a pool would start its workers again for ever.
        load_engine(engine, model)
    use, arguments = (_use_server, (server,)) if server else (_use_engine, (engine, model))
    with multiprocessing.get_context("spawn").Pool(None, use, arguments) as pool:
        for name, items in sets(limit):
            progress = tqdm(pool.imap(_answer, items, 32), total=len(items), desc=name)
            labels = np.array([label for _, label in items])
            results.append(Result(name, labels, list(progress)))
    return results


def calibration_error(result: Result, bins: int = 15) -> float:
    """Expected calibration error (Naeini et al. 2015) with bins of equal width."""
    index = np.minimum((result.confidences * bins).astype(int), bins - 1)
    gaps = [
        abs(result.right[index == b].mean() - result.confidences[index == b].mean())
        * (index == b).mean()
        for b in np.unique(index)
    ]
    return float(np.sum(gaps))


def merged(name: str, results: Sequence[Result]) -> Result:
    """Several sets as one."""
    labels = np.concatenate([result.labels for result in results])
    return Result(name, labels, [answer for result in results for answer in result.answers])


def figures(results: list[Result]) -> dict[str, Any]:
    """The figures that the README and the model card state."""
    by_name = {result.name: result for result in results}
    conditions = [by_name[condition.name] for condition in CONDITIONS]
    pen = merged("pen", conditions)
    accuracy = {
        result.name: float(result.right.mean()) for result in results if result.name != LETTERS
    }
    return {
        "pictures": {result.name: len(result.labels) for result in results},
        "accuracy": {name: round(value, 5) for name, value in accuracy.items()},
        "pen_mean": round(float(np.mean([accuracy[c.name] for c in CONDITIONS])), 5),
        "pen_worst": round(min(accuracy[c.name] for c in CONDITIONS), 5),
        "accepted_as_digit": {r.name: round(float(r.accepted.mean()), 4) for r in results},
        "calibration_error": {
            "MNIST test": round(calibration_error(by_name["MNIST test"]), 4),
            "pen": round(calibration_error(pen), 4),
        },
    }


def save_pictures(results: list[Result], folder: Path) -> None:
    """Confusion matrices and contact sheets of the mistakes, for MNIST and for the pen."""
    by_name = {result.name: result for result in results}
    pen = merged("pen, ten conditions", [by_name[condition.name] for condition in CONDITIONS])
    for result, name in ((by_name["MNIST test"], "mnist"), (pen, "pen")):
        confusion_matrix(
            result.labels, result.digits, result.name, folder / f"confusion-{name}.png"
        )
        mistakes = [
            (answer.seen, f"{label} → {answer.digit if answer.digit >= 0 else '∅'}")
            for label, answer in zip(result.labels, result.answers, strict=True)
            if answer.digit != label
        ]
        contact_sheet(mistakes, folder / f"mistakes-{name}.png")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__)
    parser.add_argument("--model", default="digits", help="name of the model (default: digits)")
    parser.add_argument("--engine", default="torch", help="torch, openvino or onnx")
    parser.add_argument(
        "--server", help="post the pictures to this server, e.g. http://localhost:5000"
    )
    parser.add_argument("--limit", type=int, help="only so many pictures of each set")
    parser.add_argument("--card", action="store_true", help="write the figures into the model card")
    parser.add_argument(
        "--out",
        type=Path,
        default=CHECKOUT / "runs" / "evaluation",
        help="folder for figures and pictures (default: runs/evaluation)",
    )
    options = parser.parse_args(arguments)
    if options.card and (options.limit or options.server or options.engine != "torch"):
        parser.error("the card states figures of every picture, with the torch engine, no server")
    try:
        ensure_data()
        card = read_card(options.model)
        results = measure(options.limit, options.engine, options.model, options.server)
    except (DataError, ModelError) as error:
        print(error, file=sys.stderr)
        return 2
    except urllib.error.URLError as error:
        print(f"{options.server} does not answer as it should: {error}", file=sys.stderr)
        return 2
    values = figures(results)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "figures.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    save_pictures(results, options.out)
    print(figures_table(values))
    print(f"\nConfusion matrices and the mistakes are in {options.out}")
    if options.card:
        write_card({**card, "figures": values})
    return 0


if __name__ == "__main__":
    sys.exit(main())

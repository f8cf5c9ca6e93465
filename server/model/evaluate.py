"""Measure the shipped network on held-out data: `npm run evaluate`.

The MNIST test set is read here and by `npm run compare`, and nothing is to be chosen by it (where
something was, RESULTS.md says so). With `--server` the same pictures are posted to a running
server, so that what is measured is the whole product: how it decodes them, and its engine.
"""

import argparse
import base64
import io
import json
import multiprocessing
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from model.card import figures_table
from model.command import command
from model.conditions import CONDITIONS, to_grey
from model.cores import cores
from model.download import ensure_data
from model.engines import load_engine
from model.errors import ModelError
from model.figures import (
    confusion_matrix,
    contact_sheet,
    rejection_curves,
    reliability_diagram,
    robustness_curves,
)
from model.files import MODEL_HELP, RUNS, place_of, read_card, version, write_card
from model.folders import make_folder
from model.metrics import (
    accepted_at,
    calibration_error,
    reliability,
    risk_by_coverage,
    wilson_interval,
)
from model.options import positive
from model.pareto import pareto
from model.prepare import NO_DIGIT, NO_DIGITS
from model.report import write_report
from model.robustness import HARMS
from model.sets import (
    BLANK,
    LETTERS,
    LOOKALIKES,
    MNIST,
    Item,
    Picture,
    harmed_name,
    harmed_sets,
    sets,
)


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
    writers: NDArray[np.int64]

    @property
    def digits(self) -> NDArray[np.int64]:
        """(N,) what was read: 0..9, or -1 where nothing was seen."""
        return np.array([answer.digit for answer in self.answers])

    @property
    def confidences(self) -> NDArray[np.float64]:
        return np.array([answer.confidence for answer in self.answers])

    @property
    def right(self) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = self.digits == self.labels
        return right

    @property
    def is_digit(self) -> NDArray[np.float64]:
        return np.array([answer.is_digit for answer in self.answers])

    @property
    def accepted(self) -> NDArray[np.bool_]:
        accepted: NDArray[np.bool_] = self.is_digit >= 0.5
        return accepted


BUSY = (429, 503)
"""What a server answers that limits its clients, or is overloaded."""

WRONG_ANSWER = (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError)
"""What is raised where a server is another one, or none."""

NOTHING = Answer(-1, 0.0, 0.0, np.zeros((28, 28), np.uint8))

_recognize: Callable[[Picture], Answer]


def _begin(use: Callable[..., None], *arguments: str) -> None:
    """In a worker process: recognise by what is said; Ctrl-C the first process tells of alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use(*arguments)


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


def _patient(request: urllib.request.Request) -> Any:
    """A server's answer, however often it asks to come back later."""
    while True:
        try:
            return urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            if error.code not in BUSY:
                raise
            time.sleep(float(error.headers.get("Retry-After", 1)))


def _use_server(address: str) -> None:
    """In a worker process: recognise by posting PNGs to a server."""
    global _recognize

    def recognize(picture: Picture) -> Answer:
        try:
            return _posted(picture, address)
        except WRONG_ANSWER as error:
            # Many of these do not come through to the first process: they cannot be pickled.
            raise ModelError(f"{address} does not answer as it should: {error}") from None

    _recognize = recognize


def _posted(picture: Picture, address: str) -> Answer:
    """What a server answers. Raises one of `WRONG_ANSWER`."""
    stored = io.BytesIO()
    Image.fromarray(picture).save(stored, "PNG")
    request = urllib.request.Request(
        f"{address.rstrip('/')}/api/recognize?include=seen",
        stored.getvalue(),
        {"Content-Type": "image/png"},
    )
    with _patient(request) as response:
        digits = json.load(response)["digits"]
    if not digits:
        return NOTHING
    best = digits[0]
    png = base64.b64decode(best["seen"].partition(",")[2])
    seen = 255 - np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    return Answer(int(best["digit"]), float(best["confidence"]), float(best["is_digit"]), seen)


def _check_model(address: str, card: dict[str, Any]) -> None:
    """Raises ModelError where a server reads with another model than the report would name."""
    try:
        with _patient(urllib.request.Request(f"{address.rstrip('/')}/api/health")) as response:
            model = str(json.load(response)["model"])
    except WRONG_ANSWER as error:
        raise ModelError(f"{address} does not answer as it should: {error}") from error
    if model != version(card):
        raise ModelError(f"{address} reads with {model}, not {version(card)}: name it (--model).")


def _answer(item: Item) -> Answer:
    return _recognize(item.draw())


def measure(
    pictures: Sequence[tuple[str, list[Item]]], engine: str, model: str, server: str | None
) -> list[Result]:
    """Recognise every picture of every set, on all cores."""
    results = []
    if not server:
        # What cannot be loaded fails here, once; a pool would start its workers again for ever.
        threads = torch.get_num_threads()
        load_engine(engine, model)
        # The engine computes on one; what this process does afterwards need not.
        torch.set_num_threads(threads)
    use, arguments = (_use_server, (server,)) if server else (_use_engine, (engine, model))
    with multiprocessing.get_context("spawn").Pool(cores(), _begin, (use, *arguments)) as pool:
        for name, items in pictures:
            progress = tqdm(pool.imap(_answer, items, 32), total=len(items), desc=name)
            labels = np.array([item.label for item in items])
            writers = np.array([item.writer for item in items])
            results.append(Result(name, labels, list(progress), writers))
    return results


def merged(name: str, results: Sequence[Result]) -> Result:
    """Several sets as one."""
    return Result(
        name,
        np.concatenate([result.labels for result in results]),
        [answer for result in results for answer in result.answers],
        np.concatenate([result.writers for result in results]),
    )


def pen_of(results: Sequence[Result]) -> Result:
    """The pen digits of all ten conditions."""
    names = {condition.name for condition in CONDITIONS}
    return merged("pen", [result for result in results if result.name in names])


def figures(results: list[Result]) -> dict[str, Any]:
    """The figures that the README and the model card state."""
    by_name = {result.name: result for result in results}
    conditions = [by_name[condition.name] for condition in CONDITIONS]
    mnist, pen = by_name[MNIST], pen_of(results)
    of_digits = [r for r in results if (r.labels != NO_DIGIT).all()]
    accuracy = {result.name: float(result.right.mean()) for result in of_digits}
    digits = np.concatenate([mnist.is_digit, pen.is_digit])
    return {
        "pictures": {result.name: len(result.labels) for result in results},
        "accuracy": {name: round(value, 5) for name, value in accuracy.items()},
        "interval": {
            result.name: [
                round(edge, 5)
                for edge in wilson_interval(int(result.right.sum()), len(result.labels))
            ]
            for result in of_digits
        },
        "pen_mean": round(float(np.mean([accuracy[c.name] for c in CONDITIONS])), 5),
        "pen_worst": round(min(accuracy[c.name] for c in CONDITIONS), 5),
        "pen_by_writer": {
            str(writer): {
                result.name: round(float(result.right[result.writers == writer].mean()), 5)
                for result in conditions
            }
            for writer in np.unique(pen.writers)
        },
        "accepted_as_digit": {r.name: round(float(r.accepted.mean()), 4) for r in results},
        "taken_when_99_percent_of_digits_are": {
            result.name: round(accepted_at(0.99, digits, result.is_digit), 4)
            for result in results
            if result.name not in accuracy
        },
        "calibration_error": {
            result.name: round(calibration_error(result.confidences, result.right), 4)
            for result in (mnist, pen)
        },
    }


def save_pictures(results: list[Result], folder: Path) -> None:
    """Confusion matrices and contact sheets of the mistakes, for MNIST and for the pen."""
    mnist = next(result for result in results if result.name == MNIST)
    for result, name in ((mnist, "mnist"), (pen_of(results), "pen")):
        confusion_matrix(
            result.labels, result.digits, result.name, folder / f"confusion-{name}.png"
        )
        mistakes = [
            (answer.seen, f"{label} → {answer.digit if answer.digit >= 0 else '∅'}")
            for label, answer in zip(result.labels, result.answers, strict=True)
            if answer.digit != label
        ]
        contact_sheet(mistakes, folder / f"mistakes-{name}.png")


def save_curves(results: list[Result], harmed: list[Result], folder: Path) -> None:
    """Reliability, rejection and robustness."""
    by_name = {result.name: result for result in results}
    sure = {"MNIST": by_name[MNIST], "pen": pen_of(results)}
    reliability_diagram(
        {name: reliability(r.confidences, r.right) for name, r in sure.items()},
        folder / "reliability.png",
    )
    no_digits = merged("others", [by_name[kind] for kind in (BLANK, *NO_DIGITS)])
    rejection_curves(
        np.concatenate([result.is_digit for result in sure.values()]),
        {
            "letters": by_name[LETTERS].is_digit,
            "letters that look like digits": by_name[LOOKALIKES].is_digit,
            "scribbles, crossings-out, overlaps …": no_digits.is_digit,
        },
        {name: risk_by_coverage(r.confidences, r.right) for name, r in sure.items()},
        folder / "rejection.png",
    )
    of = {result.name: result for result in harmed}
    by_degree = [[of[harmed_name(harm, degree)] for degree in harm.degrees] for harm in HARMS]
    robustness_curves(
        HARMS,
        {
            "read right": [[float(r.right.mean()) for r in row] for row in by_degree],
            "taken for a digit": [[float(r.accepted.mean()) for r in row] for row in by_degree],
        },
        folder / "robustness.png",
    )


@command
def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__)
    parser.add_argument("--model", help=MODEL_HELP)
    parser.add_argument("--engine", help="torch, openvino or onnx (default: torch)")
    parser.add_argument(
        "--server", help="post the pictures to this server, e.g. http://localhost:5000"
    )
    parser.add_argument("--limit", type=positive, help="only so many pictures of each set")
    parser.add_argument("--card", action="store_true", help="write the figures into the model card")
    parser.add_argument(
        "--out",
        type=Path,
        default=RUNS / "evaluation",
        help="folder for figures and pictures (default: runs/evaluation)",
    )
    parser.add_argument(
        "--pareto",
        action="store_true",
        help="instead, compare every trained model: accuracy against size and speed",
    )
    given = sys.argv[1:] if arguments is None else arguments
    command = " ".join(["npm run evaluate --", *given]) if given else "npm run evaluate"
    options = parser.parse_args(given)
    if options.card and (options.limit or options.server):
        parser.error("the card states figures of every picture, without a server")
    if options.server and options.engine:
        parser.error("a server has an engine of its own: leave --engine out")
    one_model = (options.model, options.engine, options.server, options.limit, options.card)
    if options.pareto and any(one_model):
        parser.error("--pareto compares every model by its card: it takes --out alone")
    options.model, options.engine = options.model or "digits", options.engine or "torch"
    make_folder(options.out)
    if options.pareto:
        return pareto(options.out)
    ensure_data()
    card = read_card(options.model)
    if options.server:
        _check_model(options.server, card)
    recognizer = (options.engine, options.model, options.server)
    results = measure(sets(options.limit), *recognizer)
    harmed = measure(harmed_sets(options.limit), *recognizer)
    values = {"engine": options.server or options.engine, **figures(results)}
    (options.out / "figures.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    save_pictures(results, options.out)
    save_curves(results, harmed, options.out)
    write_report(card, values, command, options.out)
    print(figures_table(values))
    print(f"\nTables, curves and the mistakes are in {options.out / 'report.html'}")
    if options.card:
        write_card({**card, "figures": values}, place_of(options.model)[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())

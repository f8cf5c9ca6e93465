"""The API: what a picture says, and whether the server can say it."""

import time
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from itertools import islice
from typing import cast

from flask import Blueprint, request
from werkzeug.exceptions import RequestEntityTooLarge

from app import parts
from app.bodies import UploadRequest, batch_bytes, picture_bytes, picture_of_text
from app.database import PATIENCE, UnavailableError
from app.images import DamagedError, Picture, TooManyPixelsError, decode, png_data_url
from app.openapi import FILE, INCLUDE, READING_PROBLEMS, Operation, describes
from app.overload import turn
from app.problems import ProblemError, problem_of
from app.recognizer import Recognizer
from app.schemas import (
    Answer,
    BatchAnswer,
    BatchBody,
    BatchProblem,
    BatchReading,
    Digit,
    Health,
    PictureBody,
)
from model.engines import Reading

blueprint = Blueprint("api", __name__, url_prefix="/api")

INCLUDES = frozenset({"evidence", "seen"})
"""What a client may ask for beside the answer."""

IN_ONE_PASS = 64
"""So many pictures of a batch are decoded and read at once: others need not wait long."""

LONGEST_PASS = 0.05
"""Seconds after which no further one is decoded in a pass: few large pictures take as long as many
small ones."""

BATCH_PATIENCE = 5.0
"""Seconds for which a batch waits for its turn: nobody looks on."""

BATCH_SIZE = 4
"""All pictures of a batch may have so many times the bytes and pixels that one may have."""


@blueprint.post("/recognize")
@describes(
    Operation(
        answers={200: Answer},
        body={
            "application/json": PictureBody,
            "multipart/form-data": {
                "type": "object",
                "properties": {"image": FILE},
                "required": ["image"],
            },
            **dict.fromkeys(
                ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"), FILE
            ),
        },
        parameters=(INCLUDE,),
        problems=READING_PROBLEMS,
    )
)
def recognize() -> Answer:
    """Read a picture of a digit."""
    settings = parts.settings()
    include = _included()
    file = picture_bytes(_upload(), settings.max_bytes)
    return answer_of(file, include, parts.recognizer(), settings.max_pixels)


def answer_of(
    file: bytes, include: frozenset[str], recognizer: Recognizer, max_pixels: int
) -> Answer:
    """What is read on a picture. Raises ProblemError."""
    with turn():
        begin = time.perf_counter()
        picture = decode(file, max_pixels)
        reading = recognizer.recognize(picture.grey)
        elapsed = time.perf_counter() - begin
    return Answer(
        **_read_as(reading, picture, include),
        model=recognizer.model,
        engine=recognizer.engine,
        elapsed_ms=round(elapsed * 1000, 2),
    )


@blueprint.post("/recognize/batch")
@describes(
    Operation(
        answers={200: BatchAnswer},
        body={
            "application/json": BatchBody,
            "multipart/form-data": {
                "type": "object",
                "properties": {"image": {"type": "array", "items": FILE, "minItems": 1}},
                "required": ["image"],
            },
        },
        parameters=(INCLUDE,),
        problems=READING_PROBLEMS,
    )
)
def recognize_batch() -> BatchAnswer:
    """Read many pictures, each of a digit.

    One that cannot be read spoils none of the others: its own entry says why.
    """
    settings, recognizer = parts.settings(), parts.recognizer()
    include = _included()
    bodies = batch_bytes(_upload(), BATCH_SIZE * settings.max_bytes, settings.max_batch)
    begin = time.perf_counter()
    answers: list[BatchReading | BatchProblem] = []
    in_order = _decoded(bodies)
    while len(answers) < len(bodies):
        # Between two passes those who have a single picture get their turn.
        with turn(BATCH_PATIENCE):
            decoded = list(_one_pass(in_order))
            pictures = [picture for picture in decoded if isinstance(picture, Picture)]
            readings = iter(recognizer.recognize_all([picture.grey for picture in pictures]))
        answers += [
            _read_as(next(readings), one, include)
            if isinstance(one, Picture)
            else BatchProblem(problem=problem_of(one.status, one.detail))
            for one in decoded
        ]
    return BatchAnswer(
        answers=answers,
        model=recognizer.model,
        engine=recognizer.engine,
        elapsed_ms=round((time.perf_counter() - begin) * 1000, 2),
    )


@blueprint.get("/health")
@describes(Operation(answers={200: Health}))
def health() -> Health:
    """Say that the model has recognised something: before that there is no application."""
    recognizer = parts.recognizer()
    return Health(status="ok", model=recognizer.model, engine=recognizer.engine)


@blueprint.get("/ready")
@describes(Operation(answers={200: Health}, problems=(503,)))
def ready() -> Health:
    """Say that everything can be served, corrections too."""
    try:
        parts.database().check()
    except UnavailableError:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Digits can be recognised, but corrections cannot be kept.",
            {"Retry-After": str(PATIENCE)},
        ) from None
    return health()


def _one_pass(in_order: Iterator[Picture | ProblemError]) -> Iterator[Picture | ProblemError]:
    """What one pass takes of them, one at least."""
    until = time.monotonic() + LONGEST_PASS
    for one in islice(in_order, IN_ONE_PASS):
        yield one
        if time.monotonic() > until:
            break


def _decoded(bodies: Sequence[bytes | str]) -> Iterator[Picture | ProblemError]:
    """The pictures of a batch, in their order, or why one is none."""
    settings = parts.settings()
    most_pixels = pixels_left = BATCH_SIZE * settings.max_pixels
    for body in bodies:
        try:
            if isinstance(body, str):
                body = picture_of_text(body, settings.max_bytes)
            elif len(body) > settings.max_bytes:
                raise RequestEntityTooLarge
            picture = decode(body, min(settings.max_pixels, pixels_left))
        except DamagedError as problem:
            # Found out at its end, it has taken as long as a sound one.
            pixels_left -= problem.pixels
            yield problem
        except ProblemError as problem:
            if isinstance(problem, TooManyPixelsError) and pixels_left < settings.max_pixels:
                problem = ProblemError(
                    problem.status,
                    f"All pictures of a batch together may have at most {most_pixels:,} pixels.",
                )
            yield problem
        except RequestEntityTooLarge:
            yield ProblemError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The picture may have at most {settings.max_bytes:,} bytes.",
            )
        else:
            pixels_left -= picture.size[0] * picture.size[1]
            yield picture


def _upload() -> UploadRequest:
    """The request itself: each look through Flask's proxy for it costs as much as what is seen."""
    return cast(UploadRequest, request._get_current_object())  # type: ignore[attr-defined]


def _included() -> frozenset[str]:
    return included(request.args.getlist("include"))


def included(values: Iterable[str]) -> frozenset[str]:
    """What a client asks for beside the answer. values: of each `include`. Raises ProblemError."""
    asked = frozenset(name for value in values for name in value.split(","))
    if not asked <= INCLUDES:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"include can be: {', '.join(sorted(INCLUDES))}."
        )
    return asked


def _read_as(reading: Reading | None, picture: Picture, include: frozenset[str]) -> BatchReading:
    digits = [] if reading is None else [_digit(reading, picture, include)]
    return BatchReading(text="".join(str(one["digit"]) for one in digits), digits=digits)


def _digit(reading: Reading, picture: Picture, include: frozenset[str]) -> Digit:
    best = int(reading.probabilities.argmax())
    probabilities = [round(float(value), 6) for value in reading.probabilities]
    digit = Digit(
        digit=best,
        confidence=probabilities[best],
        is_digit=round(reading.is_digit, 6),
        probabilities=probabilities,
        box=list(picture.box_in_original(reading.box)),
    )
    if "seen" in include:
        digit["seen"] = png_data_url(1 - reading.seen)
    if "evidence" in include:
        digit["evidence"] = reading.evidence.round(2).astype(float).round(2).tolist()
    if include:
        digit["frame"] = picture.in_original(reading.frame)
    return digit

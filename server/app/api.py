"""The API: what a picture says, and whether the server can say it."""

import time
from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint, request

from app import parts
from app.bodies import UploadRequest, picture_bytes
from app.images import Picture, decode, png_data_url
from app.problems import ProblemError
from model.engines import Reading

blueprint = Blueprint("api", __name__, url_prefix="/api")

INCLUDES = frozenset({"evidence", "seen"})
"""What a client may ask for beside the answer."""

Answer = dict[str, Any]


@blueprint.post("/recognize")
def recognize() -> Answer:
    """Read a picture of a digit."""
    settings, recognizer = parts.settings(), parts.recognizer()
    include = _included()
    body = picture_bytes(cast(UploadRequest, request), settings.max_bytes)
    begin = time.perf_counter()
    picture = decode(body, settings.max_pixels)
    reading = recognizer.recognize(picture.grey)
    elapsed = time.perf_counter() - begin
    digits = [] if reading is None else [_digit(reading, picture, include)]
    return {
        "text": "".join(str(entry["digit"]) for entry in digits),
        "digits": digits,
        "model": recognizer.model,
        "engine": recognizer.engine,
        "elapsed_ms": round(elapsed * 1000, 2),
    }


@blueprint.get("/health")
def health() -> Answer:
    """Say that the model has recognised something: before that there is no application."""
    recognizer = parts.recognizer()
    return {"status": "ok", "model": recognizer.model, "engine": recognizer.engine}


def _included() -> frozenset[str]:
    asked = frozenset(
        name for value in request.args.getlist("include") for name in value.split(",")
    )
    if not asked <= INCLUDES:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"include can be: {', '.join(sorted(INCLUDES))}."
        )
    return asked


def _digit(reading: Reading, picture: Picture, include: frozenset[str]) -> Answer:
    best = int(reading.probabilities.argmax())
    probabilities = [round(float(value), 6) for value in reading.probabilities]
    digit: Answer = {
        "digit": best,
        "confidence": probabilities[best],
        "is_digit": round(reading.is_digit, 6),
        "probabilities": probabilities,
        "box": picture.box_in_original(reading.box),
    }
    if "seen" in include:
        digit["seen"] = png_data_url(1 - reading.seen)
    if "evidence" in include:
        digit["evidence"] = reading.evidence.round(2).astype(float).round(2).tolist()
    if include:
        digit["frame"] = picture.in_original(reading.frame)
    return digit

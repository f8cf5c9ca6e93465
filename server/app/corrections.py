"""Corrections: what people say that their drawings were, kept only with their consent."""

import csv
import io
import re
import tempfile
import zipfile
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Blueprint, Response, request, send_file
from pydantic import ValidationError

from app import parts
from app.bodies import json_body, picture_of_text
from app.database import PATIENCE, Correction, FullError, OtherCorrectionError, UnavailableError
from app.images import LONGEST, decode, png
from app.openapi import Operation, describes
from app.overload import now, turn
from app.problems import ProblemError
from app.schemas import KEY, CorrectionBody, Kept
from app.tokens import check_token

blueprint = Blueprint("corrections", __name__, url_prefix="/api/corrections")

IN_MEMORY = 8 * 1024 * 1024
"""Longer archives go through a temporary file."""

LATER = 3600
"""Seconds after which there may be room again."""

COLUMNS = ("file", "made", "read", "was", "model")

NO_DIGIT = "no digit"

KEY_PATTERN = re.compile(KEY)


@blueprint.post("")
@describes(
    Operation(
        answers={200: Kept, 201: Kept},
        body={"application/json": CorrectionBody},
        problems=(400, 408, 409, 413, 415, 422, 429, 503),
    )
)
def add_correction() -> tuple[Kept, HTTPStatus]:
    """Keep a correction. It is kept once, however often it is sent."""
    settings = parts.settings()
    body = _validated(json_body(request, settings.max_bytes))
    data = picture_of_text(body.image, settings.max_bytes)
    with turn():
        picture = decode(data, settings.max_pixels, keep=LONGEST)
    correction = Correction(
        key=body.key,
        made=body.made,
        read=body.read,
        was=body.was,
        model=body.model,
        # Grey, small and without whatever else came in the file, such as where a photo was taken.
        picture=png(picture.grey),
    )
    try:
        new = parts.database().add(correction)
    except UnavailableError:
        _unavailable()
    except FullError:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "As many corrections are kept here as may be.",
            {"Retry-After": str(LATER)},
        ) from None
    except OtherCorrectionError:
        raise ProblemError(
            HTTPStatus.CONFLICT, "Another correction with this key is kept already."
        ) from None
    return Kept(key=body.key), HTTPStatus.CREATED if new else HTTPStatus.OK


@blueprint.delete("/<key>")
@describes(Operation(answers={204: None}, problems=(429, 503)))
def remove_correction(key: str) -> tuple[str, HTTPStatus]:
    """Forget a correction, for whoever knows its key: the client that sent it."""
    try:
        if KEY_PATTERN.fullmatch(key):  # nothing is kept under another one
            parts.database().remove(key)
    except UnavailableError:
        _unavailable()
    return "", HTTPStatus.NO_CONTENT


@blueprint.get("")
@describes(Operation(answers={200: "application/zip"}, problems=(401, 403, 429, 503), token=True))
def export_corrections() -> Response:
    """All corrections as a ZIP of PNGs and one table, for whoever knows the token."""
    _check_token()
    now.trusted = True
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the answer closes it
    try:
        _write_archive(file)
    except UnavailableError:
        _unavailable()
    except OSError:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE, "There is no room to put the archive together."
        ) from None
    file.seek(0)
    return send_file(file, "application/zip", as_attachment=True, download_name="corrections.zip")


def _validated(message: Any) -> CorrectionBody:
    if isinstance(message, dict) and message.get("consent") is not True:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, 'Nothing is kept without "consent": true.'
        )
    try:
        return CorrectionBody.model_validate(message)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        about = f'The field "{where}"' if where else "The JSON"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{about}: {first['msg']}.") from None


def _check_token() -> None:
    token = parts.settings().corrections_token
    if not token:
        raise ProblemError(
            HTTPStatus.FORBIDDEN, "Corrections cannot be fetched: set CORRECTIONS_TOKEN first."
        )
    check_token(token)


def _unavailable() -> NoReturn:
    raise ProblemError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Corrections cannot be kept or fetched at the moment.",
        {"Retry-After": str(PATIENCE)},
    ) from None


def _write_archive(file: Any) -> None:
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(COLUMNS)
    with zipfile.ZipFile(file, "w") as archive:
        for correction in parts.database().all():
            name = f"{correction.key}.png"
            archive.writestr(_undated(name), correction.picture)
            read, was = (
                NO_DIGIT if digit is None else digit for digit in (correction.read, correction.was)
            )
            row = (name, correction.made.isoformat(), read, was, _as_text(correction.model))
            rows.writerow(row)
        archive.writestr(_undated("corrections.csv"), table.getvalue(), zipfile.ZIP_DEFLATED)


def _as_text(cell: str) -> str:
    """Without what a spreadsheet takes for a formula, or for the end of a cell: anybody may send
    it."""
    return re.sub(r"^-|[^\w .()/-]", "_", cell)


def _undated(name: str) -> zipfile.ZipInfo:
    """A file of an archive, dated 1980: a ZIP knows no earlier year, and a computer whose clock has
    stopped knows no later one."""
    return zipfile.ZipInfo(name)

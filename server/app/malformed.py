"""Answers to what gunicorn makes no request of, and so never reaches the application."""

import json
import logging
import ssl
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors

from app import observe, wire
from app.headers import HEADERS
from app.problems import ProblemError, phrase_of, problem_of, unexpected

logger = logging.getLogger(__name__)

REASONS: dict[type[Exception], tuple[HTTPStatus, str]] = {
    errors.LimitRequestLine: (HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long."),
    errors.LimitRequestHeaders: (
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        "The request has too many headers, or too long ones.",
    ),
    errors.ExpectationFailed: (
        HTTPStatus.EXPECTATION_FAILED,
        "Nothing can be expected here but 100-continue.",
    ),
    errors.UnsupportedTransferCoding: (
        HTTPStatus.NOT_IMPLEMENTED,
        "No transfer coding is understood here but chunked.",
    ),
}

OTHERWISE = HTTPStatus.BAD_REQUEST, "This is not a sound HTTP request."

OURS = (
    errors.ConfigurationProblem,
    errors.InvalidResponseHeader,
    errors.InvalidResponseHeaderName,
)
"""Among gunicorn's errors, those that no client makes."""


def answer(error: Exception, request: Any, client: str | None) -> bytes:
    """What is answered, as it goes over the line; the connection ends with it.

    error: why; request: gunicorn's, as far as it has been read, or None; client: its address
    """
    seen = observe.begin("")
    method, path = getattr(request, "method", None) or "-", getattr(request, "path", None) or "-"
    if isinstance(error, (errors.ParseException, ssl.SSLError)) and not isinstance(error, OURS):
        problem = ProblemError(*REASONS.get(type(error), OTHERWISE))
        fields = {"request_id": seen.id, "client": client}
        # Not what it says: that may be a piece of a picture, or whatever else has come.
        logger.warning("no sound request: %s", type(error).__name__, extra={"fields": fields})
    else:
        problem = unexpected(error, method, path)
    observe.end(seen, "none", method, path, problem.status, client)
    body = json.dumps(problem_of(problem.status, problem.detail)).encode()
    headers = (
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("X-Request-Id", seen.id),
        *HEADERS,
    )
    status = f"{problem.status.value} {phrase_of(problem.status)}"
    return wire.head(status, headers, is_last=True) + body

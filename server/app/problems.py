"""Failures as HTTP answers: application/problem+json (RFC 9457) on the API, one line elsewhere."""

import json
import logging
import socket
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from app.schemas import Problem

logger = logging.getLogger(__name__)

RENAMED = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
"""What RFC 9110 calls statuses of which Python before 3.13 knows an older name."""

UNEXPECTED = "Something went wrong on the server; it has been written to its log."

UNREAD_BYTES = 64 * 1024 * 1024
UNREAD_SECONDS = 5.0
UNREAD_SILENCE = 1.0
"""Seconds in which nothing comes: who has announced more than is sent waits for the answer."""


def phrase_of(status: int) -> str:
    """A status in RFC 9110's words, whichever Python it is."""
    return RENAMED.get(status) or HTTPStatus(status).phrase


class ProblemError(Exception):
    """A request that cannot be answered; raised anywhere below a route."""

    def __init__(
        self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """status: 4xx or 5xx; detail: one sentence for the person who sent the request; headers:
        what the answer carries beside it."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


def problem_answer(status: HTTPStatus, detail: str) -> Response:
    """The one shape of every failure on the API.

    The type is "about:blank": the status says it all, and the title is the status's own phrase.
    """
    body = json.dumps(problem_of(status, detail))
    return Response(body, status.value, mimetype="application/problem+json")


def problem_of(status: HTTPStatus, detail: str) -> Problem:
    """Status and sentence as a problem's members."""
    return Problem(type="about:blank", title=phrase_of(status), status=status.value, detail=detail)


def register(app: Flask) -> None:
    """Answer every failure of an application here."""
    app.register_error_handler(ProblemError, _answer_problem)
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.register_error_handler(Exception, _answer_unexpected)
    app.after_request(_discard_unread_body)


def _answer(status: HTTPStatus, detail: str) -> Response:
    if request.path == "/api" or request.path.startswith("/api/"):
        return problem_answer(status, detail)
    line = f"{status.value} {phrase_of(status)}: {detail}\n"
    return Response(line, status.value, mimetype="text/plain")


def _answer_problem(problem: ProblemError) -> Response:
    answer = _answer(problem.status, problem.detail)
    answer.headers.update(problem.headers)
    return answer


def _answer_http_exception(error: HTTPException) -> Response:
    response = error.get_response()
    if error.code is None or error.code < 400:
        return Response(response.get_data(), response.status_code, response.headers)
    answer = _answer(HTTPStatus(error.code), _detail(error))
    if "Allow" in response.headers:
        answer.headers["Allow"] = response.headers["Allow"]
    return answer


def _detail(error: HTTPException) -> str:
    """Werkzeug's own sentences speak of typed addresses and browsers where they can."""
    if error.code == HTTPStatus.NOT_FOUND:
        return "There is nothing at this address."
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"This address does not answer {request.method}."
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        limit = current_app.extensions["settings"].max_bytes
        return f"The picture may have at most {limit:,} bytes."
    return error.description or phrase_of(error.code or 500)


def _answer_unexpected(error: Exception) -> Response:
    problem = unexpected(error, request.method, request.path)
    return _answer(problem.status, problem.detail)


def unexpected(error: Exception, method: str, path: str) -> ProblemError:
    """Write of a failure that nobody foresaw to the log; what the client is told of it."""
    logger.exception("unexpected failure on %s %s", method, quote(path), exc_info=error)
    return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED)


def _discard_unread_body(response: Response) -> Response:
    if response.status_code >= 400:
        discard_unread_body(request.environ)
    return response


def discard_unread_body(environ: dict[str, Any]) -> None:
    """Take the rest of a refused upload in before the answer goes out.

    A server that closes a connection with unread bytes resets it, and the client never sees why it
    was refused: https://www.rfc-editor.org/rfc/rfc9112#section-9.6
    """
    if not environ.get("wsgi.input_terminated"):
        return
    deadline = time.monotonic() + UNREAD_SECONDS
    unread = UNREAD_BYTES
    connection: socket.socket | None = environ.get("gunicorn.socket")
    patience = connection.gettimeout() if connection else None
    try:
        if connection:
            connection.settimeout(UNREAD_SILENCE)
        while unread > 0 and time.monotonic() < deadline:
            chunk = environ["wsgi.input"].read(64 * 1024)
            if not chunk:
                break
            unread -= len(chunk)
    except Exception as error:  # the connection or its framing is broken: nothing more to take in
        logger.debug("the rest of a refused body could not be read: %s", error)
    finally:
        if connection:
            connection.settimeout(patience)

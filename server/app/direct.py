"""A picture in JSON, which is what comes most, read without Flask's contexts, routing, and objects
of request and answer: they take twice the time of all else that Python does for a reading.

What is read, counted, limited and answered is what Flask's route does, by the same functions.
Whatever else comes, or comes otherwise, is Flask's.
"""

import io
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask

from app import limits, observe
from app.api import answer_of, included
from app.bodies import picture_of_json
from app.headers import Wsgi
from app.problems import ProblemError, problem_answer, unexpected

ROUTE = "/api/recognize"

USUAL_HOST = re.compile(
    r"((?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII
)


def register(app: Flask) -> None:
    """Put it before all that an application does with a request."""
    app.wsgi_app = _Direct(app, app.wsgi_app)  # type: ignore[method-assign]


class _Direct:
    def __init__(self, app: Flask, inner: Wsgi) -> None:
        self._app = app
        self._inner = inner
        self._settings = app.extensions["settings"]
        self._recognizer = app.extensions["recognizer"]
        self._limit = limits.of_readings(app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = self._body(environ)
        if body is None:
            return self._inner(environ, start_response)
        seen = observe.begin(environ.get("HTTP_X_REQUEST_ID", ""))
        client = environ.get("REMOTE_ADDR")
        try:
            if self._limit:
                self._limit(client or "unknown")
            query = environ.get("QUERY_STRING")
            asked = parse_qsl(query, keep_blank_values=True) if query else ()
            include = included(value for name, value in asked if name == "include")
            file = picture_of_json(body, self._settings.max_bytes)
            answer = answer_of(file, include, self._recognizer, self._settings.max_pixels)
        except ProblemError as problem:
            status, headers, text = _told(problem)
        except Exception as error:
            status, headers, text = _told(unexpected(error, "POST", ROUTE))
        else:
            status = "200 OK"
            text = f"{self._app.json.dumps(answer, separators=(',', ':'))}\n".encode()
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(text)))]
        observe.end(seen, ROUTE, "POST", ROUTE, int(status[:3]), client)
        start_response(status, [*headers, ("X-Request-Id", seen.id)])
        return [text]

    def _body(self, environ: dict[str, Any]) -> bytes | None:
        """The body of a request that is answered here."""
        if (
            environ["PATH_INFO"] != ROUTE
            or environ["REQUEST_METHOD"] != "POST"
            or environ.get("SCRIPT_NAME")
            or environ.get("CONTENT_TYPE") != "application/json"
            or not USUAL_HOST.fullmatch(environ.get("HTTP_HOST", ""))
        ):
            return None
        there = environ["wsgi.input"]
        length = environ.get("CONTENT_LENGTH", "")
        # Only where all of it is in memory already, and none of it can be too long.
        if not (isinstance(there, io.BytesIO) and length.isdecimal()):
            return None
        if int(length) > self._settings.max_bytes or len(there.getbuffer()) != int(length):
            return None
        return there.getvalue()


def _told(problem: ProblemError) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status, headers and body of a problem's answer."""
    response = problem_answer(problem.status, problem.detail)
    response.headers.update(problem.headers)
    return response.status, response.headers.to_wsgi_list(), response.get_data()

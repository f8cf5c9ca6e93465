"""Shedding load: what has waited too long is refused at once, and soon enough to try again.

Who serves requests says of each how long it waited for a thread (see `worker.py`).
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from flask import Flask

from app import together
from app.headers import HEADERS, Wsgi
from app.metrics import refused
from app.problems import ProblemError, discard_unread_body, problem_answer

LONGEST_WAIT = 0.12
"""Seconds, for a thread and for one's turn together. Who has waited longer gets a 503: of those
behind, the more are answered in time."""

RETRY_AFTER = 1
"""Seconds after which who was refused may try again."""

OVERLOADED = "The server is overloaded: try again in a second."

AT_ONCE = 2
"""Pictures that a process decodes and reads at once: more would only slow each other down."""

_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def turn(longest: float = LONGEST_WAIT) -> Iterator[None]:
    """Wait until it is one's turn to decode and read.

    Raises ProblemError 503 where that, and the wait for a thread, take longer than `longest`.
    """
    if together.is_beside_others():
        yield  # it is theirs
        return
    if not _turns.acquire(timeout=max(0.0, longest - now.waited)):
        refused.inc()
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE, OVERLOADED, {"Retry-After": str(RETRY_AFTER)}
        )
    try:
        yield
    finally:
        _turns.release()


@contextmanager
def turn_at_once() -> Iterator[bool]:
    """Take one's turn where it has come already; whether it has."""
    has_come = _turns.acquire(blocking=False)
    try:
        yield has_come
    finally:
        if has_come:
            _turns.release()


class _Now(threading.local):
    """Of the request that a thread serves."""

    waited = 0.0
    expired = False
    trusted = False


now = _Now()
"""`waited`: seconds until a thread was free. `expired`: the client took too long to send it.
`trusted`: the client knows a token, and may take long to fetch a large answer."""


def register(app: Flask) -> None:
    """Put the shedding before everything that an application does."""
    app.wsgi_app = _Shedding(app, app.wsgi_app)  # type: ignore[method-assign]


class _Refusal:
    sent = b""


refusal = _Refusal()
"""`sent`: what goes over the line to who is refused, made once: the less that costs, the more are
served."""


class _Shedding:
    def __init__(self, app: Flask, inner: Wsgi) -> None:
        self._inner = inner
        with app.app_context():
            self._refusal = problem_answer(HTTPStatus.SERVICE_UNAVAILABLE, OVERLOADED)
        self._refusal.headers["Retry-After"] = str(RETRY_AFTER)
        status, headers = self._refusal.status, [*self._refusal.headers.to_wsgi_list(), *HEADERS]
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        refusal.sent = "\r\n".join([*lines, "", ""]).encode("latin-1") + self._refusal.get_data()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # Pages and files are cheap, and who asks for the health wants to know of the process.
        if now.waited > LONGEST_WAIT and environ["REQUEST_METHOD"] == "POST":
            refused.inc()
            discard_unread_body(environ)
            return self._refusal(environ, start_response)
        return self._inner(environ, start_response)

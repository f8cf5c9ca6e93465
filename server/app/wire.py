"""HTTP as it goes over the line, for the request that comes most: one picture, all of it there.

gunicorn's own way from the bytes to the application and back is made for every request that there
is, and takes longer than all that Flask does. Whatever is unusual about a request is left to it.
"""

import io
import re
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from gunicorn import SERVER

from app.headers import Wsgi

LINES = re.compile(
    rb"POST (/api/recognize)(?:\?([\w=&,.%+-]*))? HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]+:[\t -~\x80-\xff]*\r\n)+)\r\n",
    re.ASCII,
)
"""The head of a request for a reading: path, query, and lines of fields."""

FIELD = re.compile("([^:]+):([^\r]*)\r\n")
"""One of its lines."""

LONGEST_HEAD = 4094
"""Bytes; gunicorn's limit for the first line alone."""

MOST_FIELDS = 100

UNUSUAL = {"HTTP_EXPECT", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE"}
"""Fields that ask for more than an answer."""

LENGTH = re.compile(r"\d{1,5}", re.ASCII)


@dataclass(frozen=True)
class Request:
    """A request for a reading, its head parsed."""

    head: int
    """Bytes of the head."""
    size: int
    """Bytes of the whole request."""
    environ: dict[str, Any]
    """What WSGI (PEP 3333) says of the head."""
    is_last: bool
    """Whether the client wants no further request answered on the connection."""


def parse(came: bytes) -> Request | None:
    """The request that what came begins with; None for another, and for what has not come whole."""
    match = LINES.match(came)
    if match is None or match.end() > LONGEST_HEAD:
        return None
    path, query, lines = match.groups(b"")
    fields = FIELD.findall(lines.decode("latin-1"))
    environ: dict[str, Any] = {_variable(name): value.strip(" \t") for name, value in fields}
    # A field that is repeated may mean this to one server and that to another.
    if not len(environ) == len(fields) <= MOST_FIELDS or not environ.keys().isdisjoint(UNUSUAL):
        return None
    length = environ.pop("HTTP_CONTENT_LENGTH", "")
    connection = environ.get("HTTP_CONNECTION", "keep-alive").lower()
    if (
        "HTTP_HOST" not in environ
        or not LENGTH.fullmatch(length)
        or connection not in ("keep-alive", "close")
    ):
        return None
    size = match.end() + int(length)
    if size > len(came):
        return None
    if "HTTP_CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    environ.update(
        REQUEST_METHOD="POST",
        SCRIPT_NAME="",
        PATH_INFO=path.decode("ascii"),
        QUERY_STRING=query.decode("ascii"),
        CONTENT_LENGTH=length,
        SERVER_PROTOCOL="HTTP/1.1",
    )
    return Request(match.end(), size, environ, connection == "close")


@lru_cache(maxsize=256)
def _variable(name: str) -> str:
    """What WSGI calls a field."""
    return "HTTP_" + name.upper().replace("-", "_")


def answer(application: Wsgi, request: Request, body: bytes, **places: str) -> bytes:
    """What an application answers, as it goes over the line.

    places: SERVER_NAME, SERVER_PORT, REMOTE_ADDR and REMOTE_PORT
    """
    environ = {
        **request.environ,
        **places,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    begun: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> Any:
        begun[:] = status, headers
        return parts.append

    parts: list[bytes] = []
    chunks = application(environ, start)
    try:
        parts.extend(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = begun
    return b"".join([head(status, headers, request.is_last), *parts])


def head(status: str, headers: Iterable[tuple[str, str]], is_last: bool) -> bytes:
    """The head of an answer, as it goes over the line.

    status: e.g. "200 OK"; is_last: whether no other answer follows on the connection
    """
    lines = [
        f"HTTP/1.1 {status}",
        f"Server: {SERVER}",
        f"Date: {_date(int(time.time()))}",
        f"Connection: {'close' if is_last else 'keep-alive'}",
        *(f"{name}: {value}" for name, value in headers),
        "\r\n",
    ]
    return "\r\n".join(lines).encode("latin-1")


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)

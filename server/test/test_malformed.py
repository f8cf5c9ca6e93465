"""What gunicorn makes no request of is answered as all else is."""

import json
import os
from collections.abc import Iterator

import pytest
from test_serving import SERVE, post, raw_answer, started
from uploads import file_of, seven

from app.headers import HEADERS
from app.problems import phrase_of

pytestmark = [
    pytest.mark.by_itself,
    pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only"),
]

START = b"POST /api/recognize HTTP/1.1\r\nHost: a\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with started(SERVE, WORKERS="1") as (_, found):
        yield found


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, START + b"Content-Length: many\r\n\r\n"),
        (400, START + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        (400, START + b"No colon\r\n\r\n"),
        (400, b"nonsense\r\n\r\n"),
        (400, b"GET / HTTP/9.9\r\n\r\n"),
        (414, b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
        (417, START + b"Expect: a miracle\r\n\r\n"),
        (431, START + b"X-Long: " + b"x" * 10_000 + b"\r\n\r\n"),
        (431, START + b"X-Many: x\r\n" * 200 + b"\r\n"),
        (501, START + b"Transfer-Encoding: chopped\r\n\r\n"),
    ],
    ids=lambda value: str(value)[:3],
)
def test_it_gets_a_problem_with_the_usual_headers(port: int, status: int, sent: bytes) -> None:
    head, _, body = raw_answer(port, sent).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert first == f"HTTP/1.1 {status} {phrase_of(status)}"
    assert dict(HEADERS).items() <= headers.items()
    assert len(headers["X-Request-Id"]) == 16
    assert headers["Content-Type"] == "application/problem+json"
    assert int(headers["Content-Length"]) == len(body)
    problem = json.loads(body)
    assert list(problem) == ["type", "title", "status", "detail"]
    assert (problem["status"], problem["title"]) == (status, phrase_of(status))


def test_what_came_is_not_logged() -> None:
    """A body of which the head says nothing is the next request's first line."""
    body = b'{"image": "data:image/png;base64,c2VjcmV0"}\r\n'
    with started(SERVE, WORKERS="1") as (process, port):
        raw_answer(port, START + b"Content-Type: application/json\r\n\r\n" + body)
        process.terminate()
        _, log = process.communicate(timeout=30)
    assert "no sound request: InvalidRequest" in log  # its method or its line
    assert "c2VjcmV0" not in log


def test_the_server_goes_on(port: int) -> None:
    assert post(port, file_of(seven()))[0] == 200

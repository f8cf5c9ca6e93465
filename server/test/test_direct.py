"""A picture in JSON is answered without Flask, and as Flask's route answers it."""

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request_started
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from uploads import drawing, file_of, png_claiming, seven

from app import create_app, limits
from app.recognizer import Recognizer
from app.settings import Settings

ADDRESS = "/api/recognize"
DIRECT = "application/json"
BY_FLASK = "application/json; charset=utf-8"
"""Means the same, and is not what the page sends."""


def body_of(file: bytes) -> bytes:
    url = "data:image/png;base64," + base64.b64encode(file).decode()
    return json.dumps({"image": url}).encode()


SEVEN = body_of(file_of(seven()))


@pytest.fixture
def asked(app: Flask) -> Iterator[list[str]]:
    """What Flask is asked."""
    paths: list[str] = []

    def remember(sender: Flask, **_: Any) -> None:
        paths.append("asked")

    request_started.connect(remember, app)
    yield paths
    request_started.disconnect(remember, app)


def answer(client: FlaskClient, kind: str, body: bytes, query: str = "") -> tuple[Any, ...]:
    """Status, headers and body of an answer, without what is each one's own."""
    response = client.post(
        ADDRESS + query, data=body, content_type=kind, headers={"X-Request-Id": "one"}
    )
    said = response.get_json()
    if response.status_code == 200:
        assert response.text.endswith(f'"elapsed_ms":{said.pop("elapsed_ms")}}}\n')
    headers = {**response.headers}
    assert headers.pop("Content-Length") == str(len(response.data))
    return response.status, headers, said


@pytest.mark.parametrize(
    ("body", "query"),
    [
        (SEVEN, ""),
        (SEVEN, "?"),
        (SEVEN, "?include=seen,evidence"),
        (SEVEN, "?include=se%65n&include=evidence&other=1"),
        (SEVEN, "?include="),
        (SEVEN, "?include=weights"),
        (SEVEN, "?include=seen;evidence"),
        (body_of(file_of(seven().convert("RGBA"))), ""),
        (body_of(file_of(seven().resize((64, 64)).convert("L"))), ""),
        (body_of(file_of(seven(), "JPEG")), ""),
        (body_of(file_of(drawing())), ""),
        (body_of(png_claiming(30_000, 30_000)), ""),
        (body_of(b"no picture"), ""),
        (body_of(b""), ""),
        (b'{"image": "%"}', ""),
        (b'{"image": 7}', ""),
        (b'{"picture": ""}', ""),
        (b"[]", ""),
        (b"{", ""),
        (b"[" * 30_000, ""),
        (b"[" * 100_000, ""),
        (b"\xff", ""),
    ],
)
def test_both_ways_answer_the_same(
    client: FlaskClient, asked: list[str], body: bytes, query: str
) -> None:
    direct = answer(client, DIRECT, body, query)
    assert not asked
    assert direct == answer(client, BY_FLASK, body, query)
    assert asked


@pytest.mark.parametrize(
    ("environ", "headers"),
    [
        ({}, {"Host": "un/usual"}),
        ({}, {"Host": "a..b"}),
        ({}, {"Host": f"{64 * 'a'}.b"}),
        ({"SCRIPT_NAME": "/below"}, {}),
        ({"CONTENT_LENGTH": "7"}, {}),
        ({"CONTENT_LENGTH": "-1"}, {}),
    ],
)
def test_whatever_comes_otherwise_is_flasks(
    client: FlaskClient, asked: list[str], environ: dict[str, str], headers: dict[str, str]
) -> None:
    client.post(
        ADDRESS, data=SEVEN, content_type=DIRECT, headers=headers, environ_overrides=environ
    )
    assert asked


def test_a_body_that_may_be_too_long_is_flasks(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'c.sqlite3'}", max_bytes=200)
    response = create_app(settings).test_client().post(ADDRESS, data=SEVEN, content_type=DIRECT)
    assert response.status_code == 413
    assert response.get_json()["detail"] == "The picture may have at most 200 bytes."


def test_both_ways_are_logged_and_counted_alike(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def counted(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0

    lines, numbers = [], []
    for kind in (DIRECT, BY_FLASK):
        labels = {"route": ADDRESS, "method": "POST", "status": "200"}
        before = (
            counted("http_requests_total", **labels),
            counted("http_request_seconds_count", route=ADDRESS),
        )
        caplog.clear()
        with caplog.at_level(logging.INFO, "app.requests"):
            answer(client, kind, SEVEN)
        numbers.append(
            (
                counted("http_requests_total", **labels) - before[0],
                counted("http_request_seconds_count", route=ADDRESS) - before[1],
            )
        )
        (record,) = caplog.records
        fields = vars(record)["fields"]
        assert fields.pop("milliseconds") > 0
        lines.append((record.getMessage(), fields))
    assert lines[0] == lines[1]
    assert numbers == [(1, 1), (1, 1)]


def test_both_ways_count_towards_one_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READINGS", "3 per hour")
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'c.sqlite3'}", proxies=1)
    client = create_app(settings).test_client()

    def response(kind: str, sender: str) -> Any:
        return client.post(
            ADDRESS, data=SEVEN, content_type=kind, headers={"X-Forwarded-For": sender}
        )

    first = [response(kind, "192.0.2.1").status_code for kind in (DIRECT, BY_FLASK, DIRECT)]
    assert first == [200, 200, 200]
    refused = [response(kind, "192.0.2.1") for kind in (DIRECT, BY_FLASK)]
    assert [one.status_code for one in refused] == [429, 429]
    assert refused[0].get_json() == refused[1].get_json()
    assert int(refused[0].headers["Retry-After"]) > 0
    assert response(DIRECT, "192.0.2.2").status_code == 200


def test_a_proxy_says_that_it_is_https(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'c.sqlite3'}", proxies=1)
    client = create_app(settings).test_client()
    for proxy, expected in (("https", True), ("http", False)):
        response = client.post(
            ADDRESS, data=SEVEN, content_type=DIRECT, headers={"X-Forwarded-Proto": proxy}
        )
        assert ("Strict-Transport-Security" in response.headers) is expected


def test_both_ways_fail_alike(
    client: FlaskClient,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(Recognizer, "recognize", fail)
    with caplog.at_level(logging.ERROR):
        direct = answer(client, DIRECT, SEVEN)
        assert not asked
        assert direct == answer(client, BY_FLASK, SEVEN)
    status, _, problem = direct
    assert status == "500 INTERNAL SERVER ERROR"
    assert "secret" not in problem["detail"]
    logged = [record.getMessage() for record in caplog.records if record.exc_info]
    assert logged == ["unexpected failure on POST /api/recognize"] * 2

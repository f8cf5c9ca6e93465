"""Every failure of the API is application/problem+json, and nothing that is sent is a 500."""

import base64
import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from uploads import file_of, png_claiming, seven

from app import create_app
from app.problems import phrase_of
from app.recognizer import Recognizer
from app.settings import Settings

ADDRESS = "/api/recognize"
SEVEN = file_of(seven())


def problem_of(response: Any) -> dict[str, Any]:
    """The problem in an answer, its shape checked."""
    assert response.content_type == "application/problem+json"
    problem: dict[str, Any] = response.get_json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["status"] == response.status_code
    assert problem["title"] == phrase_of(response.status_code)
    assert problem["detail"].endswith(".")
    return problem


def post(client: FlaskClient, data: Any, kind: str | None, status: int) -> str:
    """Post a body that is refused; returns the detail."""
    problem = problem_of(client.post(ADDRESS, data=data, content_type=kind))
    assert problem["status"] == status, problem
    return str(problem["detail"])


def image_field(data: bytes) -> bytes:
    return json.dumps({"image": base64.b64encode(data).decode("ascii")}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'image': 1}",
        b'{"image": NaN}',
        b"\xff\xfe{\0}\0",
        b'{"image": "\xe9"}',
        b"\0",
        b"[" * 30_000,
        b'{"image":' * 30_000,
        b'{"image": ' + b"9" * 5000 + b"}",
    ],
    ids=[
        "nothing", "cut off", "single quotes", "NaN", "UTF-16", "Latin-1", "NUL", "deep list",
        "deep object", "endless number",
    ],
)  # fmt: skip
def test_bad_json_is_a_bad_request(client: FlaskClient, body: bytes) -> None:
    assert post(client, body, "application/json", 400) == "The body is not JSON in UTF-8."


@pytest.mark.parametrize(
    "body",
    [
        b'{"image": [' + b"0," * 30_000 + b"0]}",
        b'{"image": [' + b"[]," * 15_000 + b"[]]}",
        b'{"image": [' + b'{"a": {}},' * 10_000 + b"{}]}",
        b"[" * 30_001,
    ],
    ids=["numbers", "lists", "objects", "deep list"],
)
def test_json_of_endless_values_is_refused_unparsed(
    client: FlaskClient, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.bodies.DECODER", None)
    expected = "JSON may have at most 30,000 commas and opening brackets."
    for kind in ("application/json", "application/json; charset=utf-8"):
        assert post(client, body, kind, 413) == expected
    for path in ("/api/recognize/batch", "/api/corrections"):
        response = client.post(path, data=body, content_type="application/json")
        assert problem_of(response)["detail"] == expected


@pytest.mark.parametrize(
    "value", ["!!!", "data:image/png,abc", "data:image/png;base64,é", "a", "\ud800", "ab=c", "%%"]
)
def test_bad_base64_is_a_bad_request(client: FlaskClient, value: str) -> None:
    post(client, json.dumps({"image": value}), "application/json", 400)


UNUSABLE_FIELDS: tuple[Any, ...] = (None, 7, True, [], {}, "", "  ", "data:image/png;base64,")
UNUSABLE: list[Any] = [None, 7, 1.5, True, "text", [], ["image"], {}, {"img": "x"}]


@pytest.mark.parametrize(
    "value", UNUSABLE + [{"image": field} for field in UNUSABLE_FIELDS], ids=str
)
def test_json_without_a_usable_image_is_unprocessable(client: FlaskClient, value: Any) -> None:
    post(client, json.dumps(value), "application/json", 422)


def test_a_form_without_its_file_is_unprocessable(client: FlaskClient) -> None:
    def file(data: bytes = SEVEN) -> tuple[io.BytesIO, str]:
        return io.BytesIO(data), "seven.png"

    kind = "multipart/form-data"
    assert "no file" in post(client, {"picture": file()}, kind, 422)
    assert "is text" in post(client, {"image": "data:image/png;base64,"}, kind, 422)
    assert "not several" in post(client, {"image": [file(), file()]}, kind, 422)
    assert "no bytes" in post(client, {"image": file(b"")}, kind, 422)


PART = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=x", 422),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x", 400),
        (PART + SEVEN, "multipart/form-data; boundary=x", 400),
        (PART + SEVEN + b"\r\n--y--\r\n", "multipart/form-data; boundary=x", 400),
        (b"--x--", "multipart/form-data", 400),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 500,
            "multipart/form-data; boundary=x",
            413,
        ),
    ],
    ids=["empty", "cut off", "no end", "another boundary", "no boundary", "many parts"],
)
def test_broken_forms_are_refused(client: FlaskClient, body: bytes, kind: str, status: int) -> None:
    detail = post(client, body, kind, status)
    if status == 400 and "boundary" in kind:
        assert detail.startswith("The body is no whole form")
        assert client.post("/api/recognize/batch", data=body, content_type=kind).status_code == 400
    if status == 413:
        assert detail == "A form may have at most 100 parts and 4,194,304 bytes in all."


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", None, "?"])
def test_other_content_types_are_unsupported(client: FlaskClient, kind: str | None) -> None:
    detail = post(client, SEVEN, kind, 415)
    assert "application/json" in detail
    assert "multipart/form-data" in detail
    assert "image/" in detail


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"hello", 400),
        (SEVEN[:-100], 400),
        (png_claiming(60_000, 60_000), 413),
        (b"<svg/>", 415),
    ],
    ids=["empty", "text", "truncated", "bomb", "SVG"],
)
def test_bad_pictures_are_refused_alike_in_every_kind_of_body(
    client: FlaskClient, data: bytes, status: int
) -> None:
    post(client, data, "image/png", status)
    post(client, image_field(data), "application/json", status)
    post(client, {"image": (io.BytesIO(data), "a.png")}, "multipart/form-data", status)


def test_a_picture_of_too_many_bytes_is_refused_in_every_kind_of_body(
    app: Flask, client: FlaskClient
) -> None:
    most = app.extensions["settings"].max_bytes
    assert most == 4 * 1024 * 1024
    for surplus in (1, 3_000_000):
        data = SEVEN + bytes(most - len(SEVEN) + surplus)
        assert "4,194,304 bytes" in post(client, data, "image/png", 413)
        assert "4,194,304 bytes" in post(client, image_field(data), "application/json", 413)
        form = {"image": (io.BytesIO(data), "a.png")}
        assert "4,194,304 bytes" in post(client, form, "multipart/form-data", 413)
    text = {"comment": "x" * (most + 100_000)}
    assert "4,194,304 bytes" in post(client, text, "multipart/form-data", 413)


def test_a_body_that_claims_to_be_too_long_is_refused_unread(client: FlaskClient) -> None:
    class Unreadable:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

    for kind in ("image/png", "application/json", "multipart/form-data; boundary=x"):
        response = client.post(
            ADDRESS,
            content_type=kind,
            environ_overrides={"wsgi.input": Unreadable(), "CONTENT_LENGTH": str(10**12)},
        )
        assert problem_of(response)["status"] == 413


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        ("image/png", SEVEN),
        ("application/json", image_field(SEVEN)),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + SEVEN,
        ),
    ],
)
def test_a_body_of_untold_length_is_refused_when_it_grows_too_long(
    client: FlaskClient, kind: str, head: bytes
) -> None:
    body = io.BytesIO(head + b" " * 9_000_000)
    response = client.post(
        ADDRESS,
        content_type=kind,
        environ_overrides={
            "wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": "",
        },
    )  # fmt: skip
    assert problem_of(response)["status"] == 413


def test_a_body_that_breaks_off_is_a_bad_request(client: FlaskClient) -> None:
    class Broken:
        def read(self, size: int = -1) -> bytes:
            raise ConnectionResetError

        readline = read

    for kind in ("image/png", "application/json", "multipart/form-data; boundary=x"):
        response = client.post(
            ADDRESS,
            content_type=kind,
            environ_overrides={"wsgi.input": Broken(), "CONTENT_LENGTH": "1000"},
        )
        assert problem_of(response)["status"] == 400


@pytest.mark.parametrize("query", ["include=all", "include=", "include=seen,all", "include=%ff%00"])
def test_unknown_includes_are_unprocessable(client: FlaskClient, query: str) -> None:
    response = client.post(f"{ADDRESS}?{query}", data=SEVEN, content_type="image/png")
    assert problem_of(response) == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "include can be: evidence, seen.",
    }


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/recognize/", "/api/%00"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_addresses_are_not_found(client: FlaskClient, path: str, method: str) -> None:
    assert problem_of(client.open(path, method=method))["status"] == 404


def test_a_wrong_method_is_told_of_the_right_one(client: FlaskClient) -> None:
    response = client.get(ADDRESS)
    assert problem_of(response)["status"] == 405
    assert "POST" in response.headers["Allow"]
    assert problem_of(client.delete("/api/health"))["status"] == 405


def test_an_unexpected_failure_is_logged_and_not_told(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(Recognizer, "recognize", fail)
    with caplog.at_level(logging.ERROR):
        response = client.post(ADDRESS, data=SEVEN, content_type="image/png")
    problem = problem_of(response)
    assert problem["status"] == 500
    assert "secret" not in response.text
    assert "the secret reason" in caplog.text


def test_a_path_adds_no_lines_to_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "app"):
        client.get("/x%0A2026-01-01 00:00:00,000 ERROR app: forged")
    messages = [record.getMessage() for record in caplog.records]
    assert any("forged" in message for message in messages)
    assert not any("\n" in message for message in messages)


def test_the_limits_are_the_settings(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    settings = Settings(max_bytes=1024, max_pixels=1000, database_url=database)
    client = create_app(settings).test_client()
    assert "1,024 bytes" in post(client, SEVEN, "image/png", 413)
    assert "1,000 pixels" in post(client, png_claiming(100, 100), "image/png", 413)

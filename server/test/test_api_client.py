"""The built client comes from the same application, cached as long as its names allow."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import client as client_files

IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A client as Vite builds it."""
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "manifest.webmanifest", "favicon.svg", "sw.js"):
        (tmp_path / name).write_text(name)
    for name in ("index-B2x9.js", "index-B2x9.css", "ort-C3y8.wasm", "digits-D4z7.onnx"):
        (tmp_path / "assets" / name).write_text(name)
    monkeypatch.setattr(client_files, "FOLDER", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("dist")
def test_the_page_is_asked_for_again_each_time(client: FlaskClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert response.text == "index.html"
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == "no-cache"
    again = client.get("/", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["Cache-Control"] == "no-cache"


@pytest.mark.usefixtures("dist")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index-B2x9.js", "text/javascript"),
        ("index-B2x9.css", "text/css"),
        ("ort-C3y8.wasm", "application/wasm"),
        ("digits-D4z7.onnx", "application/octet-stream"),
    ],
)
def test_hashed_assets_are_kept_for_a_year(client: FlaskClient, name: str, kind: str) -> None:
    response = client.get(f"/assets/{name}")
    assert response.text == name
    assert response.mimetype == kind
    assert response.headers["Cache-Control"] == IMMUTABLE


@pytest.mark.usefixtures("dist")
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("manifest.webmanifest", "application/manifest+json"),
        ("favicon.svg", "image/svg+xml"),
        ("sw.js", "text/javascript"),
    ],
)
def test_files_without_a_hash_are_asked_for_again(
    client: FlaskClient, name: str, kind: str
) -> None:
    response = client.get(f"/{name}")
    assert response.mimetype == kind
    assert response.headers["Cache-Control"] == "no-cache"
    assert "ETag" in response.headers


@pytest.mark.parametrize(
    "path", ["/nothing", "/assets/gone.js", "/assets/", "/assets", "/../README.md", "/%2e%2e/x"]
)
def test_what_is_not_there_is_a_plain_404(client: FlaskClient, dist: Path, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.mimetype == "text/plain"
    assert "immutable" not in response.headers["Cache-Control"]


def test_files_beside_the_client_are_out_of_reach(client: FlaskClient, dist: Path) -> None:
    (dist.parent / "secret.txt").write_text("secret")
    for path in ("/../secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt"):
        assert client.get(path).status_code == 404


def test_what_is_compressed_is_not_even_looked_for_elsewhere(dist: Path) -> None:
    (dist / "x.js.br").write_bytes(b"")
    (dist.parent / "secret.br").write_bytes(b"")
    assert client_files._is_there("x.js.br")
    assert not client_files._is_there("../secret.br")
    assert not client_files._is_there(str(dist.parent / "secret.br"))
    assert not client_files._is_there(1000 * "x")


def test_a_client_that_is_not_built_says_how_to_build_it(client: FlaskClient, dist: Path) -> None:
    (dist / "index.html").unlink()
    response = client.get("/")
    assert response.status_code == 503
    assert "`npm start`" in response.text
    docs = client.get("/api/docs")
    assert (docs.status_code, docs.mimetype) == (503, "application/problem+json")
    assert docs.get_json()["detail"] == client_files.NOT_BUILT


@pytest.mark.usefixtures("dist")
@pytest.mark.parametrize(
    "path", ["/", "/assets/index-B2x9.js", "/nothing", "/api/health", "/api/x"]
)
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"].split("; ")
    assert "default-src 'self'" in policy
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None)],
)
def test_what_the_build_has_compressed_is_sent_to_those_who_can_read_it(
    client: FlaskClient, dist: Path, accepted: str, coding: str | None
) -> None:
    (dist / "assets" / "index-B2x9.js.br").write_text("as brotli")
    (dist / "assets" / "index-B2x9.js.gz").write_text("as gzip")
    response = client.get("/assets/index-B2x9.js", headers={"Accept-Encoding": accepted})
    expected = {"br": "as brotli", "gzip": "as gzip", None: "index-B2x9.js"}
    assert response.data.decode() == expected[coding]
    assert response.headers.get("Content-Encoding") == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.mimetype == "text/javascript"
    assert response.headers["Cache-Control"] == IMMUTABLE


@pytest.mark.usefixtures("dist")
@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since", "If-Range"])
def test_an_impossible_date_is_ignored(client: FlaskClient, header: str) -> None:
    date = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
    response = client.get("/favicon.svg", headers={header: date, "Range": "bytes=0-1"})
    assert response.status_code == 206


@pytest.mark.usefixtures("dist")
def test_what_is_not_compressed_is_sent_as_it_is(client: FlaskClient) -> None:
    response = client.get("/favicon.svg", headers={"Accept-Encoding": "br, gzip"})
    assert response.text == "favicon.svg"
    assert "Content-Encoding" not in response.headers


@pytest.mark.usefixtures("dist")
def test_a_name_that_is_too_long_for_a_file_is_not_found(client: FlaskClient) -> None:
    response = client.get("/" + "a" * 300, headers={"Accept-Encoding": "gzip, br"})
    assert response.status_code == 404

"""deploy/nginx.conf, with a real nginx before the real server."""

import json
import re
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from services import Service, free_port, needed
from test_serving import SERVE, get, post, started
from uploads import file_of, seven

from app.headers import SECURE_HEADERS
from app.settings import ROOT

pytestmark = pytest.mark.by_itself


class Proxy:
    """An nginx before a server, asked through TLS."""

    def __init__(self, service: Service, plain: int, folder: Path) -> None:
        self.service, self.plain, self.folder = service, plain, folder
        self._tls = ssl.create_default_context(cafile=str(folder / "tls" / "fullchain.pem"))

    def ask(
        self, path: str, data: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer; headers: with _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"https://localhost:{self.service.port}{path}"
        request = urllib.request.Request(url, data, sent)
        try:
            response = urllib.request.urlopen(request, context=self._tls, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return response.status, dict(response.headers), response.read()

    def raw(self, sent: bytes, through_tls: bool = True) -> bytes:
        """What is answered to bytes that no HTTP library would send."""
        with socket.create_connection(("localhost", self.service.port), timeout=30) as plain:
            connection = plain
            if through_tls:
                connection = self._tls.wrap_socket(plain, server_hostname="localhost")
            with connection:
                connection.sendall(sent)
                return b"".join(iter(lambda: connection.recv(65536), b""))


def certificate(folder: Path) -> None:
    subprocess.run(
        [
            *(needed("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")),
        ],
        check=True,
        capture_output=True,
    )


def start_nginx(folder: Path, server_port: int) -> Proxy:
    """The configuration that is shipped, with the addresses of this machine."""
    nginx = needed("nginx")
    (folder / "tls").mkdir()
    certificate(folder / "tls")
    plain, secure = free_port(), free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for pattern, replacement in (
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"),
        # Some machines have no IPv6.
        (r"listen \[::\]:80;", f"listen unix:{folder}/plain;"),
        (r"listen \[::\]:443 ssl", f"listen unix:{folder}/secure ssl"),
        (r"server app:5000;", f"server 127.0.0.1:{server_port};"),
        (r"/etc/nginx/tls/", f"{folder}/tls/"),
        (r"pid /run/nginx.pid;", f"pid {folder}/nginx.pid;\nuser root;"),
        (r"access_log /dev/stdout", f"access_log {folder}/access.log"),
    ):
        text, found = re.subn(pattern, replacement, text)
        assert found, pattern
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    options = ["-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    checked = subprocess.run([nginx, *options, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    service = Service([nginx, *options], secure)
    service.start()
    return Proxy(service, plain, folder)


def test_the_site_of_the_way_without_containers_reads(tmp_path: Path) -> None:
    """What deploy/README.md has one write, before a certificate is fetched for it."""
    nginx = needed("nginx")
    guide = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    written = re.search(r"<<'END'\n(limit_conn_zone.*?)\nEND\n", guide, re.DOTALL)
    assert written
    site, port = written[1], free_port()
    with started(SERVE, PROXIES="1") as (_, behind):
        for pattern, replacement in (
            (r"listen 80;", f"listen 127.0.0.1:{port};"),
            (r"listen \[::\]:80;", ""),  # some machines have no IPv6
            (r"http://127\.0\.0\.1:5000;", f"http://127.0.0.1:{behind};"),
        ):
            site, found = re.subn(pattern, replacement, site)
            assert found, pattern
        text = f"pid {tmp_path}/nginx.pid; events {{}} http {{ access_log off; {site} }}"
        (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")
        options = ["-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-g", "daemon off;"]
        checked = subprocess.run(
            [nginx, *options, "-t"], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
        service = Service([nginx, *options], port)
        service.start()
        try:
            assert json.loads(post(port, file_of(seven()))[2])["text"] == "7"
            assert post(port, bytes(7_000_000))[0] == 413
            assert get(port, "/api/metrics")[0] == 404
        finally:
            service.kill()


def test_an_ipv6_client_is_its_network() -> None:
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    patterns = [found.replace("?<", "?P<") for found in re.findall(r'"~(\^[^"]*)"', text)]
    assert len(patterns) == 2

    def network(address: str) -> str | None:
        found = next(filter(None, (re.match(pattern, address) for pattern in patterns)), None)
        return found["network"] if found else None

    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::9") == "2001:db8:1:2:"
    assert network("2001:db8::9") == "2001:db8::"
    assert network("192.0.2.7") is None


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with started(SERVE, PROXIES="1", METRICS_TOKEN="word") as (_, port):
        found = start_nginx(tmp_path_factory.mktemp("nginx"), port)
        yield found
        found.service.kill()


def problem(body: bytes) -> Any:
    found = json.loads(body)
    assert list(found) == ["type", "title", "status", "detail"]
    return found


def test_digits_are_read_through_tls(proxy: Proxy) -> None:
    status, headers, body = proxy.ask("/api/recognize", file_of(seven()), Content_Type="image/png")
    assert (status, json.loads(body)["text"]) == (200, "7")
    assert "Strict-Transport-Security" in headers
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-Id"])


def test_who_comes_without_tls_is_sent_to_it(proxy: Proxy) -> None:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.build_opener(Stay).open(f"http://localhost:{proxy.plain}/some/page?x=1")
    assert caught.value.code == 301
    assert caught.value.headers["Location"] == "https://localhost/some/page?x=1"


def test_what_is_for_few_is_not_let_through(proxy: Proxy) -> None:
    status, _, body = proxy.ask("/api/metrics", Authorization="Bearer word")
    assert (status, b"requests_total" in body) == (404, False)
    assert problem(body)["detail"] == "There is nothing at this address."


START = b"POST /api/recognize HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, b"nonsense\r\n\r\n"),
        (400, START + b"Content-Length: many\r\n\r\n"),
        (400, START + b"Host: b\r\n\r\n"),
        (400, b"GET / HTTP/1.1\r\n\r\n"),
        (404, START.replace(b"recognize", b"metrics") + b"\r\n"),
        (405, START.replace(b"POST", b"TRACE") + b"\r\n"),
        (414, START.replace(b"recognize", b"x" * 10_000) + b"\r\n"),
        (431, START + b"X-Long: " + b"x" * 10_000 + b"\r\n\r\n"),
        (501, START + b"Transfer-Encoding: chopped\r\n\r\n"),
        (505, START.replace(b"1.1", b"9.9") + b"\r\n"),
    ],
    ids=lambda value: str(value)[:3],
)
def test_what_nginx_refuses_itself_is_a_problem_of_the_usual_shape(
    proxy: Proxy, status: int, sent: bytes
) -> None:
    head, _, body = proxy.raw(sent).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nContent-Type: application/problem+json\r\n" in head
    assert b"Retry-After" not in head
    names = {line.partition(b":")[0].decode() for line in head.splitlines()}
    assert {name for name, _ in SECURE_HEADERS} | {"X-Request-Id"} <= names
    assert problem(body)["status"] == status


def test_who_speaks_no_tls_where_it_is_spoken_gets_a_problem_too(proxy: Proxy) -> None:
    answer = proxy.raw(START + b"\r\n", through_tls=False)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert problem(body)["status"] == 400


def test_who_sends_too_many_at_once_is_told_when_to_come_back(proxy: Proxy) -> None:
    sent = proxy.raw(b"GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n" * 500 + START + b"\r\n")
    head, _, body = sent.partition(b"HTTP/1.1 429 ")[2].partition(b"\r\n\r\n")
    assert b"\r\nRetry-After: 1\r\n" in head + b"\r\n"
    assert b"Too Many Requests" in body.partition(b"}")[0]


def test_the_page_is_opened_by_as_many_as_come_from_one_address(proxy: Proxy) -> None:
    """A class behind one address: what its first visit fetches is not counted."""
    asked = b"GET /favicon.svg HTTP/1.1\r\nHost: a\r\n"
    sent = proxy.raw((asked + b"\r\n") * 500 + asked + b"Connection: close\r\n\r\n")
    assert sent.count(b"HTTP/1.1 200 ") == 501


def test_a_body_that_is_too_large_is_a_problem_of_the_usual_shape(proxy: Proxy) -> None:
    status, headers, body = proxy.ask(
        "/api/recognize", bytes(7 * 1024 * 1024), Content_Type="image/png"
    )
    assert (status, headers["Content-Type"]) == (413, "application/problem+json")
    assert problem(body)["detail"] == "The body is too large."


def test_a_batch_may_be_larger(proxy: Proxy) -> None:
    images = json.dumps({"images": ["A" * 1024 * 1024] * 21}).encode()
    status, _, body = proxy.ask("/api/recognize/batch", images, Content_Type="application/json")
    assert (status, len(json.loads(body)["answers"])) == (200, 21)
    twice = images + b" " * len(images)
    status, _, body = proxy.ask("/api/recognize/batch", twice, Content_Type="application/json")
    assert (status, problem(body)["detail"]) == (413, "The body is too large.")


def test_so_is_one_through_http_2(proxy: Proxy, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(7 * 1024 * 1024))
    answer = subprocess.run(
        [
            *(needed("curl"), "--silent", "--show-error", "--http2", "--include"),
            *("--cacert", str(proxy.folder / "tls" / "fullchain.pem")),
            *("--header", "Content-Type: image/png", "--data-binary", f"@{large}"),
            f"https://localhost:{proxy.service.port}/api/recognize",
        ],
        check=True,
        capture_output=True,
        timeout=30,
    ).stdout
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/2 413")
    assert problem(body)["status"] == 413


def test_a_server_that_is_away_is_a_problem_of_the_usual_shape(
    proxy: Proxy, tmp_path: Path
) -> None:
    away = start_nginx(tmp_path, free_port())
    try:
        status, headers, body = away.ask("/api/health")
    finally:
        away.service.kill()
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")
    assert (problem(body)["status"], headers["Retry-After"]) == (503, "5")

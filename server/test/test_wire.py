"""Requests for a reading, as they come over the line, mean what they mean to gunicorn."""

import os
from collections.abc import Iterable
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="gunicorn runs on POSIX only")

if os.name == "posix":
    from gunicorn.config import Config
    from gunicorn.http import wsgi
    from gunicorn.http.parser import RequestParser

    from app import wire

    SETTINGS = Config()
    SETTINGS.set("forwarded_allow_ips", "")  # as in gunicorn.conf.py

BODY = b"the picture"
LINE = b"POST /api/recognize HTTP/1.1"
SOUND = (b"Host: localhost:5000", b"Content-Type: image/png", b"Content-Length: %d" % len(BODY))

BROWSER = (
    b"Connection: keep-alive",
    b'sec-ch-ua: "Chromium";v="156", "Not)A;Brand";v="8"',
    b"sec-ch-ua-mobile: ?0",
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
    b"Accept: */*",
    b"Origin: http://localhost:5000",
    b"Referer: http://localhost:5000/",
    b"Accept-Encoding: gzip, deflate, br, zstd",
    b"Accept-Language: de,en;q=0.9",
    b"Cookie: one=1; two=2",
    b"X-Forwarded-For: 192.0.2.1",
    b"X-Forwarded-Proto: https",
)


def request(*fields: bytes, line: bytes = LINE, sound: Iterable[bytes] = SOUND) -> bytes:
    return b"\r\n".join([line, *sound, *fields, b"", BODY])


def gunicorns(sent: bytes) -> tuple[dict[str, Any], bytes, bool]:
    """What gunicorn makes of a request: its environ's fields, its body, whether it is the last."""
    parsed = next(RequestParser(SETTINGS, iter([sent]), ("192.0.2.7", 1234)))
    _, environ = wsgi.create(parsed, None, ("192.0.2.7", 1234), ("127.0.0.1", 5000), SETTINGS)
    return environ, parsed.body.read(), parsed.should_close()


def same_as_gunicorns(sent: bytes) -> bool:
    """Whether a request is parsed; it must mean the same then."""
    parsed = wire.parse(sent)
    if parsed is None:
        return False
    environ, body, is_last = gunicorns(sent)
    fields = {name for name in environ if name.startswith("HTTP_")}
    assert parsed.environ == {name: environ[name] for name in fields | parsed.environ.keys()}
    assert (sent[parsed.head : parsed.size], parsed.is_last) == (body, is_last)
    return True


@pytest.mark.parametrize(
    "sent",
    [
        request(),
        request(*BROWSER),
        request(line=b"POST /api/recognize?include=seen,evidence HTTP/1.1"),
        request(line=b"POST /api/recognize? HTTP/1.1"),
        request(line=b"POST /api/recognize?include=se%65n&include=evidence HTTP/1.1"),
        request(b"Connection: close"),
        request(b"connection: Keep-Alive"),
        request(b"Accept:\t text/html \t", b"X-Empty:", b"X-Latin: \xe9t\xe9"),
        request() + b"POST /api/recognize HTTP/1.1\r\n",
    ],
)
def test_it_is_parsed_as_gunicorn_parses_it(sent: bytes) -> None:
    assert same_as_gunicorns(sent)


@pytest.mark.parametrize(
    "sent",
    [
        request()[:-1],
        request(b"Expect: 100-continue"),
        request(b"Transfer-Encoding: chunked"),
        request(b"Upgrade: h2c"),
        request(b"Connection: upgrade"),
        request(b"X_Name: with an underscore"),
        request(b"Content-Length: %d" % len(BODY)),
        request(b"Host: another"),
        request(b"Accept: one", b"accept: two"),
        request(b"X-Folded: one", b" two"),
        request(b"X-Space : before the colon"),
        request(b"No colon"),
        request(b"X-Null: \0"),
        request(b"X-Bare: a\nb"),
        request(b"X-Long: " + b"x" * 4094),
        request(*(b"X-%d: " % number for number in range(100))),
        request(sound=SOUND[1:]),
        request(sound=SOUND[:-1]),
        request(sound=(*SOUND[:-1], b"Content-Length: +11")),
        request(sound=(*SOUND[:-1], b"Content-Length: 1 1")),
        request(sound=(*SOUND[:-1], b"Content-Length: \xb2")),
        request(line=b"POST /api/recognize HTTP/1.0"),
        request(line=b"POST /api/recognize/batch HTTP/1.1"),
        request(line=b"POST /api/recognize#part HTTP/1.1"),
        request(line=b"POST  /api/recognize HTTP/1.1"),
        request(line=b"GET /api/recognize HTTP/1.1"),
        b"\r\n" + request(),
    ],
)
def test_whatever_is_unusual_is_left_to_gunicorn(sent: bytes) -> None:
    assert wire.parse(sent) is None


def test_a_broken_request_is_parsed_as_gunicorn_parses_it_or_not_at_all() -> None:
    """Every byte of a head once as each byte that has a meaning there, and once left out."""
    sent = request(*BROWSER[:2])
    taken = 0
    for place in range(len(sent) - len(BODY)):
        for byte in (b"", *(bytes([code]) for code in b"\0\t\n\r !#%,-:;?@AZ_az\x7f\x80\xff19")):
            taken += same_as_gunicorns(sent[:place] + byte + sent[place + 1 :])
    assert taken > 1000

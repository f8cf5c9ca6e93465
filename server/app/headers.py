"""Headers that every answer carries."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request
from werkzeug.http import parse_date

# 'wasm-unsafe-eval' lets the page compile the network that recognises without a server;
# data: and blob: are the pictures that it shows.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}

STRICT_TRANSPORT_SECURITY = "max-age=31536000"
"""Through TLS only; a proxy that ends it has to be counted in PROXIES."""

HEADERS = (*SECURITY_HEADERS.items(), ("Cache-Control", "no-store"))
"""Those that an answer gets unless it has them."""

SECURE_HEADERS = (*HEADERS, ("Strict-Transport-Security", STRICT_TRANSPORT_SECURITY))


Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


DATES = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE")
"""Where a client may name one."""


def register(app: Flask) -> None:
    """Put the headers on every answer of an application."""
    app.before_request(_ignore_impossible_dates)
    app.wsgi_app = _with_headers(app.wsgi_app)  # type: ignore[assignment, method-assign]


def _with_headers(inner: Wsgi) -> Wsgi:
    # On the list that goes out: werkzeug checks and converts each header that it is given.
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        wanted = SECURE_HEADERS if environ["wsgi.url_scheme"] == "https" else HEADERS

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            there = {name.lower() for name, _ in headers}
            missing = [header for header in wanted if header[0].lower() not in there]
            return start_response(status, headers + missing, *error)

        return inner(environ, start)

    return application


def _ignore_impossible_dates() -> None:
    """Those that are so far off that werkzeug fails at them (RFC 9110, section 13.1.3)."""
    for name in DATES:
        try:
            parse_date(request.environ.get(name))
        except OverflowError:
            del request.environ[name]

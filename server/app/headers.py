"""Headers that every answer carries."""

from flask import Flask, Response, request

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


def register(app: Flask) -> None:
    """Put the headers on every answer of an application."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    there = {name.lower() for name, _ in response.headers}
    wanted = SECURE_HEADERS if request.is_secure else HEADERS
    # At once: each look for a single one goes through all of them.
    response.headers.extend([(name, value) for name, value in wanted if name.lower() not in there])
    return response

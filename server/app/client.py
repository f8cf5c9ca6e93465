"""The built client: its page, and the files that belong to it."""

import mimetypes
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory
from werkzeug.routing import BaseConverter
from werkzeug.security import safe_join

from app.settings import ROOT

blueprint = Blueprint("client", __name__)

FOLDER = ROOT / "client" / "dist"

COMPRESSED = {"br": ".br", "gzip": ".gz"}
"""What the build has compressed, by the name of the coding, the best first."""

NOT_BUILT = "The page has not been built yet: run `npm start` in the root of the repository."

# What the operating system says of these is not to be relied on, on Windows least of all.
for _suffix, _type in (
    (".js", "text/javascript"),
    (".mjs", "text/javascript"),
    (".css", "text/css"),
    (".svg", "image/svg+xml"),
    (".wasm", "application/wasm"),
    (".woff2", "font/woff2"),
    (".webmanifest", "application/manifest+json"),
    (".onnx", "application/octet-stream"),
):
    mimetypes.add_type(_type, _suffix)


class ClientFileConverter(BaseConverter):
    """Any path but the API's, so that there a wrong method is a 405 and no missing file."""

    regex = r"(?!api(?:/|$)).+"
    part_isolating = False


@blueprint.get("/")
def page() -> Response:
    """The page: asked for again each time, so that it always names the newest assets."""
    not_built = Response(f"{NOT_BUILT}\n", HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
    return html("index.html") or not_built


def html(name: str) -> Response | None:
    """One of the build's pages; None while nothing is built."""
    return _file(name) if (FOLDER / name).is_file() else None


@blueprint.get("/<client_file:name>")
def file(name: str) -> Response:
    """A file of the client. What lies in assets/ has its content's hash in its name."""
    response = _file(name)
    if name.startswith("assets/"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _file(name: str) -> Response:
    """Answers 404 for what is not there, and 304 for what the browser has."""
    for coding, suffix in COMPRESSED.items():
        if request.accept_encodings.quality(coding) and _is_there(name + suffix):
            response = send_from_directory(FOLDER, name + suffix, mimetype=_type_of(name))
            response.headers["Content-Encoding"] = coding
            break
    else:
        response = send_from_directory(FOLDER, name)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _is_there(name: str) -> bool:
    # Not even looked for elsewhere: on Windows \\host\x asks another machine.
    path = safe_join(str(FOLDER), name)
    try:
        return path is not None and Path(path).is_file()
    except OSError:  # a name that is too long for the file system
        return False


def _type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"

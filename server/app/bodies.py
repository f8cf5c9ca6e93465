"""From a request's body, in any of its three forms, to the bytes of a picture."""

import base64
import binascii
import io
import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from app.overload import now
from app.problems import ProblemError

ENVELOPE = 16 * 1024
"""Bytes for what surrounds a picture: JSON's braces, a data URL's head, multipart's boundaries."""

BASE64_GROWTH = 4 / 3 * 1.05
"""How much longer a picture is in JSON: base64, and line breaks or escaped slashes within it."""

MOST_SIGNS = 30_000
"""Of what a value in JSON begins with, or follows: commas and opening brackets. With each of its
pictures a batch has one in a data URL and one behind it, and no batch may be set to have more than
10,000 pictures. As objects of Python's, values can take thirty times their bytes, and seconds."""

MOST_PARTS = 100

DATA_URL = re.compile(r"data:([^,]*),", re.IGNORECASE)
URL_SAFE = bytes.maketrans(b"-_", b"+/")
WHITESPACE = b" \t\r\n\f"

ESCAPES = {
    "%2B": "+", "%2b": "+", "%2F": "/", "%2f": "/", "%3D": "=", "%3d": "=",
    "%0D": "\r", "%0d": "\r", "%0A": "\n", "%0a": "\n", "%20": " ",
}  # fmt: skip
"""What of base64 may be escaped in a URL. `unquote` would make an object of each piece between:
of a body that is little else, forty times its bytes."""

FORMS = (
    'JSON {"image": "data:image/png;base64,…"} as application/json, multipart/form-data with a '
    "file named image, or the picture itself with its image/… content type"
)

BATCH_FORMS = (
    'JSON {"images": ["data:image/png;base64,…", …]} as application/json, or multipart/form-data '
    "with files named image"
)


class UploadRequest(Request):
    """A request whose uploaded files stay in memory: they are small, and nobody else's business."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()

    def make_form_data_parser(self) -> FormDataParser:
        """One that raises ValueError for what is no whole form, in place of finding it empty."""
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser


def picture_bytes(request: UploadRequest, max_bytes: int) -> bytes:
    """The picture file in a request's body; the body is not read when its length is too great.

    max_bytes: the most that the file may have; around it, and for base64, there is room beside
    Raises RequestEntityTooLarge for a file or a body that is too long, and ProblemError: 400 for
    a body that cannot be parsed or breaks off, 408 for one that comes too slowly, 413 for a form
    that is too long or JSON of too many values, 415 for a content type that is none of `FORMS`,
    422 for a body with no picture in it.
    """
    if request.mimetype == "application/json":
        data = _from_json(request, max_bytes)
    elif request.mimetype == "multipart/form-data":
        data = _from_form(request, max_bytes)
    elif request.mimetype.startswith("image/"):
        data = _read(request, max_bytes)
    else:
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send {FORMS}.")
    if len(data) > max_bytes:
        raise RequestEntityTooLarge
    return data


def batch_bytes(request: UploadRequest, max_bytes: int, max_pictures: int) -> list[bytes | str]:
    """The pictures in a request's body: files as bytes, those of JSON as the text that holds them.

    max_bytes: the most that all of them may have together; max_pictures: how many they may be
    Raises ProblemError like `picture_bytes`, 413 for all that is too long.
    """
    pictures: list[bytes | str]
    if request.mimetype == "application/json":
        try:
            message = json_body(request, max_bytes)
        except RequestEntityTooLarge:
            raise _too_large(
                f"All pictures of a batch together may have at most {max_bytes:,} bytes."
            ) from None
        images = message.get("images") if isinstance(message, dict) else None
        if not isinstance(images, list) or not all(isinstance(image, str) for image in images):
            raise _unusable('The JSON must be an object with a list of strings, "images".')
        pictures = images
    elif request.mimetype == "multipart/form-data":
        pictures = list(_files_of_form(request, max_bytes, max_pictures + MOST_PARTS))
    else:
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send {BATCH_FORMS}.")
    if not pictures:
        raise _unusable("There are no pictures in the batch.")
    if len(pictures) > max_pictures:
        raise _too_large(
            f"A batch may have at most {max_pictures:,} pictures, not {len(pictures):,}."
        )
    return pictures


def _read(request: Request, most: int) -> bytes:
    # A body without a Content-Length is cut at the limit in silence, hence one byte more.
    request.max_content_length = most + 1
    with _reading():
        data = request.get_data(cache=False)
    if len(data) > most:
        raise RequestEntityTooLarge
    return data


@contextmanager
def _reading() -> Iterator[None]:
    """A body that breaks off or is framed wrongly fails in the server's own ways, all of them the
    client's doing."""
    try:
        yield
        _check_expired()
    except (HTTPException, ProblemError):
        _check_expired()
        raise
    except Exception as error:
        _check_expired()
        raise _bad(f"The body cannot be read: {type(error).__name__}.") from error


def _check_expired() -> None:
    """What came too slowly has been cut off, and looks like a body that broke off."""
    if now.expired:
        raise ProblemError(HTTPStatus.REQUEST_TIMEOUT, "The body came too slowly.") from None


def _bad(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, detail)


def _unusable(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _too_large(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def _files_of_form(request: UploadRequest, max_bytes: int, most_parts: int) -> list[bytes]:
    if not request.mimetype_params.get("boundary"):
        raise _bad("The multipart body's content type names no boundary.")
    request.max_content_length = request.max_form_memory_size = max_bytes + ENVELOPE
    request.max_form_parts = most_parts
    try:
        with _reading():
            try:
                return [file.read() for file in request.files.getlist("image")]
            except ValueError:
                raise _bad(
                    "The body is no whole form: it breaks off, or its boundary is not the one that "
                    "the content type names."
                ) from None
    except RequestEntityTooLarge:  # it does not say of what there is too much
        raise _too_large(
            f"A form may have at most {most_parts:,} parts and {max_bytes:,} bytes in all."
        ) from None


def _from_form(request: UploadRequest, max_bytes: int) -> bytes:
    files = _files_of_form(request, max_bytes, MOST_PARTS)
    if len(files) == 1:
        return files[0]
    if files:
        raise _unusable("Send one file named image, not several.")
    if "image" in request.form:
        raise _unusable("The part named image is text: send it as a file, with a file name.")
    raise _unusable("The form has no file named image.")


def json_body(request: Request, max_bytes: int) -> Any:
    """A request's body as JSON that may hold one picture of so many bytes.

    Raises RequestEntityTooLarge for what is too long, and ProblemError: 400 for what is not JSON,
    408 for what comes too slowly, 413 for too many values, 415 for another type.
    """
    if request.mimetype != "application/json":
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON as application/json.")
    return _parse_json(_read(request, math.ceil(max_bytes * BASE64_GROWTH) + ENVELOPE))


def picture_of_text(image: str, max_bytes: int) -> bytes:
    """The picture file in a data URL or in base64.

    Raises RequestEntityTooLarge for a file that is too long, and ProblemError 400 where the text
    is neither.
    """
    data = _from_base64(_data_of_url(image.strip()))
    if len(data) > max_bytes:
        raise RequestEntityTooLarge
    return data


def picture_of_json(body: bytes, max_bytes: int) -> bytes:
    """The picture file in a body of JSON. Raises like `picture_bytes`."""
    return _picture_of_message(_parse_json(body), max_bytes)


def _from_json(request: Request, max_bytes: int) -> bytes:
    return _picture_of_message(json_body(request, max_bytes), max_bytes)


def _picture_of_message(message: Any, max_bytes: int) -> bytes:
    if not isinstance(message, dict) or "image" not in message:
        raise _unusable('The JSON must be an object with a field "image".')
    image = message["image"]
    if not isinstance(image, str):
        raise _unusable('The field "image" must be a string: a data URL, or base64.')
    return picture_of_text(image, max_bytes)


def _parse_json(body: bytes) -> Any:
    """JSON is UTF-8 whatever the content type's charset says (RFC 8259, section 8.1)."""
    _check_signs(body)
    try:
        return DECODER.decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _bad("The body is not JSON in UTF-8.") from None


def _check_signs(body: bytes) -> None:
    """Refuse JSON of more values than any request has."""
    left = MOST_SIGNS
    if len(body) <= left:
        return
    for sign in (b",", b"[", b"{"):
        # In a body that is a picture this takes a fifth of the time of `count`.
        at = body.find(sign)
        while at >= 0:
            left -= 1
            if left < 0:
                raise _too_large(
                    f"JSON may have at most {MOST_SIGNS:,} commas and opening brackets."
                )
            at = body.find(sign, at + 1)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def _data_of_url(image: str) -> str:
    """What follows a data URL's comma (RFC 2397); bare base64 comes back as it is."""
    match = DATA_URL.match(image)
    if match is None:
        return image
    if not match[1].lower().rstrip().endswith(";base64"):
        raise _bad("A data URL must say that it is base64: data:image/png;base64, and the data.")
    data = image[match.end() :]
    if "%" in data:
        for escape, sign in ESCAPES.items():
            data = data.replace(escape, sign)
    return data


def _from_base64(text: str) -> bytes:
    """Decode base64, also of the URL-safe alphabet, without its padding, or broken into lines."""
    try:
        characters = text.encode("ascii").translate(URL_SAFE, WHITESPACE).rstrip(b"=")
        padding = b"=" * (-len(characters) % 4)
        return base64.b64decode(characters + padding, validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise _bad("The image is neither a data URL nor base64.") from None

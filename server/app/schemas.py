"""What the API takes and answers, as types: routes are checked against them, and the OpenAPI
document is made from them."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NotRequired

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    with_config,
)
from typing_extensions import TypedDict


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 7.0 is 7."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _text(value: Any) -> Any:
    """Pydantic takes numbers for moments too, also in a string."""
    if not (isinstance(value, str) and DATE_AND_TIME.match(value)):
        raise ValueError("a moment is a string as in RFC 3339")
    return value


def _in_utc(value: datetime) -> datetime:
    """The first and the last day that can be told may be out of UTC's reach."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a moment lies between the years 1 and 9999") from None


Fraction = Annotated[float, Field(ge=0, le=1)]
DigitNumber = Annotated[int, Field(ge=0, le=9, strict=True), BeforeValidator(_whole)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_in_utc)]
Closed = ConfigDict(extra="forbid", use_attribute_docstrings=True)

DATE_AND_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}")
"""What a moment begins with; the rest is Pydantic's."""

KEY = "[A-Za-z0-9_-]{16,64}"
"""What names a correction."""

PRINTABLE = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]"
"""PostgreSQL keeps no zero bytes, and no name has control characters or breaks its line."""

EXAMPLE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABwAAAAcCAAAAABXZoBIAAAAZUlEQVR42s"
    "2SQQ6AMAgEt8Yv4iPxkXixlV3CwVs5USYDhHQE+jiwGTxnMnI1/pi+ShdsddBwwN+0QsBmWmbe+LoW01"
    "IJ/cQKs6jQ0zoFkqiQRIEsCmSRoYh6IaPXCL6d9XCD3/cAYAQdGQZ/5+oAAAAASUVORK5CYII="
)
"""A seven of 28×28 pixels."""


@with_config(Closed)
class Digit(TypedDict):
    """A digit that was read."""

    digit: DigitNumber
    confidence: Fraction
    """Calibrated: of the digits read with 0.9, nine in ten are right."""
    is_digit: Fraction
    """How much it looks like a digit at all; below a half it is none, and `digit` a guess."""
    probabilities: Annotated[list[Fraction], Field(min_length=10, max_length=10)]
    """Of each digit from 0 to 9."""
    box: Annotated[list[int], Field(min_length=4, max_length=4)]
    """Left, top, right and bottom of the ink, in pixels of the picture as its EXIF turns it."""
    seen: NotRequired[str]
    """With `include=seen`: the 28×28 picture that the network saw, as the data URL of a PNG."""
    evidence: NotRequired[list[list[list[float]]]]
    """With `include=evidence`: for each digit 7×7 numbers, what speaks for it and against it."""
    frame: NotRequired[Annotated[list[float], Field(min_length=4, max_length=4)]]
    """With either: the square that `seen` and `evidence` show, as `box`; it may reach beyond."""


@with_config(Closed)
class Answer(TypedDict):
    """What was read on a picture."""

    text: str
    """The digits, left to right; empty where nothing is drawn."""
    digits: list[Digit]
    model: str
    """Name and version of the model, e.g. "digits 1.0.0"."""
    engine: str
    """What ran it: "torch", "openvino" or "onnx"."""
    elapsed_ms: Annotated[float, Field(ge=0)]
    """Milliseconds that decoding and recognising took."""


@with_config(Closed)
class Problem(TypedDict):
    """Why a request cannot be answered (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    """The status's own phrase."""
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    """One sentence for the person who sent the request."""


@with_config(Closed)
class BatchReading(TypedDict):
    """What was read on one picture of a batch."""

    text: str
    digits: list[Digit]


@with_config(Closed)
class BatchProblem(TypedDict):
    """Why one picture of a batch could not be read."""

    problem: Problem


@with_config(Closed)
class BatchAnswer(TypedDict):
    """What was read on the pictures of a batch, in their order."""

    answers: list[BatchReading | BatchProblem]
    model: str
    engine: str
    elapsed_ms: Annotated[float, Field(ge=0)]


@with_config(Closed)
class Health(TypedDict):
    """That the server can recognise, and with what."""

    status: Literal["ok"]
    model: str
    engine: str


@with_config(Closed)
class Kept(TypedDict):
    """A correction that is kept."""

    key: str


class PictureBody(BaseModel):
    """A picture in JSON."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    image: Annotated[str, Field(json_schema_extra={"format": "picture"}, examples=[EXAMPLE])]
    """A data URL, or base64, of a PNG, JPEG, WebP, GIF or BMP."""


class BatchBody(BaseModel):
    """Pictures in JSON."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    images: Annotated[list[str], Field(min_length=1, examples=[[EXAMPLE, EXAMPLE]])]
    """Each a data URL, or base64; one that is no picture spoils none of the others."""


class CorrectionBody(BaseModel):
    """What a drawing was, as a client sends it."""

    model_config = Closed

    key: Annotated[str, Field(pattern=f"^{KEY}$", examples=["3f1c9a0e5b7d42869c1e0d2f4a6b8c7e"])]
    """The client's own name for this correction, used for no other one."""
    image: Annotated[str, Field(json_schema_extra={"format": "picture"}, examples=[EXAMPLE])]
    """The picture: a data URL, or base64."""
    read: Annotated[DigitNumber | None, Field(examples=[1])]
    """What was read; null for "not a digit"."""
    was: Annotated[DigitNumber | None, Field(examples=[7])]
    """What it was; null for no digit at all."""
    model: Annotated[
        str, Field(max_length=100, pattern=f"^{PRINTABLE}*$", examples=["digits 1.0.0"])
    ]
    """What had read it, e.g. "digits 1.0.0"."""
    made: Annotated[Moment, Field(examples=["2026-01-02T12:00:00Z"])]
    """When the person said so."""
    consent: Annotated[Literal[True], Field(examples=[True])]
    """Whether the person agrees to its being kept: nothing is kept otherwise."""

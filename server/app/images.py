"""From the bytes of a picture file to grey, and back to a small PNG."""

import base64
import io
import logging
import math
import re
import struct
import threading
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from http import HTTPStatus

import numpy as np
from kornia_rs.io import decode_image_png_u8
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from app.canvas import extent, grey_of_canvas, is_opaque
from app.problems import ProblemError
from app.together import make_way
from model.grey import Levels, grey_of
from model.pixels import UPRIGHT, loaded, orientation_of

logger = logging.getLogger(__name__)


class DamagedError(ProblemError):
    """A picture of a format that is read here, which cannot be read to its end."""

    def __init__(self, pixels: int) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, "The picture is damaged or incomplete.")
        self.pixels = pixels
        """How many were looked for; 0 where its header cannot be read."""


class TooManyPixelsError(ProblemError):
    """A picture that has more pixels than it may have."""

    def __init__(self, most: int, width: int, height: int) -> None:
        detail = f"A picture may have at most {most:,} pixels, not {width:,} × {height:,}."
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


Grey = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
SUPPORTED = "PNG, JPEG, WebP, GIF and BMP"

ENOUGH = 120
"""Pixels along the shorter side: where there are twice as many, squares of them are averaged, as
the model does anyway (`model.resampling.shrink`). Here, before colours are looked at, it costs
least."""

LARGE = 48
"""Pixels along the longer side of what is drawn, of those that are left: with half of them there
is still more than one for each of the 20 that the network sees."""

LONGEST = 512
"""Pixels along the longer side: strips are averaged until they are no longer."""

LARGEST_SIDE = 32_767
"""In pixels; no camera or canvas makes a longer side, but crafted files do."""

MOST_JPEG_SCANS = (100, 32)
"""Of pictures of up to `LARGE_JPEG` pixels, and of larger ones. A progressive JPEG has about ten,
and a camera's file may hold a second picture. Each one costs a pass over the whole picture, however
small it is in the file
(https://libjpeg-turbo.org/pmwiki/uploads/About/TwoIssueswiththeJPEGStandard.pdf).
"""

LARGE_JPEG = 4_000_000

JPEG_MARKER = re.compile(rb"\xff(\xd9|[\xc0-\xcf\xda-\xfe](?=(..)))", re.DOTALL)
"""A JPEG's marker that ends it, or that says how much belongs to it, and that length
(https://www.w3.org/Graphics/JPEG/itu-t81.pdf, table B.1). Others, such as those that decoders pass
over within a scan, must not be believed to have one: scans could hide behind them."""

MOST_JPEG_MARKERS = 2000
"""A camera's file has a hundred."""

PNG_HEAD = struct.Struct(">8sI4sIIBB3s")
"""What a PNG begins with: signature, length and name of the first chunk, width, height, bits a
band, type of colour, and how it is compressed, filtered and interlaced
(https://www.w3.org/TR/png-3/#11IHDR)."""

PNG_BEGINS = (b"\x89PNG\r\n\x1a\n", 13, b"IHDR")

PLAIN_PNG = {0: "mono", 2: "rgb", 6: "rgba"}
"""PNGs of eight bits a band, by their type of colour, and what kornia-rs calls them, which decodes
what a canvas holds in a sixteenth of Pillow's time."""

PILLOWS = {1: "L", 3: "RGB", 4: "RGBA"}
"""What Pillow calls them, by the number of their bands."""

PLAIN_PNG_PIXELS = 1_000_000
"""Of larger ones there would be several copies in memory at once."""

NOT_PLAIN = (b"tRNS", b"eXIf", b"acTL", b"iCCP", b"Raw profile type", b"XML:com.adobe.xmp")
"""Of what a PNG may hold beside its pixels, that which changes how it looks, or becomes large."""

BMP_RUN_LENGTHS = (1, 2)
"""Compressions of BMP that nobody writes and that take Pillow seconds, pixel by pixel."""

OTHER_FORMATS = (
    (4, b"ftyp"),  # HEIC, AVIF
    (0, b"II*\x00"),  # TIFF
    (0, b"MM\x00*"),
    (0, b"\x00\x00\x01\x00"),  # ICO
    (0, b"\x00\x00\x00\x0cjP"),  # JPEG 2000
    (0, b"\x00\x00\x00\x0cJXL"),
    (0, b"\xff\x0a"),  # JPEG XL
    (0, b"8BPS"),  # Photoshop
    (0, b"%PDF"),
    (0, b"<svg"),
    (0, b"<?xml"),
)
"""Offset and first bytes of pictures that people have but that are not read here."""

LYING = (5, 6, 7, 8)
"""The EXIF orientations in which width and height change places."""

LEFT_OUT: dict[int, Callable[[float, float], tuple[float, float]]] = {
    2: lambda right, bottom: (right, 0.0),
    3: lambda right, bottom: (right, bottom),
    4: lambda right, bottom: (0.0, bottom),
    5: lambda right, bottom: (0.0, 0.0),
    6: lambda right, bottom: (bottom, 0.0),
    7: lambda right, bottom: (bottom, right),
    8: lambda right, bottom: (0.0, right),
}
"""By EXIF orientation: what comes to the left and to the top, of what lies at the right and at the
bottom in the file."""

QUICK = 1_000_000
"""Pixels of a file up to which others need not be served elsewhere meanwhile: a file of 38 bytes
can have 25 times as many."""

MOST_WEBP_PIXELS = 12_500_000
"""A camera has 12 million; WebP's decoder holds a picture four times."""

LARGE_FILE = 4_000_000
"""Pixels of files of which a process decodes one at a time: it takes some hundred megabytes. A JPEG
takes less, being decoded at a fraction of its size."""

_large = threading.Lock()

# Pillow warns of damage that it can live with, once for each upload; what it cannot live with it
# raises.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True)
class Picture:
    """A decoded picture, upright."""

    grey: Grey
    """(H, W) 0 = black, 1 = white; no side longer than `LONGEST`."""
    size: tuple[int, int]
    """Width and height in pixels before it was averaged."""
    scale: tuple[float, float]
    """How many pixels of the original a pixel of `grey` stands for, across and down."""
    left_out: tuple[float, float] = (0.0, 0.0)
    """How many of the original's pixels are left out on the left and at the top."""

    def in_original(self, edges: tuple[float, float, float, float]) -> list[float]:
        """Turn left, top, right, bottom in pixels of `grey` to those in pixels of the original."""
        places = zip(edges, self.scale * 2, self.left_out * 2, strict=True)
        return [round(edge * by + left_out, 2) for edge, by, left_out in places]

    def box_in_original(self, box: Box) -> Box:
        """Like `in_original`, as whole pixels of the original that hold all of the ink."""
        (across, down), (beside, above) = self.scale, self.left_out
        left, top, right, bottom = box
        return (
            math.floor(left * across + beside),
            math.floor(top * down + above),
            min(math.ceil(right * across + beside), self.size[0]),
            min(math.ceil(bottom * down + above), self.size[1]),
        )


def decode(data: bytes, max_pixels: int, keep: int | None = None) -> Picture:
    """Decode a picture file, turned upright and averaged to the pixels that are needed.

    data: a file in one of `FORMATS`; of an animation the first frame is read
    max_pixels: the most pixels it may have; looked up in its header before it is decoded
    keep: pixels along the shorter side that are kept at least, where there are so many; None keeps
        those that a reading takes
    Raises ProblemError: 422 for no bytes or no pixels, 400 for what is no picture, 400 as
    DamagedError for a damaged one, 413 for too many pixels, 415 for another format.
    """
    if not data:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The picture is empty: it has no bytes."
        )
    least = keep or ENOUGH
    pixels = _plain_png(data, max_pixels)
    picture = _of_file(data, max_pixels, least) if pixels is None else _of_pixels(pixels, least)
    if keep is None and _is_drawn_large(picture.grey):
        across, down = picture.scale
        twice = (2 * across, 2 * down)
        return Picture(_halved(picture.grey), picture.size, twice, picture.left_out)
    return picture


def _of_file(data: bytes, max_pixels: int, least: int) -> Picture:
    """Like `decode`, by Pillow. least: pixels along the shorter side"""
    image = _open(data)
    _check_size(image, max_pixels)
    _check_cost(image, data)
    size = image.size
    if size[0] * size[1] > QUICK:
        make_way()
    is_large = size[0] * size[1] > LARGE_FILE and image.format not in ("JPEG", "MPO")
    with _large if is_large else nullcontext():
        image, orientation = _load(image)
        decoded = image.size
        factor = _factor(decoded, least)
        grey = grey_of(image, factor)
    by = size[0] / decoded[0], size[1] / decoded[1]
    scale = by[0] * factor, by[1] * factor
    # What squares do not fill is left out at the right and at the bottom, as they are in the file.
    right, bottom = decoded[0] % factor * by[0], decoded[1] % factor * by[1]
    left_out = LEFT_OUT[orientation](right, bottom) if orientation in UPRIGHT else (0.0, 0.0)
    if orientation in UPRIGHT:
        grey = np.asarray(Image.fromarray(grey).transpose(UPRIGHT[orientation]))
    if orientation in LYING:
        size, scale = size[::-1], scale[::-1]
    return Picture(_as_fractions(grey), size, scale, left_out)


def _of_pixels(pixels: Pixels, least: int) -> Picture:
    """Like `_of_file`, of (H, W, bands)."""
    height, width, bands = pixels.shape
    factor = _factor((width, height), least)
    grey = grey_of_canvas(pixels, factor) if bands == 4 else None
    if grey is None:
        grey = _as_fractions(_grey_pixels(pixels, factor))
    return Picture(grey, (width, height), (factor, factor))


def _is_drawn_large(grey: Grey) -> bool:
    """Whether half the pixels along each side are enough, with which reading takes three quarters
    of the time: a sheet that is even up to its edges holds something large.

    What is on it is in one piece from left to right and from top to bottom, and so no small digit
    with a dot far from it. Grain and shadows reach from edge to edge. What is fainter than half of
    the darkest, such as a stain, does not make the digit on it large.
    """
    if min(grey.shape) < ENOUGH:
        return False
    ink = np.abs(grey - grey[0, 0])
    longer = 0
    for profile in (ink.max(0), ink.max(1)):
        inked = profile > 0
        first, end = extent(inked)
        if (inked[0] and inked[-1]) or not inked[first:end].all():
            return False
        first, end = extent(profile > 0.5 * profile.max())
        longer = max(longer, end - first)
    return longer >= LARGE


def _halved(grey: Grey) -> Grey:
    """The mean of every square of two by two pixels."""
    height, width = (side - side % 2 for side in grey.shape)
    rows = grey[0:height:2, :width] + grey[1:height:2, :width]
    halved: Grey = (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)
    return halved


def png(grey: Grey) -> bytes:
    """A grey picture, (H, W) 0..1, as a PNG of 256 levels."""
    levels = np.rint(grey * 255).clip(0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def png_data_url(grey: Grey) -> str:
    """Like `png`, as a data URL."""
    return "data:image/png;base64," + base64.b64encode(png(grey)).decode("ascii")


def _open(data: bytes) -> Image.Image:
    """Read the header."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        if any(data.startswith(start, offset) for offset, start in OTHER_FORMATS):
            raise ProblemError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                f"Pictures of this format are not read here; {SUPPORTED} are.",
            ) from None
        raise ProblemError(
            HTTPStatus.BAD_REQUEST, f"This is no picture, or a damaged one; {SUPPORTED} are read."
        ) from None
    except Image.DecompressionBombError:
        raise _too_large("fewer pixels") from None
    except Exception as error:  # see _load
        logger.debug("damaged picture: %r", error)
        raise DamagedError(0) from None


def _check_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The picture has no pixels.")
    if width * height > max_pixels:
        raise TooManyPixelsError(max_pixels, width, height)
    if max(width, height) > LARGEST_SIDE:
        raise _too_large(f"sides of at most {LARGEST_SIDE:,} pixels, not {width:,} × {height:,}")


def _check_cost(image: Image.Image, data: bytes) -> None:
    """Refuse what is within the limits of size and yet takes very long, or much, to decode."""
    if image.format == "WEBP" and image.width * image.height > MOST_WEBP_PIXELS:
        raise _too_large(f"at most {MOST_WEBP_PIXELS:,} pixels as a WebP")
    most_scans = MOST_JPEG_SCANS[image.width * image.height > LARGE_JPEG]
    if image.format in ("JPEG", "MPO") and _has_more_scans(data, most_scans):
        raise _too_large(f"at most {most_scans} scans as a JPEG of its size")
    if image.info.get("compression") in BMP_RUN_LENGTHS:
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Compressed BMP is not read here; {SUPPORTED} are."
        )


def _has_more_scans(data: bytes, most: int) -> bool:
    """Whether a JPEG has more than `most` scans."""
    # What follows the picture, such as a film of the moment, holds the same bytes by chance.
    if data.count(b"\xff\xda") <= most:
        return False
    scans = place = 0
    for _ in range(MOST_JPEG_MARKERS):
        marker = JPEG_MARKER.search(data, place)
        if marker is None or marker[1] == b"\xd9":
            return False
        scans += marker[1] == b"\xda"
        if scans > most:
            return True
        place = marker.end() + int.from_bytes(marker[2])
    return True


def _too_large(allowed: str) -> ProblemError:
    return ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A picture may have {allowed}.")


def _plain_png(data: bytes, max_pixels: int) -> Pixels | None:
    """(H, W, bands) of a PNG that is nothing but its pixels.

    None of other files, and of those that are too large or damaged: Pillow reads what can be read
    of them.
    """
    if len(data) < PNG_HEAD.size:
        return None
    *begin, width, height, bits, colour, ways = PNG_HEAD.unpack_from(data)
    if (
        tuple(begin) != PNG_BEGINS
        or (bits, ways) != (8, bytes(3))
        or colour not in PLAIN_PNG
        or not 0 < width * height <= min(max_pixels, PLAIN_PNG_PIXELS)
        or max(width, height) > LARGEST_SIDE
        or any(chunk in data for chunk in NOT_PLAIN)
    ):
        return None
    try:
        pixels: Pixels = decode_image_png_u8(data, (height, width), PLAIN_PNG[colour])
    except Exception as error:  # it has no narrower one for a damaged file
        logger.debug("not decoded by kornia-rs: %r", error)
        return None
    return pixels


def _grey_pixels(pixels: Pixels, factor: int) -> Levels:
    """Like `grey_of`, of (H, W, bands); returns (H, W)."""
    height, width, bands = pixels.shape
    if factor == 1 and bands < 4:
        first: Pixels = pixels[:, :, 0]
        # What our page posts is grey in three bands.
        if all(pixels[:, :, band].tobytes() == first.tobytes() for band in range(1, bands)):
            return first
    mode = "RGBX" if bands == 4 and is_opaque(pixels) else PILLOWS[bands]
    image = Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)
    return grey_of(image, factor)


def _load(image: Image.Image) -> tuple[Image.Image, int]:
    """Decode the pixels; returns them in a mode that `grey_of` takes, and the EXIF orientation.

    Whatever Pillow's parsers raise on crafted bytes (OSError, SyntaxError, ValueError,
    struct.error, IndexError, KeyError, MemoryError …) means the same: the picture is damaged.
    """
    pixels = image.width * image.height
    try:
        # A JPEG can be decoded at 1/2, 1/4 or 1/8 for a fraction of the time.
        image.draft(None, (LONGEST, LONGEST))
        plain = loaded(image)
    except Exception as error:
        logger.debug("damaged picture: %r", error)
        raise DamagedError(pixels) from None
    return plain, orientation_of(image)


def _factor(size: tuple[int, int], least: int) -> int:
    """The side of the squares that are averaged, in pixels."""
    return max(1, min(size) // least, math.ceil(max(size) / LONGEST))


def _as_fractions(grey: Levels) -> Grey:
    fractions: Grey = np.multiply(grey, np.float32(1 / 255), dtype=np.float32)
    return fractions

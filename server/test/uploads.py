"""Pictures as files, sound and broken, the way people and their programs send them."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from app.images import decode

PIXELS = 25_000_000
"""As many as the server decodes by default."""

SEVEN = [(110, 90), (270, 90), (180, 310)]


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """A picture saved in a format."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def grey(image: Image.Image, kind: str = "PNG", **options: object) -> np.ndarray:
    """What the server sees of a picture that is saved in a format."""
    return decode(file_of(image, kind, **options), PIXELS).grey


def drawing(*points: tuple[int, int], ink: Any = "black", paper: Any = "white") -> Image.Image:
    """One stroke on a 384×384 RGB sheet; without points an empty one."""
    image = Image.new("RGB", (384, 384), paper)
    if points:
        ImageDraw.Draw(image).line(points, fill=ink, width=24, joint="curve")
    return image


def seven(**colours: Any) -> Image.Image:
    """A clear seven."""
    return drawing(*SEVEN, **colours)


def zero() -> Image.Image:
    """A clear zero."""
    image = drawing()
    ImageDraw.Draw(image).ellipse((110, 70, 270, 310), outline="black", width=24)
    return image


def one() -> Image.Image:
    """A clear one."""
    return drawing((192, 70), (192, 310))


def stroke(size: tuple[int, int], ink: Any, paper: Any, mode: str = "RGB") -> Image.Image:
    """A sheet whose left quarter is ink."""
    image = Image.new(mode, size, paper)
    image.paste(ink, (0, 0, size[0] // 4, size[1]))
    return image


def noise(mode: str, size: tuple[int, int] = (24, 20)) -> Image.Image:
    """Levels by chance."""
    levels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 4), np.uint8)
    return Image.fromarray(levels, "RGBA").convert(mode)


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png_claiming(width: int, height: int, *more: bytes) -> bytes:
    """A PNG whose header claims a size, with nothing much behind it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(more) + data + chunk(b"IEND", b"")
    )

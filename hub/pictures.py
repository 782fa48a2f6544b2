"""Pictures made anew from their pixels, so that nothing else of the file is kept. The one module around Pillow.

What a camera writes beside the pixels (where and when, by which device, a preview of what was cut away) goes, and with it
whatever hides behind a picture. Colour profiles go too: every picture is then sRGB, at worst a little paler.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Callable
from typing import Final

from PIL import Image, JpegImagePlugin, PngImagePlugin

from hub.errors import BadInput
from hub.rules.uploads import JPEG, MOST_PIXELS, PNG
from hub.vocabulary import marked as _

QUALITY = 88
"""Of a JPEG; above it files grow and nobody sees why."""

Image.MAX_IMAGE_PIXELS = None  # We ask ourselves, before anything is decoded, and refuse instead of warning.

BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError, struct.error, zlib.error)
"""What Pillow raises at one broken file or another."""

READERS: Final[dict[str, Callable[[io.BytesIO], Image.Image]]] = {
    JPEG.media_type: JpegImagePlugin.JpegImageFile,
    PNG.media_type: PngImagePlugin.PngImageFile,
}
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By the orientation of the file (Exif 2.32, 4.6.4): what makes the picture stand upright."""

_one_at_a_time = threading.Lock()
"""A decoded picture may take 200 MB: several at once would fill a small server."""


class BadPicture(BadInput):
    """The picture cannot be read, is too large, or is of another type than was said."""

    code = "bad_picture"
    message = _(
        "The picture cannot be read: it is damaged, or has more than 50 million pixels. Please choose another one."
    )


def clean(content: bytes, media_type: str, *, largest: int | None = None) -> bytes:
    """The same picture in the same type, JPEG or PNG, upright and without anything but its pixels.

    With `largest`, in pixels, a larger one is made smaller until it fits on both sides. Raises BadPicture.
    """
    reader = READERS.get(media_type)
    if reader is None:
        raise BadPicture
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a strange note in the file; it is left out anyway
        try:
            with reader(io.BytesIO(content)) as image:
                return _written(_plain(image, largest), media_type)
        except BROKEN as error:
            raise BadPicture from error


def _plain(image: Image.Image, largest: int | None) -> Image.Image:
    """Its pixels alone, upright and small enough."""
    if image.width * image.height > MOST_PIXELS:
        raise BadPicture
    if largest:
        image.draft(None, (largest, largest))  # a JPEG is decoded at half, a quarter, an eighth, if that suffices
    image.load()
    turn = TURNS.get(_orientation(image))
    plain = _in_usual_colours(image)
    if largest:
        plain.thumbnail((largest, largest))
    return plain.transpose(turn) if turn is not None else plain


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ORIENTATION)
    except BROKEN:  # notes that cannot be read spoil no picture
        return 1
    return value if isinstance(value, int) else 1


def _in_usual_colours(image: Image.Image) -> Image.Image:
    """A picture that every browser shows: grey or of three colours, with a see-through part where it had one."""
    if image.mode.startswith("I"):  # sixteen bits of grey
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    see_through = image.mode in {"LA", "RGBA", "PA"} or "transparency" in image.info
    if image.format == "PNG" and see_through:
        plain = image.convert("RGBA")
    else:
        plain = image.convert("L" if image.mode in {"1", "L"} else "RGB")
    plain.info = {}  # what the writer would otherwise carry over
    return plain


def _written(plain: Image.Image, media_type: str) -> bytes:
    out = io.BytesIO()
    if media_type == PNG.media_type:
        plain.save(out, "PNG", optimize=False)
    else:
        plain.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()

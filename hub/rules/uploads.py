"""Which files people may attach: PDF, JPEG and PNG, told by their content; the name has only to agree.

Nothing is decoded here. A file that passes is still a stranger's: it is sent on as a download, under a media type of ours.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import BadInput

LONGEST_NAME = 100
MOST_PIXELS = 50_000_000
"""A picture of more would take 200 MB of whoever opens it; telephones make up to this many."""
NAMELESS = "soubor"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that is taken: how it is called on the web, and its extensions, the usual one first."""

    media_type: str
    extensions: tuple[str, ...]


PDF = FileKind("application/pdf", ("pdf",))
JPEG = FileKind("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
PNG = FileKind("image/png", ("png",))
EXTENSIONS = {extension: kind for kind in (PDF, JPEG, PNG) for extension in kind.extensions}


class Reason(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_EXTENSION = "wrong_extension"
    IMAGE_BOMB = "image_bomb"


class Refused(BadInput):
    """The file is not taken, for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__()
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Accepted:
    """What may be kept: the name to show and to give back, always with an extension of its kind."""

    name: str
    kind: FileKind


def check(name: str, content: bytes, largest: int) -> Accepted:
    """Take or refuse a file by its name and content; `largest` is in bytes. Raises Refused."""
    if not content:
        raise Refused(Reason.EMPTY)
    if len(content) > largest:
        raise Refused(Reason.TOO_LARGE)
    kind, name = kind_of(content), clean_name(name)
    parts = [part.strip().lower() for part in name.split(".")[1:]]
    if kind is None:
        claimed = any(part in EXTENSIONS for part in parts)
        raise Refused(Reason.WRONG_EXTENSION if claimed else Reason.UNKNOWN_TYPE)
    extension = _extension(name).lower()
    if (extension and extension not in kind.extensions) or RUNNABLE.search(name):
        raise Refused(Reason.WRONG_EXTENSION)
    if _pixels(content) > MOST_PIXELS:
        raise Refused(Reason.IMAGE_BOMB)
    return Accepted(name if extension else clean_name(f"{name}.{kind.extensions[0]}"), kind)


PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"  # ISO/IEC 15948: the signature, then the first chunk, 13 bytes long
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG_HEAD, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
PDF_HEAD = re.compile(rb"%PDF-[12]\.\d")
PDF_TAIL = 1024
"""Bytes at the end among which readers look for %%EOF (ISO 32000, implementation notes)."""

# ITU-T T.81, table B.1: the frame headers, all of one form; C4, C8 and CC between them are something else.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}
SCAN, END = 0xDA, 0xD9
MOST_SEGMENTS = 1000
"""More than any camera writes; else a file of nothing but padding would keep us busy for seconds."""


def kind_of(content: bytes) -> FileKind | None:
    """The kind by content: how it begins, what must come next and how it ends. None when it is none of ours."""
    if PDF_HEAD.match(content):
        return PDF if b"%%EOF" in content[-PDF_TAIL:] else None
    if content.startswith(PNG_HEAD):
        return PNG if PNG_END in content and _pixels(content) else None
    if content.startswith(JPEG_HEAD):
        return JPEG if JPEG_END in content and _pixels(content) else None
    return None


def _pixels(content: bytes) -> int:
    """How many pixels the header of a picture declares; 0 when it declares none."""
    if content.startswith(PNG_HEAD):
        return int.from_bytes(content[16:20]) * int.from_bytes(content[20:24])
    if content.startswith(JPEG_HEAD):
        return _pixels_of_jpeg(content)
    return 0


def _pixels_of_jpeg(content: bytes) -> int:
    """Walk from segment to segment up to the frame header; a preview within a segment is passed over."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        if at + 9 > len(content) or content[at] != 0xFF:
            return 0
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker in ALONE:
            at += 2
        elif marker in FRAMES:
            return int.from_bytes(content[at + 5 : at + 7]) * int.from_bytes(content[at + 7 : at + 9])
        elif marker in {SCAN, END}:
            return 0
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0


EXTENSION = re.compile(r"\.([^\s.]{1,10})$")
FORBIDDEN = re.compile(r'[<>:"|?*]')  # on Windows
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)", re.IGNORECASE)
RUNNABLE = re.compile(
    r"\.\s*(?:exe|bat|cmd|scr|pif|msi|dll|js|jse|vbs|vbe|wsf|ps1|hta|lnk|jar|svgz?|[xs]?html?|php\d?|phtml|phar|aspx?|jspx?|cgi)"
    r"(?![a-z0-9])",
    re.IGNORECASE,
)
"""Before another extension they are a trick: systems hide the last one, some servers go by any of them."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Invisible, though by their category they are letters, marks or symbols."""


def clean_name(name: str) -> str:
    """The name as it may be shown and given to any system: one line without a path, never empty, in NFC."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    # Without what stood between them, a letter and its accent may become one.
    name = unicodedata.normalize("NFC", "".join(sign for sign in name if not _unseen(sign)))
    name = " ".join(FORBIDDEN.sub("_", name).split()).strip(" .") or NAMELESS
    if RESERVED.match(name):
        name = f"_{name}"
    if len(name) <= LONGEST_NAME:
        return name
    extension = _extension(name)
    end = f".{extension}" if extension else ""
    return name[: LONGEST_NAME - len(end)].rstrip(" .") + end


def _extension(name: str) -> str:
    found = EXTENSION.search(name)
    return found[1] if found else ""


def _unseen(sign: str) -> bool:
    return (
        (unicodedata.category(sign) in UNSEEN and not sign.isspace())
        or sign in BLANKS
        or "\ufe00" <= sign <= "\ufe0f"  # selectors of variants
        or "\U000e0100" <= sign <= "\U000e01ef"
        or "\u180b" <= sign <= "\u180f"
    )

"""Only PDF, JPEG and PNG are taken, by their content; a name can neither disguise a file nor leave its place."""

from __future__ import annotations

import io
import unicodedata
import zipfile
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.rules.uploads import JPEG, LONGEST_NAME, PDF, PNG, FileKind, Refused, check, clean_name, kind_of

LARGEST = 1_000_000


def pdf(body: bytes = b"1 0 obj<<>>endobj\n") -> bytes:
    return b"%PDF-1.7\n" + body + b"trailer<<>>\nstartxref\n9\n%%EOF\n"


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 8)) + chunk(b"IEND", b"")


def frame(width: int, height: int, marker: int = 0xC0) -> bytes:
    return bytes([0xFF, marker, 0, 11, 8]) + height.to_bytes(2) + width.to_bytes(2) + b"\1\1\x11\0"


def jpeg(width: int = 3, height: int = 2, before: bytes = b"", marker: int = 0xC0) -> bytes:
    jfif = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    return b"\xff\xd8" + jfif + before + frame(width, height, marker) + b"\xff\xda\0\x08\1\1\0\0\x3f\0\x2a\xff\xd9"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    return out.getvalue()


HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EXE = b"MZ\x90\x00" + b"\0" * 60
PREVIEW = b"\xff\xe1" + (2 + len(jpeg(9000, 9000))).to_bytes(2) + jpeg(9000, 9000)


def reason(name: str, content: bytes, largest: int = LARGEST) -> str:
    """Why this is refused."""
    with pytest.raises(Refused) as refused:
        check(name, content, largest)
    return refused.value.reason


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("faktura.pdf", pdf(), PDF),
        ("FAKTURA.PDF", pdf(), PDF),
        ("kaluž.jpg", jpeg(), JPEG),
        ("kaluž.JPEG", jpeg(marker=0xC2), JPEG),
        ("foto.jfif", jpeg(before=PREVIEW), JPEG),
        ("foto.jpg", jpeg(before=b"\xff\xff\xff\xfe\0\x04hi\xff\x01"), JPEG),
        ("foto.jpg", jpeg() + b"what some telephones append", JPEG),
        ("obr.png", png(), PNG),
        ("www.mesto.cz č. 5.2024.png", png(), PNG),
    ],
)
def test_ordinary_files_are_taken_under_their_name(name: str, content: bytes, kind: FileKind) -> None:
    accepted = check(name, content, LARGEST)
    assert (accepted.name, accepted.kind) == (name, kind)
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("name", "kept"),
    [("image", "image.pdf"), (".pdf", "pdf.pdf"), ("", "soubor.pdf"), ("Smlouva č. 5", "Smlouva č. 5.pdf")],
)
def test_a_name_without_extension_gets_that_of_the_content(name: str, kept: str) -> None:
    assert check(name, pdf(), LARGEST).name == kept


def test_a_file_may_be_as_large_as_allowed_and_no_larger() -> None:
    content = png()
    assert check("a.png", content, len(content)).kind is PNG
    assert reason("a.png", content, len(content) - 1) == "too_large"
    assert reason("a.png", b"") == "empty"


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.svg", SVG), ("a.html", HTML), ("a.zip", zipped()), ("a.docx", zipped()), ("a.exe", EXE), ("a", EXE)]
    + [("a.gif", b"GIF89a" + b"\0" * 20), ("a.txt", b"Dobr\xc3\xbd den")],
)
def test_other_kinds_are_refused(name: str, content: bytes) -> None:
    assert reason(name, content) == "unknown_type"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", HTML),
        ("a.jpg", SVG),
        ("a.pdf", EXE),
        ("a.pdf", zipped()),
        ("a.pdf", png()),
        ("a.png", jpeg()),
        ("a.jpg", pdf()),
        ("faktura.pdf.exe", EXE),
        ("faktura.pdf.exe", pdf()),
        ("faktura.exe.pdf", pdf()),
        ("faktura.pdf .exe", pdf()),
        ("faktura\u202efdp.exe", pdf()),
        ("faktura.exe\0.pdf", pdf()),
        ("faktura. exe", pdf()),
        ("obr.PHP5;.jpg", jpeg()),
        ("obr.svg.png", png()),
        ("a.pdf:evil.exe", pdf()),
        ("a.docx", pdf()),
    ],
)
def test_a_name_that_says_something_else_than_the_content_is_refused(name: str, content: bytes) -> None:
    assert reason(name, content) == "wrong_extension"


@pytest.mark.parametrize(
    "content",
    [
        b"\n" + pdf(),
        b"%PDF-x\n%%EOF",
        b"%PDF-1.7\n",
        pdf() + b"\0" * 2000,
        b"\x89PNG\r\n\x1a\n",
        png()[:-12],
        png().replace(b"IHDR", b"iTXt", 1),
        png(0, 5),
        b"\xff\xd8\xff",
        jpeg()[:-2],
        jpeg(0, 5),
        b"\xff\xd8\xff\xd9" * 10,
        b"\xff\xd8\xff\xda" + jpeg(),
        b"\xff\xd8\xff\xe0\0\0" + b"\xff\xd9" * 10,
        b"\xff\xd8" + b"\xff" * 900_000 + b"\xd9",
    ],
)
def test_a_beginning_alone_makes_no_file(content: bytes) -> None:
    assert kind_of(content) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.png", png(8000, 6251)), ("a.png", png(2**31, 1)), ("a.jpg", jpeg(65535, 65535)), ("a.jpg", jpeg(8000, 6251))]
    + [("a.jpg", jpeg(65535, 65535, before=b"\xff\xe1\0\x10" + b"\0" + frame(1, 1)))],
)
def test_a_picture_that_declares_too_many_pixels_is_refused(name: str, content: bytes) -> None:
    assert reason(name, content) == "image_bomb"


def test_a_picture_of_fifty_megapixels_is_taken() -> None:
    assert check("a.png", png(8000, 6250), LARGEST).kind is PNG
    assert check("a.jpg", jpeg(8000, 6250), LARGEST).kind is JPEG


HEADS = [b"", b"%PDF-1.7", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\x04", png()[:16], png(), jpeg(), pdf()]


@given(
    st.text(max_size=40),
    st.sampled_from(HEADS),
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xd9", png()[-12:]]),
)
def test_any_bytes_are_either_taken_or_refused_with_a_reason(name: str, head: bytes, body: bytes, end: bytes) -> None:
    try:
        accepted = check(name, head + body + end, LARGEST)
    except Refused as refused:
        assert refused.reason in {"empty", "unknown_type", "wrong_extension", "image_bomb"}  # noqa: PT017 (most are refused)
        return
    assert (head + body + end).startswith((b"%PDF-", b"\xff\xd8\xff", b"\x89PNG"))
    assert accepted.name == clean_name(accepted.name)
    assert accepted.name.rsplit(".", 1)[1].lower() in accepted.kind.extensions


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\Jana\smlouva.pdf", "smlouva.pdf"),
        (r"..\..\boot.ini", "boot.ini"),
        ("a/b\\c.pdf", "c.pdf"),
        ("slozka/", "soubor"),
        ("..", "soubor"),
        (" \u200b\u2800 ", "soubor"),
        (".htaccess", "htaccess"),
        ("x\r\nSet-Cookie: a.pdf", "x Set-Cookie_ a.pdf"),
        ("fak\u202etura\u2066.pdf", "faktura.pdf"),
        ("fa\u200bk\ufefft\u00adura\ufe0f\U000e0041.pdf", "faktura.pdf"),
        ("pr\u030ci\u0301loha.pdf", "příloha.pdf"),
        ("pr\u200d\u030ciloha.pdf", "při" + "loha.pdf"),
        ("a\u00a0 \u3000b.pdf", "a b.pdf"),
        ('a<b>"c"|d?*.pdf', "a_b__c__d__.pdf"),
        ("CON", "_CON"),
        ("aux .pdf", "_aux .pdf"),
        ("Lpt1.tar.png", "_Lpt1.tar.png"),
        ("console.pdf", "console.pdf"),
        ("a.pdf. . ", "a.pdf"),
        ("\ud800.pdf", "pdf"),
    ],
)
def test_names_are_made_harmless(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_a_long_name_is_cut_before_its_extension() -> None:
    assert clean_name("ž" * 300 + ".jpeg") == "ž" * 95 + ".jpeg"
    assert clean_name("a" * 94 + " .. b" * 9 + ".jpeg") == "a" * 94 + ".jpeg"
    assert clean_name("a" * 300) == "a" * 100
    assert check("a" * 300, pdf(), LARGEST).name == "a" * 96 + ".pdf"


@given(st.text(st.characters(codec=None), max_size=250))
@example("a\u2028b/c\u037e.pdf")
@example(">\u034f\u0338.pdf")
@example("nul" + "." * 120 + "pdf")
@example("a" * 95 + ". longextension")
def test_a_clean_name_is_harmless_whatever_it_was(name: str) -> None:
    clean = clean_name(name)
    assert 1 <= len(clean) <= LONGEST_NAME
    assert not set(clean) & set('/\\<>:"|?*')
    assert all(unicodedata.category(sign)[0] != "C" and (sign == " " or not sign.isspace()) for sign in clean)
    assert clean[0] not in " ."
    assert clean[-1] not in " ."
    assert unicodedata.is_normalized("NFC", clean)
    assert clean.split(".")[0].rstrip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}
    assert clean_name(clean) == clean

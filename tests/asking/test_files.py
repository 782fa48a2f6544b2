"""Of a picture only its pixels are kept, upright; whatever else the file carried or hid is gone. A PDF stays as it is."""

from __future__ import annotations

import io
import random

import pytest
from flask import Flask
from PIL import Image

from hub.views import ask_form
from tests.hub.test_pictures import SECRET, bomb, jpeg, opened, png
from tests.hub.test_uploads import HTML, SVG, pdf, zipped
from tests.questions import WORDS, ask, followed, given_back, nothing_stored, stored_files

JPEG, PNG = "foto.jpg", "foto.png"


def kept(app: Flask, name: str, content: bytes) -> bytes:
    """What is stored of a file that comes with a question."""
    before = set(stored_files(app))
    assert name in followed(app.test_client(), ask(app.test_client(), WORDS, files=[(name, content)]))
    (file,) = set(stored_files(app)) - before
    return file.read_bytes()


def test_where_and_when_a_picture_was_taken_is_not_kept_and_it_stands_upright(light: Flask) -> None:
    given = jpeg(orientation=6)
    assert opened(given).getexif().get_ifd(0x8825)
    picture = opened(kept(light, JPEG, given))
    assert not picture.getexif()
    assert picture.size == (32, 48)
    assert picture.convert("RGB").getpixel((16, 2))[1] < 100  # type: ignore[index]
    assert picture.convert("RGB").getpixel((16, 45))[1] > 200  # type: ignore[index]


@pytest.mark.parametrize(("name", "made"), [(JPEG, jpeg()), (PNG, png())])
def test_no_text_profile_or_note_of_a_picture_is_kept(light: Flask, name: str, made: bytes) -> None:
    content = kept(light, name, made)
    assert SECRET not in content
    assert b"tEXt" not in content
    assert b"iTXt" not in content
    assert b"iCCP" not in content
    assert b"Exif" not in content


@pytest.mark.parametrize("tail", [zipped(), pdf(), HTML, SVG], ids=["a ZIP", "a PDF", "a page", "SVG"])
@pytest.mark.parametrize(("name", "made"), [(JPEG, jpeg()), (PNG, png())])
def test_what_hides_behind_a_picture_is_gone(light: Flask, name: str, made: bytes, tail: bytes) -> None:
    content = kept(light, name, made + tail)
    assert tail not in content
    assert opened(content).size == (48, 32)


def test_a_pdf_is_kept_byte_by_byte_and_the_form_says_what_that_means(light: Flask) -> None:
    content = pdf(b"/Author (Jana)\n")
    assert kept(light, "dopis.pdf", content) == content
    assert "PDF" in light.test_client().get("/napiste-nam").get_data(as_text=True)


@pytest.mark.parametrize(
    "content",
    [jpeg()[: len(jpeg()) // 2] + b"\xff\xd9", png()[:60] + png()[-12:], bomb(300), bomb(7200)],
    ids=["half a JPEG", "half a PNG", "fewer pixels than it says", "a bomb"],
)
def test_a_damaged_picture_is_refused_and_the_words_come_back(house: Flask, content: bytes) -> None:
    name = JPEG if content.startswith(b"\xff") else PNG
    with nothing_stored(house):
        (problem,) = given_back(ask(house.test_client(), WORDS, "a@b.cz", files=[(name, content)]), 400, email="a@b.cz")
    assert name in problem


def test_a_picture_that_would_grow_too_large_is_made_smaller(light: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = Image.frombytes("L", (400, 400), random.Random(1).randbytes(160_000)).convert("P")
    out = io.BytesIO()
    noise.save(out, "PNG")
    monkeypatch.setattr(ask_form, "LARGEST_FILE", len(out.getvalue()) + 1000)
    monkeypatch.setattr(ask_form, "SMALLER", (None, 300, 100))
    content = kept(light, PNG, out.getvalue())
    assert len(content) <= len(out.getvalue()) + 1000
    assert max(opened(content).size) < 400

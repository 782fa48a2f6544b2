"""A picture is made anew from its pixels: upright, in the same type, with nothing beside them. What is broken says so."""

from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from hub.pictures import BadPicture, clean

JPEG, PNG = "image/jpeg", "image/png"
SECRET = b"Doma u Novaku"


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def half_red(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """White, its left half red."""
    picture = Image.new("RGB", size, "white")
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    return picture.convert(mode)


def jpeg(picture: Image.Image | None = None, orientation: int = 1, **more: object) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, SECRET.decode()  # the description
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    out = io.BytesIO()
    (picture or half_red()).save(out, "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET, quality=95, **more)
    return out.getvalue()


def png(picture: Image.Image | None = None, **more: object) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET.decode())
    notes.add_itxt("Comment", SECRET.decode())
    out = io.BytesIO()
    (picture or half_red()).save(out, "PNG", pnginfo=notes, icc_profile=SECRET, **more)
    return out.getvalue()


def test_nothing_but_the_pixels_is_left() -> None:
    for made, media_type in ((jpeg(), JPEG), (png(), PNG)):
        assert SECRET in made or media_type == PNG  # which packs its profile
        kept = clean(made + SECRET, media_type)
        assert SECRET not in kept
        assert not opened(kept).getexif()
        assert not set(opened(kept).info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert Image.MIME[opened(kept).format or ""] == media_type
        assert opened(kept).size == (48, 32)


@pytest.mark.parametrize(
    ("orientation", "red"),
    [(1, "left"), (2, "right"), (3, "right"), (4, "left"), (5, "top"), (6, "top"), (7, "bottom"), (8, "bottom")],
)
def test_a_picture_that_lies_is_put_upright(orientation: int, red: str) -> None:
    kept = opened(clean(jpeg(orientation=orientation), JPEG)).convert("RGB")
    assert kept.size == ((48, 32) if red in {"left", "right"} else (32, 48))
    wide, high = kept.size
    points = {
        "left": (2, high // 2),
        "right": (wide - 3, high // 2),
        "top": (wide // 2, 2),
        "bottom": (wide // 2, high - 3),
    }
    reddish = {name for name, at in points.items() if kept.getpixel(at)[1] < 100}  # type: ignore[index]
    assert red in reddish
    assert len(reddish & {"left", "right", "top", "bottom"}) <= 3


@pytest.mark.parametrize("media_type", [JPEG, PNG])
def test_a_large_picture_is_made_to_fit_and_a_small_one_stays(media_type: str) -> None:
    content = (jpeg if media_type == JPEG else png)(half_red(size=(900, 600)))
    assert opened(clean(content, media_type, largest=300)).size == (300, 200)
    assert opened(clean(content, media_type, largest=2000)).size == (900, 600)
    assert opened(clean(jpeg(half_red(size=(900, 600)), orientation=6), JPEG, largest=300)).size == (200, 300)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_comes_out_as_browsers_show_it(mode: str) -> None:
    picture = Image.new("I;16", (9, 9), 40_000) if mode == "I;16" else half_red(mode)
    kept = opened(clean(png(picture), PNG))
    assert kept.mode in {"L", "RGB", "RGBA"}
    assert (kept.mode == "RGBA") == (mode in {"LA", "RGBA"})
    if mode == "I;16":
        assert kept.getpixel((4, 4)) == 40_000 // 256


def test_what_is_see_through_stays_so() -> None:
    picture = half_red("P")
    kept = opened(clean(png(picture, transparency=picture.getpixel((2, 2))), PNG))
    assert kept.mode == "RGBA"
    assert {0, 255} == {kept.getpixel(at)[3] for at in ((2, 2), (40, 2))}  # type: ignore[index]


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_comes_out_as_browsers_show_it(mode: str) -> None:
    assert opened(clean(jpeg(half_red(mode)), JPEG)).mode == ("L" if mode == "L" else "RGB")


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert clean(jpeg(), JPEG) == clean(jpeg(), JPEG)
    assert clean(png(), PNG) == clean(png(), PNG)


def bomb(side: int) -> bytes:
    """A small PNG that says it has this many pixels on each side."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = side.to_bytes(4) + side.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", JPEG),
        (b"", PNG),
        (b"<svg onload='alert(1)'/>", PNG),
        (jpeg(), PNG),
        (png(), JPEG),
        (jpeg(), "image/gif"),
        (jpeg(), "image/svg+xml"),
        (jpeg()[:400], JPEG),
        (jpeg()[: len(jpeg()) // 2], JPEG),
        (png()[:60], PNG),
        (png()[:-40], PNG),
        (bomb(7100), PNG),
        (bomb(2**30), PNG),
        (bomb(300), PNG),
        (b"\xff\xd8\xff\xd9", JPEG),
    ],
)
def test_what_is_no_picture_is_refused_in_a_word_of_ours(content: bytes, media_type: str) -> None:
    with pytest.raises(BadPicture):
        clean(content, media_type)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([JPEG, PNG]),
    st.lists(st.tuples(st.integers(2, 5000), st.binary(min_size=1, max_size=8)), max_size=4),
)
def test_a_damaged_picture_is_shown_or_refused_and_nothing_else(
    media_type: str, damage: list[tuple[int, bytes]]
) -> None:
    content = bytearray(jpeg() if media_type == JPEG else png())
    for at, new in damage:
        place = at % len(content)
        content[place : place + len(new)] = new
    try:
        kept = clean(bytes(content), media_type)
    except BadPicture:
        return
    assert Image.MIME[opened(kept).format or ""] == media_type


def test_notes_that_cannot_be_read_spoil_no_picture() -> None:
    made = jpeg(orientation=6)
    at = made.index(b"Exif\0\0") + 6
    kept = opened(clean(made[:at] + b"\xff" * 8 + made[at + 8 :], JPEG))
    assert kept.size == (48, 32)

"""The form of /napiste-nam: what stands in it, what of it can be taken, and everything that its page shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import SEEK_END
from secrets import token_urlsafe
from typing import Any

from flask import current_app, render_template, url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from hub import forms, markup, pictures
from hub.database import db
from hub.language import full_day, gettext
from hub.models import CityMap
from hub.models.locations import LONGEST as LONGEST_STREET
from hub.queries import deadlines, locations, places, similar
from hub.queries.published import Item
from hub.rules import maps, uploads
from hub.rules.localtime import local
from hub.steps import hearing
from hub.steps.hearing import LONGEST
from hub.text import excerpt, one_line
from hub.views import labels
from hub.vocabulary import LegalKind, marked
from hub.workdays import is_free

FORM = "ask"
MOST_FILES = 3
LARGEST_FILE = 10 * 1024 * 1024
SMALLER = (None, 4000, 2500, 1500)
"""Pixels that the longer side of a picture may have, tried in turn until the picture made anew is no larger than a file may be."""
MAP_WIDTHS = {"small": 272, "large": 560}
"""Pixels in which the map is shown, on a narrow and on a wide page: a click tells where it was within the shown picture."""
FILE_PROBLEMS = {
    uploads.Reason.EMPTY: marked("The file %(name)s is empty."),
    uploads.Reason.TOO_LARGE: marked("The file %(name)s is larger than 10 MB."),
    uploads.Reason.UNKNOWN_TYPE: marked("The file %(name)s is neither a PDF nor a picture (JPEG, PNG)."),
    uploads.Reason.WRONG_EXTENSION: marked("The file %(name)s is something else than its name says."),
    uploads.Reason.IMAGE_BOMB: marked("The picture %(name)s is too large."),
}
BROKEN_PICTURE = marked("The picture %(name)s is damaged and cannot be read.")


@dataclass
class Filled:
    """What stands in the form, and what is wrong with it. `nonce` is the name of its token, empty when that is not good.

    `point` is as the form carries it. `looked`: similar answers were asked for.
    """

    text: str = ""
    email: str = ""
    consent: bool = False
    street: str = ""
    point: str = ""
    is_trapped: bool = False
    nonce: str = ""
    looked: bool = False
    problems: list[dict[str, str]] = field(default_factory=list)

    def wrong(self, where: str, message: str) -> None:
        """Say what is wrong with a field."""
        self.problems.append({"field": where, "message": message})


def read(given: ImmutableMultiDict[str, str]) -> Filled:
    """What stands in a form that was sent."""
    return Filled(
        given.get("text", ""),
        one_line(given.get("email", "")),
        "consent" in given,
        one_line(given.get("street", "")),
        given.get("point", ""),
        bool(given.get("web")),
    )


def clicked(given: ImmutableMultiDict[str, str]) -> str | None:
    """The point of the map that was clicked at, as the form carries it; None when the form was sent in another way.

    Empty for a click that tells no place: by keyboard it is the upper left corner.
    """
    city_map = locations.city_map(db.session())
    for name, width in MAP_WIDTHS.items():
        x, y = given.get(f"map-{name}.x", ""), given.get(f"map-{name}.y", "")
        if x or y:
            known = city_map is not None and all(n.isascii() and n.isdigit() and len(n) < 6 for n in (x, y))
            if city_map is None or not known or (int(x), int(y)) == (0, 0):
                return ""
            return maps.written(frame(city_map).at(int(x), int(y), width))
    return None


def frame(city_map: CityMap) -> maps.Frame:
    """The edges of the map."""
    return maps.Frame(city_map.north, city_map.south, city_map.west, city_map.east)


def accepted_point(filled: Filled) -> maps.Point | None:
    """The point that was marked; one that is not on the map is a problem of the form."""
    if not filled.point:
        return None
    point, city_map = maps.read(filled.point), locations.city_map(db.session())
    if point is None or city_map is None or not frame(city_map).holds(point):
        filled.point = ""
        filled.wrong(
            "street", gettext("The point was not on the map, so it was removed. Mark it again, or write the street.")
        )
        return None
    return point


def check_street(filled: Filled) -> None:
    """A street that is too long is a problem of the form."""
    if len(filled.street) > LONGEST_STREET:
        filled.wrong(
            "street", gettext("Write the street and number in at most %(number)s characters.", number=LONGEST_STREET)
        )


def accepted_files(filled: Filled, given: list[FileStorage]) -> list[tuple[uploads.Accepted, bytes]]:
    """The files of the form with what is kept of them; those that are not taken are problems of the form."""
    given = [file for file in given if _is_chosen(file)]
    if len(given) > MOST_FILES:
        filled.wrong("files", gettext("Attach at most %(number)s files.", number=MOST_FILES))
        return []
    return [one for one in (_checked(filled, file) for file in given) if one is not None]


def _is_chosen(file: FileStorage) -> bool:
    """Whether there is a file: a field left alone sends neither a name nor content."""
    return bool(file.filename) or file.stream.seek(0, SEEK_END) > 0


def _checked(filled: Filled, file: FileStorage) -> tuple[uploads.Accepted, bytes] | None:
    file.stream.seek(0)
    content = file.stream.read(LARGEST_FILE + 1)
    name = uploads.clean_name(file.filename or "")
    try:
        one = uploads.check(file.filename or "", content, LARGEST_FILE)
        return one, content if one.kind is uploads.PDF else _made_anew(content, one.kind.media_type)
    except uploads.Refused as refused:
        filled.wrong("files", gettext(FILE_PROBLEMS[refused.reason], name=name))
    except pictures.BadPicture:
        filled.wrong("files", gettext(BROKEN_PICTURE, name=name))
    return None


def _made_anew(content: bytes, media_type: str) -> bytes:
    """A picture of nothing but its pixels, no larger than a file may be."""
    for largest in SMALLER:
        made = pictures.clean(content, media_type, largest=largest)
        if len(made) <= LARGEST_FILE:
            return made
    raise uploads.Refused(uploads.Reason.TOO_LARGE)


def page(filled: Filled) -> str:
    """The page of the form with everything that stands in it."""
    return render_template(
        "asking/ask.html",
        action_url=url_for(".send"),
        look_url=url_for(".look"),
        token=forms.token(FORM, filled.nonce or token_urlsafe(24)),
        values={
            "text": filled.text,
            "email": filled.email,
            "consent": filled.consent,
            "street": filled.street,
            "point": filled.point,
        },
        problems=filled.problems,
        offers_email="email" in current_app.extensions["hub_channels"],
        longest_text=LONGEST,
        longest_street=LONGEST_STREET,
        most_files=MOST_FILES,
        largest_file_mb=LARGEST_FILE // 1024 // 1024,
        accept=",".join(f".{extension}" for extension in uploads.EXTENSIONS),
        **_of_the_city(filled),
    )


def _of_the_city(filled: Filled) -> dict[str, Any]:
    """What the database says beside the form. When it is away, the words still come back, without it."""
    session = db.session()
    try:
        return {
            "streets": locations.offered(session),
            "map": _map(session, filled),
            "formal": formal(session),
            "deadlines": _deadlines(session),
            **near(filled.text, filled.looked),
        }
    except SQLAlchemyError:
        session.rollback()
        return {"streets": [], "map": None, "formal": {}, "deadlines": [], "looked": False, "expected": None}


def near(text: str, looked: bool) -> dict[str, Any]:
    """What a text is near to: answers that there are already, and the kind it seems to be with its deadline."""
    found = similar.similar(db.session(), text, datetime.now(UTC)) if looked else []
    return {
        "looked": looked,
        "similar": [_answer(item) for item in found],
        "expected": _expected(db.session(), hearing.kind_of(text)),
    }


def _answer(item: Item) -> dict[str, str]:
    words = markup.plain(item.text, item.is_markdown)
    return {
        "title": item.title or excerpt(words, 80),
        "url": url_for("answers.one", slug=item.slug),
        "excerpt": excerpt(words, 140),
    }


def _expected(session: Session, kind: LegalKind) -> dict[str, Any]:
    lines = {line["kind"]: line for line in _deadlines(session)}
    return lines.get(kind) or lines[LegalKind.MESSAGE]


def _deadlines(session: Session) -> list[dict[str, Any]]:
    """Of each kind, by when what is sent today is answered."""
    today = local(datetime.now(UTC)).date()
    return [
        {
            "kind": kind,
            "is_ordinary": kind == LegalKind.MESSAGE,
            "label": labels.label(labels.KINDS, kind),
            "length": labels.length(rule),
            "basis": rule.basis,
            "due": full_day(deadlines.counting(rule, today, is_free).due_on),
        }
        for kind, rule in deadlines.in_force(session, today).items()
    ]


def formal(session: Session) -> dict[str, str | None]:
    """Where formal submissions go, as far as the city has said."""
    city = places.city(session)
    return {
        "data_box": city.data_box if city else None,
        "office": city.filing_office if city else None,
        "email": city.filing_email if city else None,
    }


def _map(session: Session, filled: Filled) -> dict[str, Any] | None:
    """The map in the widths it is shown in, with the mark of the point; None when the city has none."""
    city_map = locations.city_map(session)
    if city_map is None:
        return None
    edges, point = frame(city_map), maps.read(filled.point)
    marked_at = point if point is not None and edges.holds(point) else None
    sizes = [
        {
            "name": name,
            "width": width,
            "height": edges.height(width),
            "at": edges.place(marked_at, width) if marked_at else None,
        }
        for name, width in MAP_WIDTHS.items()
    ]
    return {
        "url": url_for(".map_picture", v=city_map.digest[:12]),
        "sizes": sizes,
        "point": maps.written(marked_at) if marked_at else "",
        "edges": f"{edges.north},{edges.south},{edges.west},{edges.east}",
    }

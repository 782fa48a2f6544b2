"""What the templates of a touch screen show, out of a touchpoint and its questionnaire."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from hub import forms, language
from hub.models import Question, Touchpoint
from hub.queries.publications import Publication
from hub.rules.localtime import local
from hub.vocabulary import KIOSK_LANGUAGES
from kiosk.questions import FACES, PRAISE, REASON


def form_name(slug: str) -> str:
    """The name a kiosk's form token is made for."""
    return f"kiosk:{slug}"


def common(touchpoint: Touchpoint) -> dict[str, object]:
    """What every screen of a touchpoint shows."""
    questionnaire = touchpoint.questionnaire
    return {
        "touchpoint": {
            "slug": touchpoint.slug,
            "name": touchpoint.name,
            "place": touchpoint.place,
            "department": touchpoint.department.name,
        },
        "questionnaire": {"code": f"{questionnaire.code}@{questionnaire.version}"},
        "question": _shown(touchpoint, FACES),
        "languages": language.choices(KIOSK_LANGUAGES),
    }


def news(published: Iterable[Publication]) -> list[dict[str, object]]:
    """What the city published last, as an idle screen shows it. Which room it comes from, nobody here knows."""
    return [
        {
            "heading": language.gettext(one.kind.heading),
            "title": one.title,
            "department": one.department,
            "ends": language.day(local(one.leaves_at).date()) if one.leaves_at else None,
            "until": int(one.leaves_at.timestamp() * 1000) if one.leaves_at else 0,
        }
        for one in published
    ]


def follow_ups(touchpoint: Touchpoint) -> list[dict[str, object]]:
    """What may be asked after the faces, for a page that does not know the face yet."""
    return [shown for code in (PRAISE, REASON) if (shown := _shown(touchpoint, code))]


def follow_up(touchpoint: Touchpoint, face: int | None) -> dict[str, object] | None:
    """What is asked after this face: after the best one what went well, after any other what to improve; None for nothing."""
    faces = _question(touchpoint, FACES)
    if faces is None or face is None:
        return None
    best = max(level.level for level in faces.levels)
    return _shown(touchpoint, PRAISE if face == best else REASON)


def form(touchpoint: Touchpoint, action: str, sitting: str | None = None, rev: int = 0) -> dict[str, object]:
    """The hidden fields of a form for browsers without scripts; the sitting's id is then made here."""
    return {
        "action": action,
        "token": forms.token(form_name(touchpoint.slug)),
        "sitting": sitting or str(uuid4()),
        "rev": rev,
    }


def codes(touchpoint: Touchpoint) -> list[str]:
    """The codes of the questions that are asked here."""
    return [question.code for question in touchpoint.questionnaire.questions]


def _question(touchpoint: Touchpoint, code: str) -> Question | None:
    return next((question for question in touchpoint.questionnaire.questions if question.code == code), None)


def _shown(touchpoint: Touchpoint, code: str) -> dict[str, object] | None:
    question = _question(touchpoint, code)
    if question is None:
        return None
    texts = question.texts.get(language.current(), question.texts["cs"])
    options = [{"level": level.level, "label": language.words(level.labels)} for level in question.levels]
    return {"code": question.code, "text": texts["text"], "levels": options[::-1], "options": options}

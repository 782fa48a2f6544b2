"""What the templates of a touch screen show, out of a touchpoint and its questionnaire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import uuid4

from hub import forms, language
from hub.models import Question, Touchpoint
from hub.queries.publications import Publication
from hub.rules.localtime import local
from hub.vocabulary import DEFAULT_LANGUAGE, KIOSK_LANGUAGES
from kiosk import device_texts
from kiosk.questions import FACES, OUTCOME, PRAISE, REASON


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
            "heading": _heading(one.kind.heading),
            "title": one.title,
            "department": one.department,
            "ends": language.day(local(one.leaves_at).date()) if one.leaves_at else None,
            "until": int(one.leaves_at.timestamp() * 1000) if one.leaves_at else 0,
        }
        for one in published
    ]


def _heading(text: str) -> dict[str, str]:
    """In the language of the page, else in Czech, with the language it is in."""
    said = device_texts.in_languages(text)
    lang = language.current() if language.current() in said else DEFAULT_LANGUAGE
    return {"text": said[lang], "lang": lang}


def follow_ups(touchpoint: Touchpoint) -> list[dict[str, object]]:
    """What may be asked after the faces, for a page that does not know the face yet."""
    return [shown for code in (PRAISE, REASON, OUTCOME) if (shown := _shown(touchpoint, code))]


def asked_after(touchpoint: Touchpoint, ratings: Mapping[str, int]) -> list[dict[str, object]]:
    """What is asked after a face: after the best one what went well, after any other what to improve, and then the outcome."""
    faces = _question(touchpoint, FACES)
    if faces is None or FACES not in ratings:
        return []
    best = max(level.level for level in faces.levels)
    why = PRAISE if ratings[FACES] == best else REASON
    return [shown for code in (why, OUTCOME) if (shown := _shown(touchpoint, code))]


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

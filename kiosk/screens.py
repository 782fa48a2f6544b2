"""What the templates of a touch screen show, out of a touchpoint and its questionnaire."""

from __future__ import annotations

from uuid import uuid4

from hub import forms, language
from hub.models import Question, Touchpoint
from hub.vocabulary import KIOSK_LANGUAGES

FACES = "visit"
REASON = "reason"


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
        "question": _question(touchpoint, FACES),
        "reason": _question(touchpoint, REASON),
        "languages": language.choices(KIOSK_LANGUAGES),
    }


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


def _question(touchpoint: Touchpoint, code: str) -> dict[str, object] | None:
    for question in touchpoint.questionnaire.questions:
        if question.code == code:
            return _shown(question)
    return None


def _shown(question: Question) -> dict[str, object]:
    texts = question.texts.get(language.current(), question.texts["cs"])
    levels = [{"level": level.level, "label": language.words(level.labels)} for level in question.levels]
    return {
        "code": question.code,
        "text": texts["text"],
        "praise": texts.get("praise", texts["text"]),
        "levels": levels[::-1],
        "options": levels,
        "best": max(level.level for level in question.levels),
    }

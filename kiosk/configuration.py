"""What a paired screen shows and asks, in all its languages: one signed answer that it keeps."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from hub import qr, workdays
from hub.models import Questionnaire, Touchpoint
from hub.vocabulary import DEFAULT_LANGUAGE, KIOSK_LANGUAGES
from kiosk import device_texts
from kiosk.models import Device, Placement
from kiosk.vocabulary import Layout

AHEAD = 60
"""Days whose holidays a screen knows in advance."""


def of(
    device: Device, placement: Placement | None, city: str, is_sample: bool, site: str, today: date
) -> dict[str, Any]:
    """The configuration of a device. `site` is the address of the city's pages, for the code that leads a telephone there."""
    places = open_places(placement)
    languages = [code for code in device.languages if code in KIOSK_LANGUAGES] or list(KIOSK_LANGUAGES)
    said: dict[str, Any] = {
        "city": city,
        "sample": is_sample,
        "device": {"ref": device.ref, "name": device.name},
        "layout": placement.layout if placement and len(places) > 1 else Layout.ONE,
        "places": [_place(one, site if device.offers_qr else "") for one in places],
        "questionnaires": {code_of(one.questionnaire): _questions(one.questionnaire, languages) for one in places},
        "languages": [{"code": code, "name": KIOSK_LANGUAGES[code]} for code in languages],
        "texts": device_texts.texts(languages),
        "asks_words": device.asks_words,
        "offers_qr": device.offers_qr,
        "speaks": device.speaks,
        "contrast": "high" if device.has_high_contrast else "normal",
        "hours": _hours(device.hours),
        "closed_on": [day.isoformat() for day in _days(today) if workdays.name_of(day)],
        "zone": "Europe/Prague",
    }
    return {"version": hashlib.sha256(_bytes(said)).hexdigest()[:16], **said}


def open_places(placement: Placement | None) -> list[Touchpoint]:
    """What can be rated where a device stands: a place that was closed meanwhile is asked about no longer."""
    found = [one.touchpoint for one in placement.places] if placement else []
    return [place for place in found if place.closed_at is None]


def written(configuration: Mapping[str, Any]) -> bytes:
    """The bytes that are sent and signed."""
    return _bytes(configuration)


def signature(body: bytes, token_digest: str) -> str:
    """HMAC-SHA256 of the body by the digest of the device's token, which both sides know and nobody between them."""
    return hmac.new(bytes.fromhex(token_digest), body, "sha256").hexdigest()


def code_of(questionnaire: Questionnaire) -> str:
    """The name of a questionnaire in its version: kiosk@1."""
    return f"{questionnaire.code}@{questionnaire.version}"


def _bytes(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _days(today: date) -> list[date]:
    return [today + timedelta(days=n) for n in range(AHEAD)]


def _hours(spans: list[list[int]]) -> dict[str, list[list[str]]]:
    """Monday is "0"."""
    found: dict[str, list[list[str]]] = {}
    for weekday, opens, closes in sorted(spans):
        found.setdefault(str(weekday - 1), []).append([_clock(opens), _clock(closes)])
    return found


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _place(place: Touchpoint, site: str) -> dict[str, Any]:
    return {
        "slug": place.slug,
        "name": place.name,
        "place": place.place,
        "department": place.department.name,
        "questionnaire": code_of(place.questionnaire),
        "qr": _picture(f"{site}/napiste-nam") if site else None,
    }


@lru_cache(maxsize=4)  # drawing takes longer than all the rest of a heartbeat
def _picture(address: str) -> str:
    code = qr.code(address)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {code.size} {code.size}">'
        f'<rect width="{code.size}" height="{code.size}" fill="#fff"/><path d="{code.path}" fill="#000"/></svg>'
    )


def _questions(questionnaire: Questionnaire, languages: list[str]) -> dict[str, Any]:
    return {
        "questions": [
            {
                "code": question.code,
                "kind": question.kind,
                "texts": _in(languages, {lang: text["text"] for lang, text in question.texts.items()}),
                "levels": [
                    {"level": level.level, "labels": _in(languages, level.labels)}
                    for level in reversed(question.levels)
                ]
                if question.kind == "scale"
                else [{"level": level.level, "labels": _in(languages, level.labels)} for level in question.levels],
            }
            for question in questionnaire.questions
        ]
    }


def _in(languages: list[str], texts: Mapping[str, str]) -> dict[str, str]:
    """A text in each of the languages, in Czech where it has none."""
    return {code: texts.get(code) or texts[DEFAULT_LANGUAGE] for code in languages}

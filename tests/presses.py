"""Presses as a touch screen sends them."""

from __future__ import annotations

from uuid import uuid4

from kiosk.presses import Press


def press(visit: int = 5, reason: int | None = None, **changes: object) -> Press:
    """One press of a face, the best unless told otherwise; `reason` is what follows it (praise after the best face)."""
    ratings = {"visit": visit} if reason is None else {"visit": visit, "praise" if visit == 5 else "reason": reason}
    return Press.model_validate({"id": str(uuid4()), "questionnaire": "kiosk@2", "ratings": ratings, **changes})


def press_json(visit: int = 5, **changes: object) -> dict[str, object]:
    """The same as a touch screen sends it."""
    return {
        "id": str(uuid4()),
        "rev": 0,
        "questionnaire": "kiosk@2",
        "language": "cs",
        "ratings": {"visit": visit},
        **changes,
    }

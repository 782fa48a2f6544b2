"""One press as a touch screen sends it, and what of it must be the same in every repeat."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hub.envelopes import Receipt
from hub.vocabulary import KIOSK_LANGUAGES
from kiosk.times import EPOCH, Anchor, Pressed, Sending

_compact = json.JSONEncoder(separators=(",", ":")).encode

LONGEST_BATCH = 200
LONGEST_TEXT = 1200
"""Characters; what people write at a screen in a hall is short."""
OLDEST = 7 * 24 * 3600 * 1000
"""Milliseconds: an older press is not believed. Until devices are paired, anybody may say how old a press is; a week
bridges a long outage, and figures of weeks gone by cannot be rewritten."""

RANDOM_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
"""Only random UUIDs (RFC 9562 version 4): a version with a time in it would undo the erasing of exact times."""


class Press(BaseModel):
    """One revision of one sitting: every revision carries the whole state. `age_ms` is how long ago it was pressed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=RANDOM_UUID)]
    rev: Annotated[int, Field(ge=0, le=99)] = 0
    questionnaire: Annotated[str, Field(pattern=r"^[a-z0-9-]+@[1-9][0-9]{0,3}$", max_length=40)]
    language: Literal["cs", "en", "uk", "pl", "de", "vi"] = "cs"
    ratings: Annotated[
        dict[Annotated[str, Field(max_length=32)], Annotated[int, Field(ge=1, le=11)]],
        Field(min_length=1, max_length=12),
    ]
    age_ms: Annotated[float, Field(ge=0, le=OLDEST)] | None = None

    def digest(self) -> str:
        """128 bits over what was said (not over when it was sent: that differs in every attempt)."""
        said = [self.id, self.rev, self.questionnaire, self.language, sorted(self.ratings.items())]
        return sha256(_compact(said).encode()).hexdigest()[:32]

    def pressed_at(self, now: datetime) -> datetime:
        """The instant of the press by the server's clock; the device's own clock is never asked."""
        return now - timedelta(milliseconds=self.age_ms) if self.age_ms else now


Milliseconds = Annotated[float, Field(ge=-1e14, le=1e14, allow_inf_nan=False)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
Page = Annotated[str, Field(pattern=RANDOM_UUID)]


class AnchorPart(BaseModel):
    """When the device last heard the server in the page load of the press, by the server's clock and by the page's own."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    server_ms: Milliseconds
    mono: Milliseconds


class DevicePress(BaseModel):
    """One revision of one sitting as a paired device kept it: what was said, and what it knows of the moment of the first touch."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=RANDOM_UUID)]
    rev: Annotated[int, Field(ge=0, le=99)]
    place: Slug
    questionnaire: Annotated[str, Field(pattern=r"^[a-z0-9-]+@[1-9][0-9]{0,3}$", max_length=40)]
    language: Literal["cs", "en", "uk", "pl", "de", "vi"]
    ratings: Annotated[
        dict[Annotated[str, Field(max_length=32)], Annotated[int, Field(ge=1, le=11)]],
        Field(min_length=1, max_length=12),
    ]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = None
    page: Page
    mono: Milliseconds
    device_ms: Milliseconds
    anchor: AnchorPart | None = None
    offset_ms: Milliseconds | None = None

    def digest(self) -> str:
        """128 bits over what was said; not over its moment, which a digest of known hour would give away after it is erased."""
        said = [self.id, self.rev, self.place, self.questionnaire, self.language, sorted(self.ratings.items())]
        return sha256(_compact(said).encode()).hexdigest()[:32]

    def pressed(self) -> Pressed:
        """What is known of its moment. Raises OverflowError for one outside of the calendar."""
        anchor = (
            Anchor(EPOCH + timedelta(milliseconds=self.anchor.server_ms), self.anchor.mono) if self.anchor else None
        )
        return Pressed(self.page, self.mono, self.device_ms, anchor, self.offset_ms)


class Batch(BaseModel):
    """What a device sends at once: its clocks at this attempt, and the presses, each to be judged by itself."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    page: Page
    sent_mono: Milliseconds
    sent_ms: Milliseconds
    presses: Annotated[list[object], Field(min_length=1, max_length=LONGEST_BATCH)]

    def sending(self, received_at: datetime) -> Sending:
        """The moment of sending."""
        return Sending(self.page, self.sent_mono, self.sent_ms, received_at)


class Beat(BaseModel):
    """What a device says of itself every minute. `oldest_ms` and `last_press_ms` are ages; None: there is none."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    page: Page
    mono: Milliseconds
    device_ms: Milliseconds
    shell: Annotated[str, Field(max_length=32)]
    config: Annotated[str, Field(max_length=32)]
    waiting: Annotated[int, Field(ge=0, le=10_000_000)]
    oldest_ms: Annotated[float, Field(ge=0, le=1e13)] | None = None
    dead: Annotated[int, Field(ge=0, le=10_000_000)]
    dead_problems: Annotated[list[Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]], Field(max_length=5)] = []
    persisted: bool
    visible: bool
    last_press_ms: Annotated[float, Field(ge=0, le=1e13)] | None = None
    full: bool = False


_PRESS = TypeAdapter(Press)


def read_one(value: object) -> Press | None:
    """The press in a JSON value, None when it is not one."""
    try:
        return _PRESS.validate_python(value)
    except ValidationError:
        return None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item of a batch that is not a press; it keeps its place among the receipts."""

    external_id: str


def refusal(item: object) -> Refusal:
    """What stands for an item that is no press: its id, where it has one."""
    found = item.get("id") if isinstance(item, dict) else None
    return Refusal(found[:64] if isinstance(found, str) else "")


def told(receipt: Receipt) -> dict[str, object]:
    """A receipt as it is answered."""
    return {"id": receipt.external_id, "rev": receipt.rev, "outcome": receipt.outcome, "problem": receipt.problem}


Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], value: object) -> Model | None:
    """A JSON value as that model, None when it is none."""
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def read_form(form: Mapping[str, str], codes: Sequence[str]) -> Press | None:
    """The press in a form's fields; `codes` are the questions that may be answered."""
    ratings = {code: _integer(form[code]) for code in codes if form.get(code)}
    fields = {"id": form.get("id"), "questionnaire": form.get("questionnaire"), "language": form.get("language", "cs")}
    return read_one({**fields, "rev": _integer(form.get("rev", "0")), "ratings": ratings})


def _integer(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


assert set(KIOSK_LANGUAGES) == {"cs", "en", "uk", "pl", "de", "vi"}  # noqa: S101 (the literal above cannot be computed)

"""The form of a notice: what stands in it, read into what it means, with what is wrong in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from hub.language import gettext
from hub.rules.localtime import local
from noticeboard.actions import Written
from noticeboard.models import Notice
from noticeboard.periods import instant

TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
FIELDS = ("title", "text", "department", "posts_on", "posts_time", "ends_on")


@dataclass
class Filled:
    """The words of the form as they came, so that they come back, and what they mean."""

    values: dict[str, str]
    version: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)

    def wrong(self, where: str, message: str) -> None:
        """Say what is wrong with a field."""
        self.problems.append({"field": where, "message": message})

    def written(self) -> Written:
        """What it means; what cannot be read becomes a problem of its field."""
        return Written(
            self.version,
            self.values["title"],
            self.values["text"],
            int(self.values["department"]) if _is_number(self.values["department"]) else None,
            self._posts_at(),
            self._day("ends_on"),
        )

    def _posts_at(self) -> datetime | None:
        on, at = self._day("posts_on"), self.values["posts_time"].strip()
        if on is None:
            if at and not self.values["posts_on"].strip():
                self.wrong("posts_on", gettext("Choose the day too, or leave both empty."))
            return None
        read = TIME.fullmatch(at)
        if read is None:
            self.wrong("posts_time", gettext("Write the time as hours and minutes, for example 8:00."))
            return None
        found = instant(on, time(int(read[1]), int(read[2])))
        if found is None:
            self.wrong("posts_time", gettext("Clocks skip this hour on that night. Choose another time."))
        return found

    def _day(self, name: str) -> date | None:
        text = self.values[name].strip()
        if not text:
            return None
        try:
            day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
        except ValueError:
            day = None
        if day is None or not 2000 <= day.year < 2200:
            self.wrong(name, gettext("This day is not readable. Choose one from the calendar."))
            return None
        return day


def read(form: Mapping[str, str]) -> Filled:
    """What was sent."""
    version = form.get("version", "")
    return Filled({name: form.get(name, "") for name in FIELDS}, int(version) if _is_number(version) else 0)


def empty(department_id: int | None) -> Filled:
    """A form for a new notice."""
    return Filled({**dict.fromkeys(FIELDS, ""), "department": str(department_id or "")})


def of(notice: Notice) -> Filled:
    """The form of what was saved."""
    last = notice.message.revisions[-1]
    posts = local(notice.posts_at) if notice.posts_at else None
    values = {
        "title": last.title or "",
        "text": last.text or "",
        "department": str(notice.message.department_id or ""),
        "posts_on": posts.date().isoformat() if posts else "",
        "posts_time": f"{posts:%H:%M}" if posts else "",
        "ends_on": notice.ends_on.isoformat() if notice.ends_on else "",
    }
    return Filled(values, notice.version)


def now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9

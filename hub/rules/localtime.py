"""The city's time. Instants are UTC; days and hours that people see are Europe/Prague."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

PRAGUE = ZoneInfo("Europe/Prague")


def local(at: datetime) -> datetime:
    """The Prague wall time of an aware instant."""
    return at.astimezone(PRAGUE)


def begins(day: date) -> datetime:
    """The UTC instant at which a day of Prague begins."""
    return datetime.combine(day, time(), PRAGUE).astimezone(UTC)


def hour_of(at: datetime) -> datetime:
    """The UTC hour in which an instant lies. Prague differs from UTC by whole hours, so local hours are the same ones."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, the only period of published figures: overlapping periods could be subtracted from each other."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month | None:
        """Read `2026-11`; None for anything else."""
        year, dash, month = text.partition("-")
        if not (dash and len(year) == 4 and len(month) == 2 and text.isascii() and (year + month).isdigit()):
            return None
        return cls(int(year), int(month)) if 1 <= int(month) <= 12 and 2000 <= int(year) < 9999 else None

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def shift(self, months: int) -> Month:
        """The month that many months later (earlier when negative)."""
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(years, month + 1)

    def days(self) -> list[date]:
        """Every day of it."""
        return [date(self.year, self.month, day) for day in range(1, monthrange(self.year, self.month)[1] + 1)]

    def bounds(self) -> tuple[datetime, datetime]:
        """The UTC instants of its beginning and of the beginning of the next one."""
        following = self.shift(1)
        return begins(date(self.year, self.month, 1)), begins(date(following.year, following.month, 1))

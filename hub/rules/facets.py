"""By what a search is narrowed besides words: one token for each property of a public message, kept among its search words.

So kind, department, theme and month are looked up in the same index as the words, and a search costs the same whichever are
asked for. Each token begins with a letter that no word of a text keeps (`hub.stems` leaves out diacritics), so that no text
and no query can pretend to one.
"""

from __future__ import annotations

from datetime import datetime

from hub.rules.localtime import Month, local


def of_kind(kind: str) -> str:
    """The token of a kind of message."""
    return f"žkind{kind}"


def of_department(department_id: int) -> str:
    """The token of a department."""
    return f"ždepartment{department_id}"


def is_department(token: str) -> bool:
    """Whether a search word is the token of a department."""
    return token.startswith("ždepartment")


def of_theme(theme_id: int) -> str:
    """The token of a theme."""
    return f"žtheme{theme_id}"


def of_year(year: int) -> str:
    """The token of the Prague year in which it appeared."""
    return f"žyear{year}"


def of_month(month: Month) -> str:
    """The token of the Prague month in which it appeared."""
    return f"žmonth{month.year:04d}{month.month:02d}"


def all_of(kind: str, department_id: int | None, theme_id: int | None, appears_at: datetime | None) -> list[str]:
    """The tokens of one message."""
    found = [of_kind(kind)]
    if department_id is not None:
        found.append(of_department(department_id))
    if theme_id is not None:
        found.append(of_theme(theme_id))
    if appears_at is not None:
        month = Month.of(local(appears_at).date())
        found += [of_year(month.year), of_month(month)]
    return found

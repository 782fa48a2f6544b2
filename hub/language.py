"""The language of a page: a prefix of its address (`/en/…`), never a cookie. Czech has none.

The prefix is moved to SCRIPT_NAME before routing, so routes do not know it and `url_for` keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal
from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

from hub.rules.localtime import local
from hub.vocabulary import CITY_LANGUAGES, DEFAULT_LANGUAGE

__all__ = [
    "address",
    "choices",
    "current",
    "day",
    "exact",
    "full_day",
    "gettext",
    "init_app",
    "moment",
    "month",
    "name_of",
    "ngettext",
    "number",
    "percent",
    "size",
    "speaking",
    "weekday",
    "words",
]

NO_BREAK_SPACE = "\u00a0"


class Prefix:
    """WSGI layer that takes a language prefix off the path."""

    def __init__(self, app: Callable[..., Any], languages: Iterable[str]) -> None:
        self._app = app
        self._prefixes = {language: f"/{language}" for language in languages if language != DEFAULT_LANGUAGE}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Pass the request on, with `hub.language` and `hub.root` (the address of the hub itself) in its environ."""
        path = environ.get("PATH_INFO", "")
        root = environ.get("SCRIPT_NAME", "")
        first = path[1:].partition("/")[0]
        environ["hub.root"] = root
        environ["hub.language"] = DEFAULT_LANGUAGE
        if first in self._prefixes:
            environ["hub.language"] = first
            environ["SCRIPT_NAME"] = root + self._prefixes[first]
            environ["PATH_INFO"] = path[len(self._prefixes[first]) :] or "/"
        return self._app(environ, start_response)


def init_app(app: Flask, languages: Mapping[str, str], directories: Iterable[str]) -> None:
    """Translate pages from the catalogues in these directories, for these languages."""
    app.wsgi_app = Prefix(app.wsgi_app, languages)  # type: ignore[method-assign]
    Babel(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_timezone="Europe/Prague",
        default_translation_directories=";".join(directories),
        locale_selector=current,
    )
    app.add_template_filter(percent)
    app.add_template_filter(number)


def current() -> str:
    """The language of this request; Czech outside of one."""
    if _SPEAKING.get():
        return _SPEAKING.get()
    return str(request.environ.get("hub.language", DEFAULT_LANGUAGE)) if has_request_context() else DEFAULT_LANGUAGE


@contextmanager
def speaking(language: str, known: Iterable[str] = CITY_LANGUAGES) -> Iterator[None]:
    """Say everything in this language meanwhile (Czech where it is not `known`): for what is written outside of a request."""
    before = _SPEAKING.set(language if language in known else DEFAULT_LANGUAGE)
    try:
        with force_locale(_SPEAKING.get()):
            yield
    finally:
        _SPEAKING.reset(before)


_SPEAKING: ContextVar[str] = ContextVar("speaking", default="")


def address(language: str) -> str:
    """The address of the present page in another language."""
    prefix = "" if language == DEFAULT_LANGUAGE else f"/{language}"
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string and request.method == "GET" else ""
    return f"{request.environ.get('hub.root', '')}{prefix}{request.path}{query}"


def choices(languages: Mapping[str, str] = CITY_LANGUAGES) -> list[dict[str, object]]:
    """The switch of languages for a page: code, name in itself, address, whether it is the present one."""
    now = current()
    return [
        {"code": code, "name": name, "url": address(code), "current": code == now} for code, name in languages.items()
    ]


def name_of(language: str) -> str:
    """What a language calls itself."""
    return CITY_LANGUAGES.get(language, language)


def words(texts: Mapping[str, str]) -> str:
    """The present language's words out of stored texts, else Czech, else any."""
    return texts.get(current()) or texts.get(DEFAULT_LANGUAGE) or next(iter(texts.values()), "")


def number(value: float) -> str:
    """A number as the language writes it: 1 234,5."""
    return format_decimal(value, locale=current())


def exact(value: float) -> str:
    """A constant with all its digits: 1,959964."""
    return format_decimal(value, format="0.######", locale=current())


def percent(share: float) -> str:
    """A share of 0 to 1 as a percentage with one decimal: 87,5 %."""
    space = "" if current() == "en" else NO_BREAK_SPACE
    return format_decimal(round(share * 100, 1), format="#,##0.0", locale=current()) + space + "%"


def gettext(text: str, **values: object) -> str:
    """A text in the present language, with its values put in."""
    return str(_gettext(text, **values))


def ngettext(one: str, many: str, number: int) -> str:
    """The form of a text that fits a number (`%(num)s`)."""
    return str(_ngettext(one, many, number))


def size(number_of_bytes: int) -> str:
    """The size of a file: 1,2 MB."""
    unit, divisor = ("MB", 1024 * 1024) if number_of_bytes >= 1024 * 1024 else ("kB", 1024)
    return f"{format_decimal(max(0.1, number_of_bytes / divisor), format='#,##0.#', locale=current())}{NO_BREAK_SPACE}{unit}"


def month(first_day: date) -> str:
    """A month with its year: listopad 2026."""
    return format_date(first_day, "LLLL y", locale=current())


def day(on: date) -> str:
    """A day of a known month: 3. 11."""
    return format_date(on, "d. M." if current() != "en" else "d MMM", locale=current())


def weekday(number: int) -> str:
    """The name of a weekday, 1 is Monday: pondělí."""
    return str(get_day_names("wide", context="stand-alone", locale=current())[number - 1])


def full_day(on: date) -> str:
    """A day with its year: 3. 11. 2026."""
    return format_date(on, "d.\u00a0M.\u00a0y" if current() != "en" else "d\u00a0MMM\u00a0y", locale=current())


def moment(at: datetime) -> str:
    """An instant as Prague clocks show it: 3. 11. 2026 9:05."""
    wall = local(at)
    return f"{full_day(wall.date())}{NO_BREAK_SPACE}{wall.hour}:{wall.minute:02d}"

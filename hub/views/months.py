"""Choosing a month in an address, and what a page offers to choose from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from hub import language
from hub.errors import BadInput
from hub.rules.localtime import Month
from hub.vocabulary import marked


def asked(present: Month) -> Month:
    """The month of the address, the present one where none is named. Raises BadInput."""
    text = request.args.get("mesic")
    month = Month.parse(text) if text else present
    if month is None:
        raise BadInput(marked("The month is not readable. Choose one from the list."))
    return month


def picker(month: Month, first: Month, last: Month, url: Callable[[Month], str]) -> dict[str, Any]:
    """What `deadlines/month.html` shows: the month, those that can be chosen (newest first), and its neighbours."""
    shown = [last]
    while shown[-1] > first:
        shown.append(shown[-1].shift(-1))
    choices = shown if month in shown else sorted({*shown, month}, reverse=True)
    at = choices.index(month)

    def neighbour(index: int) -> str | None:
        return url(choices[index]) if 0 <= index < len(choices) else None

    return {
        "value": str(month),
        "label": language.month(month.days()[0]),
        "previous_url": neighbour(at + 1),
        "next_url": neighbour(at - 1),
        "options": [
            {"value": str(one), "label": language.month(one.days()[0]), "selected": one == month} for one in choices
        ],
    }

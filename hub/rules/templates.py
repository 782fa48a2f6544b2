"""Fields in templates of answers: {{lhuta}} is known to the hub, {{?datum opravy}} is for the official to fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping

KNOWN = ("jmeno_uredu", "odbor", "reference", "lhuta", "paragraf")
"""Fields that the hub fills in by itself: the city, the department, the number of the case, its deadline, the paragraph for it."""

FIELD = re.compile(r"\{\{([^{}\n]{0,80})\}\}")
BROKEN = re.compile(r"\{\{|\}\}")


def fields(text: str) -> list[str]:
    """What stands between double braces, each once, in order."""
    return list(dict.fromkeys(found.strip() for found in FIELD.findall(text)))


def wrong(text: str) -> list[str]:
    """What of a template nobody could ever fill in: unknown names, fields without a name, braces without the other half."""
    bad = ["{{" + name + "}}" for name in fields(text) if name not in KNOWN and not name.removeprefix("?").strip()]
    bad += ["{{" + name + "}}" for name in fields(text) if name and not name.startswith("?") and name not in KNOWN]
    return [*bad, *dict.fromkeys(BROKEN.findall(FIELD.sub("", text)))]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with everything that is known in its place. What is not known stays, for the official to see."""

    def value(found: re.Match[str]) -> str:
        return values.get(found[1].strip()) or found[0]

    return FIELD.sub(value, text)


def missing(text: str) -> list[str]:
    """The fields that are still to be filled in, as people call them."""
    return [name.removeprefix("?").strip() or "{{}}" for name in fields(text)]

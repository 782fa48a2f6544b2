"""HTML out of what people wrote: always derived, never stored. What they write is plain text, kept and escaped.

Bleach makes the links, nh3 has the last word: of bleach's own, 6.4 lets some schemes pass that are no link of a citizen.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

import nh3
from bleach.linkifier import Linker
from markupsafe import Markup

LONGEST = 20_000
"""Characters that are made into HTML; longer texts are refused before they are stored."""

TAGS = {"p", "br", "a"}
SCHEMES = {"http", "https", "mailto", "tel"}

# Bleach's own patterns need seconds for ten thousand letters without a space; these look at each word once.
DOMAIN = r"(?:[\w-]{1,63}\.)+"
URL = re.compile(
    rf"(?:(?<![\w-])https?://{DOMAIN}[^\W\d_]{{2,24}}|(?<![\w@./-]){DOMAIN}(?:cz|sk|eu|com|org|net|info))"
    r"(?![\w@-]|\.\w)(?::\d{1,5})?(?:[/?#](?:(?!&[lg]t;)[^\s{}|\\^`<>\"])*)?",
    re.IGNORECASE,
)
EMAIL = re.compile(
    r"(?<![\w.!#$%&'*+/=?^`{|}~@-])[\w.%+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![\w@-]|\.\w)",
    re.IGNORECASE,
)


def paragraphs(text: str | None) -> Markup:
    """Plain text as paragraphs with links; an erased text is an empty one."""
    parts = re.split(r"\n[ \t]*\n+", escape((text or "")[:LONGEST], quote=False).strip("\n"))
    whole = "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts if part.strip())
    linker = Linker(callbacks=[_only_of_ours], parse_email=True, url_re=URL, email_re=EMAIL)
    clean = nh3.clean(
        linker.linkify(whole),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="nofollow ugc noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 (the one place that makes HTML of texts, after nh3)


def _only_of_ours(attributes: dict[Any, str], new: bool = False) -> dict[Any, str] | None:
    """Keep a link that leads where links of citizens may lead; else its words stay plain."""
    target = attributes.get((None, "href"), "")
    return attributes if new and target.partition(":")[0].lower() in SCHEMES else None

"""HTML out of what people wrote: always derived, never stored. Citizens write plain text, officials a small Markdown.

Bleach makes the links, nh3 has the last word: of bleach's own, 6.4 lets some schemes pass that are no link of a citizen.
Markdown is read by markdown-it-py with everything switched off but paragraphs, lists, bold, emphasis, links and headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import nh3
from bleach.linkifier import Linker
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from hub.rules.pasting import DATED

LONGEST = 20_000
"""Characters that are made into HTML; longer texts are refused before they are stored."""

TAGS = {"p", "br", "a"}
SCHEMES = {"http", "https", "mailto", "tel"}
MARKDOWN_TAGS = TAGS | {"ul", "ol", "li", "strong", "em", "h3", "h4"}
MARKDOWN_SCHEMES = {"http", "https", "mailto"}
"""Where a link written in Markdown may lead."""
RULES = ["paragraph", "list", "heading", "newline", "escape", "emphasis", "balance_pairs", "fragments_join", "link"]

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
BARE = re.compile(r"https?://[^\s()<>\[\]]+|www\.[^\s()<>\[\]]+|[\w.%+-]{1,64}@[\w.-]+|\d\*(?=\d)")
"""What is a link without any mark, or a product of numbers: stars and underscores in it are its own."""
NUMBERED = re.compile(r"^([ \t]*)(\d{1,9})([.)])(?=[ \t])(.*)$")


def paragraphs(text: str | None) -> Markup:
    """Plain text as paragraphs with links; an erased text is an empty one."""
    parts = re.split(r"\n[ \t]*\n+", escape((text or "")[:LONGEST], quote=False).strip("\n"))
    whole = "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts if part.strip())
    return _clean(whole, TAGS, SCHEMES)


def rich(text: str | None) -> Markup:
    """The small Markdown of officials as HTML; whatever else stands in it stays as its words."""
    source = _guarded((text or "")[:LONGEST])
    return _clean(_reader().render(source), MARKDOWN_TAGS, SCHEMES)


def said(text: str | None, is_markdown: bool) -> Markup:
    """The words of a revision as HTML, however they were written."""
    return rich(text) if is_markdown else paragraphs(text)


def plain(text: str | None, is_markdown: bool = True) -> str:
    """The same words without any marks, for letters in plain text, excerpts and the search; a link is followed by its address."""
    if not is_markdown:
        return text or ""
    return "\n\n".join(_blocks(_reader().parse(_guarded((text or "")[:LONGEST]))))


def _clean(html: str, tags: set[str], schemes: set[str]) -> Markup:
    linker = Linker(callbacks=[_only_of_ours], parse_email=True, url_re=URL, email_re=EMAIL)
    clean = nh3.clean(
        linker.linkify(html),
        tags=tags,
        attributes={"a": {"href"}},
        url_schemes=schemes,
        url_relative="deny",
        link_rel="nofollow ugc noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 (the one place that makes HTML of texts, after nh3)


def _only_of_ours(attributes: dict[Any, str], new: bool = False) -> dict[Any, str] | None:
    """Keep a link that leads where links may lead; else its words stay plain."""
    target = attributes.get((None, "href"), "")
    return attributes if target.partition(":")[0].lower() in SCHEMES else None


def _reader() -> MarkdownIt:
    """A reader of the small Markdown. A new one each time: it is cheap, and keeps a state while it reads."""
    reader = MarkdownIt("zero", {"breaks": True, "html": False, "linkify": False}).enable(RULES)
    reader.validateLink = _may_lead  # type: ignore[method-assign]
    reader.core.ruler.push("levels", _levels)
    return reader


def _may_lead(url: str) -> bool:
    return url.partition(":")[0].strip().lower() in MARKDOWN_SCHEMES


def _levels(state: Any) -> None:
    """Headings are of the third and fourth level: above them stands the page."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3" if token.tag in {"h1", "h2", "h3"} else "h4"


def _guarded(text: str) -> str:
    """Marks that nobody meant are escaped: a date that begins a line, a number that goes on from none, addresses."""
    numbers: dict[int, int] = {}
    lines: list[str] = []
    for line in text.split("\n"):
        found = NUMBERED.match(line)
        if found is None:
            if line.strip() and not line[0].isspace():
                numbers = {} if lines and not lines[-1].strip() else numbers
        else:
            indent, n = len(found[1]), int(found[2])
            if DATED.match(found[4]) or n not in {1, numbers.get(indent, 0) + 1}:
                line = f"{found[1]}{found[2]}\\{found[3]}{found[4]}"  # noqa: PLW2901
            else:
                numbers[indent] = n
        lines.append(line)
    return BARE.sub(_literal, "\n".join(lines))


def _literal(found: re.Match[str]) -> str:
    return re.sub(r"(?<!\\)([*_])", r"\\\1", found[0])


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """The blocks of a text in words; those of a list in one, an item a line."""
    stack: list[int | None] = []  # of each open list the next number, or None
    items: list[str] = []
    mark = ""
    for token in tokens:
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            stack.append(1 if token.type.startswith("ordered") else None)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            stack.pop()
            if not stack:
                yield "\n".join(items)
                items = []
        elif token.type == "list_item_open":
            n = stack[-1]
            mark = "– " if n is None else f"{n}. "
            stack[-1] = None if n is None else n + 1
        elif token.type == "inline":
            words = _words(token.children or [])
            if not stack:
                yield words
                continue
            space = "  " * (len(stack) - 1)
            items.append(f"{space}{mark}{words}".replace("\n", f"\n{space}{' ' * len(mark)}"))
            mark = " " * len(mark)


def _words(tokens: Sequence[Token]) -> str:
    found: list[str] = []
    target, start = "", 0
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            found.append("\n")
        elif token.type == "link_open":
            target, start = str(token.attrs.get("href", "")), len(found)
        elif token.type == "link_close":
            words = "".join(found[start:])
            address = target.removeprefix("mailto:")
            found += [f" ({address})"] if address not in {words, f"http://{words}"} else []
        else:
            found.append(token.content)
    return "".join(found)

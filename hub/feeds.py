"""Feeds for readers of news: Atom (RFC 4287) and JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) of the same entries."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

NAMES = UUID("7d2f0c1e-5b84-4a6f-9a55-1f0c8d1b6e20")
"""The space of names of our entries (RFC 9562 § 5.5); it must never change, or readers would show everything anew."""

ATOM = "http://www.w3.org/2005/Atom"
ATOM_TYPE = "application/atom+xml; charset=utf-8"
JSON_TYPE = "application/feed+json; charset=utf-8"
EMPTY = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries changed last: it must say something."""

NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry at all, § 2.2."""


def lasting_id(name: str) -> str:
    """The id of an entry, the same for ever, whatever the address of the site is."""
    return uuid5(NAMES, name).urn


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `html` is clean already; `id` comes from `lasting_id`."""

    id: str
    title: str
    url: str
    html: str
    language: str
    author: str
    tags: tuple[str, ...]
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: the page whose content it is, its own address, and its entries, the newest first."""

    title: str
    page_url: str
    own_url: str
    language: str
    publisher: str
    entries: Sequence[Entry]

    @property
    def updated_at(self) -> datetime:
        """When any of its entries changed last."""
        return max((entry.updated_at for entry in self.entries), default=EMPTY)


def atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": feed.language})
    _put(root, "id", feed.own_url)
    _put(root, "title", feed.title)
    _put(root, "updated", _instant(feed.updated_at))
    _put(_put(root, "author"), "name", feed.publisher)
    _put(root, "link", rel="alternate", type="text/html", href=feed.page_url)
    _put(root, "link", rel="self", type="application/atom+xml", href=feed.own_url)
    for entry in feed.entries:
        one = _put(root, "entry")
        one.set("xml:lang", entry.language)
        _put(one, "id", entry.id)
        _put(one, "title", entry.title)
        _put(one, "published", _instant(entry.published_at))
        _put(one, "updated", _instant(entry.updated_at))
        _put(_put(one, "author"), "name", entry.author or feed.publisher)
        for tag in entry.tags:
            _put(one, "category", term=tag)
        _put(one, "link", rel="alternate", type="text/html", href=entry.url)
        _put(one, "content", entry.html, type="html")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed."""
    items = [
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "content_html": entry.html,
            "date_published": _instant(entry.published_at),
            "date_modified": _instant(entry.updated_at),
            "authors": [{"name": entry.author or feed.publisher}],
            "tags": list(entry.tags),
            "language": entry.language,
        }
        for entry in feed.entries
    ]
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.own_url,
        "language": feed.language,
        "authors": [{"name": feed.publisher}],
        "items": items,
    }
    return json.dumps(whole, ensure_ascii=False).encode()


def _put(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, name, {key: NO_XML.sub("", value) for key, value in attributes.items()})
    made.text = NO_XML.sub("", text) or None
    return made


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

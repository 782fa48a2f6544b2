"""Comments in every state in which nobody reads them, each with words of its own."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests import desks
from tests.discussion import talks
from tests.seals import seal, text


def waiting_comment(app: Flask, slug: str, name: str) -> str:
    return talks.reference(app, talks.said(app, slug, f"Příspěvek {text(name)}", seal(name)))


def held_comment(app: Flask, slug: str, name: str) -> str:
    own = talks.said(app, slug, f"Volejte 777 123 456 {text(name)} https://kasino.example")
    return talks.reference(app, own)


def rejected_comment(app: Flask, slug: str, name: str) -> str:
    made = waiting_comment(app, slug, name)
    talks.decide(app, made, "reject", f"Důvod jen pro autora {text(name)}")
    return made


def hidden_comment(app: Flask, slug: str, name: str) -> str:
    _, made = talks.published(app, slug, f"Příspěvek {text(name)}", seal(name))
    talks.decide(app, made, "hide", "Napadá někoho.")
    return made


def hidden_comment_with_replies(app: Flask, slug: str, name: str) -> str:
    _, made = talks.published(app, slug, f"Příspěvek {text(name)}", seal(name))
    talks.published(app, slug, f"Reakce na skrytý příspěvek číslo {len(name)}.", replies_to=made)
    talks.decide(app, made, "hide", "Napadá někoho.")
    return made


def hidden_reply(app: Flask, slug: str, name: str) -> str:
    _, above = talks.published(app, slug, f"Nad skrytou reakcí {len(name)}.")
    _, made = talks.published(app, slug, f"Reakce {text(name)}", seal(name), replies_to=above)
    talks.decide(app, made, "hide", "Napadá někoho.")
    return made


def withdrawn_comment(app: Flask, slug: str, name: str) -> str:
    own, made = talks.published(app, slug, f"Příspěvek {text(name)}", seal(name))
    assert talks.change(app, own, "withdraw").status_code == 303
    return made


def erased_comment(app: Flask, slug: str, name: str) -> str:
    _, made = talks.published(app, slug, f"Příspěvek {text(name)}", seal(name))
    talks.published(app, slug, f"Reakce na vymazaný příspěvek {len(name)}.", replies_to=made)
    talks.decide(app, made, "erase", "Osobní údaje.")
    return made


def changed_comment(app: Flask, slug: str, name: str) -> str:
    """Everybody still sees the words approved before."""
    own, made = talks.published(app, slug, f"Původní znění příspěvku {len(name)}.")
    assert talks.change(app, own, "edit", text=f"Nové znění {text(name)}", name=seal(name)).status_code == 303
    return made


def objected_comment(app: Flask, slug: str, name: str) -> str:
    own = talks.said(app, slug, f"Příspěvek {text(name)}", seal(name))
    made = talks.reference(app, own)
    talks.decide(app, made, "reject", "Netýká se věci.")
    assert talks.change(app, own, "object", objection=f"Nesouhlasím {text(name)}").status_code == 303
    return made


def reported_comment(app: Flask, slug: str, name: str) -> str:
    """It is public; what was reported about it is not."""
    _, made = talks.published(app, slug, f"Nahlášený příspěvek {len(name)}.")
    talks.report(app, slug, made, words=f"Vadí mi {text(name)}")
    return made


def pages(app: Flask, slug: str, references: list[str], others: list[str]) -> list[str]:
    """A discussion page by page and from each comment on, and what might be discussions of others."""
    found, path = list[str](), f"/diskuse/{slug}"
    while path:
        found.append(path)
        path = desks.next_page(desks.public_page(app, path))
    assert len(found) > 1
    return [*found, *(f"/diskuse/{slug}?od={one}" for one in references[::4]), *(f"/diskuse/{one}" for one in others)]


def of_each(slug: str, references: list[str], page: str = "") -> list[str]:
    """The page of each comment, or one below it."""
    return [f"/diskuse/{slug}/{one}/{page}".rstrip("/") for one in references]


NOT_READ: tuple[Callable[[Flask, str, str], str], ...] = (
    waiting_comment, held_comment, rejected_comment, hidden_comment, hidden_comment_with_replies, hidden_reply,
    withdrawn_comment, erased_comment, changed_comment, objected_comment, reported_comment,
)  # fmt: skip

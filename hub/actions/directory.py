"""What staff do with the directory: the card of an office, officials, guides. Whoever saves over another is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from hub import errors
from hub.models import Department
from hub.queries import cards, directory, guides
from hub.rules.access import Scope
from hub.rules.directory import GuideCard, OfficeCard, OfficialCard, Wrong
from hub.steps import directory as steps
from hub.text import short_name
from hub.vocabulary import DEFAULT_LANGUAGE, ActorKind
from hub.vocabulary import marked as _
from hub.work import Actor, work

MOST_GUIDES = 300
MOST_OFFICIALS = 200
"""Of one department. They are shown on one page, and nobody reads more."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A picture that is in the storage already: its key there, its media type and its SHA-256."""

    key: str
    media_type: str
    digest: str


class Changed(errors.Conflict):
    """Somebody else changed the card meanwhile."""

    code = "card_changed"
    title = _("Somebody else has changed this")
    message = _("This was changed meanwhile. Your words are still in the form; compare them and save them again.")


def may_write(scope: Scope) -> bool:
    """Whether an account writes the directory: administrator and press all of it, a head that of the own department."""
    return scope.approves


def save_office(scope: Scope, slug: str, version: int, card: OfficeCard, now: datetime) -> None:
    """Keep where a department is found and when. Version 0: nobody wrote it yet.

    Raises NotAllowed, NotFound, Wrong, Changed. What is saved unchanged changes nothing.
    """
    _check_right(scope)
    with work(_actor(scope), "save an office", now) as w:
        department = directory.department_in(w.session, scope, slug)
        if version == 0:
            steps.begin_office(w.session, department.id)
        office = directory.office(w.session, department.id)
        w.about(office)
        if office.version and cards.of_office(office) == card:
            return
        _must_be(office.version, version)
        steps.write_office(w.session, office, card)


def save_official(
    scope: Scope,
    reference: str,
    version: int,
    department: str,
    card: OfficialCard,
    now: datetime,
    portrait: Portrait | None = None,
    *,
    drop_portrait: bool = False,
) -> None:
    """Keep the card of an official; version 0 is of a new one. A new portrait replaces the old one.

    Raises NotAllowed, NotFound, Wrong, Changed. The file of a portrait that is gone goes by the job that looks for such.
    """
    _check_right(scope)
    with work(_actor(scope), "save an official", now) as w:
        to = directory.department_in(w.session, scope, department)
        if version == 0:
            _begin_official(w.session, reference, to)
        official = directory.official_in(w.session, scope, reference, to_change=True)
        w.about(official)
        same = cards.of_official(official) == card and official.department_id == to.id
        if official.version and same and portrait is None and not (drop_portrait and official.portrait_key):
            return
        _must_be(official.version, version)
        official.department_id = to.id
        if portrait is not None or drop_portrait:
            official.portrait_key = portrait.key if portrait else None
            official.portrait_type = portrait.media_type if portrait else None
            official.portrait_digest = portrait.digest if portrait else None
        steps.write_official(w.session, official, card)


def delete_official(scope: Scope, reference: str, version: int, now: datetime) -> None:
    """Forget an official, who left or wishes so: nothing of the card stays. Raises NotAllowed, NotFound, Changed."""
    _check_right(scope)
    with work(_actor(scope), "delete an official", now) as w:
        official = directory.official_in(w.session, scope, reference, to_change=True)
        w.about(official)
        _must_be(official.version, version)
        w.session.delete(official)


def save_guide(scope: Scope, slug: str | None, version: int, department: str, card: GuideCard, now: datetime) -> str:
    """Keep a guide and return its slug; without one it is new, and gets that of its Czech title, for ever.

    Raises NotAllowed, NotFound, Wrong, Changed.
    """
    _check_right(scope)
    with work(_actor(scope), "save a guide", now) as w:
        to = directory.department_in(w.session, scope, department)
        is_new = slug is None
        slug = _begin_guide(w.session, to, card) if slug is None else slug
        guide = guides.guide_in(
            w.session, replace(scope, department_id=None) if is_new else scope, slug, to_change=True
        )
        w.about(guide)
        if guide.version and cards.of_guide(guide) == card and guide.department_id == to.id:
            return slug  # the same form, sent twice
        if is_new and guide.version:
            raise Wrong({"title_cs": _("There is a guide of this name already. Give this one another title.")})
        _must_be(guide.version, version)
        guide.department_id = to.id
        steps.write_guide(w.session, guide, card)
        return slug


def _begin_official(session: Session, reference: str, department: Department) -> None:
    if not steps.is_reference(reference):
        raise errors.NotFound
    if len(directory.officials(session, department.id, hidden=True)) >= MOST_OFFICIALS:
        raise errors.BadInput(_("This department has as many officials as fit on its page."))
    steps.begin_official(session, reference, department.id)


def _begin_guide(session: Session, department: Department, card: GuideCard) -> str:
    """The address that the title of a new guide gives it; an empty guide stands there, or the one that was there before."""
    czech = card.words.get(DEFAULT_LANGUAGE)
    slug = short_name(czech.title) if czech else ""
    if not slug:
        raise Wrong({"title_cs": _("Write a title with letters: the address of the page is made of it.")})
    if steps.begin_guide(session, slug, department.id) and guides.how_many(session) > MOST_GUIDES:
        raise errors.BadInput(_("There are as many guides as fit on their page. Hide or reuse one."))
    return slug


def _check_right(scope: Scope) -> None:
    if not may_write(scope):
        raise errors.NotAllowed(_("Only a head of department, the press office or an administrator changes contacts."))


def _must_be(version: int, read: int) -> None:
    if version != read:
        raise Changed


def _actor(scope: Scope) -> Actor:
    return Actor(ActorKind.ACCOUNT, scope.account_id)

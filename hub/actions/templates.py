"""Writing templates of answers. Each version stays; who saves over another is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import choice

from sqlalchemy.orm import Session

from hub import database, errors
from hub.database import table_of
from hub.models import Template, TemplateText
from hub.queries import places, templates
from hub.rules import templates as rule
from hub.rules.access import Scope
from hub.text import one_line
from hub.text import words as clean
from hub.vocabulary import CITY_LANGUAGES, ActorKind, marked
from hub.work import Actor, work

LONGEST = 10_000
LONGEST_TITLE = 160
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
REFERENCE = 10


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form: language → (title, text); `department` its name in addresses, empty for the city."""

    version: int
    department: str
    is_shown: bool
    texts: dict[str, tuple[str, str]]

    def cleaned(self) -> dict[str, tuple[str, str]]:
        """What is said in each language in which anything is said. Raises BadTemplate, TooLarge."""
        plain = {name: (one_line(title), clean(text)) for name, (title, text) in self.texts.items()}
        plain = {name: words for name, words in plain.items() if name in CITY_LANGUAGES and any(words)}
        if not plain:
            raise BadTemplate("title_cs", marked("Write the template in one language at least."))
        for name, (title, text) in plain.items():
            if len(title) > LONGEST_TITLE or len(text) > LONGEST:
                raise errors.TooLarge(marked("The text is too long to be kept. Shorten it; nothing was saved."))
            if not title:
                raise BadTemplate(f"title_{name}", marked("Give the template a title by which it is found."))
            if not text:
                raise BadTemplate(f"text_{name}", marked("Write the text of the template."))
            wrong = rule.wrong(text)
            if wrong:
                raise BadTemplate(f"text_{name}", marked("The hub does not know this field:"), tuple(wrong))
        return plain


class BadTemplate(errors.BadInput):
    """What is wrong with which field of the form; `named` are the words in it that cannot stay."""

    code = "bad_template"

    def __init__(self, field: str, message: str, named: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.field = field
        self.named = named


class Changed(errors.Conflict):
    """Somebody else changed the template meanwhile."""

    code = "template_changed"
    title = marked("Somebody else has changed this template")
    message = marked("The template was changed meanwhile. Your text is still in the form; compare and save it again.")


def new_reference() -> str:
    """An address for a template that is yet to be written: the form carries it, so that sent twice it is kept once."""
    return "".join(choice(LETTERS) for _ in range(REFERENCE))


def save(scope: Scope, reference: str, written: Written, now: datetime) -> None:
    """Keep a template; version 0 is of a new one. Raises NotAllowed, NotFound, BadTemplate, TooLarge, Changed.

    What is saved unchanged makes no new version.
    """
    must_write(scope)
    texts = written.cleaned()
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "save a template", now) as w:
        department_id = _department(w.session, scope, written.department)
        if written.version == 0:
            _begin(w.session, reference, department_id)
        template = templates.find(w.session, scope, reference, to_change=True)
        w.about(template)
        if template.department_id is None and scope.department_id is not None:
            raise errors.NotAllowed(
                marked("Templates of the city are written by the press office or an administrator.")
            )
        before = {one.language: (one.title, one.text) for one in templates.texts(w.session, template).values()}
        same = (before, template.is_shown, template.department_id) == (texts, written.is_shown, department_id)
        if same and template.version:
            return
        if template.version != written.version:
            raise Changed
        template.version += 1
        template.is_shown, template.department_id = written.is_shown, department_id
        w.session.flush()
        for language, (title, text) in texts.items():
            row = {"language": language, "title": title, "text": text, "account_id": scope.account_id, "saved_at": now}
            w.session.add(TemplateText(template_id=template.id, n=template.version, **row))


def must_write(scope: Scope) -> None:
    """Raises NotAllowed for who only uses templates."""
    if not scope.approves:
        raise errors.NotAllowed(marked("Templates are written by heads, the press office and administrators."))


def _department(session: Session, scope: Scope, slug: str) -> int | None:
    if scope.department_id is not None:
        return scope.department_id
    found = {one.slug: one.id for one in places.departments(session)}
    if slug and slug not in found:
        raise BadTemplate("department", marked("Choose the department from the list."))
    return found[slug] if slug else None


def _begin(session: Session, reference: str, department_id: int | None) -> None:
    if len(reference) != REFERENCE or not set(reference) <= set(LETTERS):
        raise errors.BadInput
    if templates.count(session) >= templates.MOST:
        raise errors.Conflict(marked("There are too many templates to be read. Change one that is not used instead."))
    row = {"reference": reference, "department_id": department_id, "version": 0, "is_shown": True}
    database.insert_new(session.connection(), table_of(Template), [row], ("reference",), ("id",))

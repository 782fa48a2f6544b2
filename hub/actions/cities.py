"""Founding a city: its departments, places, questionnaire and accounts, out of a city file."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from hub import database, lawbook
from hub.cityfile import (
    WEB_PLACE,
    AccountPart,
    CityFile,
    QuestionnairePart,
    ThemePart,
    default_questionnaire,
    helped_questionnaire,
)
from hub.database import db, table_of
from hub.lawbook import TermRulePart
from hub.models import (
    Account,
    City,
    DeadlineRule,
    Department,
    Guide,
    Level,
    Office,
    Official,
    Question,
    Questionnaire,
    Role,
    TermRule,
    Theme,
    Topic,
    Touchpoint,
)
from hub.queries import places
from hub.signin import hash_password, verify_password
from hub.steps import directory, locations
from hub.steps.hearing import REST
from hub.vocabulary import ANSWERS, PlaceKind, RoleName
from hub.work import SYSTEM, work

ONLY = 1
"""The key of the one city."""


class AlreadyFounded(Exception):
    """The database already belongs to a city; a new one needs a database of its own."""


def found(file: CityFile, password: str, now: datetime) -> None:
    """Write the city into an empty database; every account gets the password. Raises AlreadyFounded."""
    # Hashing is slow on purpose, so it is done before the transaction.
    hashes = {account.email: hash_password(password) for account in file.accounts}
    with work(SYSTEM, "found the city", now) as w:
        row = {"id": ONLY, "name": file.name, "is_sample": file.is_sample}
        if not database.insert_new(w.connection, table_of(City), [row], ("id",), ("id",)):
            raise AlreadyFounded
        locations.load(w.session, file)
        departments = _departments(w.session, file)
        part = default_questionnaire() if file.questionnaire == "default" else file.questionnaire
        questionnaire = Questionnaire(code=part.code, version=part.version)
        w.session.add(questionnaire)
        _publish(w.session, questionnaire, part, now)
        for place in file.touchpoints:
            w.session.add(
                Touchpoint(
                    slug=place.slug,
                    name=place.name,
                    place=place.place,
                    department=departments[place.department],
                    questionnaire=questionnaire,
                )
            )
        _accounts(w.session, file.accounts, departments, hashes)
        _directory(w.session, file, departments)
        _themes(w.connection, file.themes)
        _what_the_hub_brings(w.session, now)
        w.about(w.session.get_one(City, ONLY))


def dress(brand: str | None, arms_key: str | None, now: datetime) -> str | None:
    """Give the city's pages its colour (#rrggbb) and coat of arms (a key of the storage); None takes them away.

    Returns the key of the coat of arms it had before, to be deleted.
    """
    with work(SYSTEM, "dress the city", now) as w:
        city = w.session.get_one(City, ONLY)
        before, city.brand, city.arms_key = city.arms_key, brand, arms_key
        w.about(city)
    return before


def load_places(file: CityFile, now: datetime) -> None:
    """Take the streets, the map and the addresses for formal submissions anew from a city file; nothing else of it."""
    with work(SYSTEM, "load places", now) as w:
        locations.load(w.session, file)
        w.about(w.session.get_one(City, ONLY))


def keep_up(now: datetime) -> None:
    """Add what came with a newer version (deadline rules, topics, places of its own); what is there never changes."""
    with work(SYSTEM, "keep up with the version", now, audited=False) as w:
        _what_the_hub_brings(w.session, now)


def _what_the_hub_brings(session: Session, now: datetime) -> None:
    session.flush()
    connection = session.connection()
    _law(connection)
    _topics(connection)
    _web_place(session, now)


def add_themes(themes: list[ThemePart], now: datetime) -> int:
    """Add themes that are not there yet; returns how many were new."""
    with work(SYSTEM, "add themes", now) as w:
        return _themes(w.connection, themes)


def _themes(connection: Connection, themes: list[ThemePart]) -> int:
    rows: list[dict[str, object]] = [
        {"slug": one.slug, "position": position, "names": one.name} for position, one in enumerate(themes)
    ]
    return len(database.insert_new(connection, table_of(Theme), rows, ("slug",), ("id",))) if rows else 0


def _web_place(session: Session, now: datetime) -> None:
    """Where readers of the city's own pages are asked, and what; figures count it for whoever takes what nobody else does."""
    part = helped_questionnaire()
    key = {"code": part.code, "version": part.version}
    connection = session.connection()
    made = database.insert_new(connection, table_of(Questionnaire), [key], ("code", "version"), ("id",))
    if made:
        _publish(session, session.get_one(Questionnaire, made[0][0]), part, now)
    questionnaire = session.scalars(sa.select(Questionnaire).filter_by(**key)).one()
    departments = list(session.scalars(sa.select(Department).order_by(Department.id)))
    whose = next((one for one in departments if REST in one.keywords), departments[0])
    place = {
        "slug": WEB_PLACE,
        "name": "Web",
        "place": "",
        "kind": PlaceKind.WEB,
        "department_id": whose.id,
        "questionnaire_id": questionnaire.id,
    }
    database.insert_new(connection, table_of(Touchpoint), [place], ("slug",), ("id",))


def _law(connection: Connection) -> None:
    rows: list[dict[str, object]] = [
        {
            "legal_kind": rule.legal_kind,
            "body": rule.body,
            "amount": rule.amount,
            "unit": rule.unit,
            "basis": rule.basis,
            "source": rule.source,
            "is_verified": rule.verified,
            "valid_from": rule.valid_from,
            "valid_to": rule.valid_to,
        }
        for rule in lawbook.deadline_rules()
    ]
    database.insert_new(connection, table_of(DeadlineRule), rows, ("legal_kind", "body", "valid_from"), ("id",))
    terms = [_row_of(rule) for rule in lawbook.term_rules()]
    database.insert_new(connection, table_of(TermRule), terms, ("act", "legal_kind", "valid_from"), ("id",))


def _row_of(rule: TermRulePart) -> dict[str, object]:
    names = ("act", "legal_kind", "amount", "unit", "most", "within", "condition", "basis", "source")
    row = {name: getattr(rule, name) for name in names}
    return {**row, "is_verified": rule.verified, "valid_from": rule.valid_from, "valid_to": rule.valid_to}


def _topics(connection: Connection) -> None:
    database.insert_new(connection, table_of(Topic), [{"code": ANSWERS}], ("code",), ("id",))


def set_sample_password(password: str, now: datetime) -> None:
    """Give every account of a sample city this password, when it does not have it yet; a real city is never touched."""
    city = places.city(db.session())
    accounts = list(db.session.scalars(sa.select(Account)))
    if city is None or not city.is_sample or all(_fits(account, password) for account in accounts):
        return
    hashed = hash_password(password)
    with work(SYSTEM, "set the sample password", now) as w:
        for account in w.session.scalars(sa.select(Account)):
            account.password = hashed
            w.about(account)


def _fits(account: Account, password: str) -> bool:
    return account.password is not None and bool(verify_password(password, account.password))


def _departments(session: Session, file: CityFile) -> dict[str, Department]:
    made = {
        d.slug: Department(slug=d.slug, name=d.name, needs_approval=d.needs_approval, keywords=d.keywords)
        for d in file.departments
    }
    session.add_all(made.values())
    return made


def _directory(session: Session, file: CityFile, departments: dict[str, Department]) -> None:
    session.flush()
    for office in file.offices:
        key = departments[office.department].id
        directory.begin_office(session, key)
        directory.write_office(session, session.get_one(Office, key), office.card())
    for position, official in enumerate(file.officials):
        reference = directory.new_reference()
        directory.begin_official(session, reference, departments[official.department].id)
        made = session.scalars(sa.select(Official).where(Official.reference == reference)).one()
        directory.write_official(session, made, official.card(min(position, 999)))
    for guide in file.guides:
        directory.begin_guide(session, guide.slug, departments[guide.department].id)
        there = session.scalars(sa.select(Guide).where(Guide.slug == guide.slug)).one()
        directory.write_guide(session, there, guide.card())


def _publish(session: Session, made: Questionnaire, part: QuestionnairePart, now: datetime) -> None:
    for position, question in enumerate(part.questions):
        texts = {language: {"text": words} for language, words in question.text.items()}
        levels = [Level(level=n, labels=labels) for n, labels in enumerate(question.levels, 1)]
        made.questions.append(
            Question(
                position=position,
                code=question.code,
                kind=question.kind,
                scale=question.scale,
                texts=texts,
                levels=levels,
            )
        )
    session.flush()
    made.published_at = now  # last: from here on its questions are immutable


def _accounts(
    session: Session, parts: list[AccountPart], departments: dict[str, Department], hashes: dict[str, str]
) -> None:
    roles = {name: Role(name=name.value) for name in RoleName}
    session.add_all(roles.values())
    for part in parts:
        session.add(
            Account(
                email=part.email.casefold(),
                name=part.name,
                password=hashes[part.email],
                fs_uniquifier=token_hex(32),
                department=departments[part.department] if part.department else None,
                roles=[roles[part.role]],
            )
        )

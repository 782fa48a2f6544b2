"""Accounts: made and changed by an administrator's commands, and used."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa

from hub import database
from hub.database import db, table_of
from hub.models import Account, Department, Role
from hub.signin import hash_password
from hub.vocabulary import ActorKind, RoleName
from hub.work import SYSTEM, Actor, work


class NoSuchAccount(Exception):
    """No account has this e-mail."""


class NoSuchDepartment(Exception):
    """No department has this name in addresses."""


class AccountExists(Exception):
    """The e-mail already has an account."""


def add(email: str, name: str, role: RoleName, department: str | None, password: str, now: datetime) -> None:
    """Make an account. Raises AccountExists, NoSuchDepartment."""
    hashed = hash_password(password)  # slow on purpose, so before the transaction
    with work(SYSTEM, "add an account", now) as w:
        place = w.session.scalar(sa.select(Department).where(Department.slug == department)) if department else None
        if department and place is None:
            raise NoSuchDepartment
        row = {
            "email": email.casefold(),
            "name": name,
            "password": hashed,
            "active": True,
            "fs_uniquifier": token_hex(32),
            "department_id": place.id if place else None,
        }
        made = database.insert_new(w.connection, table_of(Account), [row], ("email",), ("id",))
        if not made:
            raise AccountExists
        account = w.session.get_one(Account, made[0][0])
        account.roles = [w.session.scalars(sa.select(Role).where(Role.name == role)).one()]
        w.about(account)


def set_password(email: str, password: str, now: datetime) -> None:
    """Give an account a new password and end its sessions. Raises NoSuchAccount."""
    hashed = hash_password(password)
    with work(SYSTEM, "set a password", now) as w:
        account = w.session.scalar(sa.select(Account).where(Account.email == email.casefold()))
        if account is None:
            raise NoSuchAccount
        account.password = hashed
        account.fs_uniquifier = token_hex(32)  # what sessions are tied to
        w.about(account)


def signed_in(account_id: int, now: datetime) -> None:
    """Record that somebody signed in."""
    db.session.rollback()
    with work(Actor(ActorKind.ACCOUNT, account_id), "sign in", now) as w:
        w.about(w.session.get_one(Account, account_id))

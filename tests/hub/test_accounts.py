"""Accounts, as an administrator makes and changes them by commands."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from hub.database import db
from hub.models import Account, AuditEntry
from hub.signin import verify_password

NEW = ("tisk@mesto.example", "Tiskové oddělení", "press")


def run(app: Flask, *arguments: str) -> Result:
    result = app.test_cli_runner().invoke(args=arguments)
    db.session.rollback()
    return result


def account(email: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.email == email))


def acts() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))


def test_an_account_is_added_with_its_role_and_department(city: Flask) -> None:
    done = run(city, "add-account", *NEW, "--department", "dopravy", "--password", "dost-dlouhé-heslo")
    assert done.exit_code == 0, done.output
    made = account("tisk@mesto.example")
    assert made is not None
    assert [role.name for role in made.roles] == ["press"]
    assert made.department is not None
    assert made.department.slug == "dopravy"
    assert verify_password("dost-dlouhé-heslo", str(made.password))
    assert acts()[-1] == "add an account"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("spravce@mesto.example", "Jiná správa", "administrator"), "already has an account"),
        (("SPRAVCE@mesto.example", "Jiná správa", "administrator"), "already has an account"),
        ((*NEW, "--department", "nic"), "no department nic"),
        (("není adresa", "Někdo", "press"), "email"),
        (("a@b.cz\x00", "Někdo", "press"), "email"),
        (("tisk@mesto.example", "\u200b", "press"), "must not be empty"),
        (("tisk@mesto.example", "Někdo", "mayor"), "mayor"),
    ],
)
def test_what_can_not_be_an_account_is_refused_in_one_line(city: Flask, arguments: tuple[str, ...], says: str) -> None:
    before = acts()
    done = run(city, "add-account", *arguments, "--password", "dost-dlouhé-heslo")
    assert done.exit_code in {1, 2}
    assert isinstance(done.exception, SystemExit)
    assert says in done.output
    assert acts() == before
    assert account("tisk@mesto.example") is None


def test_a_new_password_holds_and_ends_the_sessions(city: Flask) -> None:
    old = account("doprava@mesto.example")
    assert old is not None
    session_of = old.fs_uniquifier
    assert run(city, "set-password", "Doprava@mesto.example", "--password", "zcela-jiné-heslo").exit_code == 0
    new = account("doprava@mesto.example")
    assert new is not None
    assert verify_password("zcela-jiné-heslo", str(new.password))
    assert new.fs_uniquifier != session_of
    assert acts()[-1] == "set a password"


def test_a_short_password_and_an_unknown_account_are_refused(city: Flask) -> None:
    assert "at least 12" in run(city, "set-password", "doprava@mesto.example", "--password", "krátké").output
    done = run(city, "set-password", "nikdo@mesto.example", "--password", "dost-dlouhé-heslo")
    assert (done.exit_code, "No account" in done.output) == (1, True)


def test_the_library_s_own_commands_are_not_offered(city: Flask) -> None:
    assert {"users", "roles"} & set(city.cli.list_commands(None)) == set()  # type: ignore[arg-type]


def test_a_changed_secret_key_leaves_passwords_as_they_are(city: Flask) -> None:
    someone = account("doprava@mesto.example")
    assert someone is not None
    city.config["SECRET_KEY"] = "jiný klíč " * 5
    assert verify_password("heslo-pro-testy-2026", str(someone.password))

"""Who sits at the desk: the account of a request, what it sees, and the page of a case."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hub.database import db
from hub.queries import cases
from hub.rules.localtime import local
from hub.signin import account, current_account, scope, scope_of_account
from hub.views.case_page import CasePage

__all__ = ["account", "case_page", "current", "now", "scope", "scope_of_account", "today"]


def case_page(reference: str) -> CasePage:
    """The page of a case as it is now, whatever was read before. Raises NotFound."""
    db.session.rollback()
    seen = scope()
    return CasePage(db.session(), seen, account(), cases.find(db.session(), seen, reference), now())


def state_of(reference: str) -> str:
    """The state of a case as it is now. Raises NotFound."""
    db.session.rollback()
    return cases.find(db.session(), scope(), reference).state


def now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in Prague."""
    return local(now()).date()


def current() -> object | None:
    """Who is signed in, None when nobody is."""
    return current_account()

"""Who sits at the desk: the account of a request, what it sees, and the page of a case."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hub import errors
from hub.database import db
from hub.models import Account
from hub.queries import cases
from hub.rules.access import Scope, scope_of
from hub.rules.localtime import local
from hub.signin import current_account
from hub.views.case_page import CasePage


def account() -> Account:
    """Who is signed in. Raises NotAllowed."""
    found = current_account()
    if found is None:
        raise errors.NotAllowed
    return found  # type: ignore[no-any-return]


def scope() -> Scope:
    """What the account of the request sees. Raises NotAllowed for one that sees nothing."""
    found = scope_of_account(account())
    if found is None:
        raise errors.NotAllowed
    return found


def scope_of_account(of: Account) -> Scope | None:
    """What an account sees."""
    return scope_of(of.id, of.department_id, [role.name for role in of.roles])


def case_page(reference: str) -> CasePage:
    """The page of a case as it is now, whatever was read before. Raises NotFound."""
    db.session.rollback()
    seen = scope()
    return CasePage(db.session(), seen, account(), cases.find(db.session(), seen, reference), now())


def now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in Prague."""
    return local(now()).date()

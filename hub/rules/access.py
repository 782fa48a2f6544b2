"""Who may see and do what under /urad."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hub.vocabulary import RoleName

WHOLE_CITY = frozenset({RoleName.ADMINISTRATOR, RoleName.PRESS})
APPROVING = frozenset({RoleName.ADMINISTRATOR, RoleName.PRESS, RoleName.HEAD})


def sees_whole_city(roles: Collection[str]) -> bool:
    """Whether an account with these roles sees every department; others see their own."""
    return any(role in WHOLE_CITY for role in roles)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one account sees: the cases of its department, or of the whole city (`department_id` None), and may approve."""

    account_id: int
    department_id: int | None
    approves: bool


def scope_of(account_id: int, department_id: int | None, roles: Collection[str]) -> Scope | None:
    """The scope of an account; None for one of no department that does not see the whole city: it sees nothing."""
    if not sees_whole_city(roles) and department_id is None:
        return None
    seen = None if sees_whole_city(roles) else department_id
    return Scope(account_id, seen, any(role in APPROVING for role in roles))


def may_join(scope: Scope, official_id: int | None) -> bool:
    """Whether an account may join a case of this official to another one, or undo it: an official their own and nobody's,
    a head, the press office and administrators every one that they see.
    """
    return scope.approves or official_id in {None, scope.account_id}

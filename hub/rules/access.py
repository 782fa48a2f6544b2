"""Who may see what under /urad."""

from __future__ import annotations

from collections.abc import Collection

from hub.vocabulary import RoleName

WHOLE_CITY = frozenset({RoleName.ADMINISTRATOR, RoleName.PRESS})


def sees_whole_city(roles: Collection[str]) -> bool:
    """Whether an account with these roles sees figures of every department; others see those of their own."""
    return any(role in WHOLE_CITY for role in roles)

"""One invariant, and the conditions that several of them share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trigger:
    """Refuse `event` (UPDATE, DELETE, INSERT or TRUNCATE) on `table` when `when` holds; `old` and `new` are the rows.

    `only` is part of the condition that needs no subquery: rows for which it does not hold cost PostgreSQL no call.
    `sqlite` says the same as `when` in SQLite's words where the two engines have none in common. With `does`, nothing is
    refused: the statement is run beside, on SQLite alone. `also` are others of the same event that SQLite looks at in one go.
    `columns` came later than their table, and so did the table `beside`, which the condition asks: where a database does not
    have them yet, there is nothing to guard.
    """

    name: str
    table: str
    event: str
    when: str
    message: str
    sqlite: str = ""
    does: str = ""
    only: str = ""
    also: tuple[Trigger, ...] = ()
    columns: tuple[str, ...] = ()
    beside: str = ""


def changed(*names: str) -> str:
    """The condition that any of these columns changes. (IS DISTINCT FROM is new in SQLite 3.39, which Debian 12 has.)"""
    return " OR ".join(f"old.{name} IS DISTINCT FROM new.{name}" for name in names)


LATEST = "(SELECT d.kind FROM decisions d WHERE d.message_id = {message} AND d.n = {n} ORDER BY d.id DESC LIMIT 1)"
NOT_SHOWABLE = "COALESCE(" + LATEST + ", 'none') NOT IN ('approve', 'restore')"

"""What the database refuses of many cases that are joined to one in a single act."""

from __future__ import annotations

from hub.invariants.trigger import Trigger, changed

GATHERING = (
    Trigger(
        "gatherings_keep",
        "gatherings",
        "UPDATE",
        "new.cursor < old.cursor OR (old.finished_at IS NOT NULL AND ("
        + changed("finished_at", "cursor", "halt", "reason")
        + ")) OR (new.reason <> '' AND new.reason <> old.reason) OR "
        + changed("id", "case_id", "undoes_id", "account_id", "may_share", "made_at"),
        "a gathering only goes on until it is finished",
    ),
    Trigger("gatherings_stay", "gatherings", "DELETE", "true", "a gathering is kept"),
    Trigger(
        "gathered_keep",
        "gathered",
        "UPDATE",
        "old.fate IS NOT NULL OR new.fate IS NULL OR " + changed("gathering_id", "case_id"),
        "what became of a gathered case is said once",
    ),
    Trigger("gathered_stay", "gathered", "DELETE", "true", "a gathering is kept"),
    Trigger(
        "gathered_late",
        "gathered",
        "INSERT",
        "EXISTS (SELECT 1 FROM gatherings g WHERE g.id = new.gathering_id AND (g.cursor > 0 OR g.finished_at IS NOT NULL))",
        "a gathering that has begun takes no more cases",
    ),
)

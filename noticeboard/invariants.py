"""What the database refuses of notices."""

from __future__ import annotations

from hub.invariants import Trigger
from hub.invariants.trigger import changed
from noticeboard.vocabulary import MOVES

ALLOWED = " OR ".join(
    f"(old.state = '{state}' AND new.state IN ({', '.join(repr(to.value) for to in sorted(moves))}))"
    for state, moves in MOVES.items()
    if moves
)

INVARIANTS = (
    Trigger(
        "notices_born",
        "notices",
        "INSERT",
        "new.state <> 'draft' OR NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = new.message_id AND m.kind = 'notice')",
        "a notice begins as a draft",
    ),
    Trigger(
        "notices_keep",
        "notices",
        "UPDATE",
        changed("message_id", "reference")
        + " OR (old.posted_at IS NOT NULL AND ("
        + changed("number", "posted_at", "comes_down_at", "posts_at", "ends_on", "due_at")
        + ")) OR (old.taken_down_at IS NOT NULL AND "
        + changed("taken_down_at")
        + ")",
        "what was posted stays as it was posted",
    ),
    Trigger(
        "notices_moves",
        "notices",
        "UPDATE OF state",
        f"new.state <> old.state AND NOT ({ALLOWED})",
        "a notice does not go from this state to that one",
    ),
    Trigger(
        "notices_shown",
        "notices",
        "UPDATE OF state",
        "new.state = 'posted' AND old.state <> 'posted' AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = new.message_id"
        " AND m.appears_at = new.posted_at AND m.leaves_at = new.comes_down_at AND m.slug = new.number)",
        "a notice is posted together with its message",
    ),
    Trigger("notices_stay", "notices", "DELETE", "true", "notices are kept"),
    Trigger("notices_all", "notices", "TRUNCATE", "true", "notices: never emptied as a whole"),
)

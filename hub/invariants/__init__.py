"""The invariants that only the database can hold, as conditions under which a statement is refused; see `triggers`.

Each is one line of SQL that both engines understand, and says in plain words why it refused.
"""

from hub.invariants.directory import DIRECTORY
from hub.invariants.discussing import DISCUSSING
from hub.invariants.duty import DUTY
from hub.invariants.ending import ENDING
from hub.invariants.feedback import FEEDBACK
from hub.invariants.gathering import GATHERING
from hub.invariants.going_out import GOING_OUT
from hub.invariants.inbox import INBOX
from hub.invariants.templates import TEMPLATES
from hub.invariants.terms import TERMS
from hub.invariants.trigger import Trigger
from hub.invariants.words import WORDS

__all__ = ["TRIGGERS", "Trigger"]

NEVER_EMPTIED = (
    "audit_entries", "questionnaires", "questions", "levels", "feedback", "ratings", "counts", "conversations", "messages",
    "revisions", "decisions", "attachments", "origins", "cases", "case_notes", "deadline_rules", "subscriptions",
    "dispatches", "deliveries", "delivery_parts", "discussions", "comments", "guides", "term_rules", "case_terms", "case_warnings",
    "case_links", "sharings", "shared_answers", "forwardings", "gatherings", "gathered",
    "templates", "template_texts",
)  # fmt: skip

TRIGGERS = (
    *WORDS,
    *DUTY,
    *ENDING,
    *GATHERING,
    *DISCUSSING,
    *GOING_OUT,
    *FEEDBACK,
    *DIRECTORY,
    *INBOX,
    *TERMS,
    *TEMPLATES,
    # PostgreSQL empties a table without asking the triggers of its rows (a TRUNCATE … CASCADE of what they refer to, too).
    *(
        Trigger(f"{table}_all", table, "TRUNCATE", "true", f"{table}: never emptied as a whole")
        for table in NEVER_EMPTIED
    ),
)

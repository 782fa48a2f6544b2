"""An official enters what a citizen said on paper, by telephone or in person."""

from __future__ import annotations

from datetime import datetime

from hub import errors
from hub.database import db
from hub.envelopes import Said
from hub.models import Case
from hub.queries import places
from hub.rules.access import Scope
from hub.rules.triage import Triage
from hub.steps import hearing, intake, links
from hub.vocabulary import ActorKind, LegalKind, Outcome, marked
from hub.work import Actor, work

CHANNELS = {"paper": marked("on paper"), "phone": marked("by telephone"), "in_person": marked("in person")}
"""Name of a road → how something came by it."""
MESSAGES = {
    "empty": marked("Write what the citizen said."),
    "too_long": marked("It is too long. Shorten it, or attach the whole as a scan."),
    "bad_email": marked("This is not one e-mail address. Write it like jana.novakova@seznam.cz, or leave it empty."),
}
SENT_BEFORE = marked(
    "You have sent this form before, with other words. To enter these as another case, press the button once more."
)
UNKNOWN_PLACE = marked("Choose a department and a kind from the lists.")


def enter(scope: Scope, said: Said, secret: str, now: datetime) -> bool:
    """Record it as a case of the day on which it came, followed by a link that carries `secret`; whether it is new.

    The same form sent twice leads to the same case. Raises BadInput; Conflict for the same form with other words.
    """
    hearing.get_ready(now.date())
    with work(Actor(ActorKind.ACCOUNT, scope.account_id), "enter a case", now) as w:
        known: set[str] = {one.slug for one in places.departments(w.session)}
        if (said.department and said.department not in known) or (said.kind and said.kind not in set(LegalKind)):
            raise errors.BadInput(UNKNOWN_PLACE)
        (receipt,) = intake.record(w.session, [said], now)
        if receipt.outcome is Outcome.CONFLICT:
            raise errors.Conflict(SENT_BEFORE)
        if receipt.outcome not in {Outcome.STORED, Outcome.KNOWN} or receipt.about is None:
            raise Refused(receipt.problem or "empty")
        if receipt.outcome is Outcome.STORED:
            links.keep(w.session, receipt.about, secret, now)
            w.about(w.session.get_one(Case, receipt.about))
        return receipt.outcome is Outcome.STORED


def propose(text: str) -> Triage:
    """The department and legal kind that these words lead to."""
    return hearing.proposed(db.session(), text)


class Refused(errors.BadInput):
    """What is wrong with the words or the e-mail: `problem` is the code of it."""

    code = "refused"

    def __init__(self, problem: str) -> None:
        super().__init__(MESSAGES[problem])
        self.problem = problem

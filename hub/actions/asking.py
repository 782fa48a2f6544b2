"""A citizen asks, and follows what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.envelopes import Receipt, Said
from hub.steps import hearing, intake, links
from hub.vocabulary import Outcome, marked
from hub.work import CITIZEN, work

MESSAGES = {
    "empty": marked("Please write what you want to tell the city."),
    "too_long": marked("The message is too long. Please shorten it, or attach the text as a PDF."),
    "bad_email": marked("This is not one e-mail address. Write it like jana.novakova@seznam.cz, or leave it empty."),
}

SENT_BEFORE = marked(
    "You have sent this form before, with other words. To send these as well, press the button once more."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question. `receipt.problem` says what is wrong with a refused one."""

    receipt: Receipt

    @property
    def is_kept(self) -> bool:
        """Whether the question is recorded, now or before."""
        return self.receipt.outcome in {Outcome.STORED, Outcome.KNOWN}


def ask(said: Said, secret: str, now: datetime) -> Asked:
    """Record a question, followed by a link that carries `secret`. The same form sent twice leads to the same case."""
    hearing.get_ready(now.date())
    with work(CITIZEN, "ask", now, audited=False) as w:
        (receipt,) = intake.record(w.session, [said], now)
        if receipt.outcome is Outcome.STORED and receipt.about is not None:
            links.keep(w.session, receipt.about, secret, now)
    return Asked(receipt)

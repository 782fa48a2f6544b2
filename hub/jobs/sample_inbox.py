"""What the desk of the demo city keeps: a view offered to a department, a template, and a head who is away for some days."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.actions import leaves as absences
from hub.actions import saved_views as views
from hub.actions import templates
from hub.database import db
from hub.jobs.sample import scope_of
from hub.queries import leaves, saved_views
from hub.rules.listing import NOBODY, Filter
from hub.rules.localtime import local

HEAD, DEPUTY = "vedouci.socialni@havirov.example", "socialni@havirov.example"

TEMPLATE = {
    "cs": (
        "Pozvání k jednání",
        "Dobrý den,\n\nk vaší zprávě {{reference}} vás zveme na {{?den a hodina}}, {{?kancelář}}."
        " Vyřídíme ji nejpozději {{lhuta}}.\n\n{{odbor}}",
    )
}


def fill(now: datetime) -> None:
    """Make them. A second time changes nothing."""
    head, deputy, today = scope_of(HEAD), scope_of(DEPUTY), local(now).date()
    if saved_views.own(db.session(), head.account_id):
        return
    views.save(head, "Ještě nemá nikdo", Filter(official=NOBODY), now)
    (made,) = saved_views.own(db.session(), head.account_id)
    views.offer(head, made.id, now, to_all=True)
    templates.save(head, templates.new_reference(), templates.Written(0, "", True, TEMPLATE), now)
    if leaves.overlapping(db.session(), head.account_id, today, today) is None:
        absences.enter(head, head.account_id, deputy.account_id, today, today + timedelta(days=4), now)

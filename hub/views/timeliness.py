"""/urad/lhuty/prehled: how the office kept its deadlines in a month, by department and kind; the same as CSV."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, url_for

from hub import sheets
from hub.database import db
from hub.language import full_day, gettext
from hub.queries import places, timeliness
from hub.rules import timeliness as rule
from hub.rules.localtime import Month
from hub.rules.timeliness import Outcome
from hub.signin import signed_in
from hub.views import desk, labels, months

blueprint = Blueprint("timeliness", __name__)

OFFERED = 24
"""Months the picker offers."""


@blueprint.get("/urad/lhuty/prehled")
@signed_in
def month() -> str:
    """The page of one month."""
    present = Month.of(desk.today())
    chosen = months.asked(present)
    first = timeliness.first_day(db.session())
    oldest = max(Month.of(first), present.shift(1 - OFFERED)) if first else present
    return render_template(
        "deadlines/report.html",
        period=months.picker(chosen, min(oldest, present), present, lambda one: url_for(".month", mesic=one)),
        rows=_rows(chosen),
        on=full_day(desk.today()),
        formula=rule.FORMULA,
        threshold=current_app.config["HUB"].small_group,
        csv_url=url_for(".table", mesic=chosen),
        rules_url=url_for("law.rules"),
    )


@blueprint.get("/urad/lhuty/prehled.csv")
@signed_in
def table() -> Response:
    """The same as a table."""
    chosen = months.asked(Month.of(desk.today()))
    head = [gettext("Department"), gettext("Kind"), gettext("Received"), gettext("Answered in time")]
    head += [gettext("Answered late"), gettext("Closed without an answer"), gettext("Open and late"), gettext("Open")]
    head += [gettext("Median days"), gettext("Definition")]
    lines: list[list[sheets.Value]] = []
    for row in _rows(chosen):
        found = row["figures"]
        figures = [found[name] for name in FIGURES] if found else [gettext("not shown"), *[None] * (len(FIGURES) - 1)]
        lines.append([row["department"], row["kind"], *figures, rule.FORMULA])
    name = f"lhuty-{chosen}.csv"
    return Response(
        sheets.csv_file(head, lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


FIGURES = ("n", "in_time", "late", "unanswered", "open_late", "open", "median")


def _rows(chosen: Month) -> list[dict[str, Any]]:
    """The whole, each department, and its kinds; an account of one department sees that one alone.

    What is hidden is decided over the whole city, so that nobody learns more by seeing less.
    """
    scope = desk.scope()
    figures = rule.Month(timeliness.of_month(db.session(), chosen, desk.today()), current_app.config["HUB"].small_group)
    seen = [
        d
        for d in places.departments(db.session())
        if d.id in figures.departments and scope.department_id in {None, d.id}
    ]
    rows = []
    if scope.department_id is None and seen:
        rows.append(
            _row("city", gettext("Whole city"), gettext("all kinds"), figures.of([d.id for d in seen]), figures)
        )
    for one in seen:
        rows.append(_row("department", one.name, gettext("all kinds"), figures.of([one.id]), figures))
        rows += [
            _row("kind", one.name, labels.label(labels.KINDS, kind), found, figures)
            for kind, found in figures.kinds(one.id)
        ]
    return rows


def _row(level: str, department: str, kind: str, found: rule.Sum | None, month: rule.Month) -> dict[str, Any]:
    figures = None
    if found is not None:
        counts = {outcome.value: found.outcomes[outcome] for outcome in Outcome}
        figures = {"n": found.n, **counts, "median": found.median(month.smallest)}
    return {"level": level, "department": department, "kind": kind, "figures": figures}

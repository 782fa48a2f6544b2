"""How deadlines were kept, and the rules by which they are counted."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from hub.actions import answers
from hub.actions import cases as acts
from hub.actions.answers import Written
from hub.database import db
from hub.jobs import retention
from hub.models import AuditEntry, Case, DeadlineRule, Message, TermRule
from hub.queries import timeliness
from hub.rules.localtime import Month
from hub.rules.timeliness import Counted, Outcome
from hub.rules.timeliness import Month as Figures
from tests.desks import ADMINISTRATOR, HEAD, SOCIAL, A, Desk, asked, case_of, form_of, scope

OCTOBER = Month(2026, 10)
FIRST = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
"""A Monday; 30 days end on 4 November."""


def answered(app: Flask, after: int, department: str = "dopravy", who: str = A) -> str:
    """A case of that October, answered so many days later."""
    reference = asked(app, "Kdy opravíte lampu?", "", department=department, now=FIRST)
    with app.app_context():
        answers.submit(scope(who), reference, Written(0, "Zítra."), FIRST + timedelta(days=after))
        db.session.remove()
    return reference


def figures(app: Flask, today: date = date(2026, 11, 20)) -> dict[tuple[str, int | None], int]:
    with app.app_context():
        found = timeliness.of_month(db.session(), OCTOBER, today)
        db.session.remove()
    return {(one.outcome, one.days): one.number for one in found}


def report(desk: Desk, month: str = "2026-10") -> list[list[str]]:
    answer = desk.client.get(f"/urad/lhuty/prehled.csv?mesic={month}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")), delimiter=";"))[1:]


class TestReport:
    def test_each_case_of_the_month_has_one_outcome(self, town: Flask) -> None:
        answered(town, 3)
        answered(town, 30)  # the last day
        answered(town, 31)
        closed, spam, _ = (asked(town, "Otázka", "", now=FIRST) for _ in range(3))
        asked(town, "Jiný měsíc", "", now=FIRST - timedelta(days=10))
        with town.app_context():
            acts.close(scope(A), closed, "Zdvojená.", FIRST)
            found = case_of(db.session(), spam)
            found.suspicion = "spam"
            db.session.commit()
            db.session.remove()
        expected = {
            ("in_time", 3): 1,
            ("in_time", 30): 1,
            ("late", 31): 1,
            ("unanswered", None): 1,
            ("open_late", None): 1,
        }
        assert figures(town) == expected
        assert figures(town, date(2026, 11, 4))["open", None] == 1

    def test_the_day_of_an_answer_is_the_one_in_prague(self, light: Flask) -> None:
        reference = asked(light, "Kdy?", "", now=FIRST)
        with light.app_context():
            late = datetime(2026, 11, 4, 23, 30, tzinfo=UTC)  # half past midnight in Prague
            answers.submit(scope(A), reference, Written(0, "Teď."), late)
            assert case_of(db.session(), reference).answered_on == date(2026, 11, 5)
            db.session.remove()
        assert figures(light) == {("late", 31): 1}

    def test_small_groups_are_hidden_also_from_subtraction_and_a_head_sees_the_own_department(
        self, light: Flask
    ) -> None:
        for n in range(7):
            answered(light, n + 1)
        for n in range(6):
            answered(light, n + 1, "kancelar", ADMINISTRATOR)
        answered(light, 2, "socialni", SOCIAL)
        rows = report(Desk(light, ADMINISTRATOR))
        shown = {row[0]: row[2:] for row in rows if row[1] == "všechny druhy"}
        hidden = [name for name, row in shown.items() if row[0] == "neuvádí se"]
        assert sorted(hidden) == ["Kancelář primátora", "Odbor sociálních věcí"]  # the next smallest goes with it
        assert shown["Celé město"][:2] == shown["Odbor dopravy"][:2] == ["7", "7"]
        assert shown["Odbor dopravy"][6] == "4"
        kinds = {(row[0], row[1]): row[2] for row in rows}
        assert kinds["Odbor dopravy", "zpráva městu"] == "7"
        assert kinds["Kancelář primátora", "zpráva městu"] == "neuvádí se"
        own = report(Desk(light, HEAD))
        assert {row[0] for row in own} == {"Odbor dopravy"}
        assert report(Desk(light, SOCIAL))[0][2] == "neuvádí se"

    def test_the_page_says_the_same_with_definitions_and_costs_the_same_for_more(self, light: Flask) -> None:
        for n in range(5):
            answered(light, n + 1)
        desk = Desk(light, HEAD)
        page = desk.client.get("/urad/lhuty/prehled?mesic=2026-10").get_data(as_text=True)
        row = re.findall(r'level-department-row">.*?</tr>', page, re.DOTALL)[0]
        assert re.findall(r'"number">(\d+)<', row) == ["5", "5", "0", "0", "0", "0", "3"]
        assert page.count("<dt>") >= 7
        seen = [0]
        with light.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", lambda *_: seen.__setitem__(0, seen[0] + 1))
        costs = []
        for _ in range(2):
            seen[0] = 0
            desk.client.get("/urad/lhuty/prehled?mesic=2026-10")
            costs.append(seen[0])
            for n in range(30):
                answered(light, n % 9)
        assert costs[0] == costs[1]

    def test_odd_months_are_refused(self, light: Flask) -> None:
        desk = Desk(light, A)
        for month in ("2026-13", "x", "2026-1", "%00", "0000-01"):
            for ending in ("", ".csv"):
                assert desk.client.get(f"/urad/lhuty/prehled{ending}?mesic={month}").status_code == 400, month

    def test_an_empty_month_is_a_page_too(self, light: Flask) -> None:
        for month in ("2000-01", "9998-12"):
            assert Desk(light, A).client.get(f"/urad/lhuty/prehled?mesic={month}").status_code == 200
            assert report(Desk(light, A), month) == []

    def test_a_median_is_the_middle_and_hidden_where_few_were_answered(self) -> None:
        counted = [Counted(1, "message", Outcome.IN_TIME, days, n) for days, n in ((1, 3), (4, 1), (10, 2))]
        whole = Figures([*counted, Counted(1, "message", Outcome.OPEN, None, 4)], 5).of([1])
        assert Figures(counted, 7).of([1]) is None
        assert whole is not None
        assert (whole.n, whole.median(5), whole.median(7)) == (10, 2.5, None)

    def test_a_kind_of_few_is_hidden_with_the_next_one_so_that_the_department_s_sum_does_not_tell(self) -> None:
        came = {"message": 9, "complaint": 6, "petition": 2}
        figures = Figures([Counted(1, kind, Outcome.OPEN, None, n) for kind, n in came.items()], 5)
        whole = figures.of([1])
        assert whole is not None
        assert whole.n == 17
        assert [(kind, found.n if found else None) for kind, found in figures.kinds(1)] == [
            ("complaint", None),
            ("message", 9),
            ("petition", None),
        ]


class TestRules:
    def test_everybody_reads_them_and_an_administrator_verifies_one_which_is_audited(self, town: Flask) -> None:
        page = Desk(town, A).client.get("/urad/lhuty").get_data(as_text=True)
        for words in ("§ 14 odst. 7 zák. č. 106/1999 Sb.", "§ 175 odst. 5", "rokvobci.cz", "zastupitelstvo"):
            assert words in page
        assert "/urad/lhuty/overeni" not in page
        administrator = Desk(town, ADMINISTRATOR)
        form = form_of(administrator.client.get("/urad/lhuty").get_data(as_text=True), "lhuty/overeni")
        form["verdict"] = "verify"
        with town.app_context():
            rule = db.session.scalars(sa.select(TermRule).where(TermRule.legal_kind == "complaint")).one()
            form |= {"table": "moving", "rule": str(rule.id)}
            assert not rule.is_verified
            db.session.remove()
        post = administrator.client.post
        assert post("/urad/lhuty/overeni", data=form).status_code == 303
        assert post("/urad/lhuty/overeni", data=form).status_code == 409
        with town.app_context():
            rule = db.session.get_one(TermRule, int(form["rule"]))
            assert (rule.is_verified, rule.verified_by is not None) == (True, True)
            entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.about_table == "term_rules")).one()
            assert (entry.act, entry.about_id) == ("verify a deadline rule", rule.id)
            db.session.remove()
        assert "Správa aplikace, " in Desk(town, A).client.get("/urad/lhuty").get_data(as_text=True)
        assert post("/urad/lhuty/overeni", data={**form, "verdict": "doubt"}).status_code == 303

    def test_nobody_else_may_and_odd_rules_are_not_there(self, light: Flask) -> None:
        head = Desk(light, HEAD)
        token = form_of(head.client.get("/urad/nastaveni").get_data(as_text=True), "souhrn")["csrf_token"]
        data = {"csrf_token": token, "table": "answering", "rule": "1", "verdict": "verify"}
        assert head.client.post("/urad/lhuty/overeni", data=data).status_code == 403
        administrator = Desk(light, ADMINISTRATOR)
        form = form_of(administrator.client.get("/urad/lhuty").get_data(as_text=True), "lhuty/overeni")
        for odd in ({"rule": "999"}, {"rule": "x"}, {"rule": "9" * 30}, {"rule": ""}, {"table": "accounts"}):
            answer = administrator.client.post("/urad/lhuty/overeni", data={**form, **odd, "verdict": "doubt"})
            assert answer.status_code == 404, odd

    def test_past_and_future_rules_are_told_apart(self, light: Flask) -> None:
        with light.app_context():
            same = {"body": "mayor", "amount": 5, "unit": "day", "source": "zákon", "is_verified": False}
            db.session.add(
                DeadlineRule(
                    legal_kind="petition",
                    basis="§ dávný",
                    valid_from=date(1950, 1, 1),
                    valid_to=date(1960, 1, 1),
                    **same,
                )
            )
            db.session.add(DeadlineRule(legal_kind="petition", basis="§ příští", valid_from=date(2900, 1, 1), **same))
            db.session.commit()
            db.session.remove()
        page = Desk(light, A).client.get("/urad/lhuty").get_data(as_text=True)
        for words, tag in (("§ dávný", "už neplatí"), ("§ příští", "ještě neplatí")):
            assert tag in page.partition(words)[2].partition("</tr>")[0]


def test_words_of_an_answer_that_came_late_are_not_erased_at_once(light: Flask) -> None:
    reference = answered(light, 3 * 365 + 20)
    with light.app_context():
        at = FIRST + timedelta(days=3 * 365 + 40)
        assert retention.forget_cases(at) == 0
        assert retention.forget_cases(at + timedelta(days=3 * 365)) == 1
        case = case_of(db.session(), reference)
        assert db.session.get_one(Message, case.question_id).revisions[0].text is None
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1
        db.session.remove()

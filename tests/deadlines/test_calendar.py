"""What is due when, on the page and in a subscribed calendar; and what an account chooses for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape

import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar

from hub.actions import cases as acts
from hub.database import db
from hub.models import Account, AccountSetting, AuditEntry, Department
from hub.rules.localtime import local
from tests.desks import ADMINISTRATOR, HEAD, SOCIAL, A, B, Desk, asked, case_of, form_of, scope

NOW = datetime.now(UTC)
TODAY = local(NOW).date()
WORDS = "Soused Karel Nový mi vyhrožuje kvůli parkování"


def due(app: Flask, reference: str) -> date:
    with app.app_context():
        found = case_of(db.session(), reference).due_on
        db.session.remove()
    return found


def taken(app: Flask, who: str = A) -> str:
    reference = asked(app, WORDS, now=NOW)
    with app.app_context():
        acts.take(scope(who), reference, NOW)
        db.session.remove()
    return reference


def page(desk: Desk, **query: str) -> str:
    answer = desk.client.get("/urad/kalendar", query_string=query)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


class TestMonth:
    def test_a_day_says_how_many_are_due_and_leads_to_them_within_the_scope(self, town: Flask) -> None:
        mine, others = taken(town), taken(town, B)
        elsewhere = asked(town, WORDS, department="socialni", now=NOW)
        day = due(town, mine)
        month = page(Desk(town, A), mesic=f"{day:%Y-%m}")
        (link,) = re.findall(r'href="(/urad/kalendar\?den=[^"]+)"', month)
        assert "2\u00a0případy" in month or "2 případy" in month
        assert "moje: 1" in month
        list_of_day = page(Desk(town, A), den=f"{day}")
        assert link == f"/urad/kalendar?den={day}#den"
        assert (mine in list_of_day, others in list_of_day, elsewhere in list_of_day) == (True, True, False)
        only_mine = page(Desk(town, A), den=f"{day}", jen="moje")
        assert (mine in only_mine, others in only_mine) == (True, False)
        assert elsewhere in page(Desk(town, SOCIAL), den=f"{day}")
        assert "Karel" not in month + list_of_day

    def test_it_is_a_table_of_weeks_with_holidays_by_name(self, light: Flask) -> None:
        month = page(Desk(light, A), mesic="2026-12")
        assert [len(re.findall("<td", row)) for row in month.split("<tr")[2:]] == [7] * 5
        assert "Štědrý den" in month
        assert month.count('scope="col"') == 7

    def test_odd_months_and_days_are_refused_with_words(self, light: Flask) -> None:
        desk = Desk(light, A)
        months, days = ("2026-13", "x", "0001-01"), ("2026-02-30", "%00", "99999-1-1", "2026-12-01&od=x")
        for query in (*(f"mesic={one}" for one in months), *(f"den={one}" for one in days)):
            answer = desk.client.get(f"/urad/kalendar?{query}")
            assert answer.status_code == 400, query
            assert "<h1" in answer.get_data(as_text=True)

    def test_it_costs_as_many_statements_and_as_long_a_page_for_many_cases_as_for_two(self, light: Flask) -> None:
        day, desk = due(light, taken(light)), Desk(light, A)
        taken(light)
        costs = []
        for more in (53, 0):
            with counted(light) as seen:
                size = len(page(desk, mesic=f"{day:%Y-%m}"))
            costs.append((len(seen), size // 100))
            for _ in range(more):
                asked(light, WORDS, "", now=NOW)
        assert costs[0] == costs[1]
        first = page(desk, den=f"{day}")
        assert first.count('<li><span class="urgency') == 50
        rest = desk.client.get(unescape(re.findall(r'rel="next" href="([^"#]+)', first.partition('id="den"')[2])[0]))
        assert rest.get_data(as_text=True).count('<li><span class="urgency') == 5


class TestSubscription:
    def renewed(self, desk: Desk) -> str:
        form = form_of(desk.client.get("/urad/nastaveni").get_data(as_text=True), "kalendar")
        made = desk.client.post("/urad/nastaveni/kalendar", data={**form, "step": "renew"})
        assert made.status_code == 200
        return str(re.findall(r'value="http://[^/]+(/kalendar/[\w-]+\.ics)"', made.get_data(as_text=True))[0])

    def test_it_holds_references_and_last_days_and_no_word_of_a_citizen(self, town: Flask) -> None:
        mine, others, nobodys = taken(town), taken(town, B), asked(town, WORDS, "", now=NOW)
        link = self.renewed(Desk(town, A))
        answer = town.test_client().get(link)
        assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
        assert "Set-Cookie" not in answer.headers
        whole = answer.get_data(as_text=True)
        assert "Karel" not in whole
        events = {str(one["SUMMARY"])[:9]: one for one in Calendar.from_ical(whole).walk("VEVENT")}
        assert set(events) == {mine, nobodys}
        assert events[mine].decoded("DTSTART") == due(town, mine)
        assert events[mine].decoded("DTEND") == due(town, mine) + timedelta(days=1)
        assert others not in whole
        assert others in town.test_client().get(self.renewed(Desk(town, HEAD))).get_data(as_text=True)

    def test_it_follows_rfc_5545_and_its_uids_stay(self, light: Flask) -> None:
        taken(light)
        link = self.renewed(Desk(light, A))
        first, again = (light.test_client().get(link).data for _ in range(2))
        for data in (first, again):
            assert data.startswith(b"BEGIN:VCALENDAR\r\n")
            assert data.endswith(b"END:VCALENDAR\r\n")
            assert all(len(line) <= 75 for line in data.split(b"\r\n"))
            assert b"\n" not in data.replace(b"\r\n", b"")
            for name in (b"VERSION:2.0", b"PRODID:", b"DTSTAMP:", b"DTSTART;VALUE=DATE:", b"UID:"):
                assert b"\r\n" + name in data
        assert re.findall(rb"UID:.*", first) == re.findall(rb"UID:.*", again)

    def test_a_new_link_ends_the_old_one_and_only_a_digest_is_kept(self, light: Flask) -> None:
        desk = Desk(light, A)
        old = self.renewed(desk)
        new = self.renewed(desk)
        client = light.test_client()
        assert [client.get(one).status_code for one in (old, new)] == [404, 200]
        with light.app_context():
            kept = db.session.scalars(sa.select(AccountSetting.calendar_digest)).all()
            assert len(kept) == 1
            assert str(kept[0]) not in new
            assert "renew the calendar link" in set(db.session.scalars(sa.select(AuditEntry.act)))
            db.session.remove()
        page = desk.client.get("/urad/nastaveni").get_data(as_text=True)
        assert "/kalendar/" not in page.replace("/urad/nastaveni/kalendar", "")
        desk.client.post("/urad/nastaveni/kalendar", data={**form_of(page, "kalendar"), "step": "end"})
        assert client.get(new).status_code == 404

    def test_who_may_not_sign_in_has_no_calendar(self, light: Flask) -> None:
        link = self.renewed(Desk(light, A))
        with light.app_context():
            db.session.execute(sa.update(Account).where(Account.email == A).values(active=False))
            db.session.commit()
            db.session.remove()
        assert light.test_client().get(link).status_code == 404

    def test_who_went_to_another_department_takes_no_deadline_of_the_old_one_along(self, light: Flask) -> None:
        mine = taken(light)
        link = self.renewed(Desk(light, A))
        assert mine in light.test_client().get(link).get_data(as_text=True)
        for department in ("socialni", None):
            there = sa.select(Department.id).where(Department.slug == department).scalar_subquery()
            with light.app_context():
                db.session.execute(sa.update(Account).where(Account.email == A).values(department_id=there))
                db.session.commit()
                db.session.remove()
            answer = light.test_client().get(link)
            assert (answer.status_code, mine in answer.get_data(as_text=True)) == (200, False)

    def test_any_other_secret_is_404(self, light: Flask) -> None:
        for secret in ("x", "x" * 43, "x" * 500, "%00", "..", "č" * 30):
            assert light.test_client().get(f"/kalendar/{secret}.ics").status_code == 404, secret


def test_who_gets_no_summary_is_not_asked_about_it(light: Flask) -> None:
    page = Desk(light, ADMINISTRATOR).client.get("/urad/nastaveni").get_data(as_text=True)
    assert "/urad/nastaveni/souhrn" not in page
    assert "/urad/nastaveni/kalendar" in page


def test_the_summary_is_on_until_it_is_switched_off(light: Flask) -> None:
    desk = Desk(light, A)
    page = desk.client.get("/urad/nastaveni").get_data(as_text=True)
    assert 'value="1" checked' in page
    token = form_of(page, "souhrn")["csrf_token"]
    assert desk.client.post("/urad/nastaveni/souhrn", data={"csrf_token": token}).status_code == 303
    assert 'value="1" checked' not in desk.client.get("/urad/nastaveni").get_data(as_text=True)
    assert desk.client.post("/urad/nastaveni/souhrn", data={"csrf_token": token, "summary": "1"}).status_code == 303
    assert 'value="1" checked' in desk.client.get("/urad/nastaveni").get_data(as_text=True)
    assert desk.client.post("/urad/nastaveni/kalendar", data={"csrf_token": token, "step": "x"}).status_code == 400

"""Warnings of deadlines and daily summaries: to whom, when, once, and without a word of a citizen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.actions import cases as acts
from hub.actions import own, restoring, terms
from hub.channel import Later, Refused, Uncertain
from hub.database import db
from hub.jobs import deliveries, reminding
from hub.jobs.timetable import tick
from hub.models import Account, Case, CaseWarning, StaffLetter
from hub.steps import staffletters
from hub.work import SYSTEM, work
from hub.workdays import is_free
from tests.desks import ADMINISTRATOR, HEAD, OFFICE, OFFICE_HEAD, PRESS, SOCIAL, A, B, Desk, asked, case_of, scope
from tests.discussion import talks
from tests.letters import Moody, Standing

CAME = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""A Monday. 30 days, the city's own rule, end on Wednesday 2 December 2026."""
WORDS = "Soused Karel Nový mi vyhrožuje kvůli parkování"


def morning(month: int, day: int, hour: int = 7) -> datetime:
    """An instant in the winter of 2026 by Prague clocks."""
    return datetime(2026, month, day, hour - 1, 30, tzinfo=UTC)


def case(app: Flask, official: str | None = A, department: str = "dopravy", now: datetime = CAME) -> str:
    reference = asked(app, WORDS, "", department=department, now=now)
    if official is not None:
        with app.app_context():
            acts.take(scope(official), reference, now)
            db.session.remove()
    return reference


def run(app: Flask, now: datetime) -> int:
    """What the worker does in that morning, but for forgetting; returns how many letters were written."""
    with app.app_context():
        written = reminding.warn(now)
        db.session.rollback()
        deliveries.deliver(clock=Standing(now))
        db.session.remove()
        return written


def summarize(app: Flask, now: datetime) -> int:
    with app.app_context():
        written = reminding.summarize(now)
        db.session.rollback()
        deliveries.deliver(clock=Standing(now))
        db.session.remove()
        return written


def to_whom(moody: Moody) -> list[str]:
    """To whom of the office letters went since this was last asked."""
    went = sorted(one.address for one in moody.went if one.address.endswith("@mesto.example"))
    moody.went.clear()
    return went


class TestWarnings:
    def test_at_50_the_official_and_from_80_the_head_too_each_level_once(self, town: Flask, moody: Moody) -> None:
        reference = case(town)
        assert run(town, morning(11, 16)) == 0
        for day, told in ((17, [A]), (18, []), (25, []), (26, [A, HEAD])):
            run(town, morning(11, day))
            assert to_whom(moody) == sorted(told), day
        run(town, morning(12, 2))
        letters = [one for one in moody.went if one.address == A]
        assert to_whom(moody) == [A, HEAD]
        assert reference in letters[0].subject
        assert "dnes" in letters[0].subject
        for day in (3, 4, 20):
            assert run(town, morning(12, day)) == 0

    def test_levels_that_were_missed_are_told_as_one(self, light: Flask, moody: Moody) -> None:
        case(light)
        assert run(light, morning(12, 9)) == 2
        assert "100 %" in moody.went[0].text.replace("\u00a0", " ")
        with light.app_context():
            assert sorted(db.session.scalars(sa.select(CaseWarning.level))) == [50, 80, 100]
            db.session.remove()

    def test_what_nobody_has_is_told_to_the_head_and_where_there_is_none_to_the_administrator(
        self, light: Flask, moody: Moody
    ) -> None:
        case(light, None)
        case(light, None, "socialni")
        case(light, SOCIAL, "socialni")
        run(light, morning(11, 17))
        assert to_whom(moody) == sorted([HEAD, ADMINISTRATOR, SOCIAL])

    def test_an_account_that_may_not_sign_in_gets_none_and_its_head_does(self, light: Flask, moody: Moody) -> None:
        case(light)
        with light.app_context():
            db.session.execute(sa.update(Account).where(Account.email == A).values(active=False))
            db.session.commit()
            reminding.warn(morning(11, 17))
            db.session.execute(sa.update(Account).where(Account.email == HEAD).values(active=False))
            db.session.commit()
            deliveries.deliver(clock=Standing(morning(11, 17)))
            assert db.session.scalars(sa.select(StaffLetter.problem)).all() == ["inactive"]
            db.session.remove()
        assert moody.tried == []

    def test_many_cases_are_one_letter_without_a_word_of_a_citizen(self, light: Flask, moody: Moody) -> None:
        references = [case(light) for _ in range(3)]
        run(light, morning(11, 17))
        (letter,) = [one for one in moody.went if one.address == A]
        assert all(f"/urad/pripady/{one}" in letter.text for one in references)
        for hidden in ("Karel", "parkování", "vyhrožuje"):
            assert hidden not in letter.text + letter.html + letter.subject

    def test_answered_and_suspected_cases_warn_nobody(self, light: Flask) -> None:
        closed, suspected = case(light), case(light, None)
        with light.app_context():
            acts.close(scope(A), closed, "Zdvojená zpráva.", CAME)
            found = case_of(db.session(), suspected)
            found.suspicion = "suspected"
            db.session.commit()
            db.session.remove()
        assert run(light, morning(12, 24)) == 0

    def test_an_extended_deadline_is_warned_of_anew(self, light: Flask, moody: Moody) -> None:
        reference = case(light)
        with light.app_context():
            acts.classify(scope(A), reference, "dopravy", "information", CAME)
            due = case_of(db.session(), reference).due_on
            assert due == date(2026, 11, 18)  # the 17th is a holiday
            db.session.remove()
        assert run(light, morning(11, 16)) == 2
        with light.app_context():
            terms.extend(scope(A), reference, due.isoformat(), "Čekáme na podklady.", None, morning(11, 16))
            db.session.remove()
        moody.went.clear()
        assert run(light, morning(11, 17)) == 1  # 15 of 25 days are gone, again more than half
        assert to_whom(moody) == [A]

    def test_any_number_of_workers_tells_a_level_once(self, town: Flask, moody: Moody) -> None:
        case(town)

        def work(_n: int) -> None:
            with town.app_context():
                reminding.warn(morning(11, 26))
                db.session.remove()

        with ThreadPoolExecutor(4) as workers:
            list(workers.map(work, range(4)))
        with town.app_context():
            deliveries.deliver(clock=Standing(morning(11, 26)))
            db.session.remove()
        assert to_whom(moody) == sorted([A, HEAD])

    def test_the_clock_does_it_once_a_day(self, light: Flask, moody: Moody) -> None:
        case(light)
        with light.app_context():
            for minute in range(3):
                tick(reminding.JOBS, morning(11, 17, 9) + timedelta(minutes=minute))
            assert len(db.session.scalars(sa.select(StaffLetter).where(StaffLetter.kind == "warning")).all()) == 1
            db.session.remove()


class TestSending:
    @pytest.mark.parametrize(
        ("mood", "tries"),
        [(None, 1), (Uncertain(), 1), (ValueError("a fault of ours"), 1), (Refused("invalid"), 1)],
    )
    def test_it_is_sent_at_most_once(self, light: Flask, moody: Moody, mood: Exception | None, tries: int) -> None:
        case(light)
        moody.moods[A] = [mood, None, None]
        run(light, morning(11, 17))
        run(light, morning(11, 17, 12))
        assert sum(one.address == A for one in moody.tried) == tries

    def test_what_surely_did_not_go_is_tried_again(self, light: Flask, moody: Moody) -> None:
        case(light)
        moody.moods[A] = [Later(timedelta(minutes=5))]
        run(light, morning(11, 17))
        assert to_whom(moody) == []
        run(light, morning(11, 17, 12))
        assert to_whom(moody) == [A]

    def test_it_waits_while_the_server_is_away_and_goes_stale_after_days(self, light: Flask, moody: Moody) -> None:
        case(light)
        moody.down = True
        run(light, morning(11, 17))
        moody.down = False
        run(light, morning(11, 21))
        assert to_whom(moody) == []

    def test_what_was_answered_meanwhile_is_not_told(self, light: Flask, moody: Moody) -> None:
        reference = case(light)
        with light.app_context():
            reminding.warn(morning(11, 17))
            acts.close(scope(A), reference, "Vyřízeno telefonem.", morning(11, 17))
            deliveries.deliver(clock=Standing(morning(11, 17)))
            assert db.session.scalars(sa.select(StaffLetter.problem)).all() == ["empty"]
            db.session.remove()
        assert to_whom(moody) == []

    def test_who_may_not_see_a_case_any_more_is_not_told_of_it(self, town: Flask, moody: Moody) -> None:
        moved, kept = case(town), case(town)
        with town.app_context():
            reminding.warn(morning(11, 17))
            acts.classify(scope(ADMINISTRATOR), moved, "socialni", "message", morning(11, 17))
            deliveries.deliver(clock=Standing(morning(11, 17)))
            (letter,) = [one for one in moody.went if one.address == A]
            assert moved not in letter.text + letter.html + letter.subject
            assert kept in letter.text
            moody.went.clear()
            reminding.warn(morning(11, 26))
            social = case_of(db.session(), moved).department_id
            db.session.execute(sa.update(Account).where(Account.email == A).values(department_id=social))
            db.session.commit()
            deliveries.deliver(clock=Standing(morning(11, 26)))
            newest = sa.select(StaffLetter.problem).join(Account).where(Account.email == A)
            assert db.session.scalars(newest.order_by(StaffLetter.id.desc())).first() == "empty"
            db.session.remove()
        assert to_whom(moody) == sorted([HEAD, ADMINISTRATOR])  # the department of the moved one has no head

    def test_an_alert_goes_to_nobody_who_is_no_administrator_any_more(self, light: Flask, moody: Moody) -> None:
        with light.app_context():
            light.extensions["hub_alerts"] = [(lambda _about: ("Stojan mlčí", ["Stojan 1 mlčí."]), "/urad/stojany")]
            with work(SYSTEM, "test", CAME) as w:
                staffletters.tell_administrators(w.session, [(1, 0)], CAME)
            account = db.session.scalars(sa.select(Account).where(Account.email == ADMINISTRATOR)).one()
            account.roles = [role for role in account.roles if role.name != "administrator"]
            db.session.commit()
            deliveries.deliver(clock=Standing(CAME))
            db.session.remove()
        assert moody.tried == []

    def test_after_a_restore_nothing_that_waited_goes(self, light: Flask, moody: Moody) -> None:
        case(light)
        with light.app_context():
            reminding.warn(morning(11, 17))
            restoring.hold_back(morning(11, 17))
            deliveries.deliver(clock=Standing(morning(11, 17)))
            db.session.remove()
        assert to_whom(moody) == []

    def test_old_letters_are_forgotten_and_the_warning_stays_given(self, light: Flask) -> None:
        case(light)
        run(light, morning(11, 17))
        with light.app_context():
            assert reminding.forget(morning(11, 18)) == 0
            assert reminding.forget(morning(11, 17) + timedelta(days=61)) == 1
            db.session.remove()
        assert run(light, morning(11, 18)) == 0


class TestSummaries:
    def test_each_official_and_head_gets_what_concerns_them_on_working_days(self, town: Flask, moody: Moody) -> None:
        mine, nobodys = case(town), case(town, None)
        case(town, OFFICE, "kancelar", now=morning(11, 1))
        summarize(town, morning(11, 30, 8))
        text = {one.address: one.text for one in moody.went}
        assert set(text) == {A, B, HEAD, OFFICE, OFFICE_HEAD}
        assert (mine in text[A], nobodys in text[A]) == (True, True)
        assert (mine in text[B], nobodys in text[B]) == (False, True)
        assert (mine in text[HEAD], nobodys in text[HEAD]) == (True, True)
        assert mine not in text[OFFICE]
        assert "Lhůta končí tento týden: 2" in text[HEAD]
        assert "Nové: 1" in text[B]
        assert all(WORDS[:12] not in one for one in text.values())
        moody.went.clear()
        summarize(town, morning(11, 30, 9))
        assert to_whom(moody) == []  # once a day
        for free in (morning(11, 28, 8), morning(11, 29, 8), morning(11, 17, 8), morning(12, 24, 8)):
            assert summarize(town, free) == 0
        assert summarize(town, morning(12, 1, 13)) == 0  # nobody needs it in the afternoon
        assert summarize(town, morning(12, 1, 8)) > 0

    def test_comments_that_wait_longer_than_promised_are_told_to_who_moderates_without_a_word(
        self, light: Flask, moody: Moody
    ) -> None:
        words = "Tajná slova příspěvku, která do pošty nepatří"
        slug = talks.discussed(light)
        talks.said(light, slug, words, "Jana Nováková")
        moody.went.clear()
        today = datetime.now(UTC).replace(hour=7, minute=30)
        soon, late = (
            next(day for n in range(least, least + 9) if not is_free((day := today + timedelta(days=n)).date()))
            for least in (0, 20)
        )
        summarize(light, soon)
        assert PRESS not in to_whom(moody)
        summarize(light, late)
        text = {one.address: one.text + one.html for one in moody.went}
        for told in (PRESS, HEAD):
            assert "Příspěvky, které čekají na posouzení déle, než slibujeme: 1" in text[told].replace("\xa0", " ")
            assert "/urad/diskuse" in text[told]
        assert not {A, OFFICE_HEAD, ADMINISTRATOR} & set(text)
        assert "Tajná" not in "".join(text.values())
        assert "Nováková" not in "".join(text.values())

    def test_who_switched_it_off_gets_none_and_warnings_all_the_same(self, light: Flask, moody: Moody) -> None:
        case(light)
        with light.app_context():
            own.choose_summary(scope(A).account_id, False, CAME)
            db.session.remove()
        summarize(light, morning(11, 30, 8))
        assert A not in to_whom(moody)
        run(light, morning(11, 30, 9))
        assert A in to_whom(moody)
        with light.app_context():
            own.choose_summary(scope(A).account_id, True, CAME)
            db.session.remove()
        summarize(light, morning(12, 1, 8))
        assert A in to_whom(moody)

    def test_with_nothing_to_say_there_is_no_letter(self, light: Flask, moody: Moody) -> None:
        assert summarize(light, morning(11, 30, 8)) > 0
        assert moody.tried == []


def test_a_chunk_of_cases_costs_the_same_statements_as_one(light: Flask) -> None:
    case(light)
    seen: list[int] = []
    with light.app_context():
        counter = [0]
        sa.event.listen(db.engine, "before_cursor_execute", lambda *_: counter.__setitem__(0, counter[0] + 1))
        for _ in range(2):
            counter[0] = 0
            reminding.warn(morning(11, 17))
            seen.append(counter[0])
            db.session.remove()
            for _ in range(20):
                case(light)
            db.session.execute(sa.delete(StaffLetter))
            db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 41
    assert seen[1] <= seen[0] + 2, seen


def test_what_did_not_reach_the_office_is_listed_with_what_did_not_reach_citizens(
    light: Flask,
) -> None:
    now = datetime.now(UTC)
    with light.app_context():
        account = scope(A).account_id
        common = {
            "account_id": account,
            "kind": "warning",
            "day_on": now.date(),
            "cases": [],
            "next_at": now,
            "attempts": 1,
        }
        began = {"refused": now, "empty": now, "lost": now - timedelta(hours=1), "going": now, "old": now}
        for name, at in began.items():
            problem = name if name in {"refused", "empty"} else "refused" if name == "old" else None
            queued = now - timedelta(days=30) if name == "old" else now
            db.session.add(StaffLetter(**common, queued_at=queued, began_at=at, problem=problem))
        db.session.commit()
        db.session.remove()
    page = Desk(light, PRESS).client.get("/urad/odesilani").get_data(as_text=True)
    told = page.partition("Dopisy úřadu, které neodešly")[2]
    assert told.count("upozornění na lhůty") == 2
    assert (told.count("nepodařilo se odeslat"), told.count("možná odesláno")) == (1, 1)
    assert told.count(A) == 2

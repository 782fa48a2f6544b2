"""When somebody pressed is found from clocks that only count on; where it cannot be, the press says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.rules.localtime import local
from hub.vocabulary import TimeQuality
from kiosk.times import Anchor, Pressed, Sending, when

EXACT, ANCHORED, CORRECTED, UNCERTAIN = TimeQuality


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ms(moment: datetime) -> float:
    return moment.timestamp() * 1000


RECEIVED = at("2026-05-12T11:42:07.400")


def pressed(
    mono: float, device: datetime, page: str = "a", anchor: Anchor | None = None, offset: float | None = None
) -> Pressed:
    return Pressed(page, mono, ms(device), anchor, offset)


def sending(mono: float, device: datetime, received: datetime = RECEIVED, page: str = "a") -> Sending:
    return Sending(page, mono, ms(device), received)


def test_within_one_page_load_the_age_is_exact_whatever_the_devices_clock_says() -> None:
    wrong = timedelta(days=-3, seconds=3)
    found, quality = when(
        pressed(512_340, RECEIVED - timedelta(seconds=3600.1) + wrong), sending(4_112_440, RECEIVED + wrong)
    )
    assert (found, quality) == (at("2026-05-12T10:42:07.300"), EXACT)


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_clock_of_another_century_does_no_harm(year: int) -> None:
    clock = datetime(year, 1, 1, 12, tzinfo=UTC)
    found, quality = when(pressed(1_000, clock), sending(61_000, clock + timedelta(minutes=1)))
    assert (found, quality) == (RECEIVED - timedelta(minutes=1), EXACT)


def test_after_a_reload_the_moment_is_counted_from_what_the_page_heard_of_the_server() -> None:
    anchor = Anchor(at("2026-05-12T08:15:02"), 1_201_000)
    press = pressed(2_785_500, at("2026-05-09T08:41:26"), "a", anchor, 259_200_000)
    found, quality = when(press, sending(5_000, at("2026-05-12T11:42:07"), page="b"))
    assert (found, quality) == (at("2026-05-12T08:41:26.500"), ANCHORED)


def test_without_one_the_devices_clock_is_corrected_by_how_wrong_it_was() -> None:
    offset = timedelta(days=3, seconds=-3.2) / timedelta(milliseconds=1)
    press = pressed(99_000, at("2026-05-09T08:44:30"), "a", None, offset)
    found, quality = when(press, sending(5_000, RECEIVED, page="b"))
    assert (found, quality) == (at("2026-05-12T08:44:26.800"), CORRECTED)


def test_with_nothing_to_go_by_it_is_uncertain_and_stands_at_its_receipt() -> None:
    assert when(pressed(99_000, at("2026-05-09T08:44:30")), sending(5_000, RECEIVED, page="b")) == (RECEIVED, UNCERTAIN)


def test_a_machine_that_may_have_slept_meanwhile_is_not_believed() -> None:
    device = RECEIVED - timedelta(hours=5)
    assert when(pressed(1_000, device), sending(61_000, RECEIVED)) == (RECEIVED, UNCERTAIN)


def test_unless_the_page_had_heard_the_server_before_and_no_time_is_missing_since() -> None:
    anchor = Anchor(RECEIVED - timedelta(seconds=70), 500)
    found, quality = when(pressed(1_000, RECEIVED - timedelta(hours=5), anchor=anchor), sending(70_500, RECEIVED))
    assert (found, quality) == (RECEIVED - timedelta(seconds=69.5), EXACT)


def test_time_that_is_missing_since_the_server_was_heard_was_slept() -> None:
    anchor = Anchor(RECEIVED - timedelta(hours=6), 500)
    press = pressed(1_000, RECEIVED - timedelta(hours=5), anchor=anchor)
    assert when(press, sending(61_000, RECEIVED)) == (RECEIVED, UNCERTAIN)


def test_before_a_sleep_the_devices_clock_still_tells_the_moment() -> None:
    press = pressed(1_000, RECEIVED - timedelta(hours=5), offset=0)
    assert when(press, sending(61_000, RECEIVED)) == (RECEIVED - timedelta(hours=5), CORRECTED)


def test_a_clock_set_back_takes_no_certainty() -> None:
    found, quality = when(pressed(1_000, RECEIVED + timedelta(days=2)), sending(61_000, RECEIVED))
    assert (found, quality) == (RECEIVED - timedelta(minutes=1), EXACT)


def test_both_hours_of_the_night_in_october_stay_apart() -> None:
    first, second = at("2026-10-25T00:30"), at("2026-10-25T01:30")
    received = at("2026-10-25T03:00")
    found = [when(pressed(ms(one), one), sending(ms(received), received, received))[0] for one in (first, second)]
    assert found == [first, second]
    assert {local(one).hour for one in found} == {2}


def test_a_press_that_seems_to_come_a_moment_later_is_one_of_now() -> None:
    press = pressed(1_000, RECEIVED, "b", offset=4_000)
    assert when(press, sending(1_000, RECEIVED)) == (RECEIVED, CORRECTED)

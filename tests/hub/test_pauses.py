"""How long to wait before something is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.pauses import GIVE_UP, of_channel, of_letter, too_late

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 10), (1, 20), (2, 40), (5, 320), (8, 2560), (9, 3600), (12, 3600), (10_000, 3600)]
)
def test_a_letter_waits_twice_as_long_each_time_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert of_letter(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 10), (1, 20), (5, 320), (6, 600), (50, 600)])
def test_a_channel_waits_twice_as_long_each_time_up_to_ten_minutes(failures: int, seconds: int) -> None:
    assert of_channel(failures) == timedelta(seconds=seconds)


@given(st.integers(0, 10**6))
def test_a_wait_never_gets_shorter(times: int) -> None:
    assert timedelta() < of_letter(times) <= of_letter(times + 1)
    assert timedelta() < of_channel(times) <= of_channel(times + 1)


def test_a_letter_is_given_up_after_five_days_and_not_before() -> None:
    assert timedelta(days=5) == GIVE_UP
    assert not too_late(NOW - GIVE_UP, NOW)
    assert too_late(NOW - GIVE_UP - timedelta(seconds=1), NOW)
    assert not too_late(NOW + timedelta(hours=1), NOW)


def test_within_those_days_a_letter_is_tried_more_than_a_hundred_times() -> None:
    tried, at = 0, NOW
    while not too_late(NOW, at):
        at += of_letter(tried)
        tried += 1
    assert 100 < tried < 200

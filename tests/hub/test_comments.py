"""The rules of discussions: what is held and why, whose name is like the office's, in which list a comment waits."""

from __future__ import annotations

from datetime import date

import pytest

from hub.rules import comments
from hub.rules.comments import Seen, Setting
from hub.vocabulary import DiscussionState, Look, Moderation

OFFICE = ("Odbor dopravy", "Živnostenský úřad", "Havířov")
TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (Seen("Děkuji, lampa svítí."), ()),
        (Seen("Více na https://havirov.cz a https://www.idos.cz."), ()),
        (Seen("https://a.cz https://b.cz www.c.cz"), ("links",)),
        (Seen("https://vyhra.casino"), ("odd_links",)),
        (Seen("http://192.0.2.1/platba"), ("odd_links",)),
        (Seen("http://[2001:db8::1]/"), ("odd_links",)),
        (Seen("https://bit.ly/3abc"), ("odd_links",)),
        (Seen("https://xn--hvov-6na.cz"), ("odd_links",)),
        (Seen("https://havířov.cz"), ("odd_links",)),
        (Seen("https://mesto.cz@zlo.top/"), ("personal_data", "odd_links")),
        (Seen("HTTPS://WWW.HAVIROV.CZ/"), ()),
        (Seen("Volejte 777 123 456."), ("personal_data",)),
        (Seen("Dobře.", trapped=True), ("trap",)),
        (Seen("Dobře.", repeated=True), ("said_before",)),
        (Seen("Dobře.", before_here=comments.BURST_HERE), ("burst",)),
        (Seen("Dobře.", before_here=comments.BURST_HERE - 1), ()),
        (Seen("Dobře.", before_everywhere=comments.BURST_EVERYWHERE), ("burst",)),
        (Seen("Dobře.", name="www.boty.cz"), ("odd_name",)),
        (Seen("Dobře.", name="Magistrát"), ("like_office",)),
        (Seen("👍👍"), ("empty_words",)),
    ],
)
def test_what_is_odd_is_held_with_its_reason(seen: Seen, why: tuple[str, ...]) -> None:
    assert comments.reasons(seen, OFFICE) == why


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("", False),
        ("Jana Nováková", False),
        ("Karel z Havířova", False),
        ("Jana Městková", False),
        ("Олена", False),
        ("Havířov", True),
        ("ODBOR  dopravy", True),
        ("odbor  Dopravy", True),
        ("zivnostensky urad", True),
        ("Úřad města", True),
        ("primátor", True),
        ("Správce diskuse", True),
        ("Administrátor", True),
        ("Oдbor", True),  # letters of two scripts
    ],
)
def test_a_name_that_might_be_the_office_s(name: str, like: bool) -> None:
    assert comments.like_office(name, OFFICE) is like


@pytest.mark.parametrize(
    ("one", "other"),
    [("Kupte boty, levné!", "KUPTE   boty levne"), ("Žluťoučký kůň a pes", "zlutoucky kun, a pes…")],
)
def test_the_same_words_whatever_their_marks(one: str, other: str) -> None:
    assert comments.folded(one) == comments.folded(other)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("neco", "neco"),
    ],
)
def test_a_household_is_one_network(address: str, network: str) -> None:
    assert comments.network_of(address) == network


@pytest.mark.parametrize(
    ("setting", "taken"),
    [
        (Setting(DiscussionState.OPEN, Moderation.BEFORE), True),
        (Setting(DiscussionState.OPEN, Moderation.BEFORE, TODAY), True),
        (Setting(DiscussionState.OPEN, Moderation.BEFORE, date(2026, 11, 17)), False),
        (Setting(DiscussionState.CLOSED, Moderation.AFTER), False),
        (Setting(DiscussionState.OFF, Moderation.AFTER), False),
    ],
)
def test_comments_are_taken_while_it_is_open_and_to_the_last_day(setting: Setting, taken: bool) -> None:
    assert comments.takes(setting, TODAY) is taken


def test_answers_are_discussed_and_notices_only_when_somebody_says_so() -> None:
    assert comments.by_default("question").state == DiscussionState.OPEN
    assert comments.by_default("notice").state == DiscussionState.OFF


@pytest.mark.parametrize(
    ("undecided", "holds", "reports", "objects", "expected"),
    [
        (False, [], 0, False, (None, 1)),
        (True, [], 0, False, (Look.WAITING, 1)),
        (True, ["links"], 0, False, (Look.QUARANTINE, 1)),
        (False, ["links"], 0, False, (None, 1)),
        (False, [], 1, False, (Look.REPORTED, 1)),
        (True, ["links"], 3, True, (Look.REPORTED, 0)),
        (True, [], 2, True, (Look.OBJECTED, 1)),
    ],
)
def test_the_list_in_which_a_comment_waits(
    undecided: bool, holds: list[str], reports: int, objects: bool, expected: tuple[Look | None, int]
) -> None:
    assert comments.look_for(undecided, holds, reports, objects) == expected

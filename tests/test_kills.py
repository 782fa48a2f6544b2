"""Killed at random moments the city loses nothing it acknowledged and sends nothing twice; and the check would notice."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import randrange

import pytest

from tests.kills import Found, Ledger, Plan, Sent, complaints, run


def test_whatever_is_killed_nothing_is_lost_and_nothing_doubled(database_url: str, tmp_path: Path, engine: str) -> None:
    seed = int(os.environ.get("HUB_KILLS_SEED", randrange(10**6)))
    plan = Plan(taps=150, questions=12, kills=4, seed=seed, workers=1 if engine == "sqlite" else 2)
    outcome = run(database_url, tmp_path, plan)
    assert outcome.complaints == [], f"HUB_KILLS_SEED={seed}"
    assert outcome.kills == plan.kills
    assert outcome.sent + outcome.unknown == 24


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(taps=["a", "b"], questions=["anna"], answers={"anna": "Ano."})


@pytest.fixture
def found() -> Found:
    """What is there when all went well, one letter being unknown."""
    return Found(
        taps=Counter("ab"),
        questions=Counter(["anna"]),
        answers={"anna": ["Ano."]},
        letters=[Sent(1, "sent", "receipt", "anna", "<1>"), Sent(2, "unknown", "answer", "anna", "<2>")],
        mails=Counter(["<1>", "<2>"]),
        listed={2},
    )


def test_the_check_is_content_when_all_is_well(ledger: Ledger, found: Found) -> None:
    assert complaints(ledger, found) == []
    assert complaints(ledger, replace(found, mails=Counter(["<1>"]))) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"taps": Counter("a")}, "tap b"),
        ({"taps": Counter("aab")}, "2 times"),
        ({"wrong_counts": 1}, "counts differ"),
        ({"questions": Counter[str]()}, "question of anna"),
        ({"questions": Counter(["anna", "anna"])}, "2 times"),
        ({"answers": {"anna": ["Ano.", "Ano."]}}, "answers"),
        ({"answers": {}}, "answers"),
        ({"mails": Counter(["<1>", "<1>"])}, "came 2 times"),
        ({"mails": Counter(["<1>", "<2>", "<2>"])}, "came 2 times"),
        ({"mails": Counter(["<2>"])}, "came 0 times"),
        ({"mails": Counter(["<1>", "<3>"])}, "no delivery"),
        ({"listed": set()}, "not listed"),
        ({"letters": [Sent(1, "sent", "receipt", "anna", "<1>")], "mails": Counter(["<1>"])}, "0 deliveries"),
        (
            {
                "letters": [Sent(1, "sent", "receipt", "anna", "<1>"), Sent(2, "failed", "answer", "anna", "<2>")],
                "mails": Counter(["<1>"]),
            },
            "neither sent nor unknown",
        ),
    ],
)
def test_the_check_complains_of_whatever_is_wrong(
    ledger: Ledger, found: Found, change: dict[str, object], words: str
) -> None:
    wrong = complaints(ledger, replace(found, **change))  # type: ignore[arg-type]
    assert any(words in one for one in wrong), wrong

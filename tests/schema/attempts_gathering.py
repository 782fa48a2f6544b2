"""Statements that try to break what holds for many cases that are joined to one in a single act."""

from __future__ import annotations

WORLD = """
INSERT INTO gatherings (id, case_id, undoes_id, account_id, reason, may_share, made_at, cursor, halt, finished_at)
  VALUES (1, 81, NULL, 11, '', false, {now}, 82, NULL, {later}), (2, 81, 1, 11, 'Totéž.', false, {now}, 0, NULL, NULL),
    (3, 81, NULL, 11, 'Totéž.', false, {now}, 82, NULL, NULL);
INSERT INTO gathered (gathering_id, case_id, link_id, fate) VALUES (2, 82, NULL, NULL), (2, 84, NULL, 'ended')
"""
"""One that is finished, one that has just begun, one under way; it stands on `attempts_ending.WORLD`."""


def gathering(**changes: str) -> str:
    row = {"id": "99", "case_id": "81", "account_id": "11", "reason": "''", "may_share": "false", "made_at": "{now}",
           "cursor": "0", **changes}  # fmt: skip
    return f"INSERT INTO gatherings ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608


BY_TRIGGER: dict[str, tuple[str, ...]] = {
    "gatherings_keep": (
        "UPDATE gatherings SET cursor = 81 WHERE id = 3",
        "UPDATE gatherings SET case_id = 82 WHERE id = 2",
        "UPDATE gatherings SET account_id = 12 WHERE id = 2",
        "UPDATE gatherings SET may_share = true WHERE id = 2",
        "UPDATE gatherings SET made_at = {later} WHERE id = 2",
        "UPDATE gatherings SET undoes_id = 3 WHERE id = 2",
        "UPDATE gatherings SET reason = 'Jinak.' WHERE id = 2",
        "UPDATE gatherings SET finished_at = NULL WHERE id = 1",
        "UPDATE gatherings SET halt = 'main_ended' WHERE id = 1",
        "UPDATE gatherings SET cursor = 83 WHERE id = 1",
    ),
    "gatherings_stay": ("DELETE FROM gatherings WHERE id = 3",),
    "gathered_keep": (
        "UPDATE gathered SET fate = 'done' WHERE case_id = 84",
        "UPDATE gathered SET fate = NULL WHERE case_id = 84",
        "UPDATE gathered SET case_id = 83, fate = 'done' WHERE case_id = 82",
        "UPDATE gathered SET gathering_id = 3, fate = 'done' WHERE case_id = 82",
        "UPDATE gathered SET link_id = 1 WHERE case_id = 82",
    ),
    "gathered_stay": ("DELETE FROM gathered",),
    "gathered_late": (
        "INSERT INTO gathered (gathering_id, case_id) VALUES (1, 84)",
        "INSERT INTO gathered (gathering_id, case_id) VALUES (3, 84)",
    ),
    "gatherings_all": ("TRUNCATE gatherings CASCADE",),
    "gathered_all": ("TRUNCATE gathered",),
}

BY_CONSTRAINT: dict[str, tuple[str, ...]] = {
    "ck_gatherings_reason": ("UPDATE gatherings SET finished_at = {later} WHERE id = 2",),
    "ck_gatherings_halted": (gathering(halt="'main_ended'"),),
    "ck_gatherings_halt": (gathering(halt="'lost'", finished_at="{later}"),),
    "ck_gathered_fate": ("INSERT INTO gathered (gathering_id, case_id, fate) VALUES (2, 83, 'lost')",),
    "fk_gathered_gathering_id": ("INSERT INTO gathered (gathering_id, case_id) VALUES (999, 83)",),
    "fk_gathered_case_id": ("INSERT INTO gathered (gathering_id, case_id) VALUES (2, 999)",),
    "fk_gathered_link_id": ("INSERT INTO gathered (gathering_id, case_id, link_id) VALUES (2, 83, 999)",),
    "fk_gatherings_case_id": (gathering(case_id="999"),),
    "fk_gatherings_account_id": (gathering(account_id="999"),),
    "fk_gatherings_undoes_id": (gathering(undoes_id="999"),),
    "uq_gatherings_undoes_id": (gathering(undoes_id="1"),),
}

ALLOWED = {
    "a gathering goes on": ("UPDATE gatherings SET cursor = 84 WHERE id = 3", 1),
    "a gathering is finished": ("UPDATE gatherings SET finished_at = {later}, reason = '' WHERE id = 3", 1),
    "a gathering is halted": (
        "UPDATE gatherings SET finished_at = {later}, reason = '', halt = 'main_ended' WHERE id = 2",
        1,
    ),
    "a gathered case is joined": ("UPDATE gathered SET fate = 'done', link_id = 1 WHERE case_id = 82", 1),
    "a gathering takes a case before it begins": ("INSERT INTO gathered (gathering_id, case_id) VALUES (2, 83)", 1),
    "a gathering is undone": (gathering(undoes_id="3"), 1),
}

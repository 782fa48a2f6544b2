"""Whatever a device sends instead of a tap is refused with the right words, and nothing is lost or stored by it."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from flask import Flask

from kiosk.presses import LONGEST_BATCH
from tests.presses import press_json
from tests.visitors import TAP, assert_counts_agree, assert_refused, everything, nothing_else_stored

BATCH = "/kiosk/ridici/davka"


def raw(**changes: str) -> bytes:
    """A good tap as JSON text, with the raw text of some values replaced."""
    good = {name: json.dumps(value) for name, value in press_json().items()}
    return ("{" + ",".join(f'"{name}":{text}' for name, text in {**good, **changes}.items()) + "}").encode()


NOT_JSON = {
    "an empty body": b"",
    "a truncated body": raw()[:-1],
    "bytes that are not UTF-8": b'{"id":"\xff\xfe"}',
    "NUL as an escape": raw(id=r'"\u0000"'),
    "NUL in a key": raw(ratings=r'{"vis\u0000it":5}'),
    "a bare control character": raw(id='"\x01"'),
    "an unpaired surrogate": raw(language=r'"\ud800"'),
    "an unpaired surrogate in a key": raw(ratings=r'{"\udfff":5}'),
    "an integer beyond 64 bits": raw(rev="1" + "0" * 30),
    "an integer of 5,000 digits": raw(rev="9" * 5000),
    "NaN": raw(age_ms="NaN"),
    "Infinity": raw(age_ms="Infinity"),
    "minus Infinity": raw(age_ms="-Infinity"),
    "1e999": raw(age_ms="1e999"),
    "a key twice": raw()[:-1] + b',"rev":1}',
    "a key twice further in": raw(ratings='{"visit":5,"visit":1}'),
    "7,000 brackets": b"[" * 7000 + b"]" * 7000,
    "40 objects in each other": b'{"a":' * 40 + b"1" + b"}" * 40,
}

NOT_A_PRESS = {
    "null": b"null",
    "a list": b"[]",
    "a number": b"5",
    "an empty object": b"{}",
    "an empty id": raw(id='""'),
    "an empty questionnaire": raw(questionnaire='""'),
    "an empty language": raw(language='""'),
    "no ratings": raw(ratings="{}"),
    "ratings as a list": raw(ratings="[5]"),
    "thirteen ratings": raw(ratings=json.dumps({f"q{n}": 1 for n in range(13)})),
    "a control character in the id": raw(id=json.dumps(f"{uuid4()}\n")),
    "a zero-width space in the id": raw(id=json.dumps(f"{uuid4()}\u200b")),
    "a UUID with its time in it (version 7)": raw(id='"0192f0c4-8e2a-7b3c-9d4e-5f6071829304"'),
    "a UUID of version 1": raw(id='"c232ab00-9414-11ec-b3c8-9f6bdeced846"'),
    "the nil UUID": raw(id='"00000000-0000-0000-0000-000000000000"'),
    "a UUID in capitals": raw(id=json.dumps(str(uuid4()).upper())),
    "a UUID in braces": raw(id=json.dumps(f"{{{uuid4()}}}")),
    "junk as id": raw(id='"\' OR 1=1 --"'),
    "a number as id": raw(id="4"),
    "revision -1": raw(rev="-1"),
    "revision 100": raw(rev="100"),
    "revision as text": raw(rev='"0"'),
    "revision as a fraction": raw(rev="0.5"),
    "revision as 0.0": raw(rev="0.0"),
    "revision true": raw(rev="true"),
    "revision null": raw(rev="null"),
    "an unknown language": raw(language='"xx"'),
    "a language in capitals": raw(language='"CS"'),
    "a questionnaire without a version": raw(questionnaire='"kiosk"'),
    "a questionnaire of version 0": raw(questionnaire='"kiosk@0"'),
    "an unknown version": raw(questionnaire='"kiosk@9"'),
    "an unknown questionnaire": raw(questionnaire='"jiny@1"'),
    "an unknown question": raw(ratings='{"nic":1}'),
    "a question of zero-width characters": raw(ratings='{"\u200b":1}'),
    "a question of 10 kB": raw(ratings=json.dumps({"a" * 10_000: 1})),
    "level 0": raw(ratings='{"visit":0}'),
    "level 6 of five": raw(ratings='{"visit":6}'),
    "level 12": raw(ratings='{"visit":12}'),
    "level -1": raw(ratings='{"visit":-1}'),
    "level true": raw(ratings='{"visit":true}'),
    "level as text": raw(ratings='{"visit":"5"}'),
    "level 5.0": raw(ratings='{"visit":5.0}'),
    "level null": raw(ratings='{"visit":null}'),
    "a second question off its scale": raw(ratings='{"visit":4,"reason":7}'),
    "an age below zero": raw(age_ms="-1"),
    "an age of more than a week": raw(age_ms=str(7 * 24 * 3600 * 1000 + 1)),
    "an age as text": raw(age_ms='"5"'),
    "an age true": raw(age_ms="true"),
    "a department of its own choice": raw(department_id="2"),
    "a standing of its own choice": raw(standing='"set_aside"'),
    "a time of its own choice": raw(occurred_at='"2020-01-01T00:00:00Z"'),
}


def test_a_body_that_a_database_could_not_take_is_refused(house: Flask, subtests: pytest.Subtests) -> None:
    with nothing_else_stored(house) as good_tap:
        for what, body in NOT_JSON.items():
            for address in (TAP, BATCH):
                with subtests.test(what, address=address):
                    answer = house.test_client().post(address, data=body, content_type="application/json")
                    assert_refused(answer, 400, "bad_request")
            good_tap()


def test_a_body_that_is_no_press_is_refused(house: Flask, subtests: pytest.Subtests) -> None:
    with nothing_else_stored(house) as good_tap:
        for what, body in NOT_A_PRESS.items():
            with subtests.test(what):
                answer = house.test_client().post(TAP, data=body, content_type="application/json")
                assert_refused(answer, 400, "bad_input")
            good_tap()


def test_in_a_batch_each_has_its_own_receipt_and_hurts_no_neighbour(house: Flask) -> None:
    good = [press_json() for _ in NOT_A_PRESS]
    mixed = [
        part for bad, tap in zip(NOT_A_PRESS.values(), good, strict=True) for part in (bad, json.dumps(tap).encode())
    ]
    before = len(everything(house)["feedback"])
    body = b'{"presses":[' + b",".join(mixed) + b"]}"
    answer = house.test_client().post(BATCH, data=body, content_type="application/json")
    outcomes = [receipt["outcome"] for receipt in answer.get_json()["receipts"]]
    wrong = [what for what, outcome in zip(NOT_A_PRESS, outcomes[::2], strict=True) if outcome != "invalid"]
    assert wrong == []
    assert set(outcomes[1::2]) == {"stored"}
    assert len(everything(house)["feedback"]) == before + len(good)
    assert_counts_agree(house)


WRONG_BATCHES: dict[str, tuple[object, int, str]] = {
    "empty": ({"presses": []}, 400, "bad_input"),
    "an object": ({"presses": {"0": press_json()}}, 400, "bad_input"),
    "text": ({"presses": "x"}, 400, "bad_input"),
    "null": ({"presses": None}, 400, "bad_input"),
    "no presses": ({}, 400, "bad_input"),
    "a bare list": ([press_json()], 400, "bad_input"),
    "an extra field": ({"presses": [press_json()], "slug": "davky"}, 400, "bad_input"),
    "201 items": ({"presses": [press_json() for _ in range(LONGEST_BATCH + 1)]}, 413, "too_large"),
}


def test_a_batch_of_the_wrong_shape_is_refused_whole(house: Flask, subtests: pytest.Subtests) -> None:
    with nothing_else_stored(house) as good_tap:
        for what, (body, status, code) in WRONG_BATCHES.items():
            with subtests.test(what):
                assert_refused(house.test_client().post(BATCH, json=body), status, code)
            good_tap()


def test_a_body_beyond_the_limit_is_refused_unread(house: Flask, subtests: pytest.Subtests) -> None:
    with nothing_else_stored(house) as good_tap:
        for body in (b"[" * 100_000 + b"]" * 100_000, b" " * 2_000_000):
            for address in (TAP, BATCH):
                with subtests.test(address, length=len(body)):
                    answer = house.test_client().post(address, data=body, content_type="application/json")
                    assert_refused(answer, 413, "too_large")
            good_tap()


def test_a_tap_of_another_content_type_is_refused(house: Flask, subtests: pytest.Subtests) -> None:
    with nothing_else_stored(house) as good_tap:
        for kind in (None, "", "text/plain", "application/x-www-form-urlencoded", "application/xml", "a/b;;;"):
            for address in (TAP, BATCH):
                with subtests.test(address, kind=kind):
                    assert_refused(house.test_client().post(address, data=raw(), content_type=kind), 415, "wrong_type")
            good_tap()


def test_the_same_tap_with_another_body_is_a_conflict_and_the_first_one_stays(house: Flask) -> None:
    first = press_json(2)
    assert house.test_client().post(TAP, json=first).status_code == 201
    with nothing_else_stored(house):
        for change in ({"ratings": {"visit": 5}}, {"language": "en"}, {"ratings": {"visit": 2, "reason": 1}}):
            assert_refused(house.test_client().post(TAP, json={**first, **change}), 409, "conflict")
        assert house.test_client().post(TAP, json=first).status_code == 200


SLUGS = {
    "unknown": "nikde",
    "empty": "%20",
    "NUL": "%00",
    "a known one and NUL": "ridici%00",
    "not UTF-8": "%ff",
    "a surrogate": "%ed%a0%80",
    "zero-width": "ridici%e2%80%8b",
    "a line break": "ridici%0d%0aSet-Cookie:%20x",
    "in capitals": "RIDICI",
    "10 kB": "a" * 10_000,
    "up the tree": "..",
    "SQL": "ridici'%20OR%20'1'='1",
    "markup": "%3Cscript%3E",
}


def test_an_unknown_place_is_not_found(house: Flask, subtests: pytest.Subtests) -> None:
    client = house.test_client()
    with nothing_else_stored(house) as good_tap:
        for what, slug in SLUGS.items():
            place = f"/kiosk/{slug}"
            with subtests.test(what):
                for address in ("", "/duvod", "/zmenit", "/dekujeme"):
                    answer = client.get(place + address)
                    assert_refused(answer, 404)
                    assert "<script>" not in answer.get_data(as_text=True)
                assert_refused(client.post(f"{place}/dotek", json=press_json()), 404, "unknown_touchpoint")
                assert_refused(
                    client.post(f"{place}/davka", json={"presses": [press_json()]}), 404, "unknown_touchpoint"
                )
                assert client.post(place, data={"token": "x"}).status_code in {400, 404}
            good_tap()

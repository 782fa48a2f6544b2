"""Personal data in texts is found and masked; ordinary numbers of a city's post are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.personal import LABELS, Mark, Personal, find, is_birth_number, luhn, mask


def _found(text: str) -> list[tuple[str, str]]:
    return [(mark.kind.value, text[mark.start : mark.end]) for mark in find(text)]


@pytest.mark.parametrize(
    "number",
    [
        "8553150001",  # 5 March 1985 + 50; 11 × 777559091
        "855315/0001",
        "855315 / 0001",
        "855315 0001",
        "855315/0090",  # 855315009 = 11 × 77755909 + 10, so the last digit is 0
        "740714/0004",  # a man; 11 × 673376364
        "0401010005",
        "0421010007",  # since 2004 with 20 more
        "0471010001",  # and a woman with 70 more
        "530115/123",  # nine digits until 1953
        "535115123",
    ],
)
def test_a_birth_number_is_found(number: str) -> None:
    assert _found(f"Narozen, r. č. {number}, Havířov") == [("birth_number", number)]


@pytest.mark.parametrize(
    "digits",
    [
        "8553150002",  # not divisible
        "8503320001",  # 32 March
        "8523150009",  # 20 more long before 2004
        "8513150008",  # a 13th month
        "0402300008",  # 30 February
        "540115123",  # nine digits in 1954 (or 1854)
    ],
)
def test_what_is_no_birth_number(digits: str) -> None:
    assert not is_birth_number(digits)


def test_the_exception_of_the_last_zero_ended_with_1985() -> None:
    assert is_birth_number("8553150090")
    # 860101001 = 11 × 78191000 + 1, 860101010 = 11 × 78191000 + 10
    assert not is_birth_number("8601010100")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("karta 4111 1111 1111 1111 končí", [("card", "4111 1111 1111 1111")]),
        ("4111111111111111", [("card", "4111111111111111")]),
        ("5500-0000-0000-0004.", [("card", "5500-0000-0000-0004")]),
        ("amex 3782 822463 10005", [("card", "3782 822463 10005")]),
        ("4222222222222", [("card", "4222222222222")]),
        ("2024 4111 1111 1111 1111", [("card", "4111 1111 1111 1111")]),
        ("4111 1111 1111 1112", []),
        ("8591234567890", []),
        ("účet 19-2000145399/0800", [("account", "19-2000145399/0800")]),
        ("2000145399/0800", [("account", "2000145399/0800")]),
        ("2900123451/2010", [("account", "2900123451/2010")]),
        ("123457/0300", [("account", "123457/0300")]),  # 7·1 + 5·2 + 4·4 + 3·8 + 2·5 + 1·10 = 77
        ("123456/0300", []),
        ("123457/2024", []),  # a reference number
        ("CZ65 0800 0000 1920 0014 5399", [("account", "CZ65 0800 0000 1920 0014 5399")]),
        ("cz6508000000192000145399", [("account", "cz6508000000192000145399")]),
        ("CZ66 0800 0000 1920 0014 5399", []),
        ("DIČ CZ8553150001", [("birth_number", "8553150001")]),
        ("pište na jan.novak+obec@mail.example.cz.", [("email", "jan.novak+obec@mail.example.cz")]),
        ("jan(at)example.cz, eva [zavináč] example.cz", [("email", "jan(at)example.cz"), ("email", "eva [zavináč] example.cz")]),
        ("@ozvena a cena 5 @ kus", []),
    ],
)  # fmt: skip
def test_cards_accounts_and_mails_are_found_by_their_check_digits_and_shape(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert _found(text) == found


@pytest.mark.parametrize(
    "number",
    [
        "608123456",
        "608 123 456",
        "608-123-456",
        "608.123.456",
        "608\u00a0123\u00a0456",
        "608\u200b123\u200b456",
        "６０８123456",
        "596 803 111",
        "+420 608 123 456",
        "+420608123456",
        "(+420) 608 123 456",
        "00420 608 123 456",
        "596/803 111",
        "+421 905 123 456",
        "+380 67 123 45 67",
        "+48 123 456 789",
    ],
)
def test_a_telephone_is_found_however_it_is_written(number: str) -> None:
    assert _found(f"Volejte večer {number}, děkuji.") == [("phone", number)]


def test_odd_groups_are_a_telephone_when_a_word_says_so() -> None:
    assert _found("tel.: 596 80 31 11") == [("phone", "596 80 31 11")]
    assert _found("kontejnery 240 12 15 18") == []


def test_two_telephones_may_share_a_slash_and_a_country_stays_with_its_number() -> None:
    assert _found("608 123 456/777 123 456") == [("phone", "608 123 456"), ("phone", "777 123 456")]
    assert _found("+420 608 123 456 2024") == [("phone", "+420 608 123 456")]


@pytest.mark.parametrize(
    "text",
    [
        "17. 11. 2026",
        "17.11.2026 v 10:30",
        "2026-11-17 12:30:45",
        "2026-11-17T12:30:45.123456Z",
        "v letech 2019–2026",
        "3. 5. 2026 až 6. 7. 2026",
        "cena 1 250 000 Kč",
        "rozpočet 256 300 400 Kč",
        "rozpočet 256.300.400,- Kč",
        "dotace 650 000 000",
        "za 12,50 Kč",
        "č. j. MMH/123456/2026",
        "č. j. 608123456",
        "sp. zn. MMH/776123456/2026",
        "č. j. 120131/2021",
        "IČO 00297488",
        "IČO: 002 974 88",
        "VS 608123456",
        "variabilní symbol: 608123456",
        "faktura č. 608123456",
        "parc. č. 1234/5",
        "Svornosti 86/2, 736 01 Havířov",
        "Dlouhá třída 1234/56a",
        "čp. 1234, PSČ 73601",
        "§ 16 odst. 2 písm. g) zákona č. 128/2000 Sb.",
        "zákon 106/1999 Sb. a 85/1990 Sb.",
        "linky 401 402 413",
        "zastávka 12, linka 403, spoj 17",
        "teploty 25 30 28 31 29 33 27 30",
        "GPS 49.7798, 18.4370",
        "550e8400-e29b-41d4-a716-446655440000",
        "OZ776123456",
        "112, 150, 155, 158",
        "100000000000",
        "verze 1.2.3.4, IP 192.168.100.200",
    ],
)
def test_ordinary_numbers_are_left_alone(text: str) -> None:
    assert _found(text) == []


def test_where_two_readings_are_possible_one_mark_stands() -> None:
    assert _found("855315/0001") == [("birth_number", "855315/0001")]
    assert _found("608123456@example.cz") == [("email", "608123456@example.cz")]


def test_each_mark_becomes_a_czech_label() -> None:
    text = "Jsem 855315/0001, karta 4111111111111111, účet 19-2000145399/0800, tel. 608 123 456, jan@example.cz."
    assert mask(text) == "Jsem [rodné číslo], karta [číslo karty], účet [číslo účtu], tel. [telefon], [e-mail]."


def test_only_the_given_marks_are_masked_and_never_twice() -> None:
    marks = [Mark(Personal.PHONE, 4, 7), Mark(Personal.EMAIL, 0, 3), Mark(Personal.CARD, 6, 8)]
    assert mask("abc defg", marks) == "[e-mail] [telefon]g"
    assert mask("608 123 456", []) == "608 123 456"


def test_a_text_without_marks_stays_as_it_is() -> None:
    assert mask("Na ulici 17. listopadu nesvítí 3 lampy.") == "Na ulici 17. listopadu nesvítí 3 lampy."


@pytest.mark.parametrize(("digits", "good"), [("79927398713", True), ("79927398710", False), ("0", True)])
def test_luhn_gives_the_known_example(digits: str, good: bool) -> None:
    assert luhn(digits) is good


numbers = st.text(alphabet=st.sampled_from("0123456789 +-/.()@aCZ"), max_size=80) | st.text()


@given(numbers)
def test_marks_are_in_order_and_apart_and_masked_texts_keep_the_rest(text: str) -> None:
    marks = find(text)
    ends = [0, *(mark.end for mark in marks)]
    assert all(end <= mark.start < mark.end <= len(text) for end, mark in zip(ends, marks, strict=False))
    pieces = [text[end : mark.start] + LABELS[mark.kind] for end, mark in zip(ends, marks, strict=False)]
    assert mask(text) == "".join(pieces) + text[ends[-1] :]


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "1-", "12", "4111 ", "608 123 456 ", "+1", "+1 ", "(0", "608/", "855315/0001 ", "a@", "a.", "a@a.", "-", ". "],
)  # fmt: skip
def test_the_worst_texts_are_read_through(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    assert len(find(text)) <= len(text)
    assert len(find(text + "x")) <= len(text)

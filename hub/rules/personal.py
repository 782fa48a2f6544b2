"""Personal data in a text: birth numbers, cards, bank accounts, telephones, e-mails. Found to hold a text and to mask it.

A number counts only when its own check digits and its shape say so, so that prices, dates and reference numbers pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Personal(StrEnum):
    """A kind of personal data that can be told by its shape."""

    BIRTH_NUMBER = "birth_number"
    CARD = "card"
    ACCOUNT = "account"
    PHONE = "phone"
    EMAIL = "email"


LABELS = {
    Personal.BIRTH_NUMBER: "[rodné číslo]",
    Personal.CARD: "[číslo karty]",
    Personal.ACCOUNT: "[číslo účtu]",
    Personal.PHONE: "[telefon]",
    Personal.EMAIL: "[e-mail]",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One piece of personal data: `text[start:end]`."""

    kind: Personal
    start: int
    end: int


SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2212"
FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0B: "+", 0xFF0F: "/", 0xFF20: "@"}
PLAIN = str.maketrans(SPACES + INVISIBLE + HYPHENS, " " * len(SPACES + INVISIBLE) + "-" * len(HYPHENS)) | FULL_WIDTH
"""Each character for one, so that the places in the plain text are those of the original."""

GAP = r"(?: {0,2}| ?- ?|\.)"
EMAIL = re.compile(
    r"(?<![\w.%+-])[\w.%+-]{1,64}(?:@| ?[(\[](?:at|zavináč)[)\]] ?)(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)",
    re.IGNORECASE,
)
BIRTH = re.compile(r"(?:(?<!\w)|(?<=\bCZ))(?<!\d[-/.])(\d{6})( ?[/-] ?| ?)(\d{3,4})(?![\w/])")
ACCOUNT = re.compile(r"(?<!\w)(?<!\d[-/.])(?:(\d{1,6}) ?- ?)?(\d{2,10}) ?/ ?(\d{4})(?![\w/])")
IBAN = re.compile(r"(?<!\w)((?:CZ|SK)\d\d)((?: ?\d{4}){5})(?!\w)", re.IGNORECASE)
CARDS = tuple(
    re.compile(rf"(?<!\w)(?=({digits})(?!\w))")
    for digits in (
        r"\d{13,19}",
        r"\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?",
        r"\d{4}(?:[ -]\d{4}){3}",
        r"\d{4}[ -]\d{6}[ -]\d{4,5}",
    )
)
CARD_LENGTHS = {"2": {16}, "3": {14, 15, 16}, "4": {13, 16, 19}, "5": set(range(13, 20)), "6": set(range(13, 20))}
"""First digit → how long such cards are (ISO/IEC 7812); others are not cards for payment, 8 begins Czech bar codes."""

# 30, 40 and 50 are no area codes: "linky 401 402 413" are buses.
CZECH_PHONE = re.compile(
    rf"(?<![\w+])(?<!\d[-.])(?:[269]\d|7\d|[345][1-9])\d(?:{GAP}|/)\d{{3}}{GAP}\d{{3}}"
    r"(?!\w|[-.]\d|/\d{1,2}\b|/\d{4}\b)"
)
CALLED = re.compile(r"(?<!\w)(?<!\d[-.])[2-79](?:[ -]?\d){8}(?!\w|[-./]\d)")
WITH_COUNTRY = re.compile(
    r"(?<!\w)\(?(?:\+|00)(?:420\)?(?:[ .()-]{0,2}\d){9}|(?!420)[1-9](?:[ .()-]{0,2}\d){7,14})(?!\w)"
)
CALL = re.compile(
    r"\b(?:tel|mob|fax|volejte|zavolejte|volat|kontakt|mobil|telefon)\w{0,3}\.?:? ?(?:č\w{0,4}\.?:? ?)?$", re.IGNORECASE
)
REFERENCE = re.compile(
    r"(?:\bč\. ?j\.|\bčj\.|\bsp\. ?zn\.|\bčíslo jednací|\bi[čc]o?\b|\bvs\b|symbol\w{0,4}|smlouv\w{0,3}|faktur\w{0,3}|\bparc\.)"
    r"(?: ?č\.)?[:# ]{0,3}(?:[\w/-]{0,12}[/-])?$",
    re.IGNORECASE,
)
PRICE = re.compile(r" ?(?:Kč|CZK|korun|,-|EUR|€|tis\.|mil\.|milion|obyvatel)", re.IGNORECASE)
WEIGHTS = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
"""Of the digits of an account number, the last one first."""
BEFORE = 32
"""How many characters before a number may tell what it is."""


def find(text: str) -> tuple[Mark, ...]:
    """All marks in order, none over another. Where two readings are possible the more delicate one stands."""
    plain = text.translate(PLAIN)
    taken: list[Mark] = []
    for search in (_emails, _ibans, _births, _accounts, _cards, _phones_with_country, _phones, _called):
        taken = _beside(taken, search(plain))
    return tuple(taken)


def mask(text: str, marks: Iterable[Mark] | None = None) -> str:
    """The text with a Czech label in square brackets in place of each mark (of those found, unless given)."""
    pieces = []
    end = 0
    for mark in sorted(find(text) if marks is None else marks, key=lambda mark: mark.start):
        if mark.start >= end:
            pieces += [text[end : mark.start], LABELS[mark.kind]]
            end = mark.end
    return "".join([*pieces, text[end:]])


def _beside(taken: Sequence[Mark], marks: Iterable[Mark]) -> list[Mark]:
    """Both in order, without the marks that would lie over taken ones. One pass, as a text may hold thousands."""
    merged: list[Mark] = []
    strong = iter([*taken, None])
    next_taken = next(strong)
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        while next_taken is not None and next_taken.start < mark.end:
            merged.append(next_taken)
            next_taken = next(strong)
        if not merged or merged[-1].end <= mark.start:
            merged.append(mark)
    return merged + ([next_taken] if next_taken else []) + [left for left in strong if left]


def _emails(plain: str) -> Iterator[Mark]:
    for found in EMAIL.finditer(plain):
        yield Mark(Personal.EMAIL, *found.span())


def _ibans(plain: str) -> Iterator[Mark]:
    for found in IBAN.finditer(plain):
        digits = found[2].replace(" ", "") + "".join(str(int(c, 36)) for c in found[1])
        if int(digits) % 97 == 1:
            yield Mark(Personal.ACCOUNT, *found.span())


def _births(plain: str) -> Iterator[Mark]:
    for found in BIRTH.finditer(plain):
        digits = found[1] + found[3]
        # Nine digits have no check digit, and with a space they look like a number in thousands.
        if len(digits) == 9 and (found[2] == " " or _is(REFERENCE, plain, found.start())):
            continue
        if _is_year(found[3]) and found[2].strip() and _is(REFERENCE, plain, found.start()):
            continue
        if is_birth_number(digits):
            yield Mark(Personal.BIRTH_NUMBER, *found.span())


def _accounts(plain: str) -> Iterator[Mark]:
    for found in ACCOUNT.finditer(plain):
        prefix, number, bank = found.groups(default="")
        # 123456/2024 is a reference number; of the codes like years only Fio's is a bank's, and its numbers are long.
        like_reference = _is_year(bank) and not (bank == "2010" and len(number) == 10)
        long_enough = len(number) >= (2 if prefix else 6)
        if long_enough and not like_reference and _weighted(prefix) and _weighted(number) and int(number) > 0:
            yield Mark(Personal.ACCOUNT, *found.span())


def _cards(plain: str) -> Iterator[Mark]:
    for shape in CARDS:
        for found in shape.finditer(plain):
            digits = found[1].replace(" ", "").replace("-", "")
            if (
                len(digits) in CARD_LENGTHS.get(digits[0], ())
                and luhn(digits)
                and not _is(REFERENCE, plain, found.start())
            ):
                yield Mark(Personal.CARD, *found.span(1))


def _phones(plain: str) -> Iterator[Mark]:
    last_end = -1
    for found in CZECH_PHONE.finditer(plain):
        start, end = found.span()
        # A slash before it joins two telephones, otherwise the parts of a reference number.
        joined = plain[start - 1 : start] != "/" or not plain[max(0, start - 2)].isdigit() or last_end == start - 1
        if joined and not _is_amount(plain, start, end):
            last_end = end
            yield Mark(Personal.PHONE, start, end)


def _called(plain: str) -> Iterator[Mark]:
    """Nine digits however they are grouped, when a word before says that one may call them."""
    for found in CALLED.finditer(plain):
        if _is(CALL, plain, found.start()):
            yield Mark(Personal.PHONE, *found.span())


def _phones_with_country(plain: str) -> Iterator[Mark]:
    for found in WITH_COUNTRY.finditer(plain):
        if not PRICE.match(plain, found.end()):
            yield Mark(Personal.PHONE, *found.span())


def is_birth_number(digits: str) -> bool:
    """Whether 9 or 10 digits can be a Czech birth number (act 133/2000, § 13).

    Women have 50 added to the month; since 2004 20 more may be added when a day's numbers run out. Ten digits (from 1954)
    are divisible by 11; until 1985 the last one may be 0 where the remainder of the first nine is 10.
    """
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    if len(digits) == 9:
        year += 1900 if year <= 53 else 1800
    else:
        year += 1900 if year >= 54 else 2000
        old = year < 1986 and int(digits[:9]) % 11 == 10 and digits[9] == "0"
        if int(digits) % 11 and not old:
            return False
    added = [50, 0] + ([70, 20] if year >= 2004 else [])
    return year >= 1900 and any(_is_date(year, month - more, day) for more in added)


def luhn(digits: str) -> bool:
    """Whether the last digit fits the others as on payment cards (ISO/IEC 7812-1, annex B)."""
    doubled = (int(c) * (1 + place % 2) for place, c in enumerate(reversed(digits)))
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0


def _weighted(digits: str) -> bool:
    """Whether a part of an account number passes the check of the Czech National Bank (decree 169/2011): weights modulo 11."""
    return sum(int(c) * WEIGHTS[place] for place, c in enumerate(reversed(digits))) % 11 == 0


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and "1900" <= digits <= "2049"


def _is_amount(plain: str, start: int, end: int) -> bool:
    round_number = re.sub(r"\D", "", plain[start:end]).endswith("000000")
    return round_number or bool(PRICE.match(plain, end)) or _is(REFERENCE, plain, start)


def _is(label: re.Pattern[str], plain: str, start: int) -> bool:
    """Whether a label stands right before."""
    return label.search(plain[max(0, start - BEFORE) : start]) is not None

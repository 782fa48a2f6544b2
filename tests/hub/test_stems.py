"""Search and rules find a Czech word in its other forms, with and without diacritics."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stems import LONGEST_WORD, MOST_WORDS, fold, index_words, query_words, stems

FORMS = """
odpad odpady odpadu odpadů odpadem odpadech
silnice silnici silnic silnicí silnicích
děti dětí dětem dětmi dětech
hřiště hřišti hřišť hřištích hřištěm
parkoviště parkovišti parkovišť parkovištích
škola školy škole školu školou školách školám školami
úřad úřadu úřady úřadem úřadů úřadech
lavička lavičky lavičce lavičku laviček lavičkách
strom stromy stromů stromem stromu stromech
autobus autobusy autobusů autobusu autobusem autobusech
popelnice popelnici popelnic popelnicí popelnicích
chodník chodníku chodníky chodníků chodníkem chodnících
lampa lampy lampu lamp lampou lampách lampě
ulice ulici ulic ulicí ulicích
město města městu městě městem
park parku parky parků parkem parcích
přechod přechodu přechody přechodů přechodem
osvětlení osvětlením
kontejner kontejneru kontejnery kontejnerů kontejnerem
poplatek poplatku poplatky poplatků
občanka občanku občanky občance občanek
průkaz průkazu průkazy průkazů
radnice radnici radnic
náměstí náměstím náměstích
zastávka zastávky zastávce zastávku zastávek zastávkách
kašna kašny kašně kašnu kašen
most mostu mosty mostě mostů
hluk hluku hlukem
tráva trávy trávu trávě trávou
zeleň zeleně zeleni zelení
knihovna knihovny knihovně knihovnu knihoven
úředník úředníka úředníci úředníků
starosta starosty starostovi starostou
cyklostezka cyklostezky cyklostezku cyklostezce cyklostezek
kočka kočky koček
výtluk výtluky výtluků
vchod vchodu vchody
nový nová nové nového novou nových
rozbitý rozbitá rozbité rozbitého
Havířov Havířova Havířově havirov HAVÍŘOV HAVIROV Havířovem
Karviná Karviné Karvinou
Šumbark Šumbarku Šumbarkem
Praha Prahy Praze Prahu
"""
GROUPS = [line.split() for line in FORMS.split("\n") if line]
PAIRS = [(group[0], form) for group in GROUPS for form in group[1:]]

MISSED = [
    # The root itself changes, which endings cannot tell.
    ("pes", "psa"),
    ("pes", "psi"),
    ("pes", "psů"),
    ("dům", "domu"),
    ("dům", "domy"),
    ("díra", "děr"),
    ("sníh", "sněhu"),
    ("dítě", "děti"),
    ("kůň", "koně"),
]


def _finds(query: str, text: str) -> bool:
    words = set(index_words(text))
    sought = query_words(query)
    return bool(sought) and all(words.intersection(any_of) for any_of in sought)


@pytest.mark.parametrize(("word", "form"), PAIRS)
def test_a_form_is_found_by_its_word_and_a_word_by_its_form(word: str, form: str) -> None:
    assert _finds(form, f"U nás je {word}!")
    assert _finds(word, f"U nás je {form}!")


@pytest.mark.parametrize(("word", "form"), PAIRS)
def test_a_word_is_found_by_a_form_without_diacritics(word: str, form: str) -> None:
    assert _finds(fold(form), f"U nás je {word}!")


@pytest.mark.parametrize(("word", "form"), MISSED)
@pytest.mark.xfail(reason="a root that changes inside", strict=True)
def test_forms_of_a_changed_root_are_not_found(word: str, form: str) -> None:
    assert _finds(form, word)


def test_no_two_of_these_words_are_taken_for_each_other() -> None:
    for group in GROUPS:
        others = " ".join(" ".join(other) for other in GROUPS if other is not group)
        assert [form for form in group if _finds(form, others)] == []


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("zlutoucky kun", "Příliš žluťoučký kůň", True),
        ("lampy chodnik", "Na chodníku nesvítí lampa", True),
        ("lampy silnice", "Na chodníku nesvítí lampa", False),
        ("ліхтар", "На вулиці не світить ліхтар", True),
        ("ЛІХТАР", "На вулиці не світить ліхтар", True),
        ("Łódź", "lodz", True),
        ("Straße", "STRASSE", True),
        ("106", "zákon č. 106/1999 Sb.", True),
        ("Ｌａｍｐａ", "lampa", True),
        ("Havir\u030cov", "Havířov", True),
        ("lam\u00adpa", "lam\u200bpa", True),
    ],
)
def test_a_text_is_found_when_each_word_of_the_query_is_in_it(query: str, text: str, found: bool) -> None:
    assert _finds(query, text) is found


def test_a_word_is_indexed_by_its_stem_and_as_it_stands_each_once() -> None:
    assert index_words("Lampa, lampa! Chodníku") == ["lamp", "lampa", "chodnik", "chodniku"]


def test_a_query_is_its_first_eight_words_of_more_than_a_letter() -> None:
    assert query_words("k lampě s 5 o") == [["lamp", "lampe"], ["5"]]
    assert [any_of[-1] for any_of in query_words("a0 b0 c0 d0 e0 f0 g0 h0 i0 j0")] == [f"{c}0" for c in "abcdefgh"]


@pytest.mark.parametrize("query", ["", "  ", "k s v", '" * ( ) -', "😀", "\u0301\u0301", "\ud800"])
def test_nothing_is_sought_by_a_query_without_words(query: str) -> None:
    assert query_words(query) == []


def test_stems_keep_their_order_and_repetition() -> None:
    assert stems("Lampy u silnic: lampa, SILNICE a školách.") == ["lamp", "u", "silnik", "lamp", "silnik", "a", "skol"]


def test_long_words_and_long_texts_are_cut() -> None:
    assert index_words("x" * 100) == ["x" * LONGEST_WORD]
    assert len(stems("1 " * (MOST_WORDS + 5))) == MOST_WORDS


@pytest.mark.timeout(10)
def test_a_flood_of_marks_hides_no_word_and_is_read_in_linear_time() -> None:
    assert _finds("lampa", "l" + "\u0336" * 5000 + "am\u0336pa" + "\u0301\u0327" * 100_000)


TOKEN = re.compile(r"[^\W_A-Z]+")


@given(st.text())
def test_every_form_is_one_plain_token(text: str) -> None:
    forms = index_words(text) + stems(text) + [form for any_of in query_words(text) for form in any_of]
    for form in forms:
        assert TOKEN.fullmatch(form)
        assert form == fold(form)


@given(st.text(alphabet=st.sampled_from("aeiouyáéíůúýčďěňřšťžcklmnprstvz k")))
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    assert not query_words(text) or _finds(text, text)


@given(st.lists(st.text(max_size=12), max_size=6).map(" ".join))
def test_full_text_search_of_sqlite_takes_every_quoted_form(text: str) -> None:
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE VIRTUAL TABLE found USING fts5(words)")
        database.execute("INSERT INTO found VALUES (?)", (" ".join(index_words(text)),))
        for any_of in query_words(text):
            query = " OR ".join(f'"{form}"' for form in any_of)
            assert database.execute("SELECT count(*) FROM found WHERE found MATCH ?", (query,)).fetchone() == (1,)
    finally:
        database.close()


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that change places as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless")
def test_threads_do_not_mix_their_words_up() -> None:
    texts = [" ".join(group) for group in GROUPS] * 5
    alone = [stems(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(stems, texts)) == alone

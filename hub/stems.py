"""Words of a text as search and rules compare them: without case, diacritics and endings. The one module around snowballstemmer.

The endings are those of Czech (https://snowballstem.org/algorithms/czech/stemmer.html); words of other languages mostly stay
as they are. Whatever leaves this module is one plain token of small letters and digits, safe inside quotes in FTS5 and tsquery.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from snowballstemmer import stemmer  # type: ignore[import-untyped]

LONGEST_WORD = 40
MOST_WORDS = 20_000
MOST_QUERY_WORDS = 8
MOST_LOOKED_AT = 2000

SHORTEST_TELLING = 4
LONGEST_LOOKED_AT = 400
"""Words at the beginning of a text, among which the telling ones are sought."""
COMMON = (
    "dobr pros dekuj rad bych chtel dotaz proc jsem jsou bude budet muz muzet pozdrav kdyz tak kter hezk zdrav vazen dnes tad"
    " mame mate mest nejak vubec velm jest jenz nebo protoz vase nase prot moh"
)
EVERYWHERE = frozenset(COMMON.split())
"""Stems of words with which people begin, ask and say thanks, whatever it is about."""

WORD = re.compile(r"[^\W_]+")
MARKS_IN_A_ROW = 3
"""Diacritics one after another that may belong to a letter; more is a prank, and normalising it takes quadratic time."""

JOINED = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
"""Invisible characters inside a word."""
WITHOUT_PARTS = str.maketrans("łđøħŧı", "ldohti")
"""Letters that Unicode does not take apart into a letter and a mark."""

ENDINGS = re.compile(r"(?<=[a-z]{4})(ach|am|ami|im|imi|ym|ymi)$|(?<=[a-z]{3})(eh|eho|emu|ich|ych)$")
"""Endings that the stemmer knows only with diacritics: people leave them out on phones."""
FLEETING = re.compile(r"(?<=[a-z]{2}[bcdfghjklmnprstvz])e(?=[bcdfghjklmnprstvz]$)")
SOFTENED = {"c": "k", "z": "h"}


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802


class _Local(threading.local):
    """A stemmer keeps the word it works on in itself, so each thread has its own."""

    def __init__(self) -> None:
        self.czech: _Stemmer = stemmer("czech")


_local = _Local()


def index_words(text: str) -> list[str]:
    """All forms by which the words of a text may be found, each once, in order."""
    found: dict[str, None] = {}
    for word in dict.fromkeys(islice(_words(text), MOST_WORDS)):
        found.update(dict.fromkeys(_alternatives(word)))
    return [form for form in found if form]


def query_words(text: str) -> list[list[str]]:
    """For each of the first words of a query the forms to look for, any of which will do. Empty when nothing can be sought.

    Single letters (the prepositions k, s, v, z) are left out.
    """
    kept = (word for word in _words(text) if len(word) > 1 or word.isdigit())
    forms = ([form for form in _alternatives(word) if form] for word in kept)
    return list(islice((any_of for any_of in forms if any_of), MOST_QUERY_WORDS))


def telling_words(text: str, most: int) -> list[list[str]]:
    """For each of the longest words of a text (at least four letters; the same in another form once) the forms to look for."""
    long = {word for word in islice(_words(text), LONGEST_LOOKED_AT) if len(word) >= SHORTEST_TELLING}
    found = (_alternatives(word) for word in sorted(long, key=_by_length))
    telling = {forms[0]: forms for forms in found if all(forms) and forms[0] not in EVERYWHERE}
    return list(islice(telling.values(), most))


def _by_length(word: str) -> tuple[int, str]:
    return -len(word), word


def stems(text: str) -> list[str]:
    """The stem of each word in order: what phrases are compared by."""
    found = (_root(fold(_stem(word))) for word in islice(_words(text), MOST_WORDS))
    return [stem for stem in found if stem]


def found_in(text: str, groups: Iterable[Iterable[str]]) -> list[tuple[int, int]]:
    """Where in a text words stand that one of these groups of `query_words` looks for: beginning and end of each."""
    wanted = {form for group in groups for form in group}
    heads = {form[:2] for form in wanted}
    found = []
    for match in islice(WORD.finditer(text), MOST_LOOKED_AT):
        word = match.group()
        # All forms of a word begin alike; to take the endings off every word of a page would take too long.
        if fold(word[:4])[:2] in heads and not wanted.isdisjoint(_alternatives(_normal(word)[:LONGEST_WORD])):
            found.append(match.span())
    return found


def fold(text: str) -> str:
    """A word without case and diacritics; of what is neither a letter nor 0-9 nothing is left."""
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(WITHOUT_PARTS)
    return "".join(c for c in apart if c in "0123456789" or unicodedata.category(c)[0] == "L")


def _words(text: str) -> Iterator[str]:
    """The words in small letters, with the diacritics that the stemmer needs."""
    for found in WORD.finditer(_normal(text)):
        yield found.group()[:LONGEST_WORD]


def _normal(text: str) -> str:
    composed = unicodedata.normalize("NFKC", "".join(_without_floods(text.translate(JOINED)))).casefold()
    # What could not be composed would split a word in two.
    return "".join(c for c in unicodedata.normalize("NFKC", composed) if not unicodedata.combining(c))


def _without_floods(text: str) -> Iterator[str]:
    in_a_row = 0
    for c in text:
        in_a_row = in_a_row + 1 if unicodedata.combining(c) else 0
        if in_a_row <= MARKS_IN_A_ROW:
            yield c


def _alternatives(word: str) -> list[str]:
    plain = fold(word)
    stem = fold(_stem(word))
    return list(dict.fromkeys([stem, fold(_stem(plain)), _root(stem), plain]))


def _root(stem: str) -> str:
    """What the stemmer leaves different of one word: skolach, Praze (k and h softened), knihoven (an e that comes and goes)."""
    root = FLEETING.sub("", ENDINGS.sub("", stem))
    return root[:-1] + SOFTENED.get(root[-1], root[-1]) if len(root) >= 4 else root


def _stem(word: str) -> str:
    return _local.czech.stemWord(word)

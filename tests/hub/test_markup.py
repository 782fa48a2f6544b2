"""HTML out of what people wrote: paragraphs, lines and links, and nothing that was not there as words."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.markup import LONGEST, paragraphs, plain, rich
from hub.text import words

REL = "nofollow ugc noopener noreferrer"


class Read(HTMLParser):
    """What a browser makes of it: the paragraphs as text, with line ends for <br>, and the links."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self._href: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "p":
            self.paragraphs.append("")
        elif tag == "br":
            self.paragraphs[-1] += "\n"
        elif tag == "a":
            assert dict(attrs).keys() == {"href", "rel"}
            assert dict(attrs)["rel"] == REL
            self.links.append((str(dict(attrs)["href"]), ""))
            self._href = str(dict(attrs)["href"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._href = None

    def handle_data(self, data: str) -> None:
        self.paragraphs[-1] += data
        if self._href is not None:
            self.links[-1] = (self._href, self.links[-1][1] + data)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (None, ""),
        ("\n\n \n", ""),
        ("Lampa", "<p>Lampa</p>"),
        ("První\ndruhá", "<p>První<br>druhá</p>"),
        ("První\n\ndruhá\n \t\n\ntřetí", "<p>První</p><p>druhá</p><p>třetí</p>"),
        ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("<b>tučně</b>", "<p>&lt;b&gt;tučně&lt;/b&gt;</p>"),
        ("&lt;b&gt; &nbsp;", "<p>&amp;lt;b&amp;gt; &amp;nbsp;</p>"),
        ("„uvozovky“ \"a\" 'b'", "<p>„uvozovky“ \"a\" 'b'</p>"),
    ],
)
def test_plain_text_becomes_paragraphs(text: str | None, html: str) -> None:
    assert str(paragraphs(text)) == html


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Viz https://mesto.cz/lampy.", [("https://mesto.cz/lampy", "https://mesto.cz/lampy")]),
        ("(www.mesto.cz)", [("http://www.mesto.cz", "www.mesto.cz")]),
        ("na mesto.cz, prosím", [("http://mesto.cz", "mesto.cz")]),
        ("https://a.cz/?a=1&b=2#c", [("https://a.cz/?a=1&b=2#c", "https://a.cz/?a=1&b=2#c")]),
        ("odkaz:https://meet.example.app/x", [("https://meet.example.app/x", "https://meet.example.app/x")]),
        ("http://háčky.čárky.cz:8080/", [("http://háčky.čárky.cz:8080/", "http://háčky.čárky.cz:8080/")]),
        ("<https://a.cz/x>", [("https://a.cz/x", "https://a.cz/x")]),
        ("HTTP://A.CZ", [("HTTP://A.CZ", "HTTP://A.CZ")]),
        ("pište jan@mesto.cz.", [("mailto:jan@mesto.cz", "jan@mesto.cz")]),
        ("https://a.cz/?komu=jan@b.cz", [("https://a.cz/?komu=jan@b.cz", "https://a.cz/?komu=jan@b.cz")]),
        ("https://a.cz a https://b.cz", [("https://a.cz", "https://a.cz"), ("https://b.cz", "https://b.cz")]),
        ("Nesvítí lampa v Dlouhé ulici.Na rohu je tma.Je to už týden.", []),
        ("soubor.pdf 3.14 1.1.2026 atd.apod", []),
        ("ftp://a.cz file:///etc/passwd //a.cz", []),
        ("http://jan@a.cz", []),
        ("http://localhost http:// https://. www.", []),
    ],
)
def test_addresses_become_links_and_nothing_else(text: str, links: list[tuple[str, str]]) -> None:
    assert Read(str(paragraphs(text))).links == links


def test_an_address_cannot_break_out_of_its_link() -> None:
    html = str(paragraphs('https://a.cz/"onmouseover="alert(1) https://a.cz/\'><b> https://a.cz/<script>'))
    read = Read(html)
    assert read.tags == {"p", "a"}
    assert [href for href, _ in read.links] == ["https://a.cz/", "https://a.cz/'", "https://a.cz/"]


PIECES = st.sampled_from(
    ["<", ">", "&", "&amp;", '"', "'", "a.cz", "https://", "www.", "@", "x@y.cz", " ", "\n", "\n\n", "\t", "</p>", "<a href="]
    + ["javascript:", "<!--", "-->", "<![CDATA[", "]]>", "ž", "😀", "\u202e", "\u200b", "(", ")", ".", "/", "&#0;", "&#x3c;"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join)


@given(TEXTS)
def test_every_word_stays_and_no_element_comes_from_the_words(text: str) -> None:
    text = words(text)
    read = Read(str(paragraphs(text)))
    assert read.tags <= {"p", "br", "a"}
    parts = [part for part in re.split(r"\n[ \t]*\n+", text) if part.strip()]
    assert read.paragraphs == parts
    assert all(re.match(r"(?:https?://|mailto:)[^\s<>\"]+$", href, re.IGNORECASE) for href, _ in read.links)
    assert all(words.removeprefix("http://") in href or "%" in href for href, words in read.links)


@pytest.mark.parametrize(
    "piece", ["a", "a-", "a.", "a@", "www.", "http://", "http://a.", "%40", "(", "&", "<", '"a', "ž1."]
)
def test_long_words_are_read_once(piece: str) -> None:
    text = (piece * LONGEST)[:LONGEST]
    began = time.process_time()
    paragraphs(text)
    assert time.process_time() - began < 2  # it was a quarter of a minute


def test_what_is_longer_than_any_text_is_cut() -> None:
    assert len(str(paragraphs("a" * (LONGEST + 5)))) == LONGEST + len("<p></p>")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** *b*", "<p><strong>a</strong> <em>b</em></p>"),
        ("a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"),
        ("# a\n\n#### b", "<h3>a</h3>\n<h4>b</h4>\n"),
        ("1. 12. 2026 konec\n3. patro\n15. března", "<p>1. 12. 2026 konec<br>\n3. patro<br>\n15. března</p>\n"),
        ("5*3*2 a snake_case_name", "<p>5*3*2 a snake_case_name</p>\n"),
        ("> a\n---\nb\n===", "<p>&gt; a<br>\n---<br>\nb<br>\n===</p>\n"),
        ("    a `b` <b>c</b> &amp;", "<p>a `b` &lt;b&gt;c&lt;/b&gt; &amp;amp;</p>\n"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>\n"),
        ("[a](https://m.cz/x_y_z)", f'<p><a href="https://m.cz/x_y_z" rel="{REL}">a</a></p>\n'),
        ("www.m.cz/x_y_z", f'<p><a href="http://www.m.cz/x_y_z" rel="{REL}">www.m.cz/x_y_z</a></p>\n'),
    ],
)
def test_the_small_markdown_of_officials(text: str, html: str) -> None:
    assert str(rich(text)).strip() == html.strip()


def test_in_letters_of_plain_text_it_reads_as_well() -> None:
    text = "### Kdy\n\n**Zítra** [tady](https://m.cz/a) a [a@m.cz](mailto:a@m.cz):\n\n1. přijďte\n   - s dokladem\n2. zaplaťte"
    assert plain(text) == ("Kdy\n\nZítra tady (https://m.cz/a) a a@m.cz:\n\n1. přijďte\n  – s dokladem\n2. zaplaťte")
    assert plain("**a**", is_markdown=False) == "**a**"
    assert plain(None) == ""


@given(st.text(alphabet="*_[]()#-1. ab\\\n>`<&!", max_size=120))
def test_no_markdown_makes_other_elements_than_ours(text: str) -> None:
    assert set(re.findall(r"<(\w+)", str(rich(text)))) <= {"p", "br", "a", "ul", "ol", "li", "strong", "em", "h3", "h4"}


@pytest.mark.parametrize("text", ["*" * 20_000, "[" * 20_000, "**a " * 5000, "[a](" * 4000, "_a*" * 6000])
def test_hostile_markdown_takes_no_time(text: str) -> None:
    began = time.perf_counter()
    rich(text)
    assert time.perf_counter() - began < 5

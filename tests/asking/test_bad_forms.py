"""Forged forms, disguised files, floods, a full disk, a locked database: nothing is stored, and the words come back."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from sqlalchemy.pool import NullPool

from hub import forms
from hub.steps.hearing import LONGEST
from hub.views.ask_form import FORM as FORM_NAME
from hub.views.ask_form import LARGEST_FILE, MOST_FILES
from tests import visitors
from tests.hub.test_uploads import EXE, HTML, SVG, jpeg, pdf, png, zipped
from tests.questions import (
    FOLLOW,
    FORM,
    MAIL,
    WORDS,
    Elements,
    File,
    ask,
    followed,
    given_back,
    link_of,
    nothing_stored,
    open_form,
    problems_of,
    reference_of,
    stored_files,
    words_of,
)
from tests.visitors import assert_refused

WEEK = 7 * 24 * 3600


PATIENCE = 0.3


BAD_FILES: dict[str, list[File]] = {
    "HTML as a picture": [("obrázek.png", HTML)],
    "a program as a PDF": [("faktura.pdf", EXE)],
    "SVG": [("obrázek.svg", SVG)],
    "SVG as a picture": [("obrázek.png", SVG)],
    "a program": [("a.exe", EXE)],
    "a ZIP": [("a.zip", zipped())],
    "a ZIP as a PDF": [("a.pdf", zipped())],
    "a picture as a PDF": [("a.pdf", png())],
    "a PDF as a program": [("a.exe", pdf())],
    "a program before its extension": [("faktura.exe.pdf", pdf())],
    "a page before its extension": [("a.html.png", png())],
    "a name turned around": [("faktura\u202efdp.exe", pdf())],
    "empty": [("a.png", b"")],
    "a bomb": [("a.png", png(50_000, 50_000))],
    "a bomb as JPEG": [("a.jpg", jpeg(65_000, 65_000))],
    "cut off": [("a.png", png()[:-8])],
    "one byte too large": [("a.pdf", pdf(b"x" * LARGEST_FILE))],
    "too many": [(f"{n}.png", png()) for n in range(MOST_FILES + 1)],
    "a bad one among good ones": [("a.png", png()), ("b.pdf", EXE), ("c.jpg", jpeg())],
    "a good one before an empty one": [("a.png", png()), ("b.png", b"")],
}


class TestFiles:
    def test_that_are_not_what_is_asked_for_are_refused_and_none_stays(
        self, house: Flask, subtests: pytest.Subtests
    ) -> None:
        client = house.test_client()
        with nothing_stored(house):
            for what, files in BAD_FILES.items():
                with subtests.test(what):
                    given_back(ask(client, WORDS, "a@b.cz", files=files), 400, email="a@b.cz")

    def test_that_are_good_do_not_stay_when_the_words_are_refused(self, house: Flask) -> None:
        client, files = house.test_client(), [("a.png", png()), ("b.pdf", pdf())]
        with nothing_stored(house):
            given_back(ask(client, "a" * (LONGEST + 1), files=files), 400, "a" * (LONGEST + 1))
            given_back(ask(client, WORDS, "není", files=files), 400)
            given_back(ask(client, WORDS, token="x", files=files), 400)

    def test_of_twice_the_size_are_refused_and_the_words_come_back(self, light: Flask) -> None:
        with nothing_stored(light):
            large = [(f"{n}.pdf", b"%PDF" + b"x" * (2 * LARGEST_FILE - 4)) for n in range(MOST_FILES)]
            given_back(ask(light.test_client(), WORDS, files=large), 400)

    def test_of_more_than_is_read_are_refused_with_advice(self, light: Flask) -> None:
        with nothing_stored(light):
            large = [(f"{n}.pdf", b"x" * LARGEST_FILE) for n in range(2 * MOST_FILES + 1)]
            answer = ask(light.test_client(), WORDS, files=large)
            assert_refused(answer, 413)
            assert "Vraťte se v prohlížeči zpět" in answer.get_data(as_text=True)

    def test_in_a_hundred_and_fifty_parts_are_refused(self, light: Flask) -> None:
        with nothing_stored(light):
            assert_refused(ask(light.test_client(), WORDS, **{f"field{n}": "x" for n in range(150)}), 413)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("../../../etc/passwd.png", "passwd.png"),
            ("C:\\Windows\\a.png", "a.png"),
            ("..", "soubor.png"),
            ("a\u202egnp.png", "agnp.png"),
            ("\u200b.png", "png.png"),
            ("con.png", "_con.png"),
            ("a\r\nX-Evil: 1.png", "a%0D%0AX-Evil_ 1.png"),
            ("a" * 300 + ".png", "a" * 96 + ".png"),
            ("<b>.png", "_b_.png"),
            ("žluťoučký kůň.png", "žluťoučký kůň.png"),
        ],
    )
    def test_have_a_harmless_name_and_lie_where_no_name_leads(self, light: Flask, name: str, shown: str) -> None:
        client, before = light.test_client(), set(stored_files(light))
        page = followed(client, ask(client, WORDS, files=[(name, png())]))
        assert shown in Elements(page).text
        (kept,) = set(stored_files(light)) - before
        assert kept.read_bytes() == png()
        staff = visitors.signed_in(light)
        given = staff.get(f"/urad/pripady/{reference_of(page)}/prilohy/1", buffered=True)
        assert given.headers["Content-Disposition"].startswith("attachment")
        assert (given.mimetype, given.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert "X-Evil" not in given.headers


def signed(app: Flask, state: object = "n" * 32, name: str = FORM_NAME, ago: int = 0, key: str = "") -> str:
    """A token of a form, signed so many seconds ago, perhaps by somebody else."""

    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - ago

    signer = URLSafeTimedSerializer(key or app.config["SECRET_KEY"], salt=f"form:{name}", signer=Then)
    return str(signer.dumps(state))


class TestTheToken:
    def test_that_is_not_fresh_and_of_this_form_stores_nothing_and_gives_the_words_back(
        self, house: Flask, subtests: pytest.Subtests
    ) -> None:
        client = house.test_client()
        body, _, signature = open_form(client)["token"].rpartition(".")
        tokens = {
            "none": "",
            "junk": "x.y.z",
            "10 kB": "a" * 10_000,
            "NUL": "\0",
            "forged": f"{body}.{signature[::-1]}",
            "signed by another secret": signed(house, key="somebody else's secret, long enough"),
            "of another form": signed(house, name="draft"),
            "of a touch screen": signed(house, name="kiosk:ridici"),
            "a week and a minute old": signed(house, ago=WEEK + 60),
            "of the future": signed(house, ago=-3600),
        }
        with nothing_stored(house):
            for what, token in tokens.items():
                with subtests.test(what):
                    answer = ask(client, WORDS, "a@b.cz", consent=True, token=token, files=[("a.png", png())])
                    given_back(answer, 400, email="a@b.cz")
                    assert " checked>" in answer.get_data(as_text=True)

    def test_that_came_back_fresh_lets_the_same_words_in(self, house: Flask) -> None:
        client = house.test_client()
        page = ask(client, WORDS, token=signed(house, ago=WEEK + 60)).get_data(as_text=True)
        assert link_of(ask(client, words_of(page), token=visitors.hidden_fields(page)["token"]))

    def test_of_yesterday_is_good(self, house: Flask) -> None:
        assert link_of(ask(house.test_client(), token=signed(house, "yesterday", ago=WEEK - 60)))

    def test_cannot_make_the_secret_of_a_link(self, light: Flask, houses: Callable[..., Flask]) -> None:
        client = light.test_client()
        token = open_form(client)["token"]
        secret = link_of(ask(client, token=token)).rpartition("/")[2]
        with light.app_context():
            nonce = str(forms.read_token(FORM_NAME, token))
            assert forms.secret(FORM_NAME, nonce) == secret
        with houses("sqlite", questions_per_minute=5, **MAIL).app_context():  # which has a key of its own
            assert forms.secret(FORM_NAME, nonce) != secret
        assert nonce not in secret
        assert client.get(FOLLOW + nonce).status_code == 404
        assert client.get(FOLLOW + token).status_code == 404


FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
)


def test_a_hidden_field_that_is_filled_in_leads_to_the_same_page(house: Flask) -> None:
    """A machine did it, or a browser that completes forms by itself: it is kept aside, see tests/desk/test_spam.py."""
    client = house.test_client()
    assert "nesmějí ztratit" in followed(client, ask(client, WORDS, web="https://spam.example"))


def test_what_a_page_of_another_site_sends_is_refused(house: Flask, subtests: pytest.Subtests) -> None:
    client = house.test_client()
    with nothing_stored(house):
        for headers in FOREIGN:
            with subtests.test(str(headers)):
                assert_refused(ask(client, headers=headers), 403, "foreign_origin")
    assert link_of(ask(client, headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}))


BODIES = (b'{"text": "x"}', b"[1,2]", b"{", b"null", b"", b"\xff\xfe\x00")


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml", "multipart/form-data", ""])
def test_a_body_that_is_no_form_is_refused(light: Flask, kind: str, subtests: pytest.Subtests) -> None:
    with nothing_stored(light):
        for body in BODIES:
            with subtests.test(repr(body)):
                answer = light.test_client().post(FORM, data=body, content_type=kind)
                assert answer.status_code == 400
                assert problems_of(answer.get_data(as_text=True))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_a_wrong_method_is_refused(light: Flask, method: str) -> None:
    with nothing_stored(light):
        assert_refused(light.test_client().open(FORM, method=method), 405)
        assert_refused(light.test_client().open(FOLLOW + "x" * 43, method=method), 405)
        assert_refused(light.test_client().post(FOLLOW + "x" * 43), 405)


class TestAFlood:
    @pytest.fixture
    def narrow(self, houses: Callable[..., Flask]) -> Flask:
        """An app that takes five questions a minute from one address."""
        return houses("sqlite", questions_per_minute=5, **MAIL)

    def test_from_one_address_is_stopped_with_the_words_in_the_form_and_hurts_nobody_else(self, narrow: Flask) -> None:
        client, before = narrow.test_client(), len(visitors.everything(narrow)["cases"])
        began = time.time()
        answers = [ask(client, WORDS, "a@b.cz", address="10.77.0.1", files=[("a.png", png())]) for _ in range(120)]
        windows = int(time.time() // 60 - began // 60) + 1
        counted = Counter(answer.status_code for answer in answers)
        assert counted.keys() == {303, 429}
        assert 5 <= counted[303] <= 5 * windows
        refused = [answer for answer in answers if answer.status_code == 429]
        for answer in refused[::20]:
            given_back(answer, 429, email="a@b.cz")
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert link_of(ask(client, WORDS, address="10.77.0.2"))
        assert client.get(FORM, environ_overrides={"REMOTE_ADDR": "10.77.0.1"}).status_code == 200
        rows = visitors.everything(narrow)
        assert len(rows["cases"]) == before + counted[303] + 1
        assert len(rows["attachments"]) == len(stored_files(narrow))

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
    def test_is_not_hidden_by_a_header(self, narrow: Flask, header: str) -> None:
        client = narrow.test_client()
        answers = [
            ask(client, WORDS, address=f"10.78.{len(header)}.1", headers={header: f"10.0.0.{n}"}) for n in range(12)
        ]
        assert answers[-1].status_code == 429


@contextmanager
def in_the_way(folder: Path) -> Iterator[None]:
    """A file stands where the folder of the storage belongs."""
    aside = folder.with_name("aside")
    if folder.exists():
        folder.rename(aside)
    folder.write_bytes(b"")
    try:
        yield
    finally:
        folder.unlink()
        if aside.exists():
            aside.rename(folder)


@contextmanager
def small_files(most: int = 65_536) -> Iterator[None]:
    """No file can grow beyond this many bytes: what a full disk says, to those larger."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class TestTrouble:
    def test_a_storage_that_cannot_be_written_refuses_the_question_with_its_words(self, house: Flask) -> None:
        client, files = house.test_client(), house.config["HUB"].data_dir / "files"
        link_of(ask(client, files=[("a.png", png())]))
        form = {"text": WORDS, "email": "plno@b.cz", "files": [("a.png", png())]}
        with nothing_stored(house), in_the_way(files):
            answer = ask(client, **form)  # type: ignore[arg-type]
            given_back(answer, 503, email="plno@b.cz")
            assert int(answer.headers["Retry-After"]) >= 1
        with in_the_way(files):
            assert link_of(ask(client, "Bez přílohy to jde."))
        token = visitors.hidden_fields(answer.get_data(as_text=True))["token"]
        assert link_of(ask(client, token=token, **form))  # type: ignore[arg-type]

    def test_files_put_before_the_trouble_do_not_stay(self, light: Flask) -> None:
        client, folder = light.test_client(), light.config["HUB"].data_dir / "files"
        with nothing_stored(light):
            before = stored_files(light)
            with small_files():
                files = [("a.png", png()), ("b.pdf", pdf(b"x" * 100_000))]
                answer = ask(client, WORDS, files=files)
            given_back(answer, 507)
            assert stored_files(light) == before
            assert not list(folder.rglob("*.part"))

    def test_a_locked_database_gives_the_words_back_and_the_same_form_is_then_recorded_once(self, house: Flask) -> None:
        client = house.test_client()
        token = open_form(client)["token"]
        form = {"text": WORDS, "email": "zamek@b.cz", "consent": True, "files": [("a.png", png())]}
        with nothing_stored(house), locked(house):
            answer = ask(client, token=token, **form)  # type: ignore[arg-type]
            given_back(answer, 503, email="zamek@b.cz")
            assert 1 <= int(answer.headers["Retry-After"]) <= 30
        again = visitors.hidden_fields(answer.get_data(as_text=True))["token"]
        links = {link_of(ask(client, token=one, **form)) for one in (token, again, again)}  # type: ignore[arg-type]
        assert len(links) == 1


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Somebody else holds the lock that a question needs: the only one of SQLite, or the table on PostgreSQL."""
    engine = sa.create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("BEGIN IMMEDIATE").close()  # type: ignore[union-attr]
        else:
            connection.execute(sa.text("LOCK TABLE cases IN ACCESS EXCLUSIVE MODE"))
        yield

"""The e-mail channel, against a real SMTP server that fails where it is told to."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email import EmailChannel, Folder, Server, make
from config import Settings
from hub.channel import Channel, Refused, Unreachable
from hub.envelopes import Outgoing
from tests.channel_contract import ChannelContract
from tests.services.mail import Mail, SmtpServer

SENDER = "Město Havířov <ozvena@mesto.cz>"
ANNA = Outgoing(delivery="d-1", address="anna@example.cz", text="Dobrý den,\n.\n..lampa svítí.\n", subject="Lampa")
HEADERS = {"from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version"}
HEADERS |= {"content-type", "content-transfer-encoding", "content-language"}
ON_ONE_SERVER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def over(smtp: SmtpServer, **changes: object) -> EmailChannel:
    server = Server("127.0.0.1", smtp.port, connect_timeout=5, data_timeout=5)
    return EmailChannel(replace(server, **changes), SENDER)  # type: ignore[arg-type]


@pytest.fixture
def channel(smtp: SmtpServer) -> Iterator[EmailChannel]:
    opened = over(smtp)
    yield opened
    opened.close()


def settings_of(tmp_path: Path, **values: object) -> Settings:
    return Settings(**{"_env_file": None, "mode": "test", "data_dir": tmp_path, "mail_from": SENDER, **values})  # type: ignore[arg-type]


def words(mail: Mail, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class TestEmailChannel(ChannelContract):
    pushed = False

    @pytest.fixture(autouse=True)
    def _server(self, smtp: SmtpServer) -> Iterator[None]:
        self.smtp = smtp
        self.opened: list[EmailChannel] = []
        yield
        for channel in self.opened:
            channel.close()

    def channel(self) -> Channel:
        self.opened.append(over(self.smtp))
        return self.opened[-1]

    def refusing(self, channel: Channel) -> str:
        self.smtp.refuse("nikdo@example.cz")
        return "nikdo@example.cz"

    def outgoing(self, **changes: object) -> Outgoing:
        return replace(ANNA, **changes)  # type: ignore[arg-type]

    def test_nothing_is_said_by_a_push(self) -> None:
        assert self.channel().parse({"id": 1}) == []


class TestALetter:
    def test_arrives_with_its_czech_subject_and_text(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        subject = "Příliš žluťoučký kůň úpěl ďábelské ódy a lampa v Dlouhé ulici už zase svítí jako dřív"
        sent_as = channel.send(replace(ANNA, subject=subject))
        (mail,) = smtp.wait_for(1)
        assert (mail["Subject"], words(mail), mail["Message-ID"]) == (subject, ANNA.text, sent_as)
        assert (mail["From"], mail["To"], mail["Auto-Submitted"]) == (SENDER, ANNA.address, "auto-generated")
        assert (mail.sender, mail.recipient, mail["Content-Language"]) == ("ozvena@mesto.cz", ANNA.address, "cs")
        assert mail.raw.isascii()
        assert b"quoted-printable" in mail.raw
        assert mail["Date"].datetime.tzinfo is not None
        assert "List-Unsubscribe" not in mail

    def test_shows_html_to_who_can_see_it(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        channel.send(replace(ANNA, html="<p>Dobrý den</p>", language="uk"))
        (mail,) = smtp.wait_for(1)
        assert mail.get_content_type() == "multipart/alternative"
        assert (words(mail), words(mail, "html").strip()) == (ANNA.text, "<p>Dobrý den</p>")
        assert mail["Content-Language"] == "uk"

    def test_stands_under_those_before_it(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        before = (
            "<first-with-a-very-long-name-that-must-never-be-broken-into-pieces-by-folding@mesto.cz>",
            "<2@mesto.cz>",
        )
        channel.send(replace(ANNA, replies_to=(*before[:1], "no id\r\nBcc: x@y.cz", before[1])))
        (mail,) = smtp.wait_for(1)
        assert (mail["In-Reply-To"], mail["References"].split()) == (before[1], list(before))
        assert b"=?" not in mail.raw.split(b"References:")[1]

    def test_of_news_can_be_stopped_by_one_click(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        link = "https://ozvena.mesto.cz/odhlaseni/" + "x" * 120
        channel.send(replace(ANNA, unsubscribe=link))
        (mail,) = smtp.wait_for(1)
        assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (f"<{link}>", "List-Unsubscribe=One-Click")

    def test_has_the_same_id_each_time(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        for delivery in ("d-1.2", "with space", "žluťoučký", "x" * 500, "a\r\nb", ".", ""):
            part = replace(ANNA, delivery=delivery)
            sent_as = channel.send(part)
            assert channel.send(part) == sent_as
            assert re.fullmatch(r"<[a-z0-9.-]{1,64}@mesto\.cz>", sent_as)
        assert len({mail["Message-ID"] for mail in smtp.mails}) == 7

    def test_is_corrected_by_another_under_it(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        sent_as = channel.send(ANNA)
        assert channel.send(replace(ANNA, operation="edit", text="Oprava", sent_as=sent_as)) == sent_as
        mail = smtp.wait_for(2)[1]
        assert mail["In-Reply-To"] == sent_as != mail["Message-ID"]

    def test_cannot_be_deleted(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        sent_as = channel.send(ANNA)
        assert channel.send(replace(ANNA, operation="delete", sent_as=sent_as)) == sent_as
        assert len(smtp.mails) == 1

    def test_goes_to_a_czech_domain_by_its_ascii_name(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        channel.send(replace(ANNA, address="jan@háčkyčárky.cz"))
        assert smtp.wait_for(1)[0].recipient == "jan@xn--hkyrky-ptac70bc.cz"

    @ON_ONE_SERVER
    @given(
        st.text(max_size=200),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
        st.lists(st.text(max_size=40), max_size=3),
        st.text(max_size=60),
        st.text(max_size=60),
    )
    def test_never_carries_a_header_that_was_slipped_in(
        self, smtp: SmtpServer, channel: EmailChannel, subject: str, text: str, ids: list[str], link: str, language: str
    ) -> None:
        slipped = replace(ANNA, subject=subject, text=text, replies_to=tuple(ids), unsubscribe=link, language=language)
        channel.send(slipped)
        mail = smtp.mails[-1]
        names = [name.lower() for name in mail]
        more = {"in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post"}
        assert len(names) == len(set(names))
        assert HEADERS - {"content-language"} <= set(names) <= HEADERS | more
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", mail["Subject"])
        assert words(mail).rstrip("\n") == re.sub(r"\r\n?", "\n", text).rstrip("\n")
        assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998

    @pytest.mark.parametrize(
        "subject", ["a\r\nBcc: x@y.cz", "=?utf-8?q?a=0D=0ABcc:_x@y.cz?=", "a\0\x85\u2028b", "x" * 3000]
    )
    def test_keeps_its_subject_in_the_subject(self, smtp: SmtpServer, channel: EmailChannel, subject: str) -> None:
        channel.send(replace(ANNA, subject=subject))
        (mail,) = smtp.wait_for(1)
        assert "Bcc" not in mail
        assert b"\r\nBcc" not in mail.raw
        assert (subject + "Lampa")[0] == mail["Subject"][0]


class TestAnAddress:
    @pytest.mark.parametrize(
        "address",
        [
            "",
            "@",
            "anna",
            "a@",
            "@b.cz",
            "a@b.cz, c@d.cz",
            "a@b.cz;c@d.cz",
            "a@b.cz\nBcc: x@y.cz",
            "a@b.cz\r",
            "Jan <a@b.cz>",
        ]
        + [
            "<a@b.cz>",
            "a b@c.cz",
            "a@b c.cz",
            '"a"@b.cz',
            "a@b@c.cz",
            "a@b.cz\0",
            "a@.cz",
            "a@-b.cz",
            "a@b-.cz",
            "a@[1.2.3.4]",
        ]
        + [
            "a..b@c.cz",
            ".a@c.cz",
            "a" * 65 + "@b.cz",
            "a@" + "b.cz." * 60 + "cz",
            "a@faß.de",
            "=?utf-8?q?=0A?=@b.cz",
            "a@\ud800.cz",
        ],
    )
    def test_that_is_not_one_plain_address_is_refused_before_anything_is_sent(
        self, smtp: SmtpServer, channel: EmailChannel, address: str
    ) -> None:
        with pytest.raises(Refused, match=r"^invalid$"):
            channel.send(replace(ANNA, address=address))
        assert smtp.verbs == []

    @ON_ONE_SERVER
    @given(st.text("abž.@ <>,;:\"'()\\\r\n\0\t=?+-", max_size=12).map(lambda text: f"{text}@example.cz") | st.emails())
    def test_is_refused_or_gets_the_only_copy(self, smtp: SmtpServer, channel: EmailChannel, address: str) -> None:
        before = len(smtp.mails)
        try:
            channel.send(replace(ANNA, address=address))
        except Refused:
            assert len(smtp.mails) == before
        else:
            assert [mail.recipient for mail in smtp.mails[before:]] == [address]

    def test_with_a_czech_name_needs_a_server_that_knows_such(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        channel.send(replace(ANNA, address="žofie@example.cz"))
        assert smtp.wait_for(1)[0].recipient == "žofie@example.cz"
        with SmtpServer(smtputf8=False) as older:
            other = over(older)
            with pytest.raises(Refused, match=r"^invalid$"):
                other.send(replace(ANNA, address="žofie@example.cz"))
            other.send(ANNA)
            other.close()
            assert older.connections == len(older.mails) == 1


class TestSettings:
    def test_a_server_is_used_as_they_say(self, tmp_path: Path) -> None:
        with SmtpServer(user="hub", password="s:p/e@c") as smtp:
            channel = make(settings_of(tmp_path, mail_url=f"smtp://hub:s%3Ap%2Fe%40c@127.0.0.1:{smtp.port}"))
            assert channel is not None
            channel.send(ANNA)
            channel.close()
            assert [mail.user for mail in smtp.mails] == ["hub"]

    @pytest.mark.parametrize(("mode", "url"), [("test", "maildir://{}/mail"), ("demo", "")])
    def test_a_folder_takes_each_letter_as_a_file(self, tmp_path: Path, mode: str, url: str) -> None:
        channel = make(
            settings_of(tmp_path, mode=mode, mail_url=url.format(tmp_path), mail_from="" if not url else SENDER)
        )
        assert channel is not None
        ids = {channel.send(replace(ANNA, address=a, delivery=a)) for a in ("anna@example.cz", "žofie@example.cz")}
        files = [message_from_bytes(box.as_bytes(), policy=default) for box in mailbox.Maildir(tmp_path / "mail")]
        assert {mail["Message-ID"] for mail in files} == ids
        assert {mail.get_content() for mail in files} == {ANNA.text}

    def test_a_folder_that_cannot_be_written_is_unreachable(self, tmp_path: Path) -> None:
        (tmp_path / "mail").write_text("in the way")
        with pytest.raises(Unreachable):
            EmailChannel(Folder(tmp_path / "mail"), SENDER).send(ANNA)

    def test_no_server_means_no_mail(self, tmp_path: Path) -> None:
        assert make(settings_of(tmp_path, mode="production")) is None

    @pytest.mark.parametrize(
        "url",
        ["smtp://", "smtp:///x", "smtp://u:secret@h:port", "smtp://u:sec/ret@h", "smtp://u:secret@h/path", "smtp://u@h"]
        + ["smtp://u:secret@h?tls=maybe", "smtp://u:secret@h?x=1", "smtps://h?tls=off", "maildir:///", "maildir:///a?b"]
        + ["smtp://[::1", "smtp://u:secret@h:99999", "smtp://u:secr%C3%A9t@h"],
    )
    def test_a_url_that_makes_no_sense_is_named_without_its_password(self, tmp_path: Path, url: str) -> None:
        with pytest.raises(ValueError, match=r"^HUB_MAIL_URL must .*\.$") as told:
            make(settings_of(tmp_path, mail_url=url))
        assert "sec" not in str(told.value)

    @pytest.mark.parametrize("sender", ["", "ozvena", "a@b.cz, c@d.cz", "Jan\r\nBcc: x <a@b.cz>", "<a@b.cz", "ž@b.cz"])
    def test_a_sender_that_is_no_address_is_named(self, tmp_path: Path, sender: str) -> None:
        with pytest.raises(ValueError, match=r"^HUB_MAIL_FROM must .*\.$"):
            make(settings_of(tmp_path, mail_url="smtp://h", mail_from=sender))

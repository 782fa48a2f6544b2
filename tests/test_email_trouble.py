"""What the e-mail channel says when the server, or the road to it, fails; each case with a real server."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.email import EmailChannel, Server
from hub.channel import Later, Refused, Uncertain, Unreachable
from tests.services.mail import SmtpServer
from tests.test_email_channel import ANNA, SENDER, over


@pytest.fixture(autouse=True, params=[True, False], ids=["pipelining", "one by one"])
def _manners(smtp: SmtpServer, request: pytest.FixtureRequest) -> None:
    """A server that takes the whole envelope at once, and one that must be asked for each part."""
    smtp.pipelining = request.param


@pytest.fixture
def channel(smtp: SmtpServer) -> Iterator[EmailChannel]:
    opened = over(smtp)
    yield opened
    opened.close()


@pytest.fixture
def road(smtp: SmtpServer) -> Iterator[Server]:
    """A road that soon gives up."""
    server = Server("127.0.0.1", smtp.port, connect_timeout=1, data_timeout=1)
    yield server
    server.close()


class TestTheConnection:
    def test_serves_many_letters(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        with ThreadPoolExecutor(8) as threads:
            sent = list(threads.map(channel.send, [replace(ANNA, delivery=f"d-{n}") for n in range(40)]))
        assert {mail["Message-ID"] for mail in smtp.mails} == set(sent)
        assert (len(smtp.mails), smtp.connections) == (40, 1)

    def test_that_the_server_closed_while_idle_is_opened_anew(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        channel.send(ANNA)
        smtp.hang_up()
        channel.send(ANNA)
        assert (len(smtp.mails), smtp.connections) == (2, 2)

    def test_that_is_fresh_is_not_opened_anew(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        smtp.orders["MAIL"] = "421 too many letters"
        with pytest.raises(Unreachable):
            channel.send(ANNA)
        assert smtp.verbs.count("MAIL") == 1

    def test_is_opened_anew_only_once(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        channel.send(ANNA)
        smtp.orders["MAIL"] = "421 too many letters"
        with pytest.raises(Unreachable):
            channel.send(ANNA)
        assert (smtp.verbs.count("MAIL"), smtp.connections) == (3, 2)

    def test_outlives_a_refused_recipient(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        smtp.refuse(ANNA.address)
        with pytest.raises(Refused):
            channel.send(ANNA)
        assert smtp.verbs[-1] == "RSET"
        channel.send(replace(ANNA, address="jan@example.cz"))
        assert (smtp.by_recipient(ANNA.address), smtp.connections) == ([], 1)

    def test_outlives_a_server_that_waits_for_a_letter_to_nobody(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        smtp.orders |= {"RCPT": "550 no such person", "DATA": "354 go on"}
        with pytest.raises(Refused, match="invalid"):
            channel.send(ANNA)
        assert smtp.mails == []
        smtp.behave()
        channel.send(ANNA)
        assert (len(smtp.mails), smtp.connections) == (1, 1)

    def test_comes_back_with_the_server(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        channel.send(ANNA)
        smtp.down()
        with pytest.raises(Unreachable):
            channel.send(ANNA)
        smtp.up()
        channel.send(ANNA)
        assert len(smtp.mails) == 2

    def test_to_a_server_of_the_oldest_kind_works(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        smtp.orders["EHLO"] = "500 what?"
        channel.send(ANNA)
        assert len(smtp.mails) == 1


def chain(error: BaseException | None) -> str:
    """All that a log could show of an error."""
    return "" if error is None else f"{error!r} {chain(error.__cause__)} {chain(error.__context__)}"


class TestTrouble:
    @pytest.mark.parametrize("order", ["drop", "stall", "421 going down"])
    @pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
    def test_before_the_letter_was_handed_over_is_unreachable(
        self, smtp: SmtpServer, road: Server, verb: str, order: str
    ) -> None:
        smtp.orders[verb] = order
        if (verb, order[:3]) == ("EHLO", "421"):
            smtp.orders["HELO"] = order
        with pytest.raises(Unreachable) as trouble:
            EmailChannel(road, SENDER).send(ANNA)
        assert ANNA.address not in chain(trouble.value)
        smtp.behave()
        road.connect_timeout = road.data_timeout = 10
        EmailChannel(road, SENDER).send(ANNA)
        assert len(smtp.mails) == 1

    @pytest.mark.parametrize(
        ("verb", "code", "state"),
        [("RCPT", 550, "invalid"), ("RCPT", 552, "invalid"), ("RCPT", 553, "invalid"), ("MAIL", 550, "active")]
        + [("MAIL", 552, "active"), ("DATA", 554, "active"), ("body", 550, "active"), ("body", 552, "active")]
        + [(verb, code, "later") for verb in ("MAIL", "RCPT", "DATA", "body") for code in (450, 451, 452)]
        + [("MAIL", 530, "unreachable"), ("body", 421, "unreachable")],
    )
    def test_that_the_server_names_is_told_apart(
        self, smtp: SmtpServer, channel: EmailChannel, verb: str, code: int, state: str
    ) -> None:
        smtp.refuse_content(code) if verb == "body" else smtp.orders.update({verb: f"{code} not {ANNA.address}"})
        with pytest.raises((Later, Refused, Unreachable)) as trouble:
            channel.send(ANNA)
        told = trouble.value
        assert getattr(told, "address_state", type(told).__name__.lower()) == state
        assert getattr(told, "after", timedelta(minutes=5)) == timedelta(minutes=5)
        assert ANNA.address not in chain(told)
        smtp.behave()
        channel.send(ANNA)
        assert len(smtp.mails) == 1

    @pytest.mark.parametrize("trouble", ["answer_lost", "answer_late"])
    def test_after_it_was_handed_over_is_uncertain(self, smtp: SmtpServer, road: Server, trouble: str) -> None:
        getattr(smtp, trouble)()
        road.data_timeout = 2
        with pytest.raises(Uncertain):
            EmailChannel(road, SENDER).send(ANNA)
        assert len(smtp.wait_for(1)) == 1

    def test_in_the_middle_of_the_letter_is_unreachable(self, smtp: SmtpServer, channel: EmailChannel) -> None:
        smtp.orders["DATA"] = "354 and then not listening"
        with pytest.raises(Unreachable):
            channel.send(replace(ANNA, text="Nesvítí lampa.\n" * 600_000))
        assert smtp.mails == []

    def test_at_the_greeting_is_unreachable(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            channel = EmailChannel(Server("127.0.0.1", silent.getsockname()[1], connect_timeout=0.2), SENDER)
            with pytest.raises(Unreachable):
                channel.send(ANNA)
        for host in ("mail.invalid", "a" * 70 + ".cz"):
            with pytest.raises(Unreachable):
                EmailChannel(Server(host, 25, connect_timeout=0.2), SENDER).send(ANNA)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 that only its own owner signed, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=127.0.0.1"
    options = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(path) + ".crt"]
    subprocess.run([*command.split(), *options], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def of_server(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class TestEncryption:
    @pytest.mark.parametrize("tls", ["offered", "require", "direct"])
    def test_is_used_where_the_server_offers_it(self, certificate: Path, tls: str) -> None:
        trusting = ssl.create_default_context(cafile=f"{certificate}.crt")
        kind = "direct" if tls == "direct" else "starttls"
        with SmtpServer(**{kind: of_server(certificate)}) as smtp:  # type: ignore[arg-type]
            channel = over(smtp, tls=tls, context=trusting)
            channel.send(ANNA)
            channel.send(ANNA)
            channel.close()
            assert [mail.encrypted for mail in smtp.mails] == [True, True]

    @pytest.mark.parametrize("tls", ["offered", "direct"])
    def test_with_a_stranger_sends_nothing(self, certificate: Path, tls: str) -> None:
        kind = "direct" if tls == "direct" else "starttls"
        with SmtpServer(**{kind: of_server(certificate)}) as smtp:  # type: ignore[arg-type]
            with pytest.raises(Unreachable):
                over(smtp, tls=tls).send(ANNA)
            assert "MAIL" not in smtp.verbs

    def test_that_is_required_but_not_offered_is_unreachable(self, smtp: SmtpServer) -> None:
        with pytest.raises(Unreachable):
            over(smtp, tls="require").send(ANNA)
        assert "MAIL" not in smtp.verbs

    def test_guards_the_password_on_its_way_to_another_machine(self) -> None:
        with SmtpServer(user="hub", password="tajné") as smtp:
            with pytest.raises(Unreachable):
                over(smtp, host="127.1", user="hub", password="tajne").send(ANNA)
            assert "AUTH" not in smtp.verbs

    def test_a_wrong_password_is_unreachable_and_told_to_nobody(self) -> None:
        with SmtpServer(user="hub", password="right") as smtp:
            channel = over(smtp, user="hub", password="wrong")
            with pytest.raises(Unreachable) as trouble:
                channel.send(ANNA)
            assert "wrong" not in chain(trouble.value) + repr(channel) + repr(Server("h", 1, password="wrong"))

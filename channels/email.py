"""E-mail: each part is one letter, handed to the city's SMTP server, or kept in a folder for trying the hub out.

Replies of the server are told apart by RFC 5321; where exactly a conversation broke decides between Unreachable (the letter
cannot have been accepted) and Uncertain (it may have been).
"""

from __future__ import annotations

import mailbox
import re
import smtplib
import ssl
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Literal, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from hub.channel import Forged, Later, Limits, Refused, Uncertain, Unreachable
from hub.envelopes import Incoming, Outgoing, Webhook

AGAIN = timedelta(minutes=5)
LONGEST_ADDRESS = 254
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
DEMO_SENDER = "Ozvěna <ozvena@localhost>"
BAD_SENDER = "HUB_MAIL_FROM must be one address, for example Město Lhota <ozvena@mesto.cz>."
BAD_URL = "HUB_MAIL_URL must be smtp://user:password@host:587 (@ in a password as %40), smtps://… or maildir:///folder."

LINE, FOLD = 76, "\r\n "
END = b".\r\n"
LOST, OK, DATA_WANTED, CLOSING, NOT_SIGNED_IN = -1, 250, 354, 421, 530
ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
LOCAL_PART = re.compile(rf"(?!.*=\?){ATOM}(?:\.{ATOM})*")  # "=?" would be taken for an encoded word
HOST = re.compile(r"(?!.*-(?:\.|$))(?:[a-zA-Z0-9][a-zA-Z0-9-]{0,62}\.)*[a-zA-Z0-9][a-zA-Z0-9-]{0,62}")
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")
PLAIN_SUBJECT = re.compile(r"(?!.*=\?)[ -~]{0,60}")
URL_CHARACTERS = ":/?#[]@!$&'()*+,;=%~"
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
SENDER = re.compile(r'"?(?P<name>[^<>"]*?)"?\s*<(?P<address>[^<>]*)>')


class MailSettings(Protocol):
    """What the channel reads of the hub's settings."""

    mail_url: str
    mail_from: str
    mode: Literal["production", "demo", "test"]
    data_dir: Path


class Folder:
    """A maildir: each letter is a file, written through to the disk before `carry` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()

    def carry(self, letter: bytes, sender: str, recipient: str) -> None:
        """Keep one letter. Raises Unreachable when the folder cannot be written."""
        data = letter.replace(b"\r\n", b"\n")
        try:
            with self._lock:
                for name in ("tmp", "new", "cur"):
                    (self._path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
                mailbox.Maildir(self._path, create=False).add(data)
                return
        except (OSError, mailbox.Error) as error:
            problem = type(error).__name__
        raise Unreachable(f"the mail folder cannot be written ({problem})")

    def close(self) -> None:
        """Nothing is held open."""


@dataclass
class Server:
    """One SMTP server and at most one connection to it, kept between letters; threads take turns.

    `tls` is direct (smtps), offered (STARTTLS where there is one), require or off; times are seconds.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "offered"
    connect_timeout: float = 20
    data_timeout: float = 60
    context: ssl.SSLContext | None = None
    _smtp: smtplib.SMTP | None = field(default=None, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def carry(self, letter: bytes, sender: str, recipient: str) -> None:
        """Have one letter accepted by the server."""
        with self._lock:
            try:
                self._exchange(letter, sender, recipient)
            except (Later, Refused):
                self._reset()
                raise
            except BaseException:
                self._drop()
                raise

    def close(self) -> None:
        """Say good-bye to the server, if it still listens."""
        with self._lock:
            if self._smtp is not None:
                _reply(self._smtp.quit)
            self._drop()

    def _exchange(self, letter: bytes, sender: str, recipient: str) -> None:
        smtp = self._begin(sender, recipient, len(letter))
        handed_over = False
        with suppress(OSError):
            smtp.send(re.sub(rb"(?m)^\.", b"..", letter) + END)
            handed_over = True
        if not handed_over:
            raise Unreachable("the mail server hung up before the end of the letter")
        code = _reply(smtp.getreply)
        if code < 200 or code // 100 == 3:
            raise Uncertain("the mail server did not say whether it took the letter")
        _agree(code, Refused("active"))

    def _begin(self, sender: str, recipient: str, size: int) -> smtplib.SMTP:
        """A connection that waits for this letter. One that was closed while idle is opened anew, once."""
        reused = self._smtp is not None
        smtp, codes = self._envelope(sender, recipient, size)
        if reused and codes[0] in {LOST, CLOSING}:
            self._drop()
            smtp, codes = self._envelope(sender, recipient, size)
        if codes[-1] == DATA_WANTED and not all(code // 100 == OK // 100 for code in codes[:-1]):
            # It may wait for the letter although it refused the recipient: then it gets an empty one (RFC 2920 § 3.1).
            _reply(lambda: _ask(smtp, END))
        steps = (("active", OK), ("invalid", OK), ("active", DATA_WANTED))
        for code, (refusal, wanted) in zip(codes, steps, strict=False):  # a shorter one ends with a no
            _agree(code, Refused(refusal), wanted)
        return smtp

    def _envelope(self, sender: str, recipient: str, size: int) -> tuple[smtplib.SMTP, list[int]]:
        """The replies to MAIL, RCPT and DATA up to the first that did not come, asked in one go where the server takes that.

        A server that does not offer it (RFC 2920) is asked one by one, and no more after its first no.
        """
        smtp = self._smtp = self._smtp or self._connect(sender.rpartition("@")[2])
        options = [f"SIZE={size}"] if smtp.has_extn("size") else []
        if not recipient.isascii():
            if not smtp.has_extn("smtputf8"):
                raise Refused("invalid")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        said = (" ".join([f"MAIL FROM:<{sender}>", *options]), f"RCPT TO:<{recipient}>", "DATA")
        commands = [f"{command}\r\n".encode() for command in said]
        at_once = smtp.has_extn("pipelining")
        replies: list[int] = []
        for n, command in enumerate(commands):
            asked = b"".join(commands) if at_once and n == 0 else b"" if at_once else command
            replies.append(_reply(partial(_ask, smtp, asked)))
            if replies[-1] == LOST or not (at_once or replies[-1] // 100 == OK // 100):
                break
        return smtp, replies

    def _connect(self, greeting: str) -> smtplib.SMTP:
        """A new connection, encrypted and signed in. Raises Unreachable, with no word of what the server said."""
        smtp = None
        try:
            smtp = self._open(greeting)
            self._prepare(smtp)
        except (OSError, ValueError) as error:
            problem = type(error).__name__
        else:
            return smtp
        if smtp is not None:
            smtp.close()
        raise Unreachable(f"no conversation with the mail server: {problem}")

    def _open(self, greeting: str) -> smtplib.SMTP:
        if self.tls != "direct":
            return smtplib.SMTP(self.host, self.port, greeting, self.connect_timeout)
        context = self.context or ssl.create_default_context()
        return smtplib.SMTP_SSL(self.host, self.port, greeting, timeout=self.connect_timeout, context=context)

    def _prepare(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        secret = self.tls == "direct"
        if self.tls in {"offered", "require"} and smtp.has_extn("starttls"):
            smtp.starttls(context=self.context or ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            secret = True
        # Who can strip STARTTLS from the greeting could read the password.
        exposed = self.user and self.tls != "off" and self.host not in THIS_MACHINE
        if not secret and (exposed or self.tls == "require"):
            raise smtplib.SMTPNotSupportedError
        if self.user:
            smtp.login(self.user, self.password)
        if smtp.sock is not None:
            smtp.sock.settimeout(self.data_timeout)

    def _reset(self) -> None:
        if self._smtp is not None and _reply(self._smtp.rset) != OK:
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _reply(ask: Callable[[], tuple[int, bytes]]) -> int:
    """The code of the server's reply, LOST where none came. Its text may name people and is left behind here."""
    try:
        return ask()[0]
    except OSError:  # of which SMTPException is one
        return LOST


def _ask(smtp: smtplib.SMTP, said: bytes) -> tuple[int, bytes]:
    if said:
        smtp.send(said)
    return smtp.getreply()


def _agree(code: int, refusal: Refused, wanted: int = OK) -> None:
    """Raise what a reply means that is not of the wanted class."""
    if code // 100 == wanted // 100:
        return
    if code < 400 or code in {CLOSING, NOT_SIGNED_IN}:
        raise Unreachable(f"the mail server hung up, or wants a sign-in (reply {code})")
    raise Later(AGAIN) if code < 500 else refusal


class EmailChannel:
    """Letters out. Nothing is pushed to it: what citizens send is not read here."""

    name = "email"

    def __init__(self, road: Folder | Server, sender: str, per_second: float = 1000) -> None:
        """Send as `sender`, an address with or without a name. Raises ValueError where it is none."""
        found = SENDER.fullmatch(sender.strip())
        name, address = (found["name"], found["address"]) if found else ("", sender.strip())
        try:
            self._address = plain_address(address)
        except Refused:
            raise ValueError(BAD_SENDER) from None
        if not self._address.isascii() or UNSEEN.search(name):
            raise ValueError(BAD_SENDER)
        user, _, self.domain = self._address.rpartition("@")
        self._from = _from_lines(Address(name.strip(), user, self.domain))
        self._road = road
        self._contents = lru_cache(maxsize=8)(_contents)  # an announcement is the same for many
        self.limits = Limits(characters=100_000, per_second=per_second, per_address_per_second=1000)

    def verify(self, webhook: Webhook) -> tuple[str, str]:
        """Nobody pushes mail to us. Raises Forged."""
        raise Forged

    def parse(self, payload: Mapping[str, object]) -> list[Incoming]:
        """Nothing was pushed, so nothing is said."""
        return []

    def send(self, outgoing: Outgoing) -> str:
        """Send one letter and return its Message-ID. A letter cannot be edited: a correction follows it; nor deleted."""
        if outgoing.operation == "delete":
            return outgoing.sent_as or ""
        recipient = plain_address(outgoing.address)
        name = f"<{_stable_name(outgoing)}@{self.domain}>"
        self._road.carry(self._letter(outgoing, recipient, name), self._address, recipient)
        follows = outgoing.operation == "edit" and outgoing.sent_as
        return follows or name

    def close(self) -> None:
        """End the connection; the next letter opens another."""
        self._contents.cache_clear()
        self._road.close()

    def _letter(self, outgoing: Outgoing, recipient: str, name: str) -> bytes:
        head = [
            self._from[recipient.isascii()],
            _line("To", recipient),
            _line("Date", format_datetime(datetime.now(UTC))),
            _line("Message-ID", name),
        ]
        before = [*outgoing.replies_to, *([outgoing.sent_as] if outgoing.sent_as else [])]
        ids = list(dict.fromkeys(known for known in before if MESSAGE_ID.fullmatch(known)))
        if ids:
            head += [_line("In-Reply-To", ids[-1]), _line("References", " ".join(ids))]
        if outgoing.unsubscribe:
            link = quote(outgoing.unsubscribe, safe=URL_CHARACTERS, errors="replace")
            head += [
                _line("List-Unsubscribe", f"<{link}>"),
                _line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ]
        contents = self._contents(outgoing.subject, outgoing.text, outgoing.html, outgoing.language)
        return "".join(head).encode() + contents


def _line(name: str, value: str) -> str:
    """A header as it is given, broken between words: the library would decode what looks encoded, and so let a line break
    in, and would encode long ids and addresses, and so break them.
    """
    return f"{name}: {value.replace(' ', FOLD)}\r\n"


def _from_lines(sender: Address) -> dict[bool, str]:
    """The header for recipients whose address is ASCII, and for the others."""
    header = HeaderRegistry()("From", sender)
    lines = {}
    for plain in (True, False):
        lines[plain] = str(header.fold(policy=SMTP.clone(max_line_length=LINE, utf8=not plain)))
    return lines


def _contents(subject: str, text: str, html: str, language: str) -> bytes:
    """What is the same for all who get the same words: subject, the words, plain and perhaps as HTML, and their headers.

    What UTF-8 cannot say becomes a question mark.
    """
    letter = EmailMessage(policy=SMTP.clone(max_line_length=LINE))
    plain, rich = (words.encode(errors="replace").decode() for words in (text, html))
    letter.set_content(plain, charset="utf-8", cte="quoted-printable")
    if rich:
        letter.add_alternative(rich, subtype="html", charset="utf-8", cte="quoted-printable")
    # Last, because the library moves Content- headers into the first part.
    if LANGUAGE.fullmatch(language):
        letter["Content-Language"] = language
    title = re.sub(" {2,}", " ", UNSEEN.sub(" ", subject)).strip(" ")
    charset = "us-ascii" if PLAIN_SUBJECT.fullmatch(title) else "utf-8"
    head = f"Subject: {Header(title, charset, LINE, 'Subject').encode(linesep=SMTP.linesep)}\r\n"
    return f"{head}Auto-Submitted: auto-generated\r\n".encode() + letter.as_bytes()


def _stable_name(outgoing: Outgoing) -> str:
    """The same name each time the same part is sent, whatever it says; a correction is a letter of its own."""
    name = f"{outgoing.delivery}.edit" if outgoing.operation == "edit" else outgoing.delivery
    plain = name.isascii() and len(name) <= 64 and LOCAL_PART.fullmatch(name)
    return name if plain else sha256(name.encode(errors="replace")).hexdigest()[:40]


def plain_address(address: str) -> str:
    """Exactly one address, its domain in ASCII. Raises Refused for anything else."""
    local, _, domain = unicodedata.normalize("NFC", address[: LONGEST_ADDRESS + 1]).rpartition("@")
    if not domain.isascii():
        domain = _ascii_domain(domain)
    known = LOCAL_PART.fullmatch(local) and HOST.fullmatch(domain) and len(local.encode()) <= 64
    if not known or max(len(address), len(local) + 1 + len(domain)) > LONGEST_ADDRESS:
        raise Refused("invalid")
    return f"{local}@{domain}"


def _ascii_domain(domain: str) -> str:
    """The domain as name servers know it, empty where it cannot be said without changing it (ß would become ss)."""
    with suppress(UnicodeError):
        encoded = domain.encode("idna")
        if encoded.decode("idna") == domain.lower():
            return encoded.decode()
    return ""


def _road(url: str) -> Folder | Server:
    """The road that a URL names. Raises ValueError, which never tells the password."""
    try:
        parts = urlsplit(url)
        port, options = parts.port, dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        raise ValueError(BAD_URL) from None
    path = unquote(parts.path)
    if parts.scheme == "maildir" and not (parts.netloc or parts.query or parts.fragment) and path.strip("/"):
        return Folder(Path(path))
    direct = parts.scheme == "smtps"
    tls = options.pop("tls", "offered")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    rest = path.strip("/") or parts.fragment or options or tls not in {"offered", "require", "off"}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or rest or (direct and tls == "off"):
        raise ValueError(BAD_URL)
    if bool(user) != bool(password) or not (user + password).isascii():
        raise ValueError("HUB_MAIL_URL must have both a user and a password, of ASCII characters, or neither.")
    usual = 465 if direct else 587 if user else 25
    return Server(parts.hostname, port or usual, user, password, "direct" if direct else tls)


def make(settings: MailSettings) -> EmailChannel | None:
    """The channel these settings ask for, None where mail is off. Raises ValueError, which never tells the password."""
    if settings.mail_url:
        return EmailChannel(_road(settings.mail_url), settings.mail_from)
    if settings.mode == "demo":
        return EmailChannel(Folder(settings.data_dir / "mail"), settings.mail_from or DEMO_SENDER)
    return None

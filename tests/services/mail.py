"""A real SMTP server for the tests of mail, which fails where it is told to.

It listens on a socket of our own, so that it keeps its port while it is down.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from threading import Condition
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

WAIT_SECONDS = 10.0
ANY_VERB = ("EHLO", "HELO", "MAIL", "RCPT", "DATA", "AUTH", "STARTTLS", "RSET")
STORED = "250 OK"


class Mail(EmailMessage):
    """A letter that arrived: parsed, with its envelope beside it. `raw` is what was sent, `user` who signed in."""

    recipient: str = ""
    sender: str = ""
    raw: bytes = b""
    encrypted: bool = False
    user: str = ""


class _Conversation(SMTP):
    """One client; before each verb the server's orders are looked up."""

    def __init__(self, server: "SmtpServer", **options: Any) -> None:
        super().__init__(server, **options)
        for verb in ANY_VERB:
            usual = self._smtp_methods[verb]
            self._smtp_methods[verb] = partial(self._ordered, server, verb, usual)

    async def _ordered(
        self, server: "SmtpServer", verb: str, usual: Callable[[Any], Awaitable[None]], arg: Any
    ) -> None:
        order = server.orders.get(verb, "")
        if verb == "EHLO" and self.session is not None:
            server.peers.add(str(self.session.peer))
        server.verbs.append(verb)
        if order == "drop":
            await self.hang_up()
        elif order == "stall":
            await asyncio.Event().wait()
        elif order:
            await self.push(order)
        else:
            await usual(arg)

    async def hang_up(self) -> None:
        """Drop the connection without a word; its end cancels this task."""
        if self.transport is not None:
            self.transport.close()
        await asyncio.Event().wait()


class _Listening(Controller):
    """aiosmtpd's thread, on the socket of its server."""

    def __init__(self, server: "SmtpServer", **options: Any) -> None:
        super().__init__(server, hostname="127.0.0.1", port=server.port, ready_timeout=WAIT_SECONDS, **options)
        self._listener = server.listener
        self.conversations: list[_Conversation] = []

    def factory(self) -> SMTP:
        conversation = _Conversation(self.handler, loop=self.loop, **self.SMTP_kwargs)
        self.conversations.append(conversation)
        return conversation

    def _create_server(self) -> Coroutine[Any, Any, asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener, ssl=self.ssl_context)

    async def hang_up(self) -> None:
        """Close every connection and see it closed, so that none is left to the garbage collector."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for conversation in self.conversations:
            if conversation.transport is not None:
                conversation.transport.close()
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # Transports end in a later turn of the loop, encrypted ones after the peer's farewell or not at all.
        for conversation in self.conversations:
            if isinstance(conversation.transport, asyncio.WriteTransport):
                conversation.transport.abort()
        for _ in range(5):
            await asyncio.sleep(0)


class SmtpServer:
    """A server on a free port of the loopback. `starttls` offers encryption, `direct` speaks it from the first byte.

    `pipelining`: whether it says that it takes several commands at once, as nearly every real server does (RFC 2920).
    `orders` maps a verb (EHLO, MAIL, RCPT, DATA…) to what is done instead: `drop`, `stall`, or a reply like `451 later`.
    """

    def __init__(
        self,
        *,
        starttls: ssl.SSLContext | None = None,
        direct: ssl.SSLContext | None = None,
        smtputf8: bool = True,
        pipelining: bool = True,
        user: str = "",
        password: str = "",
    ) -> None:
        self.mails: list[Mail] = []
        self.orders: dict[str, str] = {}
        self.verbs: list[str] = []
        self.peers: set[str] = set()
        self.pipelining = pipelining
        self._refusals: dict[str, int] = {}
        self._content = STORED
        self._changed = Condition()
        self._credentials = (user.encode(), password.encode())
        self._scheme = "smtps" if direct else "smtp"
        self._options: dict[str, Any] = {"tls_context": starttls, "ssl_context": direct, "enable_SMTPUTF8": smtputf8}
        if user:
            self._options |= {"authenticator": self._authenticate, "auth_require_tls": False}
        self._controller: _Listening | None = None
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.up()

    @property
    def url(self) -> str:
        """The address for HUB_MAIL_URL."""
        user, password = (part.decode() for part in self._credentials)
        return f"{self._scheme}://{f'{user}:{password}@' if user else ''}127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many connections said EHLO."""
        return len(self.peers)

    def by_recipient(self, address: str) -> list[Mail]:
        """The letters to one address, the oldest first."""
        with self._changed:
            return [mail for mail in self.mails if mail.recipient == address]

    def wait_for(self, count: int, seconds: float = WAIT_SECONDS) -> list[Mail]:
        """All letters, as soon as there are `count`. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.mails) >= count, seconds):
                raise TimeoutError(f"{len(self.mails)} letters came, not {count}.")
            return list(self.mails)

    def refuse(self, address: str, code: int = 550) -> None:
        """Do not take letters to this address."""
        self._refusals[address] = code

    def refuse_content(self, code: int = 554) -> None:
        """Take no letter, once it was read."""
        self._content = f"{code} refused"

    def answer_lost(self) -> None:
        """Take and keep each letter, then drop the connection without a reply."""
        self._content = "drop"

    def answer_late(self) -> None:
        """Take and keep each letter, then say nothing."""
        self._content = "stall"

    def drop_before_data(self) -> None:
        """Drop the connection when a letter is about to come."""
        self.orders["DATA"] = "drop"

    def behave(self) -> None:
        """Forget all orders to fail."""
        self.orders.clear()
        self._refusals.clear()
        self._content = STORED

    def down(self) -> None:
        """Drop all connections and stop listening; the port stays ours."""
        self.hang_up()
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))

    def up(self) -> None:
        """Listen."""
        self._controller = _Listening(self, **self._options)
        self._controller.start()

    def hang_up(self) -> None:
        """Drop all connections, as a server does with idle ones, and go on listening."""
        if self._controller is not None:
            closing = self._controller.hang_up()
            asyncio.run_coroutine_threadsafe(closing, self._controller.loop).result(WAIT_SECONDS)

    def close(self) -> None:
        """End the server."""
        self.down()
        self.listener.close()

    def __enter__(self) -> "SmtpServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *(["250-PIPELINING"] if self.pipelining else []), *responses[-1:]]

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self._refusals:
            return f"{self._refusals[address]} {address} is not taken"
        envelope.rcpt_tos.append(address)
        return STORED

    async def handle_DATA(self, server: _Conversation, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._content in {STORED, "drop", "stall"}:
            self._keep(session, envelope)
        if self._content == "drop":
            await server.hang_up()
        if self._content == "stall":
            await asyncio.Event().wait()
        return self._content

    def _keep(self, session: Session, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        with self._changed:
            for recipient in envelope.rcpt_tos:
                mail = cast(Mail, message_from_bytes(raw, _class=Mail, policy=default))
                mail.recipient, mail.sender, mail.raw = recipient, envelope.mail_from or "", raw
                mail.encrypted = session.ssl is not None or self._scheme == "smtps"
                mail.user = str(session.auth_data or "")
                self.mails.append(mail)
            self._changed.notify_all()

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == self._credentials
        return AuthResult(success=known, handled=False, auth_data=data.login.decode() if known else None)

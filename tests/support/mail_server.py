"""A real SMTP server on loopback that a test tells how to misbehave."""

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Received:
    """One message as it came over the wire."""

    to: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass
class MailServer:
    """Takes mail on ``port``. Its fields may be changed while it runs.

    replies   what it answers to MAIL, RCPT, DATA (after the message) or QUIT; for RCPT also
              by address: {"RCPT": "550 no", "rin@partner.example": "451 later"}
    cut       breaks the connection when it has the whole message, and keeps the message
    password  asks for user "mailer" with this password, even without encryption
    arrived   is called with each message before it is answered
    most      so many messages it takes on one line; to the next it says ``over``, or "abort"s
    lines     how many messages came over each line
    """

    replies: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    password: str | None = None
    tls: ssl.SSLContext | None = None
    arrived: Callable[[], None] = lambda: None
    most: int = 0
    over: str = "421 too many"
    messages: list[Received] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    spoken: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        user = f"mailer:{self.password}@" if self.password else ""
        return f"smtp://{user}127.0.0.1:{self.port}"

    def count(self) -> Counter[str]:
        """How many messages each address got."""
        return Counter(message.to for message in self.messages)

    def __enter__(self) -> Self:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await self._loop.create_server(self._protocol, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()

    def _protocol(self) -> SMTP:
        wants = {"auth_require_tls": False, "authenticator": self._authenticate}
        return _Speaking(self, **(wants if self.password else {}), tls_context=self.tls)

    def _authenticate(self, *args: Any) -> AuthResult:
        data = args[-1]
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == (self.password or "").encode(), handled=False)

    # What aiosmtpd asks its handler

    async def handle_MAIL(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.password and not session.authenticated:
            return "530 sign in first"
        assert isinstance(server, _Speaking)
        if self.most and server.taken >= self.most:
            return self._end(server)
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        reply = self.replies.get(address) or self.replies.get("RCPT") or "250 OK"
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content
        assert content is not None
        reply = self.replies.get("DATA", "250 OK")
        await self._loop.run_in_executor(None, self.arrived)
        if reply.startswith("2"):
            self.messages += [Received(to, content) for to in envelope.rcpt_tos]
            assert isinstance(server, _Speaking)
            server.take()
        if self.cut:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return reply

    def _end(self, server: SMTP) -> str:
        assert isinstance(server.transport, asyncio.Transport)
        if self.over == "abort":
            server.transport.abort()
        return self.over

    async def handle_QUIT(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        return self.replies.get("QUIT", "221 Bye")


class _Speaking(SMTP):
    """Keeps what the client said, byte for byte."""

    def __init__(self, server: MailServer, **options: Any) -> None:
        super().__init__(server, hostname="mail.example", **options)
        self._said = server.spoken
        self._lines = server.lines
        self._place = -1
        self.taken = 0

    def take(self) -> None:
        """One more message came over this line."""
        if not self.taken:
            self._place = len(self._lines)
            self._lines.append(0)
        self.taken += 1
        self._lines[self._place] = self.taken

    def data_received(self, data: bytes) -> None:
        self._said.append(data)
        super().data_received(data)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """One that takes everything."""
    with MailServer() as running:
        yield running

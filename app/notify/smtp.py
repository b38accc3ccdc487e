"""Mail by SMTP. Many messages on one line, TLS as the address says, never plain by fallback."""

import smtplib
import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Self
from urllib.parse import unquote, urlsplit

from app.errors import CannotStart
from app.notify import mail
from app.notify.errors import Busy, NoSuchAddress, NotSent, Refused, TryLater, Unsure
from connectors.sdk.redact import register

TIMEOUT = 30.0
CLOSING = 421
SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class BadAddress(CannotStart):
    """The configured address of the mail server cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A mail server, from ``PARTNER_INBOX_SMTP_URL``."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Server({self.scheme}://{self.host}:{self.port})"


def server_of(url: str) -> Server:
    """The server that an address names; raises ``BadAddress`` with a sentence."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise BadAddress("PARTNER_INBOX_SMTP_URL begins with smtps://, smtp+starttls:// or smtp://")
    try:
        port = parts.port or SCHEMES[parts.scheme]
    except ValueError:  # its text quotes what stands there: a password with a slash in it
        raise BadAddress(
            "PARTNER_INBOX_SMTP_URL has no number as its port. In user name and password write "
            "%2F for /, %23 for #, %3F for ? and %40 for @."
        ) from None
    server = Server(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
    if server.password:
        register(
            server.password, b64encode(f"\0{server.user}\0{server.password}".encode()).decode()
        )
    return server


class Line:
    """One connection for many messages: opened when there is something to say, opened anew when the
    server has closed it. Not for two threads at once.

    ``trust`` replaces the system's certificate authorities.
    """

    def __init__(
        self, server: Server, *, trust: ssl.SSLContext | None = None, timeout: float = TIMEOUT
    ) -> None:
        self.server, self.trust, self.timeout = server, trust, timeout
        self._client: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def send(self, message: EmailMessage, *, to: str, sender: str) -> None:
        """Hand one message to the server; returns when it has taken it.

        Raises ``Refused``, ``TryLater`` or ``Unsure``.
        """
        tries = 2 if self._client is not None else 1
        for _ in range(tries):  # it may have closed the line after the message before
            try:
                return self._send(message, to, sender)
            except _Closed as error:
                closed = error
        raise Busy(closed.message)

    def _send(self, message: EmailMessage, to: str, sender: str) -> None:
        if self._client is None:
            self._client = _reached(self.server, self.trust, self.timeout)
        try:
            _hand_over(self._client, message, mail.ascii_address(to), sender)
        except NoSuchAddress:
            self._begin_anew()
            raise
        except NotSent:
            self.close()
            raise

    def _begin_anew(self) -> None:
        """Forget what was begun, so that the next message can follow on this line."""
        try:
            assert self._client is not None
            self._client.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def close(self) -> None:
        """Say goodbye. Whatever the server answers, what was said of the messages stands."""
        if self._client is not None:
            _leave(self._client)
            self._client = None


def send(
    server: Server,
    message: EmailMessage,
    *,
    to: str,
    sender: str,
    trust: ssl.SSLContext | None = None,
) -> None:
    """Hand one message over on a line of its own; raises ``Refused``, ``TryLater``, ``Unsure``."""
    with Line(server, trust=trust) as line:
        line.send(message, to=to, sender=sender)


def greet(server: Server, *, trust: ssl.SSLContext | None = None) -> None:
    """Reach the server, encrypt and sign in as its address says, and leave; raises ``TryLater``."""
    _leave(_reached(server, trust))


def _reached(
    server: Server, trust: ssl.SSLContext | None, timeout: float = TIMEOUT
) -> smtplib.SMTP:
    try:
        return _connect(server, trust, timeout)
    except smtplib.SMTPAuthenticationError:
        raise Busy("The mail server does not accept the user name or password.") from None
    except smtplib.SMTPNotSupportedError as error:
        raise Busy(f"The mail server lacks what its address asks for ({error}).") from None
    except (smtplib.SMTPException, OSError) as error:
        raise Busy(f"The mail server cannot be reached ({_short(error)}).") from None


def _leave(client: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        client.quit()
    client.close()


def _connect(server: Server, trust: ssl.SSLContext | None, timeout: float) -> smtplib.SMTP:
    client: smtplib.SMTP
    # Who is trusted is read only where it is asked: it takes longer than to hand a message over.
    if server.scheme == "smtps":
        context = trust or ssl.create_default_context()
        client = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        if server.scheme == "smtp+starttls":
            client.starttls(context=trust or ssl.create_default_context())
        if server.user is not None:
            client.login(server.user, server.password or "")
    except BaseException:
        client.close()
        raise
    return client


class _Closed(Busy):
    """It was the line that the server would not go on with, and it has nothing of the message."""


def _hand_over(client: smtplib.SMTP, message: EmailMessage, to: str, sender: str) -> None:
    """MAIL, RCPT, DATA one by one, to know on which side of the hand-over a fault was."""
    try:
        client.ehlo_or_helo_if_needed()
        _expect(client.mail(sender), Refused, Busy)
        _expect(client.rcpt(to), NoSuchAddress, TryLater)
    except (smtplib.SMTPHeloError, smtplib.SMTPServerDisconnected, OSError) as error:
        raise _Closed(f"The mail server broke off ({_short(error)}).") from None
    try:
        answer = client.data(message.as_bytes())
    except smtplib.SMTPDataError as error:
        _expect((error.smtp_code, _bytes(error.smtp_error)), Refused, TryLater)
        raise TryLater(f"The mail server would not begin: {error.smtp_code}") from None
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise Unsure(f"The mail server broke off after the message ({_short(error)}).") from None
    else:
        _expect(answer, Refused, TryLater)


def _expect(answer: tuple[int, bytes], no: type[Refused], later: type[TryLater]) -> None:
    code, text = answer
    said = f"{code} {text.decode('utf-8', 'replace')[:200]}"
    if 200 <= code < 400:
        return
    if code >= 500:
        whom = "this address" if no is NoSuchAddress else "the message"
        raise no(f"The mail server refuses {whom}: {said}")
    if code == CLOSING:
        raise _Closed(f"The mail server cannot take it now: {said}")
    raise later(f"The mail server cannot take it now: {said}")


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _short(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    return type(error).__name__ if not str(error) else str(error)[:120]

"""IMAP, read only: folders are examined, never selected, and no flag changes.

The standard library's ``imaplib`` speaks the protocol; its four ways to the wire are replaced
by the session's guarded ``Line``, so that hosts, certificates, time, sizes and cancel are those
of HTTP. (``imapclient`` opens its own sockets, past every guard.)
"""

import imaplib
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any, Self

from pydantic import SecretStr

from connectors.sdk.errors import (
    AuthFailed,
    ConfigInvalid,
    ConnectorError,
    FormatChanged,
    RateLimited,
    Unavailable,
)
from connectors.sdk.http import HttpSession
from connectors.sdk.line import Line
from connectors.sdk.mail_answers import (
    MONTHS,
    Fetched,
    fetched,
    listed,
    structures,
    to_utf7,
)
from connectors.sdk.redact import register

PAUSE = timedelta(minutes=15)
"""How long to stay away where a server asks to slow down; IMAP cannot say how long."""

SIGN_IN_AGAIN = (
    "Edit the connection and enter the user name and password again; many providers want an app"
    " password or OAuth, and IMAP switched on."
)

_CODE = re.compile(rb"\[([A-Za-z-]+)")
_SLOW_DOWN = frozenset({"LIMIT", "OVERQUOTA", "THROTTLED", "INUSE"})
_DOWN = frozenset({"UNAVAILABLE", "SERVERBUG", "CONTACTADMIN"})
_SIGN_IN = frozenset(
    {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "NOPERM"}
)


class Refused(Unavailable):
    """The server answers, and does not give these mails: one that it cannot convert, say, refuses
    all that are asked for with it.
    """


class _Protocol(imaplib.IMAP4):
    """``imaplib`` on a line that is open already."""

    def __init__(self, line: Line) -> None:
        self._on = line
        super().__init__()

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Nothing to do: the line is open."""

    def read(self, size: int) -> bytes:
        return self._on.exactly(size)

    def readline(self) -> bytes:
        return self._on.line()

    def send(self, data: Any) -> None:
        self._on.write(bytes(data))

    def shutdown(self) -> None:
        self._on.close()


class Mailbox:
    """One signed-in mailbox. A context manager; ``Mailbox.open`` makes one.

    All calls raise the typed errors: ``AuthFailed`` for a refused sign-in, ``RateLimited`` where
    the server asks to slow down, ``Unavailable`` when it is down or breaks off, ``ConfigInvalid``
    for a folder that is not there, ``FormatChanged`` for what is no IMAP.
    """

    def __init__(self, http: HttpSession, line: Line) -> None:
        self._http = http
        self._line = line
        self._client = self._greeted()

    @classmethod
    def open(cls, http: HttpSession, host: str, port: int, *, tls: bool) -> Self:
        """Connects and waits for the greeting; nobody is signed in yet."""
        line = http.dial(host, port, tls=tls)
        try:
            return cls(http, line)
        except BaseException:
            line.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """Says goodbye where nothing went wrong, and hangs up."""
        try:
            if exc[0] is None:
                with suppress(ConnectorError), self._asking():
                    self._client.logout()
        finally:
            self._line.close()

    def sign_in(self, user: str, password: SecretStr) -> None:
        """With a password (LOGIN)."""
        secret = password.get_secret_value()
        register(secret)
        if not (user + secret).isascii() or re.search(r"[\x00-\x1f]", user + secret):
            self._authenticate("PLAIN", f"\0{user}\0{secret}".encode())
            return
        with self._asking(signing_in=True):
            self._client.login(f'"{_escaped(user)}"', secret)

    def sign_in_with_token(self, user: str, token: str) -> None:
        """With an OAuth access token (XOAUTH2), as Microsoft and Google want it."""
        register(token)
        self._authenticate("XOAUTH2", xoauth2(user, token))

    def folders(self) -> list[str]:
        """The names of all folders that hold mail, in the server's order."""
        with self._asking():
            answer = self._told(self._client.list('""', "*"), "the list of folders")
        found = (listed(entry) for entry in answer)
        return [name for name in found if name is not None]

    def examine(self, folder: str) -> int:
        """Opens a folder read-only; its UIDVALIDITY. ``ConfigInvalid`` where there is none."""
        with self._asking():
            name = f'"{_escaped(to_utf7(folder))}"'
            kind, said = self._client.select(name, readonly=True)
            found = self._client.response("UIDVALIDITY")[1]
        if kind != "OK":
            raise self._no_folder(folder, said)
        number = found[0] if found else None
        if not isinstance(number, bytes) or not number.isdigit():
            raise FormatChanged(f"{self._line.host} gives no UIDVALIDITY for a folder.")
        return int(number)

    def search(self, *, since: date | None = None, sender: str = "", above: int = 0) -> list[int]:
        """The UIDs, ascending, of mails that arrived on that day or later, of that sender
        (a part of the From line), with a UID above that one.
        """
        criteria = ["UID", f"{above + 1}:*"] if above else ["ALL"]
        if since is not None:
            month = MONTHS[since.month - 1]  # never a locale's
            criteria += ["SINCE", f"{since.day:02d}-{month}-{since.year:04d}"]
        if sender:
            criteria += ["FROM", f'"{_escaped(_ascii(sender))}"']
        with self._asking():
            kind, said = self._client.uid("SEARCH", *criteria)
            answer = self._told((kind, said), "the search")
        words = b" ".join(part for part in answer if isinstance(part, bytes)).split()
        # Without its line an answer is not one that found nothing.
        if not answer or not all(word.isdigit() for word in words):
            raise FormatChanged(f"{self._line.host} answers a search with something else.")
        # "7:*" holds the last mail even where its UID is 6.
        return sorted({int(word) for word in words if int(word) > above})

    def headers(self, uids: Sequence[int]) -> dict[int, Fetched]:
        """Of each mail its size, its arrival and its header lines From, Date, Message-ID, Subject.

        A mail that is gone is left out.
        """
        return self._fetch(uids, "BODY.PEEK[HEADER.FIELDS (FROM DATE MESSAGE-ID SUBJECT)]")

    def mails(self, uids: Sequence[int], *, limit: int) -> dict[int, Fetched]:
        """Of each mail at most its first ``limit`` bytes. A mail that is gone is left out."""
        return self._fetch(uids, f"BODY.PEEK[]<0.{limit}>")

    def structures(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Of each mail what the server says of its parts (BODYSTRUCTURE), as it says it: types and
        names can be searched for. A mail that is gone is left out.
        """
        return dict(structures(self._asked(uids, "BODYSTRUCTURE")))

    def _fetch(self, uids: Sequence[int], part: str) -> dict[int, Fetched]:
        answer = self._asked(uids, f"RFC822.SIZE INTERNALDATE {part}")
        found = {mail.uid: mail for mail in fetched(answer)}
        return {uid: found[uid] for uid in uids if uid in found}

    def _asked(self, uids: Sequence[int], what: str) -> list[Any]:
        """What the server says of these mails; raises ``Refused`` where it says no to them."""
        if not uids:
            return []
        self._client.untagged_responses.pop("FETCH", None)  # what came with a refusal before
        with self._asking():
            kind, said = self._client.uid("FETCH", ",".join(map(str, uids)), f"(UID {what})")
            if kind == "NO":
                trouble = self._refusal("the mails", said)
                refused = type(trouble) is Unavailable and _code(said[-1] or b"") != "UNAVAILABLE"
                raise Refused(trouble.message) if refused else trouble
            return self._told((kind, said), "the mails")

    def _authenticate(self, mechanism: str, token: bytes) -> None:
        """A SASL sign-in in one step; to a server's question about it the answer is empty."""
        answers = iter([token])
        register(token.decode("utf-8"), b64encode(token).decode())
        with self._asking(signing_in=True):
            self._client.authenticate(mechanism, lambda _challenge: next(answers, b""))

    def _greeted(self) -> _Protocol:
        with self._asking():
            return _Protocol(self._line)

    @contextmanager
    def _asking(self, *, signing_in: bool = False) -> Iterator[None]:
        """One exchange: counted, timed, and its troubles named."""
        self._http.count()
        self._line.begin()
        try:
            yield
        except imaplib.IMAP4.abort as error:
            raise self._broken(str(error.args[0] if error.args else "")) from None
        except imaplib.IMAP4.error as error:
            said = error.args[0] if error.args else b""
            raw = said if isinstance(said, bytes) else str(said).encode()
            raise self._trouble(raw, "the sign-in" if signing_in else "", signing_in) from None

    def _no_folder(self, folder: str, said: Any) -> ConnectorError:
        """A server that refuses a folder which it lists is in trouble itself."""
        refusal = self._refusal(f"the folder {folder}", said)
        if type(refusal) is Unavailable and folder not in self.folders():
            return ConfigInvalid(
                f"There is no folder {folder} in the mailbox.",
                remedy="Edit the connection and write the folder's name as the check lists it.",
            )
        return refusal

    def _told(self, answer: tuple[str, Any], what: str) -> list[Any]:
        kind, said = answer
        if kind != "OK":
            raise self._refusal(what, said)
        return [part for part in said if part is not None]

    def _refusal(self, what: str, said: Any) -> ConnectorError:
        raw = said[-1] if said and isinstance(said[-1], bytes) else b""
        return self._trouble(raw, what, signing_in=False)

    def _trouble(self, said: bytes, what: str, signing_in: bool) -> ConnectorError:
        """What a NO or BAD means, by its response code (RFC 5530)."""
        host, code = self._line.host, _code(said)
        if code in _SLOW_DOWN or b"too many" in said.lower():
            return RateLimited(f"{host} asks to slow down.", until=self._http.now() + PAUSE)
        if code in _DOWN:
            return Unavailable(f"{host} says that it cannot answer now.")
        if signing_in or code in _SIGN_IN:
            return AuthFailed(f"{host} does not accept the sign-in.", remedy=SIGN_IN_AGAIN)
        if what:
            return Unavailable(f"{host} refuses {what}.")
        return _no_imap(host) if b"BYE" not in said else Unavailable(f"{host} turns us away.")

    def _broken(self, said: str) -> ConnectorError:
        """Why ``imaplib`` gave up: the server said goodbye, or it speaks no IMAP."""
        if "unexpected" in said or "unterminated" in said:
            return _no_imap(self._line.host)
        raw = said.encode()
        trouble = self._trouble(raw, "to go on", signing_in=False)
        told = _code(raw) or isinstance(trouble, RateLimited)
        return trouble if told else Unavailable(f"{self._line.host} hung up.")


def _no_imap(host: str) -> FormatChanged:
    return FormatChanged(
        f"{host} does not answer as IMAP says.",
        remedy="Check the server's name and port: IMAP's encrypted port is usually 993.",
    )


def xoauth2(user: str, token: str) -> bytes:
    """The SASL string of XOAUTH2 before base64. Raises ``ConfigInvalid`` for a hostile user."""
    if re.search(r"[\x00-\x1f]", user + token):
        raise ConfigInvalid("The user name holds a character that sign-ins forbid.")
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


def _escaped(text: str) -> str:
    if re.search(r"[\x00\r\n]", text):
        raise ConfigInvalid("A folder or sender in the settings holds a line break.")
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _ascii(text: str) -> str:
    """Only what is ASCII can be asked for without a charset; senders' addresses are."""
    if not text.isascii():
        raise ConfigInvalid("A sender in the settings holds letters that addresses do not have.")
    return text


def _code(said: bytes) -> str:
    found = _CODE.search(said)
    return found[1].decode().upper() if found else ""

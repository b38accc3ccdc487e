"""A simulated IMAP server, written from RFC 3501: what a reader may ask, and nothing that writes.

A sandbox whose platform is a mailbox has one as ``imap``; the host serves it on a port of its
own and writes that port into it. Each command after the greeting counts as a request of the
fault plan, under the path ``/imap/<command>``.
"""

import asyncio
import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser

from connectors.sdk.sandbox.faults import Fault, FaultKind
from connectors.sdk.sandbox.mount import Asked, Mount

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_REFUSALS = {
    FaultKind.UNAUTHORIZED: b"NO [AUTHENTICATIONFAILED] Authentication failed.",
    FaultKind.FORBIDDEN: b"NO [AUTHORIZATIONFAILED] Not for this account.",
    FaultKind.NOT_FOUND: b"NO [NONEXISTENT] Unknown mailbox.",
    FaultKind.THROTTLED: b"NO [LIMIT] Too many requests, slow down.",
    FaultKind.BROKEN: b"NO [UNAVAILABLE] Internal error, try again later.",
}
_NOISE = {
    FaultKind.GARBAGE: b"* \x00\xff{{ )(\r\n",
    FaultKind.LOGIN_PAGE: b"<!doctype html><title>Sign in</title>\r\n",
}
_ATOM = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\((?:[^()]|\([^()]*\))*\))|(\S+)')
_DRIP = 0.05


@dataclass(kw_only=True)
class StoredMail:
    """One mail as the server holds it. ``arrived`` is aware."""

    uid: int
    data: bytes
    arrived: datetime


@dataclass(kw_only=True)
class Folder:
    """A folder: its mails by ascending UID."""

    uidvalidity: int = 1
    mails: list[StoredMail] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)

    def listed(self) -> list[StoredMail]:
        return [mail for mail in self.mails if mail.uid not in self.dropped]

    def add(self, data: bytes, arrived: datetime) -> int:
        """The UID under which it lies from now on."""
        uid = max((mail.uid for mail in self.mails), default=0) + 1
        self.mails.append(StoredMail(uid=uid, data=data, arrived=arrived))
        return uid


class ImapServer:
    """The mailbox of one user. ``opens`` says whether (user, secret) may sign in.

    The secret is a password, or with XOAUTH2 an access token. ``port`` is 0 until it is served.
    """

    def __init__(self, folders: dict[str, Folder], opens: Callable[[str, str], bool]) -> None:
        self.folders = folders
        self.opens = opens
        self.port = 0
        self.reversed = False
        self.refused: set[int] = set()  # UIDs of mails that it cannot convert


class Conversation:
    """One client's connection."""

    def __init__(
        self,
        mount: Mount,
        server: ImapServer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.mount = mount
        self.server = server
        self.reader = reader
        self.writer = writer
        self.signed_in = False
        self.folder: Folder | None = None

    async def run(self) -> None:
        """From the greeting until either side hangs up."""
        try:
            await self._say(b"* OK Simulated mailbox ready.\r\n")
            while line := await self.reader.readline():
                if not await self._turn(line.rstrip(b"\r\n")):
                    break
        except (ConnectionError, TimeoutError):
            pass  # the client is gone
        finally:
            self.writer.close()

    async def _turn(self, line: bytes) -> bool:
        """One command and its answer; False where the connection ends with it."""
        tag, _, rest = line.partition(b" ")
        name, words = _command(rest)
        if name in {"CAPABILITY", "NOOP"}:
            await self._say(b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2\r\n")
            await self._say(tag + b" OK done\r\n")
            return True
        if name == "LOGOUT":
            await self._say(b"* BYE see you\r\n" + tag + b" OK done\r\n")
            return False
        if name == "AUTHENTICATE" and len(words) == 1:
            await self._say(b"+ \r\n")
            words.append((await self.reader.readline()).strip())
        return await self._answer(tag, name, words)

    async def _answer(self, tag: bytes, name: str, words: list[bytes]) -> bool:
        path = f"/imap/{name.replace(' ', '-')}"
        number = len(self.mount.log)
        fault = self.mount.plan.due(path)
        if self.mount.before is not None:
            self.mount.before(Asked(number=number, method="IMAP", path=path))
        own = self._own(name, words)
        body, ends, fired = self._disturbed(fault, own, path)
        self.mount.log.append(("IMAP", path, 200 if ends.startswith(b"OK") else 400))
        self.mount.plan.fired += fired
        if fault is not None and fault.kind is FaultKind.SLOW:
            return await self._drip(fault)
        whole = body + tag + b" " + ends + b"\r\n"
        if fault is not None and fault.kind is FaultKind.TRUNCATED:
            await self._say(whole[: len(whole) // 2])
            return False
        await self._say(whole)
        return True

    def _disturbed(
        self, fault: Fault | None, own: tuple[bytes, bytes], path: str
    ) -> tuple[bytes, bytes, bool]:
        """The answer to send (its data, its last line) and whether a fault made it another."""
        body, ends = own
        place = ("IMAP", path)
        before = self.mount.imap_answers.get(place)
        if ends.startswith(b"OK"):
            self.mount.imap_answers[place] = body
        kind = fault.kind if fault else None
        if kind in _REFUSALS:
            return b"", _REFUSALS[kind], True
        if kind in _NOISE:
            return _NOISE[kind], ends, True
        if kind is FaultKind.GZIP_CUT:  # nothing is packed here: the last piece of data is missing
            return _without_last(body), ends, bool(body)
        if kind is FaultKind.DUPLICATE_PAGE and before is not None:
            self.mount.imap_answers[place] = before
            return before, ends, before != body
        return body, ends, kind in {FaultKind.TRUNCATED, FaultKind.SLOW}

    def _own(self, name: str, words: list[bytes]) -> tuple[bytes, bytes]:
        acts = {
            "LOGIN": self._login,
            "AUTHENTICATE": self._authenticate,
            "LIST": self._list,
            "EXAMINE": self._examine,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
        }
        if name not in acts:
            return b"", b"BAD This server only lets read."
        if name not in {"LOGIN", "AUTHENTICATE"} and not self.signed_in:
            return b"", b"BAD Sign in first."
        if name.startswith("UID") and self.folder is None:
            return b"", b"BAD Open a folder first."
        return acts[name](words)

    def _login(self, words: list[bytes]) -> tuple[bytes, bytes]:
        return self._sign_in(words[0].decode(), words[1].decode())

    def _authenticate(self, words: list[bytes]) -> tuple[bytes, bytes]:
        said = b64decode(words[1]).decode()
        if words[0].upper() == b"PLAIN":
            _, user, secret = said.split("\0")
            return self._sign_in(user, secret)
        fields = dict(part.partition("=")[::2] for part in said.split("\x01") if part)
        secret = fields.get("auth", "").removeprefix("Bearer ")
        return self._sign_in(fields.get("user", ""), secret)

    def _sign_in(self, user: str, secret: str) -> tuple[bytes, bytes]:
        self.signed_in = self.server.opens(user, secret)
        return b"", b"OK signed in" if self.signed_in else _REFUSALS[FaultKind.UNAUTHORIZED]

    def _list(self, _words: list[bytes]) -> tuple[bytes, bytes]:
        names = (f'* LIST (\\HasNoChildren) "/" "{name}"\r\n' for name in self.server.folders)
        return "".join(names).encode(), b"OK listed"

    def _examine(self, words: list[bytes]) -> tuple[bytes, bytes]:
        folder = self.server.folders.get(words[0].decode())
        if folder is None:
            return b"", _REFUSALS[FaultKind.NOT_FOUND]
        self.folder = folder
        count = len(folder.listed())
        body = f"* {count} EXISTS\r\n* OK [UIDVALIDITY {folder.uidvalidity}] valid\r\n"
        return body.encode(), b"OK [READ-ONLY] examined"

    def _search(self, words: list[bytes]) -> tuple[bytes, bytes]:
        assert self.folder is not None
        found = self.folder.listed()
        asked = iter(words)
        for word in asked:
            match word.upper():
                case b"ALL":
                    pass
                case b"UID":
                    uids = _uids(next(asked), [mail.uid for mail in found])
                    found = [mail for mail in found if mail.uid in uids]
                case b"SINCE":
                    since = _day(next(asked).decode())
                    found = [mail for mail in found if mail.arrived.toordinal() >= since]
                case b"FROM":
                    part = next(asked).decode().lower()
                    found = [mail for mail in found if part in _headers(mail, "From").lower()]
                case _:
                    return b"", b"BAD Unknown search key."
        numbers = [str(mail.uid) for mail in found]
        if self.server.reversed:
            numbers.reverse()
        return f"* SEARCH {' '.join(numbers)}".rstrip().encode() + b"\r\n", b"OK searched"

    def _fetch(self, words: list[bytes]) -> tuple[bytes, bytes]:
        assert self.folder is not None
        mails = self.folder.listed()
        wanted = _uids(words[0], [mail.uid for mail in mails])
        found = [(n, mail) for n, mail in enumerate(mails, start=1) if mail.uid in wanted]
        if b"BODY.PEEK[]" in words[1] and not wanted.isdisjoint(self.server.refused):
            return b"", b"NO The message could not be converted to RFC 822."
        if self.server.reversed:
            found.reverse()
        return b"".join(_told(n, mail, words[1]) for n, mail in found), b"OK fetched"

    async def _drip(self, fault: Fault) -> bool:
        for _ in range(max(1, round(fault.seconds / _DRIP))):
            await self._say(b"* OK Still here\r\n")
            await asyncio.sleep(_DRIP)
            if self.reader.at_eof():
                break
        return False

    async def _say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


class ImapMounts:
    """The mailboxes of one host, each on a free port of 127.0.0.1."""

    def __init__(self, mounts: Iterable[Mount]) -> None:
        self._mounts = [(mount, _server_of(mount)) for mount in mounts]
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        for mount, server in self._mounts:
            if server is not None:
                self._servers.append(await self._serve(mount, server))

    async def _serve(self, mount: Mount, mailbox: ImapServer) -> asyncio.Server:
        def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talk = Conversation(mount, mailbox, reader, writer)
            task = asyncio.get_running_loop().create_task(talk.run())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        server = await asyncio.start_server(meet, "127.0.0.1", mailbox.port)
        mailbox.port = server.sockets[0].getsockname()[1]
        return server

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _server_of(mount: Mount) -> ImapServer | None:
    found: ImapServer | None = getattr(mount.sandbox, "imap", None)
    return found


def _command(rest: bytes) -> tuple[str, list[bytes]]:
    """("UID FETCH", its arguments); quotes are taken off, lists in parentheses stay whole."""
    words = [
        listed or plain or re.sub(rb"\\(.)", rb"\1", quoted)
        for quoted, listed, plain in _ATOM.findall(rest)
    ]
    name = words.pop(0).decode("latin-1").upper() if words else ""
    if name == "UID" and words:
        name = f"UID {words.pop(0).decode('latin-1').upper()}"
    return name, words


def _uids(text: bytes, existing: list[int]) -> set[int]:
    """The UIDs of a set; "*" is the highest there is, and a range may be written backwards."""
    highest = max(existing, default=0)
    found: set[int] = set()
    for part in text.decode().split(","):
        first, _, last = part.partition(":")
        ends = [highest if end == "*" else int(end) for end in (first, last or first)]
        found.update(uid for uid in existing if min(ends) <= uid <= max(ends))
    return found


def _day(text: str) -> int:
    day, month, year = text.split("-")
    return date(int(year), _MONTHS.index(month) + 1, int(day)).toordinal()


def _headers(mail: StoredMail, name: str) -> str:
    return str(BytesHeaderParser().parsebytes(mail.data).get(name, ""))


def _told(number: int, mail: StoredMail, wanted: bytes) -> bytes:
    """The answer about one mail: always UID, size, arrival and the one part that was asked for."""
    if b"BODYSTRUCTURE" in wanted:
        parts = _structure(BytesParser().parsebytes(mail.data))
        return f"* {number} FETCH (UID {mail.uid} BODYSTRUCTURE {parts})\r\n".encode()
    part, data = _part(mail, wanted)
    month = _MONTHS[mail.arrived.month - 1]
    at = f"{mail.arrived:%d}-{month}-{mail.arrived:%Y %H:%M:%S %z}"
    known = f'UID {mail.uid} RFC822.SIZE {len(mail.data)} INTERNALDATE "{at}"'
    said = f"* {number} FETCH ({known} {part}"
    return said.encode() + b" {" + str(len(data)).encode() + b"}\r\n" + data + b")\r\n"


def _part(mail: StoredMail, wanted: bytes) -> tuple[str, bytes]:
    head = mail.data.partition(b"\r\n\r\n")[0] + b"\r\n"
    if found := re.search(rb"HEADER\.FIELDS \(([^)]*)\)", wanted):
        names = {name.lower() for name in found[1].split()}
        lines = re.split(rb"(?m)^(?=[^\s:]+:)", head)
        kept = [line for line in lines if line.partition(b":")[0].lower() in names]
        return f"BODY[HEADER.FIELDS ({found[1].decode()})]", b"".join(kept) + b"\r\n"
    if found := re.search(rb"BODY\.PEEK\[\]<0\.([0-9]+)>", wanted):
        return "BODY[]<0>", mail.data[: int(found[1])]
    return "BODY[]", mail.data


def _structure(message: Message) -> str:
    """A mail's parts as RFC 3501 7.4.2 describes them."""
    held = message.get_payload()
    if isinstance(held, list):  # of a mail within: its own parts, which is all that is asked
        inner = "".join(_structure(part) for part in held if isinstance(part, Message))
        return f'({inner} "{message.get_content_subtype()}" NIL NIL NIL)'
    pairs = [(n, v) for n, v in message.get_params([], unquote=True)[1:] if n and v]
    said = " ".join(f'"{name}" "{value}"' for name, value in pairs)
    name = message.get_filename()
    disposition = f'("attachment" ("filename" "{name}"))' if name else "NIL"
    size = len(held) if isinstance(held, str) else 0
    kind = f'"{message.get_content_maintype()}" "{message.get_content_subtype()}"'
    rest = f'NIL NIL "7bit" {size} 1 NIL {disposition} NIL'
    return f"({kind} {f'({said})' if said else 'NIL'} {rest})"


def _without_last(body: bytes) -> bytes:
    """The data of an answer but its last piece, be it a line or a mail."""
    starts = [match.start() for match in re.finditer(rb"(?m)^\* ", body)]
    return body[: starts[-1]] if starts else b""

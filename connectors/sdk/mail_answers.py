"""What an IMAP server says of folders and mails, and how it writes names and dates."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LISTED = re.compile(
    rb'\((?P<flags>[^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (?P<name>"(?:[^"\\]|\\.)*"|\S+)\s*$'
)
_QUOTED = re.compile(rb'BODY\[[^\]]*\](?:<[0-9]+>)? (?:NIL|"(?P<text>(?:[^"\\]|\\.)*)")', re.DOTALL)
_ATTRIBUTES = re.compile(
    rb'UID (?P<uid>[0-9]+)|RFC822\.SIZE (?P<size>[0-9]+)|INTERNALDATE "(?P<at>[^"]+)"'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """One mail of a folder: ``data`` are the bytes that were asked for, maybe not all of it.

    size      bytes of the whole mail
    arrived   aware UTC instant at which the server took it in; None where it does not say
    """

    uid: int
    size: int
    arrived: datetime | None
    data: bytes


def to_utf7(name: str) -> str:
    """A folder's name as IMAP writes it (modified UTF-7, RFC 3501 5.1.3)."""
    parts = re.split(r"([^\x20-\x7e]+)", name)
    return "".join(
        f"&{_base64(part)}-" if index % 2 else part.replace("&", "&-")
        for index, part in enumerate(parts)
    )


def from_utf7(name: str) -> str:
    """The folder's name as people write it; what is no modified UTF-7 stays as it is."""

    def decoded(match: re.Match[str]) -> str:
        coded = match[1]
        if not coded:
            return "&"
        padded = coded.replace(",", "/") + "=" * (-len(coded) % 4)
        try:
            return b64decode(padded, validate=True).decode("utf-16-be")
        except ValueError:
            return match[0]

    return re.sub(r"&([^-]*)-", decoded, name)


def _base64(text: str) -> str:
    return b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


def listed(entry: Any) -> str | None:
    """The name in one answer of LIST; None for what holds no mail or is not understood."""
    raw = b"".join(entry) if isinstance(entry, tuple) else entry
    literal = isinstance(entry, tuple)
    found = None if literal else _LISTED.match(raw)
    if literal:
        flags, name = entry[0], entry[1]
    elif found:
        flags, name = found["flags"], found["name"]
    else:
        return None
    if b"\\noselect" in flags.lower() or b"\\nonexistent" in flags.lower():
        return None
    text: str = name.decode("utf-8", "replace")
    if text.startswith('"') and not literal:
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    return from_utf7(text)


def fetched(answer: Sequence[Any]) -> Iterator[Fetched]:
    """The mails of an answer: ``(b'1 (UID 5 … {12}', b'…'), b')'`` each.

    A server may quote a short text in place of that, or say NIL. Others are ignored: it may
    tell of flags at any time.
    """
    for index, part in enumerate(answer):
        if isinstance(part, tuple):
            tail = answer[index + 1] if index + 1 < len(answer) else b""
            told, data = part[0] + b" " + (tail if isinstance(tail, bytes) else b""), part[1]
        elif found := _QUOTED.search(part):
            told, data = part[: found.start()] + part[found.end() :], found["text"] or b""
            data = re.sub(rb"\\(.)", rb"\1", data)
        else:
            continue
        said: dict[str, bytes] = {}
        for match in _ATTRIBUTES.finditer(told):
            said |= {name: value for name, value in match.groupdict().items() if value}
        if "uid" in said:
            yield Fetched(
                uid=int(said["uid"]),
                size=int(said.get("size", len(data))),
                arrived=_instant(said.get("at", b"").decode("ascii", "replace")),
                data=data,
            )


def structures(answer: Sequence[Any]) -> Iterator[tuple[int, bytes]]:
    """Each mail's UID and all that is said of it.

    Names are the sender's: a UID in one is none.
    """
    said: list[tuple[bytes, bytes]] = []  # the server's own words, and all
    goes_on = False
    for part in answer:
        own, whole = (part[0], part[0] + b" " + part[1]) if isinstance(part, tuple) else (part,) * 2
        if goes_on:
            said[-1] = (said[-1][0] + own, said[-1][1] + whole)
        else:
            said.append((own, whole))
        goes_on = isinstance(part, tuple)
    for words, whole in said:
        own = re.sub(rb'"(?:[^"\\]|\\.)*"', b'""', words)
        found = re.search(rb"\bUID ([0-9]+)", own)
        if found and b"BODYSTRUCTURE" in own:
            yield int(found[1]), whole


def _instant(text: str) -> datetime | None:
    """IMAP's date-time ("01-Jan-2026 10:00:00 +0100"), of no locale."""
    found = re.fullmatch(
        r" ?(\d{1,2})-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)", text
    )
    if found is None or found[2].capitalize() not in MONTHS:
        return None
    day, year, hour, minute, second = (int(found[n]) for n in (1, 3, 4, 5, 6))
    ahead = timedelta(hours=int(found[8]), minutes=int(found[9]))
    try:
        at = datetime(
            year, MONTHS.index(found[2].capitalize()) + 1, day, hour, minute, second, tzinfo=UTC
        )
        return at - ahead if found[7] == "+" else at + ahead
    except (ValueError, OverflowError):
        return None

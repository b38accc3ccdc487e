"""From the bytes of a calendar to its parts, each by itself.

A part (VEVENT, VTODO, VTIMEZONE, …) that is broken is named as broken and the others
stand; a file without its end is named as cut. Nothing here interprets a value.
"""

import codecs
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from connectors.sdk.errors import ConnectorError, FormatChanged, Incomplete

TOP_LEVEL = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"})
AGAIN = "Export the calendar again; one that is fetched is read again at the next sync."
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[:;])")


@dataclass(kw_only=True, slots=True)
class Header:
    """What a calendar says of itself: name (X-WR-CALNAME), zone (X-WR-TIMEZONE), scale, and what
    is to be done with it (METHOD: a mail may cancel what another one brought).
    """

    name: str | None = None
    zone: str | None = None
    method: str = ""
    scale: str = "GREGORIAN"


@dataclass(kw_only=True, slots=True)
class Block:
    """One part of a calendar as it came: its unfolded lines without BEGIN and END.

    line       where it begins in the file, counted from 1
    nested     lines of the parts inside it (alarms, rules of a zone), BEGIN and END included
    broken     a sentence, where the part is not whole
    """

    kind: str
    line: int
    header: Header
    lines: list[str] = field(default_factory=list)
    nested: list[str] = field(default_factory=list)
    broken: str = ""

    def text(self) -> str:
        """The part's own lines, for the person who repairs it."""
        return "\n".join([f"BEGIN:{self.kind}", *self.lines, f"END:{self.kind}"])

    def whole(self, keep: Container[str] | None = None) -> str:
        """The part as a calendar holds it, with the parts inside it; of its own lines only those
        whose names are to be kept.
        """
        own = [line for line in self.lines if keep is None or property_name(line) in keep]
        return "\n".join([f"BEGIN:{self.kind}", *own, *self.nested, f"END:{self.kind}"])

    def values(self, name: str) -> Iterator[str]:
        """What stands behind a property's name, parameters included: "VALUE=DATE:20260331"."""
        for line in self.lines:
            if property_name(line) == name:
                yield line[len(name) + 1 :]

    def value(self, name: str) -> str | None:
        """The first of ``values``."""
        return next(self.values(name), None)


def property_name(line: str) -> str:
    """The name that a content line begins with, in capitals; empty when it has none."""
    match = _NAME.match(line)
    return match.group().upper() if match else ""


def split(data: bytes, charset: str | None = None) -> list[Block]:
    """The parts of one file, which may hold several calendars.

    Raises ``FormatChanged`` when this is no calendar and ``Incomplete`` when it is empty or
    its end is missing. Nothing of a cut file is used: the exception that moves one date of
    a repeated entry may stand in the part that is missing.
    """
    splitter = _Splitter()
    for number, line in _unfolded(data, charset):
        splitter.feed(number, line)
    if not splitter.calendars:
        raise _no_calendar(data)
    if splitter.cut:
        raise Incomplete(
            "The calendar arrived without its end, so nothing of it was used.", remedy=AGAIN
        )
    return splitter.blocks


class _Splitter:
    """Walks the lines once; knows which calendar, part and inner parts it is in."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.calendars = 0
        self._header: Header | None = None
        self._block: Block | None = None
        self._inner: list[str] = []
        self._unclosed = False

    @property
    def cut(self) -> bool:
        """Whether a calendar that began did not end."""
        return self._unclosed or self._header is not None

    def feed(self, number: int, line: str) -> None:
        word, _, value = line.partition(":")
        kind = value.strip().upper()
        match word.upper():
            case "BEGIN":
                self._begin(number, kind, line)
            case "END":
                self._end(kind, line)
            case _:
                self._property(line)

    def _begin(self, number: int, kind: str, line: str) -> None:
        if kind == "VCALENDAR":
            self._close("its END line is missing")
            self._unclosed |= self._header is not None
            self._header = Header()
            self.calendars += 1
        elif self._header is None:
            return
        elif self._block is None or kind in TOP_LEVEL:
            self._close("its END line is missing")
            self._block = Block(kind=kind, line=number, header=self._header)
        else:
            self._inner.append(kind)
            self._block.nested.append(line)

    def _end(self, kind: str, line: str) -> None:
        if kind == "VCALENDAR":
            self._close("its END line is missing")
            self._header = None
        elif self._block is not None and kind == self._block.kind:
            self._close(f"END:{self._inner[-1]} is missing" if self._inner else "")
        elif self._block is not None and self._inner and kind == self._inner[-1]:
            self._inner.pop()
            self._block.nested.append(line)

    def _property(self, line: str) -> None:
        if self._block is not None:
            (self._block.nested if self._inner else self._block.lines).append(line)
        elif self._header is not None:
            _note(self._header, line)

    def _close(self, broken: str) -> None:
        if self._block is not None:
            self._block.broken = broken
            self.blocks.append(self._block)
        self._block, self._inner = None, []


def _note(header: Header, line: str) -> None:
    """Take what a calendar says of itself; it may stand behind the parts it is about."""
    text = line.partition(":")[2].strip()
    match property_name(line):
        case "X-WR-CALNAME" | "NAME":
            header.name = text or None
        case "X-WR-TIMEZONE":
            header.zone = text or None
        case "METHOD":
            header.method = text.upper()
        case "CALSCALE":
            header.scale = text.upper()


def _unfolded(data: bytes, charset: str | None) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of the physical line where each begins.

    Joined as bytes and decoded afterwards, because some producers fold within a character.
    """
    fallback = _fallback(charset)
    begun, parts = 0, list[bytes]()
    for number, raw in enumerate(_in_utf8(data).splitlines(), start=1):
        if raw[:1] in {b" ", b"\t"} and parts:
            parts.append(raw[1:])
            continue
        if parts:
            yield begun, _decoded(b"".join(parts), fallback)
        begun, parts = number, [raw]
    if parts:
        yield begun, _decoded(b"".join(parts), fallback)


def _in_utf8(data: bytes) -> bytes:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def _decoded(line: bytes, fallback: str) -> str:
    """What is valid UTF-8 is UTF-8, whatever the server declares."""
    try:
        return line.decode().rstrip()
    except UnicodeDecodeError:
        return line.decode(fallback, "replace").rstrip()


def _fallback(charset: str | None) -> str:
    """The declared charset where it says something else than UTF-8, else that of old Outlook."""
    try:
        name = codecs.lookup(charset or "cp1252").name
    except LookupError:
        return "cp1252"
    return "cp1252" if name == "utf-8" else name


def _no_calendar(data: bytes) -> ConnectorError:
    """Why these bytes are no calendar, in the words of what they are."""
    if not data.strip():
        return Incomplete("The answer is empty, where a calendar was expected.", remedy=AGAIN)
    if b"<html" in data[:4096].lower() or data.lstrip()[:1] == b"<":
        return FormatChanged(
            "The address answers with a web page instead of a calendar, perhaps a sign-in page.",
            remedy="Copy the calendar's iCalendar (ICS) address, the one that needs no sign-in, "
            "and enter it again.",
        )
    return FormatChanged(
        "This is not an iCalendar file: it does not contain BEGIN:VCALENDAR.",
        remedy="Choose a calendar that was exported as iCalendar (.ics), or enter its ICS address.",
    )

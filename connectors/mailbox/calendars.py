"""Attached calendar files: together they are one calendar, which mails bring piece by piece.

What was brought is kept in the stream's state, so that it lasts when its mail is filed or
deleted, and gives its dates anew as the days go on. A later mail changes or cancels an entry.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from typing import Any

import msgspec

from connectors.mailbox.message import Attachment
from connectors.mailbox.rules import Rule, first_match
from connectors.sdk.connector import Quarantined
from connectors.sdk.errors import ConnectorError
from connectors.sdk.ical import reading
from connectors.sdk.ical.entries import (
    ENTRIES,
    READ,
    Unreadable,
    made_uid,
    quarantined,
    single_id,
)
from connectors.sdk.ical.expand import Window
from connectors.sdk.ical.items import Item
from connectors.sdk.ical.reading import Reading
from connectors.sdk.ical.rules import Budget
from connectors.sdk.ical.text import Block, property_name, split
from connectors.sdk.records import Category, Fact

BYTES_MAX = 1024 * 1024
LONGEST = 32_000
"""Characters of one entry that are kept."""
MOST = 500
_PIECES = 30
_ANSWERS = frozenset({"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"})
_TZID = re.compile(r';TZID="?([^";:]*)', re.IGNORECASE)
_AS_SOURCE = "connect the calendar itself as a source instead"


class Piece(msgspec.Struct, kw_only=True):
    """What one mail said of one entry: a calendar of its own, and where it came from."""

    text: str
    sender: str
    folder: str
    where: str

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True)
class About:
    """Whose entries they are."""

    vendor: str | None = None
    program: str | None = None
    category: Category = Category.EVENT

    def vendor_in(self, *_texts: str) -> str | None:
        return self.vendor


@dataclass(kw_only=True)
class Found:
    """The records of all entries, and what is unread; ``proven`` as in ``Reading``."""

    records: list[Item] = field(default_factory=list)
    unread: list[Quarantined] = field(default_factory=list)
    proven: tuple[date, date] = (date.max, date.min)


def trouble(attachment: Attachment) -> str:
    """Why that is no calendar that is read, as part of a sentence; "" where it is one."""
    data = attachment.data()
    if len(data) > BYTES_MAX:
        return f"it is larger than {BYTES_MAX >> 20} MB; {_AS_SOURCE}"
    try:
        split(data, attachment.charset)
    except ConnectorError as error:
        return error.message
    return ""


class Known:
    """All entries that mails have brought, by kind and UID: the pieces in the order they came."""

    def __init__(self, today: date, rules: Sequence[Rule], entries: dict[str, list[Piece]]) -> None:
        self._today = today
        self._rules = rules
        self._entries = entries

    @classmethod
    def of(cls, state: Mapping[str, Any], today: date, rules: Sequence[Rule]) -> "Known":
        """What a state says; nothing where it is not understood."""
        try:
            entries = msgspec.convert(state.get("entries", {}), dict[str, list[Piece]])
        except msgspec.ValidationError:
            entries = {}
        return cls(today, rules, entries)

    def state(self) -> dict[str, Any]:
        return {key: msgspec.to_builtins(pieces) for key, pieces in self._entries.items()}

    def take(self, data: bytes, charset: str | None, came: Piece) -> list[Quarantined]:
        """Takes one file in; returns what of it cannot be read or is not believed.

        ``came`` says where it is from. Raises ``ConnectorError`` where it is no calendar.
        """
        blocks = split(data, charset)
        zones = [block for block in blocks if block.kind == "VTIMEZONE" and not block.broken]
        unread: list[Quarantined] = []
        for key, entries in _by_entry(blocks).items():
            if entries[0].header.method not in _ANSWERS:
                unread += self._entry(key, entries, zones, came)
        return [replace(bad, where=f"{came.where} {bad.where}"[:300]) for bad in unread]

    def records(self) -> Found:
        """Every date of every entry whose sender the rules mean; what is long over is forgotten."""
        found, budget, window = Found(), Budget(), Window.around(self._today)
        for key, pieces in list(self._entries.items()):
            last = pieces[-1]
            rule = self._rule(last)
            about = About(vendor=rule.vendor, program=rule.program) if rule else About()
            read = self._read(pieces, about, budget)
            if not read.records and not read.unread:
                del self._entries[key]
            if rule is None:
                continue
            came = Fact("Attached to", f"a mail of {last.sender}")
            found.records += (
                msgspec.structs.replace(item, facts=(*item.facts, came))
                for item in read.records.values()
            )
            found.unread += (replace(bad, where=last.where[:300]) for bad in read.unread)
        whole = all(bad.external_id is not None for bad in found.unread)
        found.proven = (window.first, window.last) if whole else (window.last, window.first)
        return found

    def _rule(self, piece: Piece) -> Rule | None:
        return first_match(self._rules, piece.sender, piece.folder)

    def _is_same(self, first: Piece, came: Piece) -> bool:
        """Whether both are of one sender: of one domain, or of one rule that names a domain."""
        rule = self._rule(came)
        named = rule is not None and rule.sender != "*" and rule == self._rule(first)
        return named or first.domain == came.domain

    def _read(self, pieces: Sequence[Piece], about: About, budget: Budget) -> Reading:
        files = [split(piece.text.encode()) for piece in pieces]
        return reading.read(files, about, self._today, budget)

    def _entry(
        self, key: str, entries: list[Block], zones: list[Block], came: Piece
    ) -> Iterable[Quarantined]:
        """Takes what one mail says of one entry; returns why it does not."""
        pieces = self._entries.get(key, [])
        if pieces and not self._is_same(pieces[0], came):
            return [_doubted(entries[0], pieces[0].domain)]
        if entries[0].header.method == "CANCEL":
            if not pieces:
                return []
            ends = next((block for block in entries if not _is_one_date(block)), None)
            if ends is not None:
                self._entries[key] = _ended(pieces, ends)
                return []
            entries = [_cancelled(block, block) for block in entries]
        piece = msgspec.structs.replace(came, text=_calendar(zones, entries))
        if len(piece.text) > LONGEST or (not pieces and len(self._entries) >= MOST):
            return [quarantined(entries[0], Unreadable(f"There is no room for it: {_AS_SOURCE}."))]
        read = self._read([piece], About(), Budget())
        if not read.unread and (pieces or read.records):
            self._entries[key] = _joined(pieces, piece, entries)
        return read.unread


def _by_entry(blocks: Iterable[Block]) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = {}
    for block in blocks:
        if block.kind in ENTRIES:
            uid = (block.value("UID") or "").strip() or made_uid(block)
            key = blake2b(single_id(block.kind, uid).encode(), digest_size=12).hexdigest()
            found.setdefault(key, []).append(block)
    return found


def _doubted(block: Block, domain: str) -> Quarantined:
    why = f"It came with a mail of {domain} first; a mail of somebody else does not change it."
    return quarantined(block, Unreadable(why))


def _joined(pieces: list[Piece], piece: Piece, entries: list[Block]) -> list[Piece]:
    """The pieces with a new one, which speaks of the whole entry or of single dates of a series.

    One with a higher SEQUENCE replaces all that was said before; an older one says nothing new.
    """
    if any(piece.text == known.text for known in pieces):
        return pieces
    said = [block for block in entries if not _is_one_date(block)]
    if not said:
        dates = [known for known in pieces if not _mains(known)][-_PIECES:]
        return [*(known for known in pieces if _mains(known)), *dates, piece]
    newest = max((_rank(block) for known in pieces for block in _mains(known)), default=None)
    rank = max(map(_rank, said))
    if newest is not None and rank < newest:
        return pieces
    return [
        *(
            known
            for known in pieces
            if not _mains(known) and all(_rank(b)[0] >= rank[0] for b in _own(known))
        ),
        piece,
    ]


def _ended(pieces: list[Piece], by: Block) -> list[Piece]:
    """All that is known of an entry, as its sender cancels it; an older cancellation is none."""
    if any(_rank(by)[0] < _rank(block)[0] for known in pieces for block in _mains(known)):
        return pieces
    ended = []
    for known in pieces:
        blocks = split(known.text.encode())
        zones = [block for block in blocks if block.kind == "VTIMEZONE"]
        own = [_cancelled(block, by) for block in blocks if block.kind in ENTRIES]
        ended.append(msgspec.structs.replace(known, text=_calendar(zones, own)))
    return ended


_REPLACED = frozenset({"STATUS", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED"})


def _cancelled(block: Block, by: Block) -> Block:
    """An entry as one that is cancelled: a cancellation need not say more than which it is."""
    lines = [line for line in block.lines if property_name(line) not in _REPLACED]
    replaced = block.value("RECURRENCE-ID")
    if block.value("DTSTART") is None and replaced:
        lines.append(f"DTSTART{':' if replaced[:1].isdigit() else ';'}{replaced}")
    sequence, stamp = _rank(by)
    lines += ["STATUS:CANCELLED", f"SEQUENCE:{sequence}", *([f"DTSTAMP:{stamp}"] if stamp else [])]
    return replace(block, lines=lines)


def _rank(block: Block) -> tuple[int, str]:
    """Which of two versions is the newer: SEQUENCE, then when it was written (UTC, as text)."""
    number = (block.value("SEQUENCE") or "").rpartition(":")[2].strip()
    stamp = block.value("LAST-MODIFIED") or block.value("DTSTAMP") or ""
    return int(number) if number.isdecimal() and len(number) < 10 else 0, stamp.rpartition(":")[2]


def _is_one_date(block: Block) -> bool:
    """Whether it speaks of one date of a series only."""
    return block.value("RECURRENCE-ID") is not None


def _own(piece: Piece) -> list[Block]:
    return [block for block in split(piece.text.encode()) if block.kind in ENTRIES]


def _mains(piece: Piece) -> list[Block]:
    return [block for block in _own(piece) if not _is_one_date(block)]


def _calendar(zones: Iterable[Block], entries: Sequence[Block]) -> str:
    """A calendar of these parts, without what is not read."""
    header = entries[0].header
    says = {"CALSCALE": header.scale, "X-WR-CALNAME": header.name, "X-WR-TIMEZONE": header.zone}
    named = {zone for block in entries for line in block.lines for zone in _TZID.findall(line)}
    used = (zone for zone in zones if (zone.value("TZID") or "").strip() in named)
    text = "\n".join(
        [
            "BEGIN:VCALENDAR",
            *(f"{name}:{value}" for name, value in says.items() if value),
            *(zone.whole() for zone in used),
            *(replace(block, nested=[]).whole(READ) for block in entries),
            "END:VCALENDAR",
        ]
    )
    return text.replace("\x00", "")  # a database keeps none

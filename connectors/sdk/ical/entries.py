"""Parts of a calendar as entries: parsed one by one, grouped by UID, the newest version of each.

An entry that cannot be read is a ``Quarantined`` beside the others.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

import icalendar

from connectors.sdk.connector import Quarantined
from connectors.sdk.ical.text import Block, property_name
from connectors.sdk.ical.zones import OWN_ZONE, Zones
from connectors.sdk.mapping import text_of
from connectors.sdk.mapping.rows import raw_text

ENTRIES = frozenset({"VEVENT", "VTODO"})
# Without these an entry would be read wrong; all others may be broken and cost only themselves.
_ESSENTIAL = frozenset(
    {"DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "UID"}
)
READ = _ESSENTIAL | frozenset(
    {"SUMMARY", "DESCRIPTION", "X-ALT-DESC", "URL", "LOCATION", "ORGANIZER", "CATEGORIES"}
    | {"STATUS", "SEQUENCE", "LAST-MODIFIED", "DTSTAMP", "COMPLETED", "PERCENT-COMPLETE"}
    | {"PRIORITY"}
)
_DATES = frozenset({"DTSTART", "DTEND", "DUE", "RDATE", "EXDATE", "RECURRENCE-ID"})
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")


class Unreadable(Exception):
    """Why one entry cannot be read, as a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One VEVENT or VTODO as the file has it.

    ``uid`` is the source's, or one made from the entry's content where it gives none
    (``named`` is False then).
    """

    kind: str
    uid: str
    named: bool
    part: icalendar.Component
    block: Block = field(repr=False)

    @property
    def recurs(self) -> bool:
        """Whether it stands for several dates."""
        return "RRULE" in self.part or "RDATE" in self.part

    @property
    def replaces(self) -> date | datetime | None:
        """The date of its series that this entry speaks of instead (RECURRENCE-ID)."""
        return moment(self.part, "RECURRENCE-ID")

    @property
    def rank(self) -> tuple[int, float]:
        """Which of two versions of one entry is the newer: SEQUENCE, then when it was changed."""
        sequence = one(self.part, "SEQUENCE")
        changed = moment(self.part, "LAST-MODIFIED") or moment(self.part, "DTSTAMP")
        stamp = changed.timestamp() if isinstance(changed, datetime) else 0.0
        return (sequence if isinstance(sequence, int) else 0), stamp


@dataclass(kw_only=True, slots=True)
class Series:
    """All that a file says under one UID: the entry itself, and what replaces single dates."""

    main: Entry | None = None
    replacements: dict[date | datetime, Entry] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Take an entry unless a newer version of it is there."""
        replaced = entry.replaces
        known = self.main if replaced is None else self.replacements.get(replaced)
        if known is not None and known.rank > entry.rank:
            return
        if replaced is None:
            self.main = entry
        else:
            self.replacements[replaced] = entry

    def entries(self) -> list[Entry]:
        """Everything that is said under the UID."""
        return ([self.main] if self.main else []) + list(self.replacements.values())


def one(part: icalendar.Component, name: str) -> Any:
    """A property's value, the first where it is repeated; None where it is broken or absent."""
    value = part.get(name)
    if isinstance(value, list):
        value = value[0] if value else None
    return None if isinstance(value, icalendar.prop.vBroken) else value


def moment(part: icalendar.Component, name: str) -> date | datetime | None:
    """A property that holds a date or a time."""
    value = getattr(one(part, name), "dt", None)
    return value if isinstance(value, date) else None


def collect(
    blocks: Iterable[Block], zones: Zones, found: dict[tuple[str, str], Series]
) -> list[Quarantined]:
    """Adds all entries of a file by kind and UID; returns those that cannot be read."""
    unread: list[Quarantined] = []
    for block in blocks:
        try:
            entry = _entry(block, zones)
        except (Unreadable, ValueError) as problem:
            unread.append(quarantined(block, problem))
        else:
            found.setdefault((entry.kind, entry.uid), Series()).add(entry)
    return unread


def quarantined(block: Block, problem: Exception, external_id: str | None = None) -> Quarantined:
    """One entry set aside, with its id where that is given or can be told."""
    title = text_of(block.value("SUMMARY") or "", limit=80) or "(no title)"
    reason = str(problem) if isinstance(problem, Unreadable) else f"It cannot be read: {problem}."
    return Quarantined(
        reason=f"{title}: {reason}",
        raw=raw_text(block.text()),
        where=f"line {block.line}",
        external_id=external_id or (None if block.broken else _id_of(block)),
    )


def _id_of(block: Block) -> str | None:
    """The id of an entry that stands for one date; None for a series, which has many."""
    uid = (block.value("UID") or "").strip()
    if not uid or block.value("RRULE") or block.value("RDATE"):
        return None
    replaced = block.value("RECURRENCE-ID")
    if replaced is None:
        return single_id(block.kind, uid)
    day = _DAY.search(replaced.rpartition(":")[2])
    return f"{single_id(block.kind, uid)}/{'-'.join(day.groups())}" if day else None


def single_id(kind: str, uid: str) -> str:
    """The id of an entry. A task and an event may share a UID; they are two entries."""
    return uid if kind == "VEVENT" else f"task:{uid}"


def _entry(block: Block, zones: Zones) -> Entry:
    if block.broken:
        raise Unreadable(f"The entry is not whole: {block.broken}.")
    if block.header.scale != "GREGORIAN":
        raise Unreadable(f"The entry counts its dates in another calendar: {block.header.scale}.")
    part = _parsed(block, zones)
    for name, problem in part.errors:
        if name in _ESSENTIAL:
            raise Unreadable(f"{name} cannot be read: {problem}.")
    if block.kind == "VEVENT" and moment(part, "DTSTART") is None:
        raise Unreadable("The event has no date (DTSTART).")
    uid = str(one(part, "UID") or "").strip()
    return Entry(
        kind=block.kind, uid=uid or made_uid(block), named=bool(uid), part=part, block=block
    )


def _parsed(block: Block, zones: Zones) -> icalendar.Component:
    """The part as icalendar reads it; only the properties that we read, zones resolved.

    It is read as an event in either case, because icalendar keeps a broken property beside
    the others in events only.
    """
    lines = [
        zones.rewritten(line) if name in _DATES else line
        for line in block.lines
        if (name := property_name(line)) in READ
    ]
    text = "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])
    part = icalendar.Event.from_ical(text.encode())
    for value in _dated(part):
        if tzid := value.params.get(OWN_ZONE):
            _place(value, zones, tzid)
    if block.kind == "VTODO":
        task = icalendar.Todo()
        task.update(part)
        task.errors = part.errors
        return task
    return part


def _dated(part: icalendar.Component) -> Iterator[Any]:
    for name in _DATES:
        values = part.get(name, [])
        yield from (
            value
            for value in (values if isinstance(values, list) else [values])
            if not isinstance(value, icalendar.prop.vBroken)
        )


def _place(value: Any, zones: Zones, tzid: str) -> None:
    """Give a value's times the zone that the file defines; leave them floating without one."""
    zone = zones.get(tzid)
    for each in getattr(value, "dts", [value]):
        if isinstance(each.dt, datetime) and each.dt.tzinfo is None:
            each.dt = each.dt.replace(tzinfo=zone)


def made_uid(block: Block) -> str:
    """An id that stays while title, date and rule stay; for sources that give none."""
    said = [block.kind, *(block.value(n) or "" for n in ("SUMMARY", "DTSTART", "DUE", "RRULE"))]
    return "content:" + blake2b("\0".join(said).encode(), digest_size=12).hexdigest()

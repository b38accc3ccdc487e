"""The straight line of one read: parts, series, dates, records."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from connectors.sdk.connector import Quarantined
from connectors.sdk.ical.entries import (
    ENTRIES,
    Entry,
    Series,
    Unreadable,
    collect,
    moment,
    quarantined,
)
from connectors.sdk.ical.expand import Occurrence, Window, occurrences
from connectors.sdk.ical.items import About, Item, Reader
from connectors.sdk.ical.rules import Budget
from connectors.sdk.ical.text import Block, property_name
from connectors.sdk.ical.zones import Zones
from connectors.sdk.records import DueDate

_MORE_THAN_ONE_DATE = frozenset({"RRULE", "RDATE", "RECURRENCE-ID", "DURATION"})


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one calendar gave. ``entries`` counts its events and tasks, read or not."""

    entries: int
    window: Window
    records: dict[str, Item] = field(default_factory=dict)
    unread: list[Quarantined] = field(default_factory=list)

    @property
    def proven(self) -> tuple[date, date]:
        """The due dates in which what is not here is certainly gone.

        None at all (an empty range) while an entry is unread whose ids are not known: a
        series that cannot be worked out must not look like one that was deleted.
        """
        if any(each.external_id is None for each in self.unread):
            return self.window.last, self.window.first
        return self.window.first, self.window.last


def read(
    files: Sequence[Sequence[Block]], about: About, today: date, budget: Budget | None = None
) -> Reading:
    """All records of a calendar, given as the parts of one file or, as mails bring it, of several.

    ``budget`` is what working out its dates may cost, where several calendars share one.
    """
    window, budget = Window.around(today), budget or Budget()
    entries = [[block for block in blocks if block.kind in ENTRIES] for blocks in files]
    uids = Counter(block.value("UID") for blocks in entries for block in blocks)
    found: dict[tuple[str, str], Series] = {}
    reading = Reading(entries=sum(map(len, entries)), window=window)
    for blocks, own in zip(files, entries, strict=True):
        reading.unread.extend(collect(_worth_parsing(own, uids, window), Zones(blocks), found))
    # A date whose own version is unread stays as it is; its series does not speak for it.
    held = {each.external_id for each in reading.unread}
    reader = Reader(about)
    for one in found.values():
        try:
            dates = occurrences(one, window, budget)
        except Unreadable as problem:
            reading.unread.extend(quarantined(entry.block, problem) for entry in one.entries()[:1])
        else:
            _take([each for each in dates if each.external_id not in held], reader, reading)
    return reading


def _worth_parsing(
    entries: Sequence[Block], uids: Counter[str | None], window: Window
) -> list[Block]:
    """Leaves out single events that were over long before the window and not changed since.

    They are most of a calendar that is some years old, and parsing is most of the work. An
    event that is there twice is parsed in any case: the later version may be this one.
    """
    before = f"{window.first - timedelta(days=2):%Y%m%d}"
    return [
        block
        for block in entries
        if block.broken or uids[block.value("UID")] > 1 or not _is_over(block, before)
    ]


def _is_over(block: Block, before: str) -> bool:
    said = {property_name(line): line.rpartition(":")[2] for line in block.lines}
    if block.kind != "VEVENT" or not said.keys().isdisjoint(_MORE_THAN_ONE_DATE):
        return False
    dates = [said[name] for name in ("DTSTART", "DTEND", "LAST-MODIFIED") if name in said]
    return "DTSTART" in said and all(
        date[:8].isdecimal() and "1900" < date[:8] < before for date in dates
    )


def _take(dates: list[Occurrence], reader: Reader, reading: Reading) -> None:
    for occurrence in dates:
        try:
            item = reader.record(occurrence)
        except (ValueError, ArithmeticError) as problem:
            reading.unread.append(
                quarantined(occurrence.entry.block, problem, occurrence.external_id)
            )
        else:
            if _matters(item, occurrence.entry, reading.window):
                reading.records[item.external_id] = item


def _matters(item: Item, entry: Entry, window: Window) -> bool:
    """Whether an entry is an item: not one of the calendar's closed past.

    An old date that was changed lately is one, so that an entry which moves into the past
    is seen to move and does not look removed.
    """
    if item.due is not None:
        day = item.due.on if isinstance(item.due, DueDate) else item.due.at.date()
        if day >= window.first:
            return True
    if entry.kind == "VTODO" and not item.closed:
        return True
    changes = [moment(entry.part, name) for name in ("LAST-MODIFIED", "COMPLETED")]
    times = [change for change in changes if change is not None]
    return any(_day(change) >= window.first for change in times) if times else item.due is None


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def upcoming(reading: Reading, today: date) -> Iterator[Item]:
    """Open items from today on, the nearest first."""
    dated = []
    for item in reading.records.values():
        if item.due is not None and not item.closed:
            day = item.due.on if isinstance(item.due, DueDate) else item.due.at.date()
            if day >= today - timedelta(days=1):
                dated.append((day, item.title, item))
    yield from (item for _, _, item in sorted(dated, key=lambda each: each[:2]))

"""Any calendar that speaks iCalendar: an address (https:, webcal:) or an .ics file."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from itertools import islice

from connectors.calendar.settings import CalendarConfig
from connectors.calendar.source import Source, fetch
from connectors.sdk.connector import (
    Check,
    CheckState,
    Complete,
    Event,
    Page,
    ReadContext,
    Unchanged,
)
from connectors.sdk.errors import ConnectorError, Rejected
from connectors.sdk.ical import reading
from connectors.sdk.ical.items import Item
from connectors.sdk.ical.text import split
from connectors.sdk.ical.zones import named
from connectors.sdk.manifest import (
    Completeness,
    Manifest,
    Need,
    PlatformType,
    RateLimit,
    StreamSpec,
)
from connectors.sdk.records import DueDate, Kind

_PAGE = 500
_COPY_AGAIN = (
    "Copy the calendar's iCalendar (ICS) address from its sharing settings and enter it again."
)

MANIFEST = Manifest(
    id="calendar",
    version="1",
    name="Calendar",
    platform=PlatformType.GENERIC,
    summary="Events and tasks of any iCalendar address or file.",
    vendor=None,
    badge="CAL",
    colour="#0f766e",
    config=CalendarConfig,
    hosts=("${url}",),
    streams=(
        StreamSpec(
            name="entries",
            title="Events and tasks",
            kinds=frozenset({Kind.DEADLINE, Kind.REPORTING}),
            completeness=Completeness.WINDOW,
        ),
    ),
    interval=timedelta(hours=2),
    minimum_interval=timedelta(minutes=15),
    rate=RateLimit(calls=30, seconds=60),
    needs=(
        Need(
            what="The calendar's iCalendar (ICS) address, or an .ics file",
            where="Google: calendar settings, Secret address in iCal format. Outlook: Shared "
            "calendars, Publish a calendar, ICS. Nextcloud: Copy subscription link.",
        ),
    ),
    gives_not=(
        "Amounts of money",
        "Goals",
        "Dates more than 400 days ahead of a repeated entry",
        "Past events older than 90 days",
        "That an undated task was deleted: it stays until someone marks it done",
    ),
    docs="docs/connectors/calendar.md",
    permissions=("Read access to one calendar",),
)


class Calendar:
    """Reads one calendar."""

    manifest = MANIFEST

    def read(self, stream: str, config: CalendarConfig, context: ReadContext) -> Iterator[Event]:
        """Pages, then ``Complete`` with the window of due dates; or ``Unchanged``."""
        self.manifest.stream(stream)
        source = fetch(config, context)
        if source is None:
            yield Unchanged()
            return
        found = _read(source, config, context)
        records = iter(found.records.values())
        yield Page(records=tuple(islice(records, _PAGE)), quarantined=tuple(found.unread))
        while page := tuple(islice(records, _PAGE)):
            yield Page(records=page)
        yield Complete(window=found.proven, state=source.state, copy=source.copy)

    def check(self, config: CalendarConfig, context: ReadContext) -> Iterator[Check]:
        """Whether the calendar is there, is one, and gives the dates that a person expects."""
        try:
            source = fetch(config, context, always=True)
            assert source is not None  # the whole calendar was asked for
        except ConnectorError as error:
            yield _failed("Reachable", error)
            return
        yield Check(name="Reachable", state=CheckState.OK, text=_size(source))
        try:
            found = _read(source, config, context)
        except ConnectorError as error:
            yield _failed("Is a calendar", error)
            return
        yield from _judged(found)
        yield _next_dates(found, context)


def _read(source: Source, config: CalendarConfig, context: ReadContext) -> reading.Reading:
    """Raises ``FormatChanged`` or ``Incomplete`` for a file that is no calendar or is cut."""
    return reading.read([split(source.data, source.charset)], config, context.now.date())


def _failed(name: str, error: ConnectorError) -> Check:
    gone = isinstance(error, Rejected) and error.status in {404, 410}
    fix = _COPY_AGAIN if gone else error.remedy
    return Check(name=name, state=CheckState.FAIL, text=error.message, fix=fix)


def _size(source: Source) -> str:
    return f"The calendar was read: {max(len(source.data) // 1024, 1):,} KB."


def _judged(found: reading.Reading) -> Iterator[Check]:
    text = f"It holds {found.entries:,} events and tasks, which give {len(found.records):,} dates."
    yield Check(name="Is a calendar", state=CheckState.OK, text=text)
    if found.unread:
        first = found.unread[0]
        yield Check(
            name="Readable entries",
            state=CheckState.WARN,
            text=f"{len(found.unread):,} cannot be read; the first stands at {first.where}: "
            f"{first.reason}",
            fix="Correct these entries in the calendar, or leave them: the others are read.",
        )


def _next_dates(found: reading.Reading, context: ReadContext) -> Check:
    three = list(islice(reading.upcoming(found, context.now.date()), 3))
    if not three:
        return Check(
            name="Next dates",
            state=CheckState.WARN,
            text="No entry is due from today on.",
            fix="Look whether this is the right calendar, if you expected some.",
        )
    return Check(
        name="Next dates",
        state=CheckState.OK,
        text=f"Compare with the calendar: {'; '.join(map(_shown, three))}.",
    )


def _shown(item: Item) -> str:
    due = item.due
    assert due is not None  # only dated items are shown
    if isinstance(due, DueDate):
        return f"{due.on.isoformat()} {item.title}"
    zone = named(due.zone or "") or UTC
    return f"{due.at.astimezone(zone):%Y-%m-%d %H:%M} {zone} {item.title}"

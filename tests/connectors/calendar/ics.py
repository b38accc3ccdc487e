"""Calendars written line by line, and what a read of them gives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from connectors.sdk.connector import Complete, Event, Page, Quarantined
from connectors.sdk.records import Deadline, DueDate, ReportingRequirement

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RECORDED = Path(__file__).parent / "recorded"

Item = Deadline | ReportingRequirement


@dataclass
class Found:
    """What one read gave."""

    items: dict[str, Item] = field(default_factory=dict)
    unread: list[Quarantined] = field(default_factory=list)
    end: Complete | None = None

    @property
    def days(self) -> list[date]:
        """Due days, in order."""
        return sorted(day_of(item) for item in self.items.values())

    @property
    def only(self) -> Item:
        (item,) = self.items.values()
        return item


def day_of(item: Item) -> date:
    assert item.due is not None
    return item.due.on if isinstance(item.due, DueDate) else item.due.at.date()


def gather(events: Iterable[Event]) -> Found:
    found = Found()
    for event in events:
        if isinstance(event, Page):
            found.items |= {record.external_id: record for record in event.records}
            found.unread += event.quarantined
        elif isinstance(event, Complete):
            found.end = event
    return found


def event(*lines: str) -> str:
    """A VEVENT. A line that names UID, SUMMARY or DTSTART replaces the one given here."""
    own = {"UID": "a@x", "SUMMARY": "Deck due", "DTSTART": "DTSTART;VALUE=DATE:20260331"}
    said = {line.partition(":")[0].partition(";")[0] for line in lines}
    default = [v if ":" in v else f"{k}:{v}" for k, v in own.items() if k not in said]
    return "\r\n".join(["BEGIN:VEVENT", *default, *lines, "END:VEVENT"])


def task(*lines: str) -> str:
    own = [] if any(line.startswith("UID") for line in lines) else ["UID:t@x"]
    return "\r\n".join(["BEGIN:VTODO", *own, "SUMMARY:Report", *lines, "END:VTODO"])


def calendar(*parts: str) -> bytes:
    """A VCALENDAR of parts and header lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *parts, "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


Read = Callable[..., Found]

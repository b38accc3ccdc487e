"""One date of a calendar entry as a record. Says what the entry says and nothing else."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Any, Protocol

from icalendar import vText

from connectors.sdk.ical.entries import Entry, moment, one
from connectors.sdk.ical.expand import Occurrence
from connectors.sdk.ical.zones import iana_name, named
from connectors.sdk.mapping import clean_html, html_text, known, link_of, text_of
from connectors.sdk.records import (
    Category,
    Deadline,
    Due,
    DueDate,
    DueInstant,
    Fact,
    ReportingRequirement,
    SafeHtml,
    validate,
)

When = date | datetime
Item = Deadline | ReportingRequirement

_CLOSED = frozenset({"COMPLETED", "CANCELLED"})
_REPORTS = frozenset({"report", "reports", "reporting", "reporting requirement"})
_CATEGORIES = {category.value: category for category in Category}
_MARKUP = re.compile(r"<(br|p|a|b|i|u|ul|ol|li|span|div|html|strong|em)\b[^<>]*/?>", re.IGNORECASE)


class About(Protocol):
    """What a calendar's entries are about, where they do not say it themselves."""

    @property
    def program(self) -> str | None: ...

    @property
    def category(self) -> Category: ...

    def vendor_in(self, *texts: str) -> str | None:
        """Whose entry it is, by its categories and title."""


class Reader:
    """Makes records of occurrences."""

    def __init__(self, about: About) -> None:
        self._about = about

    def record(self, occurrence: Occurrence) -> Item:
        """The record; raises ``ValueError``, ``msgspec.ValidationError`` among them."""
        entry, part = occurrence.entry, occurrence.part
        labels = _labels(entry)
        is_report = any(label.casefold() in _REPORTS for label in labels)
        category = self._category(labels)
        title = _text(entry, "SUMMARY") or "(no title)"
        summary, body = _described(entry)
        fields: dict[str, Any] = {
            "external_id": occurrence.external_id,
            "title": title,
            "url": link_of(one(entry.part, "URL")),
            "vendor": self._about.vendor_in(*labels, title),
            "program": self._about.program,
            "status": _text(entry, "STATUS"),
            "closed": _closed(entry),
            "due": self._due(entry, part, last=is_report or category is not Category.EVENT),
            "summary": summary,
            "body": body,
            "facts": tuple(self._facts(entry, part, labels)),
        }
        if is_report:
            return validate(ReportingRequirement(**fields))
        return validate(Deadline(category=category, **fields))

    def _category(self, labels: list[str]) -> Category:
        """The first of the entry's own categories that we know, else the one it is told."""
        named_here = (known(label, _CATEGORIES, None) for label in labels)
        return next((found for found in named_here if found), self._about.category)

    def _due(self, entry: Entry, part: Any, *, last: bool) -> Due | None:
        """When it is due; ``last``: by the last of several days, not on the first."""
        name, when = _asked_for(entry, part)
        if when is None:
            return None
        raw, end = _raw(entry, name, when), _last(part)
        if last and end and _day(end) > _day(when):
            when, raw = end, _raw(entry, "DTEND", moment(part, "DTEND") or end)
        if isinstance(when, datetime) and when.tzinfo:
            return DueInstant(at=when.astimezone(UTC), zone=iana_name(when), raw=raw)
        floats = isinstance(when, datetime) and named(entry.block.header.zone or "")
        return DueDate(on=_day(when), zone=floats.key if floats else None, raw=raw)

    def _facts(self, entry: Entry, part: Any, labels: list[str]) -> Iterator[Fact]:
        start, last = moment(part, "DTSTART"), _last(part)
        if entry.kind == "VTODO" and _is_given(entry, "DTSTART") and start:
            yield Fact("Starts", _spoken(start))
        if start and last and last != start:
            yield Fact("Ends", _spoken(last))
        _, when = _asked_for(entry, part)
        if isinstance(when, datetime) and when.tzinfo is None:
            yield Fact("Time", f"{when:%H:%M}, the calendar does not say in which zone")
        for label, name in (("Where", "LOCATION"), ("Priority", "PRIORITY")):
            if text := _text(entry, name):
                yield Fact(label, text)
        if organizer := _organizer(entry):
            yield Fact("Organizer", organizer)
        if labels:
            yield Fact("Categories", ", ".join(labels))
        for rule in entry.block.values("RRULE"):
            if text := text_of(rule):
                yield Fact("Repeats", text)
        if percent := _text(entry, "PERCENT-COMPLETE"):
            yield Fact("Done", f"{percent} %")
        if entry.block.header.name:
            yield Fact("Calendar", entry.block.header.name)
        if not entry.named:
            yield Fact("Identity", "The calendar gives no UID; title, date and rule stand for it")


def _spoken(when: When) -> str:
    if not isinstance(when, datetime):
        return when.isoformat()
    return f"{when:%Y-%m-%d %H:%M} {iana_name(when) or format(when, '%Z')}".rstrip()


def _asked_for(entry: Entry, part: Any) -> tuple[str, When | None]:
    """The property that says when, and what it says: an event's start, a task's due date.

    A task that only starts some day is not due that day, unless it repeats on that day.
    """
    if entry.kind == "VEVENT":
        return "DTSTART", moment(part, "DTSTART")
    if _is_given(entry, "DUE"):
        return "DUE", moment(part, "DUE")
    if _is_given(entry, "DTSTART") and _is_given(entry, "DURATION"):
        return "DTSTART", moment(part, "DUE") or _after(part)
    if entry.recurs or entry.replaces is not None:
        return "DTSTART", moment(part, "DTSTART")
    return "DUE", None


def _is_given(entry: Entry, name: str) -> bool:
    """Whether the source has the property (the library adds some to each date)."""
    return entry.block.value(name) is not None


def _after(part: Any) -> When | None:
    """DTSTART + DURATION. Days are days of the calendar, also across a change of the clock."""
    start, lasts = moment(part, "DTSTART"), getattr(one(part, "DURATION"), "dt", None)
    if start is None or not isinstance(lasts, timedelta):
        return start
    if isinstance(start, datetime) and start.tzinfo:
        days, rest = timedelta(lasts.days), timedelta(seconds=lasts.seconds)
        return ((start + days).astimezone(UTC) + rest).astimezone(start.tzinfo)
    return start + lasts


def _last(part: Any) -> When | None:
    """The last day of an all-day event (DTEND names the day after), the end of a timed one."""
    start, end = moment(part, "DTSTART"), moment(part, "DTEND") or _after(part)
    if part.name == "VTODO":
        return None
    if start is None or end is None or isinstance(end, datetime) is not isinstance(start, datetime):
        return None
    return end if isinstance(end, datetime) else max(start, end - timedelta(days=1))


def _day(when: When) -> date:
    return when.date() if isinstance(when, datetime) else when


def _raw(entry: Entry, name: str, when: When) -> str:
    """The date in the source's notation, with the parameters that the source gave it."""
    head = (entry.block.value(name) or "").rpartition(":")[0]
    stamp = when.strftime("%Y%m%dT%H%M%S") if isinstance(when, datetime) else f"{when:%Y%m%d}"
    in_utc = isinstance(when, datetime) and "TZID" not in head.upper() and when.tzinfo is not None
    return f"{head}:{stamp}{'Z' if in_utc else ''}".lstrip(":")


def _closed(entry: Entry) -> bool:
    """Whether the source says that nothing is left to do."""
    status = (_text(entry, "STATUS") or "").upper()
    ended = entry.kind == "VTODO" and not status and _is_given(entry, "COMPLETED")
    return status in _CLOSED or ended


def _text(entry: Entry, name: str) -> str | None:
    value = one(entry.part, name)
    return None if value is None else text_of(str(value))


def _labels(entry: Entry) -> list[str]:
    values = entry.part.get("CATEGORIES", [])
    lists = values if isinstance(values, list) else [values]
    labels = (text_of(str(label)) for each in lists for label in getattr(each, "cats", []))
    return list(dict.fromkeys(label for label in labels if label))


def _organizer(entry: Entry) -> str | None:
    value = one(entry.part, "ORGANIZER")
    if value is None:
        return None
    address = re.sub(r"(?i)^mailto:", "", str(value))
    name = text_of(value.params.get("CN"))
    return text_of(f"{name} <{address}>" if name and name != address else address)


def _described(entry: Entry) -> tuple[str | None, SafeHtml | None]:
    """Summary and body. HTML from X-ALT-DESC, or in DESCRIPTION as Google writes it."""
    rich, plain = one(entry.part, "X-ALT-DESC"), one(entry.part, "DESCRIPTION")
    text = str(plain or "").strip()
    if rich is not None and "html" in str(rich.params.get("FMTTYPE", "")).lower():
        markup = str(vText.from_ical(rich))  # icalendar unescapes no X- property
    elif _MARKUP.search(text):
        markup = text
    else:
        paragraphs = escape(text).replace("\n", "<br>")
        return text_of(text), clean_html(paragraphs) if "\n" in text else None
    return text_of(html_text(markup)), clean_html(markup)

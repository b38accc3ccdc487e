"""Writes iCalendar as servers do: CRLF, folded at 75 octets, escaped. Knows no reader."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from connectors.sdk.sandbox import Row

When = date | datetime


def folded(line: str) -> str:
    """One content line in pieces of at most 75 octets, none of which ends within a character."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > 74:
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])


def escaped(text: str) -> str:
    """TEXT as RFC 5545 wants it."""
    for plain, coded in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, coded)
    return text


def stamp(when: When) -> str:
    """20260331, 20260331T090000 or, for UTC, 20260331T090000Z."""
    if not isinstance(when, datetime):
        return when.strftime("%Y%m%d")
    return when.strftime("%Y%m%dT%H%M%S") + ("Z" if when.tzinfo is UTC else "")


def dated(name: str, when: When, tzid: str | None = None) -> str:
    """A date property: VALUE=DATE for a day, TZID for a local time."""
    if not isinstance(when, datetime):
        return f"{name};VALUE=DATE:{stamp(when)}"
    zoned = f";TZID={tzid}" if tzid and when.tzinfo is None else ""
    return f"{name}{zoned}:{stamp(when)}"


def component(row: Row, *, dtstamp: datetime) -> Iterable[str]:
    """The lines of one entry. ``row["dates"]`` holds its date properties by name."""
    yield f"BEGIN:{row['kind']}"
    yield f"UID:{row['id']}"
    yield f"DTSTAMP:{stamp(dtstamp)}"
    yield f"LAST-MODIFIED:{stamp(row['changed'])}"
    yield f"SEQUENCE:{row['sequence']}"
    for name, when in row["dates"].items():
        yield dated(name, when, row.get("tzid"))
    for name in ("RRULE", "STATUS", "URL", "PERCENT-COMPLETE"):
        if value := row.get(name):
            yield f"{name}:{value}"
    for name in ("SUMMARY", "DESCRIPTION", "LOCATION"):
        if value := row.get(name):
            yield f"{name}:{escaped(value)}"
    if labels := row.get("CATEGORIES"):
        yield "CATEGORIES:" + ",".join(map(escaped, labels))
    yield from row.get("extra", ())
    yield f"END:{row['kind']}"


def calendar(head: Iterable[str], rows: Iterable[Row], *, dtstamp: datetime | None = None) -> bytes:
    """A whole file. ``dtstamp`` is the time of writing; None: when each entry was changed."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *head]
    for row in rows:
        lines.extend(component(row, dtstamp=dtstamp or row["changed"]))
    return ("\r\n".join(map(folded, [*lines, "END:VCALENDAR"])) + "\r\n").encode()

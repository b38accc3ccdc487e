"""A calendar that calendar programs read: from deadlines to iCalendar (RFC 5545, RFC 7986). Pure.

A date is a day and stays that day in every zone; an instant is told in UTC. What is over is told as
cancelled for a while, because a program that only knows what it was told keeps the rest for ever.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from icalendar import Alarm, Calendar, Component, Event, Todo
from icalendar.prop import vDuration, vText

from connectors.sdk.records import Due, DueDate

PRODUCT = "-//Partner Inbox//Calendar feed//EN"
REFRESH = timedelta(hours=4)
COLOUR = "steelblue"
"""A name of CSS3, as RFC 7986 asks."""
MORNING = timedelta(hours=9)
"""When alarms of whole days ring, in whatever zone the calendar program is."""
DAY = timedelta(days=1)
HIDDEN = "Deadline"
"""What everything is called where nobody is to see what it is about."""


class Kind(StrEnum):
    """What programs make of a deadline: most show events; to-dos are shown by few."""

    EVENT = "vevent"
    TODO = "vtodo"


class Standing(StrEnum):
    """What became of a deadline."""

    LIVE = "live"
    DONE = "done"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One deadline in a calendar.

    uid        its own for ever, in this and in every other calendar of the same inbox
    sequence   grows with every change of it, and never falls
    created, modified   aware instants
    text       everything beside the title, in lines
    """

    uid: str
    sequence: int
    created: datetime
    modified: datetime
    due: Due
    title: str
    text: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    standing: Standing = Standing.LIVE


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """How a calendar is shown: its name, what is said of it, the reader's IANA zone.

    busy     nothing but the dates is told
    alarms   days before a deadline on which it rings
    """

    name: str
    said: str
    zone: str
    kind: Kind = Kind.EVENT
    busy: bool = False
    alarms: tuple[int, ...] = ()


def document(shown: Shown, entries: Iterable[Entry]) -> bytes:
    """The whole calendar, lines folded and ended as the standard asks."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for names, text in ((("name", "x-wr-calname"), shown.name), (_SAID, shown.said)):
        for name in names:
            calendar.add(name, vText(clean(text)))
    calendar.add("x-wr-timezone", shown.zone)
    calendar.add("color", COLOUR)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    around = calendar.to_ical()
    assert around.endswith(_END)
    told = (_told(entry, shown.kind, shown.busy, shown.alarms) for entry in entries)
    return b"".join((around.removesuffix(_END), *told, _END))


_SAID = ("description", "x-wr-caldesc")
_END = b"END:VCALENDAR\r\n"


@lru_cache(maxsize=4096)
def _told(entry: Entry, kind: Kind, busy: bool, alarms: tuple[int, ...]) -> bytes:
    """One deadline as text. To write it takes most of a millisecond, and most of a calendar is as
    it was.
    """
    is_event = kind is Kind.EVENT
    made: Component = Event() if is_event else Todo()
    made.add("uid", entry.uid)
    made.add("sequence", entry.sequence)
    made.add("created", entry.created)
    made.add("last-modified", entry.modified)
    # When it was told last, and not now: the same calendar is then the same text.
    made.add("dtstamp", entry.modified)
    _dated(made, entry.due, is_event=is_event)
    made.add("status", _STATUS[kind][entry.standing])
    if is_event:
        made.add("transp", "TRANSPARENT")
    elif entry.standing is Standing.DONE:
        made.add("completed", entry.modified)
    title = HIDDEN if busy else clean(entry.title)
    made.add("summary", title)
    if busy:
        made.add("class", "PRIVATE")
    else:
        _described(made, entry)
    for days in alarms if entry.standing is Standing.LIVE else ():
        whole = isinstance(entry.due, DueDate)
        made.add_component(_alarm(days, title, whole=whole, is_event=is_event))
    told: bytes = made.to_ical()
    return told


_STATUS = {
    Kind.EVENT: {
        Standing.LIVE: "CONFIRMED",
        Standing.DONE: "CANCELLED",
        Standing.GONE: "CANCELLED",
    },
    Kind.TODO: {
        Standing.LIVE: "NEEDS-ACTION",
        Standing.DONE: "COMPLETED",
        Standing.GONE: "CANCELLED",
    },
}


def _dated(made: Component, due: Due, *, is_event: bool) -> None:
    at: date | datetime = due.on if isinstance(due, DueDate) else due.at
    if not is_event:
        made.add("due", at)
        return
    made.add("dtstart", at)
    if isinstance(due, DueDate) and due.on < date.max:
        made.add("dtend", due.on + DAY)  # the first day after it


def _described(made: Component, entry: Entry) -> None:
    if entry.text:
        made.add("description", clean(entry.text))
    if entry.url:
        made.add("url", entry.url)
    if entry.categories:
        made.add("categories", [clean(one) for one in entry.categories])


def _alarm(days: int, title: str, *, whole: bool, is_event: bool) -> Alarm:
    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", vText(title))
    # A to-do has no start, from which an alarm counts unless it says otherwise.
    counts = {} if is_event else {"RELATED": "END"}
    made.add("trigger", (MORNING if whole else timedelta(0)) - days * DAY, parameters=counts)
    return made


def clean(text: str) -> str:
    """Without what ends a line or steers a terminal; its own lines stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(_plain(sign) for sign in line) for line in lines)


def _plain(sign: str) -> str:
    return " " if unicodedata.category(sign) in _STEERS else sign


_STEERS = frozenset(("Cc", "Zl", "Zp", "Cs"))

"""A calendar as calendar programs read it: each date its day, whatever is in the texts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core import ics
from app.core.ics import Entry, Kind, Shown, Standing
from connectors.sdk.records import DueDate, DueInstant

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SHOWN = Shown(name="Mine", said="What is due.", zone="Europe/Berlin")


def entry(**given: Any) -> Entry:
    usual = {"uid": "one", "sequence": 3, "created": AT, "modified": AT, "title": "Renewal"}
    return Entry(**{**usual, "due": DueDate(on=date(2026, 12, 1)), **given})


def read(*entries: Entry, **given: Any) -> tuple[icalendar.Calendar, list[icalendar.Component]]:
    """What a program makes of it."""
    shown = Shown(**{"name": "Mine", "said": "", "zone": "Europe/Berlin", **given})
    calendar = icalendar.Calendar.from_ical(ics.document(shown, entries))
    assert isinstance(calendar, icalendar.Calendar)
    return calendar, list(calendar.subcomponents)


@pytest.mark.promise("P7")
@given(on=st.dates(), zone=st.timezone_keys(allow_prefix=False))
@example(on=date.max, zone="Pacific/Kiritimati")
@example(on=date(2011, 12, 30), zone="Pacific/Apia")
def test_a_date_is_that_whole_day_in_every_zone(on: date, zone: str) -> None:
    _, (event,) = read(entry(due=DueDate(on=on)), zone=zone)
    digits = on.isoformat().replace("-", "")
    assert f"DTSTART;VALUE=DATE:{digits}\r\n".encode() in event.to_ical()
    assert event["dtstart"].dt == on
    assert type(event["dtstart"].dt) is date
    if on < date.max:
        assert event["dtend"].dt == on + timedelta(days=1)
    _, (todo,) = read(entry(due=DueDate(on=on)), zone=zone, kind=Kind.TODO)
    assert todo["due"].dt == on
    assert "dtstart" not in todo


def test_an_instant_is_told_in_utc_and_blocks_no_time() -> None:
    at = datetime(2026, 12, 1, 17, 30, tzinfo=UTC)
    _, (event,) = read(entry(due=DueInstant(at=at, zone="America/New_York")))
    assert b"DTSTART:20261201T173000Z" in event.to_ical()
    assert event["transp"] == "TRANSPARENT"
    assert "dtend" not in event


NASTY = (
    "plain",
    "a\r\nBEGIN:VALARM\r\nX-EVIL:1",
    "a\rEND:VEVENT",
    "a\n;,\\\\n b",
    "\x00\x07\x1b[31m",
    "\u2028next\u2029and\x85last",
    "long " * 60,
    "ü漢🏳️‍🌈" * 40,
    '"quoted":;,',
    "",
)


@given(title=st.text(), text=st.text(), tag=st.text(min_size=1))
@example(title=NASTY[1], text=NASTY[1], tag=NASTY[1])
@example(title=NASTY[2], text=NASTY[5], tag=NASTY[8])
@example(title=NASTY[6], text=NASTY[7], tag=NASTY[4])
def test_no_text_makes_another_line_and_none_is_lost(title: str, text: str, tag: str) -> None:
    told = entry(title=title, text=text, categories=(tag, "second"))
    body = ics.document(SHOWN, [told])
    for line in body.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
    calendar, (event,) = read(told)
    assert str(event["summary"]) == ics.clean(title)
    assert str(event.get("description", "")) == ics.clean(text)
    assert not event.subcomponents
    assert "x-evil" not in event
    assert calendar["method"] == "PUBLISH"


def test_what_is_over_is_cancelled_and_a_to_do_that_is_done_is_completed() -> None:
    standings = [entry(uid=one, standing=one) for one in Standing]
    _, events = read(*standings)
    assert [event["status"] for event in events] == ["CONFIRMED", "CANCELLED", "CANCELLED"]
    _, todos = read(*standings, kind=Kind.TODO)
    assert [todo["status"] for todo in todos] == ["NEEDS-ACTION", "COMPLETED", "CANCELLED"]
    assert todos[1]["completed"].dt == AT


def test_where_only_dates_are_told_nothing_else_is() -> None:
    secret = entry(
        title="Acme", text="Acme owes", url="https://inbox.example/items/1", categories=("Acme",)
    )
    body = ics.document(Shown(name="Busy", said="", zone="UTC", busy=True, alarms=(1,)), [secret])
    assert b"Acme" not in body
    assert b"items/1" not in body
    assert b"SUMMARY:Deadline" in body
    assert b"CLASS:PRIVATE" in body


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (DueDate(on=date(2026, 12, 1)), [timedelta(hours=9), timedelta(hours=-15)]),
        (DueInstant(at=AT, zone=None), [timedelta(0), timedelta(days=-1)]),
    ],
)
def test_alarms_ring_in_the_morning_of_a_day_or_at_the_moment(due: Any, expected: Any) -> None:
    _, (event,) = read(entry(due=due), alarms=(0, 1))
    assert [alarm["trigger"].dt for alarm in event.subcomponents] == expected
    assert {alarm.TRIGGER_RELATED for alarm in event.walk("valarm")} == {"START"}
    _, (todo,) = read(entry(due=due), alarms=(0, 1), kind=Kind.TODO)
    assert [alarm["trigger"].dt for alarm in todo.subcomponents] == expected
    # A to-do has no start to count from (RFC 5545, 3.8.6.3).
    assert {alarm.TRIGGER_RELATED for alarm in todo.walk("valarm")} == {"END"}
    _, (over,) = read(entry(due=due, standing=Standing.DONE), alarms=(0, 1))
    assert not over.subcomponents


def test_the_calendar_says_how_it_is_called_and_when_to_ask_again() -> None:
    body = ics.document(SHOWN, []).decode()
    for line in (
        "NAME:Mine",
        "X-WR-CALNAME:Mine",
        "X-WR-CALDESC:What is due.",
        "X-WR-TIMEZONE:Europe/Berlin",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        "METHOD:PUBLISH",
        "COLOR:steelblue",
    ):
        assert f"{line}\r\n" in body

"""A day stays that day; a time is that moment, in the zone that the calendar gives."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.sdk.records import DueDate, DueInstant
from tests.connectors.calendar.ics import Read, calendar, event

ZONES = (
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/New_York",
    "Asia/Kolkata",
    "Europe/Berlin",
    "UTC",
)
DAYS = (
    date(2026, 3, 8),  # the clock changes in New York
    date(2026, 3, 29),  # in Berlin
    date(2026, 4, 5),  # in Lord Howe, by half an hour
    date(2026, 10, 4),
    date(2026, 10, 25),
    date(2026, 12, 31),
    date(2027, 1, 1),
    date(2027, 3, 31),
    date(2028, 2, 29),
)


@pytest.mark.promise("P7")
@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("zone", ZONES)
def test_an_all_day_entry_is_due_on_its_day_whatever_zone_the_calendar_is_in(
    read: Read, zone: str, day: date
) -> None:
    data = calendar(f"X-WR-TIMEZONE:{zone}", event(f"DTSTART;VALUE=DATE:{day:%Y%m%d}"))

    found = read(data, today=day - timedelta(days=30))

    assert found.only.due == DueDate(on=day, raw=f"VALUE=DATE:{day:%Y%m%d}")


@pytest.mark.parametrize("hour", [0, 2, 9, 23])
@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("zone", ZONES)
def test_a_time_with_a_zone_is_that_moment(read: Read, zone: str, day: date, hour: int) -> None:
    local = datetime(day.year, day.month, day.day, hour, 30, tzinfo=ZoneInfo(zone))
    data = calendar(event(f"DTSTART;TZID={zone}:{local:%Y%m%dT%H%M%S}"))

    due = read(data, today=day - timedelta(days=30)).only.due

    assert isinstance(due, DueInstant)
    assert (due.at, due.zone) == (local.astimezone(UTC), zone)
    assert due.raw == f"TZID={zone}:{local:%Y%m%dT%H%M%S}"


@pytest.mark.promise("P7")
@pytest.mark.parametrize("zone", ZONES)
def test_a_daily_series_names_each_day_once_through_both_changes_of_the_clock(
    read: Read, zone: str
) -> None:
    start = date(2026, 3, 1)
    data = calendar(event(f"DTSTART;TZID={zone}:20260301T233000", "RRULE:FREQ=DAILY;COUNT=300"))

    found = read(data, today=start)

    expected = [start + timedelta(days=n) for n in range(300)]
    assert sorted(found.items) == [f"a@x/{day}" for day in expected]
    locals_ = {
        item.due.at.astimezone(ZoneInfo(zone)).time()
        for item in found.items.values()
        if isinstance(item.due, DueInstant)
    }
    # None of these clocks jumps over half past eleven at night.
    assert {f"{at:%H:%M}" for at in locals_} == {"23:30"}


def test_windows_zone_names_are_known(read: Read) -> None:
    data = calendar(event('DTSTART;TZID="W. Europe Standard Time":20260331T090000'))

    due = read(data).only.due

    assert isinstance(due, DueInstant)
    assert (due.at, due.zone) == (datetime(2026, 3, 31, 7, tzinfo=UTC), "Europe/Berlin")
    assert due.raw == 'TZID="W. Europe Standard Time":20260331T090000'


@pytest.mark.parametrize(
    "tzid", ["/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires", "/Asia/Kolkata"]
)
def test_a_vendors_path_before_a_zone_is_no_obstacle(read: Read, tzid: str) -> None:
    due = read(calendar(event(f"DTSTART;TZID={tzid}:20260331T090000"))).only.due

    assert isinstance(due, DueInstant)
    assert due.zone is not None
    assert tzid.endswith(due.zone)


def zone_of_its_own(tzid: str, hours: int) -> str:
    offset = f"{hours:+03d}00"
    change = ["DTSTART:16010101T000000", f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}"]
    rule = ["BEGIN:STANDARD", *change, "END:STANDARD"]
    return "\r\n".join(["BEGIN:VTIMEZONE", f"TZID:{tzid}", *rule, "END:VTIMEZONE"])


def test_a_zone_that_the_file_defines_is_used(read: Read) -> None:
    own = zone_of_its_own("Customized Time Zone", 5)

    due = read(calendar(own, event("DTSTART;TZID=Customized Time Zone:20260331T090000"))).only.due

    assert isinstance(due, DueInstant)
    # No IANA name: the zone's own name stands in the raw text.
    assert (due.at, due.zone) == (datetime(2026, 3, 31, 4, tzinfo=UTC), None)
    assert due.raw == "TZID=Customized Time Zone:20260331T090000"


def test_what_one_calendar_calls_its_zone_means_nothing_to_the_next(read: Read) -> None:
    entry = event("DTSTART;TZID=Our Zone:20260331T090000")
    east = read(calendar(zone_of_its_own("Our Zone", 5), entry)).only.due

    west = read(calendar(zone_of_its_own("Our Zone", -7), entry)).only.due
    nowhere = read(calendar(entry)).only.due

    assert isinstance(east, DueInstant)
    assert isinstance(west, DueInstant)
    assert west.at - east.at == timedelta(hours=12)
    assert nowhere == DueDate(on=date(2026, 3, 31), raw="TZID=Our Zone:20260331T090000")


@pytest.mark.parametrize(
    "tzid", ["localtime", "../../etc/localtime", "/etc/localtime", "posixrules"]
)
def test_a_zone_never_depends_on_the_machine(read: Read, tzid: str) -> None:
    due = read(calendar(event(f"DTSTART;TZID={tzid}:20260331T090000"))).only.due

    assert isinstance(due, DueDate)


def test_a_time_without_a_zone_is_a_calendar_date_that_keeps_its_text(read: Read) -> None:
    item = read(calendar("X-WR-TIMEZONE:Asia/Kolkata", event("DTSTART:20260331T233000"))).only

    assert item.due == DueDate(on=date(2026, 3, 31), zone="Asia/Kolkata", raw="20260331T233000")
    assert ("Time", "23:30, the calendar does not say in which zone") in [
        (fact.label, fact.value) for fact in item.facts
    ]


@pytest.mark.parametrize(
    ("lines", "first", "last"),
    [
        (["DTEND;VALUE=DATE:20260401"], "2026-03-31", "2026-03-31"),
        (["DTEND;VALUE=DATE:20260403"], "2026-03-31", "2026-04-02"),
        (["DURATION:P3D"], "2026-03-31", "2026-04-02"),
        ([], "2026-03-31", "2026-03-31"),
        (["DTEND;VALUE=DATE:20260331"], "2026-03-31", "2026-03-31"),
        (["DTEND;VALUE=DATE:20260301"], "2026-03-31", "2026-03-31"),
    ],
    ids=[
        "one day",
        "three days",
        "a duration",
        "no end",
        "an empty span",
        "an end before the start",
    ],
)
def test_an_event_is_due_on_its_first_day_and_a_claim_by_its_last(
    read: Read, lines: list[str], first: str, last: str
) -> None:
    assert [f"{day}" for day in read(calendar(event(*lines))).days] == [first]
    assert [f"{d}" for d in read(calendar(event(*lines)), category="fund claim").days] == [last]

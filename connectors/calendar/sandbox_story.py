"""The story: what a partner's calendars hold, relative to the day on which the sandbox starts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from connectors.sdk.sandbox import Row

BERLIN = (
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "BEGIN:DAYLIGHT",
    "DTSTART:19810329T020000",
    "TZNAME:CEST",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:19961027T030000",
    "TZNAME:CET",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
)
OUTLOOK_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Central Standard Time",
    "BEGIN:STANDARD",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:-0500",
    "TZOFFSETTO:-0600",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:-0600",
    "TZOFFSETTO:-0500",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)


def entry(kind: str, uid: str, start: datetime, /, **more: Any) -> Row:
    """A row with what every entry has; changed a month before the story starts."""
    return {"kind": kind, "id": uid, "sequence": 0, "changed": start - timedelta(days=30)} | more


def all_day(first: date, days: int = 1) -> dict[str, date]:
    """DTSTART and the exclusive DTEND."""
    return {"DTSTART": first, "DTEND": first + timedelta(days=days)}


def quarter_end(today: date) -> date:
    """The last day of the calendar quarter that the day is in."""
    month = (today.month - 1) // 3 * 3 + 4
    return date(today.year + month // 12, (month - 1) % 12 + 1, 1) - timedelta(days=1)


def past_event(start: datetime) -> Row:
    """One that was over long ago."""
    dates = all_day(start.date() - timedelta(days=200))
    changed = {"changed": start - timedelta(days=220)}
    return named("VEVENT", "kick-off", start, "Year kick-off", dates=dates) | changed


def named(kind: str, name: str, start: datetime, summary: str, /, **more: Any) -> Row:
    """An entry of the team's own calendar."""
    return entry(kind, f"{name}@calendar.northwind.example", start, SUMMARY=summary, **more)


def single_events(start: datetime) -> Iterator[Row]:
    """What happens once in the team's calendar."""
    yield from deadlines(start)
    yield from meetings(start)


def deadlines(start: datetime) -> Iterator[Row]:
    """Last days and windows that vendors set."""
    today = start.date()
    yield named(
        "VEVENT",
        "aws-checklist",
        start,
        "AWS: old competency checklist can still be used until today",
        dates=all_day(today + timedelta(days=11)),
        DESCRIPTION="The new checklist is valid already; for some months either may be used.",
        CATEGORIES=["AWS", "Compliance"],
        URL="https://partners.example/aws/competencies",
    )
    yield named(
        "VEVENT",
        "cisco-vip",
        start,
        "Cisco VIP: last day to ship, 90 days after the period closed",
        dates=all_day(today + timedelta(days=24)),
        DESCRIPTION="What is shipped later earns no rebate.",
        CATEGORIES=["Cisco", "Incentive"],
    )
    yield named(
        "VEVENT",
        "microsoft-coop",
        start,
        "Microsoft co-op: claim window",
        dates=all_day(today - timedelta(days=20), 45),
        CATEGORIES=["Microsoft", "Fund claim"],
    )
    yield named(
        "VEVENT",
        "vmware-letter",
        start,
        "VMware: answer the 60-day letter",
        dates=all_day(today + timedelta(days=41)),
        STATUS="TENTATIVE",
        CATEGORIES=["VMware", "Agreement"],
    )


def meetings(start: datetime) -> Iterator[Row]:
    """Calls and events, one of them cancelled."""
    today = start.date()
    call = datetime.combine(today + timedelta(days=3), time(14, 0), UTC)
    yield named(
        "VEVENT",
        "hpe-rep",
        start,
        "HPE: hand-over call with the new partner manager",
        dates={"DTSTART": call, "DTEND": call + timedelta(minutes=45)},
        LOCATION="Video call",
        CATEGORIES=["HPE"],
    )
    yield named(
        "VEVENT",
        "dell-summit",
        start,
        "Dell partner summit",
        dates=all_day(today + timedelta(days=62), 3),
        LOCATION="Frankfurt, hall 3",
        CATEGORIES=["Dell"],
        STATUS="CONFIRMED",
    )
    yield named(
        "VEVENT",
        "sophos-roadshow",
        start,
        "Sophos roadshow",
        dates=all_day(today + timedelta(days=17)),
        STATUS="CANCELLED",
        CATEGORIES=["Sophos"],
        sequence=1,
    )


def repeated_events(start: datetime) -> Iterator[Row]:
    """Series of the team's calendar, with a date that was moved."""
    today = start.date()
    yield named(
        "VEVENT",
        "fortinet-qbr",
        start,
        "Fortinet: quarterly business review deck due",
        DESCRIPTION="Deck and business and marketing plan go to the channel manager.",
        CATEGORIES=["Fortinet", "Reporting"],
        dates=all_day(quarter_end(today) - timedelta(days=10)),
        RRULE="FREQ=MONTHLY;INTERVAL=3",
    )
    yield named(
        "VEVENT",
        "sophos-audit",
        start,
        "Sophos: yearly audit fixes the tier",
        CATEGORIES=["Sophos", "Compliance"],
        dates=all_day(date(today.year - 2, 3, 31)),
        RRULE="FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31",
    )
    yield from briefings(start, datetime.combine(today + timedelta(days=5), time(9, 30)))


def briefings(start: datetime, first: datetime) -> Iterator[Row]:
    """A call every two weeks, the second one of which was moved by a day."""
    series = named(
        "VEVENT",
        "distributor-briefing",
        start,
        "Ingram Micro: promotions briefing",
        LOCATION="Video call",
        tzid="Europe/Berlin",
        dates={"DTSTART": first, "DTEND": first + timedelta(minutes=45)},
        RRULE="FREQ=WEEKLY;INTERVAL=2;COUNT=6",
    )
    yield series
    second = first + timedelta(days=14)
    moved = second + timedelta(days=1, hours=2)
    dates = {"RECURRENCE-ID": second, "DTSTART": moved, "DTEND": moved + timedelta(minutes=45)}
    yield series | {"RRULE": None, "sequence": 1, "dates": dates}


def tasks(start: datetime) -> Iterator[Row]:
    """The team's task list: reports and proofs that are owed."""
    today = start.date()
    yield named(
        "VTODO",
        "pos-report",
        start,
        "Microsoft: point-of-sale report for last month",
        dates={"DUE": today + timedelta(days=6)},
        STATUS="NEEDS-ACTION",
        CATEGORIES=["Microsoft", "Report"],
        DESCRIPTION="Some working days after the month's end; daily chasers after that.",
    )
    yield named(
        "VTODO",
        "csat",
        start,
        "AWS: upload customer satisfaction results",
        dates={"DUE": today - timedelta(days=2)},
        STATUS="IN-PROCESS",
        CATEGORIES=["AWS", "Report"],
        **{"PERCENT-COMPLETE": "40"},
    )
    yield named(
        "VTODO",
        "mdf-proof",
        start,
        "Dell: proof of performance for the spring event",
        dates={"DTSTART": today - timedelta(days=9), "DUE": today + timedelta(days=15)},
        STATUS="NEEDS-ACTION",
        CATEGORIES=["Dell", "Fund claim"],
    )
    yield named(
        "VTODO",
        "naspo",
        start,
        "Cisco: public-sector contract sales, quarterly template",
        dates={"DUE": today - timedelta(days=12)},
        STATUS="COMPLETED",
        CATEGORIES=["Cisco", "Report"],
        extra=[f"COMPLETED:{start - timedelta(days=13):%Y%m%dT%H%M%SZ}"],
    )


def filler(count: int, start: datetime, random: Random) -> Iterator[Row]:
    """More single events, all-day and timed, from two months ago to a year ahead."""
    for number in range(count):
        day = start.date() + timedelta(days=random.randrange(-60, 360))
        hour = random.randrange(7, 18)
        begins = datetime.combine(day, time(hour, 0))
        timed = number % 3 == 0
        yield entry(
            "VEVENT",
            f"event-{number:06d}@calendar.northwind.example",
            start,
            SUMMARY=f"{random.choice(['Fortinet', 'Sophos', 'Dell', 'HPE'])} webinar {number}",
            tzid="Europe/Berlin" if timed else None,
            dates={"DTSTART": begins, "DTEND": begins + timedelta(hours=1)}
            if timed
            else all_day(day),
        )

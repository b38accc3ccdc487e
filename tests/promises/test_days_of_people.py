"""P7: a date is over when its day has ended where the reader is, a moment when it has passed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.db import Database
from connectors.sdk.records import Category, Deadline, DueDate, DueInstant, Goal
from tests.support.office import NOW, ZONES, Office, Shown, full, local, opened, plain
from tests.support.scripted import deadline

pytestmark = pytest.mark.promise("P7")

ENDS = {
    "UTC": (date(2026, 12, 31),),
    "Pacific/Auckland": (date(2026, 4, 5), date(2026, 9, 27)),
    "Pacific/Kiritimati": (date(2027, 1, 1),),
    "America/Los_Angeles": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/St_Johns": (date(2026, 3, 8), date(2026, 11, 1)),
    "Asia/Kathmandu": (date(2028, 2, 29),),
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 10, 4),),
    "Africa/Cairo": (date(2026, 4, 23), date(2026, 10, 29)),  # the clock changes at midnight
    "Pacific/Apia": (date(2011, 12, 29), date(2011, 12, 30)),  # which had no 30th
    "Pacific/Kwajalein": (date(1993, 8, 20), date(1993, 8, 21)),  # which had no 21st
}
"""Days whose end is watched, by zone: days on which the clock changes, and that never were."""
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
COMPANY = {"sqlite": "Pacific/Kiritimati", "postgres": "Pacific/Pago_Pago"}
"""Where the company is: as far from some readers as can be, one way and the other."""


def end_of(day: date, zone: str) -> datetime:
    """The first moment after that day in that zone, found by looking at the zone's clock."""
    first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=26)
    last = first + timedelta(hours=78)
    while last - first > SECOND:
        middle = first + (last - first) // 2
        first, last = (first, middle) if local(zone, middle).date() > day else (middle, last)
    return last.replace(microsecond=0)


def dated(on: date) -> Deadline:
    return deadline(f"d{on}", title=f"Due d{on}", due=DueDate(on=on))


def timed(at: datetime, **changed: object) -> Deadline:
    name = f"{at:%Y-%m-%dT%H:%M:%S}"
    return deadline(name, title=name, due=DueInstant(at=at), **changed)


def late(office: Office, zone: str) -> dict[str, Shown]:
    """What the inbox shows that person as overdue; all places that say so must agree."""
    inbox = office.inbox(zone)
    found = {title: line for title, line in inbox.lines.items() if line.tone == "late"}
    groups = inbox.groups
    assert groups.get("overdue", (0, set())) == (len(found), found.keys())
    assert all(said == len(listed) for said, listed in groups.values()), groups
    assert inbox.counted("overdue") == len(found)
    assert office.inbox(zone, "overdue").lines == found
    return found


def test_a_date_is_overdue_when_its_day_has_ended_where_the_reader_is(
    database: Database, tmp_path: Path
) -> None:
    company = "America/St_Johns"
    with opened(database, tmp_path, company, tuple(ENDS)) as office:
        office.sync(*{on: dated(on) for days in ENDS.values() for on in days}.values())
        for zone, days in ENDS.items():
            for on in days:
                end = end_of(on, zone)
                for now, over in ((end - SECOND, False), (end, True)):
                    office.world.clock.time = now
                    overdue = late(office, zone)
                    assert (f"Due d{on}" in overdue) is over, (zone, now)
                    if zone == company:
                        assert (f"d{on}" in office.feed("overdue")) is over
                by = (local(zone, end).date() - on).days  # two, where a day was skipped
                words = overdue[f"Due d{on}"]
                assert words.text == ("1 day late" if by == 1 else f"{by} days late")
                assert words.full == full(on)


def test_a_moment_is_shown_on_its_readers_own_day_and_in_the_feed_in_utc(
    database: Database, tmp_path: Path
) -> None:
    moments = [
        NOW + timedelta(days=days, hours=hours)
        for days in (0, 7, 30)
        for hours in range(-26, 27, 4)
    ]
    edges = [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
    with opened(database, tmp_path, "Pacific/Kiritimati") as office:
        office.sync(*map(timed, (*moments, *edges)))

        assert {id_: entry["due"] for id_, entry in office.feed().items()} == {
            f"{at:%Y-%m-%dT%H:%M:%S}": {"kind": "instant", "at": f"{at:%Y-%m-%dT%H:%M:%S}Z"}
            for at in (*moments, *edges)
        }
        for zone in ZONES:
            inbox = office.inbox(zone)
            today = local(zone, NOW).date()
            groups: dict[str, set[str]] = {}
            for title, line in inbox.lines.items():
                at = datetime.fromisoformat(f"{title}+00:00")
                there = local(zone, at)
                assert line.full == f"{full(there.date())}, {there:%H:%M}"
                ahead = (there.date() - today).days
                assert (line.tone == "soon") is (at >= NOW and ahead <= 7), (zone, title)
                group = "week" if ahead <= 7 else "month" if ahead <= 30 else "later"
                groups.setdefault("overdue" if at < NOW else group, set()).add(title)
            told = {key: (len(titles), titles) for key, titles in groups.items()}
            assert inbox.groups == told, zone
            assert office.inbox(zone, "week").lines.keys() == groups["week"]
            assert office.inbox(zone, "month").lines.keys() == groups["week"] | groups["month"]
            assert late(office, zone).keys() == groups["overdue"]


def test_a_moment_is_overdue_as_soon_as_it_has_passed_wherever_the_company_is(
    database: Database, engine_name: str, tmp_path: Path
) -> None:
    due = NOW + timedelta(minutes=20, seconds=30)
    other = due + timedelta(minutes=5)
    with opened(database, tmp_path, COMPANY[engine_name]) as office:
        office.sync(timed(due), timed(other))
        for now, over in ((NOW, False), (due, False), (due + SECOND, True), (other, True)):
            office.world.clock.time = now
            for zone in (*COMPANY.values(), "UTC", "America/St_Johns"):
                name = f"{due:%Y-%m-%dT%H:%M:%S}"
                overdue = late(office, zone)
                assert set(overdue) == ({name} if over else set()), (zone, now)
                assert (name in office.inbox(zone, "week").lines) is not over, (zone, now)
                if over:
                    assert overdue[name].text == f"late since {local(zone, due):%H:%M}"
        office.world.clock.time = other + SECOND
        assert len(office.feed("overdue")) == 2


def test_an_event_stays_in_the_inbox_until_its_day_has_ended_where_the_reader_is(
    database: Database, engine_name: str, tmp_path: Path
) -> None:
    moments = [NOW + timedelta(hours=hours) for hours in range(-26, 27, 3)]
    with opened(database, tmp_path, COMPANY[engine_name]) as office:
        office.sync(*(timed(at, category=Category.EVENT) for at in moments))
        for zone in ZONES:
            today = local(zone, NOW).date()
            there = {f"{at:%Y-%m-%dT%H:%M:%S}" for at in moments if local(zone, at).date() >= today}
            assert office.inbox(zone).lines.keys() == there, zone


def test_a_goal_is_this_weeks_until_the_last_day_of_its_period_has_ended(
    database: Database, tmp_path: Path
) -> None:
    ends = [date(2026, 11, 18) + timedelta(days=n) for n in range(14)]
    with opened(database, tmp_path, "Pacific/Kiritimati") as office:
        office.sync(*(Goal(external_id=f"{on}", title=f"Goal {on}", period_end=on) for on in ends))
        for zone in ZONES:
            today = local(zone, NOW).date()
            week = {f"Goal {on}" for on in ends if 0 <= (on - today).days <= 7}
            inbox = office.inbox(zone)
            assert inbox.groups["week"] == (len(week), week), zone
            assert inbox.counted("week") == len(week)
            lines = office.inbox(zone, "week").lines
            assert lines.keys() == week
            assert {line.full for line in lines.values()} == {
                full(on) for on in ends if f"Goal {on}" in week
            }


def test_a_moment_that_moved_is_told_on_its_readers_clock_everywhere(
    database: Database, tmp_path: Path
) -> None:
    before, after = NOW + timedelta(hours=1), NOW + timedelta(hours=15)
    with opened(database, tmp_path, "Pacific/Pago_Pago") as office:
        office.sync(deadline(1, due=DueInstant(at=before)), deadline(2, due=DueInstant(at=before)))
        office.done("1")
        office.sync(
            deadline(1, due=DueInstant(at=after)), deadline(2, due=DueInstant(at=before + HOUR))
        )
        mails = office.mails(tmp_path / "mails")
        for zone in ZONES:
            was, now = local(zone, before), local(zone, after)
            page = plain(office.item(zone, "1"))
            said = [f"{full(at.date())}, {at:%H:%M}" for at in (was, now)]
            assert f"Due moved was {said[0]} → now {said[1]}" in page
            assert f"It came back: Due moved {said[0]} → {said[1]}." in page
            assert f"Reopened Due moved {said[0]} → {said[1]} sync" in page
            assert f"moved, was {was.day} {was:%b} {was:%H:%M}" in page
            days = (now.date() - was.date()).days
            assert (f"The date moved {days} day later." in page) is (days == 1)
            around = office.inbox(zone).lines["Deadline 1"].around
            assert (
                f"date moved {was.day} {was:%b} {was:%H:%M} → {now.day} {now:%b} {now:%H:%M} ·"
                in around
            )
            assert "The time moved later." in plain(office.item(zone, "2"))
            text, html = mails[zone]
            assert f"Due moved: {said[0]} → {said[1]}" in text
            assert f"Due moved: {said[0]} → {said[1]}" in plain(html)
            assert f"Reopened. Due moved {said[0]} → {said[1]}" in text
            assert "UTC" not in page + text

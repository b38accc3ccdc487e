"""The moments that an item can be put off to."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.snooze import morning_of, snooze_choices
from app.core.words import Clock
from connectors.sdk.records import Due, DueDate

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"]


def clock(text: str, zone: str = "Europe/Berlin") -> Clock:
    return Clock(now=datetime.fromisoformat(text).astimezone(UTC), zone=ZoneInfo(zone))


def offered(now: str, due: str = "") -> dict[str, str]:
    found = snooze_choices(DueDate(on=date.fromisoformat(due)) if due else None, clock(now))
    return {one.label: f"{one.until:%a %m-%d %H:%M %Z}" for one in found}


def test_on_a_working_day() -> None:
    assert offered("2026-11-18T17:00+01:00") == {
        "Tomorrow 08:00": "Thu 11-19 08:00 CET",
        "Monday": "Mon 11-23 08:00 CET",
        "First of next month": "Tue 12-01 08:00 CET",
        "In two weeks": "Wed 12-02 08:00 CET",
    }


def test_later_today_is_some_hours_on_while_there_are_any() -> None:
    assert offered("2026-11-18T09:20+01:00")["Later today"] == "Wed 11-18 13:00 CET"
    assert offered("2026-11-18T16:59+01:00")["Later today"] == "Wed 11-18 20:00 CET"
    assert "Later today" not in offered("2026-11-18T22:10+01:00")


def test_on_a_monday_monday_is_the_next_one() -> None:
    assert offered("2026-11-23T07:00+01:00")["Monday"] == "Mon 11-30 08:00 CET"


def test_one_day_is_offered_once() -> None:
    sunday = offered("2026-11-22T10:00+01:00", due="2026-11-30")

    assert sunday["Tomorrow 08:00"] == "Mon 11-23 08:00 CET"
    assert "Monday" not in sunday
    assert "A week before it is due" not in sunday
    assert len(set(sunday.values())) == len(sunday)


def test_before_it_is_due() -> None:
    found = offered("2026-11-18T17:00+01:00", due="2026-12-20")

    assert found["A week before it is due"] == "Sun 12-13 08:00 CET"
    assert found["The day before"] == "Sat 12-19 08:00 CET"


@pytest.mark.parametrize("due", ["2026-11-18", "2026-11-19", "2026-11-01"])
def test_what_is_due_at_once_has_no_day_before(due: str) -> None:
    assert "The day before" not in offered("2026-11-18T17:00+01:00", due=due)


@pytest.mark.parametrize(
    ("now", "label", "until"),
    [
        ("2026-03-28T20:00+01:00", "Tomorrow 08:00", "Sun 03-29 08:00 CEST"),
        ("2026-10-24T20:00+02:00", "Tomorrow 08:00", "Sun 10-25 08:00 CET"),
        ("2026-10-20T20:00+02:00", "In two weeks", "Tue 11-03 08:00 CET"),
        ("2026-12-30T20:00+01:00", "First of next month", "Fri 01-01 08:00 CET"),
    ],
)
def test_eight_in_the_morning_stays_eight_when_the_clocks_change(
    now: str, label: str, until: str
) -> None:
    assert offered(now)[label] == until


DUES = st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)).map(lambda on: DueDate(on=on))


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
    due=DUES,
)
def test_every_choice_is_a_morning_to_come_and_says_when_it_makes_an_item_late(
    now: datetime, zone: str, due: Due | None
) -> None:
    reader = Clock(now=now, zone=ZoneInfo(zone))

    choices = snooze_choices(due, reader)

    assert [one.until for one in choices] == sorted({one.until for one in choices})
    assert "Tomorrow 08:00" in {one.label for one in choices}
    for one in choices:
        local = one.until.astimezone(reader.zone)
        assert one.until > now
        today = local.date() == reader.today
        assert (one.label == "Later today") is today
        assert today or (local.hour, local.minute) == (8, 0)
        late = isinstance(due, DueDate) and local.date() > due.on
        late_already = isinstance(due, DueDate) and reader.today > due.on
        assert one.after_due == (late and not late_already)


def test_a_morning_is_the_readers_own() -> None:
    day = date(2026, 11, 24)

    apart = morning_of(day, clock("2026-11-21T08:00Z", "America/New_York")) - morning_of(
        day, clock("2026-11-21T08:00Z")
    )

    assert apart == timedelta(hours=6)

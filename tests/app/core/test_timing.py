"""When a connection is due: intervals, cron, quiet hours, clocks that jump, downtime, retries."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import timing
from app.core.timing import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


def hourly(**changes: Any) -> Schedule:
    values: dict[str, Any] = {"key": "1:a", "interval": HOUR}
    return Schedule(**values | changes)


def cron(expression: str, **changes: Any) -> Schedule:
    return Schedule(**{"key": "1:a", "cron": expression} | changes)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def starts(schedule: Schedule, *, after: str, before: str) -> list[str]:
    """Every start between the two, each as the wall clock of the schedule's zone shows it."""
    now, end, found = at(after), at(before), []
    while (now := timing.next_due(schedule, now=now)) < end:
        found.append(f"{now.astimezone(schedule.zone):%m-%d %H:%M %Z}")
    return found


def test_an_interval_counts_from_now() -> None:
    assert timing.next_due(hourly(), now=at("2026-11-21T08:00Z")) == at("2026-11-21T09:00Z")


def test_three_days_of_downtime_are_caught_up_once() -> None:
    back = at("2026-11-24T08:07Z")

    assert timing.next_due(hourly(), now=back) == back + HOUR
    assert timing.next_due(cron("0 6 * * *"), now=back) == at("2026-11-25T06:00Z")


def test_a_cron_expression_is_read_in_the_zone_of_the_schedule() -> None:
    schedule = cron("30 6 * * 1-5", zone=NEW_YORK)

    assert starts(schedule, after="2026-11-20T00:00-05:00", before="2026-11-25T00:00-05:00") == [
        "11-20 06:30 EST",
        "11-23 06:30 EST",
        "11-24 06:30 EST",
    ]


@pytest.mark.parametrize(
    ("expression", "zone", "after", "before", "found"),
    [
        pytest.param(
            "30 2 * * *",
            BERLIN,
            "2026-03-28T12:00+01:00",
            "2026-03-30T12:00+02:00",
            ["03-29 03:00 CEST", "03-30 02:30 CEST"],
            id="the hour that a spring night lacks: right after it, once",
        ),
        pytest.param(
            "30 2 * * *",
            BERLIN,
            "2026-10-24T12:00+02:00",
            "2026-10-26T12:00+01:00",
            ["10-25 02:30 CEST", "10-26 02:30 CET"],
            id="the hour that an autumn night has twice: once",
        ),
        pytest.param(
            "15 2 * * *",
            ZoneInfo("Australia/Lord_Howe"),
            "2026-10-03T12:00+10:30",
            "2026-10-05T12:00+11:00",
            ["10-04 02:30 +11", "10-05 02:15 +11"],
            id="a gap of half an hour",
        ),
    ],
)
def test_a_clock_that_jumps_neither_skips_nor_doubles_a_start(
    expression: str, zone: ZoneInfo, after: str, before: str, found: list[str]
) -> None:
    assert starts(cron(expression, zone=zone), after=after, before=before) == found


def test_jitter_is_the_same_for_one_connection_and_spreads_many() -> None:
    spreads = [timing.spread(hourly(key=f"{n}:x", jitter=HOUR)) for n in range(200)]

    assert spreads == [timing.spread(hourly(key=f"{n}:x", jitter=HOUR)) for n in range(200)]
    assert all(timedelta(0) <= spread < HOUR for spread in spreads)
    quarters = [int(spread / HOUR * 4) for spread in spreads]
    assert min(quarters.count(quarter) for quarter in range(4)) > 25


@pytest.mark.parametrize(
    ("quiet", "due", "started"),
    [
        ("22:00-06:00", "2026-11-21T21:59+01:00", "2026-11-21T21:59+01:00"),
        ("22:00-06:00", "2026-11-21T22:00+01:00", "2026-11-22T06:00+01:00"),
        ("22:00-06:00", "2026-11-22T05:59+01:00", "2026-11-22T06:00+01:00"),
        ("22:00-06:00", "2026-11-22T06:00+01:00", "2026-11-22T06:00+01:00"),
        ("12:00-13:00", "2026-11-22T12:30+01:00", "2026-11-22T13:00+01:00"),
        ("12:00-13:00", "2026-11-22T13:30+01:00", "2026-11-22T13:30+01:00"),
        ("22:00-06:00", "2026-10-24T23:00+02:00", "2026-10-25T06:00+01:00"),
    ],
)
def test_nothing_starts_in_quiet_hours(quiet: str, due: str, started: str) -> None:
    schedule = hourly(quiet=quiet, zone=BERLIN)

    assert timing.after_quiet(at(due), schedule) == at(started)


ZONES = ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "America/New_York", "UTC"]
WINDOWS = ["22:00-02:30", "01:45-02:15", "00:30-01:30", "23:00-03:00"]
JUMPS = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
]
"""The clocks of some of these zones jump then: where mistakes live."""


@given(
    jump=st.sampled_from(JUMPS),
    minutes=st.one_of(st.integers(-240, 240), st.integers(-100_000, 100_000)),
    zone=st.sampled_from(ZONES),
    quiet=st.sampled_from(WINDOWS),
)
@settings(max_examples=300)
def test_the_end_of_quiet_hours_is_never_before_the_start_that_waits(
    jump: datetime, minutes: int, zone: str, quiet: str
) -> None:
    due = jump + timedelta(minutes=minutes)
    schedule = hourly(quiet=quiet, zone=ZoneInfo(zone))

    started = timing.after_quiet(due, schedule)

    assert due <= started <= due + timedelta(hours=6)
    assert timing.after_quiet(started, schedule) == started


def test_waits_between_retries_double_up_to_six_hours() -> None:
    now = at("2026-11-21T08:00Z")
    waits = [timing.retry_at(hourly(), failures=n, now=now) - now for n in range(1, 10)]

    assert [wait / timedelta(minutes=1) for wait in waits] == [
        *(5, 10, 20, 40, 80, 160, 320),
        *(360, 360),
    ]
    assert timing.retry_at(hourly(), failures=10_000, now=now) == now + timedelta(hours=6)


@pytest.mark.promise("P5")
@pytest.mark.parametrize(
    ("schedule", "read", "fresh_until"),
    [
        pytest.param(hourly(), "2026-11-21T08:00Z", "2026-11-21T10:00Z", id="hourly: two hours"),
        pytest.param(
            cron("30 6 * * 1-5", zone=BERLIN),
            "2026-11-20T06:31+01:00",
            "2026-11-24T06:30+01:00",
            id="on working days: nothing is late on a weekend",
        ),
        pytest.param(
            hourly(quiet="22:00-06:00", zone=BERLIN),
            "2026-11-21T21:30+01:00",
            "2026-11-22T07:00+01:00",
            id="quiet at night: nothing is late at night",
        ),
    ],
)
def test_a_source_is_stale_when_two_of_its_own_starts_have_passed(
    schedule: Schedule, read: str, fresh_until: str
) -> None:
    assert timing.fresh_until(schedule, last_success=at(read)) == at(fresh_until)


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        (cron("61 * * * *"), "cron"),
        (cron("every day"), "cron"),
        (cron("0 0 31 2 *"), "cron"),
        (hourly(interval=timedelta(seconds=30)), "interval_minutes"),
        (hourly(quiet="22-6"), "quiet_hours"),
        (hourly(quiet="22:00"), "quiet_hours"),
        (hourly(quiet="06:00-06:00"), "quiet_hours"),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_named(schedule: Schedule, field: str) -> None:
    assert set(timing.problems(schedule)) == {field}

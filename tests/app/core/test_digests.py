"""When a digest may leave: on working days, at the person's hour, for six hours, once a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import days_off
from app.core.digests import (
    News,
    Wish,
    due_date,
    figures,
    fitting,
    gives_up_at,
    looks_back_to,
    net_change,
    next_at,
    retry_after,
    starts_at,
    subject,
)
from app.core.words import Clock
from connectors.sdk.records import Money

ZONES = [
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/New_York",
    "Asia/Kolkata",
    "Europe/Berlin",
    "UTC",
]


def wish(hour: int = 7, days: str = "1234567", zone: str = "Europe/Berlin") -> Wish:
    return Wish(hour=hour, days=days, zone=ZoneInfo(zone))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("hour", "days", "now", "day"),
    [
        (7, "12345", "2026-11-20T06:59+01:00", None),
        (7, "12345", "2026-11-20T07:00+01:00", date(2026, 11, 20)),
        (7, "12345", "2026-11-20T12:59+01:00", date(2026, 11, 20)),
        pytest.param(7, "12345", "2026-11-20T13:00+01:00", None, id="too old: the next tells it"),
        pytest.param(7, "12345", "2026-11-21T08:00+01:00", None, id="a Saturday"),
        pytest.param(23, "5", "2026-11-21T04:59+01:00", date(2026, 11, 20), id="past midnight"),
        pytest.param(23, "5", "2026-11-21T05:00+01:00", None, id="past midnight, too old"),
        pytest.param(7, "", "2026-11-20T08:00+01:00", None, id="never"),
    ],
)
def test_the_hours_of_a_digest(hour: int, days: str, now: str, day: date | None) -> None:
    assert due_date(wish(hour, days), now=at(now)) == day


@pytest.mark.promise("P4")
@pytest.mark.parametrize(
    ("hour", "zone", "start"),
    [
        pytest.param(2, "Europe/Berlin", "2026-03-29T03:00+02:00", id="the hour is skipped"),
        pytest.param(2, "Europe/Berlin", "2026-10-25T02:00+02:00", id="the hour comes twice"),
        pytest.param(2, "Australia/Lord_Howe", "2026-10-04T02:30+11:00", id="half an hour less"),
        pytest.param(0, "Africa/Cairo", "2026-04-24T01:00+03:00", id="midnight is skipped"),
    ],
)
def test_on_the_day_of_a_jump_the_window_begins_once(hour: int, zone: str, start: str) -> None:
    wanted = wish(hour, zone=zone)
    begins = at(start)
    day = begins.astimezone(ZoneInfo(zone)).date()

    assert starts_at(wanted, day) == begins
    assert due_date(wanted, now=begins) == day
    assert due_date(wanted, now=begins - timedelta(minutes=1)) != day


@pytest.mark.promise("P4")
@given(
    hour=st.integers(0, 23),
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)),
)
def test_in_two_days_of_ticks_each_local_date_has_one_window(
    hour: int, zone: str, start: datetime
) -> None:
    wanted = wish(hour, zone=zone)
    ticks = [start.replace(tzinfo=UTC) + timedelta(minutes=20 * n) for n in range(3 * 48)]
    days = [day for tick in ticks if (day := due_date(wanted, now=tick))]

    assert days == sorted(days)
    assert 1 <= len(set(days)) <= 3
    for day in set(days):
        assert gives_up_at(wanted, day) - starts_at(wanted, day) == timedelta(hours=6)


def test_waits_double_from_two_minutes() -> None:
    waits = [retry_after(attempts) for attempts in (1, 2, 3, 4, 100)]

    assert waits == [timedelta(minutes=minutes) for minutes in (2, 4, 8, 16, 128)]


@pytest.mark.parametrize(
    ("overdue", "soon", "changed", "doubtful", "told"),
    [
        (2, 5, 3, 1, "2 overdue, 5 due in 7 days"),
        (1, 0, 3, 0, "1 overdue"),
        (0, 5, 0, 0, "5 due in 7 days"),
        (0, 0, 1, 2, "1 change"),
        (0, 0, 3, 0, "3 changes"),
        (0, 0, 0, 0, "nothing due in 7 days"),
        (0, 0, 0, 1, "1 source not fresh"),
        (0, 0, 0, 2, "2 sources not fresh"),
        pytest.param(1000, 999, 0, 0, "999+ overdue, 999 due in 7 days", id="counted no further"),
    ],
)
def test_the_subject_is_the_news(
    overdue: int, soon: int, changed: int, doubtful: int, told: str
) -> None:
    clock = Clock(now=at("2026-11-24T07:00+01:00"), zone=ZoneInfo("Europe/Berlin"))

    news = News(overdue=overdue, soon=soon, changed=changed, doubtful=doubtful)
    said = subject(news, clock)

    assert said == f"{told} – Tue 24 Nov"


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        pytest.param([3, 4, 5, 6], [3, 4, 5, 6], id="all of it"),
        pytest.param([250, 40, 0, 70], [20, 20, 0, 20], id="none hides behind another"),
        pytest.param([61, 0, 0, 0], [60, 0, 0, 0], id="no more than there is room"),
        pytest.param([0, 2, 0, 200], [0, 2, 0, 58], id="what others leave is used"),
    ],
)
def test_a_mail_tells_of_every_section(counts: list[int], told: list[int]) -> None:
    assert fitting(counts, 60) == told


def test_no_digest_comes_on_a_day_off_and_the_next_one_tells_it() -> None:
    bavarian = replace(wish(days="12345"), off="DE-BY")
    monday = at("2026-04-06T07:00+02:00")  # Easter Monday
    assert due_date(bavarian, now=monday) is None
    assert due_date(wish(days="12345"), now=monday) == date(2026, 4, 6)
    assert next_at(bavarian, now=at("2026-04-02T08:00+02:00")) == at("2026-04-07T07:00+02:00")
    epiphany = at("2026-01-06T07:00+01:00")  # a holiday there, and not in Berlin
    assert due_date(bavarian, now=epiphany) is None
    assert due_date(replace(bavarian, off="DE-BE"), now=epiphany) == date(2026, 1, 6)
    assert due_date(replace(bavarian, off="of nowhere"), now=epiphany) == date(2026, 1, 6)


def test_every_calendar_of_holidays_that_can_be_chosen_is_there() -> None:
    countries = days_off.countries()
    assert {"DE", "US", "JP"} < set(countries)
    assert days_off.regions("DE")["DE-BY"] == "Bayern"
    for country in countries:
        assert days_off.is_known(country)
        assert all(map(days_off.is_known, days_off.regions(country)))
    days_off.is_day_off("US-CA", date(2026, 7, 4))


@pytest.mark.parametrize(
    ("days", "last", "since"),
    [
        pytest.param("12345", None, "2026-11-23T07:00+01:00", id="the first tells of a day"),
        pytest.param("2", None, "2026-11-17T07:00+01:00", id="a weekly one of a week"),
        pytest.param("2", "2026-11-10T07:01+01:00", "2026-11-10T07:01+01:00", id="since the last"),
        pytest.param("2", "2026-01-10T07:01+01:00", "2026-10-24T07:00+01:00", id="a month at most"),
    ],
)
def test_how_far_it_looks_back(days: str, last: str | None, since: str) -> None:
    now = at("2026-11-24T07:00+01:00")
    found = looks_back_to(wish(days=days), at(last) if last else None, now=now)
    assert found == at(since)


def test_each_currency_moves_by_itself() -> None:
    def money(**amounts: str) -> tuple[Money, ...]:
        return tuple(
            Money(amount=Decimal(amount), currency=code if code != "none" else None)
            for code, amount in amounts.items()
        )

    before = figures(money(USD="100", EUR="50.25", CHF="7", none="3"))
    moved = net_change(money(USD="140", EUR="10.25", JPY="9", none="3"), before)

    told = [(one.currency, one.amount) for one in moved]
    assert told == [("EUR", -40), ("USD", 40), ("JPY", 9), ("CHF", -7)]
    assert net_change(money(USD="100"), figures(money(USD="100.00"))) == ()


@pytest.mark.parametrize(
    ("news", "told"),
    [
        (News(mentions=1, new=4), "1 mention of you"),
        (News(new=4, unowned=2), "4 new"),
        (News(unowned=2, behind=1), "2 without an owner"),
        (News(behind=1, claims=2), "1 goal behind"),
        (News(claims=1, doubtful=3), "1 claim that lapses"),
    ],
)
def test_where_nothing_is_due_the_first_other_news_is_the_subject(news: News, told: str) -> None:
    clock = Clock(now=at("2026-11-24T07:00+01:00"), zone=ZoneInfo("Europe/Berlin"))
    assert subject(news, clock) == f"{told} – Tue 24 Nov"

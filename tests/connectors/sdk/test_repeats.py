"""How often something comes. RRULE is held against dateutil, which knows all of RFC 5545."""

from datetime import date, datetime
from itertools import product, takewhile

import pytest
from dateutil.rrule import rrulestr

from connectors.sdk import repeats, rrule
from connectors.sdk.fiscal import FiscalYear

CALENDAR = FiscalYear()
DAILY = ("", ";INTERVAL=10", ";BYMONTH=2,3", ";BYMONTHDAY=31,-1", ";BYDAY=MO,SU", ";COUNT=5")
WEEKLY = ("", ";INTERVAL=2", ";BYDAY=TU,TH", ";INTERVAL=3;BYDAY=SU,MO;COUNT=7", ";UNTIL=20240601")
MONTHLY = (
    *("", ";INTERVAL=3", ";BYMONTHDAY=31", ";BYMONTHDAY=-1", ";BYMONTHDAY=15,-2", ";BYDAY=-1FR"),
    *(";BYDAY=2TU", ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5"),
    *(";BYMONTH=2;BYMONTHDAY=29", ";BYDAY=FR;BYMONTHDAY=13", ";BYDAY=5SA", ";INTERVAL=5;COUNT=4"),
)
YEARLY = (
    *("", ";INTERVAL=4", ";BYMONTH=3,9", ";BYMONTHDAY=1", ";BYMONTH=6;BYDAY=-1WE"),
    *(";BYDAY=1MO", ";BYDAY=-1SU", ";BYMONTH=1,7;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ";BYDAY=TU"),
)
RULES = [
    f"FREQ={frequency}{rest}"
    for frequency, rests in (
        ("DAILY", DAILY),
        ("WEEKLY", WEEKLY),
        ("MONTHLY", MONTHLY),
        ("YEARLY", YEARLY),
    )
    for rest in rests
]


@pytest.mark.parametrize(
    ("text", "first"),
    list(product(RULES, (date(2024, 1, 31), date(2024, 2, 29), date(2023, 11, 14)))),
)
def test_a_rule_gives_the_dates_that_dateutil_gives(text: str, first: date) -> None:
    last = date(2028, 3, 1)
    theirs = rrulestr(text, dtstart=datetime(first.year, first.month, first.day))
    until = takewhile(lambda day: day.date() <= last, theirs)

    assert list(rrule.parse(text).dates(first, last)) == [day.date() for day in until]


@pytest.mark.parametrize(
    "text", ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTHDAY=-31;BYMONTH=4"]
)
def test_a_rule_without_any_date_ends(text: str) -> None:
    assert list(rrule.parse(text).dates(date(2005, 1, 1), date(2028, 1, 1))) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FREQ=HOURLY", "DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR=9.* is not a part"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL takes numbers from 1"),
        ("FREQ=DAILY;INTERVAL=1,2", "INTERVAL takes one number"),
        ("FREQ=DAILY;COUNT=1;UNTIL=20260101", "not by both"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL is a date"),
        ("FREQ=MONTHLY;BYDAY=9FR", "BYDAY=9FR is not read"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY=1MO is not read"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS chooses among days"),
        ("FREQ=MONTHLY;FREQ=DAILY", "stands twice"),
        ("FREQ=WEEKLY;WKST=SU", "WKST=SU.* is not a part"),
    ],
)
def test_what_is_not_read_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(rrule.BadRepetition, match=said):
        repeats.parse(text)


def test_what_began_generations_ago_is_refused_before_anything_is_counted() -> None:
    for text in ("FREQ=DAILY", "every week"):
        with pytest.raises(rrule.BadRepetition, match="25 years"):
            dates_of(text, begin=date(1900, 1, 1))


def dates_of(text: str, *, begin: date | None, last: date = date(2027, 1, 1)) -> list[str]:
    found = repeats.occurrences(
        repeats.parse(text), begin=begin, first=date(2026, 1, 1), last=last, year=CALENDAR
    )
    return [f"{one.on} {one.key}".strip() for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("no", ["2026-01-31"]),
        ("every 6 months", ["2026-01-31 2026-01", "2026-07-31 2026-07"]),
        ("half-yearly", ["2026-01-31 2026-01", "2026-07-31 2026-07"]),
        ("Every year", ["2026-01-31 2026-01"]),
        (
            "every 20 weeks",
            ["2026-01-31 2026-01-31", "2026-06-20 2026-06-20", "2026-11-07 2026-11-07"],
        ),
        ("year end", ["2026-12-31 2026"]),
    ],
)
def test_words_say_how_often(text: str, found: list[str]) -> None:
    assert dates_of(text, begin=date(2026, 1, 31)) == found


def test_the_31st_comes_back_after_a_shorter_month() -> None:
    found = dates_of("every month", begin=date(2025, 12, 31), last=date(2026, 4, 30))

    assert found == [
        "2026-01-31 2026-01",
        "2026-02-28 2026-02",
        "2026-03-31 2026-03",
        "2026-04-30 2026-04",
    ]


def test_a_leap_day_comes_every_year() -> None:
    assert dates_of("every year", begin=date(2024, 2, 29)) == ["2026-02-28 2026-02"]


def test_a_rule_of_the_calendar_needs_no_first_date_and_respects_one() -> None:
    assert len(dates_of("quarter end", begin=None, last=date(2026, 12, 31))) == 4
    assert dates_of("quarter end", begin=date(2026, 10, 1), last=date(2026, 12, 31)) == [
        "2026-12-31 2026-Q4"
    ]


def test_what_is_no_rhythm_is_told_all_that_is() -> None:
    with pytest.raises(ValueError, match=r"every 3 months.*FREQ=MONTHLY"):
        repeats.parse("now and then")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no", "once"),
        ("every quarter", "every 3 months"),
        ("weekly", "every week"),
        ("5 working days  before quarter end", "5 working days before quarter end"),
        ("FREQ=DAILY;COUNT=1", "every day, once"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "every 2 weeks on Monday and Thursday"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=10", "every month on the last Friday, 10 times"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,22,-2", "every month on the 1st day, the 22nd day and the"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every month on the last working day"),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1", "every month on the 1st of Saturday and Sunday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every week on working days"),
        ("FREQ=YEARLY;BYMONTH=2,8;BYMONTHDAY=13", "every year in February and August on the 13th"),
        ("FREQ=MONTHLY;BYDAY=2TU;UNTIL=20271231", "on the 2nd Tuesday, until 2027-12-31"),
    ],
)
def test_a_rhythm_is_said_in_words(text: str, said: str) -> None:
    assert said in repeats.words_of(repeats.parse(text))

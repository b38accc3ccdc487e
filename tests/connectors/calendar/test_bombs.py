"""Small files that ask for endless work get none. The work is counted in days examined."""

from datetime import date

import pytest

from connectors.sdk.ical import rules
from connectors.sdk.ical.entries import Series, Unreadable, collect
from connectors.sdk.ical.expand import Window, occurrences
from connectors.sdk.ical.text import Block, split
from connectors.sdk.ical.zones import Zones
from tests.connectors.calendar.ics import NOW, Read, calendar, event, task

HOURS = ",".join(map(str, range(24)))
SIXTY = ",".join(map(str, range(60)))
REFUSED_UNSEEN = {
    "every second": ["RRULE:FREQ=SECONDLY"],
    "every minute": ["RRULE:FREQ=MINUTELY;COUNT=1000000000"],
    "every hour": ["RRULE:FREQ=HOURLY"],
    "no frequency": ["RRULE:COUNT=5"],
    "each second of a day": [f"RRULE:FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={SIXTY};BYSECOND={SIXTY}"],
    "a list without end": [f"RRULE:FREQ=YEARLY;BYYEARDAY={','.join(map(str, range(1, 367)))}"],
    "an interval of ages": ["RRULE:FREQ=DAILY;INTERVAL=1000000000000"],
    "no interval": ["RRULE:FREQ=DAILY;INTERVAL=0"],
    "a rule of exceptions": ["RRULE:FREQ=DAILY", "EXRULE:FREQ=DAILY;INTERVAL=2"],
    "Easter": ["RRULE:FREQ=YEARLY;BYEASTER=0"],
    "another calendar": ["RRULE:RSCALE=CHINESE;FREQ=YEARLY"],
    "many rules": [f"RRULE:FREQ=DAILY;INTERVAL={n}" for n in range(1, 60)],
    "since Augustus": ["DTSTART:00140819T000000Z", "RRULE:FREQ=DAILY"],
    "each lasts an age": ["DTEND;VALUE=DATE:29990101", "RRULE:FREQ=DAILY"],
    "each lasts an age by duration": ["DURATION:P999999D", "RRULE:FREQ=DAILY"],
    "many single dates": [
        "RDATE;VALUE=DATE:"
        + ",".join(
            f"{y}{m:02}{d:02}"
            for y in range(2026, 2046)
            for m in range(1, 13)
            for d in range(1, 28)
        )
    ],
}
SILENT = {
    "30 February": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "30 February by the month": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "30 February by the day": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "31 April by the week": "FREQ=WEEKLY;BYMONTH=4;BYMONTHDAY=31",
    "day 366 of January": "FREQ=YEARLY;BYMONTH=1;BYYEARDAY=366",
    "the third day of a day": "FREQ=DAILY;BYSETPOS=3",
    "a step that never meets its month": "FREQ=MONTHLY;INTERVAL=12;BYMONTH=5",
    "a step that never meets its weekday": "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "week 53 in March": "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=3",
    "a sixth Monday": "FREQ=MONTHLY;BYDAY=6MO",
}


def series(blocks: list[Block]) -> dict[tuple[str, str], Series]:
    found: dict[tuple[str, str], Series] = {}
    collect(blocks, Zones(blocks), found)
    return found


@pytest.mark.promise("P9")
@pytest.mark.parametrize("lines", REFUSED_UNSEEN.values(), ids=REFUSED_UNSEEN)
def test_a_rule_that_asks_too_much_is_refused_before_anything_is_expanded(
    read: Read, lines: list[str]
) -> None:
    budget = rules.Budget(days=0)  # not one day may be examined
    blocks = split(calendar(event(*lines)))
    found = series(blocks)
    window = Window.around(NOW.date())

    for one in found.values():
        with pytest.raises(Unreadable):
            occurrences(one, window, budget)

    read_ = read(calendar(event("UID:good@x"), event(*lines)))
    assert list(read_.items) == ["good@x"]
    assert len(read_.unread) == 1


@pytest.mark.promise("P9")
@pytest.mark.parametrize("rule", SILENT.values(), ids=SILENT)
def test_a_rule_that_never_gives_a_date_is_given_up_after_some_years(read: Read, rule: str) -> None:
    budget = rules.Budget()
    blocks = split(calendar(event("DTSTART;VALUE=DATE:20260630", f"RRULE:{rule}")))
    found = series(blocks)

    with pytest.raises(Unreadable, match="gives no date for years"):
        occurrences(found["VEVENT", "a@x"], Window.around(date(2026, 3, 2)), budget)

    assert rules.DAYS_PER_CALENDAR - budget.days < 12 * 366
    assert [q.external_id for q in read(calendar(event(f"RRULE:{rule}"))).unread] == [None]


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;COUNT=1000000000", "FREQ=DAILY;UNTIL=99991231", "FREQ=DAILY"]
)
def test_a_series_without_end_is_examined_to_the_end_of_the_window(rule: str) -> None:
    budget = rules.Budget()
    blocks = split(calendar(event("DTSTART;VALUE=DATE:20250302", f"RRULE:{rule}")))
    found = series(blocks)

    dates = occurrences(found["VEVENT", "a@x"], Window.around(NOW.date()), budget)

    assert 490 <= len(dates) <= 496
    assert rules.DAYS_PER_CALENDAR - budget.days <= 365 + 400 + 10


def test_more_than_a_thousand_dates_of_one_entry_are_too_many(read: Read) -> None:
    thrice = event("DTSTART:20260101T080000Z", "RRULE:FREQ=DAILY;BYHOUR=8,12,16")

    found = read(calendar(thrice, event("UID:good@x")))

    assert list(found.items) == ["good@x"]
    assert "more than 1,000 dates" in found.unread[0].reason


def test_many_series_share_one_budget(read: Read) -> None:
    daily = [event(f"UID:{n}@x", "RRULE:FREQ=DAILY") for n in range(28)]

    found = read(calendar(*daily, event("UID:good@x")))

    assert len(found.items) <= rules.PER_CALENDAR
    assert found.unread
    assert "good@x" in found.items


def test_refused_series_cost_too_and_end_the_work() -> None:
    budget = rules.Budget(work=2_500)
    rule = f"RRULE:FREQ=DAILY;BYHOUR={HOURS}"
    blocks = split(
        calendar(*(event(f"UID:{n}@x", "DTSTART:20260101T000000Z", rule) for n in range(5)))
    )
    found = series(blocks)

    reasons = []
    for one in found.values():
        with pytest.raises(Unreadable) as caught:
            occurrences(one, Window.around(NOW.date()), budget)
        reasons.append(str(caught.value).split(":")[0])

    assert (
        reasons
        == ["It repeats too often"] * 3
        + ["The calendar's repetitions together cost too much to work out."] * 2
    )


def test_a_replacement_that_shifts_all_that_follow_by_ages_is_refused(read: Read) -> None:
    shift = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260401T090000Z", "DTSTART:21990101T090000Z")

    found = read(calendar(event("DTSTART:20260331T090000Z", "RRULE:FREQ=DAILY"), shift))

    assert len(found.items) + len(found.unread) < 1100


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;COUNT=9999999"]
)
def test_rules_within_a_zone_are_not_worked_out_unless_yearly(read: Read, rule: str) -> None:
    change = ["DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", f"RRULE:{rule}"]
    lines = ["BEGIN:VTIMEZONE", "TZID:Bomb", "BEGIN:STANDARD", *change, "END:STANDARD"]
    zone = "\r\n".join([*lines, "END:VTIMEZONE"])

    item = read(calendar(zone, event("DTSTART;TZID=Bomb:20260331T090000"))).only

    assert [fact.label for fact in item.facts] == ["Time"]  # a day, since nothing says the zone


def test_a_task_that_repeats_each_second_is_refused_too(read: Read) -> None:
    found = read(calendar(task("DUE:20260331T090000Z", "RRULE:FREQ=SECONDLY")))

    assert (found.items, len(found.unread)) == ({}, 1)

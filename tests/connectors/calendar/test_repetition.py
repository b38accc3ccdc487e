"""A series gives its dates, with what was moved, left out, added or cancelled."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sdk.records import DueDate, DueInstant
from tests.connectors.calendar.ics import NOW, Found, Read, calendar, day_of, event

WEEKLY = ("DTSTART;TZID=Europe/Berlin:20260305T100000", "RRULE:FREQ=WEEKLY;COUNT=5")


def moments(found: Found) -> list[str]:
    return sorted(
        f"{item.due.at:%m-%d %H:%M}"
        for item in found.items.values()
        if isinstance(item.due, DueInstant)
    )


def test_a_series_keeps_its_local_hour_through_the_change_of_the_clock(read: Read) -> None:
    found = read(calendar(event(*WEEKLY)))

    assert moments(found) == [
        "03-05 09:00",
        "03-12 09:00",
        "03-19 09:00",
        "03-26 09:00",
        "04-02 08:00",
    ]
    assert sorted(found.items)[0] == "a@x/2026-03-05"


def test_a_moved_date_keeps_its_id_and_has_its_own_words(read: Read) -> None:
    moved = event(
        "SUMMARY:Deck due, later",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260312T100000",
        "DTSTART;TZID=Europe/Berlin:20260313T150000",
    )

    found = read(calendar(event(*WEEKLY), moved))

    item = found.items["a@x/2026-03-12"]
    assert (item.title, len(found.items)) == ("Deck due, later", 5)
    assert isinstance(item.due, DueInstant)
    assert item.due.at == datetime(2026, 3, 13, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "named",
    [
        "RECURRENCE-ID;TZID=Europe/Berlin:20260312T100000",
        "RECURRENCE-ID:20260312T090000Z",
        "RECURRENCE-ID;VALUE=DATE:20260312",
    ],
    ids=["as the series does", "in UTC", "by the day only"],
)
def test_a_replaced_date_is_found_however_it_is_named(read: Read, named: str) -> None:
    moved = event(named, "DTSTART;TZID=Europe/Berlin:20260313T150000")

    found = read(calendar(moved, event(*WEEKLY)))

    assert len(found.items) == 5
    assert day_of(found.items["a@x/2026-03-12"]) == date(2026, 3, 13)


@pytest.mark.promise("P1")
def test_a_date_that_is_moved_out_of_the_window_is_still_there(read: Read) -> None:
    moved = event("RECURRENCE-ID:20260312T090000Z", "DTSTART:20291231T090000Z")

    found = read(calendar(event(*WEEKLY), moved))

    assert day_of(found.items["a@x/2026-03-12"]) == date(2029, 12, 31)


@pytest.mark.promise("P1")
def test_a_series_that_moves_to_another_hour_keeps_the_ids_of_its_dates(read: Read) -> None:
    later = ("DTSTART;TZID=Europe/Berlin:20260305T170000", "RRULE:FREQ=WEEKLY;COUNT=5")

    before, after = read(calendar(event(*WEEKLY))), read(calendar(event(*later)))

    assert before.items.keys() == after.items.keys()


def test_this_and_all_that_follow_move_together_and_keep_their_ids(read: Read) -> None:
    change = event(
        "SUMMARY:New hour",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260319T100000",
        "DTSTART;TZID=Europe/Berlin:20260320T110000",
    )

    found = read(calendar(event(*WEEKLY), change))

    assert moments(found) == [
        "03-05 09:00",
        "03-12 09:00",
        "03-20 10:00",
        "03-27 10:00",
        "04-03 09:00",
    ]
    assert [found.items[key].title for key in sorted(found.items)] == ["Deck due"] * 2 + [
        "New hour"
    ] * 3
    assert sorted(found.items) == sorted(read(calendar(event(*WEEKLY))).items)


@pytest.mark.parametrize(
    "left_out",
    [
        "EXDATE;TZID=Europe/Berlin:20260312T100000",
        "EXDATE:20260312T090000Z",
        "EXDATE;VALUE=DATE:20260312",
    ],
)
def test_a_date_that_is_left_out_is_gone(read: Read, left_out: str) -> None:
    found = read(calendar(event(*WEEKLY, left_out)))

    assert "a@x/2026-03-12" not in found.items
    assert len(found.items) == 4


def test_an_added_date_is_there(read: Read) -> None:
    found = read(calendar(event(*WEEKLY, "RDATE;TZID=Europe/Berlin:20260308T100000")))

    assert len(found.items) == 6
    assert day_of(found.items["a@x/2026-03-08"]) == date(2026, 3, 8)


def test_dates_without_a_rule_are_a_series(read: Read) -> None:
    found = read(calendar(event("RDATE;VALUE=DATE:20260401,20260402")))

    assert [f"{day}" for day in found.days] == ["2026-03-31", "2026-04-01", "2026-04-02"]


def test_a_second_date_on_a_day_has_its_own_id(read: Read) -> None:
    twice = event("DTSTART:20260305T090000Z", "RRULE:FREQ=DAILY;COUNT=4;BYHOUR=9,15")
    added = event("UID:b@x", *WEEKLY, "RDATE;TZID=Europe/Berlin:20260312T160000")

    found = read(calendar(twice, added))

    assert sorted(key for key in found.items if key.startswith("a@x")) == [
        "a@x/2026-03-05T090000",
        "a@x/2026-03-05T150000",
        "a@x/2026-03-06T090000",
        "a@x/2026-03-06T150000",
    ]
    assert {"b@x/2026-03-12", "b@x/2026-03-12T160000"} <= found.items.keys()


def test_a_cancelled_date_of_a_series_is_closed_by_the_calendars_own_word(read: Read) -> None:
    gone = event("RECURRENCE-ID:20260312T090000Z", "DTSTART:20260312T090000Z", "STATUS:CANCELLED")

    found = read(calendar(event(*WEEKLY), gone))

    assert [key for key, item in found.items.items() if item.closed] == ["a@x/2026-03-12"]
    assert found.items["a@x/2026-03-12"].status == "CANCELLED"


def test_a_replacement_whose_series_is_not_in_the_file_is_an_entry(read: Read) -> None:
    found = read(calendar(event("RECURRENCE-ID:20260312T090000Z", "DTSTART:20260313T090000Z")))

    assert list(found.items) == ["a@x/2026-03-12"]


@pytest.mark.parametrize(
    ("first", "second", "title"),
    [
        (("SEQUENCE:2", "SUMMARY:new"), ("SEQUENCE:1", "SUMMARY:old"), "new"),
        (("SEQUENCE:1", "SUMMARY:old"), ("SEQUENCE:2", "SUMMARY:new"), "new"),
        (
            ("SUMMARY:new", "LAST-MODIFIED:20260302T000000Z"),
            ("SUMMARY:old", "LAST-MODIFIED:20260301T000000Z"),
            "new",
        ),
    ],
)
def test_of_two_versions_the_newer_counts(
    read: Read, first: tuple[str, ...], second: tuple[str, ...], title: str
) -> None:
    assert read(calendar(event(*first), event(*second))).only.title == title


def test_a_series_ends_where_its_rule_says(read: Read) -> None:
    found = read(calendar(event("RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20260630")))

    assert [f"{day}" for day in found.days] == [
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
        "2026-06-30",
    ]


@pytest.mark.parametrize(
    "until", ["20260403", "20260403T090000", "20260403T070000Z", "20260403T235959Z"]
)
@pytest.mark.parametrize(
    "start", ["DTSTART;VALUE=DATE:20260331", "DTSTART;TZID=Europe/Berlin:20260331T090000"]
)
def test_the_day_on_which_a_rule_ends_is_included(read: Read, start: str, until: str) -> None:
    found = read(calendar(event(start, f"RRULE:FREQ=DAILY;UNTIL={until}")))

    assert found.days[-1] == date(2026, 4, 3)
    assert len(found.days) == 4


def test_an_added_date_may_have_a_length_of_its_own(read: Read) -> None:
    added = "RDATE;VALUE=PERIOD:20260401T090000Z/PT2H,20260402T090000Z/20260402T120000Z"

    found = read(calendar(event("DTSTART:20260331T090000Z", added)))

    ends = [fact.value for item in found.items.values() for fact in item.facts]
    assert ends == ["2026-04-01 11:00 UTC", "2026-04-02 12:00 UTC"]


def test_an_endless_series_is_read_for_sixteen_months(read: Read) -> None:
    found = read(calendar(event("DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=DAILY")))

    assert found.end is not None
    assert found.end.window == (date(2025, 12, 2), date(2027, 4, 6))
    first, last = found.end.window
    assert set(found.days) >= {first + timedelta(days=n) for n in range((last - first).days + 1)}


@pytest.mark.promise("P2")
def test_a_date_that_leaves_the_window_is_outside_of_what_a_read_proves(read: Read) -> None:
    data = calendar(event("DTSTART;VALUE=DATE:20250101", "RRULE:FREQ=WEEKLY"))
    today = NOW.date()

    before = read(data, today=today)
    after = read(data, today=today + timedelta(days=7))

    assert after.end is not None
    assert after.end.window is not None
    first, last = after.end.window
    missing = {key: item for key, item in before.items.items() if key not in after.items}
    assert missing
    assert not [item for item in missing.values() if first <= day_of(item) <= last]


def test_leap_day_comes_when_it_comes(read: Read) -> None:
    data = calendar(event("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY"))

    assert read(data).items == {}
    assert read(data).unread == []
    assert read(data, today=date(2028, 1, 1)).only.due == DueDate(
        on=date(2028, 2, 29), raw="VALUE=DATE:20280229"
    )


WEEKDAYS = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=3
)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that calendars write, and some that only a tester would."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(st.integers(1, 12))},{draw(st.integers(1, 12))}")
    choice = draw(st.integers(0, 3))
    if choice == 1:
        parts.append(f"BYDAY={','.join(draw(WEEKDAYS))}")
    elif choice == 2 and frequency in {"MONTHLY", "YEARLY"}:
        parts.append(f"BYDAY={draw(st.sampled_from([1, 2, 3, 4, -1]))}{draw(WEEKDAYS)[0]}")
    elif choice == 3 and frequency != "WEEKLY":
        parts.append(f"BYMONTHDAY={draw(st.integers(-28, 28).filter(bool))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 60))}")
    return ";".join(parts)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rule=rules(), start=st.dates(date(2023, 1, 1), date(2026, 12, 31)))
def test_the_bound_on_the_work_changes_no_date(read: Read, rule: str, start: date) -> None:
    midnight = datetime(start.year, start.month, start.day)

    found = read(calendar(event(f"DTSTART;VALUE=DATE:{start:%Y%m%d}", f"RRULE:{rule}")))

    if found.unread:  # combinations that match no day: nothing is made up for them
        assert "gives no date for years" in found.unread[0].reason
        return
    first, last = datetime(2025, 12, 2), datetime(2027, 4, 6)
    named = {
        each.date() for each in rrulestr(rule, dtstart=midnight).between(first, last, inc=True)
    }
    expected = named | ({start} if first.date() <= start <= last.date() else set())
    assert {day for day in found.days if first.date() <= day <= last.date()} == expected

"""A date arrives as the platform meant it, or its row says why not."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.mapping import BadField, date_of, due_of, instant_of
from connectors.sdk.records import DueDate, DueInstant

CALENDAR_DATES = {
    "2023-07-04": date(2023, 7, 4),
    "2023-07-04T00:00:00": date(2023, 7, 4),
    "2023-07-04T23:59:59": date(2023, 7, 4),
    "2022-07-26 14:25:17": date(2022, 7, 26),
    "2020-02-29T00:00:00.000": date(2020, 2, 29),
    " 2024-03-31 ": date(2024, 3, 31),
    "2024-03-31T02:30": date(2024, 3, 31),
}
INSTANTS = {
    "2025-02-08T20:48:55.457306587Z": datetime(2025, 2, 8, 20, 48, 55, 457306, UTC),
    "2018-10-30T21:03:42.4579542Z": datetime(2018, 10, 30, 21, 3, 42, 457954, UTC),
    "2018-10-30T21:03:42.4579542+02:00": datetime(2018, 10, 30, 19, 3, 42, 457954, UTC),
    "2021-08-31T04:00:00.000+0000": datetime(2021, 8, 31, 4, tzinfo=UTC),
    "2020-12-01T13:20:13.153-0700": datetime(2020, 12, 1, 20, 20, 13, 153000, UTC),
    "2020-12-01T13:20:13.5-07:00": datetime(2020, 12, 1, 20, 20, 13, 500000, UTC),
    "2020-11-12T08:30:00Z": datetime(2020, 11, 12, 8, 30, tzinfo=UTC),
    "2020-11-12t08:30:00z": datetime(2020, 11, 12, 8, 30, tzinfo=UTC),
    "2023-12-31T23:30:00-05:00": datetime(2024, 1, 1, 4, 30, tzinfo=UTC),
    "2021-03-31T23:59:59.000Z": datetime(2021, 3, 31, 23, 59, 59, tzinfo=UTC),
    "2021-03-31T23:59:59+05": datetime(2021, 3, 31, 18, 59, 59, tzinfo=UTC),
    "2021-03-31 23:59:59 +05:45": datetime(2021, 3, 31, 18, 14, 59, tzinfo=UTC),
    1690000000: datetime(2023, 7, 22, 4, 26, 40, tzinfo=UTC),
    "1690000000": datetime(2023, 7, 22, 4, 26, 40, tzinfo=UTC),
    1690000000.25: datetime(2023, 7, 22, 4, 26, 40, 250000, UTC),
    Decimal("1690000000.123"): datetime(2023, 7, 22, 4, 26, 40, 123000, UTC),
    1690000000123: datetime(2023, 7, 22, 4, 26, 40, 123000, UTC),
    "1690000000123": datetime(2023, 7, 22, 4, 26, 40, 123000, UTC),
}
NONE_AT_ALL = (
    None,
    "",
    "   ",
    0,
    "0",
    0.0,
    "00000000",
    "0000-00-00 00:00:00",
    "0001-01-01",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+05:00",
    "1900-01-01",
    "1900-01-01T00:00:00",
    "1970-01-01",
    "1970-01-01T00:00:00Z",
    "1969-12-31T19:00:00-05:00",
    "9999-12-31",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-05:00",
    "9999-12-10T00:00:00Z",
    date.max,
    datetime.min,
)
UNREADABLE = (
    "2015-11-25T06: 41: 12Z",
    "31/31/2023",
    "06/26/2023",
    "26.06.2023",
    "2023-02-29",
    "2023-13-01",
    "2023-07-04T25:00:00",
    "2023-07-04T12:61:00Z",
    "2023-07-04T12:00:00+05:75",
    "2023-07-04T12:00:00+25:00",
    "2023-07-04Z",
    "20231231",
    20231231,
    "20231231120000",
    45291,
    16900000001,
    10**5000,
    float("nan"),
    float("inf"),
    True,
    [],
    {"date": "2023-07-04"},
    "next Friday",
    "2023-07-04" * 1000,
    "٢٠٢٣-٠٧-٠٤",
)


DATE = re.compile(r'"([0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][^"\\]{0,40})?)"')


def test_every_date_in_the_vendors_own_samples_is_read(specs: Path) -> None:
    found = {
        text
        for path in specs.rglob("*.json")
        for text in DATE.findall(path.read_text(encoding="utf-8-sig", errors="replace"))
    }
    unread = set()
    for text in found:
        try:
            due_of(text, field="date")
        except BadField:
            unread.add(text)
    assert len(found) > 200
    assert {text for text in unread if ": " not in text} == set(), "all but the misprinted ones"


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@pytest.mark.parametrize(("value", "on"), CALENDAR_DATES.items(), ids=str)
def test_a_stamp_without_a_zone_is_a_calendar_date(value: str, on: date) -> None:
    assert due_of(value, field="dueDate") == DueDate(on=on, raw=value)
    assert date_of(value, field="dueDate") == on


@pytest.mark.parametrize(("value", "at"), INSTANTS.items(), ids=str)
def test_a_stamp_with_a_zone_and_an_epoch_are_instants_in_utc(
    value: str | int, at: datetime
) -> None:
    due = due_of(value, field="dueDate")
    assert isinstance(due, DueInstant)
    assert due.at == at
    assert due.at.tzinfo is UTC
    assert due.raw == str(value)
    assert instant_of(value, field="dueDate") == at


@pytest.mark.parametrize("value", NONE_AT_ALL, ids=repr)
def test_empty_values_and_sentinels_are_no_date(value: object) -> None:
    assert due_of(value, field="expiryDate") is None
    assert date_of(value, field="expiryDate") is None
    assert instant_of(value, field="expiryDate") is None


@pytest.mark.parametrize("value", UNREADABLE, ids=lambda v: ascii(v)[:30] if v != 10**5000 else "")
@pytest.mark.parametrize("read", [due_of, date_of, instant_of])
def test_what_is_no_date_is_never_guessed(read: object, value: object) -> None:
    with pytest.raises(BadField, match=r"^field expirationDate is not a date: ") as caught:
        read(value, field="expirationDate")
    assert len(str(caught.value)) < 120


def test_the_message_names_field_and_value() -> None:
    with pytest.raises(BadField) as caught:
        due_of("31/31/2023", field="expirationDate")
    assert str(caught.value) == "field expirationDate is not a date: '31/31/2023'"


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(
        BadField, match=r"^field updatedAt names no time zone: '2023-07-04T10:00:00'"
    ):
        instant_of("2023-07-04T10:00:00", field="updatedAt")


def test_the_date_of_an_instant_is_the_one_that_the_platform_wrote() -> None:
    assert date_of("2023-12-31T23:30:00-05:00", field="endDate") == date(2023, 12, 31)


def test_a_zone_of_the_rule_is_noted_and_never_applied() -> None:
    due = due_of("2024-03-31", field="dueDate", zone="America/New_York")
    assert due == DueDate(on=date(2024, 3, 31), zone="America/New_York", raw="2024-03-31")


def test_date_objects_are_read_by_whether_they_carry_a_zone() -> None:
    berlin = datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    offset = datetime(2024, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    at = datetime(2024, 7, 1, 10, tzinfo=UTC)
    assert due_of(berlin, field="due") == DueInstant(
        at=at, zone="Europe/Berlin", raw="2024-07-01T12:00:00+02:00"
    )
    assert due_of(offset, field="due") == DueInstant(at=at, raw="2024-07-01T12:00:00+02:00")
    assert due_of(datetime(2024, 7, 1, 23, 59), field="due") == DueDate(
        on=date(2024, 7, 1), raw="2024-07-01T23:59:00"
    )
    assert due_of(date(2024, 7, 1), field="due") == DueDate(on=date(2024, 7, 1), raw="2024-07-01")


@pytest.mark.promise("P7")
@given(
    on=st.dates(min_value=date(1901, 1, 1), max_value=date(9998, 12, 31)).filter(
        lambda on: on != date(1970, 1, 1)
    ),
    form=st.sampled_from(["{}", "{}T00:00:00", "{} 23:59:59", "{}T12:00:00.0000000"]),
    zone=st.sampled_from(
        ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "Asia/Kolkata"]
    ),
)
def test_a_date_that_comes_in_is_that_date_on_a_machine_in_any_zone(
    on: date, form: str, zone: str
) -> None:
    with machine_in(zone):
        due = due_of(form.format(on.isoformat()), field="due")
        assert isinstance(due, DueDate)
        assert due.on == on
        assert due_of(due.on, field="due") == DueDate(on=on, raw=on.isoformat())


@given(
    at=st.datetimes(
        min_value=datetime(1980, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.timezones()
    )
)
def test_an_instant_that_comes_in_is_that_instant(at: datetime) -> None:
    due = due_of(at.isoformat(), field="due")
    assert isinstance(due, DueInstant)
    # Zones of old had offsets with seconds; those are not written by any platform.
    assert due.at == datetime.fromisoformat(at.isoformat())
    assert due_of(due.at, field="due") == DueInstant(at=due.at, raw=due.at.isoformat())


@given(value=st.text() | st.integers() | st.floats() | st.binary() | st.lists(st.text()))
def test_whatever_comes_is_a_date_or_nothing_or_a_bad_field(value: object) -> None:
    try:
        found = due_of(value, field="due")
    except BadField:
        return
    assert found is None or isinstance(found, DueDate | DueInstant)

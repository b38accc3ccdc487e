"""P7: in any two zones, at any moment, each pure step on the way names the same date."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core import changes, words
from app.core.columns import columns_of
from app.core.snooze import snooze_choices
from app.core.words import Clock
from app.services.plain import plain
from connectors.sdk.records import Deadline, DueDate, DueInstant, decode, encode
from tests.support.office import full

pytestmark = pytest.mark.promise("P7")

APIA, ST_JOHNS = ZoneInfo("Pacific/Apia"), ZoneInfo("America/St_Johns")
SKIPPED = datetime(2011, 12, 30, 10, tzinfo=UTC)
"""When the 29th became the 31st in Apia."""
INSTANTS = st.datetimes(datetime(1980, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))
STORED = ("due_on", "due_at", "sort_on")


@given(on=st.dates(), company=st.timezones(), reader=st.timezones(), now=INSTANTS)
@example(on=date(2011, 12, 30), company=APIA, reader=APIA, now=SKIPPED)
@example(on=date.min, company=APIA, reader=ST_JOHNS, now=SKIPPED)
@example(on=date.max, company=ST_JOHNS, reader=APIA, now=SKIPPED)
def test_a_date_is_that_date_at_every_step(
    on: date, company: ZoneInfo, reader: ZoneInfo, now: datetime
) -> None:
    clock = Clock(now=now, zone=reader)
    wired = decode(encode(Deadline(external_id="1", title="t", due=DueDate(on=on))))
    assert isinstance(wired, Deadline)
    due = wired.due
    assert due == DueDate(on=on)

    columns = columns_of(wired, company)
    for sqlite in (True, False):
        stored = plain("items", STORED, sqlite=sqlite)(columns[name] for name in STORED)
        assert stored == (on.isoformat(), None, on.isoformat())

    assert words.due_day(due, clock) == on
    said = words.due_words(due, clock)
    assert said.full == full(on)
    assert (said.tone == "late") is (on < now.astimezone(reader).date())
    kept = changes.words(on) or ""
    assert words.kept_words(kept, clock) == full(on)
    assert words.told_words(f"Due moved {kept} → {kept}", clock) == (
        f"Due moved {full(on)} → {full(on)}"
    )
    before = {choice.label: choice.until.date() for choice in snooze_choices(due, clock)}
    if (on - now.astimezone(reader).date()).days > 1:
        assert before["The day before"] + timedelta(days=1) == on


@given(
    at=INSTANTS,
    company=st.timezones(),
    reader=st.timezones(),
    later=st.integers(-200_000, 200_000),
)
@example(at=SKIPPED, company=ST_JOHNS, reader=APIA, later=-1)
@example(at=SKIPPED - timedelta(seconds=1), company=APIA, reader=APIA, later=1)
# A clock that went back at one minute past midnight: first it was tomorrow, then today again.
@example(
    at=datetime(2010, 11, 7, 3, 0, tzinfo=UTC), company=APIA, reader=ST_JOHNS, later=-30 * 60 + 30
)
def test_a_moment_is_told_on_the_readers_clock_and_kept_in_utc(
    at: datetime, company: ZoneInfo, reader: ZoneInfo, later: int
) -> None:
    now = at + timedelta(seconds=later)
    clock = Clock(now=now, zone=reader)
    due = DueInstant(at=at)
    there = at.astimezone(reader)

    columns = columns_of(Deadline(external_id="1", title="t", due=due), company)
    assert columns["due_on"] == columns["sort_on"] == at.astimezone(company).date()
    assert columns["due_at"] == at

    said = words.due_words(due, clock)
    assert said.full == f"{full(there.date())}, {there:%H:%M}"
    assert (said.tone == "late") is (at < now)
    days = (there.date() - now.astimezone(reader).date()).days
    if at >= now:
        assert said.text.startswith("today") is (days <= 0)
        assert (said.text == "tomorrow") is (days == 1)
    assert words.kept_words(changes.words(at) or "", clock) == said.full


@given(day=st.dates(date(2012, 1, 1), date(2037, 12, 31)), zone=st.timezones())
@example(day=date(2011, 12, 30), zone=APIA)
@example(day=date(2011, 12, 31), zone=APIA)
@example(day=date(2026, 4, 24), zone=ZoneInfo("Africa/Cairo"))
@example(day=date(2026, 10, 30), zone=ZoneInfo("Africa/Cairo"))
def test_a_day_begins_when_the_one_before_has_ended(day: date, zone: ZoneInfo) -> None:
    begins = Clock(now=SKIPPED, zone=zone).begins(day)

    assert begins.astimezone(zone).date() >= day
    assert (begins - timedelta(microseconds=1)).astimezone(zone).date() < day

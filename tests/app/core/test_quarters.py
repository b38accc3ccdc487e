"""Calendar quarters and the weeks ahead."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quarters import WEEKS, Quarter, quarter_named, quarter_of, weeks_ahead

DAYS = st.dates(date(1950, 1, 1), date(2800, 1, 1))


@given(day=DAYS)
def test_every_day_lies_in_its_quarter_and_the_next_begins_when_it_ends(day: date) -> None:
    quarter = quarter_of(day)

    assert quarter.first <= day <= quarter.last
    assert quarter_of(quarter.last + timedelta(days=1)).first == quarter.last + timedelta(days=1)
    assert quarter_named(quarter.name) == quarter


def test_a_quarter_has_a_name_for_addresses_and_one_for_people() -> None:
    quarter = Quarter(year=2026, number=4)

    assert (quarter.first, quarter.last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert (quarter.name, quarter.words) == ("2026-Q4", "Q4 2026")


@pytest.mark.parametrize(
    "name", ["", "2026", "2026-Q5", "2026-Q0", "0001-Q1", "٢٠٢٦-Q1", "x2026-Q1"]
)
def test_what_names_no_quarter_is_none(name: str) -> None:
    assert quarter_named(name) is None


@given(today=DAYS)
def test_the_weeks_ahead_follow_each_other_and_begin_on_mondays(today: date) -> None:
    weeks = weeks_ahead(today)

    assert len(weeks) == WEEKS
    assert weeks[0].first == today
    for week, after in pairwise(weeks):
        assert after.first == week.last + timedelta(days=1)
        assert after.first.weekday() == 0
    assert all(week.last.weekday() == 6 for week in weeks)

"""How a goal stands: reached, on pace, behind, over, or nobody can say."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.pace import Standing, missing, pace, share, standing

JAN, DEC = date(2026, 1, 1), date(2026, 12, 31)
MID = date(2026, 7, 2)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
AMOUNTS = st.decimals(0, 10**9, places=2)


@pytest.mark.parametrize(
    ("start", "end", "today", "over"),
    [
        pytest.param(JAN, DEC, date(2025, 12, 31), 0.0, id="not begun"),
        pytest.param(JAN, DEC, JAN, 0.0, id="its first day is not over"),
        pytest.param(JAN, date(2026, 1, 10), date(2026, 1, 6), 0.5, id="half"),
        pytest.param(JAN, date(2026, 1, 10), date(2026, 1, 10), 0.9, id="its last day is not over"),
        pytest.param(JAN, date(2026, 1, 10), date(2026, 1, 11), 1.0, id="over"),
        pytest.param(JAN, JAN, JAN, 0.0, id="one day, today"),
        pytest.param(JAN, JAN, date(2026, 1, 2), 1.0, id="one day, yesterday"),
        pytest.param(DEC, JAN, MID, None, id="ends before it begins"),
        pytest.param(None, DEC, MID, None, id="no start"),
        pytest.param(JAN, None, MID, None, id="no end"),
    ],
)
def test_the_part_of_a_period_that_is_over(
    start: date | None, end: date | None, today: date, over: float | None
) -> None:
    assert pace(start, end, today) == over


@given(start=DAYS, end=DAYS, day=DAYS, later=DAYS)
def test_time_only_goes_on(start: date, end: date, day: date, later: date) -> None:
    first, second = (pace(start, end, one) for one in sorted((day, later)))

    assert (first is None) == (end < start)
    if first is not None and second is not None:
        assert 0 <= first <= second <= 1


@pytest.mark.parametrize(
    ("target", "actual", "reached"),
    [
        (Decimal(70), Decimal(64), 64 / 70),
        (Decimal("0.5"), Decimal("0.25"), 0.5),
        (Decimal(2), Decimal(3), 1.5),
        (Decimal(10), Decimal(-4), 0.0),
        (Decimal(0), Decimal(5), None),
        (Decimal(-3), Decimal(5), None),
        (None, Decimal(5), None),
        (Decimal(5), None, None),
    ],
)
def test_the_part_of_a_target_that_is_reached(
    target: Decimal | None, actual: Decimal | None, reached: float | None
) -> None:
    assert share(target, actual) == reached


@pytest.mark.parametrize(
    ("target", "actual", "today", "stands"),
    [
        (Decimal(100), Decimal(10), MID, Standing.BEHIND),
        (Decimal(100), Decimal(60), MID, Standing.ON_PACE),
        pytest.param(Decimal(100), Decimal(48), MID, Standing.ON_PACE, id="within the noise"),
        pytest.param(Decimal(100), Decimal(47), MID, Standing.BEHIND, id="beyond the noise"),
        pytest.param(Decimal(100), Decimal(0), JAN, Standing.ON_PACE, id="just begun"),
        pytest.param(Decimal(100), Decimal(100), MID, Standing.REACHED, id="reached early"),
        pytest.param(Decimal(100), Decimal(100), date(2027, 3, 1), Standing.REACHED, id="stays so"),
        pytest.param(Decimal(100), Decimal(99), DEC, Standing.ON_PACE, id="on its last day"),
        pytest.param(Decimal(100), Decimal(10), date(2027, 1, 1), Standing.OVER, id="too late now"),
        pytest.param(None, None, date(2027, 1, 1), Standing.OVER, id="over, nothing told"),
        pytest.param(Decimal(100), None, MID, Standing.UNTOLD, id="no actual"),
        pytest.param(Decimal(0), Decimal(5), MID, Standing.UNTOLD, id="a target of nothing"),
    ],
)
def test_how_a_goal_of_this_year_stands(
    target: Decimal | None, actual: Decimal | None, today: date, stands: Standing
) -> None:
    assert standing(target, actual, JAN, DEC, today) is stands


def test_without_a_period_only_reached_can_be_said() -> None:
    assert standing(Decimal(2), Decimal(3), None, None, MID) is Standing.REACHED
    assert standing(Decimal(4), Decimal(3), None, None, MID) is Standing.UNTOLD


@pytest.mark.parametrize(
    ("target", "actual", "expected", "short"),
    [
        pytest.param(Decimal(2), Decimal(1), 0.7, Decimal(1), id="people are whole"),
        pytest.param(Decimal(365), Decimal(100), 324 / 365, Decimal(224), id="exactly whole"),
        pytest.param(Decimal(10), Decimal("2.5"), 0.58, Decimal("3.3"), id="hours are not"),
        pytest.param(Decimal("10.5"), Decimal(2), 0.5, Decimal("3.2"), id="nor is half a target"),
        pytest.param(Decimal(10), Decimal(5), 0.5, None, id="nothing"),
        pytest.param(Decimal(10), Decimal(9), 0.5, None, id="ahead"),
        pytest.param(Decimal(10), None, 0.5, None, id="no actual"),
        pytest.param(None, Decimal(1), 0.5, None, id="no target"),
        pytest.param(Decimal(10), Decimal(1), None, None, id="no period"),
    ],
)
def test_what_is_missing_is_whole_where_whole_things_are_counted(
    target: Decimal | None, actual: Decimal | None, expected: float | None, short: Decimal | None
) -> None:
    assert missing(target, actual, expected) == short


@given(target=AMOUNTS, actual=AMOUNTS, start=DAYS, end=DAYS, today=DAYS)
def test_only_a_goal_that_is_not_over_and_not_reached_is_behind(
    target: Decimal, actual: Decimal, start: date, end: date, today: date
) -> None:
    if standing(target, actual, start, end, today) is Standing.BEHIND:
        assert actual < target
        assert start < today <= end
        assert missing(target, target, pace(start, end, today)) is None

"""The shapes of charts: they stay in their frame and tell what the numbers tell."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.charts import GoalChart, goal_chart, pieces, shares

AMOUNTS = st.lists(st.integers(-(10**6), 10**12).map(Decimal), max_size=14)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)


@given(values=AMOUNTS)
def test_bars_keep_the_order_of_what_they_show(values: list[Decimal]) -> None:
    found = shares(values)

    assert all(0 <= share <= 1 for share in found)
    assert sorted(found) == [found[n] for n in sorted(range(len(values)), key=values.__getitem__)]
    assert not values or max(values) <= 0 or max(found) == 1


@given(values=AMOUNTS)
def test_the_pieces_of_a_bar_lie_end_to_end(values: list[Decimal]) -> None:
    found = pieces(values)

    for (begins, length), (after, _) in pairwise(found):
        assert begins + length == pytest.approx(after)
    assert not any(value > 0 for value in values) or sum(found[-1]) == pytest.approx(1)


def test_what_was_reached_climbs_by_what_was_told_until_now() -> None:
    told = [(NOW - timedelta(days=120), Decimal(10)), (NOW - timedelta(days=30), Decimal(40))]

    chart = goal_chart(Decimal(100), Decimal(55), YEAR, told, now=NOW)

    assert chart is not None
    heights = [y for _, y in chart.path]
    assert heights == [0.1, 0.1, 0.4, 0.4, 0.55]
    assert chart.path[-1][0] == chart.now == pytest.approx(0.5, abs=0.01)
    assert chart.pace == ((0, 0), (1, 1))


def test_what_was_told_this_evening_stands_on_the_readers_day() -> None:
    evening = datetime(2026, 6, 30, 22, tzinfo=ZoneInfo("America/New_York"))
    told = [((evening - timedelta(hours=1)).astimezone(UTC), Decimal(10))]  # in UTC it is July

    chart = goal_chart(Decimal(100), Decimal(20), YEAR, told, now=evening)

    assert chart is not None
    assert {x for x, _ in chart.path} == {chart.now}


def test_more_than_the_target_makes_the_target_lower_and_not_the_frame_too_small() -> None:
    chart = goal_chart(Decimal(50), Decimal(200), YEAR, [], now=NOW)

    assert chart == GoalChart(
        path=((pytest.approx(0.4986, abs=0.001), 1),),
        pace=((0, 0), (1, 0.25)),
        target=0.25,
        now=pytest.approx(0.4986, abs=0.001),
    )


@pytest.mark.parametrize(
    ("target", "period"),
    [
        (Decimal(0), YEAR),
        (Decimal(5), (date(2026, 7, 1), date(2026, 7, 1))),
        (Decimal(5), (date(2027, 1, 1), date(2027, 12, 31))),
    ],
    ids=["no target", "one day", "not begun"],
)
def test_there_is_not_always_something_to_draw(target: Decimal, period: tuple[date, date]) -> None:
    assert goal_chart(target, Decimal(1), period, [], now=NOW) is None

"""What is long over is left out of a read, and never before its end was told."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.horizon import PAST, Horizon
from connectors.sdk.records import Deadline, Due, DueDate, DueInstant

TODAY = date(2026, 3, 2)
LONG_AGO = TODAY - timedelta(days=200)


def invoice(due: Due | date | None, *, closed: bool) -> Deadline:
    due = DueDate(on=due) if isinstance(due, date) else due
    return Deadline(external_id="7", title="Pay", due=due, closed=closed)


def read(
    *records: Deadline, today: date = TODAY, state: Mapping[str, Any] | None = None
) -> tuple[list[Deadline], dict[str, Any]]:
    """What one read gives of these, and the state that it leaves."""
    horizon = Horizon(today, state or {}, ahead=timedelta(days=400))
    found = [kept for record in records if (kept := horizon.kept(record))]
    return found, dict(horizon.complete().state)


@pytest.mark.parametrize(
    ("due", "closed", "given_out"),
    [
        (LONG_AGO, True, False),
        (DueInstant(at=datetime(2025, 8, 1, tzinfo=UTC)), True, False),
        (LONG_AGO, False, True),
        (TODAY - PAST, True, True),
        (None, True, True),
        (TODAY + timedelta(days=900), True, True),
    ],
)
def test_only_what_is_long_over_is_left_out(
    due: Due | date | None, closed: bool, given_out: bool
) -> None:
    assert bool(read(invoice(due, closed=closed))[0]) is given_out


def test_what_was_open_for_long_is_told_once_more_when_it_is_over() -> None:
    _, state = read(invoice(LONG_AGO, closed=False))

    told, state = read(invoice(LONG_AGO, closed=True), state=state)
    again, _ = read(invoice(LONG_AGO, closed=True), state=state)

    assert ([record.closed for record in told], again) == ([True], [])


def test_what_ended_while_nobody_looked_is_told_however_long_that_was() -> None:
    due = TODAY + timedelta(days=3)
    _, state = read(invoice(due, closed=False))

    told, _ = read(invoice(due, closed=True), today=TODAY + timedelta(days=300), state=state)

    assert [record.closed for record in told] == [True]


def test_a_row_that_cannot_be_read_for_once_is_not_forgotten() -> None:
    _, state = read(invoice(LONG_AGO, closed=False))
    _, state = read(state=state)

    assert read(invoice(LONG_AGO, closed=True), state=state)[0]


def test_a_read_proves_what_lies_in_its_window_and_what_has_no_date() -> None:
    end = Horizon(TODAY, {}, ahead=timedelta(days=400)).complete(names={"1": "A"})

    assert end.window == (TODAY - PAST, TODAY + timedelta(days=400))
    assert end.undated
    assert end.state["names"] == {"1": "A"}


@pytest.mark.parametrize(
    "state",
    [{"read_on": 5, "old_and_open": "7"}, {"read_on": "2999-01-01", "old_and_open": [7]}],
    ids=str,
)
def test_an_odd_state_is_none(state: dict[str, Any]) -> None:
    assert read(invoice(LONG_AGO, closed=True), state=state) == read(invoice(LONG_AGO, closed=True))


@given(
    due=st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    looks=st.lists(st.integers(0, 400), min_size=1, max_size=6),
    over_at=st.integers(0, 5),
)
def test_who_saw_it_open_sees_it_closed_whenever_one_looks(
    due: date, looks: list[int], over_at: int
) -> None:
    """Reads on any days: the last thing told of what was open is how it stands at the source."""
    today, state, last = date(2025, 6, 1), {}, None
    for number, days in enumerate(looks):
        today += timedelta(days=days)
        closed = number >= over_at
        told, state = read(invoice(due, closed=closed), today=today, state=state)
        last = told[0].closed if told else last
        assert last in (None, closed)

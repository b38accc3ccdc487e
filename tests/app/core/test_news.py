"""Several changes of one thing are one line: what it was at the last look, what it is now."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import changes
from app.core.news import KINDS, Line, Told, Weight, fold, weight_of

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)


def told(*what: tuple[str, str | None, str | None, str | None]) -> list[Told]:
    return [
        Told(id=n, at=AT + timedelta(hours=n), kind=kind, field=field, old=old, new=new, run_id=n)
        for n, (kind, field, old, new) in enumerate(what, start=1)
    ]


def amount(old: str, new: str) -> tuple[str, str, str, str]:
    return (changes.CHANGED, "Amount", old, new)


def test_the_first_old_value_and_the_last_new_one_are_the_news() -> None:
    (line,) = fold("item", told(amount("100", "120"), amount("120", "90")))

    assert (line.old, line.new, line.times, line.run_id) == ("100", "90", 2, 2)
    assert (line.at, line.weight) == (AT + timedelta(hours=2), Weight.VALUES)


def test_what_was_changed_and_changed_back_is_told_as_that() -> None:
    (line,) = fold("item", told(amount("100", "120"), amount("120", "100")))

    assert line.back
    assert not line.weight.matters


@pytest.mark.parametrize(
    ("kinds", "back"),
    [
        (("gone", "returned"), True),
        (("returned", "gone"), True),
        (("gone", "returned", "gone"), False),
        (("closed", "reopened at source"), True),
        (("source changed",), False),
    ],
)
def test_gone_and_come_again_is_no_change(kinds: tuple[str, ...], back: bool) -> None:
    (line,) = fold("item", told(*((kind, None, None, None) for kind in kinds)))

    assert line.back is back
    assert line.kind == kinds[-1]


@pytest.mark.parametrize(
    ("subject", "kind", "field", "weight"),
    [
        ("program", changes.ELIGIBILITY, "Eligible", Weight.STANDING),
        ("program", changes.CHANGED, "Tier", Weight.STANDING),
        ("program", changes.CHANGED, "Status", Weight.STANDING),
        ("item", changes.CHANGED, "Status", Weight.VALUES),
        ("item", changes.DUE_MOVED, "Due", Weight.DATES),
        ("certification", changes.GONE, None, Weight.LISTING),
        ("contact", changes.CHANGED, "Title", Weight.PEOPLE),
        ("contact", changes.GONE, None, Weight.PEOPLE),
        ("fund", changes.CHANGED, "Remaining", Weight.VALUES),
        ("item", changes.CHANGED, "Title", Weight.WORDING),
        ("item", changes.CHANGED, "Seats left", Weight.WORDING),
        ("item", changes.CLOSED, None, Weight.VALUES),
    ],
)
def test_how_much_a_change_weighs(
    subject: str, kind: str, field: str | None, weight: Weight
) -> None:
    (line,) = fold(subject, told((kind, field, "old", "new")))

    assert line.weight is weight


def test_the_weightiest_comes_first_and_weighs_the_thing() -> None:
    lines = fold(
        "item",
        told(
            (changes.CHANGED, "Title", "a", "b"),
            amount("1", "2"),
            (changes.DUE_MOVED, "Due", "2027-01-15", "2027-01-04"),
        ),
    )

    assert [line.field for line in lines] == ["Due", "Amount", "Title"]
    assert weight_of(lines) is Weight.DATES
    assert lines[0].days_later == -11


@pytest.mark.parametrize("value", ["2027-01-15 10:00 UTC", "2027-01-15"])
def test_days_are_counted_between_dates_and_instants(value: str) -> None:
    (line,) = fold("item", told((changes.DUE_MOVED, "Due", value, "2027-02-15")))

    assert line.days_later == 31


def test_a_date_that_came_from_nowhere_moved_by_no_days() -> None:
    (line,) = fold("item", told((changes.DUE_MOVED, "Due", None, "2027-02-15")))

    assert line.days_later == 0


VALUES = st.sampled_from(["a", "b", None])


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(["Due", None]), VALUES, VALUES)))
def test_nothing_is_lost_and_no_order_matters(
    what: list[tuple[str, str | None, str | None, str | None]],
) -> None:
    lines: tuple[Line, ...] = fold("item", told(*what))

    assert sum(line.times for line in lines) == len(what)
    assert lines == fold("item", told(*what)[::-1])
    assert weight_of(lines) == (lines[0].weight if lines else Weight.BACK)

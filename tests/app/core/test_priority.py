"""What comes first: the same answer every time, explained, and never by a lack of data alone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.priority import BY_CATEGORY, Stakes, rank
from app.core.words import Clock
from connectors.sdk.records import Category, Due, DueDate, DueInstant, Money

CLOCK = Clock(now=datetime(2026, 11, 21, 8, 30, tzinfo=UTC), zone=ZoneInfo("Europe/Berlin"))
CATEGORIES = st.sampled_from(list(Category))
MONEY = st.none() | st.builds(
    Money,
    amount=st.decimals(-(10**6), 10**12, places=2),
    currency=st.sampled_from(["USD", "EUR", "JPY", None]),
)
DUES = st.none() | st.builds(DueDate, on=st.dates(date(2025, 1, 1), date(2028, 1, 1)))


def stakes(**said: Any) -> Stakes:
    values = {"kind": "deadline", "category": "renewal", "due": None, "amount": None}
    return Stakes(**{"amount_label": None, **values, **said})


def usd(amount: float | str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def in_days(days: int) -> DueDate:
    return DueDate(on=CLOCK.today + timedelta(days=days))


def points(**said: Any) -> float:
    return rank(stakes(**said), CLOCK).points


@given(amount=MONEY, due=DUES, category=CATEGORIES, kind=st.sampled_from(["deadline", "reporting"]))
def test_the_same_facts_have_the_same_rank_and_every_rank_has_its_reasons(
    amount: Money | None, due: Due | None, category: Category, kind: str
) -> None:
    one = stakes(kind=kind, category=category, due=due, amount=amount)

    first, second = rank(one, CLOCK), rank(one, CLOCK)

    assert first == second
    assert first.points > 0
    assert len(first.reasons) == 2
    assert all(reason.endswith(".") and reason[0] == reason[0].upper() for reason in first.reasons)


@given(due=DUES, less=st.decimals(1, 10**9, places=2), more=st.decimals(1, 10**9, places=2))
def test_more_money_of_one_currency_never_ranks_lower(
    due: Due | None, less: Decimal, more: Decimal
) -> None:
    less, more = sorted((less, more))

    assert points(due=due, amount=usd(str(less))) <= points(due=due, amount=usd(str(more)))


@given(amount=MONEY, day=st.integers(0, 400), later=st.integers(0, 400))
def test_what_is_due_sooner_never_ranks_lower(amount: Money | None, day: int, later: int) -> None:
    day, later = sorted((day, later))

    assert points(due=in_days(day), amount=amount) >= points(due=in_days(later), amount=amount)


@given(amount=MONEY, late=st.integers(1, 30), ahead=st.integers(0, 400))
def test_what_is_overdue_ranks_above_the_same_that_is_not(
    amount: Money | None, late: int, ahead: int
) -> None:
    assert points(due=in_days(-late), amount=amount) > points(due=in_days(ahead), amount=amount)


def test_what_nobody_did_for_months_makes_room_for_what_is_due_now() -> None:
    assert points(due=in_days(-31)) < points(due=in_days(0)) < points(due=in_days(-30))


@pytest.mark.parametrize("category", list(Category))
def test_no_money_known_is_not_zero_money(category: Category) -> None:
    unknown = points(category=category, due=in_days(3))

    assert points(category=category, due=in_days(3), amount=usd(5)) < unknown
    assert unknown < points(category=category, due=in_days(3), amount=usd(100_000))


def test_every_category_is_weighed() -> None:
    assert set(BY_CATEGORY) == set(Category)


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        (
            {"amount": usd(42_300), "amount_label": "order", "due": in_days(3)},
            ("$42,300 order.", "3 days left."),
        ),
        ({"amount": usd(900), "due": in_days(0)}, ("$900 at stake.", "Due today.")),
        (
            {"due": in_days(-2)},
            ("The source names no amount; ranked as a renewal.", "2 days late."),
        ),
        (
            {"category": "invoice", "due": in_days(1)},
            ("The source names no amount; ranked as an invoice.", "Due tomorrow."),
        ),
        (
            {"category": "other"},
            ("The source names no amount; ranked as any deadline.", "The source gives no date."),
        ),
        (
            {"kind": "reporting", "category": None, "due": in_days(8)},
            ("The source names no amount; ranked as a reporting requirement.", "8 days left."),
        ),
        pytest.param(
            {"amount": usd(0), "due": in_days(8)},
            ("The source says $0; ranked as a renewal.", "8 days left."),
            id="a zero that the source names is told as one",
        ),
        pytest.param(
            {"category": "invoice", "amount": usd(-500), "due": in_days(8)},
            ("The source says -$500; ranked as an invoice.", "8 days left."),
            id="a credit note",
        ),
        (
            {"amount": usd(1), "due": in_days(2), "due_was": in_days(8)},
            ("$1 at stake.", "2 days left.", "The date moved 6 days earlier."),
        ),
        (
            {"amount": usd(1), "due": in_days(2), "due_was": in_days(1)},
            ("$1 at stake.", "2 days left.", "The date moved 1 day later."),
        ),
        pytest.param(
            {"amount": usd(1), "due": in_days(2), "due_was": in_days(2)},
            ("$1 at stake.", "2 days left."),
            id="only its hour moved",
        ),
        pytest.param(
            {"amount": usd(1), "due": DueInstant(at=CLOCK.now - timedelta(minutes=5))},
            ("$1 at stake.", "Late since 09:25."),
            id="an instant is told in the reader's zone",
        ),
    ],
)
def test_the_reasons(said: dict[str, object], reasons: tuple[str, ...]) -> None:
    assert rank(stakes(**said), CLOCK).reasons == reasons


@pytest.mark.parametrize(
    ("said", "sort"),
    [({"category": "tribute"}, "a tribute"), ({"kind": "omen", "category": None}, "an omen")],
)
def test_a_sort_that_another_version_stored_is_ranked_all_the_same(
    said: dict[str, str | None], sort: str
) -> None:
    found = rank(stakes(**said), CLOCK)

    assert found.points == points(category="other")
    assert found.reasons[0] == f"The source names no amount; ranked as {sort}."

"""What comes first: the same answer every time, explained, and never by a lack of data alone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import currencies
from app.core.priority import BY_CATEGORY, WEIGHS, WEIGHTS, Stakes, Weighed, rank
from app.core.words import Clock
from connectors.sdk.records import Category, Due, DueDate, DueInstant, Money

CLOCK = Clock(now=datetime(2026, 11, 21, 8, 30, tzinfo=UTC), zone=ZoneInfo("Europe/Berlin"))
CATEGORIES = st.sampled_from(list(Category))
CENT = Decimal("0.01")
CENTS = st.integers(-(10**8), 10**14).map(lambda cents: Decimal(cents).scaleb(-2))
MONEY = st.none() | st.builds(
    Money, amount=CENTS, currency=st.sampled_from(["USD", "EUR", "JPY", "VND", "points", None])
)
HALF = "waiting on the vendor weighs half."
UNKNOWN = "of which we do not know what it is worth"
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


def cisco(step: int) -> Weighed:
    return Weighed(name="Cisco", step=step)


@given(amount=MONEY, due=DUES, category=CATEGORIES, kind=st.sampled_from(["deadline", "reporting"]))
def test_the_same_facts_have_the_same_rank_and_every_rank_has_its_reasons(
    amount: Money | None, due: Due | None, category: Category, kind: str
) -> None:
    one = stakes(kind=kind, category=category, due=due, amount=amount)

    first, second = rank(one, CLOCK), rank(one, CLOCK)

    assert first == second
    assert first.points > 0
    assert len(first.reasons) == 1
    assert all(reason.endswith(".") and reason[0] == reason[0].upper() for reason in first.reasons)


@given(
    due=DUES,
    amounts=st.tuples(CENTS, CENTS),
    currency=st.sampled_from([*currencies.DIGITS, "points", "XYZ", None]),
    step=st.sampled_from(list(WEIGHTS)),
)
def test_more_money_of_one_currency_never_ranks_lower(
    due: Due | None, amounts: tuple[Decimal, Decimal], currency: str | None, step: int
) -> None:
    low, high = (
        rank(
            stakes(due=due, amount=Money(amount=one, currency=currency), weighed=cisco(step)), CLOCK
        )
        for one in sorted(abs(amount) + CENT for amount in amounts)
    )

    assert low.points <= high.points
    assert high.before(0) <= low.before(0)


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


# What the partner itself says matters


@given(amount=MONEY, due=DUES, steps=st.tuples(*[st.sampled_from(sorted(WEIGHTS))] * 2))
def test_what_matters_more_to_the_partner_never_ranks_lower(
    amount: Money | None, due: Due | None, steps: tuple[int, int]
) -> None:
    less, more = sorted(steps)
    low = points(due=due, amount=amount, weighed=cisco(less))
    high = points(due=due, amount=amount, weighed=cisco(more))

    assert low < high if less < more else low == high


@given(amount=MONEY, late=st.integers(1, 30), ahead=st.integers(15, 400))
def test_no_weight_lifts_what_is_weeks_away_above_the_same_that_is_late(
    amount: Money | None, late: int, ahead: int
) -> None:
    favoured = points(due=in_days(ahead), amount=amount, weighed=cisco(2))

    assert favoured < points(due=in_days(-late), amount=amount)


def test_as_usual_is_said_of_nothing() -> None:
    assert rank(stakes(weighed=cisco(0)), CLOCK) == rank(stakes(), CLOCK)
    assert WEIGHTS[0] == 1
    assert WEIGHS.keys() == WEIGHTS.keys()


# What waits for the vendor


@given(amount=MONEY, due=DUES)
def test_what_waits_on_the_vendor_ranks_lower_until_its_date_presses(
    amount: Money | None, due: DueDate | None
) -> None:
    waits = rank(stakes(due=due, amount=amount, waiting=True), CLOCK)
    not_so = rank(stakes(due=due, amount=amount), CLOCK)
    presses = due is not None and due.on <= CLOCK.today + timedelta(days=3)

    assert waits.points == not_so.points if presses else waits.points < not_so.points
    assert "vendor" in " ".join(waits.reasons)


@given(amount=MONEY, day=st.integers(0, 400), later=st.integers(0, 400))
def test_what_waits_and_is_due_sooner_never_ranks_lower_either(
    amount: Money | None, day: int, later: int
) -> None:
    day, later = sorted((day, later))
    sooner, after = (
        points(due=in_days(days), amount=amount, waiting=True) for days in (day, later)
    )

    assert sooner >= after


# Currencies


def test_a_large_number_of_small_units_is_no_large_sum() -> None:
    yen = Money(amount=Decimal(4_000_000), currency="JPY")

    assert points(amount=yen) == points(amount=usd(40_000)) < points(amount=usd(100_000))


@given(
    one=st.tuples(MONEY, DUES, st.sampled_from(sorted(WEIGHTS)), st.booleans()),
    other=st.tuples(MONEY, DUES, st.sampled_from(sorted(WEIGHTS)), st.booleans()),
)
def test_the_reasons_never_contradict_the_points(
    one: tuple[Money | None, Due | None, int, bool],
    other: tuple[Money | None, Due | None, int, bool],
) -> None:
    """What is told in the same words has the same rank: nothing that is not said decides."""
    first, second = (
        rank(stakes(amount=amount, due=due, weighed=cisco(step), waiting=waiting), CLOCK)
        for amount, due, step, waiting in (one, other)
    )

    assert first.points == second.points or first.reasons != second.reasons
    for said, step in ((first, one[2]), (second, other[2])):
        assert (f"Cisco {WEIGHS[step]}" in said.reasons[0]) is (step != 0)


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        (
            {"amount": usd(42_300), "amount_label": "order", "due": in_days(3)},
            ("$42,300 order × 3 days left.",),
        ),
        ({"amount": usd(900), "due": in_days(0)}, ("$900 at stake × due today.",)),
        (
            {"due": in_days(-2)},
            ("No amount named, ranked as a renewal × 2 days late.",),
        ),
        (
            {"category": "invoice", "due": in_days(1)},
            ("No amount named, ranked as an invoice × due tomorrow.",),
        ),
        (
            {"category": "other"},
            ("No amount named, ranked as any deadline × no date given.",),
        ),
        (
            {"kind": "reporting", "category": None, "due": in_days(8)},
            ("No amount named, ranked as a reporting requirement × 8 days left.",),
        ),
        pytest.param(
            {"amount": usd(0), "due": in_days(8)},
            ("$0 named, ranked as a renewal × 8 days left.",),
            id="a zero that the source names is told as one",
        ),
        pytest.param(
            {"category": "invoice", "amount": usd(-500), "due": in_days(8)},
            ("-$500 named, ranked as an invoice × 8 days left.",),
            id="a credit note",
        ),
        (
            {"amount": usd(1), "due": in_days(2), "due_was": in_days(8)},
            ("$1 at stake × 2 days left.", "The date moved 6 days earlier."),
        ),
        (
            {"amount": usd(1), "due": in_days(2), "due_was": in_days(1)},
            ("$1 at stake × 2 days left.", "The date moved 1 day later."),
        ),
        pytest.param(
            {"amount": usd(1), "due": in_days(2), "due_was": in_days(2)},
            ("$1 at stake × 2 days left.",),
            id="only its hour moved",
        ),
        pytest.param(
            {"amount": usd(1), "due": DueInstant(at=CLOCK.now - timedelta(minutes=5))},
            ("$1 at stake × late since 09:25.",),
            id="an instant is told in the reader's zone",
        ),
        (
            {
                "amount": usd(42_300),
                "amount_label": "order",
                "due": in_days(3),
                "weighed": cisco(2),
            },
            ("$42,300 order × 3 days left × Cisco weighs double.",),
        ),
        (
            {"amount": usd(9), "due": in_days(9), "weighed": cisco(-1), "waiting": True},
            ("$9 at stake × 9 days left × Cisco weighs a third less × " + HALF,),
        ),
        (
            {"amount": usd(9), "due": in_days(2), "waiting": True},
            ("$9 at stake × 2 days left.", "It waits on the vendor, but the date presses."),
        ),
        pytest.param(
            {"amount": Money(amount=Decimal(4_250_000), currency="JPY"), "due": in_days(9)},
            ("¥4,250,000 at stake, ranked as about 42,000 dollars or euros × 9 days left.",),
            id="another currency counts by its order of magnitude",
        ),
        pytest.param(
            {"amount": Money(amount=Decimal(700), currency="points"), "due": in_days(9)},
            (f"700 points, {UNKNOWN}, ranked as a renewal × 9 days left.",),
            id="what has no known magnitude is no amount",
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
    assert found.reasons[0] == f"No amount named, ranked as {sort} × no date given."

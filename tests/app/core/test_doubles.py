"""Which deadlines of two sources are suggested as one: few, each with its reason."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.doubles import Stated, because, clues, differences, numbers, suggestions
from connectors.sdk.records import Money

DAY = date(2027, 2, 15)


def dollars(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def stated(id_: int, source: str = "portal", **values: Any) -> Stated:
    known: dict[str, Any] = {"kind": "deadline", "title": "Renew", "due": DAY}
    return Stated(id=id_, source=source, **known | values)


def sheet(**values: Any) -> Stated:
    return stated(2, "sheet", **values)


def near(days: int) -> date:
    return DAY - timedelta(days=days)


RENEWAL: dict[str, Any] = {
    "title": "Renew Fortinet — Northgate Logistics",
    "category": "renewal",
    "vendor": "Fortinet",
    "account": "Northgate Logistics",
    "amount": dollars(18_651),
}
CLAIM: dict[str, Any] = {
    "title": "Use MDF Q1 before it lapses",
    "category": "fund claim",
    "vendor": "Fortinet",
    "program": "Engage",
}
SAME = {
    "an API's number in a sheet's title": (
        RENEWAL | {"numbers": numbers("renewal 4419127 · quote QUO-88121", "")},
        {"title": "Northgate", "numbers": numbers(None, "Renewal 4419127 Northgate")},
        "Both carry the number 4419127.",
    ),
    "one customer's renewal with one amount, a day apart": (
        RENEWAL,
        RENEWAL | {"title": "Fortinet renewal Northgate", "due": near(1)},
        "Both are a renewal for Northgate Logistics, and they give the same amount.",
    ),
    "a company's form left out": (
        RENEWAL,
        RENEWAL | {"account": "Northgate Logistics GmbH", "due": near(3)},
        "Both are a renewal for Northgate Logistics, and they give the same amount.",
    ),
    "one customer's renewal with one title": (
        RENEWAL | {"title": "Support contract of 12 switches", "amount": None},
        RENEWAL | {"title": "12 switches: support contracts", "due": near(9)},
        "Both are a renewal for Northgate Logistics, and their titles say the same.",
    ),
    "a fund's period": (
        CLAIM,
        CLAIM | {"title": "Claim Q1 marketing money", "due": near(20)},
        "Both are a fund claim of Engage for Q1.",
    ),
    "an event in a calendar and in a sheet": (
        {"title": "Partner summit Lisbon", "category": "event", "vendor": "Sophos"},
        {"title": "Sophos Partner Summit: Lisbon", "category": "event", "vendor": "Sophos"},
        "Both are an event of Sophos, and their titles say the same.",
    ),
}
TWO = {
    "another number of the same customer": (
        RENEWAL | {"numbers": frozenset(["4419127"])},
        RENEWAL | {"numbers": frozenset(["4419128"])},
    ),
    "the quote and then the invoice": (
        RENEWAL | {"category": "quote", "numbers": frozenset(["QUO-88121"])},
        RENEWAL | {"category": "invoice", "numbers": frozenset(["QUO-88121"])},
    ),
    "a number that two customers have": (
        RENEWAL | {"numbers": frozenset(["100047"])},
        RENEWAL | {"account": "Hartwell Clinics", "numbers": frozenset(["100047"])},
    ),
    "next year's term": (RENEWAL, RENEWAL | {"due": DAY + timedelta(days=365)}),
    "next month's invoice of one amount": (
        RENEWAL | {"category": "invoice"},
        RENEWAL | {"category": "invoice", "due": DAY + timedelta(days=28)},
    ),
    "another vendor": (RENEWAL, RENEWAL | {"vendor": "Sophos"}),
    "other seats": (
        RENEWAL | {"title": "Renew 120 seats Microsoft 365", "amount": None},
        RENEWAL | {"title": "Renew 40 seats Acronis", "amount": None},
    ),
    "a category that says nothing": (
        RENEWAL | {"category": "other"},
        RENEWAL | {"category": "other"},
    ),
    "the next quarter's fund": (CLAIM, CLAIM | {"title": "Use MDF Q2 before it lapses"}),
    "another program": (CLAIM, CLAIM | {"program": "Xperts"}),
    "two people's certifications": (
        {"title": "NSE 4 expires — Rin Sato", "category": "certification", "vendor": "Fortinet"},
        {"title": "NSE 4 expires — Lena Meyer", "category": "certification", "vendor": "Fortinet"},
    ),
    "a report and a deadline": (RENEWAL | {"kind": "reporting"}, RENEWAL),
}


@pytest.mark.parametrize("case", list(SAME))
def test_what_two_sources_give_is_suggested_with_its_reason(case: str) -> None:
    ours, theirs, why = SAME[case]
    a, b = stated(1, **ours), sheet(**theirs)

    assert because(a, b) == why
    assert list(suggestions([b], [a])) == [(1, 2, why)]


@pytest.mark.parametrize("case", list(TWO))
def test_what_are_two_things_is_not(case: str) -> None:
    ours, theirs = TWO[case]

    assert because(stated(1, **ours), sheet(**theirs)) == ""


def test_one_source_gives_nothing_twice() -> None:
    assert because(stated(1, **RENEWAL), stated(2, **RENEWAL)) == ""


def test_where_a_source_has_two_that_fit_nothing_is_suggested() -> None:
    ours = [stated(1, **RENEWAL), stated(3, **RENEWAL | {"due": near(2)})]
    theirs = sheet(**RENEWAL)

    assert list(suggestions([theirs], ours)) == []
    assert list(suggestions(ours, [theirs])) == []
    assert len(list(suggestions([theirs, stated(4, "mail", **RENEWAL)], ours))) == 1


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("renewal 4419005 · quote QUO-88121", {"4419005", "QUO-88121"}),
        ("P8-2201", {"P8-2201"}),
        ("2027-02-15", set()),
        ("15.02.2027, FY27", set()),
        ("12", set()),
        (None, set()),
    ],
)
def test_the_numbers_of_a_reference(reference: str | None, found: set[str]) -> None:
    assert numbers(reference, "Renew 365 seats") == found


def test_what_only_one_gives_is_no_other() -> None:
    other = near(1)

    assert differences((DAY, dollars(1)), (other, dollars(2))) == {"date", "amount"}
    assert differences((DAY, dollars(1)), (DAY, None)) == frozenset()
    assert differences((DAY, dollars(1)), (DAY, Money(amount=Decimal(1)))) == {"amount"}


def many() -> st.SearchStrategy[list[Stated]]:
    titles = st.lists(
        st.sampled_from(["renew", "mdf", "q1", "q2", "summit", "lisbon", "partner"]), max_size=4
    )
    values = st.fixed_dictionaries(
        {
            "title": titles.map(" ".join),
            "source": st.sampled_from("abc"),
            "category": st.sampled_from(["renewal", "fund claim", "other", None]),
            "vendor": st.sampled_from(["Cisco", "Cisco Meraki", "Meraki", None]),
            "program": st.sampled_from(["Engage", None]),
            "account": st.sampled_from(["Hartwell", "Hartwell GmbH", "Northgate", None]),
            "numbers": st.frozensets(st.sampled_from(["4419005", "4419006"]), max_size=2),
            "due": st.integers(0, 50).map(lambda days: DAY + timedelta(days=days)),
            "amount": st.sampled_from([None, dollars(5), dollars(7)]),
        }
    )
    listed = st.lists(values, max_size=9)
    return listed.map(lambda rows: [stated(n, **row) for n, row in enumerate(rows)])


@settings(max_examples=200, deadline=None)
@given(many())
def test_it_is_the_same_from_both_sides_in_every_order_and_with_every_clue(
    listed: list[Stated],
) -> None:
    for a, b in combinations(listed, 2):
        assert bool(because(a, b)) == bool(because(b, a))
        assert not because(a, b) or clues(a) & clues(b)
    found = {pair[:2] for pair in suggestions(listed, [])}
    assert found == {pair[:2] for pair in suggestions(listed[::-1], listed)}
    for a, b in found:
        of_a = [
            one.id for one in listed if because(listed[b], one) and one.source == listed[a].source
        ]
        assert of_a == [a], "the only one of its source"

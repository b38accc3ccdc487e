"""What a sync writes into the history, and what brings an item back that was done."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.changes import Change, changes, reopening
from app.core.columns import columns_of
from connectors.sdk.records import (
    AnyRecord,
    Certification,
    Contact,
    Deadline,
    Due,
    DueDate,
    DueInstant,
    Fact,
    Fund,
    Goal,
    Money,
    Notice,
    Program,
    ReportingRequirement,
)

NOON = DueInstant(at=datetime(2026, 11, 30, 12, tzinfo=UTC))


def day(number: int, month: int = 11) -> DueDate:
    return DueDate(on=date(2026, month, number))


def columns(record: AnyRecord) -> dict[str, Any]:
    return columns_of(record, ZoneInfo("Europe/Berlin"))


def deadline(**said: Any) -> dict[str, Any]:
    return columns(Deadline(**{"external_id": "1", "title": "Renew", "due": day(30)} | said))


def usd(amount: int | str) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def told(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str | None, ...]]:
    return [(one.kind, one.field, one.old, one.new) for one in changes(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ({}, {}, []),
        ({"title": "A"}, {"title": "B"}, [("changed", "Title", "A", "B")]),
        ({"status": "sent"}, {}, [("changed", "Status", "sent", None)]),
        ({}, {"account": "Ace"}, [("changed", "Account", None, "Ace")]),
        ({}, {"due": day(24)}, [("due moved", "Due", "2026-11-30", "2026-11-24")]),
        ({}, {"due": None}, [("due moved", "Due", "2026-11-30", None)]),
        ({"due": None}, {"due": day(24)}, [("due moved", "Due", None, "2026-11-24")]),
        pytest.param(
            {},
            {"due": NOON},
            [("due moved", "Due", "2026-11-30", "2026-11-30 12:00 UTC")],
            id="a date that becomes a moment",
        ),
        ({"amount": usd("100.00")}, {"amount": usd(100)}, []),
        (
            {"amount": usd("1000.5")},
            {"amount": Money(amount=Decimal(12000), currency="EUR")},
            [
                ("changed", "Amount", "1,000.5", "12,000"),
                ("changed", "Currency", "USD", "EUR"),
            ],
        ),
        ({}, {"closed": True}, [("closed", None, None, None)]),
        ({"closed": True}, {}, [("reopened at source", None, None, None)]),
        (
            {"facts": (Fact("Seats", "12"), Fact("Term", "1 y"))},
            {"facts": (Fact("Seats", "15"), Fact("Plan", "Pro"))},
            [
                ("changed", "Seats", "12", "15"),
                ("changed", "Plan", None, "Pro"),
                ("changed", "Term", "1 y", None),
            ],
        ),
        pytest.param(
            {"facts": (Fact("A", "1"), Fact("B", "2"))},
            {"facts": (Fact("B", "2"), Fact("A", "1"))},
            [],
            id="facts in another order are the same facts",
        ),
        pytest.param(
            {},
            {"title": "B", "closed": True, "due": day(24)},
            [
                ("due moved", "Due", "2026-11-30", "2026-11-24"),
                ("closed", None, None, None),
                ("changed", "Title", "Renew", "B"),
            ],
            id="the date stands first, then that it is settled",
        ),
    ],
)
def test_a_deadlines_changes_have_both_values(
    old: dict[str, Any], new: dict[str, Any], lines: list[tuple[str | None, ...]]
) -> None:
    assert told(deadline(**old), deadline(**new)) == lines


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (
            Program(external_id="p", title="P", eligible=True, tier="Gold"),
            Program(external_id="p", title="P", eligible=False, tier="Silver"),
            [
                ("eligibility flipped", "Eligible", "yes", "no"),
                ("changed", "Tier", "Gold", "Silver"),
            ],
        ),
        (
            Program(external_id="p", title="P", eligible=True),
            Program(external_id="p", title="P"),
            [("eligibility flipped", "Eligible", "yes", None)],
        ),
        (
            Fund(external_id="f", title="F", lapses=day(1), remaining=Decimal(5)),
            Fund(external_id="f", title="F", lapses=day(2), remaining=Decimal("2.5")),
            [
                ("due moved", "Lapses", "2026-11-01", "2026-11-02"),
                ("changed", "Remaining", "5", "2.5"),
            ],
        ),
        (
            Certification(external_id="c", title="C", expires=day(1)),
            Certification(external_id="c", title="C", expires=NOON, person="Julia"),
            [
                ("due moved", "Expires", "2026-11-01", "2026-11-30 12:00 UTC"),
                ("changed", "Person", None, "Julia"),
            ],
        ),
        (
            Contact(external_id="k", title="K", email="a@v.example"),
            Contact(external_id="k", title="K", phone="+1 2"),
            [("changed", "Mail", "a@v.example", None), ("changed", "Phone", None, "+1 2")],
        ),
        (
            ReportingRequirement(external_id="r", title="R", cadence="monthly"),
            ReportingRequirement(external_id="r", title="R", cadence="quarterly"),
            [("changed", "Cadence", "monthly", "quarterly")],
        ),
        (
            Notice(external_id="n", title="N"),
            Notice(external_id="n", title="N", published=day(1)),
            [("changed", "Published", None, "2026-11-01")],
        ),
        (
            Goal(external_id="g", title="G", target=Decimal(10), actual=Decimal(1)),
            Goal(external_id="g", title="G", target=Decimal(10), actual=Decimal(2)),
            [("changed", "Actual", "1", "2")],
        ),
    ],
)
def test_every_kind_tells_what_changed_of_it(
    old: AnyRecord, new: AnyRecord, lines: list[tuple[str | None, ...]]
) -> None:
    assert told(columns(old), columns(new)) == lines


def test_a_change_is_told_once_however_it_is_asked() -> None:
    assert changes(deadline(), deadline(title="B")) == [
        Change(kind="changed", field="Title", old="Renew", new="B")
    ]


@pytest.mark.parametrize(
    ("old", "new", "because"),
    [
        ({}, {"due": day(24)}, "Due moved 2026-11-30 → 2026-11-24"),
        pytest.param(
            {}, {"due": day(31, 12)}, "Due moved 2026-11-30 → 2026-12-31", id="the next term"
        ),
        ({}, {"due": None}, "Due moved 2026-11-30 → no date"),
        ({}, {"due": NOON}, "Due moved 2026-11-30 → 2026-11-30 12:00 UTC"),
        (
            {"amount": usd(100)},
            {"amount": usd(150)},
            "Amount changed 100.00 USD → 150.00 USD",
        ),
        ({}, {"amount": usd(150)}, "Amount changed no amount → 150.00 USD"),
        (
            {"amount": usd(100)},
            {"amount": Money(amount=Decimal(100), currency="EUR")},
            "Amount changed 100.00 USD → 100.00 EUR",
        ),
        ({"closed": True}, {}, "The source opened it again"),
        ({"amount": usd(100)}, {"amount": usd("100.00")}, None),
        ({}, {"closed": True}, None),
        (
            {},
            {
                "title": "B",
                "status": "new",
                "summary": "s",
                "account": "a",
                "url": "https://v.example",
                "facts": (Fact("a", "b"),),
            },
            None,
        ),
        pytest.param(
            {"due": DueDate(on=date(2026, 11, 30), raw="30.11.")},
            {"due": DueDate(on=date(2026, 11, 30), raw="30 Nov", zone="Europe/Berlin")},
            None,
            id="the same date in other words",
        ),
    ],
)
def test_only_a_material_change_brings_a_done_item_back(
    old: dict[str, Any], new: dict[str, Any], because: str | None
) -> None:
    assert reopening(deadline(**old), deadline(**new)) == because


@pytest.mark.promise("P6")
@pytest.mark.parametrize(
    ("was", "is_", "back"),
    [
        (date(2026, 11, 3), date(2026, 11, 5), False),  # both are over
        (date(2026, 11, 5), date(2026, 11, 21), True),  # somewhere it is still that day
        (date(2026, 11, 3), date(2026, 12, 3), True),
        (date(2026, 12, 3), date(2026, 11, 3), True),
        (None, date(2026, 11, 3), True),
    ],
)
def test_another_rule_for_what_is_over_brings_nothing_back_that_was_done(
    was: date | None, is_: date, back: bool
) -> None:
    old, new = (deadline(due=DueDate(on=day) if day else None) for day in (was, is_))

    assert (reopening(old, new, today=date(2026, 11, 22)) is not None) is back
    assert reopening(old, new) is not None


@pytest.mark.promise("P6")
@pytest.mark.parametrize(
    ("new", "because"),
    [
        pytest.param(
            {"period_end": date(2026, 12, 31)},
            "Period end changed 2026-09-30 → 2026-12-31",
            id="the next quarter under the same id",
        ),
        ({"target": Decimal(200)}, "Target changed 100 → 200"),
        ({"target": None}, "Target changed 100 → none"),
        ({"actual": Decimal(50)}, None),
        ({"unit": "seats"}, None),
    ],
)
def test_a_goal_comes_back_with_its_next_period_or_another_target(
    new: dict[str, Any], because: str | None
) -> None:
    values: dict[str, Any] = {
        "external_id": "g",
        "title": "Bookings",
        "target": Decimal(100),
        "actual": Decimal(10),
        "period_end": date(2026, 9, 30),
    }

    assert reopening(columns(Goal(**values)), columns(Goal(**{**values, **new}))) == because


DUES = st.none() | st.dates().map(lambda on: DueDate(on=on))


@given(before=DUES, after=DUES, amount=st.none() | st.integers(0, 9).map(usd))
def test_what_reopens_is_in_the_history_too(
    before: Due | None, after: Due | None, amount: Money | None
) -> None:
    old, new = deadline(due=before), deadline(due=after, amount=amount)

    assert (reopening(old, new) is not None) == bool(changes(old, new))
    assert reopening(old, old) is None
    assert changes(old, old) == []

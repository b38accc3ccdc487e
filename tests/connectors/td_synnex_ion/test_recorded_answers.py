"""Answers written down from the documentation of TD SYNNEX's SDK, bent where platforms bend."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.sdk.connector import Page
from connectors.sdk.mapping import rows
from connectors.sdk.records import Category, Deadline, DueInstant, Money
from connectors.td_synnex_ion import mapping

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def recorded() -> list[Any]:
    body = json.loads((Path(__file__).parent / "recorded/subscriptions.json").read_text())
    found: list[Any] = body["items"]
    return found


def facts(record: Deadline) -> dict[str, str]:
    return {fact.label: fact.value for fact in record.facts}


def of(page: Page, external_id: str) -> Deadline:
    (found,) = (record for record in page.records if record.external_id == external_id)
    assert isinstance(found, Deadline)
    return found


@pytest.fixture
def renewals() -> Page:
    identify = mapping.subscription_id
    return rows(
        recorded(), mapping.renewal, where="page 1", external_id=identify, noun="subscription"
    )


@pytest.fixture
def cancellations() -> Page:
    return rows(
        recorded(),
        partial(mapping.cancellation, now=NOW),
        where="page 1",
        external_id=mapping.cancellation_id,
    )


def test_a_bad_row_costs_itself_and_keeps_its_text(renewals: Page) -> None:
    assert [record.external_id for record in renewals.records] == ["9001", "9002", "9003", "9005"]
    assert [row.external_id for row in renewals.quarantined] == ["9004", None, None]
    assert "31/31/2026" in renewals.quarantined[0].reason
    assert "Broken Date Ltd" in renewals.quarantined[0].raw


def test_a_renewal_says_what_ion_says(renewals: Page) -> None:
    found = of(renewals, "9001")

    assert found.title == "Renew Backup & Recovery — Bright & Sons"
    assert found.account == "Bright & Sons"
    assert found.reference == "subscription 6f1c-9001"
    assert (found.status, found.closed) == ("Waiting for moon phase", False)
    raw = "2026-04-01T00:00:00Z"
    assert found.due == DueInstant(at=datetime(2026, 4, 1, tzinfo=UTC), raw=raw)
    assert found.amount == Money(amount=Decimal(125), currency="EUR")
    assert found.summary == "Renews by itself."
    assert facts(found)["Ends"] == "2026-03-31"
    assert (facts(found)["Price"], facts(found)["Margin"]) == ("12.5 eur", "2.5 eur")


def test_a_trial_without_a_renewal_date_ends_with_its_term(renewals: Page) -> None:
    found = of(renewals, "9002")

    assert found.title == "Trial ends: Mail security"
    assert isinstance(found.due, DueInstant)
    assert found.due.at == datetime(2028, 2, 29, tzinfo=UTC)
    assert found.closed
    assert found.amount == Money(amount=Decimal(0), currency=None)
    assert found.summary is None, "a switch that is no switch says nothing"


def test_a_subscription_of_which_nothing_is_said_is_still_there(renewals: Page) -> None:
    found = of(renewals, "9003")

    assert found.title == "Renew 9003"
    assert (found.due, found.amount, found.account, found.status) == (None, None, None, None)
    assert found.facts == ()


def test_a_cancellation_is_read_and_never_computed(cancellations: Page) -> None:
    """A bad date of the renewal does not cost it, and its own does not cost the renewal."""
    found = of(cancellations, "9001:cancel")

    assert [record.external_id for record in cancellations.records] == [
        "9001:cancel",
        "9004:cancel",
    ]
    assert found.title == "Last day to cancel Backup & Recovery — Bright & Sons"
    assert found.category is Category.AGREEMENT
    assert found.due == DueInstant(
        at=datetime(2026, 3, 4, 10, 30, tzinfo=UTC), raw="2026-03-04T10:30:00Z"
    )
    assert not found.closed
    assert cancellations.quarantined[0].external_id == "9005:cancel"


@pytest.mark.parametrize(("day", "closed"), [(4, False), (5, True)])
def test_a_cancellation_is_over_when_its_moment_has_passed(day: int, closed: bool) -> None:
    found = mapping.cancellation(recorded()[0], NOW.replace(day=day))

    assert found is not None
    assert found.closed is closed


def test_an_order_is_named_by_what_is_ordered_and_for_whom() -> None:
    item = {"skuName": "Database licence", "quantity": 2, "providerName": "UNSPECIFIED"}
    other = {"productName": "Support", "quantity": "1", "providerName": "CISCO", "status": "ACTIVE"}
    row = {
        "name": "accounts/12/customers/345/orders/678",
        "displayName": "Cart - 1",
        "status": "ON_HOLD",
        "orderItems": [item, other],
        "createTime": "2026-02-27T23:30:00Z",
        "scheduledAt": "2026-02-27T23:31:00Z",
    }
    found = mapping.order_on_hold(row, {"345": "Meridian Law"})

    assert found.title == "Order on hold: Database licence and 1 more — Meridian Law"
    assert (found.external_id, found.reference) == (row["name"], "order 678")
    assert found.due is None, "what scheduledAt means is not documented"
    assert facts(found)["Scheduled"] == "2026-02-27"
    assert facts(found)["Item 1"] == "2 × Database licence"
    assert facts(found)["Item 2"] == "1 × Support · CISCO · ACTIVE"


def test_an_order_without_items_or_a_known_customer_keeps_its_number() -> None:
    found = mapping.order_on_hold({"name": "accounts/12/customers/9/orders/678"}, {})

    assert (found.title, found.account) == ("Order on hold: 678", None)


@pytest.mark.parametrize("row", [None, "text", {}, {"name": 5}, {"name": "orders"}], ids=repr)
def test_a_name_that_is_no_resource_name_names_no_customer(row: Any) -> None:
    assert mapping.customer_of(row) is None

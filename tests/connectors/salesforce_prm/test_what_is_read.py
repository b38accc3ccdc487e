"""From Salesforce's rows to funds, deadlines, programs and contacts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.salesforce_prm import funds, others
from connectors.salesforce_prm.config import SalesforcePrmConfig
from connectors.salesforce_prm.portal import Portal
from connectors.sdk.mapping import BadField
from connectors.sdk.records import Category, Deadline, DueDate, DueInstant, Fund, Money
from tests.connectors.salesforce_prm.conftest import Desk, facts

CONFIG = SalesforcePrmConfig(
    vendor="Acme",
    base_url="https://acme.my.salesforce.com/",
    consumer_key="key",
    client_secret="secret",
    currency="EUR",
    deal_expires="Expires__c",
)
PORTAL = Portal(config=CONFIG, today=date(2026, 3, 2))
ATTRIBUTES = {"attributes": {"type": "X", "url": "/services/data/v61.0/sobjects/X/1"}}


def request(**more: Any) -> tuple[Fund, Deadline]:
    row = {
        **ATTRIBUTES,
        "Id": "0Re1",
        "Title": "Roadshow",
        "RequestedAmount": Decimal("18000.0"),
        "Amount": Decimal("17500.0"),
        "Status": "Approved",
        "TotalApprovedFcs": Decimal("3000.1"),
        "TotalReimbursedFcs": Decimal("0.0"),
        "BudgetId": "0Bu1",
        "Budget": {**ATTRIBUTES, "Title": "H1", "EndDate": "2026-03-31"},
        **more,
    }
    fund, deadline = funds.request(row, PORTAL)
    assert isinstance(fund, Fund)
    assert isinstance(deadline, Deadline)
    return fund, deadline


def claim(**more: Any) -> Deadline:
    row = {"Id": "0Cl1", "Title": "Venue", "Amount": 900, "Status": "Draft", **more}
    fund, deadline = funds.claim(row, PORTAL)
    assert isinstance(deadline, Deadline)
    assert (fund.external_id, deadline.external_id) == ("0Cl1", "0Cl1:submit")
    return deadline


def test_a_request_is_claimed_by_the_end_of_its_budget_which_is_said() -> None:
    fund, deadline = request()

    assert (fund.requested, fund.allocated, fund.claimed) == (Decimal(18000), Decimal(17500), None)
    assert fund.remaining == Decimal("14499.9")
    assert facts(fund)["Remaining"] == "amount less approved claims, calculated"
    assert deadline.category is Category.FUND_CLAIM
    assert deadline.due == DueDate(on=date(2026, 3, 31), raw="2026-03-31")
    assert deadline.derived_from == "fund 0Bu1"
    assert deadline.amount == Money(amount=Decimal("14499.9"), currency="EUR")
    assert deadline.amount_label == "not claimed yet"


@pytest.mark.parametrize(
    ("changed", "title", "amount", "closed"),
    [
        ({"Status": "Draft"}, "Submit fund request Roadshow", 18000, False),
        ({"Status": "Submitted"}, "Claim Roadshow", 18000, False),
        ({"Status": "Rejected"}, "Claim Roadshow", Decimal("14499.9"), True),
        ({"Status": "In audit"}, "Claim Roadshow", Decimal("14499.9"), False),
        ({"Status": "In audit", "Amount": None}, "Claim Roadshow", 18000, False),
        ({"Status": None}, "Claim Roadshow", Decimal("14499.9"), False),
        ({"TotalApprovedFcs": 17500}, "Claim Roadshow", 0, True),
        ({"TotalApprovedFcs": None}, "Claim Roadshow", 17500, False),
        ({"Budget": {"EndDate": "2025-11-01"}}, "Claim Roadshow", Decimal("14499.9"), True),
        ({"Budget": {"EndDate": "2026-01-31"}}, "Claim Roadshow", Decimal("14499.9"), False),
    ],
)
def test_a_requests_status_and_money_say_what_is_left_to_do(
    changed: dict[str, Any], title: str, amount: Any, closed: bool
) -> None:
    _fund, deadline = request(**changed)
    assert (deadline.title, deadline.closed) == (title, closed)
    assert deadline.amount == Money(amount=Decimal(amount), currency="EUR")
    assert deadline.status == changed.get("Status", "Approved")
    assert deadline.external_id == "0Re1:claim"


@pytest.mark.parametrize(
    ("status", "closed"),
    [
        ("Draft", False),
        ("Submitted", True),
        ("Approved", True),
        ("Rejected", True),
        ("Paid", True),
        ("Needs a receipt", False),
        (None, False),
    ],
)
def test_a_claim_is_to_be_submitted_while_it_is_a_draft(status: str | None, closed: bool) -> None:
    deadline = claim(Status=status)
    assert (deadline.status, deadline.closed) == (status, closed)
    assert deadline.amount == Money(amount=Decimal(900), currency="EUR")
    assert (deadline.due, deadline.derived_from) == (None, None)


@pytest.mark.promise("P7")
def test_a_budgets_end_is_a_date_and_an_old_one_lapses_no_more(desk: Desk) -> None:
    budgets = desk.records("budgets")

    assert budgets["H1 marketing funds"].lapses == DueDate(on=date(2026, 3, 31), raw="2026-03-31")
    assert budgets["H2, last year"].lapses is not None
    older = budgets["Launch fund, older"]
    assert older.lapses is None
    assert facts(older)["Ended"] == "2025-04-16"
    assert budgets["Always-on enablement"].lapses is None
    assert "Ended" not in facts(budgets["Always-on enablement"])


def test_what_is_left_is_not_said_where_a_number_is_missing(desk: Desk) -> None:
    launch = desk.records("budgets")["Launch fund SecureEdge"]
    assert (launch.allocated, launch.remaining, launch.paid) == (Decimal(12000), None, None)


def test_amounts_are_exact(desk: Desk) -> None:
    budget = desk.records("budgets")["H1 marketing funds"]
    assert budget.remaining == Decimal("28499.5")
    assert facts(budget)["Approved claims"] == "12,250.25 USD"


def test_an_allocation_lapses_with_its_budget_and_only_once(desk: Desk) -> None:
    allocation = desk.records("allocations")["H1 – webinars"]
    assert allocation.lapses is None
    assert facts(allocation)["Budget ends"] == "2026-03-31"


def test_a_membership_has_its_level_as_tier(desk: Desk) -> None:
    reading = desk.read("programs")
    told = [(record.title, getattr(record, "tier", "")) for record in reading.records]
    assert told == [
        ("Northpeak Ascent", "Gold"),
        ("Northpeak Ascent", "Silver"),
        ("Managed Security", "Authorized"),
        ("Legacy VAR", None),
    ]
    assert facts(reading.records[3])["Program"] == "no longer active"


def test_another_owner_of_the_account_is_the_same_contact_changed(desk: Desk) -> None:
    before = {record.external_id: record.title for record in desk.read("contacts").records}
    for _ in range(6):
        desk.sandbox.advance()
    after = {record.external_id: record.title for record in desk.read("contacts").records}
    assert before.keys() == after.keys()
    assert (before["001Hs0000PrtUS0AAA"], after["001Hs0000PrtUS0AAA"]) == (
        "Ann Delgado",
        "Ben Okafor",
    )


def test_a_registration_may_end_at_a_moment() -> None:
    row = {"Id": "00Q1", "Company": "Solano Wind", "Expires__c": "2026-03-31T04:00:00.000+0000"}
    due = others.deal(row, PORTAL).due
    assert isinstance(due, DueInstant)
    assert due.raw == "2026-03-31T04:00:00.000+0000"
    assert f"{due.at:%Y-%m-%d %H:%M %Z}" == "2026-03-31 04:00 UTC"


def test_a_registration_that_became_an_opportunity_is_done(desk: Desk) -> None:
    found = desk.records("deal_registrations")
    won = found["Deal registration expires: DR-20484 — Meridian Law"]
    late = found["Deal registration expires: DR-20483 — Brightwater Council"]
    assert (won.closed, late.closed, late.status) == (True, False, "Extension requested")
    assert not [title for title in found if "DR-20486" in title]  # ended 200 days ago


def test_a_contract_that_ended_is_closed_and_a_draft_is_not(desk: Desk) -> None:
    found = {record.status: record.closed for record in desk.records("contracts").values()}
    assert found == {"Activated": False, "Expired": True, "Draft": False}


def test_a_currency_that_does_not_exist_costs_the_row() -> None:
    with pytest.raises(BadField, match="ISO 4217"):
        funds.budget({"Id": "0Bu1", "CurrencyIsoCode": "ZZZ"}, PORTAL)


def test_a_link_is_made_only_where_somebody_said_how() -> None:
    assert PORTAL.link("0Bu1") is None
    linked = replace(
        PORTAL, config=CONFIG.model_copy(update={"record_link": "https://p.example/s/detail/{id}"})
    )
    assert linked.link("0Bu1") == "https://p.example/s/detail/0Bu1"
    assert linked.link("../x") is None

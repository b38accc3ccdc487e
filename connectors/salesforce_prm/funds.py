"""Marketing money: budgets, allocations, requests and claims, and what is to be done about them.

Salesforce dates only the budget, so a request and a claim are due when their budget ends, and
their deadlines say that they are derived from it.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.salesforce_prm.portal import Portal, at, day_of, left, number, shown, word
from connectors.sdk.mapping import due_of, facts_of, known, required
from connectors.sdk.records import Category, Deadline, Fact, Fund, Money

BUDGET = (
    "Title",
    "Description",
    "Type",
    "Amount",
    "StartDate",
    "EndDate",
    "TotalAllocatedAmount",
    "TotalApprovedFrs",
    "TotalApprovedFcs",
    "TotalReimbursedFcs",
    "CurrencyIsoCode",
)
ALLOCATION = (
    "Title",
    "Amount",
    "TotalApprovedFrs",
    "TotalApprovedFcs",
    "TotalReimbursedFcs",
    "CurrencyIsoCode",
    "Budget.Title",
    "Budget.Type",
    "Budget.EndDate",
)
REQUEST = (
    "Title",
    "Activity",
    "Description",
    "DesiredOutcome",
    "RequestedAmount",
    "Amount",
    "Status",
    "TotalApprovedFcs",
    "TotalReimbursedFcs",
    "CurrencyIsoCode",
    "BudgetId",
    "Budget.Title",
    "Budget.EndDate",
    "Allocation.Title",
)
CLAIM = (
    "Title",
    "Description",
    "Amount",
    "Status",
    "CurrencyIsoCode",
    "BudgetId",
    "Budget.Title",
    "Budget.EndDate",
    "Request.Title",
)

_STATES = {name: name for name in ("draft", "submitted", "approved", "rejected")}
_CLAIMED = dict.fromkeys(("submitted", "approved", "rejected", "paid"), True)


def budget(row: Any, portal: Portal) -> Fund:
    """A budget. One that ended long ago lapses no more: its end is only a fact."""
    found = required(row, "Id")
    end = day_of(row, "EndDate")
    over = portal.is_over(end)
    amount, approved = number(row, "Amount"), number(row, "TotalApprovedFrs")
    return Fund(
        external_id=found,
        title=word(row, "Title") or f"Marketing budget {found}",
        url=portal.link(found),
        vendor=portal.vendor,
        fund_type=word(row, "Type"),
        currency=portal.currency(row),
        allocated=amount,
        paid=number(row, "TotalReimbursedFcs"),
        remaining=left(amount, approved),
        lapses=None if over else due_of(at(row, "EndDate"), field="EndDate"),
        facts=facts_of(
            ("Begins", word(row, "StartDate")),
            ("Ended", word(row, "EndDate") if over else None),
            ("Allocated further", _amount(row, "TotalAllocatedAmount", portal)),
            *_approved(row, portal),
            ("Description", word(row, "Description")),
        )
        + _calculated(amount, approved, "amount less approved requests"),
    )


def allocation(row: Any, portal: Portal) -> Fund:
    """A part of a budget. It lapses with the budget, whose deadline counts for both."""
    found = required(row, "Id")
    amount, approved = number(row, "Amount"), number(row, "TotalApprovedFrs")
    return Fund(
        external_id=found,
        title=word(row, "Title") or f"Fund allocation {found}",
        url=portal.link(found),
        vendor=portal.vendor,
        fund_type=word(row, "Budget.Type"),
        currency=portal.currency(row),
        allocated=amount,
        paid=number(row, "TotalReimbursedFcs"),
        remaining=left(amount, approved),
        facts=facts_of(
            ("Budget", word(row, "Budget.Title")),
            ("Budget ends", word(row, "Budget.EndDate")),
            *_approved(row, portal),
        )
        + _calculated(amount, approved, "amount less approved requests"),
    )


def request(row: Any, portal: Portal) -> Iterator[Fund | Deadline]:
    """A request as a fund, and the claim that is to be made for it."""
    found = required(row, "Id")
    title = word(row, "Title") or f"Fund request {found}"
    status = word(row, "Status")
    state = known(status, _STATES, default="")
    granted, claimed = number(row, "Amount"), number(row, "TotalApprovedFcs")
    remaining = left(granted, claimed)
    requested = number(row, "RequestedAmount")
    currency = portal.currency(row)
    facts = facts_of(
        ("Budget", word(row, "Budget.Title")),
        ("Allocation", word(row, "Allocation.Title")),
        ("Activity", word(row, "Activity")),
        ("Approved claims", shown(claimed, currency)),
        ("Desired outcome", word(row, "DesiredOutcome")),
    )
    yield Fund(
        external_id=found,
        title=title,
        url=portal.link(found),
        vendor=portal.vendor,
        status=status,
        fund_type="Fund request",
        currency=currency,
        allocated=granted,
        requested=requested,
        paid=number(row, "TotalReimbursedFcs"),
        remaining=remaining,
        facts=facts + _calculated(granted, claimed, "amount less approved claims"),
    )
    waits = state in ("draft", "submitted") or granted is None
    stake = requested if waits else (remaining if remaining is not None else granted)
    yield Deadline(
        external_id=f"{found}:claim",
        title=f"Submit fund request {title}" if state == "draft" else f"Claim {title}",
        url=portal.link(found),
        vendor=portal.vendor,
        category=Category.FUND_CLAIM,
        status=status,
        closed=state == "rejected" or _is_done(remaining, row, portal),
        amount=None if stake is None else Money(amount=stake, currency=currency),
        amount_label="requested" if waits else "not claimed yet",
        summary=word(row, "Description", limit=2000),
        facts=facts,
        **_until_the_budget_ends(row),
    )


def claim(row: Any, portal: Portal) -> Iterator[Fund | Deadline]:
    """A claim as a fund, and its submission, which is done for all but drafts."""
    found = required(row, "Id")
    title = word(row, "Title") or f"Fund claim {found}"
    status = word(row, "Status")
    money = portal.money(row, "Amount")
    facts = facts_of(
        ("Budget", word(row, "Budget.Title")),
        ("Request", word(row, "Request.Title")),
        ("Description", word(row, "Description")),
    )
    yield Fund(
        external_id=found,
        title=title,
        url=portal.link(found),
        vendor=portal.vendor,
        status=status,
        fund_type="Fund claim",
        currency=money.currency if money else None,
        claimed=money.amount if money else None,
        facts=facts,
    )
    yield Deadline(
        external_id=f"{found}:submit",
        title=f"Submit claim {title}",
        url=portal.link(found),
        vendor=portal.vendor,
        category=Category.FUND_CLAIM,
        status=status,
        closed=known(status, _CLAIMED, default=False) or _is_done(None, row, portal),
        amount=money,
        amount_label="claim",
        facts=facts,
        **_until_the_budget_ends(row),
    )


def _is_done(remaining: Decimal | None, row: Any, portal: Portal) -> bool:
    """Nothing is left to claim, or the budget ended long ago."""
    return (remaining is not None and remaining <= 0) or portal.is_over(
        day_of(row, "Budget.EndDate")
    )


def _until_the_budget_ends(row: Any) -> dict[str, Any]:
    due = due_of(at(row, "Budget.EndDate"), field="Budget.EndDate")
    if due is None:
        return {}
    budget_id = word(row, "BudgetId")
    return {"due": due, "derived_from": f"fund {budget_id}" if budget_id else "its budget's end"}


def _approved(row: Any, portal: Portal) -> tuple[tuple[str, str | None], ...]:
    return (
        ("Approved requests", _amount(row, "TotalApprovedFrs", portal)),
        ("Approved claims", _amount(row, "TotalApprovedFcs", portal)),
    )


def _amount(row: Any, path: str, portal: Portal) -> str | None:
    return shown(number(row, path), portal.currency(row))


def _calculated(given: Decimal | None, used: Decimal | None, how: str) -> tuple[Fact, ...]:
    """What is left is ours to calculate: the record says so, wherever it says what is left."""
    return facts_of(("Remaining", None if left(given, used) is None else f"{how}, calculated"))

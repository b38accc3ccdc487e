"""From Pax8's subscriptions to deadlines: what ends, and what waits for details."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.pax8.companies import account_of
from connectors.sdk.mapping import (
    BadField,
    due_of,
    facts_of,
    known,
    money_of,
    required,
    shown_day,
    shown_money,
    shown_number,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline, Due

Row = Mapping[str, Any]
NameOf = Callable[[Any], str | None]

# Pax8's own words: "Deprovisioning request complete", "Converted from trial".
_OVER = dict.fromkeys(("Cancelled", "Canceled", "Converted"), True)
_ENDING = {"Trial": "Trial ends:", "PendingCancel": "Cancelled, ends:"}
WAITS = "WaitingForDetails"
"""Pax8's status for a subscription of which provisioning details are missing."""


def subscription(row: Row, name_of: NameOf) -> Deadline | None:
    """The end of a commitment, a trial or a cancelled subscription.

    None where nothing ends, as of most monthly ones. A trial is told of without its end, too.
    """
    number = required(row, "id")
    status = text_of(row.get("status"))
    due = _end_of(row, status)
    if due is None and status != "Trial":
        return None
    customer, product = account_of(name_of, row), _product(row)
    commitment = _commitment(row)
    return Deadline(
        external_id=number,
        title=titled(_ENDING.get(status or "", "Renew"), product, customer),
        category=Category.RENEWAL,
        account=customer,
        reference=f"subscription {number}",
        status=status,
        closed=bool(known(status, _OVER, default=False)),
        due=due,
        amount=money_of(row.get("price"), row.get("currencyCode"), field="price"),
        amount_label="price",
        facts=facts_of(
            ("Quantity", shown_number(row.get("quantity"))),
            ("Commitment", commitment.get("term")),
            ("Commitment ends", shown_day(commitment.get("endDate"))),
            ("Subscription ends", shown_day(row.get("endDate"))),
            ("Billing term", row.get("billingTerm")),
            ("Your cost", shown_money(row.get("partnerCost"), row.get("currencyCode"))),
            ("Started", shown_day(row.get("startDate"))),
            ("Vendor's SKU", row.get("vendorSkuId")),
            ("Vendor's subscription", row.get("vendorSubscriptionId")),
            ("Part of subscription", row.get("parentSubscriptionId")),
            ("Company", None if customer else row.get("companyId")),
        ),
    )


def missing_details(row: Row, name_of: NameOf) -> Deadline:
    """A subscription that nobody can use until details are given. Pax8 gives no date for it."""
    number = required(row, "id")
    customer = account_of(name_of, row)
    return Deadline(
        external_id=number,
        title=titled("Give the missing details of", _product(row), customer),
        category=Category.ORDER,
        account=customer,
        reference=f"subscription {number}",
        status=text_of(row.get("status")),
        amount=money_of(row.get("price"), row.get("currencyCode"), field="price"),
        amount_label="price",
        facts=facts_of(
            ("Quantity", shown_number(row.get("quantity"))),
            ("Starts", shown_day(row.get("startDate"))),
            ("Ordered", shown_day(row.get("createdDate"))),
            ("Billing term", row.get("billingTerm")),
            ("Company", None if customer else row.get("companyId")),
        ),
    )


def _end_of(row: Row, status: str | None) -> Due | None:
    """The commitment's end, else the subscription's own; of what ends anyhow its own first."""
    commitment = due_of(_commitment(row).get("endDate"), field="commitmentTerm.endDate")
    own = due_of(row.get("endDate"), field="endDate")
    return (own or commitment) if status in _ENDING else (commitment or own)


def _commitment(row: Row) -> Row:
    found = row.get("commitmentTerm") or {}
    if not isinstance(found, Mapping):
        raise BadField("commitmentTerm is not the object that the contract says")
    return found


def _product(row: Row) -> str:
    return text_of(row.get("productName")) or "subscription"

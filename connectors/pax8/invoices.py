"""From Pax8's invoices to deadlines."""

from collections.abc import Mapping
from typing import Any

from connectors.sdk.mapping import (
    due_of,
    facts_of,
    known,
    money_of,
    required,
    shown_day,
    shown_money,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline

# What was carried stands in the next invoice's carried balance, so this one asks for nothing.
_OVER = dict.fromkeys(("Paid", "Void", "Carried", "Nothing Due", "Credited"), True)


def invoice(row: Mapping[str, Any]) -> Deadline:
    """An invoice by Pax8.

    The status stands in Pax8's examples and filters, and is missing from its schema: without
    one the invoice is open. ``total`` is what Pax8 calls the total amount due; the balances are
    facts.
    """
    number = required(row, "id")
    status = text_of(row.get("status"))
    billed, whom = shown_day(row.get("invoiceDate")), text_of(row.get("partnerName"))
    currency = row.get("currencyCode")
    return Deadline(
        external_id=number,
        title=titled("Pay Pax8's invoice", f"of {billed}" if billed else number, whom),
        category=Category.INVOICE,
        reference=f"invoice {number}",
        status=status,
        closed=bool(known(status, _OVER, default=False)),
        due=due_of(row.get("dueDate"), field="dueDate"),
        amount=money_of(row.get("total"), currency, field="total"),
        amount_label="total due",
        facts=facts_of(
            ("Balance", shown_money(row.get("balance"), currency)),
            ("Carried balance", shown_money(row.get("carriedBalance"), currency)),
            ("Invoiced partner", whom),
            ("Company", row.get("companyId")),
            ("Your number of the company", row.get("externalId")),
        ),
    )

"""From Ingram's rows to deadlines. Pure: a row, the account and today in, a record out.

Ingram documents one shape and shows another, so every function takes both: an object or a
list of one, a number or its text, a search row or the detail of the same thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.ingram_micro.answers import one
from connectors.ingram_micro.fields import Row, person
from connectors.ingram_micro.zones import ZONE_OF_COUNTRY
from connectors.sdk.mapping import (
    due_of,
    facts_of,
    joined,
    known,
    money_of,
    objects,
    required,
    shown_day,
    shown_text,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline, Due, Money

PAST = timedelta(days=90)
"""How long something stays open after its date, where Ingram has no word for "over"."""

# The sub-statuses that the contract lists for the opportunity status "Closed", and the
# spelling of one of them in its own sample.
_RENEWAL_OVER = dict.fromkeys(
    (
        "closed",
        "ordered",
        "quoteclosedcontractsalesdesk",
        "quoteclosedcontactsalesdesk",
        "expired",
        "transitiontonew/upsell",
        "losttocompetitior",
        "losttocompetitor",
        "consolidated",
        "transitionedtocloud",
        "renewalwentdirect",
        "eol",
        "enduseroutofbusiness",
        "void",
        "other",
        "cancelled",
        "canceled",
    ),
    True,
)
_QUOTE_OVER = dict.fromkeys(("closed", "ordered", "won", "lost", "expired", "cancelled"), True)
_INVOICE_OVER = dict.fromkeys(("paid", "closed", "cancelled", "canceled", "void", "voided"), True)
_ORDER_OVER = dict.fromkeys(("closed", "cancelled", "canceled"), True)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the mapping must know of the connection.

    ``currency`` is what the person said the account's currency is, ``zone`` the country's
    time zone where it has only one; ``today`` the UTC date of the read.
    """

    country: str
    today: date
    currency: str | None = None

    @property
    def zone(self) -> str | None:
        return ZONE_OF_COUNTRY.get(self.country)

    def due(self, value: Any, field: str) -> Due | None:
        return due_of(value, field=field, zone=self.zone)

    def money(self, amount: Any, currency: Any, field: str) -> Money | None:
        return money_of(amount, text_of(currency) or self.currency, field=field)


def renewal(row: Row, account: Account) -> Deadline:
    """A renewal, from the search or from its detail."""
    number = required(row, "renewalId")
    vendor, customer = text_of(row.get("vendor")), text_of(row.get("endUser"))
    status = text_of(row.get("status"))
    quote = _quote_of(row)
    return Deadline(
        external_id=number,
        title=titled("Renew", vendor, customer) if vendor else titled("Renewal", number, customer),
        category=Category.RENEWAL,
        vendor=vendor,
        account=customer,
        reference=joined(f"renewal {number}", quote and f"quote {quote}"),
        status=status,
        closed=known(status, _RENEWAL_OVER, default=False),
        due=account.due(row.get("expirationDate"), "expirationDate"),
        amount=account.money(row.get("renewalValue"), None, "renewalValue"),
        amount_label="order",
        facts=facts_of(
            ("Your order number", row.get("customerOrderNumber")),
            ("Reference", None if quote else shown_text(row.get("referenceNumber"))),
            ("End customer's order number", row.get("endCustomerOrderNumber")),
            ("Contact at the customer", person(row.get("endUserInfo"))),
        ),
    )


def quote(row: Row, account: Account) -> Deadline:
    """A quote, from the search or from its detail."""
    number = required(row, "quoteNumber")
    vendor = text_of(row.get("vendor"))
    info = row.get("endUserInfo")
    company = info.get("companyName") if isinstance(info, Mapping) else None
    customer = text_of(row.get("endUserName") or row.get("endUserContact") or company)
    status = text_of(row.get("quoteStatus") or row.get("status"))
    bid = text_of(row.get("specialBidNumber") or row.get("specialBidId"))
    totals = (row.get(f) for f in ("quoteTotal", "totalQuoteAmount", "extendedQuotePriceTotal"))
    total = next((value for value in totals if value is not None), None)
    return Deadline(
        external_id=number,
        title=titled("Quote", text_of(row.get("quoteName")) or number, customer),
        category=Category.QUOTE,
        vendor=vendor,
        account=customer,
        reference=joined(f"quote {number}", bid and f"special bid {bid}"),
        status=status,
        closed=is_quote_over(row),
        due=account.due(row.get("ingramQuoteExpiryDate"), "ingramQuoteExpiryDate"),
        amount=account.money(total, row.get("currencyCode"), "quoteTotal"),
        amount_label="quote",
        facts=facts_of(
            ("Revision", row.get("revision")),
            ("Created", shown_day(row.get("ingramQuoteDate"))),
            ("Created by", row.get("createdBy")),
            ("Type", row.get("quoteType")),
        ),
    )


def is_quote_over(row: Row) -> bool:
    """Whether Ingram itself says that a quote, of the search or in detail, has ended."""
    status = text_of(row.get("quoteStatus") or row.get("status"))
    return bool(known(status, _QUOTE_OVER, default=False))


def invoice(row: Row, account: Account, currency: str | None) -> Deadline:
    """An invoice of the search. ``currency`` comes from the invoice's detail, or is not known.

    The account's currency is not put in its place: an invoice has a currency of its own.
    """
    number = required(row, "invoiceNumber")
    status = text_of(row.get("invoiceStatus"))
    named = row.get("specialBidNumbers")
    bids = [text_of(bid) for bid in (named if isinstance(named, list) else [named])]
    total = money_of(row.get("invoiceAmountInclTax"), currency, field="invoiceAmountInclTax")
    return Deadline(
        external_id=number,
        title=f"Pay Ingram invoice {number}",
        category=Category.INVOICE,
        reference=joined(f"invoice {number}", *(f"special bid {bid}" for bid in bids if bid)),
        status=status,
        closed=is_paid(row),
        due=account.due(row.get("invoiceDueDate"), "invoiceDueDate")
        or account.due(row.get("paymentTermsDueDate"), "paymentTermsDueDate"),
        amount=money_of(row.get("invoicedAmountDue"), currency, field="invoicedAmountDue"),
        amount_label="amount due",
        facts=facts_of(
            ("Invoice date", shown_day(row.get("invoiceDate"))),
            ("Due by payment terms", shown_day(row.get("paymentTermsDueDate"))),
            ("Total with tax", total and shown_text(total.amount)),
            ("Your order number", row.get("customerOrderNumber")),
            ("End customer's order number", row.get("endCustomerOrderNumber")),
            ("Ingram order number", row.get("erpOrderNumber")),
            ("Currency", None if currency or is_paid(row) else "not given in Ingram's list"),
        ),
    )


def is_paid(row: Row) -> bool:
    """Whether Ingram itself says that nothing is left to pay."""
    return bool(known(text_of(row.get("invoiceStatus")), _INVOICE_OVER, default=False))


def invoice_currency(body: Any) -> str | None:
    """The currency in an invoice's detail, where its places agree; None where it names none."""
    detail = one(body, "invoice details")
    rate = detail.get("fxRateInfo")
    named = text_of(rate.get("invoiceCurrency")) if isinstance(rate, Mapping) else None
    if named:
        return named
    lines = {text_of(line.get("currencyCode")) for line in objects(detail.get("lines"))} - {None}
    return lines.pop() if len(lines) == 1 else None


def order_on_hold(row: Row, account: Account) -> Deadline:
    """An order that waits for someone. Ingram gives no date by which."""
    number = required(row, "ingramOrderNumber")
    vendor, customer = text_of(row.get("vendorName")), text_of(row.get("endUserCompanyName"))
    overall = text_of(row.get("orderStatus"))
    held = [s for s in objects(row.get("subOrders")) if _is_hold(s.get("subOrderStatus"))]
    theirs = text_of(row.get("customerOrderNumber"))
    return Deadline(
        external_id=number,
        title=titled("Order on hold:", vendor or number, customer),
        category=Category.ORDER,
        vendor=vendor,
        account=customer,
        reference=joined(f"order {number}", theirs and f"your order {theirs}"),
        status=text_of(held[0].get("subOrderStatus")) if held else overall,
        closed=known(overall, _ORDER_OVER, default=False),
        amount=account.money(row.get("orderTotal"), None, "orderTotal"),
        amount_label="order",
        facts=facts_of(
            ("Ordered", shown_day(row.get("ingramOrderDate"))),
            ("Order status", overall),
            ("On hold", ", ".join(filter(None, (text_of(s.get("subOrderNumber")) for s in held)))),
            ("Vendor's order number", row.get("vendorSalesOrderNumber")),
        ),
    )


def _is_hold(status: Any) -> bool:
    return bool(known(text_of(status), {"onhold": True}, default=False))


def _quote_of(row: Row) -> str | None:
    """The quote number: in the search a text that may also be a notification's id."""
    reference = row.get("referenceNumber")
    if isinstance(reference, Mapping):
        return text_of(reference.get("quoteNumber"))
    named = text_of(reference)
    if named and named.upper().startswith("QUO"):
        return named
    for link in objects(row.get("links")):
        if known(link.get("topic"), {"quotedetails": True}, default=False):
            return text_of(str(link.get("href") or "").rpartition("/")[2])
    return None

"""Special bids: what the list says of a bid, what its detail adds, and what is kept of it.

Price protection, quantities and currency stand only in a bid's detail, one call each. What
was read is kept in the stream's state, so that a large list is gone through over several
syncs and a deadline that was seen once does not vanish because its detail was not asked again.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.ingram_micro.answers import one
from connectors.ingram_micro.fields import Row, person
from connectors.ingram_micro.mapping import PAST, Account
from connectors.sdk.mapping import (
    BadField,
    date_of,
    decimal_of,
    facts_of,
    objects,
    required,
    shown_day,
    shown_text,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline, Fact

_KEPT = (
    "currencyCode",
    "extendedMsrp",
    "dealReceivedOn",
    "priceProtectionEndDate",
)
_KEPT_OF_PRODUCT = ("vendorPartNumber", "approvedQuantity", "remainingQuantity", "expirationDate")
_KEPT_OF_PERSON = ("contact", "email", "phoneNumber")
_PRODUCTS_SHOWN = 10


def bid_id(row: Any) -> str:
    """Unique over vendors: two may number their bids alike."""
    vendor = text_of(row.get("vendor")) if isinstance(row, Mapping) else None
    deal = required(row, "dealId")
    return f"{vendor.casefold()}:{deal}" if vendor else deal


def protection_id(row: Any) -> str:
    """The id of the second deadline that a bid can have."""
    return f"{bid_id(row)}:price-protection"


def expiry_of(row: Row, field: str = "dealExpiryDate") -> date | None:
    """The day a bid, or its price protection, ends; None where the row gives none to read."""
    try:
        return date_of(row.get(field), field=field)
    except BadField:
        return None


def is_over(row: Row, account: Account, field: str = "dealExpiryDate") -> bool:
    """Ended long ago: Ingram lists bids for ever and has no status for them."""
    ended = expiry_of(row, field)
    return ended is not None and ended < account.today - PAST


def kept(body: Any) -> dict[str, Any]:
    """What of a bid's detail goes into the state: the fields that deadlines are made of."""
    detail = one(body, "bid details")
    info = detail.get("endUserInfo")
    return {
        **_only(_KEPT, detail),
        "endUserInfo": _only(_KEPT_OF_PERSON, info) if isinstance(info, Mapping) else None,
        "products": [
            _only(_KEPT_OF_PRODUCT, product) for product in objects(detail.get("products"))
        ],
    }


def _only(names: Iterable[str], row: Row) -> dict[str, Any]:
    """Those fields; exact numbers as text, for a state is plain JSON."""
    found = {name: row.get(name) for name in names}
    return {name: str(v) if isinstance(v, Decimal) else v for name, v in found.items()}


def special_bid(row: Row, account: Account, detail: Row | None, read_on: str | None) -> Deadline:
    """A bid's expiry. ``read_on`` is the day of an older detail, None for one of this read."""
    deal = required(row, "dealId")
    vendor, customer = text_of(row.get("vendor")), text_of(row.get("endUser"))
    detail = detail or {}
    return Deadline(
        external_id=bid_id(row),
        title=titled("Special bid", f"{deal} expires", customer),
        category=Category.DEAL_REGISTRATION,
        vendor=vendor,
        account=customer,
        reference=f"special bid {deal}",
        closed=is_over(row, account),
        due=account.due(row.get("dealExpiryDate"), "dealExpiryDate"),
        amount=account.money(
            detail.get("extendedMsrp"), detail.get("currencyCode"), "extendedMsrp"
        ),
        amount_label="list price",
        summary=units_left(detail),
        facts=facts_of(
            ("Version", row.get("version")),
            ("Received", shown_day(detail.get("dealReceivedOn"))),
            ("Contact at the customer", person(detail.get("endUserInfo"))),
            ("Details as of", read_on),
        )
        + _products(detail),
    )


def price_protection(row: Row, account: Account, detail: Row) -> Deadline | None:
    """The day on which a bid's prices stop being protected, where its detail names one."""
    due = account.due(detail.get("priceProtectionEndDate"), "priceProtectionEndDate")
    if due is None:
        return None
    deal, customer = required(row, "dealId"), text_of(row.get("endUser"))
    return Deadline(
        external_id=protection_id(row),
        title=titled("Price protection of", f"special bid {deal} ends", customer),
        category=Category.DEAL_REGISTRATION,
        vendor=text_of(row.get("vendor")),
        account=customer,
        reference=f"special bid {deal}",
        closed=is_over(detail, account, "priceProtectionEndDate"),
        due=due,
        summary=units_left(detail),
    )


def units_left(detail: Row) -> str | None:
    """ "38 of 60 units left", over all products that give both numbers."""
    remaining = approved = None
    for product in objects(detail.get("products")):
        left = decimal_of(product.get("remainingQuantity"), field="remainingQuantity")
        granted = decimal_of(product.get("approvedQuantity"), field="approvedQuantity")
        if left is not None and granted is not None:
            remaining, approved = (remaining or 0) + left, (approved or 0) + granted
    if remaining is None or approved is None:
        return None
    return f"{shown_text(remaining)} of {shown_text(approved)} units left"


def _products(detail: Row) -> tuple[Fact, ...]:
    shown = objects(detail.get("products"))
    pairs = [
        (text_of(product.get("vendorPartNumber")) or "Product", units_left({"products": [product]}))
        for product in shown[:_PRODUCTS_SHOWN]
    ]
    if len(shown) > _PRODUCTS_SHOWN:
        pairs.append(("More products", str(len(shown) - _PRODUCTS_SHOWN)))
    return facts_of(*pairs) if len(shown) > 1 else ()

"""From Partner Center's subscriptions and promotions to deadlines. Pure.

A commitment's end is inclusive: the whole day that is named still counts, so it is kept as that
day. The end of a cancellation window is read as it is given, never counted from a start.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.sdk.mapping import (
    BadField,
    date_of,
    decimal_of,
    due_of,
    facts_of,
    joined,
    known,
    objects,
    required,
    shown_day,
    shown_text,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline, Due, DueDate, DueInstant, Fact

Row = Mapping[str, Any]

WINDOW = "cancellationAllowedUntilDate"

_OVER = dict.fromkeys(("expired", "disabled", "deleted"), True)
_UNIT = {"M": "month", "Y": "year"}
_TERM = re.compile(r"P(\d{1,2})([MY])", re.IGNORECASE)
_PRODUCTS_SHOWN = 5


def subscription_id(row: Any) -> str:
    """Microsoft writes the same ID now in capitals and now in small letters."""
    return required(row, "id").casefold()


def window_id(row: Any) -> str:
    """The ID of a subscription's second deadline."""
    return f"{subscription_id(row)}:cancel"


def renewal(row: Row, account: str | None) -> Deadline | None:
    """The end of a subscription's commitment; None where it has none to come to."""
    key = subscription_id(row)
    due = _commitment_end(row)
    if due is None and _never_ends(row):
        return None
    renews = row.get("autoRenewEnabled") is True
    status = text_of(row.get("status"))
    return Deadline(
        external_id=key,
        title=titled("Renews itself:" if renews else "Renew", _offer(row), account),
        category=Category.RENEWAL,
        account=account,
        reference=_reference(row),
        status=status,
        closed=known(status, _OVER, default=False),
        due=due,
        summary=_what_happens(row),
        facts=facts_of(
            ("Quantity", _quantity(row)),
            ("Name", _nickname(row)),
            ("Term", _term(row.get("termDuration"))),
            ("Next term", _term(row.get("renewalTermDuration"))),
            ("Scheduled change", _scheduled(row.get("scheduledNextTermInstructions"))),
            ("Billed until", shown_day(row.get("billingCycleEndDate"))),
            ("Promotion", row.get("promotionId")),
            ("Trial", "yes" if row.get("isTrial") is True else None),
            ("Suspended because", row.get("suspensionReasons")),
            ("Publisher", row.get("publisherName")),
            ("Reseller's partner ID", row.get("partnerId")),
        ),
    )


def cancellation(row: Row, account: str | None, now: datetime) -> Deadline | None:
    """The last moment at which a subscription can be cancelled or reduced.

    Closed once it is past: Microsoft then lets nobody cancel before the term ends.
    """
    due = due_of(row.get(WINDOW), field=WINDOW)
    if due is None:
        return None
    status = text_of(row.get("status"))
    return Deadline(
        external_id=window_id(row),
        title=titled("Last day to cancel", _offer(row), account),
        category=Category.ORDER,
        account=account,
        reference=_reference(row),
        status=status,
        closed=known(status, _OVER, default=False) or _is_past(due, now),
        due=due,
        facts=facts_of(("Quantity", _quantity(row)), ("Name", _nickname(row))),
    )


def promotion(row: Row) -> Deadline:
    """A promotion of a country, and the moment until which it can be had."""
    name = text_of(row.get("name")) or text_of(row.get("description"))
    properties = row.get("properties")
    applies = properties.get("isAutoApplicable") if isinstance(properties, Mapping) else None
    return Deadline(
        external_id=required(row, "id"),
        title=f"Promotion ends: {name or row['id']}",
        category=Category.INCENTIVE,
        reference=f"promotion {required(row, 'id')}",
        due=due_of(row.get("endDate"), field="endDate"),
        facts=facts_of(
            ("Began", shown_day(row.get("startDate"))),
            (
                "Applies by itself",
                {True: "yes", False: "no"}.get(applies) if isinstance(applies, bool) else None,
            ),
        )
        + _discounts(row),
    )


def _commitment_end(row: Row) -> Due | None:
    field = "commitmentEndDate"
    last = date_of(row.get(field), field=field)
    if last is not None:
        return DueDate(on=last, zone="UTC", raw=str(row[field]))
    return due_of(row.get("commitmentEndDateTime"), field="commitmentEndDateTime")


def _never_ends(row: Row) -> bool:
    """Microsoft says so with a day in the year 9999, or bills by use and names none."""
    given = [row.get("commitmentEndDate"), row.get("commitmentEndDateTime")]
    return any(given) or bool(known(row.get("billingType"), {"usage": True}, default=False))


def _what_happens(row: Row) -> str | None:
    renews = row.get("autoRenewEnabled")
    if renews is True:
        return "It renews itself. A change in mid-term takes a scheduled change away."
    return "It does not renew itself." if renews is False else None


def _offer(row: Row) -> str:
    return text_of(row.get("offerName")) or text_of(row.get("friendlyName")) or "Subscription"


def _nickname(row: Row) -> str | None:
    """What the partner calls it, where that says more than the offer's own name."""
    name = shown_text(row.get("friendlyName"))
    return name if name != _offer(row) else None


def _reference(row: Row) -> str | None:
    order = text_of(row.get("orderId"))
    return f"order {order}" if order else None


def _quantity(row: Row) -> str | None:
    return joined(shown_text(row.get("quantity")), shown_text(row.get("unitType")), by=" ") or None


def _term(value: Any) -> str | None:
    """ "3 years" for P3Y; another duration as it came."""
    text = shown_text(value)
    found = _TERM.fullmatch(text) if text else None
    if found is None:
        return text
    many = "" if int(found[1]) == 1 else "s"
    return f"{int(found[1])} {_UNIT[found[2].upper()]}{many}"


def _scheduled(change: Any) -> str | None:
    """What the next term begins with, in one line."""
    if not isinstance(change, Mapping):
        return shown_text(change)
    product = change.get("product")
    product = product if isinstance(product, Mapping) else {}
    quantity, ends = shown_text(change.get("quantity")), shown_day(change.get("customTermEndDate"))
    return joined(
        joined(shown_text(product.get("productId")), shown_text(product.get("skuId")), by=":"),
        quantity and f"quantity {quantity}",
        _term(product.get("termDuration")),
        ends and f"until {ends}",
    )


def _discounts(row: Row) -> tuple[Fact, ...]:
    products = objects(row.get("requiredProducts"))
    pairs = [("For", _discount(product)) for product in products[:_PRODUCTS_SHOWN]]
    if len(products) > _PRODUCTS_SHOWN:
        pairs.append(("More products", str(len(products) - _PRODUCTS_SHOWN)))
    return facts_of(*pairs)


def _discount(product: Row) -> str:
    term = product.get("term")
    term = term if isinstance(term, Mapping) else {}
    return joined(
        *(_policy(policy) for policy in objects(product.get("pricingPolicies"))),
        _term(term.get("duration")),
        shown_text(term.get("billingCycle")),
        joined(shown_text(product.get("productId")), shown_text(product.get("skuId")), by=":"),
    )


def _policy(policy: Row) -> str:
    """ "5 % off" where it is a share; another kind in Microsoft's words."""
    kind, value = shown_text(policy.get("policyType")), policy.get("value")
    if known(kind, {"PercentDiscount": True}, default=False):
        try:
            share = decimal_of(value, field="value")
        except BadField:
            share = None
        if share is not None:
            return f"{(share * Decimal(100)).normalize():f} % off"
    return joined(kind, shown_text(value), by=" ")


def _is_past(due: Due, now: datetime) -> bool:
    return due.at < now if isinstance(due, DueInstant) else due.on < now.date()

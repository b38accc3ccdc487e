"""From Ion's rows to deadlines. Pure: a row in, a record out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.sdk.mapping import (
    BadField,
    due_of,
    facts_of,
    joined,
    known,
    money_of,
    objects,
    required,
    shown_day,
    shown_money,
    shown_text,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline, Due, DueInstant

Row = Mapping[str, Any]

# Of the documented statuses those after which a subscription does not come back.
_OVER = dict.fromkeys(("cancelled", "deleted", "expired"), True)
_PRODUCTS_SHOWN = 10
_NO_PROVIDER = "UNSPECIFIED"


def subscription_id(row: Any) -> str:
    """Ion's own number of the subscription; the vendor's may be missing until it is provisioned."""
    return required(row, "id")


def cancellation_id(row: Any) -> str:
    """The id of the second deadline that a subscription can have."""
    return f"{subscription_id(row)}:cancel"


def renewal(row: Row) -> Deadline:
    """The end of a subscription's term: its renewal, or the end of a trial."""
    trial, renews = row.get("isTrial") is True, row.get("autoRenew")
    ends, currency = row.get("subscriptionEndDate"), row.get("currency")
    due = due_of(row.get("renewalDate"), field="renewalDate")
    status = text_of(row.get("subscriptionStatus"))
    return Deadline(
        external_id=subscription_id(row),
        title=titled("Trial ends:" if trial else "Renew", _what(row), _customer(row)),
        category=Category.RENEWAL,
        account=_customer(row),
        reference=_reference(row),
        status=status,
        closed=_is_over(status),
        due=due or due_of(ends, field="subscriptionEndDate"),
        amount=money_of(row.get("total"), text_of(currency), field="total"),
        amount_label="subscription",
        summary={True: "Renews by itself.", False: "Does not renew by itself."}.get(renews)
        if isinstance(renews, bool)
        else None,
        facts=facts_of(
            ("Licences", row.get("subscriptionTotalLicenses")),
            ("Plan", _plan(row)),
            ("Term", row.get("subscriptionBillingTerm")),
            ("Billed", row.get("subscriptionBillingCycle")),
            ("Renewal in Ion", row.get("subscriptionRenewStatus")),
            ("Price", shown_money(row.get("price"), currency)),
            ("Cost", shown_money(row.get("cost"), currency)),
            ("Margin", shown_money(row.get("margin"), currency)),
            ("Part number", row.get("mfgPartNumber")),
            ("Started", shown_day(row.get("subscriptionStartDate"))),
            ("Ends", shown_day(ends) if due and ends != row.get("renewalDate") else None),
        ),
    )


def cancellation(row: Row, now: datetime) -> Deadline | None:
    """The last moment at which the subscription can be cancelled, where Ion names one."""
    due = due_of(row.get("cancellationAllowedUntilDate"), field="cancellationAllowedUntilDate")
    if due is None:
        return None
    status = text_of(row.get("subscriptionStatus"))
    return Deadline(
        external_id=cancellation_id(row),
        title=titled("Last day to cancel", _what(row), _customer(row)),
        category=Category.AGREEMENT,
        account=_customer(row),
        reference=_reference(row),
        status=status,
        closed=_is_over(status) or _is_past(due, now),
        due=due,
        amount=money_of(row.get("total"), text_of(row.get("currency")), field="total"),
        amount_label="subscription",
    )


def order_id(row: Any) -> str:
    """The order's whole name: numbers may repeat below another customer."""
    return required(row, "name")


def customer_of(row: Any) -> str | None:
    """The customer's number in a resource name such as accounts/123/customers/4567/orders/8910."""
    parts = str(row.get("name")).split("/") if isinstance(row, Mapping) else []
    return dict(zip(parts[::2], parts[1::2], strict=False)).get("customers")


def customer_name(row: Any) -> str | None:
    """The company of a customer's row; None where it names none that can be read."""
    try:
        return text_of(row.get("customerOrganization")) or text_of(row.get("customerName"))
    except (AttributeError, BadField):
        return None


def order_on_hold(row: Row, customers: Mapping[str, str]) -> Deadline:
    """An order that waits for somebody. Ion gives no date by which.

    ``customers`` are their names by number. ``scheduledAt`` stays a fact: what it means is not
    documented, and in Ion's own sample it is the moment of the order's last change.
    """
    name = order_id(row)
    number = name.rpartition("/")[2]
    items = objects(row.get("orderItems"))
    customer = customers.get(customer_of(row) or "")
    return Deadline(
        external_id=name,
        title=titled(
            "Order on hold:",
            _first_of(items) or text_of(row.get("displayName")) or number,
            customer,
        ),
        category=Category.ORDER,
        account=customer,
        reference=f"order {number}",
        status=text_of(row.get("status")),
        facts=facts_of(
            ("Ordered", shown_day(row.get("createTime"))),
            ("Scheduled", shown_day(row.get("scheduledAt"))),
            ("Ordered by", row.get("userName")),
            ("Cart", row.get("displayName")),
            ("Currency", row.get("currencyCode")),
            *((f"Item {n}", _item(item)) for n, item in enumerate(items[:_PRODUCTS_SHOWN], 1)),
            ("More items", len(items) - _PRODUCTS_SHOWN if len(items) > _PRODUCTS_SHOWN else None),
        ),
    )


def _what(row: Row) -> str:
    info = row.get("ccpProductInfo")
    product = info.get("productDisplayName") if isinstance(info, Mapping) else None
    return text_of(row.get("subscriptionName")) or text_of(product) or subscription_id(row)


def _plan(row: Row) -> Any:
    info = row.get("ccpProductInfo")
    return info.get("planDisplayName") if isinstance(info, Mapping) else None


def _customer(row: Row) -> str | None:
    return text_of(row.get("customerName"))


def _reference(row: Row) -> str | None:
    number = text_of(row.get("subscriptionId"))
    return f"subscription {number}" if number else None


def _is_over(status: str | None) -> bool:
    return bool(known(status, _OVER, default=False))


def _is_past(due: Due, now: datetime) -> bool:
    return due.at < now if isinstance(due, DueInstant) else due.on < now.date()


def _first_of(items: list[Row]) -> str | None:
    """What is ordered: the first item, and how many more there are."""
    if not items:
        return None
    first, more = _product(items[0]), len(items) - 1
    return f"{first} and {more} more" if first and more else first


def _product(item: Row) -> str | None:
    return shown_text(item.get("skuName")) or shown_text(item.get("productName"))


def _item(item: Row) -> str | None:
    quantity, provider = shown_text(item.get("quantity")), shown_text(item.get("providerName"))
    named = None if provider == _NO_PROVIDER else provider
    return joined(joined(quantity, _product(item), by=" × "), named, shown_text(item.get("status")))

"""From Google's resources to deadlines. Pure: a row and what it refers to in, a record out.

Google leaves out what is false, zero or empty, and writes whole numbers of 64 bits as text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sdk.mapping import (
    BadField,
    decimal_of,
    due_of,
    facts_of,
    joined,
    link_of,
    objects,
    required,
    shown_day,
    shown_text,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline

Row = Mapping[str, Any]

_CUSTOMER = re.compile(r"accounts/[\w.~-]{1,64}/customers/[\w.~-]{1,64}", re.ASCII)
_UNSPECIFIED = "_UNSPECIFIED"
_VALUES = ("int64Value", "stringValue", "doubleValue", "boolValue")
_LINK_OVER = frozenset({"ACTIVE", "REVOKED"})
_NANOS = Decimal(10**9)


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Whose entitlements are read. ``console`` leads to the customer's Admin console."""

    name: str
    company: str | None = None
    console: str | None = None


def customer(row: Any) -> Customer:
    """A customer; raises ``BadField`` where its entitlements could not be asked for."""
    name = required(row, "name")
    if not _CUSTOMER.fullmatch(name):
        raise BadField("name is not a customer's resource name")
    identity = row.get("cloudIdentityInfo")
    return Customer(
        name=name,
        company=shown_text(row.get("orgDisplayName")) or shown_text(row.get("domain")),
        console=link_of(identity.get("adminConsoleUri")) if isinstance(identity, Mapping) else None,
    )


def sku(row: Any) -> tuple[str, str] | None:
    """The resource name of what is sold, and what people call it; None where it says neither."""
    if not isinstance(row, Mapping) or not isinstance(row.get("name"), str):
        return None
    called = _called(row)
    return (row["name"], called) if called else None


def entitlement_id(row: Any) -> str:
    """The whole resource name: the last part is unique below its customer only."""
    return required(row, "name")


def trial_id(row: Any) -> str:
    """The id of the deadline that an entitlement's trial is."""
    return f"{entitlement_id(row)}:trial"


def commitment(row: Row, *, of: Customer, skus: Mapping[str, str]) -> Deadline | None:
    """The end of a commitment; None for an entitlement without one."""
    settings = _part(row, "commitmentSettings")
    due = due_of(settings.get("endTime"), field="commitmentSettings.endTime")
    if due is None:
        return None
    renewal = settings.get("renewalSettings")
    reasons = _reasons(row)
    return Deadline(
        external_id=entitlement_id(row),
        title=titled("Renew", _what(row, skus), of.company),
        url=of.console,
        category=Category.RENEWAL,
        account=of.company,
        reference=_reference(row),
        status=text_of(row.get("provisioningState")),
        closed="RENEWAL_WITH_TYPE_CANCEL" in reasons,
        due=due,
        summary=_renews(renewal) if isinstance(renewal, Mapping) else None,
        facts=facts_of(
            ("Seats", _parameter(row, "num_units")),
            ("Most seats", _parameter(row, "max_units")),
            *_terms(renewal if isinstance(renewal, Mapping) else {}),
            ("Suspended because", ", ".join(reasons)),
            ("Started", shown_day(settings.get("startTime"))),
            ("Purchase order", row.get("purchaseOrderId")),
            ("Add-on to", _last(_inner(row, "associationInfo", "baseEntitlement"))),
        ),
    )


def trial(row: Row, *, of: Customer, skus: Mapping[str, str]) -> Deadline | None:
    """The end of a trial, open as long as Google says that it is one."""
    settings = _part(row, "trialSettings")
    due = due_of(settings.get("endTime"), field="trialSettings.endTime")
    if due is None:
        return None
    reasons = _reasons(row)
    return Deadline(
        external_id=trial_id(row),
        title=titled("Trial ends:", _what(row, skus), of.company),
        url=of.console,
        category=Category.RENEWAL,
        account=of.company,
        reference=_reference(row),
        status=text_of(row.get("provisioningState")),
        closed=settings.get("trial") is not True or "TRIAL_ENDED" in reasons,
        due=due,
        facts=facts_of(
            ("Seats", _parameter(row, "num_units")),
            ("Most seats", _parameter(row, "max_units")),
            ("Suspended because", ", ".join(reasons)),
        ),
    )


def offer(row: Row) -> Deadline | None:
    """The day from which an offer cannot be sold any more; None for one without an end."""
    due = due_of(row.get("endTime"), field="endTime")
    if due is None:
        return None
    sold, deal = row.get("sku"), text_of(row.get("dealCode"))
    sold = sold if isinstance(sold, Mapping) else {}
    product = sold.get("product")
    plan = row.get("plan")
    plan = plan if isinstance(plan, Mapping) else {}
    name = required(row, "name")
    return Deadline(
        external_id=name,
        title=titled("Offer ends:", _called(row) or _called(sold) or str(_last(name)), None),
        category=Category.INCENTIVE if deal else Category.OTHER,
        reference=joined(f"offer {_last(name)}", deal and f"deal code {deal}"),
        due=due,
        facts=facts_of(
            ("Product", _called(product) if isinstance(product, Mapping) else None),
            ("SKU", _called(sold)),
            *_terms(plan),
            ("Trial", _period(plan.get("trialPeriod"))),
            *((f"List price ({what})", price) for what, price in _prices(row)),
            ("Valid from", shown_day(row.get("startTime"))),
        ),
    )


def link(row: Row) -> Deadline:
    """A distributor's link to an indirect reseller. Google gives no date by which to accept it."""
    name = required(row, "name")
    state = text_of(row.get("linkState"))
    identity = row.get("channelPartnerCloudIdentityInfo")
    domain = shown_text(identity.get("primaryDomain")) if isinstance(identity, Mapping) else None
    who = domain or shown_text(row.get("resellerCloudIdentityId")) or str(_last(name))
    act = "Invitation is not accepted yet:" if state == "INVITED" else "Channel partner link:"
    return Deadline(
        external_id=name,
        title=titled(act, who, None),
        url=link_of(row.get("inviteLinkUri")) if state == "INVITED" else None,
        category=Category.INVITATION,
        reference=f"link {_last(name)}",
        status=state,
        closed=state in _LINK_OVER,
        facts=facts_of(
            ("Invited", shown_day(row.get("createTime"))),
            ("Public ID", row.get("publicId")),
            ("Cloud Identity", row.get("resellerCloudIdentityId")),
        ),
    )


def _part(row: Row, name: str) -> Row:
    """An object inside a row; an empty one where there is none."""
    value = row.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise BadField(f"field {name} is not an object")
    return value or {}


def _inner(row: Row, *path: str) -> Any:
    value: Any = row
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _called(row: Row) -> str | None:
    return shown_text(_inner(row, "marketingInfo", "displayName"))


def _last(name: Any) -> str | None:
    """The last part of a resource name."""
    return text_of(name.rpartition("/")[2]) if isinstance(name, str) else None


def _what(row: Row, skus: Mapping[str, str]) -> str:
    """What is sold: by its name where Google lists it, else by its codes."""
    product = shown_text(_inner(row, "provisionedService", "productId"))
    code = shown_text(_inner(row, "provisionedService", "skuId"))
    return (
        skus.get(f"products/{product}/skus/{code}")
        or joined(product, code, by=" ")
        or f"entitlement {_last(entitlement_id(row))}"
    )


def _reference(row: Row) -> str:
    service = shown_text(_inner(row, "provisionedService", "provisioningId"))
    return joined(f"entitlement {_last(entitlement_id(row))}", service and f"service {service}")


def _reasons(row: Row) -> list[str]:
    """Google's words for why an entitlement is suspended."""
    listed = row.get("suspensionReasons")
    said = map(shown_text, listed if isinstance(listed, list) else [listed])
    return [reason for reason in said if reason and not reason.endswith(_UNSPECIFIED)]


def _renews(renewal: Row) -> str:
    # Left out means no: Google writes no boolean that is false.
    if renewal.get("enableRenewal") is not True:
        return "Ends then: it does not renew by itself."
    if renewal.get("resizeUnitCount") is True:
        return "Renews by itself, for the seats that are in use then."
    return "Renews by itself."


def _terms(plan: Row) -> tuple[tuple[str, Any], ...]:
    """How it is paid, as renewals and offers both say it."""
    kind = shown_text(plan.get("paymentPlan"))
    named = None if kind and kind.endswith(_UNSPECIFIED) else kind
    return ("Payment plan", named), ("Billed every", _period(plan.get("paymentCycle")))


def _period(value: Any) -> str | None:
    """ "1 MONTH", or None."""
    if not isinstance(value, Mapping):
        return None
    return joined(*(shown_text(value.get(n)) for n in ("duration", "periodType")), by=" ") or None


def _parameter(row: Row, name: str) -> Any:
    """The value of a parameter; what is assigned at the moment changes daily and is not read."""
    for parameter in objects(row.get("parameters")):
        if parameter.get("name") == name:
            value = parameter.get("value")
            return next((value[k] for k in _VALUES if k in value), None) if value else None
    return None


def _prices(row: Row) -> list[tuple[str, str]]:
    """The list price for each kind of unit: ("SEAT", "12.50 USD for 1 MONTH")."""
    found = []
    for entry in objects(row.get("priceByResources")):
        price = _inner(entry, "price", "basePrice")
        if isinstance(price, Mapping) and (said := _money(price)):
            period = _period(_inner(entry, "price", "pricePeriod"))
            unit = shown_text(entry.get("resourceType")) or "unit"
            found.append((unit, joined(said, period, by=" for ")))
    return found


def _money(price: Row) -> str | None:
    """Units as text and billionths beside them, as one exact number; None where it is none."""
    try:
        units = decimal_of(price.get("units", "0"), field="units")
        nanos = decimal_of(price.get("nanos", 0), field="nanos")
    except BadField:
        return None
    amount = (units or Decimal(0)) + (nanos or Decimal(0)) / _NANOS
    return joined(f"{amount:,f}", shown_text(price.get("currencyCode")), by=" ")

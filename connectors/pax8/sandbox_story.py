"""The story of the simulated Pax8 account: what it sells to whom, and what it owes.

Every date is relative to today; the shapes and the mixture of date forms are those of the
examples in Pax8's contract.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from connectors.sdk.sandbox import Row

CUSTOMERS = (
    "Hartwell Clinics",
    "Northgate Logistics",
    "Lakeside Schools",
    "Brightwater Council",
    "Meridian Law",
    "Ostrava Foods",
    "Pinecrest Credit Union",
    "Solano Wind",
)
DELETED = "Kestrel Fabrication"
"""A customer that the list of companies leaves out, and that can still be asked for."""

PARTNER = "Sato Cloud Services"
E3 = "Microsoft 365 E3"
PREMIUM = "Microsoft 365 Business Premium"


def key(what: str) -> str:
    """The id of something, always the same one."""
    return str(uuid5(NAMESPACE_URL, f"https://pax8.example/{what}"))


def day(today: date, offset: int) -> str:
    """A date as invoices write it, and some subscriptions."""
    return (today + timedelta(days=offset)).isoformat()


def stamp(today: date, offset: int) -> str:
    """A moment as most subscriptions write it."""
    return f"{day(today, offset)}T08:30:00Z"


def loose_stamp(today: date, offset: int) -> str:
    """A moment as companies write it, and the history: the offset has no colon."""
    return f"{day(today, offset)}T13:20:13.153-0700"


def companies(today: date) -> Iterator[Row]:
    """The customers; the last one is deleted."""
    for place, name in enumerate((*CUSTOMERS, DELETED)):
        yield {
            "id": key(name),
            "name": name,
            "address": {
                "street": f"{100 + place} Liberty Lane",
                "city": "Denver",
                "postalCode": "80210",
                "country": "US",
                "stateOrProvince": "Colorado",
            },
            "phone": f"555-555-01{place:02d}",
            "website": f"{name.split()[0].lower()}.example",
            "status": "Deleted" if name == DELETED else "Active",
            "externalId": f"A{100 + place}",
            "selfServiceAllowed": False,
            "billOnBehalfOfEnabled": False,
            "orderApprovalRequired": False,
            "updatedDate": loose_stamp(today, -30 - place),
        }


def ending(today: date) -> Iterator[Row]:
    """Subscriptions of which something ends: a commitment, a trial, themselves."""
    told: tuple[tuple[str, str, str, int, float, str, dict[str, Any]], ...] = (
        (E3, "Hartwell Clinics", "Active", 140, 32.01, "USD", _committed(today, 5, "1-Year")),
        (PREMIUM, "Northgate Logistics", "Active", 62, 22, "USD", _committed(today, 13, "1-Year")),
        ("Proofpoint Essentials - Professional", "Meridian Law", "PendingCancel", 24, 4.5, "USD",
         {"endDate": day(today, 6)}),
        ("Adobe Creative Cloud", "Lakeside Schools", "Trial", 5, 0, "USD",
         {"endDate": stamp(today, 9), "billingTerm": "Trial"}),
        ("Microsoft Defender for Business", "Brightwater Council", "Active", 310, 2.75, "USD",
         _committed(today, 27, "3-Year") | {"endDate": stamp(today, 400)}),
        ("VMware vSphere Essentials Plus", "Ostrava Foods", "Active", 2, 1896, "CAD",
         {"endDate": loose_stamp(today, 41)}),
        ("Dropbox Business Advanced", "Solano Wind", "Activated", 18, 33, "USD",
         _committed(today, 77, "1-Year")),
        ("Acronis Cyber Protect", DELETED, "Active", 12, 8.4, "USD",
         _committed(today, 19, "1-Year")),
        ("Webroot SecureAnywhere", "Pinecrest Credit Union", "Cancelled", 40, 2.2, "USD",
         {"endDate": day(today, -12)}),
        ("Keeper Business", "Meridian Law", "Converted", 10, 0, "USD",
         {"endDate": stamp(today, -25), "billingTerm": "Trial"}),
        ("BitTitan MigrationWiz", "Solano Wind", "Cancelled", 60, 12, "USD",
         {"endDate": day(today, -400)}),
    )  # fmt: skip
    for place, (product, customer, status, quantity, price, currency, more) in enumerate(told):
        yield _subscription(today, place, product, customer, status) | {
            "quantity": quantity,
            "price": price,
            "partnerCost": round(price * 0.84, 2),
            "currencyCode": currency,
            **more,
        }


def waiting(today: date) -> Iterator[Row]:
    """Subscriptions that nobody can use until somebody gives details."""
    told = ((PREMIUM, "Ostrava Foods", 12), ("Exclaimer Cloud", "Lakeside Schools", 85))
    for place, (product, customer, quantity) in enumerate(told, start=20):
        row = _subscription(today, place, product, customer, "WaitingForDetails")
        yield row | {"quantity": quantity, "price": 22, "currencyCode": "USD"}


def quiet(today: date) -> Iterator[Row]:
    """Monthly subscriptions, of which nothing ends."""
    told = (
        ("Google Workspace Business Starter", "Pinecrest Credit Union", "Active"),
        ("Microsoft 365 Business Standard", "Solano Wind", "PendingAutomated"),
        ("SentinelOne Control", "Hartwell Clinics", "PendingManual"),
    )
    for place, (product, customer, status) in enumerate(told, start=30):
        row = _subscription(today, place, product, customer, status)
        yield row | {"quantity": 8, "price": 6, "currencyCode": "USD"}


def many(today: date, count: int, random: Random) -> Iterator[Row]:
    """Subscriptions for a bench: yearly ones of every customer."""
    for number in range(count):
        row = _subscription(today, 1000 + number, E3, random.choice(CUSTOMERS), "Active")
        ends = _committed(today, random.randrange(0, 365), "1-Year")
        price = random.randrange(200, 9000) / 100
        yield row | ends | {"quantity": 1 + number % 50, "price": price, "currencyCode": "USD"}


def _committed(today: date, ends: int, term: str) -> Row:
    commitment = {"id": key(f"commitment {term}"), "term": term, "endDate": stamp(today, ends)}
    return {"commitmentTerm": commitment, "billingTerm": "Annual"}


def _subscription(today: date, place: int, product: str, customer: str, status: str) -> Row:
    begun = -200 + place % 100
    return {
        "id": key(f"subscription {place}"),
        "companyId": key(customer),
        "productId": key(product),
        "vendorSkuId": f"SKU-{place:04d}",
        "startDate": stamp(today, begun + 1),
        # Pax8's examples have all three forms in this one field.
        "createdDate": (day, stamp, loose_stamp)[place % 3](today, begun),
        "billingStart": day(today, begun + 1),
        "status": status,
        "productName": product,
        "billingTerm": "Monthly",
    }


def invoices(today: date) -> Iterator[Row]:
    """Invoices; the carried ones live on in the balance of the next."""
    told = (
        (12, 9985.96, 2210.4, 7775.56, "Unpaid", "USD"),
        (4, 1204.3, 1204.3, 0, "Unpaid", "CAD"),
        (-19, 7775.56, 7775.56, 0, "Carried", "USD"),
        (-50, 8120, 0, 0, "Paid", "USD"),
        (-51, 0, 0, 0, "Nothing Due", "CAD"),
        (-81, 640.25, 640.25, 0, "Unpaid", "CAD"),
        (-140, 7430.1, 0, 0, "Paid", "USD"),
    )
    for place, (due, total, balance, carried, status, currency) in enumerate(told):
        yield {
            "id": key(f"invoice {place}"),
            "total": total,
            "currencyCode": currency,
            "balance": balance,
            "carriedBalance": carried,
            "status": status,
            "invoiceDate": day(today, due - 14),
            "dueDate": day(today, due),
            "partnerName": PARTNER if currency == "USD" else f"{PARTNER} Canada",
        }


def draft_items(first: date, month: str) -> Iterator[Row]:
    """The items of one month's draft; ``month`` is "this" or "next"."""
    told = (
        (E3, "Hartwell Clinics", "Microsoft", 140, 26.89, "USD", "subscription"),
        (PREMIUM, "Northgate Logistics", "Microsoft", 62, 18.48, "USD", "subscription"),
        ("Dropbox Business Advanced", "Solano Wind", "Dropbox", 18, 27.72, "USD", "subscription"),
        ("Acronis Cyber Protect", DELETED, "Acronis", 12, 7.06, "USD", "prorate"),
        ("Pax8 rebate", "Hartwell Clinics", "Microsoft", 1, -120.5, "USD", "rebate"),
        ("VMware vSphere Essentials Plus", "Ostrava Foods", "VMware", 2, 1592.64, "CAD",
         "subscription"),
    )  # fmt: skip
    for place, (product, customer, vendor, quantity, cost, currency, kind) in enumerate(told):
        if month == "this" and currency == "CAD":
            continue
        total = round(cost * quantity, 2)
        yield {
            "id": key(f"draft {month} {place}"),
            "type": kind,
            "companyId": key(customer),
            "companyName": customer,
            "startPeriod": first.isoformat(),
            "endPeriod": (first + timedelta(days=27)).isoformat(),
            "quantity": quantity,
            "unitOfMeasure": "User",
            "term": "Rebate" if kind == "rebate" else "Monthly",
            "sku": f"PAX-{place:03d}",
            "description": product,
            "chargeType": "per",
            "price": round(cost * 1.19, 2),
            "cost": cost,
            "costTotal": total,
            "offeredBy": "Pax8",
            "billedByPax8": False,
            "productId": key(product),
            "productName": product,
            "amountDue": total,
            "currencyCode": currency,
            "vendorName": vendor,
        }


def quotes(today: date) -> Iterator[Row]:
    """Quotes in every state, each with the end that only its own answer tells."""
    told = (
        ("Q-20417", "Brightwater Council", "sent", 8, 4180.0, 1240.5),
        ("Q-20422", "Lakeside Schools", "changes_requested", 15, 0, 890.0),
        ("Q-20431", "Meridian Law", "draft", 29, 320.0, 61.2),
        ("Q-20388", "Northgate Logistics", "accepted", -3, 12990.0, 0),
        ("Q-20310", "Ostrava Foods", "expired", -40, 700.0, 70.0),
    )
    for place, (code, customer, status, expires, initial, recurring) in enumerate(told):
        yield {
            "id": key(f"quote {code}"),
            "referenceCode": code,
            "client": {"id": key(customer), "isShadowCompany": False, "name": customer},
            "createdBy": "Rin Sato",
            "createdOn": f"{day(today, -30 - place)}T15:04:05.123Z",
            "updatedOn": f"{day(today, -2 - place)}T09:10:11.456Z",
            "expiresOn": f"{day(today, expires)}T23:59:59Z",
            "intentType": "PARTNER_TO_CLIENT",
            "published": status != "draft",
            "status": status,
            "totals": {
                "initialTotal": {"amount": initial, "currency": "USD"},
                "recurringTotal": {"amount": recurring, "currency": "USD"},
            },
        } | ({} if status == "draft" else {"publishedOn": f"{day(today, -20)}T10:00:00Z"})

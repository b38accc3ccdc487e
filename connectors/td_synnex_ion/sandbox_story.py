"""The rows of the simulated Ion account: a partner's cloud business, and more where wanted.

Written from the samples in the documentation of TD SYNNEX's own SDK. Dates are relative to ``now``.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from connectors.sdk.sandbox import Row

ACCOUNT = "7315"
CUSTOMERS = (
    ("4401", "Meridian Law"),
    ("4402", "Ostrava Foods"),
    ("4403", "Hartwell Clinics"),
    ("4404", "Northgate Logistics"),
    ("4405", "Solano Wind"),
    ("4406", "Lakeside Schools"),
)
_NAMES = dict(CUSTOMERS)
_PRODUCTS = ("Microsoft 365 Business Premium", "Google Workspace Standard", "Defender for Business")


def stamp(now: datetime, days: int) -> str:
    """A day, as Ion writes its dates: midnight in UTC."""
    return f"{now + timedelta(days=days):%Y-%m-%d}T00:00:00Z"


def customers(now: datetime) -> Iterator[Row]:
    """The end customers, by number."""
    for number, organization in CUSTOMERS:
        yield {
            "name": f"accounts/{ACCOUNT}/customers/{number}",
            "customerOrganization": organization,
            "customerAddress": {"street": "1 Main St", "city": "Hilltop", "country": "US"},
            "customerName": f"Contact of {organization}",
            "customerEmail": f"it-{number}@customer.example",
            "customerPhone": "555-0100",
            "createTime": stamp(now, -600),
            "updateTime": stamp(now, -30),
            "languageCode": "EN",
            "uid": f"uid-{number}",
            "customerStatus": "ACTIVE",
        }


def subscriptions(now: datetime) -> Iterator[Row]:
    """Subscriptions that people talk about: the first ends soon and does not renew by itself."""
    told = (
        # id, customer, what, ends, cancel until, seats, price, status, renews by itself
        ("88101", "4401", "Microsoft 365 Business Premium", 6, -359, 62, 20.9, "active", False),
        ("88102", "4403", "Microsoft 365 E3", 13, -352, 120, 34.5, "active", True),
        ("88103", "4404", "Google Workspace Standard", 21, -344, 45, 11.04, "active", True),
        ("88104", "4402", "Defender for Business", 37, -328, 80, 2.75, "active", True),
        ("88105", "4406", "Microsoft 365 A3", 361, 3, 410, 2.9, "active", True),
        ("88106", "4405", "Azure plan", None, None, None, 0, "active", None),
        ("88107", "4405", "Acronis Cyber Protect", 363, 5, 25, 6.4, "active", True),
        ("88108", "4404", "Dropbox Business (trial)", 9, None, 15, 0, "active", False),
        ("88109", "4402", "Exchange Online Plan 1", -20, -385, 30, 3.8, "expired", False),
        ("88110", "4401", "Visio Plan 2", -3, -368, 4, 14.1, "suspended", False),
    )
    for number, customer, what, ends, until, seats, price, status, renews in told:
        yield _subscription(
            now,
            number=number,
            customer=customer,
            what=what,
            ends=ends,
            until=until,
            seats=seats,
            price=price,
            status=status,
            renews=renews,
        )


def many_subscriptions(now: datetime, count: int, seed: int) -> Iterator[Row]:
    """Subscriptions for tests of long lists."""
    random = Random(seed)  # noqa: S311 - sample data, no secret
    for number in range(count):
        yield _subscription(
            now,
            number=str(500_000 + number),
            customer=random.choice(CUSTOMERS)[0],
            what=random.choice(_PRODUCTS),
            ends=random.randrange(1, 365),
            seats=random.randrange(1, 400),
            price=random.randrange(100, 4000) / 100,
        )


def _subscription(
    now: datetime,
    *,
    number: str,
    customer: str,
    what: str,
    ends: int | None,
    seats: int | None,
    price: float,
    until: int | None = None,
    status: str = "active",
    renews: bool | None = True,
) -> Row:
    total = round(price * (seats or 1), 2)
    row: Row = {
        "id": number,
        "customerId": customer,
        "resellerId": "222",
        "cloudProviderId": "99",
        "subscriptionId": f"59a53ae5-9abf-4002-dbbc-{int(number):012d}",
        "subscriptionName": what,
        "resourceType": "CLOUD::License",
        "ccpProductId": f"prod-{number}",
        "unitType": "Licenses",
        "subscriptionStatus": status,
        "subscriptionStartDate": stamp(now, -365 if ends is None else ends - 365),
        "subscriptionBillingType": "license",
        "subscriptionBillingCycle": "monthly",
        "subscriptionBillingTerm": "P1Y",
        "ccpProductInfo": {"productDisplayName": what, "planDisplayName": f"{what}, annual"},
        "isTrial": "trial" in what,
        "customerName": _NAMES[customer],
        "partnerName": "Halden Systems",
        "lastUpdatedDate": stamp(now, -1),
        "price": price,
        "cost": round(price * 0.84, 2),
        "currency": "USD",
        "margin": round(price * 0.16, 2),
        "total": total,
        "mfgPartNumber": f"MFG-{number}:P1Y:M",
    }
    if ends is not None:
        row |= {"subscriptionEndDate": stamp(now, ends), "renewalDate": stamp(now, ends)}
    if until is not None:
        row |= {"cancellationAllowedUntilDate": stamp(now, until)}
    if seats is not None:
        row |= {"subscriptionTotalLicenses": seats}
    if renews is not None:
        row |= {"autoRenew": renews, "subscriptionRenewStatus": "ENABLED" if renews else "DISABLED"}
    return row


def orders(now: datetime) -> Iterator[Row]:
    """Orders; those on hold wait for somebody."""
    told = (
        ("891011", "4401", ("Microsoft 365 Business Premium",), 12, "ON_HOLD"),
        ("891012", "4404", ("Azure reservation", "Windows Server CAL"), 2, "ON_HOLD"),
        ("891013", "4406", ("Microsoft 365 A3",), 40, "ON_HOLD"),
        ("891020", "4402", ("Defender for Business",), 80, "COMPLETED"),
        ("891021", "4403", ("Power BI Pro",), 9, "IN_PROGRESS"),
    )
    for number, customer, products, quantity, status in told:
        name = f"accounts/{ACCOUNT}/customers/{customer}/orders/{number}"
        yield {
            "name": name,
            "referenceId": f"customers/{customer}/carts/{number[-3:]}",
            "displayName": f"Cart - 17151{number}000",
            "userId": "5432",
            "userName": "Omar Farah",
            "userEmail": "omar.farah@halden.example",
            "status": status,
            "currencyCode": "USD",
            "cartId": number[-3:],
            "orderItems": [
                {
                    "name": f"{name}/orderItems/{place}",
                    "action": "CREATE",
                    "quantity": quantity,
                    "providerName": "UNSPECIFIED" if place else "MICROSOFT",
                    "status": "ACTIVE",
                    "createTime": stamp(now, -4),
                    "productName": product,
                    "skuName": product,
                    "planName": f"{product}, annual",
                }
                for place, product in enumerate(products)
            ],
            "createTime": f"{now - timedelta(days=4):%Y-%m-%d}T09:29:50Z",
            "updateTime": f"{now - timedelta(days=4):%Y-%m-%d}T09:35:10Z",
            "scheduledAt": f"{now - timedelta(days=4):%Y-%m-%d}T09:35:10Z",
        }

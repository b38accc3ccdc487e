"""The rows of the simulated reseller account, in the shape of Google's discovery document.

Dates are relative to ``now``. What is false, zero or empty is left out, as Google does.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from connectors.sdk.sandbox import Row

ACCOUNT = "accounts/C02seed1"
CUSTOMERS = (
    ("S4mLaw01", "Meridian Law", "meridianlaw.example"),
    ("S4nLog02", "Northgate Logistics", "northgate.example"),
    ("S4lSch03", "Lakeside Schools", "lakeside.example"),
    ("S4oFoo04", "Ostrava Foods", "ostravafoods.example"),
)
PRODUCTS = {
    "Google-Apps": ("Google Workspace", {
        "1010020028": "Google Workspace Business Standard",
        "1010020025": "Google Workspace Business Plus",
        "1010060001": "Google Workspace Essentials",
    }),
    "Google-Vault": ("Google Vault", {"Google-Vault-Former-Employee": "Vault Former Employee"}),
    "101031": ("Google Workspace for Education", {"1010310008": "Education Plus"}),
}  # fmt: skip


def moment(now: datetime, days: int) -> str:
    """An instant as Google writes it, with nine digits of a second."""
    return f"{now + timedelta(days=days):%Y-%m-%d}T07:59:59.123456789Z"


def customers(now: datetime) -> Iterator[Row]:
    """The reseller's own customers. The last one has nothing."""
    for number, company, domain in CUSTOMERS:
        yield {
            "name": f"{ACCOUNT}/customers/{number}",
            "orgDisplayName": company,
            "domain": domain,
            "primaryContactInfo": {"displayName": "Robin Vale", "email": f"robin@{domain}"},
            "cloudIdentityId": f"C0{number[-2:]}",
            "cloudIdentityInfo": {
                "customerType": "DOMAIN",
                "primaryDomain": domain,
                "adminConsoleUri": f"https://admin.google.com/ac/accountchooser?continue={domain}",
            },
            "createTime": moment(now, -700),
            "updateTime": moment(now, -3),
        }


def skus() -> Iterator[Row]:
    """All that the reseller may sell."""
    for product, (called, variants) in PRODUCTS.items():
        for code, name in variants.items():
            yield {
                "name": f"products/{product}/skus/{code}",
                "marketingInfo": {"displayName": name, "description": f"<b>{name}</b>"},
                "product": {
                    "name": f"products/{product}",
                    "marketingInfo": {"displayName": called},
                },
            }


def entitlements(now: datetime) -> Iterator[Row]:
    """Commitments, trials and one pay-as-you-go plan, which has no end."""
    told = (
        # customer, number, product, sku, seats, ends, renews, suspended because
        (0, "S88101", "Google-Apps", "1010020028", 62, 6, False, ()),
        (0, "S88102", "Google-Vault", "Google-Vault-Former-Employee", 8, 40, True, ()),
        (1, "S88103", "Google-Apps", "1010020025", 45, 19, True, ()),
        (1, "S88104", "Google-Apps", "1010060001", 12, -4, True, ("RENEWAL_WITH_TYPE_CANCEL",)),
        (2, "S88105", "101031", "1010310008", 410, 121, True, ()),
        (2, "S88106", "Google-Vault", "Google-Vault-Former-Employee", 20, 33, False,
         ("PENDING_TOS_ACCEPTANCE",)),
    )  # fmt: skip
    for customer, number, product, sku, seats, ends, renews, reasons in told:
        yield commitment(
            now, customer, number, sku=(product, sku), seats=seats, ends=ends, renews=renews,
            reasons=reasons,
        )  # fmt: skip
    yield _trial(now, 1, "S88110", ends=9)
    yield _trial(now, 2, "S88111", ends=-2, reasons=("TRIAL_ENDED",))
    yield {
        **_entitlement(now, 1, "S88112", sku=("Google-Apps", "1010020025")),
        "parameters": [_parameter("max_units", 30), _parameter("assigned_units", 22)],
    }


def many_entitlements(now: datetime, count: int, seed: int) -> Iterator[Row]:
    """Entitlements of one large customer for tests of long lists."""
    random = Random(seed)  # noqa: S311 - sample data, no secret
    variants = [(p, sku) for p, (_, listed) in PRODUCTS.items() for sku in listed]
    for number in range(count):
        yield commitment(
            now,
            2,
            f"T{number:06d}",
            sku=random.choice(variants),
            seats=random.randrange(1, 900),
            ends=random.randrange(1, 365),
            renews=random.random() < 0.7,
        )


def commitment(
    now: datetime,
    customer: int,
    number: str,
    *,
    sku: tuple[str, str],
    seats: int,
    ends: int,
    renews: bool,
    reasons: tuple[str, ...] = (),
) -> Row:
    """An entitlement with a commitment; ``enableRenewal`` is left out where it is false."""
    renewal: Row = {
        "paymentPlan": "COMMITMENT",
        "paymentCycle": {"duration": 1, "periodType": "MONTH"},
        **({"enableRenewal": True} if renews else {}),
        **({"resizeUnitCount": True} if renews and seats > 60 else {}),
    }
    return {
        **_entitlement(now, customer, number, sku=sku, reasons=reasons),
        "parameters": [_parameter("num_units", seats), _parameter("assigned_units", seats - 3)],
        "commitmentSettings": {
            "startTime": moment(now, ends - 365),
            "endTime": moment(now, ends),
            "renewalSettings": renewal,
        },
    }


def _trial(
    now: datetime, customer: int, number: str, *, ends: int, reasons: tuple[str, ...] = ()
) -> Row:
    return {
        **_entitlement(now, customer, number, sku=("Google-Apps", "1010060001"), reasons=reasons),
        "parameters": [_parameter("num_units", 15)],
        "trialSettings": {"trial": True, "endTime": moment(now, ends)},
    }


def _entitlement(
    now: datetime,
    customer: int,
    number: str,
    *,
    sku: tuple[str, str],
    reasons: tuple[str, ...] = (),
) -> Row:
    whose = f"{ACCOUNT}/customers/{CUSTOMERS[customer][0]}"
    suspended: Row = {"suspensionReasons": list(reasons)} if reasons else {}
    return {
        "name": f"{whose}/entitlements/{number}",
        "createTime": moment(now, -400),
        "updateTime": moment(now, -1),
        "offer": f"{ACCOUNT}/offers/OF-{sku[1]}",
        "provisioningState": "SUSPENDED" if reasons else "ACTIVE",
        "provisionedService": {
            "provisioningId": f"sub-{number}",
            "productId": sku[0],
            "skuId": sku[1],
        },
        "purchaseOrderId": f"PO-{number[-4:]}",
        **suspended,
    }


def _parameter(name: str, units: int) -> Row:
    return {"name": name, "value": {"int64Value": str(units)}, "editable": name != "assigned_units"}


def offers(now: datetime) -> Iterator[Row]:
    """What can be sold: two promotions with a deal code, one plan that ends, most without end."""
    told = (
        # number, called, product, sku, plan, ends, deal code, price of a seat
        ("OF-PROMO-25", "Business Plus, 25% off the first year", "Google-Apps", "1010020025",
         "COMMITMENT", 24, "EMEA-BP25", ("13", 500_000_000)),
        ("OF-EDU-3Y", "Education Plus, three years", "101031", "1010310008",
         "COMMITMENT", 52, "EDU-LOCK", ("4", 170_000_000)),
        ("OF-ESS-FLEX", "Essentials, flexible", "Google-Apps", "1010060001", "FLEXIBLE", 80, None,
         ("8", 0)),
        ("OF-1010020028", "Business Standard, annual", "Google-Apps", "1010020028",
         "COMMITMENT", None, None, ("12", 0)),
        ("OF-1010020025", "Business Plus, annual", "Google-Apps", "1010020025",
         "COMMITMENT", None, None, ("18", 0)),
        ("OF-1010310008", "Education Plus, annual", "101031", "1010310008",
         "COMMITMENT", None, None, ("5", 0)),
    )  # fmt: skip
    known = {row["name"]: row for row in skus()}
    for number, called, product, sku, plan, ends, deal, (units, nanos) in told:
        price: Row = {"currencyCode": "USD", "units": units, **({"nanos": nanos} if nanos else {})}
        yield {
            "name": f"{ACCOUNT}/offers/{number}",
            "marketingInfo": {"displayName": called, "description": f"<p>{called}</p>"},
            "sku": known[f"products/{product}/skus/{sku}"],
            "plan": {
                "paymentPlan": plan,
                "paymentType": "POSTPAY",
                "paymentCycle": {"duration": 1, "periodType": "MONTH"},
            },
            "priceByResources": [
                {
                    "resourceType": "SEAT",
                    "price": {
                        "basePrice": price,
                        "pricePeriod": {"duration": 1, "periodType": "MONTH"},
                    },
                }
            ],
            "startTime": moment(now, -120),
            **({"endTime": moment(now, ends)} if ends is not None else {}),
            **({"dealCode": deal} if deal else {}),
        }


def links(now: datetime) -> Iterator[Row]:
    """A distributor's indirect resellers: two have not answered yet."""
    told = (
        ("CL01", "blueharbor.example", "INVITED", -6),
        ("CL02", "nordlicht-it.example", "INVITED", -21),
        ("CL03", "alderpoint.example", "ACTIVE", -300),
        ("CL04", "vista-cloud.example", "SUSPENDED", -410),
        ("CL05", "oldmill.example", "REVOKED", -520),
    )
    for number, domain, state, days in told:
        yield {
            "name": f"{ACCOUNT}/channelPartnerLinks/{number}",
            "resellerCloudIdentityId": f"C0{number}",
            "linkState": state,
            "publicId": f"P{number}99",
            "inviteLinkUri": f"https://channelservices.cloud.google.com/link/{number}",
            "createTime": moment(now, days),
            "updateTime": moment(now, days),
            "channelPartnerCloudIdentityInfo": {
                "customerType": "DOMAIN",
                "primaryDomain": domain,
                "isDomainVerified": True,
            },
        }

"""The rows of the simulated Cloud-iQ account: a licence partner's quarter. Dates follow ``today``.

They are in the shape that Crayon's contract has for them, with names for enumerations; what the
contract of 2020 does not know yet (a subscription's term, its last day to cancel) comes from
Crayon's current SDK.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from connectors.sdk.sandbox import Row

PARTNER = {"Id": 4001, "Name": "Halden Systems"}
BRANCH = {"Id": 4002, "Name": "Halden Systems Nordic"}
MICROSOFT = {"Id": 2, "Name": "Microsoft"}
CITRIX = {"Id": 31, "Name": "Citrix"}
ADOBE = {"Id": 12, "Name": "Adobe"}
REDHAT = {"Id": 44, "Name": "Red Hat"}
CUSTOMERS = {
    7001: "Hartwell Clinics",
    7002: "Northgate Logistics",
    7003: "Lakeside Schools",
    7004: "Brightwater Council",
    7005: "Meridian Law",
}
PRODUCTS = ("Microsoft 365 E3", "Exchange Online (Plan 1)", "Power BI Pro", "Visio Plan 2")


def stamp(today: date, days: int, *, zone: str = "+00:00") -> str:
    """Midnight of a day. Cloud-iQ writes some with a zone and some without."""
    return f"{today + timedelta(days=days)}T00:00:00{zone}"


def month_of(today: date, back: int) -> date:
    """The first day of the month that lies so many months back."""
    year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
    return date(year, month + 1, 1)


def containers(today: date) -> Iterator[Row]:
    """A report for each program and month. The current month's is open since its first day."""
    spla = {"Id": 61, "Name": "Microsoft SPLA", "IsCommitment": False, "Publisher": MICROSOFT}
    csp = {"Id": 75, "Name": "Citrix Service Provider", "IsCommitment": True, "Publisher": CITRIX}
    told = (
        (88012, spla, MICROSOFT, 3, "Order", ()),
        (88040, spla, MICROSOFT, 2, "Draft", ("Row 4: the quantity is missing.",)),
        (88067, spla, MICROSOFT, 1, "Draft", ()),
        (88091, spla, MICROSOFT, 0, "Draft", ()),
        (88068, csp, CITRIX, 1, "Order", ()),
        (88092, csp, CITRIX, 0, "Draft", ()),
    )
    for number, program, publisher, back, kind, issues in told:
        first = month_of(today, back)
        yield {
            "Id": number,
            "Name": f"{program['Name']} {first:%Y-%m}",
            "Category": "Report",
            "Type": kind,
            "UsageMonth": f"{first}T00:00:00",
            "Organization": PARTNER,
            "Program": program,
            "Publisher": publisher,
            "Issues": [{"Code": "RowIssue", "Message": text} for text in issues],
            "QuoteValidToDate": None,
            "TotalSalesPrice": [{"CurrencyCode": "NOK", "Value": 18450.5}],
            "ActiveDraft": kind == "Draft",
            "Removed": False,
        }


AGREEMENTS_REPORTED = {
    5101: ("SPLA Northgate hosting", "83120771"),
    5102: ("SPLA Meridian hosting", "83120942"),
    5207: ("Citrix CSP Brightwater", "CSP-50071"),
}


def reports() -> Iterator[Row]:
    """One status for each agreement in each report; ``key`` is the sandbox's own."""
    told = (
        (88012, 5101, "UsageReported"),
        (88012, 5102, "ZeroUsageReported"),
        (88040, 5101, "UsageReported"),
        (88040, 5102, "NotReported"),
        (88067, 5101, "NotReported"),
        (88067, 5102, "NotReported"),
        (88091, 5101, "NotReported"),
        (88068, 5207, "UsageAndZeroUsageReported"),
        (88092, 5207, "NotReported"),
    )
    for container, agreement, status in told:
        name, number = AGREEMENTS_REPORTED[agreement]
        yield {
            "key": f"{container}:{agreement}",
            "ProductContainer": {"Id": container, "Name": None},
            "Agreement": {
                "Id": agreement,
                "Name": name,
                "AgreementNumber": number,
                "CommitmentLevel": 1.5 if agreement == 5207 else 0.0,
            },
            "Status": status,
            "HasValidAgreementTerm": True,
        }


def agreements(today: date) -> Iterator[Row]:
    """Agreements by their end; the last two lie outside what is asked for."""
    told = (
        (5101, "SPLA Northgate hosting", "83120771", MICROSOFT, "SPLA", "ReportingAgreement", 34),
        (5102, "SPLA Meridian hosting", "83120942", MICROSOFT, "SPLA", "ReportingAgreement", 131),
        (5207, "Citrix CSP Brightwater", "CSP-50071", CITRIX, "CSP", "ReportingAgreement", 58),
        (5310, "Adobe VIP Lakeside", "VIP-7720", ADOBE, "VIP", "LicenseAgreement", 12),
        (5344, "Red Hat frame", "RH-1180", REDHAT, "CCSP", "FrameAgreement", 340),
        (5290, "Open Value Hartwell", "V4471920", MICROSOFT, "Open Value", "OpenAgreement", -21),
        (5021, "Select Plus, ended", "S1120087", MICROSOFT, "Select Plus", "OtherAgreement", -400),
        (5355, "CSP indirect", "CSP-1", MICROSOFT, "CSP", "CloudSeatAgreement", 2600),
    )
    for number, name, external, publisher, program, kind, days in told:
        yield {
            "Id": number,
            "Name": name,
            "Number": external,
            "Publisher": publisher,
            "Program": {"Id": 60 + len(program), "Name": program},
            "Organization": BRANCH if publisher is ADOBE else PARTNER,
            "AgreementType": kind,
            "StartDate": stamp(today, days - 1095),
            "EndDate": stamp(today, days),
            "Disabled": number == 5290,
            "HasTerms": True,
            "CommitmentLevel": 1.5 if publisher is CITRIX else 0.0,
            "CustomerNumber": f"C-{number}",
            "MasterAgreement": "MBSA U1187" if publisher is MICROSOFT else None,
            "ParentAgreementId": None,
            "SalesPriceCurrencyCode": "NOK",
        }


def subscriptions(today: date) -> Iterator[Row]:
    """Seats with a term, one that can still be cancelled, one about to be suspended, one usage."""
    told: tuple[tuple[Any, ...], ...] = (
        (9001, "Microsoft 365 E3", 7001, 9, False, "P1Y", None, None, "Active", 210, 3980.0),
        (9002, "Microsoft 365 E3", 7002, 362, True, "P1Y", 4, None, "Active", 85, 3980.0),
        (9003, "Visio Plan 2", 7003, 26, True, "P1M", -3, None, "Active", 12, 152.4),
        (9004, "Power BI Pro", 7004, 75, False, "P1Y", None, 6, "Active", 40, 98.5),
        (9005, "Azure plan", 7002, None, None, None, None, None, "Active", 1, 0.0),
        (9006, "Exchange Online (Plan 1)", 7005, -40, False, "P1Y", None, None, "Deleted", 9, 41.2),
        (9007, "Acrobat Pro for teams", 7003, 48, None, None, None, None, "Suspended", 25, 270.0),
    )
    for number, product, tenant, ends, renews, term, cancel, suspend, status, seats, price in told:
        yield {
            "Id": number,
            "Name": product,
            "Publisher": ADOBE if "Acrobat" in product else MICROSOFT,
            "PublisherSubscriptionId": f"6b1f0c2e-5d1a-4d0e-9c7a-{number:012}",
            "Organization": PARTNER,
            "CustomerTenant": {"Id": tenant},
            "Product": _product(product),
            "Quantity": seats,
            "Status": status,
            "ProvisionType": "Usage" if term is None and ends is None else "Seat",
            "BillingCycle": "Monthly",
            "IsTrial": False,
            "CreationDate": stamp(today, -300),
            "StartDate": stamp(today, -300, zone=""),
            "EndDate": None if ends is None else stamp(today, ends, zone=""),
            "SalesPrice": price,
            "TermDuration": term,
            "AutoRenewEnabled": renews,
            "CancellationAllowedUntilDate": None if cancel is None else stamp(today, cancel),
            "AutoSuspensionDate": None if suspend is None else stamp(today, suspend),
        }


def _product(name: str) -> Row:
    part = f"CFQ7TTC0{sum(map(ord, name)) % 10_000:04}"
    return {"Id": sum(map(ord, name)), "PartNumber": part, "ItemName": name}


def many_subscriptions(today: date, count: int, random: Random) -> Iterator[Row]:
    """Subscriptions for a bench."""
    stamps = [stamp(today, days, zone="") for days in range(1, 360)]
    like = next(iter(subscriptions(today)))
    for number in range(count):
        product = random.choice(PRODUCTS)
        yield {
            **like,
            "Id": 20_000 + number,
            "Name": product,
            "Product": _product(product),
            "CustomerTenant": {"Id": random.choice(list(CUSTOMERS))},
            "EndDate": random.choice(stamps),
            "Quantity": random.randrange(1, 400),
        }


def tenants() -> Iterator[Row]:
    """The end customers."""
    for number, name in CUSTOMERS.items():
        yield {
            "Id": number,
            "Name": name,
            "Publisher": MICROSOFT,
            "DomainPrefix": name.split()[0].lower(),
            "Organization": PARTNER,
            "CustomerTenantType": "T2",
        }


PRICES = (
    "<p>From <strong>1 April</strong> annual plans that are billed monthly cost 5% more.</p>"
    "<script>track()</script>"
)
ZERO_USAGE = (
    "<p>A month without a report is treated as <em>not reported</em>.</p>"
    "<ul><li>Report zero usage</li><li>Do it each month</li></ul>"
)
NEW_TERMS = '<p>Read <a href="https://www.crayon.example/nca?utm=1">what changes</a>.</p>'


def blog_items(today: date) -> Iterator[Row]:
    """Announcements; one has no link, one brings markup that nobody should run."""
    told = (
        ("Price change of annual plans billed monthly", "annual-plans", -2, PRICES),
        ("SPLA: report zero usage too", "spla-zero", -9, ZERO_USAGE),
        ("Cloud-iQ is read-only on Saturday", None, -11, "Maintenance from 20:00 to 23:00 CET."),
        ("New customer agreement: what changes", "nca", -30, NEW_TERMS),
    )
    for title, link, days, text in told:
        yield {
            "key": title,
            "Title": title,
            "Author": "Crayon",
            "Description": text,
            "Image": None,
            "Link": f"https://www.crayon.example/news/{link}" if link else None,
            "PublicationDate": f"{today + timedelta(days=days)}T08:30:00+01:00",
        }


def organizations() -> Iterator[Row]:
    """The partner, its branch, and one for which Crayon names nobody; ``contact`` is ours."""
    told = (
        (PARTNER, None, ("Ingrid Solberg", "ingrid.solberg@crayon.example", "+47 22 00 11 22")),
        (BRANCH, 4001, ("Jonas Lind", "jonas.lind@crayon.example", None)),
        ({"Id": 4003, "Name": "Halden Systems Labs"}, 4001, None),
    )
    for named, parent, person in told:
        yield {
            **named,
            "ParentId": parent,
            "AccountNumber": f"A{named['Id']}",
            "CrayonCompanyName": "Crayon AS",
            "contact": person and dict(zip(("FullName", "Email", "Phone"), person, strict=True)),
        }

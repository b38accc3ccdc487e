"""The story of the simulated partner account: what brands ask of it, promise it and owe it.

Every date is relative to today; forms and spellings are those of impact.com's contracts: tasks
write the offset without a colon, contracts and invoices with one; numbers and money are text.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from connectors.sdk.sandbox import Row

PROGRAMS = (
    ("10306", "Ostrava Foods Pantry", "2204118", "Ostrava Foods", "Active"),
    ("11820", "Solano Wind at Home", "2204377", "Solano Wind", "Active"),
    ("12077", "Pinecrest Switch & Save", "2205010", "Pinecrest Credit Union", "Active"),
    ("9931", "Meridian Law Essentials", "2203466", "Meridian Law", "Expired"),
)
PARTNER = "Sato Reviews"


def day(today: date, offset: int) -> str:
    """The calendar date with which every stamp begins."""
    return (today + timedelta(days=offset)).isoformat()


def task_stamp(today: date, offset: int) -> str:
    """A moment as tasks write it."""
    return f"{day(today, offset)}T04:00:00.000+0000"


def stamp(today: date, offset: int, time: str = "23:59:59") -> str:
    """A moment as contracts and invoices write it."""
    return f"{day(today, offset)}T{time}-07:00"


def programs(today: date) -> Iterator[Row]:
    """The programs that the partner joined."""
    for number, name, brand_number, brand, status in PROGRAMS:
        site = f"https://{brand.split()[0].lower()}.example"
        yield {
            "AdvertiserId": brand_number,
            "AdvertiserName": brand,
            "AdvertiserUrl": site,
            "CampaignId": number,
            "CampaignName": name,
            "CampaignUrl": f"{site}/program",
            "Type": "Performance",
            "ShippingRegions": ["US"],
            "ContractStatus": status,
            "HasStandDownPolicy": "true",
            "AllowsDeeplinking": "true",
            "Uri": f"/Mediapartners/IRsandbox/Campaigns/{number}",
        }


def tasks(today: date) -> Iterator[Row]:
    """Tasks in every state."""
    told = (
        ("Update the rate on your card page", "COMPLIANCE", "Content", "NEW", 2, True),
        ("Remove the expired promo code", "COMPLIANCE", "Promo", "INPROGRESS", 6, False),
        ("Confirm your bank details", "FINANCE", None, "NEW", 11, False),
        ("Sign the holiday addendum", "CONTRACTS", None, "NEW", 18, True),
        ("Send new product shots", "CREATIVE", None, "BLOCKED", 27, False),
        ("Fix the tracking on your checkout", "TECHNICAL", None, "INPROGRESS", -3, True),
        ("Tell us how the launch went", "ANALYTICS", None, "NEW", None, False),
        ("Take down the search ads", "COMPLIANCE", "Search", "COMPLETED", -9, False),
        ("Second copy of a task", "GENERAL", None, "DUPLICATE", 5, False),
    )
    for place, (summary, kind, subtype, state, due, urgent) in enumerate(told):
        row = _task(today, 3562500 + place, summary, kind, state)
        row["Details"] |= {"Urgent": urgent, "SubtypeName": subtype}
        if due is not None:
            row["DueDate"] = task_stamp(today, due)
        yield row


def many_tasks(today: date, count: int, random: Random) -> Iterator[Row]:
    """Tasks for a bench."""
    for number in range(count):
        row = _task(today, 5_000_000 + number, f"Check ad {number}", "MONITORING", "NEW")
        yield row | {"DueDate": task_stamp(today, random.randrange(-5, 200))}


def _task(today: date, number: int, summary: str, kind: str, state: str) -> Row:
    return {
        "Id": str(number),
        "Reference": {"PartnerId": 2552842, "PartnerValue1": "vip"},
        "Details": {
            "Summary": summary,
            "Description": f"{summary}, please. It was found in the last review.",
            "Urgent": False,
            "State": state,
            "Type": kind,
            "SubtypeId": None,
            "SubtypeName": None,
            "ResolutionId": "",
            "ResolutionName": "",
        },
        "Attachments": [],
        "AssigneeUser": {"Username": "Rin Sato", "EmailAddress": "r.sato@partner.example"},
        "AssigneeAccount": PARTNER,
        "TotalActions": 0,
        "Actions": [],
        "TotalComments": 1,
        "Comments": [
            {"Id": 98765, "Comment": "We look at it.", "Commenter": "Rin Sato", "Attachments": []}
        ],
        "DateCreated": task_stamp(today, -12),
        "DateLastUpdated": task_stamp(today, -1),
        "CreatedBy": {"Username": "Noor Vance", "EmailAddress": "noor@brand.example"},
    }


def contracts(today: date) -> Iterator[Row]:
    """Contracts of every status; some end, some have bonus tiers, the last has neither."""
    told = (
        ("S-37085294", "10306", "ACTIVE", -200, 34, "REVENUE", ("25000.00", "60000.00")),
        ("S-37085377", "11820", "ACTIVE", -90, None, "ACTIONS", ("100",)),
        ("S-37086010", "12077", "PENDING", 14, 379, "REVENUE", ("10000.00",)),
        ("S-37086101", "10306", "UPCOMING", 35, 400, "REVENUE", ("30000.00", "75000.00")),
        ("S-37080012", "9931", "EXPIRED", -400, -35, "REVENUE", ("5000.00",)),
        ("S-37081450", "11820", "DECLINED", -60, 305, None, ()),
        ("S-37082222", "9931", "ACTIVE", -500, None, None, ()),
    )
    rates = ("6", "8", "10")
    for number, program, status, starts, ends, basis, thresholds in told:
        payout: Row = {
            "EventTypeId": "18503",
            "EventTypeName": "Online Sale",
            "EventCategory": "SALE",
            "DefaultPayoutRate": "5",
            "PayoutLevel": "ITEM",
            "CreditPolicy": "LAST_REFERRER",
        }
        if basis:
            tiers = [
                {"RevenueThreshold": threshold, "PayoutRate": rate}
                for threshold, rate in zip(thresholds, rates, strict=False)
            ]
            payout["PerformanceBonus"] = {
                "Type": "SUBSEQUENT_ACTIONS",
                "Basis": basis,
                "Period": "CALENDAR_MONTH",
                "Tiers": tiers,
            }
        yield {
            "Id": number,
            "CampaignId": program,
            "Status": status,
            "StartDate": stamp(today, starts, "00:00:00"),
            "EndDate": "" if ends is None else stamp(today, ends),
            "BrandSignatory": "Noor Vance",
            "PartnerSignatory": "" if status == "PENDING" else "Rin Sato",
            "PartnerSignatoryDate": "" if status == "PENDING" else stamp(today, starts - 1),
            "DateCreated": stamp(today, starts - 3),
            "DateLastUpdated": stamp(today, -2),
            "Terms": {
                "TemplateTermName": "Standard terms",
                "Currency": "USD",
                "EventPayouts": [payout],
                "ChangeNotificationPeriod": "7",
                "ReturnPolicy": "ALWAYS_OK",
                "MaxReturnPercentage": "100",
            },
            "HasCampaignTerms": False,
            "Uri": f"/Mediapartners/IRsandbox/Contracts/{number}",
        }


def invoices(today: date) -> Iterator[Row]:
    """Invoices, each with lines of one or more programs."""
    told = (
        ("1924609-9", -4, (("10306", "MEDIA_PAYOUT", "1840.50", "PENDING", 26, ""),
                           ("11820", "MEDIA_PAYOUT", "312.00", "PENDING", 41, ""))),
        ("1924609-8", -35, (("10306", "MEDIA_PAYOUT", "1610.25", "OVERDUE", -5, ""),
                            ("10306", "BONUS", "250.00", "PENDING", 10, ""),
                            ("12077", "MEDIA_PAYOUT", "75.10", "PAID", -6, "paid"))),
        ("1924609-7", -66, (("9931", "MEDIA_PAYOUT", "98.40", "PAID", -36, "paid"),)),
        ("1924609-2", -240, (("9931", "MEDIA_PAYOUT", "120.00", "PAID", -210, "paid"),)),
    )  # fmt: skip
    by_number = {number: name for number, name, *_ in PROGRAMS}
    for number, created, lines in told:
        month = today + timedelta(days=created - 20)
        items = [
            {
                "CampaignId": program,
                "CampaignName": by_number[program],
                "Description": sort,
                "EventMonthYear": f"{month.month}{month.year}",
                "Actions": "" if sort == "BONUS" else "5",
                "NetItemAmount": amount,
                "VatItemAmount": "0.00",
                "TotalItemAmount": amount,
                "Status": status,
                "DueDate": stamp(today, due, "17:51:35"),
                "PaidDate": stamp(today, due, "00:00:00") if paid else "",
            }
            for program, sort, amount, status, due, paid in lines
        ]
        total = sum(float(item["NetItemAmount"]) for item in items)
        yield {
            "Id": number,
            "CreatedDate": stamp(today, created, "07:37:12"),
            "RecipientId": 1804207,
            "RecipientName": PARTNER,
            "Currency": "USD",
            "TotalAmount": f"{total:.2f}",
            "TotalVatAmount": "0.00",
            "LineItems": items,
            "Uri": f"/Mediapartners/IRsandbox/Invoices/{number}",
        }

"""The rows of a simulated portal: a partner's quarter with one vendor. Dates follow ``today``."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from connectors.sdk.sandbox import Row

CUSTOMERS = (
    "Hartwell Clinics",
    "Northgate Logistics",
    "Lakeside Schools",
    "Brightwater Council",
    "Ostrava Foods",
    "Meridian Law",
    "Pinecrest Credit Union",
    "Solano Wind",
)
US, EU = "001Hs0000PrtUS0AAA", "001Hs0000PrtEU0AAA"
MDF, COOP = "Marketing Funds", "Co-Operated Budget"
TOTALS = ("TotalAllocatedAmount", "TotalApprovedFrs", "TotalApprovedFcs", "TotalReimbursedFcs")
ANN, BEN = "005Hs00000OwANNAAA", "005Hs00000OwBENAAA"


def key(prefix: str, number: int) -> str:
    """A record's ID: 15 characters, then three that only check it."""
    return f"{prefix}Hs00000{number:05d}AAA"


def day(today: date, offset: int) -> str:
    """A date as Salesforce writes it."""
    return (today + timedelta(days=offset)).isoformat()


def moment(today: date, offset: int) -> str:
    """An instant as Salesforce writes it."""
    return f"{day(today, offset)}T04:00:00.000+0000"


def users(_today: date) -> Iterator[Row]:
    """The vendor's people."""
    for id_, name, title, phone in (
        (ANN, "Ann Delgado", "Channel Account Manager", "+1 512 555 0117"),
        (BEN, "Ben Okafor", "Partner Manager EMEA", None),
    ):
        email = f"{name.split()[0].lower()}@northpeak.example"
        yield {
            "Id": id_, "Username": email, "Name": name, "Title": title, "Email": email,
            "Phone": phone, "IsActive": True,
        }  # fmt: skip


def accounts(_today: date) -> Iterator[Row]:
    """The partner's two companies, then customers."""
    yield _account(US, "Example Partner Inc.", ANN, partner=True)
    yield _account(EU, "Example Partner GmbH", BEN, partner=True)
    for number, name in enumerate(CUSTOMERS):
        yield _account(key("001", number), name, ANN, partner=False)


def _account(id_: str, name: str, owner: str, *, partner: bool) -> Row:
    kind = "Channel Partner / Reseller" if partner else "Customer - Channel"
    return {"Id": id_, "Name": name, "OwnerId": owner, "IsPartner": partner, "Type": kind}


def budgets(today: date) -> Iterator[Row]:
    """Funds of this half year, of the last, and of one so long ago that it is only history."""
    told: tuple[tuple[Any, ...], ...] = (
        ("H1 marketing funds", MDF, 60000.0, -70, 29, US, 45000.0, 31500.5, 12250.25, 8000),
        ("Co-op accrual EMEA", COOP, 18400.75, -70, 29, EU, 0.0, 6400.0, 0.0, 0.0),
        ("Launch fund SecureEdge", MDF, 12000, -20, 9, US, None, None, None, None),
        ("Always-on enablement", MDF, 5000.0, -200, None, US, 0, 1500.0, 1500.0, 750.0),
        ("H2, last year", MDF, 52000.0, -250, -61, US, 52000.0, 52000.0, 47800.0, 47800.0),
        ("Launch fund, older", MDF, 9000.0, -500, -320, US, 9000.0, 4000.0, 4000.0, 4000.0),
        ("Events EMEA", MDF, 22500.0, -40, 74, EU, 10000.0, 7500.0, 0.0, 0.0),
    )
    for number, (title, kind, amount, begins, ends, partner, *totals) in enumerate(told):
        yield _kept(today, number) | {
            "Id": key("0Bu", number),
            "Title": title,
            "Description": None if number else "For demand generation; see the program guide.",
            "Type": kind,
            "Amount": amount,
            "StartDate": day(today, begins),
            "EndDate": None if ends is None else day(today, ends),
            "IsIgnoreValidation": False,
            "ChannelPartnerId": partner,
            **dict(zip(TOTALS, totals, strict=True)),
        }


def allocations(today: date) -> Iterator[Row]:
    """How the budgets are divided."""
    for number, (title, budget, partner, amount, requests, claims, paid) in enumerate(
        (
            ("H1 – webinars", 0, US, 20000.0, 14000.5, 9250.25, 6000.0),
            ("H1 – trade shows", 0, US, 25000.0, 17500.0, 3000.0, 2000.0),
            ("EMEA events – DACH", 6, EU, 10000.0, 7500.0, 0.0, 0.0),
            ("H2 (last year) – all", 4, US, 52000.0, 52000.0, 47800.0, 47800.0),
        )
    ):
        yield _kept(today, number) | {
            "Id": key("0Al", number),
            "Title": title,
            "BudgetId": key("0Bu", budget),
            "ChannelPartnerId": partner,
            "Amount": amount,
            "TotalApprovedFrs": requests,
            "TotalApprovedFcs": claims,
            "TotalReimbursedFcs": paid,
        }


def requests(today: date) -> Iterator[Row]:
    """What the partner asked for."""
    told: tuple[tuple[Any, ...], ...] = (
        ("Webinars healthcare", "Webinar", 0, 0, US, 9500.5, 9500.5, "Approved", 9250.25, 6000.0),
        ("Spring roadshow", "Conference", 1, 0, US, 18000.0, 17500.0, "Approved", 3000.0, 2000.0),
        ("SecureEdge launch dinner", "Conference", None, 2, US, 4200.0, None, "Draft", None, None),
        ("Search ads Q2", "Advertisement", None, 1, EU, 6400.0, 6400.0, "Approved", 0.0, 0.0),
        ("Trade show it-sa", "Trade Show", 2, 6, EU, 8200.0, 7500.0, "Approved", 0.0, 0.0),
        ("Case study", "Public Relations", 0, 0, US, 4500.0, None, "Submitted", None, None),
        ("Golf day", "Partners", None, 2, US, 7000.0, 0.0, "Rejected", 0.0, 0.0),
        ("Newsletter", "Banner Ads", None, 3, US, 1500.0, 1500.0, "Approved", 1500.0, 750.0),
        ("Partner award", None, None, None, US, 300.0, 300.0, "More information", None, None),
    )
    for number, (title, activity, allocation, budget, partner, *rest) in enumerate(told):
        asked, given, status, claims, paid = rest
        yield _kept(today, number) | {
            "Id": key("0Re", number),
            "Title": title,
            "Activity": activity,
            "AllocationId": None if allocation is None else key("0Al", allocation),
            "BudgetId": None if budget is None else key("0Bu", budget),
            "ChannelPartnerId": partner,
            "Description": "Three evenings with customers & prospects." if number == 1 else None,
            "DesiredOutcome": "40 meetings, 12 opportunities" if number == 1 else None,
            "RequestedAmount": asked,
            "Amount": given,
            "Status": status,
            "TotalApprovedFcs": claims,
            "TotalReimbursedFcs": paid,
        }


def claims(today: date) -> Iterator[Row]:
    """What the partner wants back."""
    for number, (title, request, budget, partner, amount, status) in enumerate(
        (
            ("Webinar platform and speakers", 0, 0, US, 6000.0, "Paid"),
            ("Webinar follow-up campaign", 0, 0, US, 3250.25, "Approved"),
            ("Roadshow venue Austin", 1, 0, US, 3000.0, "Approved"),
            ("Roadshow catering", 1, 0, US, 2410.4, "Draft"),
            ("Search ads March", 3, 1, EU, 1980.0, "Submitted"),
            ("Roadshow gifts", 1, 0, US, 900.0, "Rejected"),
            ("Newsletter second quarter", 7, 3, US, 750.0, "In audit"),
        )
    ):
        yield _kept(today, number) | {
            "Id": key("0Cl", number),
            "Title": title,
            "RequestId": key("0Re", request),
            "BudgetId": key("0Bu", budget),
            "AllocationId": None,
            "ChannelPartnerId": partner,
            "Amount": amount,
            "Status": status,
        }


def programs(today: date) -> Iterator[Row]:
    """The vendor's programs."""
    for number, (name, category, active, text) in enumerate(
        (
            ("Northpeak Ascent", "Reseller", True, "Resale of all products"),
            ("Managed Security", "SI", True, None),
            ("Legacy VAR", "VAR", False, "Closed to new members"),
        )
    ):
        yield _kept(today, number) | {
            "Id": key("0Pr", number), "Name": name, "Category": category, "IsActive": active,
            "Description": text,
        }  # fmt: skip


def levels(today: date) -> Iterator[Row]:
    """Their levels."""
    for number, (name, program, rank) in enumerate(
        (("Silver", 0, 1), ("Gold", 0, 2), ("Platinum", 0, 3), ("Authorized", 1, 1))
    ):
        yield _kept(today, number) | {
            "Id": key("0Le", number), "Name": name, "ProgramId": key("0Pr", program), "Rank": rank,
            "Description": None,
        }  # fmt: skip


def members(today: date) -> Iterator[Row]:
    """Where the partner's companies stand."""
    for number, (program, level, partner) in enumerate(
        ((0, 1, US), (0, 0, EU), (1, 3, US), (2, None, US))
    ):
        yield _kept(today, number) | {
            "Id": key("0Me", number), "Name": f"M-{number:04d}", "ProgramId": key("0Pr", program),
            "LevelId": None if level is None else key("0Le", level), "PartnerId": partner,
        }  # fmt: skip


def leads(today: date) -> Iterator[Row]:
    """Deal registrations; the last lead is only a lead."""
    told: tuple[tuple[Any, ...], ...] = (
        (0, "Working - Contacted", "Approved", 6, 84000.0),
        (1, "Working - Contacted", "Approved", 21, 32750.5),
        (2, "Open - Not Contacted", "In review", 44, 12000.0),
        (3, "Working - Contacted", "Extension requested", -3, 51300.0),
        (5, "Closed - Converted", "Approved", 12, 27900.0),
        (6, "Working - Contacted", "Approved", 88, None),
        (7, "Working - Contacted", "Expired", -200, 8000.0),
        (4, "Open - Not Contacted", None, None, None),
    )
    for number, (customer, *registered) in enumerate(told):
        yield _lead(today, number, CUSTOMERS[customer], *registered)


def many_leads(today: date, count: int, random: Random) -> Iterator[Row]:
    """As many registrations more as wanted."""
    for number in range(1000, 1000 + count):
        expires, value = random.randint(5, 300), random.randint(10, 900) * 100.5
        company = random.choice(CUSTOMERS)
        yield _lead(today, number, company, "Working - Contacted", "Approved", expires, value)


def _lead(today: date, number: int, company: str, *registered: Any) -> Row:
    status, approval, expires, value = registered
    converted = status == "Closed - Converted"
    return {
        "Id": key("00Q", number),
        "IsDeleted": False,
        "OwnerId": ANN,
        "LastName": "Buyer",
        "Name": f"{company.split(maxsplit=1)[0]} Buyer",
        "Company": company,
        "Description": None,
        "Status": status,
        "IsConverted": converted,
        "ConvertedDate": day(today, -1) if converted else None,
        "CreatedDate": moment(today, -90),
        "Registration_Number__c": f"DR-{20480 + number}" if approval else None,
        "Registration_Status__c": approval,
        "Registration_Expires__c": None if expires is None else day(today, expires),
        "Registration_Value__c": value,
        "Approved_At__c": moment(today, expires - 90) if expires is not None else None,
    }


def contracts(today: date) -> Iterator[Row]:
    """The partner's own agreements and two of customers."""
    for number, (account, code, begins, ends, months) in enumerate(
        (
            (US, "Activated", -320, 45, 12),
            (EU, "Activated", -700, 395, 36),
            (key("001", 1), "Activated", -1050, 18, 36),
            (key("001", 3), "Expired", -400, -35, 12),
            (key("001", 0), "Draft", 10, 375, 12),
            (key("001", 2), "Terminated", -900, -535, 12),
        )
    ):
        yield {
            "Id": key("800", number),
            "AccountId": account,
            "OwnerId": ANN,
            "StartDate": day(today, begins),
            "EndDate": day(today, ends),
            "ContractTerm": months,
            "Status": code,
            "StatusCode": code,
            "Description": None,
            "ContractNumber": f"{217 + number:08d}",
        }


def opportunities(today: date) -> Iterator[Row]:
    """For vendors that register deals as opportunities."""
    for number, (customer, stage, closes, amount) in enumerate(
        ((0, "Proposal/Price Quote", 15, 84000.0), (5, "Closed Won", -8, 27900.0))
    ):
        yield {
            "Id": key("006", number), "AccountId": key("001", customer), "OwnerId": ANN,
            "Name": f"{CUSTOMERS[customer]} SecureEdge", "StageName": stage, "Amount": amount,
            "CloseDate": day(today, closes), "IsClosed": "Closed" in stage,
            "IsWon": stage == "Closed Won",
        }  # fmt: skip


def _kept(today: date, number: int) -> Row:
    """What Salesforce keeps with every record."""
    at = moment(today, -30 - number)
    return {
        "OwnerId": ANN, "IsDeleted": False, "CreatedDate": at, "CreatedById": ANN,
        "LastModifiedDate": at, "LastModifiedById": ANN, "SystemModstamp": at,
    }  # fmt: skip

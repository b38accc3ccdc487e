"""The partner's own workbook: what eight vendors ask for, as one alliance manager keeps it.

The shapes are real program rules, the figures are examples. Every date is a number of
days from today.
"""

from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]

HEADERS: dict[str, tuple[str, ...]] = {
    "Deadlines": (
        "ID", "Vendor", "Program", "Deadline", "Category", "Due", "Amount", "Currency",
        "Customer", "Status", "Link", "Notes",
    ),
    "Goals": (
        "ID", "Vendor", "Program", "Goal", "Target", "Actual", "Unit", "Period from", "Period to",
        "Notes",
    ),
    "Reports": (
        "ID", "Vendor", "Program", "Report", "Recipient", "Period", "Cadence", "Due", "Status",
        "Notes",
    ),
    "Certifications": (
        "ID", "Vendor", "Program", "Certification", "Person", "Issued", "Expires",
        "Course released",
    ),
    "Programs": ("ID", "Vendor", "Program", "Tier", "Eligible", "Period from", "Period to"),
    "Funds": (
        "ID", "Vendor", "Program", "Fund", "Fund type", "Currency", "Allocated", "Claimed",
        "Remaining", "Lapses on",
    ),
    "Contacts": ("ID", "Vendor", "Program", "Name", "Role", "E-mail", "Phone"),
}  # fmt: skip
"""Sheets and their columns."""

KINDS = {
    "Deadlines": "deadline",
    "Goals": "goal",
    "Reports": "reporting",
    "Certifications": "certification",
    "Programs": "program",
    "Funds": "fund",
    "Contacts": "contact",
}
"""What a row of each sheet is."""

# days, id, vendor, program, title, category, amount, currency, customer, status, notes
_DEADLINES = (
    (12, "MS-COOP", "Microsoft", "Co-op funds", "Claim co-op money for the last half", "Fund claim",
     18400, "USD", None, "open", "One page says 45 days after the half, another a day later."),
    (40, "MS-CSP", "Microsoft", "CSP direct bill", "Meet the direct-bill requirements",
     "Compliance", None, None, None, "open", "Checked in the month of the anniversary."),
    (26, "CI-VIP", "Cisco", "Value Incentive Program", "Ship what counts for the last period",
     "Incentive", 23750, "USD", None, "open", "90 days after the period, else the rebate is void."),
    (58, "CI-SPEC", "Cisco", "Security specialisation", "Renew the Security specialisation",
     "Certification", None, None, None, "open", "Twelve months from approval."),
    (35, "FO-SE", "Fortinet", "Engage", "Have a second certified engineer", "Certification", None,
     None, None, "open", "The tier falls at the next review otherwise."),
    (3, "FO-MDF", "Fortinet", "Engage MDF", "Ask for MDF pre-approval of the autumn event",
     "Fund claim", 6500, "EUR", None, "open", "Ten working days before the event."),
    (19, "FO-EVENT", "Fortinet", "Engage MDF", "Customer event on SD-WAN", "Event", None, None,
     None, "planned", None),
    (64, "SO-AUDIT", "Sophos", "Partner program", "Yearly audit that fixes the tier", "Compliance",
     None, None, None, "open", "Only portal administrators see the status page."),
    (5, "SO-DEAL", "Sophos", "Deal registration", "Extend the deal registration",
     "Deal registration", 46200, "EUR", "Kestrel Logistics", "approved",
     "90 days; to be extended before they end."),
    (9, "DE-TC", "Dell", "Partner program", "Accept the terms of the quarter", "Agreement", None,
     None, None, "open", "Incentives count from the first day of the quarter of acceptance."),
    (31, "DE-TIER", "Dell", "Partner program", "Reach the Gold revenue path", "Incentive", 14500,
     "USD", None, "open", "2,000 short of the threshold."),
    (-4, "DE-MDF", "Dell", "MDF", "Send proof of performance for the spring campaign", "Fund claim",
     3200, "EUR", None, "late", "Invoice and lead list are missing."),
    (75, "HP-PATH", "HPE", "Partner Ready", "Use the old upgrade path before it ends",
     "Certification", None, None, None, "open", None),
    (21, "VM-LETTER", "VMware", "Advantage", "Answer the letter about the tier", "Agreement", None,
     None, None, "open", "60 days' notice; Europe is exempt."),
    (47, "AW-LIST", "AWS", "Services Path", "Apply with the old competency checklist", "Compliance",
     None, None, None, "open", "Old and new checklist overlap until then."),
    (-20, "SO-MDF", "Sophos", "MDF", "Claim the webinar", "Fund claim", 1800, "EUR", None, "paid",
     None),
)  # fmt: skip

# id, vendor, program, goal, target, actual, unit, from, to, notes
_GOALS = (
    ("CI-VALUE", "Cisco", "Cisco 360", "Value Index, Networking", 7.5, 7.1, "points", -120, 45,
     "Preferred from 7.5."),
    ("MS-MW", "Microsoft", "Solutions partner", "Partner capability score, Modern Work", 70, 64,
     "points", -150, 30, "70 of 100, on one day of six months."),
    ("MS-REV", "Microsoft", "CSP direct bill", "CSP revenue of twelve months", 1000000, 874300,
     "USD", -325, 40, None),
    ("DE-REV", "Dell", "Partner program", "Revenue for Gold", 3000000, 2998000, "USD", -240, 31,
     None),
    ("FO-ENG", "Fortinet", "Engage", "Certified engineers", 2, 1, "people", -90, 35, None),
    ("FO-SALES", "Fortinet", "Engage", "Certified sales people", 2, 2, "people", -90, 35, None),
    ("AW-OPP", "AWS", "Services Path", "Launched opportunities, Advanced", 20, 13, "deals", -200,
     165, None),
    ("AW-CERT", "AWS", "Services Path", "Technical certified, Advanced", 6, 5, "people", -200, 165,
     None),
    ("SO-NEW", "Sophos", "Partner program", "Revenue of the program year", 60000, 41200, "EUR",
     -230, 64, None),
    ("HP-ATTACH", "HPE", "Partner Ready", "Services attached to hardware", 0.25, 0.18, "%", -80,
     100, "Told by the rep on the phone."),
    ("VM-TEAM", "VMware", "Advantage", "Dedicated people", 3, 3, "people", -60, 120, None),
)  # fmt: skip

# days, id, vendor, program, report, recipient, period, cadence, status, notes
_REPORTS = (
    (8, "DE-POS", "Dell", "Partner program", "POS report", "pos-desk@dell.example", "last month",
     "monthly", "open", "Internal data: the ERP's sales export."),
    (8, "HP-INV", "HPE", "Partner Ready", "Inventory report", "channel-data@hpe.example",
     "last month", "monthly", "open", None),
    (16, "FO-QBR", "Fortinet", "Engage", "QBR deck", "Channel account manager", "last quarter",
     "quarterly", "draft", "Pipeline, certifications, events."),
    (29, "CI-FCST", "Cisco", "Cisco 360", "Forecast", "Partner account manager", "next quarter",
     "quarterly", "open", None),
    (2, "MS-PIPE", "Microsoft", "Solutions partner", "Co-sell pipeline update",
     "Partner development manager", "this month", "monthly", "open", None),
    (60, "VM-PLAN", "VMware", "Advantage", "Joint business plan", "Broadcom channel team",
     "next year", "yearly", "open", None),
    (44, "SO-PLAN", "Sophos", "Partner program", "Marketing plan", "Field marketing",
     "next quarter", "quarterly", "open", None),
    (-2, "TD-STOCK", "TD SYNNEX", "Reporting", "Stock list", "data@synnex.example", "last week",
     "weekly", "late", "The mail did not arrive."),
)  # fmt: skip

# id, vendor, program, certification, person, issued, expires, course released
_CERTIFICATIONS = (
    ("SO-C1", "Sophos", "Partner program", "Sophos Certified Engineer", "Julia Brandt", -400, 63,
     -667),
    ("FO-C1", "Fortinet", "Engage", "FCP Network Security", "Tom Okafor", -500, 230, None),
    ("CI-C1", "Cisco", "Security specialisation", "CCNP Security", "Tom Okafor", -700, 395, None),
    ("CI-C2", "Cisco", "Enterprise specialisation", "CCNP Enterprise", "Tom Okafor", -620, 475,
     None),
    ("AW-C1", "AWS", "Services Path", "Solutions Architect Professional", "Mira Novak", -980, 115,
     None),
    ("AW-C2", "AWS", "Services Path", "Security Specialty", "Pieter de Wit", -410, 685, None),
    ("MS-C1", "Microsoft", "Solutions partner", "Azure Administrator", "Mira Novak", -330, 35,
     None),
    ("MS-C2", "Microsoft", "Solutions partner", "Security Operations Analyst", "Ana Ruiz", -200,
     165, None),
    ("HP-C1", "HPE", "Partner Ready", "HPE ASE Hybrid Cloud", "Jonas Weber", -640, 90, None),
    ("VM-C1", "VMware", "Advantage", "VCP Cloud Foundation", "Jonas Weber", -300, 430, None),
    ("DE-C1", "Dell", "Partner program", "Dell PowerStore Deploy", "Claire Martin", -350, 380,
     None),
    ("FO-C2", "Fortinet", "Engage", "NSE Sales Associate", "Samir Haddad", -100, 630, None),
)  # fmt: skip

# id, vendor, program, tier, eligible, from, to
_PROGRAMS = (
    ("P01", "Microsoft", "Solutions partner", "Modern Work", True, -150, 215),
    ("P02", "Microsoft", "CSP direct bill", "Direct bill", True, -325, 40),
    ("P03", "Microsoft", "Co-op funds", None, True, -150, 30),
    ("P04", "AWS", "Services Path", "Select", True, -200, 165),
    ("P05", "Cisco", "Cisco 360", "Partner", True, -120, 245),
    ("P06", "Cisco", "Security specialisation", "Advanced", True, -307, 58),
    ("P07", "Cisco", "Value Incentive Program", None, True, -120, 64),
    ("P08", "Fortinet", "Engage", "Silver", True, -90, 275),
    ("P09", "Fortinet", "Engage MDF", None, True, -90, 275),
    ("P10", "Sophos", "Partner program", "Gold", True, -301, 64),
    ("P11", "Sophos", "Deal registration", None, True, -301, 64),
    ("P12", "Dell", "Partner program", "Authorized", True, -240, 125),
    ("P13", "Dell", "MDF", None, True, -240, 125),
    ("P14", "HPE", "Partner Ready", "Silver", True, -80, 285),
    ("P15", "VMware", "Advantage", "Select", False, -60, 305),
)

# id, vendor, program, fund, fund type, currency, allocated, claimed, remaining, lapses
_FUNDS = (
    (
        "F01",
        "Microsoft",
        "Co-op funds",
        "Co-op of the last half",
        "co-op",
        "USD",
        18400,
        0,
        18400,
        12,
    ),
    ("F02", "Fortinet", "Engage MDF", "MDF of the quarter", "MDF", "EUR", 9000, 2500, 6500, 38),
    ("F03", "Dell", "MDF", "Spring campaign", "MDF", "EUR", 3200, 0, 3200, 10),
)

# id, vendor, program, name, role, e-mail, phone
_CONTACTS = (
    ("K01", "Microsoft", "Solutions partner", "Karen Blum", "Partner development manager",
     "karen.blum@microsoft.example", "+49 30 555 0101"),
    ("K02", "Cisco", "Cisco 360", "Raj Patel", "Partner account manager",
     "raj.patel@cisco.example", "+44 20 555 0102"),
    ("K03", "Fortinet", "Engage", "Elena Rossi", "Channel account manager",
     "elena.rossi@fortinet.example", "+39 02 555 0103"),
    ("K04", "HPE", "Partner Ready", "Mark Stone", "Partner business manager",
     "mark.stone@hpe.example", "+1 650 555 0104"),
    ("K05", "VMware", "Advantage", "Broadcom channel team", None, "channel@broadcom.example", None),
)  # fmt: skip


def story(today: date) -> dict[str, list[Row]]:
    """All sheets, as rows of header → value; a date is a ``date``, a cell may be empty."""
    return {
        "Deadlines": [_deadline(today, *row) for row in _DEADLINES],
        "Goals": [_dated("Goals", today, row, 7, 8) for row in _GOALS],
        "Reports": [_report(today, *row) for row in _REPORTS],
        "Certifications": [
            _dated("Certifications", today, row, 5, 6, 7) for row in _CERTIFICATIONS
        ],
        "Programs": [_dated("Programs", today, row, 5, 6) for row in _PROGRAMS],
        "Funds": [_dated("Funds", today, row, 9) for row in _FUNDS],
        "Contacts": [_dated("Contacts", today, row) for row in _CONTACTS],
    }


def bulk(today: date, number: int) -> Row:
    """One of many further deadlines, for measuring."""
    vendors = ("Microsoft", "AWS", "Cisco", "Fortinet", "Sophos", "Dell", "HPE", "VMware")
    values = (
        f"B{number:06d}", vendors[number % 8], "Renewals", f"Renew contract {number}", "Renewal",
        today + timedelta(days=number % 365), 100 + number % 9000, "EUR",
        f"Customer {number % 700}", "open", f"https://portal.example/contracts/{number}", None,
    )  # fmt: skip
    return dict(zip(HEADERS["Deadlines"], values, strict=True))


def _deadline(today: date, days: int, id_: str, *rest: Any) -> Row:
    vendor, program, title, category, amount, currency, customer, status, notes = rest
    link = f"https://partners.{vendor.lower().replace(' ', '')}.example/{id_.lower()}"
    values = (
        id_, vendor, program, title, category, today + timedelta(days=days), amount, currency,
        customer, status, link, notes,
    )  # fmt: skip
    return dict(zip(HEADERS["Deadlines"], values, strict=True))


def _report(today: date, days: int, *rest: Any) -> Row:
    id_, vendor, program, title, recipient, period, cadence, status, notes = rest
    due = today + timedelta(days=days)
    values = (id_, vendor, program, title, recipient, period, cadence, due, status, notes)
    return dict(zip(HEADERS["Reports"], values, strict=True))


def mistyped(today: date) -> Row:
    """A date that does not exist, as people type them: it must be listed, not lost."""
    row = _report(
        today, 0, "IN-REBATE", "Ingram Micro", "Rebates", "Rebate reconciliation", "Finance desk",
        "last quarter", "quarterly", "open", None,
    )  # fmt: skip
    return row | {"Due": f"31.02.{today.year + 1}"}


def _dated(sheet: str, today: date, row: tuple[Any, ...], *dates: int) -> Row:
    """A row in which the values at these places are days from today."""
    values = [
        today + timedelta(days=value) if place in dates and value is not None else value
        for place, value in enumerate(row)
    ]
    return dict(zip(HEADERS[sheet], values, strict=True))

"""The sample company: its people, who looks after whom, and the export of two distributors.

Eight vendors, three distributors, fifteen programs. What the platforms hold is told by
each platform's own sandbox; here is only what the partner itself brings.
"""

import csv
import io
from datetime import date, timedelta

NAME = "Halden Systems"
ADMIN = ("dana.kim@halden.example", "Dana Kim")
PEOPLE = (
    ADMIN,
    ("rin.sato@halden.example", "Rin Sato"),
    ("lena.meyer@halden.example", "Lena Meyer"),
    ("omar.farah@halden.example", "Omar Farah"),
)

OWNERS = {
    "AWS": "Rin Sato",
    "Cisco": "Rin Sato",
    "Cisco Meraki": "Rin Sato",
    "Microsoft": "Dana Kim",
    "Fortinet": "Lena Meyer",
    "HPE": "Omar Farah",
}
"""Who looks after a vendor. Nobody looks after the others: so it is in real companies."""
BACKUP = ("AWS", "Omar Farah")
"""Who stands in for the owner of a vendor's items."""
RULES = (
    {"vendor": "Sophos", "owner": "Lena Meyer", "backup": "Omar Farah"},
    {"category": "certification", "owner": "Omar Farah"},
)
"""Who gets what is new, of the colleagues: a rule goes with them."""

FISCAL_YEARS = (
    "Cisco: last Saturday of July, extra week in Q3",
    "Dell: Friday nearest 31 January",
    "HPE: November",
    "Microsoft: July",
)
"""The vendors' fiscal years, as one line each of the settings of one's own items has them."""

VIEWS = (
    ("Claims this quarter", "kind=fund+claim"),
    ("Renewals over $10k", "kind=renewal&currency=USD&amount_from=10000"),
)
"""What the admin keeps of the inbox, for the whole team: a name and its address."""
DONE = "invoice"
"""Of that sort some have been done already, before their dates."""

ASKED = (
    "@Rin Sato the claim needs the invoices of the campaign. The rules are at "
    "https://partner.example/funds/rules, page 4."
)
ANSWERED = (
    "@Dana Kim they are below, together with the approval.\nOmar counts the leads until Friday."
)
APPROVAL = "https://partner.example/funds/approvals/2207"
INVOICES = b"Invoice,Amount,Currency\nHS-0815,4200.00,USD\nHS-0822,1350.50,USD\n"

WEIGHTS = {("Cisco Meraki", ""): 2, ("Dell", ""): -1}
"""What matters more than usual, and what less."""

_HEADER = (
    "ID", "Vendor", "Category", "Title", "Customer", "Due date", "Amount", "Currency",
    "Status",
)  # fmt: skip
_ROWS = (
    (4, "P8-2201", "Pax8", "renewal", "Commitment ends: 120 seats Microsoft 365",
     "Hartwell Clinics", "26640.00", "USD", "auto-renew off"),
    (11, "P8-2207", "Pax8", "renewal", "Commitment ends: 40 seats Acronis", "Brightwater Schools",
     "4180.00", "USD", "auto-renew on"),
    (6, "P8-INV-311", "Pax8", "invoice", "Invoice of last month", "", "18902.55", "USD", "unpaid"),
    (-1, "TD-88140", "TD SYNNEX", "order", "Order on hold: credit check", "Norrfjord Energy",
     "31250.00", "EUR", "on hold"),
    (17, "TD-Q-5521", "TD SYNNEX", "quote", "Quote for the storage refresh", "Norrfjord Energy",
     "74900.00", "EUR", "open"),
    (24, "TD-R-9034", "TD SYNNEX", "renewal", "Support contract of 12 switches",
     "Kestrel Logistics", "9120.00", "EUR", "open"),
    (12, "N-118", "Fortinet", "renewal", "Fortinet renewal 4419127", "Northgate Logistics",
     "18650.50", "USD", "open"),
)  # fmt: skip


def distributor_export(today: date) -> str:
    """A CSV file as people export it from portals without an API. Dates are ISO dates."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(_HEADER)
    for days, number, distributor, kind, subject, customer, amount, currency, status in _ROWS:
        due = (today + timedelta(days=days)).isoformat()
        writer.writerow(
            (number, distributor, kind, subject, customer, due, amount, currency, status)
        )
    return sheet.getvalue()

"""What stands in the partner portal of the made-up Halden Networks. Dates follow ``today``."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from connectors.sdk.sandbox import Row

PRODUCTS = ("Edge Switch", "Campus Wi-Fi", "Cloud Controller", "Threat Gateway")
CUSTOMERS = ("Hartwell Clinics", "Northgate Logistics", "Lakeside Schools", "Meridian Law")

COLUMNS = ("Report ID", "Report", "Due date", "Recipient", "Period", "Sent", "Bonus", "Currency")


def german(day: date) -> str:
    """As people in Europe write it."""
    return f"{day:%d.%m.%Y}"


def _renewal(number: int, today: date, told: tuple[str, str, str, int, str, str, str]) -> Row:
    kind, product, customer, due, value, currency, state = told
    return {
        "id": f"HR-{number}",
        "type": kind,
        "product": {
            "name": product,
            "parts": [{"sku": f"HN-{number % 97:02d}A"}, {"sku": f"HN-{number % 89:02d}B"}],
        },
        "customer": {"name": customer},
        "contract": {"number": f"C-{7_000 + number}"},
        "contact": {"name": "Ingrid Solberg"},
        "endsOn": german(today + timedelta(days=due)),
        "seats": 10 + number % 40,
        "value": {"amount": float(value), "currency": currency},
        "state": state,
        "links": {"portal": f"https://partners.halden.example/renewals/HR-{number}"},
    }


def renewals(today: date) -> Iterator[Row]:
    """Renewals that people talk about."""
    told = (
        ("subscription", "Cloud Controller", "Hartwell Clinics", 6, "18400.00", "EUR", "QUOTED"),
        ("support", "Campus Wi-Fi", "Northgate Logistics", 12, "7250.50", "EUR", "OPEN"),
        ("subscription", "Threat Gateway", "Lakeside Schools", 20, "31980.00", "EUR", "OPEN"),
        ("certificate", "Halden Certified Engineer", "Our own people", 27, "450.00", "EUR", "OPEN"),
        ("support", "Edge Switch", "Brightwater Council", 33, "12660.00", "GBP", "QUOTED"),
        ("subscription", "Cloud Controller", "Ostrava Foods", 47, "9990.00", "CZK", "OPEN"),
        ("hardware care", "Edge Switch", "Meridian Law", 58, "2110.25", "EUR", "OPEN"),
        ("subscription", "Threat Gateway", "Pinecrest Credit Union", 91, "54000.00", "USD", "OPEN"),
        ("support", "Campus Wi-Fi", "Solano Wind", 140, "6030.00", "USD", "OPEN"),
        ("subscription", "Cloud Controller", "Meridian Law", -4, "3880.00", "EUR", "ORDERED"),
        ("support", "Edge Switch", "Lakeside Schools", -21, "1275.00", "EUR", "LAPSED"),
    )
    for number, one in enumerate(told, start=101):
        yield _renewal(number, today, one)


def many_renewals(today: date, count: int, random: Random) -> Iterator[Row]:
    """Renewals beside the story."""
    for number in range(1_000, 1_000 + count):
        product, customer = random.choice(PRODUCTS), random.choice(CUSTOMERS)
        due, value = random.randrange(-60, 360), f"{random.randrange(10_000, 900_000) / 100:.2f}"
        yield _renewal(
            number, today, ("subscription", product, customer, due, value, "EUR", "OPEN")
        )


def deals(today: date) -> Iterator[Row]:
    """Registrations, which end at an hour in UTC."""
    told = (
        (88101, "Campus refresh", "Lakeside Schools", 9, "64000", "OPEN"),
        (88114, "Branch firewalls", "Pinecrest Credit Union", 16, "120500", "EXTENDED"),
        (88120, "Warehouse Wi-Fi", "Northgate Logistics", 30, "27300", "OPEN"),
        (88131, "Clinic network", "Hartwell Clinics", 75, "88000", "OPEN"),
    )
    for number, name, customer, due, value, state in told:
        yield {
            "number": number,
            "opportunity": name,
            "endCustomer": customer,
            "expiresAt": f"{today + timedelta(days=due)}T22:59:59Z",
            "dealSize": value,
            "state": state,
        }


def targets(today: date) -> Iterator[Row]:
    """Goals of the program year."""
    begin, end = date(today.year, 1, 1), date(today.year, 12, 31)
    told = (
        ("T-1", "Revenue for Gold", "Partner program", 500_000, 183_250, "EUR", "behind"),
        ("T-2", "Certified engineers", "Partner program", 6, 4, "people", "open"),
        ("T-3", "New customers", "Growth bonus", 12, 5, "customers", "open"),
        ("T-4", "Customer satisfaction", "Partner program", 90, 94, "%", "met"),
        ("T-5", "Cloud share of revenue", "Growth bonus", 40, 27, "%", "behind"),
    )
    for key, name, program, goal, reached, unit, standing in told:
        yield {
            "id": key,
            "name": name,
            "program": program,
            "goal": goal,
            "reached": reached,
            "unit": unit,
            "standing": standing,
            "period": {"from": f"{begin}", "to": f"{end}"},
            "note": f"<p>Counted at the end of each month: <b>{name}</b>.</p>",
        }


def reports(today: date) -> Iterator[Row]:
    """Reports that Halden waits for, by the columns of its export."""
    told = (
        ("R-2026-07", "Point-of-sale report", 8, "Halden channel desk", "last month", "no", ""),
        ("R-2026-08", "Stock report", 8, "Halden channel desk", "last month", "no", ""),
        ("R-2026-09", "Quarterly forecast", 25, "Jørgen Lund", "next quarter", "no", "1.250,00"),
        ("R-2026-06", "Point-of-sale report", -22, "Halden channel desk", "before", "yes", ""),
    )
    for key, name, due, recipient, period, sent, bonus in told:
        day, currency = german(today + timedelta(days=due)), "EUR" if bonus else ""
        row = (key, name, day, recipient, period, sent, bonus, currency)
        yield dict(zip(COLUMNS, row, strict=True))


def funds(today: date) -> Iterator[Row]:
    """Money for marketing; claims end at a day."""
    told = (
        ("MDF-H1", "Marketing fund, first half", "MDF", 12_000, 4_500, 40, "OPEN"),
        ("COOP-26", "Co-op fund", "Co-op", 8_400, 8_400, 120, "USED"),
        ("MDF-EV", "Event: spring roadshow", "MDF", 3_000, 0, 18, "OPEN"),
    )
    for code, name, kind, granted, claimed, due, state in told:
        yield {
            "code": code,
            "name": name,
            "type": kind,
            "currency": "EUR",
            "money": {"granted": granted, "claimed": claimed, "left": granted - claimed},
            "claimBy": f"{today + timedelta(days=due)}",
            "state": state,
        }

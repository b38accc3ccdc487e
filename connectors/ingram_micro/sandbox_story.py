"""The rows of the simulated Ingram account: a partner's week, and as many renewals as wanted.

All are in the shape of Ingram's schema; ``sandbox`` bends them into the shapes that Ingram's
own examples show. Dates are relative to ``today``.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from connectors.sdk.sandbox import Row

NO_DATE = "0001-01-01"
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
VENDORS = ("Cisco", "Fortinet", "Microsoft", "Dell", "HPE", "VMware", "Sophos")
# Sub-statuses of the contract: the open ones, then some of the closed ones.
OPEN = ("Quote pending", "Ready to order", "Notification sent", "Quote requested", "Future")
CLOSED = ("Ordered", "Renewal went direct", "Expired", "EOL")


def day(today: date, offset: int) -> str:
    """A date as most calls write it."""
    return (today + timedelta(days=offset)).isoformat()


def midnight(today: date, offset: int) -> str:
    """A date as renewals and deals write it: a stamp without a zone."""
    return f"{day(today, offset)}T00:00:00"


def renewals(today: date) -> Iterator[Row]:
    """Renewals that people talk about; the first is the one that makes the week."""
    told = (
        (4419005, "QUO-88121", "Hartwell Clinics", "Cisco Meraki", 3, 42300.0, "Quote pending"),
        (4419127, "", "Northgate Logistics", "Fortinet", 11, 18650.5, "Ready to order"),
        (4419388, "QUO-88164", "Lakeside Schools", "Microsoft", 19, 26640.0, "Quote pending"),
        (4419402, "NTF-550918", "Brightwater Council", "VMware", 24, 71480.0, "Notification sent"),
        (4419519, "", "Meridian Law", "Sophos", 31, 7425.0, "Quote requested"),
        (4419760, "", "Ostrava Foods", "HPE", 58, 12980.75, "Future"),
        (4420033, "", "Pinecrest Credit Union", "Cisco", 96, 33110.0, "Future"),
        (4420418, "", "Solano Wind", "Dell", 183, 9840.0, "Future"),
        (4418851, "", "Ostrava Foods", "Adobe", -6, 5594, "Ready to order"),
        (4418402, "", "Meridian Law", "Microsoft", -34, 3880.0, "Ordered"),
        (4418377, "", "Lakeside Schools", "VMware", -47, 15200.0, "Renewal went direct"),
    )
    for number, reference, customer, vendor, due, value, status in told:
        yield {
            "renewalId": number,
            "customerOrderNumber": f"PO-{number % 10_000}",
            "referenceNumber": reference,
            "endUser": customer,
            "vendor": vendor,
            "expirationDate": midnight(today, due),
            "renewalValue": value,
            "status": status,
        }


def many_renewals(today: date, count: int, random: Random) -> Iterator[Row]:
    """Renewals for a bench. Texts that repeat are the same object, so that many stay small."""
    stamps = [midnight(today, offset) for offset in range(-85, 395)]
    for number in range(count):
        yield {
            "renewalId": 5_000_000 + number,
            "customerOrderNumber": f"PO-{number}",
            "referenceNumber": "",
            "endUser": random.choice(CUSTOMERS),
            "vendor": random.choice(VENDORS),
            "expirationDate": random.choice(stamps),
            "renewalValue": random.randrange(10_000, 9_000_000) / 100,
            "status": random.choice(OPEN if number % 10 else CLOSED),
        }


def deals(today: date) -> Iterator[Row]:
    """Special bids with what their detail adds: (part, approved, remaining) are products."""
    told = (
        (
            "9912 Fortinet refresh", "Lakeside Schools", "Fortinet", 9, 5, 94800.0,
            (("FG-100F", 20, 12), ("FAP-231G", 40, 26)),
        ),
        ("77120334", "Northgate Logistics", "Cisco", 16, 16, 151300.25, (("C9300-48P", 12, 12),)),
        ("OPE-0016220417", "Brightwater Council", "HPE", 28, 20, 48200.0, (("R0X30A", 6, 2),)),
        ("1186 Q/EDU", "Lakeside Schools", "Dell", 44, 30, 220410.0, (("LATI-5450", 180, 95),)),
        ("SPL-4471", "Meridian Law", "Sophos", -4, -4, 11200.0, (("XGS-2300", 2, 1),)),
        ("20331187", "Solano Wind", "Cisco", -210, None, 8700.0, (("MX100", 1, 0),)),
        ("VMW-NFR", "Pinecrest Credit Union", "VMware", None, None, 0, ()),
    )  # fmt: skip
    for deal, customer, vendor, expiry, protected, msrp, products in told:
        yield {
            "dealId": deal,
            "version": "2" if products else "1",
            "endUser": customer,
            "vendor": vendor,
            "dealExpiryDate": _stamp(today, expiry),
            "dealReceivedOn": f"{day(today, -40)}T02:30:00",
            "priceProtectionEndDate": _stamp(today, protected, "13:18:30"),
            "currencyCode": "USD",
            "extendedMsrp": msrp,
            "products": [_product(today, expiry or 0, *product) for product in products],
        }


def _stamp(today: date, offset: int | None, time: str = "00:00:00") -> str:
    return f"{NO_DATE if offset is None else day(today, offset)}T{time}"


def _product(today: date, expiry: int, part: str, approved: int, remaining: int) -> Row:
    return {
        "ingramPartNumber": f"US{sum(map(ord, part)):05d}",
        "vendorPartNumber": part,
        "upc": None,
        "productDescription": f"{part} SPECIAL BID",
        "msrp": 4906.11,
        "extendedMSRP": 4906.11,
        "approvedQuantity": approved,
        "remainingQuantity": remaining,
        "comments": None,
        "specialConditions": None,
        "startDate": midnight(today, -40),
        "expirationDate": midnight(today, expiry),
        "daysRemaining": 181,  # Ingram's own sample disagrees with its dates, so does this
    }


def quotes(today: date) -> Iterator[Row]:
    """Active quotes; one never expires, and only one names its currency."""
    told = (
        ("QUO-88121", "Meraki renewal 3 years", "Hartwell Clinics", "Cisco Meraki", 3, 42300.0),
        ("QUO-88164", "M365 true-up", "Lakeside Schools", "Microsoft", 14, 26640.0),
        ("QUO-87990", "Firewall refresh", "Lakeside Schools", "Fortinet", 9, 94800.0),
        ("QUO-87002", "Laptop frame 2", "Brightwater Council", "Dell", None, 220410.0),
        ("QUO-86519", "Storage extension", "Ostrava Foods", "HPE", -2, 48200.0),
    )
    for place, (number, name, customer, vendor, expiry, total) in enumerate(told):
        yield {
            "quoteGuid": f"30786810-d7e8-e911-a97b-000d3a30{place:04x}",
            "quoteName": name,
            "quoteNumber": number,
            "revision": "1",
            "endUserContact": customer,
            "createdBy": "Ingram Micro",
            "specialBidNumber": "9912" if vendor == "Fortinet" else None,
            "vendor": vendor,
            "quoteTotal": total,
            "quoteStatus": "Active",
            "ingramQuoteDate": day(today, -20 - 40 * place),
            "lastModifiedDate": day(today, -6),
            "ingramQuoteExpiryDate": NO_DATE if expiry is None else day(today, expiry),
        } | ({"currencyCode": "USD"} if place == 1 else {})


def invoices(today: date) -> Iterator[Row]:
    """Invoices with the currency that only their detail tells."""
    told = (
        ("40MKTRW11", -6, 4820.4, "OPEN", "USD", "6593806"),
        ("40DPJ1711", 4, 18230.0, "OPEN", "USD", "6593811"),
        ("40KQX2911", 11, 2417.16, "OPEN", "CAD", "6593820"),
        ("40RRB0311", 24, 63110.75, "OPEN", "USD", "6593844"),
        ("40LLA8811", 38, 911.0, "OPEN", "USD", "6593850"),
        ("40HHG7711", -12, 0.0, "PAID", "USD", "6593702"),
        ("40ZPT6511", -41, 0.0, "PAID", "USD", "6593655"),
    )
    for number, due, owed, status, currency, order in told:
        yield {
            "paymentTermsDueDate": day(today, due),
            "erpOrderNumber": f"{number[:2]}-{number[2:7]}-{number[7:]}",
            "invoiceAmountInclTax": owed or 1250.0,
            "invoiceNumber": number,
            "invoiceStatus": status,
            "invoiceDate": day(today, due - 30),
            "invoiceDueDate": day(today, due),
            "invoicedAmountDue": owed,
            "customerOrderNumber": order,
            "endCustomerOrderNumber": f"E{order}",
            "orderCreateDate": day(today, due - 32),
            "specialBidNumbers": ["9912"] if number == "40RRB0311" else None,
            "currency": currency,
        }


def orders(today: date) -> Iterator[Row]:
    """Orders in every state; those on hold wait for somebody."""
    told = (
        ("20-RD128", "Northgate Logistics", "Cisco", 18650.0, "ON HOLD"),
        ("20-RD204", "Meridian Law", "Microsoft", 1290.0, "ON HOLD"),
        ("20-RD077", "Lakeside Schools", "Dell", 40120.0, "PROCESSING"),
        ("20-RC991", "Ostrava Foods", "HPE", 2210.5, "BACKORDERED"),
        ("20-RC640", "Hartwell Clinics", "Cisco Meraki", 5480.0, "SHIPPED"),
    )
    for place, (number, customer, vendor, total, status) in enumerate(told):
        yield {
            "ingramOrderNumber": number,
            "ingramOrderDate": f"{day(today, -3 - place)}T08:54:39+05:30",
            "customerOrderNumber": f"PO-{number[-3:]}",
            "vendorSalesOrderNumber": str(8_987_380 + place),
            "vendorName": vendor,
            "endUserCompanyName": customer,
            "orderTotal": total,
            "status": status,
        }

"""The rows of the simulated ArrowSphere account: a partner's quarter. Dates follow ``today``.

In the shapes of the payloads with which Arrow tests its own SDKs; where the two differ, ``sandbox``
bends them into the one or the other.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from connectors.sdk.sandbox import Row

CUSTOMERS = (
    "Hartwell Clinics",
    "Northgate Logistics",
    "Lakeside Schools",
    "Brightwater Council",
    "Meridian Law",
)
OFFERS = ("Office 365 E3", "Exchange Online Plan 1", "IBM MaaS360", "Acronis Backup Advanced")


def day(today: date, days: int) -> str:
    """A date as campaigns write it."""
    return f"{today + timedelta(days=days)}"


def moment(today: date, days: int) -> str:
    """A moment as licences write it."""
    return f"{day(today, days)}T17:48:43.000Z"


def stamp(today: date, days: int) -> str:
    """A moment as enrolments write it: without a zone."""
    return f"{day(today, days)} 14:25:17"


def uuid(number: int) -> str:
    """A stable uuid."""
    return str(UUID(int=0x56F44D73B8514000_8DE9460000000000 + number))


def subscriptions(today: date) -> Iterator[Row]:
    """Enrolments: one ends soon, one waits for its validation, one has failed, one is over."""
    told: tuple[tuple[Any, ...], ...] = (
        ("XSPS9853", "MSCSP", "Validated", None, -420, -400, None, None),
        ("XSPS9910", "IBMPW", "Validated", "Silver", -700, -690, 31, None),
        ("XSPS9944", "ADOBEVIP", "In progress", None, -6, None, None, None),
        ("XSPS9951", "AWSDIST", "Error", None, -12, None, None, "The tax number is not valid."),
        ("XSPS9602", "SYMPP", "Ended", "Gold", -900, -880, -20, None),
    )
    for reference, name, status, level, asked, validated, ends, error in told:
        yield {
            "reference": reference,
            "name": name,
            "status": status,
            "level": level,
            "dateDemand": stamp(today, asked),
            "dateValidation": None if validated is None else stamp(today, validated),
            "dateEnd": None if ends is None else stamp(today, ends),
            "error_msg": error,
            "details": {"partnerId": f"P-{reference[-4:]}"},
        }


def licences(today: date) -> Iterator[Row]:
    """Licences by their end; one has no term, one brings a warning."""
    told: tuple[tuple[Any, ...], ...] = (
        ("XSP900101", "Office 365 E3", "Microsoft", 0, 8, False, 8640, 60, 22.4),
        ("XSP900118", "IBM MaaS360", "IBM", 1, 19, True, 8640, 140, 3.15),
        ("XSP900125", "Acronis Backup Advanced", "Acronis", 3, 27, None, 720, 12, 41.0),
        ("XSP900140", "Exchange Online Plan 1", "Microsoft", 4, 64, True, 8640, 25, 3.3),
        ("XSP900166", "Office 365 E3", "Microsoft", 2, 203, True, 8640, 310, 22.4),
        ("XSP900171", "Azure plan", "Microsoft", 1, None, True, 0, 1, None),
        ("XSP900082", "Office 365 E3", "Microsoft", 3, -5, False, 8640, 18, 22.4),
    )
    for reference, offer, vendor, customer, ends, renews, term, seats, price in told:
        yield {
            **_licence(today, reference, offer, CUSTOMERS[customer], ends),
            "vendor_name": vendor,
            "vendor_code": vendor,
            "next_renewal_date": moment(today, ends) if renews and ends is not None else None,
            "auto_renew": renews,
            "seat": seats,
            "term": term,
            "price": _price(price),
            "warnings": [PEC] if reference == "XSP900140" else [],
        }


PEC = {"key": "PEC ratio issue", "message": "current value is 0 instead of 0.15"}


def _price(amount: float | None) -> Row:
    listed = None if amount is None else amount + 5
    return {"buy_price": amount, "sell_price": None, "list_price": listed, "currency": "EUR"}


def _licence(today: date, reference: str, offer: str, customer: str, ends: int | None) -> Row:
    """One of Microsoft's that renews itself each year."""
    until = None if ends is None else moment(today, ends)
    return {
        "id": int(reference[3:]),
        "subscription_id": uuid(int(reference[3:])),
        "partner_ref": reference,
        "vendor_name": "Microsoft",
        "vendor_code": "Microsoft",
        "subsidiary_name": "Arrow ECS Denmark",
        "status_code": 86,
        "status_label": "activation_ok",
        "offer": offer,
        "customer_ref": f"XSP{sum(map(ord, customer))}",
        "customer_name": customer,
        "reseller_name": "Halden Systems",
        "marketplace": "DK",
        "start_date": moment(today, -360),
        "end_date": until,
        "next_renewal_date": until,
        "auto_renew": True,
        "seat": 10,
        "base_seat": 10,
        "active_seats": {"number": 9, "lastUpdate": moment(today, -1)},
        "term": 8640,
        "periodicity": 720,
        "trial": False,
        "isEnabled": True,
        "lastUpdate": moment(today, -1),
        "price": _price(9.5),
        "warnings": [],
    }


def many_licences(today: date, count: int, random: Random) -> Iterator[Row]:
    """Licences for a bench."""
    for number in range(count):
        offer, customer = random.choice(OFFERS), random.choice(CUSTOMERS)
        yield _licence(today, f"XSP{7_000_000 + number}", offer, customer, random.randrange(1, 360))


ENDS_SOON = (
    "<p>Your enrolment <b>XSPS9910</b> ends in a month. <a href='javascript:x()'>Open</a></p>"
    "<img src='https://tracker.example/p.gif'>"
)
PRICES = "<ul><li>Microsoft: +3%</li><li>IBM: unchanged</li></ul>"


def notifications(today: date) -> Iterator[Row]:
    """The newest first."""
    told = (
        ("Program enrolment: IBMPW ends soon", ENDS_SOON, -1),
        ("License upgrade", "Hi, your license was successfully upgraded - [XSP900118]", -3),
        ("Order fulfilled - [XSP656567]", "Your order has been fulfilled with success", -8),
        ("Price list of April is out", PRICES, -15),
    )
    for number, (subject, content, days) in enumerate(told, start=1):
        yield notification(today, number, subject, content, days)


def notification(today: date, number: int, subject: str, content: str, days: int) -> Row:
    """One notification, with its moments as seconds."""
    created = datetime.combine(today + timedelta(days=days), time(9, 30), UTC)
    return {
        "id": uuid(number),
        "userName": "dana.kim",
        "subject": subject,
        "content": content,
        "created": int(created.timestamp()),
        "expires": int((created + timedelta(days=30)).timestamp()),
        "hasBeenRead": number % 2,
    }


def campaigns(today: date) -> Iterator[Row]:
    """Active campaigns; one has no last day."""
    told = (
        (71, "Win with IBM MaaS360: double margin", "IBMPW", -20, 24, "Twice the margin."),
        (72, "Microsoft 365 Copilot launch", "MSCSP", -5, 55, "Demo kits for your customers."),
        (73, "ArrowSphere Academy", None, -90, None, "Learn when you like."),
    )  # fmt: skip
    for number, name, program, begins, ends, baseline in told:
        yield {
            "reference": uuid(number),
            "name": name,
            "category": "BANNER",
            "isActivated": True,
            "createdAt": "2021-06-25T16:00:00:00Z",  # as it stands in Arrow's own documents
            "updatedAt": moment(today, -2),
            "deletedAt": None,
            "startDate": day(today, begins),
            "endDate": None if ends is None else day(today, ends),
            "weight": 1,
            "rules": {
                "locations": ["ARROWSPHERE"],
                "roles": ["EXT_MSP"],
                "marketplaces": ["DK", "SE"],
                "subscriptions": [program] if program else [],
                "resellers": [],
                "endCustomers": [],
            },
            "landingPage": {
                "url": f"https://arrow.example/campaigns/{number}",
                "header": {"title": name, "baseline": baseline},
                "body": {
                    "type": "PICTURE",
                    "title": "What is in it",
                    "description": "<p>Register by <i>mail</i>.</p><script>ping()</script>",
                    "contactEmail": "campaigns@arrow.example",
                    "videoUrl": None,
                },
                "footer": {
                    "title": name,
                    "marketingFeature": {"title": "Material", "description": "<p>Leaflets.</p>"},
                },
            },
        }

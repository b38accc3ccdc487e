"""Ingram's five list calls, each with its own spelling of the same three words."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.ingram_micro.mapping import PAST

AHEAD = timedelta(days=400)
DAY = timedelta(days=1)
QUOTES_BACK = timedelta(days=364)  # Ingram searches at most 365 days, today included


@dataclass(frozen=True, kw_only=True)
class Search:
    """One list call. ``key`` holds its rows, ``noun`` is one of them, ``most`` the largest page."""

    stream: str
    noun: str
    method: str = "GET"
    path: str
    key: str
    page: str = "pageNumber"
    size: str = "pageSize"
    most: int = 100


RENEWALS = Search(
    stream="renewals",
    noun="renewal",
    method="POST",
    path="/resellers/v6/renewals/search",
    key="renewals",
    page="page",
    size="size",
)
SPECIAL_BIDS = Search(
    stream="special_bids",
    noun="special bid",
    path="/resellers/v6/deals/search",
    key="deals",
    page="Page",
    size="Size",
)
QUOTES = Search(
    stream="quotes", noun="quote", path="/resellers/v6/quotes/search", key="quotes", most=25
)
INVOICES = Search(stream="invoices", noun="invoice", path="/resellers/v6/invoices", key="invoices")
ORDERS = Search(
    stream="orders_on_hold", noun="order", path="/resellers/v6/orders/search", key="orders"
)


def window(today: date) -> tuple[date, date]:
    """The due dates for which a read of renewals or invoices answers."""
    return today - PAST, today + AHEAD


def asked(search: Search, today: date) -> dict[str, Any]:
    """``params`` or ``json`` with which a list is asked for.

    A window is asked for with a day more on both sides: so it is proven whether Ingram takes
    its ends as in or out, and whatever the date is where the account is.
    """
    first, last = window(today)
    first, last = first - DAY, last + DAY
    if search is RENEWALS:  # dates as month/day/year here, and here only
        between = {"customStartDate": f"{first:%m/%d/%Y}", "customEndDate": f"{last:%m/%d/%Y}"}
        return {"json": {"dateType": {"expirationDate": between}}}
    if search is INVOICES:
        due = {"invoiceFromDueDate": first.isoformat(), "invoiceToDueDate": last.isoformat()}
        return {"params": due}
    if search is QUOTES:
        created = [(today - QUOTES_BACK).isoformat(), today.isoformat()]
        return {"params": {"quoteCreateDate-bt": created}}
    return {"params": {"orderStatus": "ON HOLD"} if search is ORDERS else {}}

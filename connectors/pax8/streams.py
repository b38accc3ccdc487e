"""The lists that one read goes through from end to end, and what that proves.

subscriptions    all; what is over and ended 90 days ago is left out, once that was told
missing_details  all that Pax8 lists as waiting for details
invoices         all; what is closed and was due 90 days ago is left out, once that was told
draft_items      the drafts of this month and of the next, an item's trouble counted in the draft
quotes           all; the ends of the open ones as far as one read can ask for them
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connectors.pax8.client import Pax8
from connectors.pax8.companies import Companies
from connectors.pax8.config import Pax8Config
from connectors.pax8.drafts import Month, month_of, today_of
from connectors.pax8.invoices import invoice
from connectors.pax8.quotes import Expiries, quote
from connectors.pax8.subscriptions import WAITS, missing_details, subscription
from connectors.sdk.connector import Complete, Page, Quarantined, ReadContext
from connectors.sdk.errors import Incomplete
from connectors.sdk.horizon import Horizon
from connectors.sdk.mapping import BadField, paged, required, rows
from connectors.sdk.records import Deadline

Read = Iterator[Page | Complete]

AHEAD = timedelta(days=6 * 366)

SUBSCRIPTIONS = ("/v1/subscriptions", {"sort": "createdDate,asc"})
MISSING_DETAILS = ("/v1/subscriptions", {"sort": "createdDate,asc", "status": WAITS})
INVOICES = ("/v1/invoices", {"sort": "invoiceDate"})  # bare names only, unlike subscriptions
DRAFTS = "/v1/invoices/draftItems"
QUOTES = ("/v2/quotes", {"sort": "createdOn"})


def subscriptions(pax8: Pax8, config: Pax8Config, context: ReadContext) -> Read:
    """Ends of commitments, trials and cancelled subscriptions."""
    companies = Companies(pax8, context.state)
    horizon = Horizon(context.now.date(), context.state, ahead=AHEAD)

    def make(row: Any) -> Deadline | None:
        return horizon.kept(subscription(row, companies.name))

    yield from paged(pax8.pages(*SUBSCRIPTIONS), make, external_id=_id, noun="subscription")
    yield horizon.complete(companies=companies.found)


def waiting(pax8: Pax8, config: Pax8Config, context: ReadContext) -> Read:
    """Subscriptions of which provisioning details are missing."""
    companies = Companies(pax8, context.state)

    def make(row: Any) -> Deadline:
        return missing_details(row, companies.name)

    yield from paged(pax8.pages(*MISSING_DETAILS), make, external_id=_id, noun="subscription")
    yield Complete(state={"companies": companies.found})


def invoices(pax8: Pax8, config: Pax8Config, context: ReadContext) -> Read:
    """Open ones of any age, closed ones within the horizon."""
    horizon = Horizon(context.now.date(), context.state, ahead=AHEAD)

    def make(row: Any) -> Deadline | None:
        return horizon.kept(invoice(row))

    yield from paged(pax8.pages(*INVOICES), make, external_id=_id, noun="invoice")
    yield horizon.complete()


def draft_items(pax8: Pax8, config: Pax8Config, context: ReadContext) -> Read:
    """One deadline for each month and currency of the drafts."""
    today = today_of(context.now)
    before: dict[int, list[Any]] = {}
    for offset in (0, 1):
        month = Month(month_of(today, offset))
        troubles: list[Quarantined] = []
        pages = pax8.pages(DRAFTS, {"monthOffset": offset})
        for number, (items, _) in enumerate(pages, start=1):
            if items and items == before.get(number):
                raise Incomplete("Pax8 gave the items of one month for another.")
            before[number] = items
            where = f"{month.month:%Y-%m} page {number}"
            found = rows(items, month.add, where=where, external_id=month.draft_of, noun="item of")
            troubles += found.quarantined
        deadlines = month.deadlines(today, len(troubles))
        told = {deadline.external_id for deadline in deadlines}
        yield Page(records=deadlines, quarantined=tuple(_only_untold(troubles, told)))
    yield Complete()


def _only_untold(troubles: list[Quarantined], told: set[str]) -> Iterator[Quarantined]:
    """The troubles; only of a draft that did not come at all they spare what is stored."""
    for trouble in troubles:
        is_told = trouble.external_id in told
        yield replace(trouble, external_id=None) if is_told else trouble


def quotes(pax8: Pax8, config: Pax8Config, context: ReadContext) -> Read:
    """Every quote; ``config`` says whose."""
    path, params = QUOTES
    asked = {**params, "account": config.quotes_of}
    pages = list(pax8.pages(path, asked, size="limit"))
    expiries = Expiries(pax8, context.state.get("quotes"), context.now.isoformat())
    expiries.read([row for found, _ in pages for row in found])

    def make(row: Any) -> Deadline:
        if not isinstance(row, dict):
            raise BadField("a quote must be an object")
        return quote(row, expiries.of(row))

    yield from paged(pages, make, external_id=_id, noun="quote")
    yield Complete(state={"quotes": expiries.found})


def _id(row: Any) -> str:
    return required(row, "id")

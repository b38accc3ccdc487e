"""The lists that one read goes through from end to end, and what that proves.

renewals        all that expire from 90 days ago to 400 days ahead
invoices        all that are due from 90 days ago to 400 days ahead
orders_on_hold  every order that Ingram lists as on hold
quotes          every active quote; one that is no longer listed is asked for by its number

Special bids are in ``bid_stream``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote as url_encoded

from connectors.ingram_micro.answers import one
from connectors.ingram_micro.client import Ingram
from connectors.ingram_micro.mapping import (
    Account,
    invoice,
    invoice_currency,
    is_paid,
    is_quote_over,
    order_on_hold,
    quote,
    renewal,
)
from connectors.ingram_micro.searches import (
    INVOICES,
    ORDERS,
    QUOTES,
    RENEWALS,
    Search,
    asked,
    window,
)
from connectors.sdk.connector import Complete, Page, Quarantined, ReadContext
from connectors.sdk.errors import FormatChanged, Incomplete, Rejected
from connectors.sdk.mapping import BadField, required, rows
from connectors.sdk.records import Deadline

Read = Iterator[Page | Complete]

DETAILS_PER_SYNC = 240
"""Calls for details in one read of a stream: about five minutes at our rate."""


def renewals(ingram: Ingram, account: Account, context: ReadContext) -> Read:
    """Open and closed ones: their status says which, in Ingram's words."""
    yield from whole_list(
        RENEWALS, listed(ingram, RENEWALS, account), partial(renewal, account=account), "renewalId"
    )
    yield Complete(window=window(account.today))


def invoices(ingram: Ingram, account: Account, context: ReadContext) -> Read:
    """Paid ones too. The currency of an open one is asked once and kept in the state."""
    known: Mapping[str, str] = context.state.get("currencies", {})
    found: dict[str, str] = {}
    asked_for = 0

    def make(row: Any) -> Deadline:
        nonlocal asked_for
        number = required(row, "invoiceNumber")
        currency = known.get(number)
        if currency is None and not is_paid(row) and asked_for < DETAILS_PER_SYNC:
            asked_for += 1
            currency = _currency_of(ingram, number)
        if currency is not None:
            found[number] = currency
        return invoice(row, account, currency)

    yield from whole_list(INVOICES, listed(ingram, INVOICES, account), make, "invoiceNumber")
    yield Complete(window=window(account.today), state={"currencies": found})


def _currency_of(ingram: Ingram, number: str) -> str | None:
    """The currency in the invoice's detail; None where it cannot be read, to be asked again."""
    try:
        reply = ingram.ask(
            "GET",
            f"/resellers/v6.1/invoices/{url_encoded(number, safe='')}",
            params={"customerType": "invoice", "includeSerialNumbers": "false"},
        )
        return invoice_currency(reply.json()) if reply.status == 200 else None
    except FormatChanged:
        return None


def orders_on_hold(ingram: Ingram, account: Account, context: ReadContext) -> Read:
    """What waits until someone acts. An order that is released leaves the list."""
    yield from whole_list(
        ORDERS,
        listed(ingram, ORDERS, account),
        partial(order_on_hold, account=account),
        "ingramOrderNumber",
    )
    yield Complete()


def quotes(ingram: Ingram, account: Account, context: ReadContext) -> Read:
    """Ingram lists active quotes created within a year, and says of no other what became of it.

    So a quote that was listed at the last read and is not any more is asked for by its
    number: only one that has ended, or that Ingram does not find there either, is gone.
    """
    seen: set[str] = set()

    def make(row: Any) -> Deadline:
        seen.add(required(row, "quoteNumber"))
        return quote(row, account)

    yield from whole_list(QUOTES, listed(ingram, QUOTES, account), make, "quoteNumber")
    missing = sorted(set(context.state.get("quotes", ())) - seen)
    kept = [number for number in missing[:DETAILS_PER_SYNC] if _still_active(ingram, number)]
    kept += missing[DETAILS_PER_SYNC:]
    yield Page(quarantined=tuple(map(_as_last_seen, kept)))
    yield Complete(state={"quotes": sorted(seen.union(kept))})


def _still_active(ingram: Ingram, number: str) -> bool:
    """Whether Ingram still has a quote that it no longer lists."""
    try:
        reply = ingram.ask("GET", f"/resellers/v6/quotes/{url_encoded(number, safe='')}")
        return reply.status == 200 and not is_quote_over(one(reply.json(), "quote details"))
    except Rejected as error:
        return error.status not in (400, 404)
    except FormatChanged:
        return True


def _as_last_seen(number: str) -> Quarantined:
    return Quarantined(
        reason=f"quote {number}: no longer listed, but not ended either: it stays as it was.",
        raw=number,
        where="quotes that left the list",
        external_id=number,
    )


def listed(ingram: Ingram, search: Search, account: Account) -> Iterator[tuple[list[Any], int]]:
    """A list's pages of raw rows, each with the announced total."""
    return ingram.pages(search, **asked(search, account.today))


def whole_list(
    search: Search,
    pages: Iterable[tuple[list[Any], int]],
    make: Callable[[Any], Deadline],
    id_of: str | Callable[[Any], str],
) -> Iterator[Page]:
    """Every row of a list as a record or quarantined. ``id_of`` is a field or a function.

    Raises ``Incomplete`` when a row comes again on a later page: the list moved meanwhile,
    and what moved the other way was not seen, although the totals agree.
    """
    identify = partial(required, field=id_of) if isinstance(id_of, str) else id_of
    seen: set[int] = set()
    for number, (found, total) in enumerate(pages, start=1):
        yield rows(
            found,
            make,
            where=f"page {number}",
            external_id=identify,
            expected=total,
            noun=search.noun,
        )
        ids = {hash(identity) for row in found if (identity := _readable(identify, row))}
        if not seen.isdisjoint(ids):
            raise Incomplete("Ingram's list moved while it was read: a row came twice.")
        seen |= ids


def _readable(identify: Callable[[Any], str], row: Any) -> str | None:
    try:
        return identify(row)
    except BadField:
        return None

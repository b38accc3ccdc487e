"""The lists that one read goes through from end to end."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from connectors.google_cloud_channel import mapping
from connectors.google_cloud_channel.client import Google
from connectors.sdk.connector import Complete, Event, Page, Quarantined, ReadContext
from connectors.sdk.errors import AuthFailed, Incomplete
from connectors.sdk.mapping import BadField, paged, required, rows
from connectors.sdk.mapping.rows import raw_text
from connectors.sdk.offered import READ_BEFORE, not_offered
from connectors.sdk.records import Deadline

Read = Iterator[Event]


def entitlements(google: Google, _context: ReadContext) -> Read:
    """What each customer has. With a customer whose row cannot be read the list is not whole."""
    customers, unreadable = _customers(google)
    skus = dict(found for page in google.skus() for row in page if (found := mapping.sku(row)))
    yield Page(quarantined=unreadable)
    for customer in customers:
        yield from _entitlements_of(google, customer, skus)
    if not unreadable:
        yield Complete()


def _customers(google: Google) -> tuple[list[mapping.Customer], tuple[Quarantined, ...]]:
    """All customers first: a cursor must not grow old while each one's entitlements are read."""
    found: dict[str, mapping.Customer] = {}
    unreadable = []
    for page, listed in enumerate(google.customers(), start=1):
        for number, row in enumerate(listed, start=1):
            try:
                customer = mapping.customer(row)
            except BadField as error:
                where = f"customers page {page} row {number}"
                reason = f"customer: {error}; its entitlements stay as they were."
                unreadable.append(Quarantined(reason=reason, raw=raw_text(row), where=where))
                continue
            if customer.name in found:
                raise Incomplete("Google's list of customers moved while it was read.")
            found[customer.name] = customer
    return [*found.values()], tuple(unreadable)


def _entitlements_of(
    google: Google, customer: mapping.Customer, skus: dict[str, str]
) -> Iterator[Page]:
    """Commitments and trials; an entitlement can have both."""
    kinds: tuple[tuple[Any, Callable[[Any], str], str], ...] = (
        (mapping.commitment, mapping.entitlement_id, "entitlement"),
        (mapping.trial, mapping.trial_id, "trial"),
    )
    where = f"{customer.name.rpartition('/')[2]}, page"
    for number, found in enumerate(_once(google.entitlements(customer.name)), start=1):
        for make, identify, noun in kinds:
            made = partial(make, of=customer, skus=skus)
            yield rows(found, made, where=f"{where} {number}", external_id=identify, noun=noun)


def offers(google: Google, _context: ReadContext) -> Read:
    """Offers with an end. One that has ended is listed no more."""
    yield from _listed(google.offers(), mapping.offer, noun="offer")
    yield Complete()


def links(google: Google, context: ReadContext) -> Read:
    """A distributor's links, accepted or not. Whoever is none is not offered any."""
    listed = False
    try:
        for page in _listed(google.links(), mapping.link, noun="link"):
            yield page
            listed = True
    except AuthFailed as refusal:
        if listed or not refusal.of_one_list:
            raise
        yield not_offered(context.state, refusal.message, remedy=refusal.remedy)
        return
    yield Complete(state={READ_BEFORE: True})


def _listed(
    pages: Iterable[list[Any]], make: Callable[[Any], Deadline | None], *, noun: str
) -> Iterator[Page]:
    listed = ((page, None) for page in _once(pages))  # Google announces no totals
    yield from paged(listed, make, external_id=partial(required, field="name"), noun=noun)


def _once(pages: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """Raises ``Incomplete`` where a row comes again on a later page: the list moved meanwhile."""
    seen: set[str] = set()
    for page in pages:
        names = {row["name"] for row in page if isinstance(row, dict) and _is_text(row.get("name"))}
        yield page
        if not seen.isdisjoint(names):
            raise Incomplete("Google's list moved while it was read: a row came twice.")
        seen |= names


def _is_text(value: Any) -> bool:
    return isinstance(value, str)

"""Subscriptions are listed by customer, so a read goes through the customers one by one.

A sync asks for at most ``MOST`` of them. Where there are more, they are read in turn: each sync
goes on behind the customer with which the last one ended. Such a sync says which were left out,
and so proves no absence. The same holds for a customer whose list Microsoft refuses.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.microsoft.answers import Miscounted
from connectors.microsoft.client import Microsoft, Site, customers
from connectors.microsoft.commerce import (
    WINDOW,
    cancellation,
    renewal,
    subscription_id,
    window_id,
)
from connectors.microsoft.refusals import SUBSCRIPTIONS
from connectors.sdk.connector import Complete, Page, Quarantined, ReadContext
from connectors.sdk.errors import AuthFailed, ConnectorError, Rejected
from connectors.sdk.mapping import BadField, required, rows, text_of
from connectors.sdk.mapping.rows import raw_text

MOST = 2_000
"""Customers of one sync: nine minutes at our rate."""

_FEW = 3
"""So many refusals from the start are about the right to read, not about customers."""

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")  # it becomes a part of an address


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A customer's tenant ID and name."""

    key: str
    name: str | None


def subscriptions(
    microsoft: Microsoft, context: ReadContext, *, most: int = MOST
) -> Iterator[Page | Complete]:
    """The subscriptions of all customers, or of as many as one sync may ask for."""
    site = microsoft.partner_center
    known, unreadable = _customers(site)
    turn = _in_turn(known, context.state.get("after"), most)
    yield Page(quarantined=(*unreadable, *_left_out(len(known) - len(turn), len(known))))
    refused: list[Quarantined] = []
    for number, customer in enumerate(turn, start=1):
        try:
            yield from _of(site, customer, context)
        except (AuthFailed, Rejected, Miscounted) as error:
            if _is_about_all(error, refusals=len(refused) + 1, asked=number, of=len(turn)):
                raise
            refused.append(_refused(customer, error))
    yield Page(quarantined=tuple(refused))
    yield Complete(state={"after": turn[-1].key} if len(turn) < len(known) else {})


def _customers(site: Site) -> tuple[list[Customer], list[Quarantined]]:
    """All customers by ID, and the rows that are none."""
    found: dict[str, Customer] = {}
    unreadable: list[Quarantined] = []
    for page, listed in enumerate(customers(site, SUBSCRIPTIONS), start=1):
        for number, row in enumerate(listed, start=1):
            try:
                customer = _customer(row)
            except BadField as error:
                where = f"customers, page {page} row {number}"
                reason = f"{where}: {error}"
                unreadable.append(Quarantined(reason=reason, raw=raw_text(row), where=where))
            else:
                found[customer.key] = customer
    return [found[key] for key in sorted(found)], unreadable


def _customer(row: Any) -> Customer:
    key = required(row, "id")
    if not _ID.fullmatch(key):
        raise BadField("field id is not the ID of a customer")
    profile = row.get("companyProfile")
    name = profile.get("companyName") if isinstance(profile, Mapping) else None
    return Customer(key=key, name=text_of(name))


def _in_turn(known: Sequence[Customer], after: Any, most: int) -> list[Customer]:
    """At most that many, beginning behind the one with which the last sync ended."""
    if len(known) <= most:
        return list(known)
    behind = [customer for customer in known if isinstance(after, str) and customer.key > after]
    return [*behind, *known[: len(known) - len(behind)]][:most]


def _left_out(count: int, total: int) -> Iterator[Quarantined]:
    if count:
        yield Quarantined(
            reason=(
                f"{count:,} of {total:,} customers were not asked in this sync, so nothing counts "
                "as gone. They follow in the next ones."
            ),
            raw=f"{count} of {total} customers",
            where="customers",
        )


def _of(site: Site, customer: Customer, context: ReadContext) -> Iterator[Page]:
    """One customer's subscriptions: the end of each, and the end of its cancellation window."""
    pages = site.collection(f"/customers/{customer.key}/subscriptions", SUBSCRIPTIONS)
    for number, listed in enumerate(pages, start=1):
        where = f"customer {customer.name or customer.key}, page {number}"
        yield rows(
            listed,
            partial(renewal, account=customer.name),
            where=where,
            external_id=subscription_id,
            noun="subscription",
        )
        yield rows(
            [row for row in listed if isinstance(row, Mapping) and row.get(WINDOW) is not None],
            partial(cancellation, account=customer.name, now=context.now),
            where=where,
            external_id=window_id,
            noun="cancellation window",
        )


def _is_about_all(error: ConnectorError, *, refusals: int, asked: int, of: int) -> bool:
    """Whether a refusal says something of the connection rather than of one customer."""
    if isinstance(error, AuthFailed) and error.status != 403:
        return True
    only_refusals = refusals == asked
    return only_refusals and refusals >= min(_FEW, of) and not isinstance(error, Miscounted)


def _refused(customer: Customer, error: ConnectorError) -> Quarantined:
    name = customer.name or customer.key
    return Quarantined(
        reason=f"customer {name}: {error.message} What was known of it stays.",
        raw=customer.key,
        where="customers",
    )

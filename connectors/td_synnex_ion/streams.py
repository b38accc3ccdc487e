"""The two lists that one read goes through from end to end."""

from collections.abc import Iterator
from functools import partial

from connectors.sdk.connector import Complete, Page, ReadContext
from connectors.sdk.errors import Incomplete
from connectors.sdk.mapping import rows
from connectors.td_synnex_ion import mapping
from connectors.td_synnex_ion.client import Ion

Read = Iterator[Page | Complete]


def subscriptions(ion: Ion, context: ReadContext) -> Read:
    """Every subscription, open or over, with the end of its cancellation window."""
    seen: set[str] = set()
    for number, (found, total) in enumerate(ion.subscriptions(), start=1):
        where = f"page {number}"
        page = rows(
            found,
            mapping.renewal,
            where=where,
            external_id=mapping.subscription_id,
            expected=total,
            noun="subscription",
        )
        yield page
        yield rows(
            found,
            partial(mapping.cancellation, now=context.now),
            where=where,
            external_id=mapping.cancellation_id,
            noun="cancellation of subscription",
        )
        _once(seen, page)
    yield Complete()


def orders_on_hold(ion: Ion, context: ReadContext) -> Read:
    """What waits until someone acts. An order names its customer by number: names come first."""
    customers = {
        number: name
        for page in ion.customers()
        for row in page
        if (number := mapping.customer_of(row)) and (name := mapping.customer_name(row))
    }
    seen: set[str] = set()
    for place, found in enumerate(ion.orders_on_hold(), start=1):
        page = rows(
            found,
            partial(mapping.order_on_hold, customers=customers),
            where=f"page {place}",
            external_id=mapping.order_id,
            noun="order",
        )
        yield page
        _once(seen, page)
    yield Complete()


def _once(seen: set[str], page: Page) -> None:
    """Raises ``Incomplete`` where a row comes again on a later page: the list moved meanwhile."""
    ids = {record.external_id for record in page.records}
    if not seen.isdisjoint(ids):
        raise Incomplete("Ion's list moved while it was read: a row came twice.")
    seen |= ids

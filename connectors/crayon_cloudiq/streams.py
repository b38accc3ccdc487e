"""The lists that one read goes through from end to end, and what that proves.

agreements      all that end from 90 days ago to 400 days ahead
subscriptions   every subscription of any status
announcements   the newest fifty: an older one is not gone
contacts        one for each organization

Agreement reports are in ``reports``.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from connectors.crayon_cloudiq.client import Cloudiq
from connectors.crayon_cloudiq.mapping import (
    agreement,
    announcement,
    announcement_id,
    contact,
    id_of,
    subscription,
)
from connectors.sdk.connector import Complete, Page, ReadContext
from connectors.sdk.errors import Rejected
from connectors.sdk.mapping import BadField, objects, paged, rows, text_of
from connectors.sdk.records import Contact

Read = Iterator[Page | Complete]

PAST = timedelta(days=90)
AHEAD = timedelta(days=400)
DAY = timedelta(days=1)
NEWEST = 50


def window(today: date) -> tuple[date, date]:
    """The ends for which a read of agreements answers."""
    return today - PAST, today + AHEAD


def agreement_window(today: date) -> dict[str, str]:
    """The same as parameters, a day wider on both sides: whatever the zone, its ends are in."""
    first, last = window(today)
    return {
        "EndDateFrom": f"{first - DAY}T00:00:00Z",
        "EndDateTo": f"{last + DAY}T00:00:00Z",
    }


def agreements(cloudiq: Cloudiq, context: ReadContext) -> Read:
    """Cloud-iQ selects by the end itself."""
    today = context.now.date()
    pages = cloudiq.pages("Agreements", **agreement_window(today))
    yield from paged(pages, agreement, external_id=id_of, noun="agreement")
    yield Complete(window=window(today))


def subscriptions(cloudiq: Cloudiq, context: ReadContext) -> Read:
    """Without ``Refresh``, which would make Crayon ask the publisher anew."""
    make = partial(subscription, customers=customers(cloudiq), today=context.now.date())
    pages = cloudiq.pages("Subscriptions", Statuses="All")
    yield from paged(pages, make, external_id=id_of, noun="subscription")
    yield Complete()


def customers(cloudiq: Cloudiq) -> dict[str, str]:
    """The customers' names by their tenant's number, which is all that a subscription gives."""
    found: dict[str, str] = {}
    for listed, _ in cloudiq.pages("CustomerTenants"):
        for tenant in objects(listed):
            number, name = _text(tenant.get("Id")), _text(tenant.get("Name"))
            if number and name:
                found[number] = name
    return found


def _text(value: Any) -> str | None:
    try:
        return text_of(value)
    except BadField:
        return None


def announcements(cloudiq: Cloudiq, context: ReadContext) -> Read:
    """One answer: the call has a count and no pages."""
    params = {"count": NEWEST, "organizationId": cloudiq.organization}
    yield rows(
        cloudiq.newest("BlogItems", **params),
        announcement,
        where="announcements",
        external_id=announcement_id,
        noun="announcement",
    )
    yield Complete()


def contacts(cloudiq: Cloudiq, context: ReadContext) -> Read:
    """One call for each organization."""

    def make(organization: Any) -> Contact | None:
        number = id_of(organization)
        reply = cloudiq.ask(f"Organizations/{number}/salescontact")
        if reply.status == 404:
            raise BadField("Cloud-iQ lists the organization but does not find it")
        return contact(reply.json(), organization) if reply.body.strip() else None

    pages = organizations(cloudiq)
    yield from paged(pages, make, external_id=id_of, noun="sales contact of organization")
    yield Complete()


def organizations(cloudiq: Cloudiq) -> Iterator[tuple[list[Any], int]]:
    """The organization that the connection names, or all that the user may see."""
    if cloudiq.organization is None:
        yield from cloudiq.pages("Organizations")
        return
    only = cloudiq.one(f"Organizations/{cloudiq.organization}")
    if only is None:
        raise Rejected("Cloud-iQ knows no such organization.", status=404)
    yield [only], 1

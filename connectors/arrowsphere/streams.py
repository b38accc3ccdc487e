"""The lists that one read goes through from end to end, and what that proves.

programs        every enrolment in a vendor's program, with its end
licences        every licence that ArrowSphere calls enabled
notifications   what it still keeps of them, 30 days: an older one is not gone
campaigns       those that are active
"""

from collections.abc import Iterator
from functools import partial
from itertools import chain

from connectors.arrowsphere.client import Arrow
from connectors.arrowsphere.mapping import (
    campaign,
    campaign_id,
    licence,
    licence_id,
    notification,
    program,
)
from connectors.sdk.connector import Complete, Event, Page, ReadContext
from connectors.sdk.errors import AuthFailed, Incomplete
from connectors.sdk.mapping import required, rows
from connectors.sdk.offered import READ_BEFORE, not_offered

Read = Iterator[Page | Complete]


def programs(arrow: Arrow, context: ReadContext) -> Read:
    """One answer: the list has no pages."""
    yield from _listed(
        rows(
            arrow.subscriptions(),
            program,
            where="subscriptions",
            external_id=partial(required, field="reference"),
            noun="program subscription",
        )
    )


def licences(arrow: Arrow, context: ReadContext) -> Read:
    """Asked for in the order of their ends."""
    whole = True
    for number, (found, total) in enumerate(arrow.licences(), start=1):
        page = rows(
            found,
            licence,
            where=f"page {number}",
            external_id=licence_id,
            expected=total,
            noun="licence",
        )
        whole = whole and _is_known(page)
        yield page
    if whole:
        yield Complete()


def notifications(arrow: Arrow, context: ReadContext) -> Iterator[Event]:
    """From one to the next, until there is none.

    Whether the API key is enough to be shown them is not documented: where it never was, they
    are not offered; what was read once and is refused now grows old, and somebody has to know.
    """
    pages = enumerate(arrow.notifications(), start=1)
    try:
        first = next(pages)
    except AuthFailed as refusal:
        if arrow.has_token:
            raise _refused(refusal) from refusal
        yield not_offered(context.state, refusal.message, remedy=refusal.remedy)
        return
    try:
        for number, found in chain([first], pages):
            yield rows(
                found,
                notification,
                where=f"page {number}",
                external_id=partial(required, field="id"),
                noun="notification",
            )
    except AuthFailed as refusal:
        raise _refused(refusal) from refusal
    yield Complete(state={READ_BEFORE: True})


def _refused(refusal: AuthFailed) -> Incomplete:
    """The other lists are read with the API key, which may be as good as before."""
    return Incomplete(refusal.message, remedy=refusal.remedy)


def campaigns(arrow: Arrow, context: ReadContext) -> Read:
    """One answer: what is active is short."""
    yield from _listed(
        rows(
            arrow.campaigns(),
            campaign,
            where="campaigns",
            external_id=campaign_id,
            noun="campaign",
        )
    )


def _listed(page: Page) -> Read:
    yield page
    if _is_known(page):
        yield Complete()


def _is_known(page: Page) -> bool:
    """Whether each row can be told by its id: one that cannot may be any of the known ones."""
    return all(row.external_id for row in page.quarantined)

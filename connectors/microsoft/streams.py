"""The lists that one read goes through from end to end: each is all that Microsoft has of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from connectors.microsoft import refusals
from connectors.microsoft.client import Microsoft, Site
from connectors.microsoft.commerce import promotion
from connectors.microsoft.graph import admin_relationship, message, requirement, score
from connectors.microsoft.referral import referral
from connectors.sdk.connector import Complete, Event, ReadContext
from connectors.sdk.errors import FormatChanged
from connectors.sdk.mapping import paged, required, rows
from connectors.sdk.offered import READ_BEFORE, not_offered
from connectors.sdk.records import AnyRecord

Read = Iterator[Event]

NO_PERSON = "They need the sign-in of a person, and no refresh token is set."
SET_ONE = "Enter a refresh token, or switch “Read referrals” off."

SCORE = "/beta/security/partner/securityScore"


def admin_relationship_pages(site: Site, *, size: int = 300) -> Iterator[list[Any]]:
    """300 is the most that Graph gives at once."""
    return site.listed(
        "/v1.0/tenantRelationships/delegatedAdminRelationships",
        refusals.ADMIN_RELATIONSHIPS,
        params={"$top": size, "$count": "true"},
    )


def message_pages(site: Site, *, size: int = 1000) -> Iterator[list[Any]]:
    """1,000 is the most that Graph gives at once."""
    return site.listed(
        "/v1.0/admin/serviceAnnouncement/messages",
        refusals.MESSAGES,
        params={"$count": "true"},
        headers={"Prefer": f"odata.maxpagesize={size}"},
    )


def promotion_pages(site: Site, country: str | None) -> Iterator[list[Any]]:
    """Those of commercial customers: Microsoft's documents know no other segment."""
    return site.collection(
        "/productpromotions",
        refusals.PROMOTIONS,
        params={"country": country, "segment": "commercial"},
    )


def referral_pages(site: Site, *, size: int | None = None) -> Iterator[list[Any]]:
    """The newest first; closed ones too, so that each says itself how it ended."""
    return site.listed(
        "/referrals",
        refusals.REFERRALS,
        params={"$orderby": "createdDateTime desc", "$top": size},
    )


def security_total(site: Site) -> Any:
    """The score itself; raises ``FormatChanged`` where the answer holds none."""
    body = site.ask(SCORE, refusals.SECURITY_SCORE).json()
    if not isinstance(body, dict) or not {"currentScore", "maxScore"} & body.keys():
        raise FormatChanged("Microsoft's answer holds no partner security score.")
    return body


def admin_relationships(microsoft: Microsoft, context: ReadContext) -> Read:
    """Relationships of every status: their own words say which are over."""
    pages = admin_relationship_pages(microsoft.graph)
    yield from _whole(pages, admin_relationship, noun="admin relationship")


def messages(microsoft: Microsoft, context: ReadContext) -> Read:
    """Every post that the tenant's message centre still shows."""
    yield from _whole(message_pages(microsoft.graph), message, noun="message")


def promotions(microsoft: Microsoft, context: ReadContext) -> Read:
    """The country's current promotions; one that has ended leaves the list."""
    pages = promotion_pages(microsoft.partner_center, microsoft.config.promotions_country)
    yield from _whole(pages, promotion, noun="promotion")


def security_score(microsoft: Microsoft, context: ReadContext) -> Read:
    """The score, then each of its requirements."""
    site = microsoft.graph
    total = security_total(site)
    yield rows([total], score, where="score", external_id=lambda _row: "score", noun="score")
    pages = site.listed(f"{SCORE}/requirements", refusals.SECURITY_SCORE)
    yield from _whole(pages, requirement, noun="security requirement")


def referrals(microsoft: Microsoft, context: ReadContext) -> Read:
    """Every referral, incoming and outgoing, for a person who signed in; else none is offered."""
    if not microsoft.config.refresh_token:
        yield not_offered(context.state, NO_PERSON, remedy=SET_ONE)
        return
    yield from _whole(
        referral_pages(microsoft.referrals), referral, noun="referral", state={READ_BEFORE: True}
    )


def _whole(
    pages: Iterable[list[Any]],
    make: Callable[[Any], AnyRecord],
    *,
    noun: str,
    state: Mapping[str, Any] = MappingProxyType({}),
) -> Read:
    listed = ((page, None) for page in pages)  # the pager itself holds the rows against the count
    yield from paged(listed, make, external_id=partial(required, field="id"), noun=noun)
    yield Complete(state=state)

"""People: our alliance lead, who invited us, and AWS's team on each open opportunity."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.aws_partner_central.config import AwsConfig
from connectors.aws_partner_central.faults import NotPermitted
from connectors.aws_partner_central.opportunities import OPEN
from connectors.aws_partner_central.shapes import (
    bare,
    external_id,
    facts,
    identified,
    person,
    word,
)
from connectors.aws_partner_central.wire import Details, Wire
from connectors.sdk.connector import Complete, Page, Quarantined
from connectors.sdk.errors import Rejected
from connectors.sdk.mapping import BadField, rows, within
from connectors.sdk.records import Contact

SELLING = "partnercentral-selling"
ACCOUNT = "partnercentral-account"
BUDGET = 100
"""Detail calls a read: opportunities that close soonest come first."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """One place that names a person: the person's row, in what role, and about which customer."""

    row: Any
    role: str
    customer: str | None = None


def read(wire: Wire, config: AwsConfig) -> Iterator[Page | Complete]:
    """One page: a person who is named in many places is one contact, known by the address.

    Keys that may not read one of the lists that lead to people have those of the others.
    """
    people = _People()
    sources = _Sources(wire, config)
    refused = [
        people.take(sources.partners(), sources.alliance_lead, where="partners"),
        people.take(sources.invitations(), sources.senders, where="pending invitations"),
        people.take(sources.opportunities(), sources.team, where="open opportunities"),
    ]
    if refused[0] and all(refused):
        raise refused[0]
    yield people.page()
    yield Complete()


def contact(places: list[Named]) -> Contact:
    """A person with every role in which AWS names them; who has no address is not readable."""
    row = places[0].row
    address = identified(row, "Email").lower()
    customers = sorted({name for place in places if (name := word(place.customer))})
    return Contact(
        external_id=address,
        title=person(row) or address,
        role=", ".join(sorted({role for place in places if (role := word(place.role))})) or None,
        email=address,
        phone=word(within(row, "Phone")),
        facts=facts(customers=", ".join(customers[:10]) or None),
    )


@dataclass(kw_only=True)
class _People:
    """Everybody by address, and the rows that could not be asked who they name."""

    by_address: dict[str, list[Named]] = field(default_factory=dict)
    unread: list[Quarantined] = field(default_factory=list)

    def take(
        self, listed: Iterator[Any], named: Callable[[Any], Iterator[Named]], *, where: str
    ) -> NotPermitted | None:
        """Whom the rows of a list name; AWS's refusal where it may not be read."""

        def note(row: Any) -> None:
            try:
                for place in named(row):
                    self._add(place)
            except Rejected as refused:
                raise BadField(refused.message) from None

        try:
            page = rows(listed, note, where=where, external_id=external_id)
        except NotPermitted as refusal:
            return refusal
        self.unread.extend(page.quarantined)
        return None

    def _add(self, place: Named) -> None:
        address = (external_id(place.row, "Email") or "").lower()
        key = address or f"without an address {len(self.by_address)}"
        self.by_address.setdefault(key, []).append(place)

    def page(self) -> Page:
        found = rows((each for _, each in sorted(self.by_address.items())), contact, where="people")
        return replace(found, quarantined=(*found.quarantined, *self.unread))


class _Sources:
    """The lists that lead to people, and whom each of their rows names."""

    def __init__(self, wire: Wire, config: AwsConfig) -> None:
        self._wire = wire
        self._catalog = config.catalog
        self._details = Details(wire, BUDGET)

    def partners(self) -> Iterator[Any]:
        """Ourselves."""
        for page in self._wire.pages(ACCOUNT, "ListPartners", Catalog=self._catalog):
            yield from page

    def alliance_lead(self, row: Any) -> Iterator[Named]:
        answer = self._details.demand(
            ACCOUNT, "GetAllianceLeadContact", Catalog=self._catalog, Identifier=identified(row)
        )
        if answer:
            yield Named(row=within(answer, "AllianceLeadContact"), role="Our alliance lead")

    def invitations(self) -> Iterator[Any]:
        for page in self._wire.pages(
            SELLING,
            "ListEngagementInvitations",
            Catalog=self._catalog,
            ParticipantType="RECEIVER",
            Status=["PENDING"],
            MaxResults=100,
        ):
            yield from page

    def senders(self, row: Any) -> Iterator[Named]:
        answer = self._details.demand(
            SELLING, "GetEngagementInvitation", Catalog=self._catalog, Identifier=identified(row)
        )
        offer = within(answer, "Payload", "OpportunityInvitation")
        customer = bare(within(offer, "Customer", "CompanyName"))
        yield from _each(within(offer, "SenderContacts"), customer)

    def opportunities(self) -> Iterator[Any]:
        """The first page is as long as the budget: the open ones that close soonest."""
        pages = self._wire.pages(
            SELLING,
            "ListOpportunities",
            Catalog=self._catalog,
            LifeCycleStage=list(OPEN),
            Sort={"SortBy": "TargetCloseDate", "SortOrder": "ASCENDING"},
            MaxResults=BUDGET,
        )
        yield from next(pages, [])

    def team(self, row: Any) -> Iterator[Named]:
        answer = self._details.demand(
            SELLING,
            "GetAwsOpportunitySummary",
            Catalog=self._catalog,
            RelatedOpportunityIdentifier=identified(row),
        )
        customer = bare(within(row, "Customer", "Account", "CompanyName"))
        yield from _each(within(answer, "OpportunityTeam"), customer)


def _each(people: Any, customer: str | None) -> Iterator[Named]:
    for row in people if isinstance(people, list) else ():
        role = bare(within(row, "BusinessTitle")) or "AWS contact"
        yield Named(row=row, role=role, customer=customer)

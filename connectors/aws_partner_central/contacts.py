"""People: our alliance lead, who invited us, and AWS's team on each open opportunity."""

from collections.abc import Iterator
from dataclasses import dataclass, field
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
    within,
    word,
)
from connectors.aws_partner_central.wire import Details, Wire
from connectors.sdk.connector import Complete, Page
from connectors.sdk.mapping import rows
from connectors.sdk.records import Contact

SELLING = "partnercentral-selling"
ACCOUNT = "partnercentral-account"
BUDGET = 100
"""Detail calls a read: opportunities that close soonest come first."""


@dataclass(kw_only=True)
class _Person:
    """One person, gathered from every place that names them."""

    row: Any
    roles: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)


def read(wire: Wire, config: AwsConfig) -> Iterator[Page | Complete]:
    """One page: a person who is named in many places is one contact, known by the address."""
    people: dict[str, _Person] = {}
    for row, role, customer in _named(wire, config):
        address = (external_id(row, "Email") or "").lower()
        found = people.setdefault(address or f"nameless {len(people)}", _Person(row=row))
        found.roles.add(role)
        if customer:
            found.customers.add(customer)
    yield rows((each for _, each in sorted(people.items())), contact, where="people")
    yield Complete()


def contact(found: _Person) -> Contact:
    """A person with every role in which AWS names them; who has no address is not readable."""
    address = identified(found.row, "Email").lower()
    return Contact(
        external_id=address,
        title=person(found.row) or address,
        role=", ".join(sorted(found.roles)),
        email=address,
        phone=word(within(found.row, "Phone")),
        facts=facts(customers=", ".join(sorted(found.customers)[:10]) or None),
    )


def _named(wire: Wire, config: AwsConfig) -> Iterator[tuple[Any, str, str | None]]:
    details = Details(wire, BUDGET)
    yield from _alliance_leads(wire, details, config)
    yield from _senders(wire, details, config)
    yield from _teams(wire, details, config)


def _alliance_leads(
    wire: Wire, details: Details, config: AwsConfig
) -> Iterator[tuple[Any, str, str | None]]:
    """Ours, as AWS has it. An account that may not read partner profiles has the rest anyway."""
    catalog = config.catalog
    try:
        partners = [
            row for page in wire.pages(ACCOUNT, "ListPartners", Catalog=catalog) for row in page
        ]
    except NotPermitted:
        return
    for partner in partners:
        answer = details.ask(
            ACCOUNT,
            "GetAllianceLeadContact",
            Catalog=catalog,
            Identifier=external_id(partner) or "",
        )
        if answer:
            yield within(answer, "AllianceLeadContact"), "Our alliance lead", None


def _senders(
    wire: Wire, details: Details, config: AwsConfig
) -> Iterator[tuple[Any, str, str | None]]:
    pages = wire.pages(
        SELLING,
        "ListEngagementInvitations",
        Catalog=config.catalog,
        ParticipantType="RECEIVER",
        Status=["PENDING"],
        MaxResults=100,
    )
    for row in (row for page in pages for row in page):
        answer = details.ask(
            SELLING,
            "GetEngagementInvitation",
            Catalog=config.catalog,
            Identifier=external_id(row) or "",
        )
        offer = within(answer, "Payload", "OpportunityInvitation")
        customer = bare(within(offer, "Customer", "CompanyName"))
        yield from _each(within(offer, "SenderContacts"), customer)


def _teams(
    wire: Wire, details: Details, config: AwsConfig
) -> Iterator[tuple[Any, str, str | None]]:
    pages = wire.pages(
        SELLING,
        "ListOpportunities",
        Catalog=config.catalog,
        LifeCycleStage=list(OPEN),
        Sort={"SortBy": "TargetCloseDate", "SortOrder": "ASCENDING"},
        MaxResults=BUDGET,
    )
    for row in next(pages, []):
        answer = details.ask(
            SELLING,
            "GetAwsOpportunitySummary",
            Catalog=config.catalog,
            RelatedOpportunityIdentifier=external_id(row) or "",
        )
        customer = bare(within(row, "Customer", "Account", "CompanyName"))
        yield from _each(within(answer, "OpportunityTeam"), customer)


def _each(people: Any, customer: str | None) -> Iterator[tuple[Any, str, str | None]]:
    for row in people if isinstance(people, list) else ():
        yield row, bare(within(row, "BusinessTitle")) or "AWS contact", customer

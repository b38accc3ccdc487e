"""Engagement invitations: AWS or a partner asks us to join; a pending one expires."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.aws_partner_central.config import AwsConfig
from connectors.aws_partner_central.shapes import (
    bare,
    day,
    external_id,
    facts,
    identified,
    word,
)
from connectors.aws_partner_central.spend import money_at_stake
from connectors.aws_partner_central.wire import Details, Wire
from connectors.sdk.connector import Complete, Page
from connectors.sdk.mapping import due_of, rows, text_of, within
from connectors.sdk.records import Category, Deadline

CLOSED = {"ACCEPTED", "REJECTED", "EXPIRED"}
KINDS = {"OpportunityInvitation": "co-sell invitation", "LeadInvitation": "lead invitation"}
BUDGET = 200


def read(wire: Wire, config: AwsConfig, state: Mapping[str, Any]) -> Iterator[Page | Complete]:
    """All invitations that we received, oldest first: the order in which none moves while paging.

    Customer and amount stand in the detail only. What an invitation offers never changes,
    so it is asked for once, while it is pending, and kept in the stream's state for as long
    as AWS lists the invitation.
    """
    before = state.get("offers")
    offers: dict[str, Any] = {}
    details = Details(wire, BUDGET)
    pages = wire.pages(
        "partnercentral-selling",
        "ListEngagementInvitations",
        Catalog=config.catalog,
        ParticipantType="RECEIVER",
        Sort={"SortBy": "InvitationDate", "SortOrder": "ASCENDING"},
        MaxResults=100,
    )
    for number, listed in enumerate(pages, 1):
        for row in listed:
            found = external_id(row)
            offer = within(before, found) if found else None
            if found and (offer := offer or _ask(details, config, found, row)):
                offers[found] = offer
        yield rows(
            listed,
            lambda row: invitation(row, offers.get(identified(row))),
            where=f"page {number}",
            external_id=external_id,
            noun="invitation",
        )
    yield Complete(state={"offers": offers})


def _ask(details: Details, config: AwsConfig, found: str, row: Any) -> dict[str, Any] | None:
    if within(row, "Status") != "PENDING":
        return None
    answer = details.ask(
        "partnercentral-selling",
        "GetEngagementInvitation",
        Catalog=config.catalog,
        Identifier=found,
    )
    return offer_of(answer) if answer else None


def offer_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What an invitation offers, from its detail: plain JSON, without persons."""
    payloads = within(answer, "Payload")
    parts = payloads.values() if isinstance(payloads, Mapping) else ()
    payload = next((part for part in parts if isinstance(part, Mapping)), {})
    spends = within(payload, "Project", "ExpectedCustomerSpend")
    return {
        "customer": bare(within(payload, "Customer", "CompanyName")),
        "project": bare(within(payload, "Project", "Title")),
        "completion": bare(within(payload, "Project", "TargetCompletionDate")),
        "message": bare(within(answer, "InvitationMessage")),
        "spend": [
            {key: bare(value) for key, value in entry.items()}
            for entry in (spends if isinstance(spends, list) else ())
            if isinstance(entry, Mapping)
        ],
    }


def invitation(row: Any, offer: Mapping[str, Any] | None = None) -> Deadline:
    """The deadline to answer. A lead invitation may come without an expiry: then it has no date."""
    found = identified(row)
    status = word(within(row, "Status"))
    kind = word(within(row, "PayloadType"))
    customer = word(within(offer, "customer"))
    engagement, project = word(within(row, "EngagementTitle")), word(within(offer, "project"))
    about = customer or engagement or found
    stake, label, rest = money_at_stake(within(offer, "spend"))
    return Deadline(
        external_id=found,
        title=f"Accept {KINDS.get(kind or '', 'invitation')} — {about}",
        category=Category.INVITATION,
        status=status,
        closed=status in CLOSED,
        due=due_of(within(row, "ExpirationDate"), field="ExpirationDate"),
        account=customer,
        reference=f"invitation {found}",
        amount=stake,
        amount_label=label,
        summary=text_of(within(offer, "message")),
        facts=facts(
            sender=word(within(row, "SenderCompanyName")),
            invited_on=day(within(row, "InvitationDate")),
            engagement=engagement,
            project=None if project == engagement else project,
            target_completion=day(within(offer, "completion")),
            kind=kind,
        )
        + rest,
    )

"""Which list comes from which object, and how one is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.salesforce_prm import funds, others
from connectors.salesforce_prm.client import Salesforce
from connectors.salesforce_prm.portal import Portal
from connectors.salesforce_prm.soql import Hidden, Selection, Statement, statement
from connectors.sdk.connector import Complete, Event, ReadContext
from connectors.sdk.errors import AuthFailed
from connectors.sdk.mapping import required, rows
from connectors.sdk.offered import READ_BEFORE, not_offered
from connectors.sdk.records import AnyRecord

Made = AnyRecord | Iterator[AnyRecord] | None

OBJECTS = (
    "PartnerMarketingBudget",
    "PartnerFundAllocation",
    "PartnerFundRequest",
    "PartnerFundClaim",
    "ChannelProgramMember",
    "Account",
    "Contract",
)
"""What a portal may have, with fields of Salesforce's own only. In which object and fields the
deal registrations are is the connection's choice.
"""


class Unmapped(Hidden):
    """Whoever set the connection up did not say where the list is, or does not any more."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A stream's object, and what a row of it becomes."""

    noun: str
    selection: Selection
    make: Callable[[Any, Portal], Made]


def source(stream: str, portal: Portal) -> Source:
    """Where a stream comes from; raises ``Hidden`` where nobody said where."""
    return _SOURCES[stream](portal)


def _budgets(_portal: Portal) -> Source:
    selection = Selection(
        object="PartnerMarketingBudget", wanted=funds.BUDGET, whose="ChannelPartnerId"
    )
    return Source(noun="budget", selection=selection, make=funds.budget)


def _allocations(_portal: Portal) -> Source:
    selection = Selection(
        object="PartnerFundAllocation", wanted=funds.ALLOCATION, whose="ChannelPartnerId"
    )
    return Source(noun="allocation", selection=selection, make=funds.allocation)


def _requests(_portal: Portal) -> Source:
    selection = Selection(
        object="PartnerFundRequest", wanted=funds.REQUEST, whose="ChannelPartnerId"
    )
    return Source(noun="fund request", selection=selection, make=funds.request)


def _claims(_portal: Portal) -> Source:
    selection = Selection(object="PartnerFundClaim", wanted=funds.CLAIM, whose="ChannelPartnerId")
    return Source(noun="fund claim", selection=selection, make=funds.claim)


def _programs(_portal: Portal) -> Source:
    selection = Selection(object="ChannelProgramMember", wanted=others.MEMBER, whose="PartnerId")
    return Source(noun="membership", selection=selection, make=others.membership)


def _contacts(_portal: Portal) -> Source:
    selection = Selection(
        object="Account",
        wanted=others.OWNER,
        needed=("Owner.Name",),
        whose="Id",
        where=(("IsPartner", "true"),),
    )
    return Source(noun="account", selection=selection, make=others.contact)


def _deals(portal: Portal) -> Source:
    config = portal.config
    if config.deal_expires is None:
        raise Unmapped(
            "Nobody said in which field the vendor keeps the end of a deal registration.",
            "Enter its API name in the connection, under Deal registration.",
        )
    mapped = (config.deal_expires, config.deal_number, config.deal_status, config.deal_amount)
    selection = Selection(
        object=config.deal_object,
        wanted=tuple(dict.fromkeys((*others.DEAL, *filter(None, mapped)))),
        needed=(config.deal_expires,),
        since=(config.deal_expires, portal.window[0]),
        whose="PartnerAccountId",
    )
    return Source(noun="deal registration", selection=selection, make=others.deal)


def _contracts(portal: Portal) -> Source:
    selection = Selection(
        object="Contract",
        wanted=others.CONTRACT,
        needed=("EndDate",),
        since=("EndDate", portal.window[0]),
        whose="AccountId",
    )
    return Source(noun="contract", selection=selection, make=others.contract)


_SOURCES: dict[str, Callable[[Portal], Source]] = {
    "budgets": _budgets,
    "allocations": _allocations,
    "fund_requests": _requests,
    "fund_claims": _claims,
    "programs": _programs,
    "contacts": _contacts,
    "deal_registrations": _deals,
    "contracts": _contracts,
}


def planned(stream: str, api: Salesforce, portal: Portal) -> tuple[Source, Statement]:
    """A stream's source and the SOQL that this org understands; raises ``Hidden``.

    An org that shows none of the objects at all is a sign-in without rights, and raises
    ``AuthFailed``.
    """
    found = source(stream, portal)
    account = portal.config.partner_account
    try:
        return found, statement(found.selection, api.describe, account=account)
    except Hidden:
        if api.describe(found.selection.object) is None:
            _shows_any(api, portal)
        raise


def _shows_any(api: Salesforce, portal: Portal) -> None:
    if api.objects().isdisjoint({*OBJECTS, portal.config.deal_object}):
        raise AuthFailed(
            "This portal shows the user none of the objects that are read.",
            remedy="Ask the vendor's administrator to give the user read access to them.",
        )


def read(stream: str, api: Salesforce, portal: Portal, context: ReadContext) -> Iterator[Event]:
    """One stream. What the portal does not show is no failure, unless it did before.

    What nobody wants to read any more does not count as missing.
    """
    try:
        found, wanted = planned(stream, api, portal)
    except Hidden as hidden:
        before = {} if isinstance(hidden, Unmapped) else context.state
        yield not_offered(before, str(hidden), remedy=hidden.fix)
        return
    read_before = context.state.get(READ_BEFORE) is True
    for page, (listed, total) in enumerate(api.pages(wanted.rows), start=1):
        read_before = read_before or bool(listed)
        yield rows(
            listed,
            lambda row: found.make(row, portal),
            where=f"page {page}",
            external_id=lambda row: required(row, "Id"),
            expected=total,
            noun=found.noun,
        )
    window = portal.window if found.selection.since else None
    yield Complete(window=window, state={READ_BEFORE: read_before})

"""The named checks of a connection: address, sign-in, catalog, and each permission."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.aws_partner_central.config import AwsConfig
from connectors.aws_partner_central.faults import NotPermitted
from connectors.aws_partner_central.shapes import external_id
from connectors.aws_partner_central.wire import Wire
from connectors.sdk.connector import Check, CheckState, ReadContext
from connectors.sdk.errors import AuthFailed, ConfigInvalid, ConnectorError


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One list, asked for one row, and the detail of that row.

    ``detail`` is the operation and the member that takes the row's ``key``; ``without`` says
    what is missing when the detail is not allowed.
    """

    what: str
    service: str
    operation: str
    members: Mapping[str, Any] = field(default_factory=dict)
    needed: bool = True
    detail: tuple[str, str] | None = None
    key: str = "Id"
    without: str = ""


def check(config: AwsConfig, context: ReadContext) -> Iterator[Check]:
    """The first probe proves address, sign-in and catalog; each one proves its permission."""
    wire = Wire(context.http, config)
    first, *others = _probes(config)
    rows, refused = _tried(wire, first)
    yield from _basics(refused, config)
    if refused is not None and not isinstance(refused, NotPermitted):
        return
    yield from _permissions(wire, first, rows, refused)
    for probe in others:
        yield from _permissions(wire, probe, *_tried(wire, probe))


def _probes(config: AwsConfig) -> Iterator[Probe]:
    selling, catalog = "partnercentral-selling", {"Catalog": config.catalog}
    one = catalog | {"MaxResults": 1}
    yield Probe(
        what="Engagement invitations",
        service=selling,
        operation="ListEngagementInvitations",
        members=one | {"ParticipantType": "RECEIVER"},
        detail=("GetEngagementInvitation", "Identifier"),
        without="Invitations come without customer, amount and sender.",
    )
    yield Probe(
        what="Opportunities",
        service=selling,
        operation="ListOpportunities",
        members=one,
        detail=("GetAwsOpportunitySummary", "RelatedOpportunityIdentifier"),
        without="AWS's people on an opportunity are not shown.",
    )
    if config.read_benefits:
        yield from _benefit_probes(one)
    if config.read_agreements:
        yield _agreement_probe()
    yield Probe(
        what="Alliance lead",
        service="partnercentral-account",
        operation="ListPartners",
        members=catalog,
        needed=False,
        detail=("GetAllianceLeadContact", "Identifier"),
        without="Your alliance lead is not shown as a contact.",
    )


def _benefit_probes(one: Mapping[str, Any]) -> Iterator[Probe]:
    yield Probe(
        what="Benefit applications",
        service="partnercentral-benefits",
        operation="ListBenefitApplications",
        members=one,
        detail=("GetBenefitApplication", "Identifier"),
        without="AWS's reason for sending an application back is not shown.",
    )
    yield Probe(
        what="Benefit allocations",
        service="partnercentral-benefits",
        operation="ListBenefitAllocations",
        members=one,
        detail=("GetBenefitAllocation", "Identifier"),
        without="Funds come without amounts.",
    )


def _agreement_probe() -> Probe:
    wanted = {"PartyType": "Proposer", "AgreementType": "PurchaseAgreement"}
    return Probe(
        what="Marketplace agreements",
        service="marketplace-agreement",
        operation="SearchAgreements",
        members={
            "filters": [{"name": name, "values": [value]} for name, value in wanted.items()],
            "maxResults": 1,
        },
        detail=("DescribeAgreement", "agreementId"),
        key="agreementId",
        without="Agreements come without amounts.",
    )


def _tried(wire: Wire, probe: Probe) -> tuple[list[Any], ConnectorError | None]:
    try:
        return next(wire.pages(probe.service, probe.operation, **probe.members), []), None
    except ConnectorError as refused:
        return [], refused


def _basics(refused: ConnectorError | None, config: AwsConfig) -> Iterator[Check]:
    steps = {
        "Address": "AWS answers.",
        "Sign-in": "AWS accepts the signature of these keys.",
        "Catalog": f"AWS knows the catalog {config.catalog}.",
    }
    if refused is None or isinstance(refused, NotPermitted):
        stop = ""
    elif isinstance(refused, AuthFailed):
        stop = "Sign-in"
    else:
        stop = "Catalog" if isinstance(refused, ConfigInvalid) else "Address"
    for name, text in steps.items():
        if name == stop and refused is not None:
            yield Check(name=name, state=CheckState.FAIL, text=refused.message, fix=refused.remedy)
            return
        yield Check(name=name, state=CheckState.OK, text=text)


def _permissions(
    wire: Wire, probe: Probe, rows: list[Any], refused: ConnectorError | None
) -> Iterator[Check]:
    if refused is not None:
        state = CheckState.FAIL if probe.needed else CheckState.WARN
        text = refused.message if probe.needed else f"{refused.message} {probe.without}"
        yield Check(name=probe.what, state=state, text=text, fix=refused.remedy)
        return
    missing = _detail_refused(wire, probe, rows)
    if missing is not None:
        yield Check(
            name=probe.what,
            state=CheckState.WARN,
            text=f"{missing.message} {probe.without}",
            fix=missing.remedy,
        )
        return
    yield Check(name=probe.what, state=CheckState.OK, text="These keys may read them.")


def _detail_refused(wire: Wire, probe: Probe, rows: list[Any]) -> ConnectorError | None:
    """What AWS says to the detail of the first row; None without a row to ask about."""
    found = external_id(rows[0], probe.key) if rows else None
    if probe.detail is None or found is None:
        return None
    operation, member = probe.detail
    catalog = {key: probe.members[key] for key in ("Catalog",) if key in probe.members}
    try:
        wire.call(probe.service, operation, **catalog, **{member: found})
    except ConnectorError as refused:
        return refused
    return None

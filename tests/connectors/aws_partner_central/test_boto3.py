"""An unmodified AWS SDK reads from the simulated platform what our connector reads from it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from connectors.aws_partner_central.sandbox import Sandbox
from connectors.sdk.records import Deadline, Due, DueDate, Fund
from connectors.sdk.sandbox import SandboxHost
from tests.connectors.aws_partner_central.conftest import Reading

Client = Callable[[str], Any]


@pytest.fixture
def client(sandbox: Sandbox, host: SandboxHost) -> Iterator[Client]:
    settings = sandbox.config(host.url("aws"))
    made: list[Any] = []

    def client(service: str) -> Any:
        made.append(
            boto3.client(
                service,
                region_name="us-east-1",
                endpoint_url=settings["endpoint_url"],
                aws_access_key_id=settings["access_key_id"],
                aws_secret_access_key=settings["secret_access_key"],
            )
        )
        return made[-1]

    yield client
    for each in made:
        each.close()


def when(due: Due | None) -> date | datetime | None:
    """A due as the SDK gives it."""
    if due is None:
        return None
    return due.on if isinstance(due, DueDate) else due.at


def utc(value: datetime | None) -> datetime | None:
    """The SDK's datetimes carry the machine's zone."""
    return value.astimezone(UTC) if value else None


def deadlines(reading: Reading, stream: str) -> dict[str, tuple[Any, Any]]:
    records, bad, _ = reading.stream(stream)
    assert bad.quarantined == ()
    found = [each for each in records if isinstance(each, Deadline)]
    return {each.external_id: (each.status, when(each.due)) for each in found}


def everything(client: Client, service: str, operation: str, key: str, **asked: Any) -> list[Any]:
    pages = (
        client(service).get_paginator(operation).paginate(**asked, PaginationConfig={"PageSize": 2})
    )
    return [row for page in pages for row in page[key]]


def invitations(client: Client) -> dict[str, tuple[Any, Any]]:
    rows = everything(
        client,
        "partnercentral-selling",
        "list_engagement_invitations",
        "EngagementInvitationSummaries",
        Catalog="AWS",
        ParticipantType="RECEIVER",
    )
    return {row["Id"]: (row["Status"], utc(row.get("ExpirationDate"))) for row in rows}


def opportunities(client: Client) -> dict[str, tuple[Any, Any]]:
    rows = everything(
        client,
        "partnercentral-selling",
        "list_opportunities",
        "OpportunitySummaries",
        Catalog="AWS",
    )
    cycles = {row["Id"]: row["LifeCycle"] for row in rows}
    return {
        found: (
            cycle["Stage"],
            date.fromisoformat(cycle["TargetCloseDate"]) if "TargetCloseDate" in cycle else None,
        )
        for found, cycle in cycles.items()
    }


def agreements(client: Client) -> dict[str, tuple[Any, Any]]:
    rows = everything(
        client,
        "marketplace-agreement",
        "search_agreements",
        "agreementViewSummaries",
        filters=[
            {"name": "PartyType", "values": ["Proposer"]},
            {"name": "AgreementType", "values": ["PurchaseAgreement"]},
        ],
    )
    ending = [row for row in rows if "endTime" in row]
    assert len(ending) < len(rows), "one has no end"
    return {row["agreementId"]: (row["status"], utc(row["endTime"])) for row in ending}


def without_reviews(found: dict[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    return {key: value for key, value in found.items() if not key.endswith("/review")}


def test_the_sdk_sees_the_same_invitations(client: Client, reading: Reading) -> None:
    assert len(invitations(client)) == 6
    assert deadlines(reading, "invitations") == invitations(client)


def test_the_sdk_sees_the_same_opportunities(client: Client, reading: Reading) -> None:
    assert len(opportunities(client)) == 7
    assert without_reviews(deadlines(reading, "opportunities")) == opportunities(client)


def test_the_sdk_sees_the_same_agreements(client: Client, reading: Reading) -> None:
    assert len(agreements(client)) == 3
    assert deadlines(reading, "agreements") == agreements(client)


def test_the_sdk_sees_the_same_applications(client: Client, reading: Reading) -> None:
    rows = everything(
        client,
        "partnercentral-benefits",
        "list_benefit_applications",
        "BenefitApplicationSummaries",
        Catalog="AWS",
    )

    assert deadlines(reading, "benefit_applications") == {
        row["Id"]: (row["Status"], None) for row in rows
    }


def test_the_sdk_sees_the_same_funds(client: Client, reading: Reading) -> None:
    benefits = client("partnercentral-benefits")
    rows = everything(
        client,
        "partnercentral-benefits",
        "list_benefit_allocations",
        "BenefitAllocationSummaries",
        Catalog="AWS",
    )
    seen = {}
    for row in rows:
        detail = benefits.get_benefit_allocation(Catalog="AWS", Identifier=row["Id"])
        consumable = detail["FulfillmentDetail"].get("ConsumableDetails", {})
        left = consumable.get("RemainingAmount", {}).get("Amount")
        ends = utc(row["ExpiresAt"]) if row["Status"] == "ACTIVE" else None
        seen[row["Id"]] = (row["Status"], ends, Decimal(left) if left else None)

    records, _, _ = reading.stream("benefit_allocations")

    funds = [record for record in records if isinstance(record, Fund)]
    assert {f.external_id: (f.status, when(f.lapses), f.remaining) for f in funds} == seen


def test_the_sdk_names_the_same_people(client: Client, reading: Reading) -> None:
    selling, account = client("partnercentral-selling"), client("partnercentral-account")
    people = [
        account.get_alliance_lead_contact(Catalog="AWS", Identifier=row["Id"])[
            "AllianceLeadContact"
        ]
        for row in account.list_partners(Catalog="AWS")["PartnerSummaryList"]
    ]
    for found, (status, _) in invitations(client).items():
        if status == "PENDING":
            detail = selling.get_engagement_invitation(Catalog="AWS", Identifier=found)
            people += detail["Payload"].get("OpportunityInvitation", {}).get("SenderContacts", [])
    for found, (stage, _) in opportunities(client).items():
        if stage not in ("Launched", "Closed Lost"):
            summary = selling.get_aws_opportunity_summary(
                Catalog="AWS", RelatedOpportunityIdentifier=found
            )
            people += summary["OpportunityTeam"]

    records, bad, _ = reading.stream("contacts")

    assert bad.quarantined == ()
    assert {record.external_id for record in records} == {row["Email"] for row in people}


def test_both_see_what_changed(sandbox: Sandbox, client: Client, reading: Reading) -> None:
    for _ in range(7):
        sandbox.advance()

    assert deadlines(reading, "invitations") == invitations(client)
    assert without_reviews(deadlines(reading, "opportunities")) == opportunities(client)
    assert deadlines(reading, "agreements") == agreements(client)


def test_the_sdk_retries_when_it_is_throttled(sandbox: Sandbox, client: Client) -> None:
    sandbox.throttle = 1

    assert len(client("partnercentral-account").list_partners(Catalog="AWS")) > 0


def test_the_sdk_is_refused_with_aws_s_own_errors(sandbox: Sandbox, client: Client) -> None:
    sandbox.denied = {"partnercentral:ListPartners"}
    account = client("partnercentral-account")

    with pytest.raises(account.exceptions.AccessDeniedException) as refused:
        account.list_partners(Catalog="AWS")

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400

    sandbox.denied = set()
    with pytest.raises(ClientError) as refused:
        client("partnercentral-selling").list_opportunities(Catalog="AWS", MaxResults=101)

    error = refused.value.response
    assert error["Error"]["Code"] == "ValidationException"
    assert error["ErrorList"][0]["FieldName"] == "MaxResults"

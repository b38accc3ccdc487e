"""The vendor's own sample answers, sent over the wire and read by the connector."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser

from connectors.aws_partner_central.wire import Wire
from connectors.sdk.records import Contact, Deadline, DueDate, DueInstant, Money
from tests.connectors.aws_partner_central.conftest import Reading, Recorded

SELLING = "partnercentral-selling"
NAMES = [
    *(f"GetAwsOpportunitySummary.{n}" for n in (1, 2)),
    *(f"GetEngagement.{n}" for n in (1, 2)),
    *(f"GetEngagementInvitation.{n}" for n in (1, 2, 3)),
    *(f"GetOpportunity.{n}" for n in (1, 2, 3, 4, 5)),
    "GetResourceSnapshot.1",
    *(f"GetResourceSnapshotJob.{n}" for n in (1, 2)),
    "GetSellingSystemSettings.1",
    "ListEngagementByAcceptingInvitationTasks.1",
    "ListEngagementFromOpportunityTasks.1",
    *(f"ListEngagementInvitations.{n}" for n in (1, 2)),
    "ListEngagementMembers.1",
    *(f"ListEngagementResourceAssociations.{n}" for n in (1, 2)),
    "ListEngagements.1",
    "ListOpportunities.1",
    *(f"ListResourceSnapshotJobs.{n}" for n in (1, 2)),
    "ListResourceSnapshots.1",
    *(f"ListSolutions.{n}" for n in (1, 2, 3)),
    "ListTagsForResource.1",
]

Replay = Callable[..., tuple[Reading, Recorded]]


@pytest.fixture
def sample(specs: Path) -> Callable[[str], Any]:
    folder = specs / "aws-partnercentral" / "samples"
    return lambda name: json.loads((folder / f"{name}.json").read_bytes())


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model(SELLING, "service-2"), SELLING)


def test_every_sample_of_the_vendor_is_tried(specs: Path) -> None:
    found = {path.stem for path in (specs / "aws-partnercentral" / "samples").glob("*.json")}

    assert found == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_read_whole(
    name: str, sample: Callable[[str], Any], replay: Replay, model: ServiceModel
) -> None:
    operation = name.partition(".")[0]
    reading, _ = replay(**{operation: [sample(name)]})

    answer = Wire(reading.http, reading.config).call(SELLING, operation)

    assert answer == sample(name)
    parsed = create_parser("json").parse(
        {"status_code": 200, "headers": {}, "body": json.dumps(answer).encode()},
        model.operation_model(operation).output_shape,
    )
    assert set(parsed) > {"ResponseMetadata"}


def test_two_pages_of_invitations_lose_none(sample: Callable[[str], Any], replay: Replay) -> None:
    pages = [sample("ListEngagementInvitations.1"), sample("ListEngagementInvitations.2")]
    listed = [row for page in pages for row in page["EngagementInvitationSummaries"]]
    reading, recorded = replay(
        ListEngagementInvitations=pages,
        GetEngagementInvitation=[sample("GetEngagementInvitation.1")],
    )

    records, bad, _ = reading.stream("invitations")

    assert [record.external_id for record in records] == [row["Id"] for row in listed]
    assert len(records) == 8
    assert bad.quarantined == ()
    assert recorded.asked[3][1]["NextToken"] == pages[0]["NextToken"]
    first = records[0]
    assert isinstance(first, Deadline)
    assert isinstance(first.due, DueInstant)
    assert first.due.at.isoformat() == "2024-11-21T07:00:00+00:00"
    assert first.amount == Money(Decimal(12500), "USD")
    assert first.amount_label == "expected AWS spend, monthly"
    assert first.account == "CreateAWSCatalogWithOriginAwsReferral"


def test_nine_digits_of_a_second_keep_the_text(
    sample: Callable[[str], Any], replay: Replay
) -> None:
    reading, _ = replay(
        ListEngagementInvitations=[sample("ListEngagementInvitations.2")],
        GetEngagementInvitation=[sample("GetEngagementInvitation.3")],
    )

    records, _, _ = reading.stream("invitations")

    due = records[0].due
    assert due.raw == "2025-02-08T20:48:55.457306587Z"
    assert due.at.isoformat() == "2025-02-08T20:48:55.457306+00:00"


def test_a_lead_invitation_without_an_expiry_has_no_date(
    sample: Callable[[str], Any], replay: Replay
) -> None:
    detail = sample("GetEngagementInvitation.2")
    row = {key: value for key, value in detail.items() if key != "Payload"}
    reading, _ = replay(
        ListEngagementInvitations=[{"EngagementInvitationSummaries": [row], "NextToken": None}],
        GetEngagementInvitation=[detail],
    )

    (record,), _, _ = reading.stream("invitations")

    assert isinstance(record, Deadline)
    assert record.due is None
    assert record.closed is False
    assert record.title == "Accept lead invitation — Stroman, Littel and Champlin"


def test_the_listed_opportunity_is_a_closed_deal_with_a_plain_date(
    sample: Callable[[str], Any], replay: Replay
) -> None:
    reading, _ = replay(ListOpportunities=[sample("ListOpportunities.1")])

    (record,), bad, _ = reading.stream("opportunities")

    assert bad.quarantined == ()
    assert isinstance(record, Deadline)
    assert isinstance(record.due, DueDate)
    assert record.due.on.isoformat() == "2029-05-05"
    assert (record.status, record.closed) == ("Launched", True)
    assert record.amount == Money(Decimal(531), "USD")


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_each_opportunity_of_the_detail_samples_reads_as_a_listed_one(
    number: int, sample: Callable[[str], Any], replay: Replay
) -> None:
    row = sample(f"GetOpportunity.{number}")
    reading, _ = replay(ListOpportunities=[{"OpportunitySummaries": [row]}])

    (record,), bad, _ = reading.stream("opportunities")

    assert bad.quarantined == ()
    assert record.external_id == row["Id"]
    assert record.due.on.isoformat() == row["LifeCycle"]["TargetCloseDate"]


def test_the_teams_of_the_summaries_and_the_senders_become_contacts(
    sample: Callable[[str], Any], replay: Replay
) -> None:
    deals = sample("ListOpportunities.1")["OpportunitySummaries"] * 2
    deals = [row | {"Id": f"O{number}"} for number, row in enumerate(deals)]
    reading, _ = replay(
        ListPartners=[(400, {"__type": "AccessDeniedException", "Message": "no"})],
        ListEngagementInvitations=[sample("ListEngagementInvitations.1") | {"NextToken": None}],
        GetEngagementInvitation=[sample("GetEngagementInvitation.3")],
        ListOpportunities=[{"OpportunitySummaries": deals}],
        GetAwsOpportunitySummary=[
            sample("GetAwsOpportunitySummary.1"),
            sample("GetAwsOpportunitySummary.2"),
        ],
    )

    records, bad, _ = reading.stream("contacts")

    assert bad.quarantined == ()
    assert [(each.external_id, each.title) for each in records] == [
        ("pdm-35@sec.dmk.a1x8w00000tizy6uaa", "NAMER SI Partner Manager"),
        ("pdm-35@test.com", "NAMER SI Partner Manager"),
        ("test@test.com", "TestFirstName TestLastName"),
    ]
    assert {each.role for each in records if isinstance(each, Contact)} == {"PDM"}

"""What AWS answers to each operation, from the rows it holds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.model import OperationModel

from connectors.aws_partner_central.sandbox_rows import PARTNER
from connectors.aws_partner_central.sandbox_story import OPEN_STAGES, Story
from connectors.aws_partner_central.sandbox_wire import Cursors, Refusal, invalid
from connectors.sdk.sandbox import Listing, Row

Members = Mapping[str, Any]

SORTS: Mapping[str, Callable[[Row], Any]] = {
    "CreatedDate": lambda row: row["CreatedDate"],
    "LastModifiedDate": lambda row: row["LastModifiedDate"],
    "Identifier": lambda row: row["Id"],
    "CustomerCompanyName": lambda row: row["Customer"]["Account"]["CompanyName"],
    "TargetCloseDate": lambda row: row["LifeCycle"]["TargetCloseDate"] or "",
    "InvitationDate": lambda row: row["InvitationDate"],
    "EndTime": lambda row: row["endTime"] or datetime.max.replace(tzinfo=UTC),
}


@dataclass(frozen=True, kw_only=True)
class _List:
    """One list: its rows for a question, where they stand, and the filters that are simulated."""

    key: str
    rows: Callable[[Members], list[Row]]
    filters: tuple[str, ...] = ()
    cursor: str = "NextToken"
    size: str = "MaxResults"


class Answers:
    """The lists that AWS holds, and an answer to each operation."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._unnamed: set[str] = set()
        self._cursors = Cursors()
        self._lists = self._all_lists()
        self._details: Mapping[str, Callable[[Members], Row]] = {
            "GetEngagementInvitation": self._invitation,
            "GetOpportunity": self._opportunity,
            "GetAwsOpportunitySummary": self._summary,
            "GetBenefitApplication": lambda m: self._found("benefit_applications", m["Identifier"]),
            "GetBenefitAllocation": lambda m: self._found("benefit_allocations", m["Identifier"]),
            "GetAllianceLeadContact": self._alliance_lead,
            "DescribeAgreement": lambda m: self._found("agreements", m["agreementId"]),
        }

    def listing(self, stream: str) -> Listing:
        """The list of that name."""
        found: Listing = getattr(self._story, stream)
        return found

    def unname(self, count: int) -> list[str]:
        """Some people are no longer named anywhere; their addresses."""
        gone = sorted(self._addresses())[:count]
        self._unnamed.update(gone)
        return gone

    def name_all(self) -> None:
        """Everybody is named again."""
        self._unnamed.clear()

    def answer(self, operation: OperationModel, members: Members) -> Row:
        """The answer, with more in it than the model shows; raises ``Refusal``."""
        if members.get("Catalog", "AWS") not in ("AWS", "Sandbox"):
            raise invalid(operation, [("Catalog", "INVALID_VALUE", "must be AWS or Sandbox")])
        if operation.name in self._lists:
            return self._page(operation, members)
        if operation.name in self._details:
            return self._details[operation.name](members)
        raise Refusal("UnknownOperationException", "This simulation does not know it.")

    def _all_lists(self) -> Mapping[str, _List]:
        return {
            "ListEngagementInvitations": _List(
                key="EngagementInvitationSummaries",
                rows=self._invitations,
                filters=("ParticipantType", "Sort", "Status"),
            ),
            "ListOpportunities": _List(
                key="OpportunitySummaries",
                rows=self._opportunities,
                filters=("Sort", "Identifier", "LifeCycleStage", "LifeCycleReviewStatus"),
            ),
            "ListBenefitApplications": _List(
                key="BenefitApplicationSummaries",
                rows=lambda members: self._with_status("benefit_applications", members),
                filters=("Status",),
            ),
            "ListBenefitAllocations": _List(
                key="BenefitAllocationSummaries",
                rows=lambda members: self._with_status("benefit_allocations", members),
                filters=("Status",),
            ),
            "ListPartners": _List(
                key="PartnerSummaryList", rows=lambda _: self.listing("partners").select()
            ),
            "SearchAgreements": _List(
                key="agreementViewSummaries",
                rows=self._agreements,
                filters=("filters", "sort"),
                cursor="nextToken",
                size="maxResults",
            ),
        }

    def _page(self, operation: OperationModel, members: Members) -> Row:
        """One page. A filter that is not simulated is refused: ignoring it would be wrong."""
        told = self._lists[operation.name]
        own = {told.cursor, told.size}
        unknown = sorted(set(members) - own - {"Catalog", *told.filters})
        if unknown:
            raise invalid(operation, [(f, "INVALID_VALUE", "is not simulated") for f in unknown])
        if operation.name == "SearchAgreements" and not _is_bounded(members):
            wrong = ("filters", "", "AgreementType and PartyType are required")
            raise invalid(operation, [wrong])
        listed, following = self._cursors.page(
            lambda: told.rows(members) if members.get("Catalog") != "Sandbox" else [],
            members.get(told.cursor),
            members.get(told.size) or 20,
            {name: value for name, value in members.items() if name not in own},
        )
        return {told.key: listed, told.cursor: following}

    def _invitations(self, members: Members) -> list[Row]:
        statuses = members.get("Status") or ()
        return [
            row
            for row in self._sorted("invitations", members, "InvitationDate")
            if row["ParticipantType"] == members["ParticipantType"]
            and (not statuses or row["Status"] in statuses)
        ]

    def _invitation(self, members: Members) -> Row:
        row = self._found("invitations", members["Identifier"])
        offer = row["Payload"].get("OpportunityInvitation")
        if offer is None:
            return row
        senders = self._seen(offer["SenderContacts"])
        return row | {"Payload": {"OpportunityInvitation": offer | {"SenderContacts": senders}}}

    def _opportunities(self, members: Members) -> list[Row]:
        stages = members.get("LifeCycleStage") or ()
        reviews = members.get("LifeCycleReviewStatus") or ()
        wanted = members.get("Identifier") or ()
        return [
            row
            for row in self._sorted("opportunities", members, "LastModifiedDate")
            if (not stages or row["LifeCycle"]["Stage"] in stages)
            and (not reviews or row["LifeCycle"]["ReviewStatus"] in reviews)
            and (not wanted or row["Id"] in wanted)
        ]

    def _opportunity(self, members: Members) -> Row:
        return self._found("opportunities", members["Identifier"]) | {
            "PrimaryNeedsFromAws": ["Co-Sell - Competitive Information"],
            "OpportunityTeam": [],
        }

    def _summary(self, members: Members) -> Row:
        row = self._found("opportunities", members["RelatedOpportunityIdentifier"])
        return {
            "Catalog": row["Catalog"],
            "RelatedOpportunityId": row["Id"],
            "InvolvementType": "Co-Sell",
            "InvolvementTypeChangeReason": None,
            "Origin": "Partner Referral",
            "Visibility": "Full",
            "LifeCycle": None,
            "Insights": None,
            "Customer": {"Contacts": []},
            "OpportunityTeam": [
                {key: value for key, value in member.items() if key != "Phone"}
                for member in self._seen(row["Team"])
            ],
            "Project": {"ExpectedCustomerSpend": row["Project"]["ExpectedCustomerSpend"]},
            "RelatedEntityIds": {"AwsProducts": [], "Solutions": ["S-0000001"]},
        }

    def _with_status(self, stream: str, members: Members) -> list[Row]:
        statuses = members.get("Status") or ()
        return self.listing(stream).select(lambda row: not statuses or row["Status"] in statuses)

    def _alliance_lead(self, members: Members) -> Row:
        row = self._found("partners", members["Identifier"])
        if not self._seen([row["AllianceLeadContact"]]):
            raise Refusal("ResourceNotFoundException", "No alliance lead.", Reason="NOT_FOUND")
        return row

    def _agreements(self, members: Members) -> list[Row]:
        given = _filters(members)
        party = {"Proposer": "proposer", "Acceptor": "acceptor"}[given["PartyType"]]
        after = given.get("AfterEndTime")
        since = datetime.fromisoformat(after) if after else None
        return [
            row
            for row in self.listing("agreements").select(by=SORTS["EndTime"])
            if row[party]["accountId"] == PARTNER
            and row["agreementType"] == given["AgreementType"]
            and given.get("Status") in (None, row["status"])
            and (since is None or (row["endTime"] is not None and row["endTime"] > since))
        ]

    def _sorted(self, stream: str, members: Members, otherwise: str) -> list[Row]:
        """AWS sorts by the last change, newest first, unless it is asked otherwise."""
        sort = members.get("Sort") or {"SortBy": otherwise, "SortOrder": "DESCENDING"}
        backwards = sort["SortOrder"] == "DESCENDING"
        return self.listing(stream).select(by=SORTS[sort["SortBy"]], descending=backwards)

    def _found(self, stream: str, identifier: str) -> Row:
        row = self.listing(stream).find(identifier.rpartition("/")[2])
        if row is None:
            raise Refusal(
                "ResourceNotFoundException", f"{identifier} was not found.", Reason="NOT_FOUND"
            )
        return row

    def _seen(self, people: Iterable[Row]) -> list[Row]:
        return [person for person in people if person["Email"].lower() not in self._unnamed]

    def _addresses(self) -> set[str]:
        """Everybody whom AWS names in what is open."""
        people = [row["AllianceLeadContact"] for row in self._story.partners]
        for row in self._story.invitations:
            offer = row["Payload"].get("OpportunityInvitation", {})
            people += offer.get("SenderContacts", []) if row["Status"] == "PENDING" else []
        for row in self._story.opportunities:
            people += row["Team"] if row["LifeCycle"]["Stage"] in OPEN_STAGES else []
        return {person["Email"].lower() for person in self._seen(people)}


def _filters(members: Members) -> dict[str, str]:
    return {each["name"]: each["values"][0] for each in members.get("filters") or ()}


def _is_bounded(members: Members) -> bool:
    given = _filters(members)
    return "AgreementType" in given and given.get("PartyType") in ("Proposer", "Acceptor")

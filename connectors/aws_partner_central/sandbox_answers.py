"""What AWS answers to each operation, from the rows it holds."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import OperationModel

from connectors.aws_partner_central.sandbox_rows import PARTNER
from connectors.aws_partner_central.sandbox_story import OPEN_STAGES, Story
from connectors.aws_partner_central.sandbox_wire import Refusal, invalid, page
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


class Answers:
    """The lists that AWS holds, and an answer to each operation."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._unnamed: set[str] = set()
        self._sorted_lists: dict[str, list[Row]] = {}

    def listing(self, stream: str) -> Listing:
        """The list of that name."""
        found: Listing = getattr(self._story, stream)
        return found

    def changed(self) -> None:
        """Rows were changed: lists are sorted anew."""
        self._sorted_lists.clear()

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
        handlers: Mapping[str, Callable[[OperationModel, Members], Row]] = {
            "ListEngagementInvitations": self._invitations,
            "GetEngagementInvitation": self._invitation,
            "ListOpportunities": self._opportunities,
            "GetOpportunity": self._opportunity,
            "GetAwsOpportunitySummary": self._summary,
            "ListBenefitApplications": self._applications,
            "GetBenefitApplication": self._application,
            "ListBenefitAllocations": self._allocations,
            "GetBenefitAllocation": self._allocation,
            "ListPartners": self._partners,
            "GetAllianceLeadContact": self._alliance_lead,
            "SearchAgreements": self._agreements,
            "DescribeAgreement": self._agreement,
        }
        handler = handlers.get(operation.name)
        if handler is None:
            raise Refusal("UnknownOperationException", "This simulation does not know it.")
        catalog = members.get("Catalog", "AWS")
        if catalog not in ("AWS", "Sandbox"):
            wrong = ("Catalog", "INVALID_VALUE", "must be AWS or Sandbox")
            raise invalid(operation, [wrong])
        return handler(operation, members)

    def _invitations(self, operation: OperationModel, members: Members) -> Row:
        known = {"Catalog", "ParticipantType", "Sort", "MaxResults", "NextToken", "Status"}
        _only(operation, members, known)
        statuses = members.get("Status") or ()
        rows = [
            row
            for row in self._sorted("invitations", members.get("Sort"), "InvitationDate")
            if row["ParticipantType"] == members["ParticipantType"]
            and (not statuses or row["Status"] in statuses)
        ]
        return _paged("EngagementInvitationSummaries", rows, members)

    def _invitation(self, operation: OperationModel, members: Members) -> Row:
        row = self._found("invitations", members["Identifier"])
        offer = row["Payload"].get("OpportunityInvitation")
        if offer is None:
            return row
        senders = self._seen(offer["SenderContacts"])
        return row | {"Payload": {"OpportunityInvitation": offer | {"SenderContacts": senders}}}

    def _opportunities(self, operation: OperationModel, members: Members) -> Row:
        known = {"Catalog", "Sort", "MaxResults", "NextToken", "Identifier"}
        _only(operation, members, known | {"LifeCycleStage", "LifeCycleReviewStatus"})
        stages = members.get("LifeCycleStage") or ()
        reviews = members.get("LifeCycleReviewStatus") or ()
        wanted = members.get("Identifier") or ()
        rows = self._sorted("opportunities", members.get("Sort"), "LastModifiedDate")
        if stages or reviews or wanted:
            rows = [
                row
                for row in rows
                if (not stages or row["LifeCycle"]["Stage"] in stages)
                and (not reviews or row["LifeCycle"]["ReviewStatus"] in reviews)
                and (not wanted or row["Id"] in wanted)
            ]
        return _paged("OpportunitySummaries", rows, members)

    def _opportunity(self, operation: OperationModel, members: Members) -> Row:
        return self._found("opportunities", members["Identifier"]) | {
            "PrimaryNeedsFromAws": ["Co-Sell - Competitive Information"],
            "OpportunityTeam": [],
        }

    def _summary(self, operation: OperationModel, members: Members) -> Row:
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

    def _applications(self, operation: OperationModel, members: Members) -> Row:
        _only(operation, members, {"Catalog", "MaxResults", "NextToken", "Status"})
        return _paged(
            "BenefitApplicationSummaries", self._with_status("applications", members), members
        )

    def _application(self, operation: OperationModel, members: Members) -> Row:
        return self._found("benefit_applications", members["Identifier"])

    def _allocations(self, operation: OperationModel, members: Members) -> Row:
        _only(operation, members, {"Catalog", "MaxResults", "NextToken", "Status"})
        return _paged(
            "BenefitAllocationSummaries", self._with_status("allocations", members), members
        )

    def _allocation(self, operation: OperationModel, members: Members) -> Row:
        return self._found("benefit_allocations", members["Identifier"])

    def _with_status(self, kind: str, members: Members) -> list[Row]:
        statuses = members.get("Status") or ()
        listing = self.listing(f"benefit_{kind}")
        return listing.select(lambda row: not statuses or row["Status"] in statuses)

    def _partners(self, operation: OperationModel, members: Members) -> Row:
        return _paged("PartnerSummaryList", self.listing("partners").select(), members)

    def _alliance_lead(self, operation: OperationModel, members: Members) -> Row:
        row = self._found("partners", members["Identifier"])
        if not self._seen([row["AllianceLeadContact"]]):
            raise Refusal("ResourceNotFoundException", "No alliance lead.", Reason="NOT_FOUND")
        return row

    def _agreements(self, operation: OperationModel, members: Members) -> Row:
        given = {each["name"]: each["values"][0] for each in members.get("filters") or ()}
        if "AgreementType" not in given or "PartyType" not in given:
            wrong = ("filters", "", "AgreementType and PartyType are required")
            raise invalid(operation, [wrong])
        party = {"Proposer": "proposer", "Acceptor": "acceptor"}[given["PartyType"]]
        after = given.get("AfterEndTime")
        since = datetime.fromisoformat(after) if after else None
        rows = [
            row
            for row in self._sorted("agreements", None, "EndTime")
            if row[party]["accountId"] == PARTNER
            and row["agreementType"] == given["AgreementType"]
            and given.get("Status") in (None, row["status"])
            and (since is None or (row["endTime"] is not None and row["endTime"] > since))
        ]
        return _paged("agreementViewSummaries", rows, members, names=("nextToken", "maxResults"))

    def _agreement(self, operation: OperationModel, members: Members) -> Row:
        return self._found("agreements", members["agreementId"])

    def _sorted(self, stream: str, sort: Members | None, otherwise: str) -> list[Row]:
        """A sorted list is kept until something changes: a page must not cost the whole list."""
        by = sort["SortBy"] if sort else otherwise
        backwards = sort["SortOrder"] == "DESCENDING" if sort else otherwise != "EndTime"
        key = f"{stream} {by} {backwards}"
        if key not in self._sorted_lists:
            rows = self.listing(stream).select(by=SORTS[by], descending=backwards)
            self._sorted_lists[key] = rows
        return self._sorted_lists[key]

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


def _only(operation: OperationModel, members: Members, known: set[str]) -> None:
    """Refuse a filter that is not simulated: ignoring it would be a wrong answer."""
    unknown = sorted(set(members) - known)
    if unknown:
        raise invalid(operation, [(name, "INVALID_VALUE", "is not simulated") for name in unknown])


def _paged(
    key: str,
    rows: list[Row],
    members: Members,
    *,
    names: tuple[str, str] = ("NextToken", "MaxResults"),
) -> Row:
    cursor, size = names
    asked = {name: value for name, value in members.items() if name not in names}
    listed, following = page(rows, members.get(cursor), members.get(size) or 20, asked)
    return {key: listed, cursor: following}

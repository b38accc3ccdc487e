"""What becomes of AWS's rows: the ordinary, the odd, and what changes between two reads."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors.aws_partner_central.config import AwsConfig
from connectors.aws_partner_central.connector import AwsPartnerCentral
from connectors.aws_partner_central.faults import NotPermitted
from connectors.aws_partner_central.sandbox import Sandbox
from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.records import AnyRecord, Category, Deadline, Fact, Fund, Money, encode
from tests.connectors.aws_partner_central.conftest import KEYS, NOW, Connect, Reading, Recorded

Replay = Callable[..., tuple[Reading, Recorded]]


def named(records: list[AnyRecord], text: str) -> Any:
    """The only record whose title ends with the text."""
    (found,) = [record for record in records if record.title.endswith(text)]
    return found


def opportunity(**changed: Any) -> dict[str, Any]:
    row = {
        "Catalog": "AWS",
        "Id": "O77",
        "OpportunityType": "Net New Business",
        "LifeCycle": {
            "Stage": "Qualified",
            "ReviewStatus": "Approved",
            "TargetCloseDate": "2027-02-03",
        },
        "Customer": {"Account": {"CompanyName": "Hazel & Sons"}},
        "Project": {"ExpectedCustomerSpend": []},
    }
    return row | changed


def listed(*rows: Any) -> list[Any]:
    return [{"OpportunitySummaries": list(rows), "NextToken": None}]


# --- invitations -----------------------------------------------------------------------------


def test_a_pending_invitation_is_due_when_it_expires(reading: Reading) -> None:
    records, _, _ = reading.stream("invitations")

    northgate = named(records, "Northgate Logistics")
    assert northgate.title == "Accept co-sell invitation — Northgate Logistics"
    assert northgate.category is Category.INVITATION
    assert (northgate.due.at - NOW).days == 5
    assert northgate.amount == Money(Decimal(22850), "USD")
    assert northgate.closed is False


def test_an_answered_invitation_keeps_what_it_offered(sandbox: Sandbox, reading: Reading) -> None:
    first, _, end = reading.stream("invitations")
    pending = named(first, "Northgate Logistics")
    for _ in range(5):
        sandbox.advance()

    second, _, _ = reading.stream("invitations", end.state)

    accepted = named(second, "Northgate Logistics")
    assert (accepted.status, accepted.closed) == ("ACCEPTED", True)
    assert (accepted.title, accepted.amount) == (pending.title, pending.amount)
    assert accepted.due.at < pending.due.at


def test_an_invitation_s_detail_is_asked_for_once(reading: Reading, replay: Replay) -> None:
    row = {"Id": "engi-0000000000001", "Status": "PENDING", "Catalog": "AWS"}
    recorded_reading, recorded = replay(
        ListEngagementInvitations=[{"EngagementInvitationSummaries": [row]}],
        GetEngagementInvitation=[row | {"Payload": {}}],
    )

    _, _, end = recorded_reading.stream("invitations")
    recorded_reading.stream("invitations", json.loads(json.dumps(end.state)))

    asked = [name for name, _ in recorded.asked]
    assert asked.count("ListEngagementInvitations") == 2
    assert asked.count("GetEngagementInvitation") == 1


# --- opportunities ---------------------------------------------------------------------------


def test_an_opportunity_that_was_sent_back_asks_for_two_acts(reading: Reading) -> None:
    records, _, _ = reading.stream("opportunities")

    deal, question = [r for r in records if r.title.endswith("Halden Robotics")]
    assert isinstance(deal, Deadline)
    assert isinstance(question, Deadline)
    assert question.external_id == f"{deal.external_id}/review"
    assert question.due is None
    assert Fact("Date", "AWS gives no date for the answer") in question.facts
    assert question.summary == "Describe the customer's problem in more than one sentence."


def test_the_question_closes_when_aws_takes_the_answer(replay: Replay) -> None:
    back = opportunity(LifeCycle={"Stage": "Qualified", "ReviewStatus": "Action Required"})
    reading, _ = replay(ListOpportunities=[*listed(back), *listed(opportunity())])

    first, _, end = reading.stream("opportunities")
    second, _, _ = reading.stream("opportunities", json.loads(json.dumps(end.state)))

    assert [(r.external_id, r.closed) for r in first] == [("O77", False), ("O77/review", False)]
    assert [(r.external_id, r.closed) for r in second] == [("O77", False), ("O77/review", True)]


def test_a_flat_renewal_is_a_renewal(reading: Reading) -> None:
    records, _, _ = reading.stream("opportunities")

    renewal = named(records, "Meridian Freight")
    assert renewal.category is Category.RENEWAL
    assert renewal.title == "Close renewal — Meridian Freight"


def test_our_own_deal_value_counts_before_aws_s_spend(reading: Reading) -> None:
    records, _, _ = reading.stream("opportunities")

    pinecrest = named(records, "Pinecrest Health")
    assert pinecrest.amount == Money(Decimal(41200), "USD")
    assert pinecrest.amount_label == "deal value"
    assert Fact("Expected AWS spend, monthly", "3,400 USD") in pinecrest.facts


@pytest.mark.parametrize(
    "spends", [[{"Amount": "", "CurrencyCode": "USD", "TargetCompany": "AWS"}], [], None]
)
def test_no_amount_is_no_money(replay: Replay, spends: Any) -> None:
    row = opportunity(Project={"ExpectedCustomerSpend": spends})
    reading, _ = replay(ListOpportunities=listed(row))

    (record,), bad, _ = reading.stream("opportunities")

    assert bad.quarantined == ()
    assert record.amount is None


def test_unknown_words_and_members_are_kept_or_ignored_but_never_fatal(replay: Replay) -> None:
    row = opportunity(
        LifeCycle={"Stage": "Awaiting Quantum Review", "ReviewStatusReason": "null", "Mood": 7},
        CosellMotion={"Kind": "Agent-engaged"},
    )
    reading, _ = replay(ListOpportunities=listed(row))

    (record,), bad, _ = reading.stream("opportunities")

    assert bad.quarantined == ()
    assert isinstance(record, Deadline)
    assert (record.status, record.closed) == ("Awaiting Quantum Review", False)
    assert "null" not in {fact.value for fact in record.facts}


@pytest.mark.parametrize(
    "broken",
    [
        opportunity(LifeCycle={"TargetCloseDate": "31/12/2027"}),
        opportunity(LifeCycle={"TargetCloseDate": ["2027-02-03"]}),
        opportunity(Project={"ExpectedCustomerSpend": [{"Amount": "a lot"}]}),
        opportunity(Id=None),
        "not a row",
        None,
    ],
)
def test_a_row_that_cannot_be_read_costs_itself_only(replay: Replay, broken: Any) -> None:
    reading, _ = replay(
        ListOpportunities=listed(opportunity(Id="O1"), broken, opportunity(Id="O2"))
    )

    records, bad, _ = reading.stream("opportunities")

    assert [record.external_id for record in records] == ["O1", "O2"]
    assert [each.where for each in bad.quarantined] == ["page 1 row 2"]


def test_everything_is_listed_in_an_order_that_no_change_disturbs(replay: Replay) -> None:
    """Sorted by the last change, as AWS does by default, a deal that changes would be missed."""
    reading, recorded = replay(ListOpportunities=listed(opportunity()))

    reading.stream("opportunities")

    ((_, asked),) = recorded.asked
    assert asked["Sort"] == {"SortBy": "CreatedDate", "SortOrder": "ASCENDING"}


# --- pages -----------------------------------------------------------------------------------


def test_all_pages_are_read(connect: Connect, sandbox: Sandbox) -> None:
    for stream in ("invitations", "opportunities", "agreements"):
        first, _, _ = connect().stream(stream)
        assert len({record.external_id for record in first}) == len(first) > 2


def test_tokens_that_lead_in_a_circle_prove_nothing(replay: Replay) -> None:
    pages = [
        {"OpportunitySummaries": [opportunity(Id=f"O{n}")], "NextToken": token}
        for n, token in enumerate(("one", "two", "one"))
    ]
    reading, _ = replay(ListOpportunities=pages)

    with pytest.raises(Incomplete):
        reading.stream("opportunities")


@pytest.mark.parametrize("answer", [{}, {"OpportunitySummaries": None}, [], "yes"])
def test_a_page_without_its_list_is_no_empty_page(replay: Replay, answer: Any) -> None:
    reading, _ = replay(ListOpportunities=[answer])

    with pytest.raises(FormatChanged):
        reading.stream("opportunities")


def test_an_empty_list_is_a_proven_empty_list(replay: Replay) -> None:
    reading, _ = replay(ListOpportunities=listed())

    records, _, end = reading.stream("opportunities")

    assert records == []
    assert end.window is None


# --- benefits --------------------------------------------------------------------------------


def test_an_application_is_open_while_aws_waits_for_us(reading: Reading) -> None:
    records, _, _ = reading.stream("benefit_applications")

    found = {r.status: r for r in records if isinstance(r, Deadline)}
    assert {status for status, r in found.items() if not r.closed} == {
        "ACTION_REQUIRED",
        "PENDING_SUBMISSION",
    }
    assert found["ACTION_REQUIRED"].summary == "Attach the signed statement of work."
    assert {r.due for r in found.values()} == {None}


def test_an_allocation_is_a_fund_that_lapses(sandbox: Sandbox, reading: Reading) -> None:
    before, _, _ = reading.stream("benefit_allocations")
    for _ in range(3):
        sandbox.advance()
    after, _, _ = reading.stream("benefit_allocations")

    fund, used = named(before, "second half"), named(after, "second half")
    assert (fund.allocated, fund.remaining) == (Decimal(24000), Decimal(14500))
    assert used.remaining == Decimal(6750)
    assert (fund.lapses.at - NOW).days == 58


def test_what_is_fulfilled_lapses_no_more(reading: Reading) -> None:
    records, _, _ = reading.stream("benefit_allocations")

    paid = named(records, "Cascade Outfitters")
    assert isinstance(paid, Fund)
    assert (paid.status, paid.lapses, paid.paid) == ("FULFILLED", None, Decimal(7500))
    assert Fact("Expired on", "2026-11-01") in paid.facts


@pytest.mark.promise("P8")
def test_a_credit_code_is_money_and_is_in_no_record(replay: Replay) -> None:
    code = {
        "AwsCreditCode": "PC1SECRETMONEY99",
        "AwsAccountId": "111111111111",
        "Status": "ACTIVE",
        "Value": {"Amount": "2500", "CurrencyCode": "USD"},
        "ExpiresAt": "2027-01-31T00:00:00Z",
    }
    row = {"Id": "benalloc-00000000000001", "Name": "Credits", "Status": "ACTIVE"}
    amount = {"Amount": "2500", "CurrencyCode": "USD"}
    detail = {"CreditDetails": {"AllocatedAmount": amount, "IssuedAmount": amount, "Codes": [code]}}
    reading, _ = replay(
        ListBenefitAllocations=[{"BenefitAllocationSummaries": [row]}],
        GetBenefitAllocation=[row | {"FulfillmentDetail": detail}],
    )

    (record,), _, end = reading.stream("benefit_allocations")

    assert Fact("Credit code 1", "2,500 USD, ACTIVE, until 2027-01-31") in record.facts
    assert b"PC1SECRETMONEY99" not in encode(record)
    assert "PC1SECRETMONEY99" not in json.dumps(dict(end.state))


@pytest.mark.promise("P8")
def test_a_fund_that_cannot_be_read_shows_no_credit_code(replay: Replay) -> None:
    row = {"Id": "benalloc-00000000000001", "Name": "Credits", "Status": "ACTIVE"}
    codes = [{"AwsCreditCode": "PC1SECRETMONEY99", "Value": {"Amount": "two thousand"}}]
    reading, _ = replay(
        ListBenefitAllocations=[{"BenefitAllocationSummaries": [row]}],
        GetBenefitAllocation=[row | {"FulfillmentDetail": {"CreditDetails": {"Codes": codes}}}],
    )

    _, bad, _ = reading.stream("benefit_allocations")

    (quarantined,) = bad.quarantined
    assert "PC1SECRETMONEY99" not in quarantined.raw + quarantined.reason


# --- agreements ------------------------------------------------------------------------------


def test_agreements_renew_or_run_out(reading: Reading) -> None:
    records, _, end = reading.stream("agreements")

    found = {r.status: r for r in records if isinstance(r, Deadline)}
    renewing = named(records, "buyer 444444444444")
    ending = named(records, "buyer 333333333333")
    assert (renewing.category, renewing.amount) == (
        Category.RENEWAL,
        Money(Decimal(12400), "USD"),
    )
    assert (ending.category, (ending.due.at - NOW).days) == (Category.AGREEMENT, 21)
    assert Fact("Reason", "ACCEPTOR_RENEW_OPTED_OUT") in ending.facts
    assert found["EXPIRED"].closed is True
    assert end.window is not None
    assert end.window[0].isoformat() == "2026-09-22"


def test_an_agreement_that_renewed_is_done_and_keeps_its_amount(
    sandbox: Sandbox, reading: Reading
) -> None:
    first, _, end = reading.stream("agreements")
    for _ in range(4):
        sandbox.advance()

    second, _, _ = reading.stream("agreements", json.loads(json.dumps(end.state)))

    old = next(r for r in second if r.status == "RENEWED")
    assert isinstance(old, Deadline)
    assert (old.closed, old.amount) == (True, Money(Decimal(12400), "USD"))
    assert len(second) == len(first) + 1


def test_the_same_agreement_on_both_sides_is_one(replay: Replay) -> None:
    row = {"agreementId": "agmt-1", "status": "ACTIVE", "endTime": 1798718400}
    reading, _ = replay(
        SearchAgreements=[{"agreementViewSummaries": [row], "nextToken": None}],
        DescribeAgreement=[{"agreementId": "agmt-1"}],
    )

    records, _, _ = reading.stream("agreements")

    assert [record.external_id for record in records] == ["agmt-1"]


# --- contacts and permissions ----------------------------------------------------------------


def test_a_person_named_twice_is_one_contact(reading: Reading) -> None:
    records, _, _ = reading.stream("contacts")

    imani = named(records, "Imani Osei")
    assert imani.external_id == "imani.osei@amazon.example"
    assert imani.role == "PDM"
    assert imani.facts == (
        Fact("Customers", "Halden Robotics, Northgate Logistics, Pinecrest Health"),
    )
    assert named(records, "Dana Kim").role == "Our alliance lead"


def test_a_missing_permission_for_details_costs_the_details_only(
    sandbox: Sandbox, reading: Reading
) -> None:
    sandbox.denied = {
        "partnercentral:GetEngagementInvitation",
        "partnercentral:GetBenefitAllocation",
        "partnercentral:GetAwsOpportunitySummary",
        "partnercentral:ListPartners",
        "aws-marketplace:DescribeAgreement",
    }

    invitations, _, _ = reading.stream("invitations")
    funds, _, _ = reading.stream("benefit_allocations")
    agreements, _, _ = reading.stream("agreements")
    people, _, _ = reading.stream("contacts")

    assert (len(invitations), len(funds), len(agreements), len(people)) == (6, 3, 3, 0)
    assert named(invitations, "Northgate Logistics").amount is None
    assert named(funds, "second half").lapses is not None


def test_a_list_that_may_not_be_read_costs_that_list_only(
    sandbox: Sandbox, reading: Reading
) -> None:
    sandbox.denied = {"partnercentral:ListEngagementInvitations"}

    with pytest.raises(NotPermitted) as refused:
        reading.stream("invitations")

    assert refused.value.of_one_list
    people, _, _ = reading.stream("contacts")
    assert named(people, "Dana Kim")
    assert len(reading.stream("opportunities")[0]) > 2


def test_people_are_not_read_where_none_of_the_lists_that_name_them_is(
    sandbox: Sandbox, reading: Reading
) -> None:
    sandbox.denied = {
        "partnercentral:ListPartners",
        "partnercentral:ListEngagementInvitations",
        "partnercentral:ListOpportunities",
    }

    with pytest.raises(NotPermitted):
        reading.stream("contacts")


@pytest.mark.promise("P2")
@pytest.mark.parametrize(
    ("off", "streams"),
    [
        ("read_benefits", {"benefit_applications", "benefit_allocations"}),
        ("read_agreements", {"agreements"}),
    ],
)
def test_what_is_switched_off_is_no_list_of_the_connection(off: str, streams: set[str]) -> None:
    """So it is not read, and what was read before stays. It is asked of stored settings too."""
    stored = AwsConfig.model_construct(access_key_id=KEYS["access_key_id"], **{off: False})

    named = {spec.name for spec in AwsPartnerCentral().manifest.streams_of(stored)}

    assert named == {spec.name for spec in AwsPartnerCentral().manifest.streams} - streams

"""A portal shows each partner something else: what it hides is said, and costs nothing else."""

import pytest

from connectors.sdk.connector import CheckState, Complete, NotOffered
from connectors.sdk.errors import AuthFailed, ConnectorError, Incomplete
from connectors.sdk.sandbox import Fault, FaultKind
from tests.connectors.salesforce_prm.conftest import Desk, facts

BUDGETS = "PartnerMarketingBudget"


def test_an_object_that_was_not_bought_is_said_and_is_no_failure(desk: Desk) -> None:
    desk.org.hidden.add(BUDGETS)
    reading = desk.read("budgets")

    assert reading.error is None
    assert reading.ended == NotOffered(
        why="This portal shows the user no PartnerMarketingBudget. Ask the vendor's administrator"
        " to let the user read it, if your program has it."
    )
    check = desk.checks()["Marketing budgets"]
    assert check.state is CheckState.WARN
    assert "no PartnerMarketingBudget" in check.text
    assert check.fix
    assert all(desk.read(stream).whole for stream in ("fund_requests", "programs", "contracts"))


@pytest.mark.promise("P5")
def test_an_object_that_was_read_before_makes_the_source_old_instead(desk: Desk) -> None:
    """What is stored stays, and nobody says any more that it is true."""
    before = desk.read("budgets")
    assert isinstance(before.ended, Complete)
    desk.org.hidden.add(BUDGETS)

    reading = desk.read("budgets", dict(before.state))

    assert isinstance(reading.error, Incomplete)
    assert "What was read before stays" in str(reading.error)
    assert "Ask the vendor" in reading.error.remedy


def test_an_object_that_was_always_empty_may_go_without_a_word(desk: Desk) -> None:
    desk.org.drop("allocations", 4)
    before = desk.read("allocations")
    assert before.whole
    assert not before.records
    desk.org.hidden.add("PartnerFundAllocation")
    assert isinstance(desk.read("allocations", dict(before.state)).ended, NotOffered)


def test_a_user_who_sees_nothing_at_all_has_no_rights(desk: Desk) -> None:
    desk.org.hidden.update(desk.org.rows)
    reading = desk.read("budgets")

    assert isinstance(reading.error, AuthFailed)
    assert "none of the objects" in str(reading.error)
    assert desk.checks()["Access"].state is CheckState.FAIL


def test_a_hidden_field_is_left_out_and_its_rows_stay(desk: Desk) -> None:
    whole = desk.read("budgets").hashes.keys()
    desk.org.hidden.update({f"{BUDGETS}.TotalApprovedFrs", f"{BUDGETS}.Type"})

    budget = desk.records("budgets")["H1 marketing funds"]

    assert desk.read("budgets").hashes.keys() == whole
    assert "TotalApprovedFrs" not in desk.sandbox.queries[-1]
    assert budget.remaining is None
    assert "Remaining" not in facts(budget)
    assert budget.fund_type is None
    assert desk.checks()["Marketing budgets"].text == (
        "7 to read; without Type, TotalApprovedFrs, which the user may not see."
    )


def test_a_title_that_is_hidden_is_replaced_by_what_there_is(desk: Desk) -> None:
    desk.org.hidden.add("PartnerFundClaim.Title")
    titles = desk.records("fund_claims")
    assert "Submit claim Fund claim 0ClHs0000000003AAA" in titles


def test_without_its_budget_a_request_has_no_date_and_says_nothing_of_one(desk: Desk) -> None:
    desk.org.hidden.add(BUDGETS)
    claim = desk.records("fund_requests")["Claim Spring roadshow"]
    assert (claim.due, claim.derived_from) == (None, None)


def test_only_one_accounts_rows_are_asked_for(desk: Desk) -> None:
    desk.enter(partner_account="001Hs0000PrtEU0AAA")

    assert set(desk.records("budgets")) == {"Co-op accrual EMEA", "Events EMEA"}
    assert "WHERE ChannelPartnerId = '001Hs0000PrtEU0AAA'" in desk.sandbox.queries[-1]
    assert set(desk.records("contacts")) == {"Ben Okafor"}
    assert len(desk.records("programs")) == 1
    assert len(desk.records("contracts")) == 1


def test_where_it_cannot_be_told_whose_a_row_is_nobodys_are_read(desk: Desk) -> None:
    """Leads of an org without a partner account on them: other partners' would come, too."""
    desk.enter(partner_account="001Hs0000PrtEU0AAA")
    reading = desk.read("deal_registrations")
    assert isinstance(reading.ended, NotOffered)
    assert "PartnerAccountId" in reading.ended.why
    assert not desk.sandbox.queries


def test_an_org_of_several_currencies_names_each_rows_own(desk: Desk) -> None:
    desk.org.currencies = ("EUR", "GBP")
    desk.enter(currency=None)
    found = {fund.currency for fund in desk.records("budgets").values()}
    assert found == {"EUR", "GBP"}
    assert "CurrencyIsoCode" in desk.sandbox.queries[-1]


def test_an_org_of_one_currency_names_none_and_none_is_guessed(desk: Desk) -> None:
    desk.enter(currency=None)
    assert {fund.currency for fund in desk.records("budgets").values()} == {None}
    assert "CurrencyIsoCode" not in desk.sandbox.queries[-1]


def test_without_a_field_for_its_end_no_registration_is_read_and_the_check_lists_dates(
    desk: Desk,
) -> None:
    desk.enter(deal_expires=None)

    assert isinstance(desk.read("deal_registrations").ended, NotOffered)
    check = desk.checks()["Deal registrations"]
    assert check.state is CheckState.WARN
    assert "Registration_Expires__c (Registration Expires), Approved_At__c" in check.fix
    assert check.fix.index("Registration_Expires__c") < check.fix.index("ConvertedDate")


def test_a_field_that_nobody_maps_any_more_makes_no_source_old(desk: Desk) -> None:
    """That is a choice, and the vendor took nothing away."""
    before = desk.read("deal_registrations").ended
    assert isinstance(before, Complete)
    desk.enter(deal_expires=None)

    assert isinstance(desk.read("deal_registrations", dict(before.state)).ended, NotOffered)


def test_fields_that_may_be_mapped_are_listed_by_what_they_could_hold(desk: Desk) -> None:
    desk.enter(deal_number=None, deal_status=None, deal_amount=None)

    check = desk.checks()["Fields of deal registrations"]

    assert check.state is CheckState.OK
    assert check.text == (
        "Not chosen yet. May hold its number: Registration_Number__c (Registration Number);"
        " its approval: Registration_Status__c (Registration Status);"
        " its value: Registration_Value__c (Registration Value)."
    )


def test_registrations_may_be_opportunities(desk: Desk) -> None:
    desk.enter(
        deal_object="Opportunity",
        deal_expires="CloseDate",
        deal_number=None,
        deal_status=None,
        deal_amount=None,
    )
    found = desk.records("deal_registrations")
    one = found["Deal registration expires: Hartwell Clinics SecureEdge — Hartwell Clinics"]
    won = found["Deal registration expires: Meridian Law SecureEdge — Meridian Law"]
    assert (one.status, one.closed, f"{one.amount.amount}") == (
        "Proposal/Price Quote",
        False,
        "84000",
    )
    assert (won.status, won.closed) == ("Closed Won", True)


def test_an_object_that_is_refused_fails_its_own_check_only(desk: Desk) -> None:
    desk.stage.plan(Fault(kind=FaultKind.FORBIDDEN, path="ChannelProgramMember", times=9))

    found = desk.checks()

    failed = {name for name, check in found.items() if check.state is CheckState.FAIL}
    assert failed == {"Program memberships"}
    assert "vendor's administrator" in found["Program memberships"].fix
    assert found["Contracts"].state is CheckState.OK


def test_a_chosen_field_that_is_hidden_is_named_by_the_check(desk: Desk) -> None:
    desk.org.hidden.add("Lead.Registration_Number__c")
    check = desk.checks()["Field Registration_Number__c"]
    assert check.state is CheckState.WARN
    assert "one of: " in check.fix
    found = desk.records("deal_registrations")
    assert found["Deal registration expires: Hartwell Buyer — Hartwell Clinics"].reference is None


def test_a_list_of_objects_that_contradicts_itself_proves_nothing(desk: Desk) -> None:
    """The object is listed and then not found: a gateway between, or a change this very moment."""
    desk.enter(api_version="55.0")  # every path of a version that the org has not is not found
    reading = desk.read("budgets")
    assert not reading.whole
    assert isinstance(reading.error, ConnectorError)
    assert reading.error.remedy

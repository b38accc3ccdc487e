"""What becomes of tasks, contracts, tiers and payouts."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.impact_com.client import PAGE_SIZE, pages_of, rows_of, total_of
from connectors.impact_com.contracts import goal, tiers
from connectors.impact_com.invoices import lines, payout
from connectors.impact_com.tasks import task
from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.records import Deadline, Goal
from connectors.sdk.sandbox import Asked
from tests.connectors.impact_com.conftest import Account, fact

TASK: dict[str, Any] = {"Id": "1", "Details": {"Summary": "Do it", "State": "NEW"}}


def state_of(state: Any) -> Deadline:
    return task({**TASK, "Details": {**TASK["Details"], "State": state}})


@pytest.mark.parametrize("state", ["COMPLETED", "APPROVED", "DUPLICATE", "INVALID"])
def test_a_task_that_nobody_waits_for_is_closed(state: str) -> None:
    assert state_of(state).closed


@pytest.mark.parametrize("state", ["NEW", "INPROGRESS", "BLOCKED", "ESCALATED", None])
def test_any_other_task_is_open_and_its_state_kept(state: str | None) -> None:
    found = state_of(state)

    assert (found.closed, found.status) == (False, state)


def test_a_task_without_a_date_is_a_deadline_without_one(account: Account) -> None:
    found = account.records("tasks")

    assert found["3562506"].due is None
    assert {type(record) for record in found.values()} == {Deadline}
    assert found["3562500"].due.at == datetime(2026, 3, 4, 4, tzinfo=UTC)


def test_a_description_with_markup_is_read_as_text() -> None:
    details = {**TASK["Details"], "Description": "<p>New <b>rate</b></p><p>as of May</p>"}

    assert task({**TASK, "Details": details}).summary == "New rate\nas of May"


def test_the_latest_comment_does_not_depend_on_the_order_of_the_list() -> None:
    comments = [{"Id": number, "Comment": f"Comment {number}"} for number in (7, 9, 8)]

    for told in (comments, comments[::-1]):
        assert fact(task({**TASK, "Comments": told}), "Latest comment") == "Comment 9"


def test_each_tier_is_a_goal_and_a_raised_threshold_is_the_same_goal(account: Account) -> None:
    before = account.records("contracts")["S-37085294:18503:tier 2"]
    terms = deepcopy(account.sandbox.contracts.find("S-37085294")["Terms"])
    terms["EventPayouts"][0]["PerformanceBonus"]["Tiers"][1]["RevenueThreshold"] = "65000.00"
    account.sandbox.contracts.change("S-37085294", Terms=terms)

    after = account.records("contracts")["S-37085294:18503:tier 2"]

    assert isinstance(after, Goal)
    assert (before.target, after.target) == (Decimal(60_000), Decimal(65_000))
    assert after.unit == "USD"
    assert after.actual is None


def test_a_tier_that_counts_actions_has_no_currency(account: Account) -> None:
    assert account.records("contracts")["S-37085377:18503:tier 1"].unit == "actions"


def test_a_tier_that_cannot_be_read_costs_itself_only(account: Account) -> None:
    terms = deepcopy(account.sandbox.contracts.find("S-37085294")["Terms"])
    terms["EventPayouts"][0]["PerformanceBonus"]["Tiers"][0]["RevenueThreshold"] = "lots"
    account.sandbox.contracts.change("S-37085294", Terms=terms)

    reading = account.read("contracts")

    assert reading.whole
    assert [row.external_id for row in reading.quarantined] == ["S-37085294:18503:tier 1"]
    assert {"S-37085294", "S-37085294:18503:tier 2"} <= set(reading.hashes)


@pytest.mark.parametrize(
    "terms",
    [
        "none",
        {"EventPayouts": "none"},
        {"EventPayouts": ["none"]},
        {"EventPayouts": [{"PerformanceBonus": ["none"]}]},
        {"EventPayouts": [{"PerformanceBonus": {"Tiers": "none"}}]},
        {"EventPayouts": [{"PerformanceBonus": {"Tiers": ["none"]}}]},
    ],
    ids=str,
)
def test_tiers_that_are_not_what_they_should_be_are_told_of(account: Account, terms: Any) -> None:
    account.sandbox.contracts.change("S-37085377", Terms=terms)

    reading = account.read("contracts")

    assert reading.whole
    assert len(reading.quarantined) == 1
    assert "S-37085377" in str(reading.quarantined[0].external_id)


def test_tiers_that_were_read_before_are_not_taken_for_gone(account: Account) -> None:
    first = account.read("contracts")
    account.sandbox.contracts.change("S-37085294", Terms={"EventPayouts": "none"})

    again = account.read("contracts", dict(first.state))

    assert again.whole
    assert again.unaccounted(first.hashes) == set()


def test_a_contract_without_an_end_is_no_deadline(account: Account) -> None:
    found = account.records("contracts")

    assert "S-37082222" not in found
    assert "S-37085377" not in found
    assert {record.closed for record in found.values() if record.status == "EXPIRED"} == {True}


def test_a_contract_that_expires_while_the_lists_are_read_makes_them_incomplete(
    account: Account,
) -> None:
    def expire(asked: Asked) -> None:
        if "Status=EXPIRED" in asked.query:
            account.sandbox.contracts.change("S-37085294", Status="EXPIRED")

    account.before(expire)

    reading = account.read("contracts")

    assert isinstance(reading.error, Incomplete)
    assert "S-37085294" in reading.hashes


def test_each_line_of_an_invoice_has_its_own_date_and_status(account: Account) -> None:
    found = account.records("invoices")

    assert found["1924609-8:10306:BONUS:12026"].title == "Bonus for 2026-01 — Ostrava Foods Pantry"
    assert found["1924609-8:10306:MEDIA_PAYOUT:12026"].status == "OVERDUE"
    assert found["1924609-8:12077:MEDIA_PAYOUT:12026"].closed
    assert not [key for key in found if key.startswith("1924609-2")], "paid long ago"


def test_two_lines_alike_are_two_payouts() -> None:
    line = {"CampaignId": "1", "Description": "MEDIA_PAYOUT", "EventMonthYear": "112026"}
    invoice = {"Id": "7", "Currency": "EUR", "LineItems": [line, line]}

    found = [payout(item, {}) for item in lines(invoice)]

    assert [record.external_id for record in found] == [
        "7:1:MEDIA_PAYOUT:112026",
        "7:1:MEDIA_PAYOUT:112026:2",
    ]
    assert [record.title for record in found] == ["Payout for 2026-11"] * 2


@pytest.mark.parametrize(
    ("told", "shown"),
    [("12021", "2021-01"), ("122021", "2021-12"), ("132021", "132021"), ("2021", "2021")],
)
def test_a_month_and_its_year_are_told_apart(told: str, shown: str) -> None:
    line = {"EventMonthYear": told, "CampaignId": "1"}
    (item,) = lines({"Id": "7", "LineItems": [line]})
    found = payout(item, {})

    assert found.title == f"Payout for {shown}"


def test_counters_are_read_as_text_and_as_numbers() -> None:
    for total, pages in (("31", "4"), (31, 4)):
        body = {"@total": total, "@numpages": pages, "Tasks": []}
        assert (total_of(body), pages_of(body, "Tasks")) == (31, 4)


def test_a_list_without_any_counter_is_whole_unless_it_fills_a_page() -> None:
    assert pages_of({"Tasks": [{}] * (PAGE_SIZE - 1)}, "Tasks") == 1
    with pytest.raises(FormatChanged):
        pages_of({"Tasks": [{}] * PAGE_SIZE}, "Tasks")


def test_a_list_that_is_missing_is_empty_only_where_its_total_says_so() -> None:
    assert rows_of({"@total": "0", "Tasks": ""}, "Tasks") == []
    with pytest.raises(FormatChanged, match="Nothing for you; Page: too far"):
        rows_of(
            {
                "Status": "ERROR",
                "Message": "Nothing for you",
                "Errors": [{"Field": "Page", "Message": "too far"}],
            },
            "Tasks",
        )


def test_a_payout_that_is_paid_leaves_after_its_window(account: Account) -> None:
    account.clock.move(timedelta(days=400))

    found = account.records("invoices")

    assert found
    assert not any(record.closed for record in found.values())


def test_a_payout_that_was_overdue_for_long_is_told_of_when_it_is_paid(account: Account) -> None:
    owed = "1924609-8:10306:MEDIA_PAYOUT:12026"
    account.clock.move(timedelta(days=400))
    state = account.read("invoices").state
    lines = deepcopy(account.sandbox.invoices.find("1924609-8")["LineItems"])
    lines[0]["Status"] = "PAID"
    account.sandbox.invoices.change("1924609-8", LineItems=lines)

    told = account.read("invoices", dict(state))
    after = account.read("invoices", dict(told.state))

    assert {record.external_id: record.closed for record in told.records}[owed]
    assert owed not in after.hashes


def test_a_goal_of_a_contract_that_is_over_is_closed() -> None:
    bonus = {"Basis": "REVENUE", "Tiers": [{"RevenueThreshold": "5.00"}]}
    row = {"Id": "S", "Status": "EXPIRED", "Terms": {"EventPayouts": [{"PerformanceBonus": bonus}]}}
    (part,) = tiers(row)

    found = goal(part, {})

    assert (found.closed, found.unit, found.target) == (True, "", Decimal(5))

"""What becomes of subscriptions, invoices, drafts and quotes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.pax8.client import total_of
from connectors.pax8.companies import LOOKED_UP_PER_READ
from connectors.pax8.drafts import month_of, today_of
from connectors.pax8.quotes import DETAILS_PER_READ
from connectors.pax8.subscriptions import subscription
from connectors.sdk.connector import Complete
from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.records import Category, DueDate, DueInstant, Money
from connectors.sdk.sandbox import Answer, Fault, FaultKind
from tests.connectors.pax8.conftest import Account, fact, titled

ROW = {"id": "S-1", "productName": "Seats", "status": "Active", "endDate": "2026-11-18"}


def end_of(**fields: Any) -> Any:
    return subscription({**ROW, **fields}, lambda company: None)


def test_the_end_of_the_commitment_counts_before_the_subscriptions_own(account: Account) -> None:
    found = account.deadlines("subscriptions")[
        "Renew Microsoft Defender for Business — Brightwater Council"
    ]

    assert isinstance(found.due, DueInstant)
    assert found.due.raw == "2026-03-29T08:30:00Z"
    assert fact(found, "Subscription ends") == "2027-04-06"
    assert fact(found, "Commitment") == "3-Year"


@pytest.mark.parametrize("status", ["Trial", "PendingCancel"])
def test_what_ends_anyhow_ends_on_its_own_day(status: str) -> None:
    found = end_of(status=status, commitmentTerm={"endDate": "2027-02-01T00:00:00Z"})

    assert found.due == DueDate(on=date(2026, 11, 18), raw="2026-11-18")
    assert not found.closed
    assert found.title != "Renew Seats"


def test_a_date_and_a_moment_of_the_same_field_keep_their_kinds() -> None:
    assert isinstance(end_of(endDate="2020-11-18").due, DueDate)
    moment = end_of(endDate="2026-12-01T13:20:13.153-0700").due
    assert moment.at == datetime(2026, 12, 1, 20, 20, 13, 153000, tzinfo=UTC)


def test_a_monthly_subscription_without_an_end_asks_for_nothing() -> None:
    assert end_of(endDate=None) is None


def test_a_trial_without_an_end_is_told_of_all_the_same() -> None:
    assert end_of(endDate=None, status="Trial").due is None


def test_a_status_that_nobody_knows_yet_is_kept_and_stays_open() -> None:
    found = end_of(status="PendingTransfer")

    assert (found.status, found.closed) == ("PendingTransfer", False)


def test_what_was_cancelled_long_ago_is_left_out_and_what_was_not_is_closed(
    account: Account,
) -> None:
    for number, ends in (("S-1", "2025-11-20"), ("S-2", "2026-01-20")):
        row = {**ROW, "id": number, "status": "Cancelled", "endDate": ends, "companyId": "c"}
        account.sandbox.account.ending.add({**row, "createdDate": "2020-01-01"})

    found = {r.external_id: r.closed for r in account.deadlines("subscriptions").values()}

    assert "S-1" not in found
    assert found["S-2"]


def test_a_subscription_that_ran_on_past_its_end_is_closed_when_it_is_cancelled(
    account: Account,
) -> None:
    row = {**ROW, "endDate": "2025-03-01", "createdDate": "2020-01-01", "companyId": "c"}
    account.sandbox.account.ending.add(row)
    state = account.read("subscriptions").state
    account.sandbox.account.ending.change("S-1", status="Cancelled")

    told = account.read("subscriptions", dict(state))
    after = account.read("subscriptions", dict(told.state))

    assert [r.closed for r in told.records if r.external_id == "S-1"] == [True]
    assert "S-1" not in after.hashes


def test_a_price_keeps_the_currency_of_its_row_and_none_is_added() -> None:
    assert end_of(price=12.5, currencyCode="CAD").amount == Money(
        amount=Decimal("12.5"), currency="CAD"
    )
    assert end_of(price=12.5).amount == Money(amount=Decimal("12.5"), currency=None)


def test_missing_details_are_a_deadline_without_a_date(account: Account) -> None:
    found = account.deadlines("missing_details")

    assert len(found) == 2
    assert {record.category for record in found.values()} == {Category.ORDER}
    assert {record.status for record in found.values()} == {"WaitingForDetails"}
    assert {record.due for record in found.values()} == {None}


def test_a_customer_that_is_on_no_list_is_looked_up_once_and_remembered(account: Account) -> None:
    first = account.read("subscriptions")
    looked_up = [path for _, path, _ in first.asked if "/companies/" in path]

    again = account.read("subscriptions", dict(first.state))

    assert len(looked_up) == 1
    assert "Renew Acronis Cyber Protect — Kestrel Fabrication" in titled(first)
    assert not [path for _, path, _ in again.asked if "/companies/" in path]
    assert again.hashes == first.hashes


def test_customers_that_cannot_be_found_cost_a_few_calls_and_no_subscription(
    account: Account,
) -> None:
    for row in account.sandbox.account.ending:
        account.sandbox.account.ending.change(row["id"], companyId=f"gone-{row['id']}")
    for number in range(LOOKED_UP_PER_READ):
        row = {**ROW, "id": f"S-{number}", "companyId": f"gone-{number}"}
        account.sandbox.account.ending.add({**row, "createdDate": "2026-01-01"})

    reading = account.read("subscriptions")

    assert isinstance(reading.ended, Complete)
    assert len(reading.records) == 10 + LOOKED_UP_PER_READ
    assert {record.account for record in titled(reading).values()} == {None}
    assert sum("/companies/" in path for _, path, _ in reading.asked) == LOOKED_UP_PER_READ


def test_invoices_are_closed_by_pax8s_own_words(account: Account) -> None:
    found = account.deadlines("invoices").values()

    assert {(record.status, record.closed) for record in found} == {
        ("Unpaid", False),
        ("Carried", True),
        ("Paid", True),
        ("Nothing Due", True),
    }


def test_an_old_invoice_stays_as_long_as_it_is_open(account: Account) -> None:
    dues = {record.due.on for record in account.deadlines("invoices").values() if record.due}
    listed = {date.fromisoformat(row["dueDate"]) for row in account.sandbox.account.invoices}

    assert listed - dues == {account.clock.now().date() - timedelta(days=140)}
    account.sandbox.account.invoices.change(_oldest(account), status="Unpaid")
    assert len(account.deadlines("invoices")) == len(dues) + 1


def test_an_old_invoice_that_is_paid_at_last_is_told_of_as_closed(account: Account) -> None:
    oldest = _oldest(account)
    account.sandbox.account.invoices.change(oldest, status="Unpaid")
    state = account.read("invoices").state
    account.sandbox.account.invoices.change(oldest, status="Paid")

    told = account.read("invoices", dict(state))
    after = account.read("invoices", dict(told.state))

    assert {r.external_id: r.closed for r in told.records}[oldest]
    assert oldest not in after.hashes


def test_a_trial_without_an_end_can_be_seen_to_be_over(account: Account) -> None:
    """It becomes no deadline then: only a proof for what has no date takes it off."""
    row = {**ROW, "endDate": None, "status": "Trial", "companyId": "c"}
    account.sandbox.account.ending.add({**row, "createdDate": "2020-01-01"})
    before = account.read("subscriptions")
    account.sandbox.account.ending.change("S-1", status="Active")

    after = account.read("subscriptions", dict(before.state))

    assert after.unaccounted(before.hashes) == {"S-1"}
    assert isinstance(after.ended, Complete)
    assert after.ended.undated


def _oldest(account: Account) -> str:
    return str(min(account.sandbox.account.invoices, key=lambda row: row["dueDate"])["id"])


def test_a_draft_is_the_sum_of_its_items_in_each_currency(account: Account) -> None:
    found = {record.external_id: record for record in account.read("draft_items").records}
    items = [row for row in account.sandbox.account.drafts[1] if row["currencyCode"] == "USD"]

    assert set(found) == {"2026-03:USD", "2026-04:CAD", "2026-04:USD"}
    assert found["2026-04:USD"].amount == Money(
        amount=sum((Decimal(str(row["amountDue"])) for row in items), Decimal(0)), currency="USD"
    )
    assert found["2026-04:USD"].due.on == date(2026, 4, 5)
    assert fact(found["2026-04:USD"], "Items") == "5"


def test_an_item_that_cannot_be_read_is_in_no_sum_and_counted(account: Account) -> None:
    row = next(iter(account.sandbox.account.drafts[1]))
    account.sandbox.account.drafts[1].change(row["id"], amountDue="a lot")

    reading = account.read("draft_items")
    draft = next(record for record in reading.records if record.external_id == "2026-04:USD")

    assert len(reading.quarantined) == 1
    assert ("Items that cannot be read", "1") in [(f.label, f.value) for f in draft.facts]
    assert ("Items", "4") in [(f.label, f.value) for f in draft.facts]


def test_a_draft_of_which_nothing_can_be_read_is_not_taken_for_gone(account: Account) -> None:
    for row in account.sandbox.account.drafts[1]:
        account.sandbox.account.drafts[1].change(row["id"], amountDue="a lot")

    reading = account.read("draft_items")

    assert reading.unaccounted({"2026-04:USD": b"", "2026-04:CAD": b""}) == set()


def test_the_same_items_for_two_months_are_not_believed(account: Account) -> None:
    account.sandbox.account.drafts[1] = account.sandbox.account.drafts[0]

    assert isinstance(account.read("draft_items").error, Incomplete)


def test_a_draft_is_over_when_the_final_invoice_was_made(account: Account) -> None:
    account.clock.move(timedelta(days=4))  # to the 6th

    closed = {r.external_id: r.closed for r in account.read("draft_items").records}

    assert closed == {"2026-03:USD": True, "2026-04:CAD": False, "2026-04:USD": False}


@pytest.mark.parametrize(
    ("now", "this", "following"),
    [
        (datetime(2026, 12, 1, 6, 59, tzinfo=UTC), date(2026, 11, 1), date(2026, 12, 1)),
        (datetime(2026, 12, 1, 7, 0, tzinfo=UTC), date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_months_begin_where_pax8_is(now: datetime, this: date, following: date) -> None:
    assert [month_of(today_of(now), offset) for offset in (0, 1)] == [this, following]


def test_an_open_quote_has_the_end_that_only_its_own_answer_tells(account: Account) -> None:
    found = account.deadlines("quotes")

    assert found["Quote Q-20417 — Brightwater Council"].due is not None
    assert found["Quote Q-20388 — Northgate Logistics"].due is None
    assert found["Quote Q-20388 — Northgate Logistics"].closed


def test_the_end_of_a_quote_that_is_accepted_is_remembered(account: Account) -> None:
    first = account.read("quotes")
    before = titled(first)["Quote Q-20417 — Brightwater Council"]
    account.sandbox.account.quotes.change(before.external_id, status="accepted")

    after = account.deadlines("quotes", dict(first.state))["Quote Q-20417 — Brightwater Council"]

    assert (after.closed, after.due) == (True, before.due)


def test_a_read_asks_for_a_limited_number_of_quotes_and_goes_on_with_the_rest(
    account: Account,
) -> None:
    like = next(row for row in account.sandbox.account.quotes if row["status"] == "sent")
    for number in range(DETAILS_PER_READ + 10):
        account.sandbox.account.quotes.add({**like, "id": f"Q-{number:04d}"})

    first = account.read("quotes")
    second = account.read("quotes", dict(first.state))

    def dated(reading: Any) -> int:
        return sum(record.due is not None for record in reading.records)

    assert dated(first) == DETAILS_PER_READ
    assert dated(second) == DETAILS_PER_READ + 10 + 3


def test_a_quote_that_pax8_does_not_show_stays_as_it_was(account: Account) -> None:
    quote = next(row for row in account.sandbox.account.quotes if row["status"] == "sent")

    def refused(own: Answer) -> Answer:
        return replace(own, status=403, body=b'{"message": "Access denied."}')

    account.plan(Fault(kind=FaultKind.CHANGED, path=quote["id"], times=9, change=refused))

    reading = account.read("quotes")

    assert isinstance(reading.ended, Complete)
    assert [row.external_id for row in reading.quarantined] == [quote["id"]]
    assert "Access denied (403)" in reading.quarantined[0].reason


@pytest.mark.parametrize(
    "body",
    [
        {"content": [], "page": {"totalElements": 7}},
        {"content": [], "page": {"totalElements": 7.0}},
        {"content": [], "page": {"totalElements": "7"}},
        {"content": [], "totalElements": 7},
    ],
    ids=str,
)
def test_a_total_is_found_wherever_and_however_pax8_writes_it(body: Any) -> None:
    assert total_of(body) == 7


@pytest.mark.parametrize("body", [{"content": []}, {"page": {"totalElements": 1.5}}, [], None])
def test_without_a_total_no_list_is_whole(body: Any) -> None:
    with pytest.raises(FormatChanged):
        total_of(body)

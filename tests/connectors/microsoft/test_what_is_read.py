"""What Microsoft's rows become, down to what is peculiar to it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from connectors.microsoft.commerce import cancellation, promotion, renewal
from connectors.microsoft.graph import admin_relationship, message, requirement
from connectors.microsoft.referral import referral
from connectors.sdk.mapping import BadField
from connectors.sdk.records import (
    Category,
    Deadline,
    DueDate,
    DueInstant,
    Fact,
    Money,
    Notice,
    SafeHtml,
)
from tests.connectors.microsoft.conftest import START, Desk

SUBSCRIPTION = {
    "id": "83EF9D05-4169-4ef9-9657-0e86b1eab1de",
    "offerName": "Visio Plan 1",
    "status": "active",
    "commitmentEndDate": "2026-05-31T00:00:00Z",
    "autoRenewEnabled": False,
    "billingType": "license",
}


class TestSubscriptions:
    @pytest.mark.promise("P7")
    def test_the_last_day_of_a_commitment_is_that_day_everywhere(self) -> None:
        """Microsoft's end is inclusive: the day counts to its end, in any zone."""
        found = renewal(SUBSCRIPTION, "Contoso")

        assert found is not None
        assert found.due == DueDate(on=date(2026, 5, 31), zone="UTC", raw="2026-05-31T00:00:00Z")
        assert found.title == "Renew Visio Plan 1 — Contoso"
        assert found.amount is None

    def test_the_same_subscription_in_other_letters_is_the_same(self) -> None:
        found = renewal(SUBSCRIPTION, None)

        assert found is not None
        assert found.external_id == "83ef9d05-4169-4ef9-9657-0e86b1eab1de"

    @pytest.mark.parametrize(
        "never",
        [
            {"commitmentEndDate": "9999-12-10T00:00:00Z"},
            {"commitmentEndDate": "0001-01-01T00:00:00"},
            {"commitmentEndDate": None, "commitmentEndDateTime": "9999-12-10T00:00:00Z"},
            {"commitmentEndDate": None, "billingType": "usage"},
        ],
    )
    def test_one_that_never_ends_is_no_deadline(self, never: dict[str, Any]) -> None:
        assert renewal({**SUBSCRIPTION, **never}, None) is None

    def test_one_whose_end_is_not_given_is_still_a_renewal(self) -> None:
        found = renewal({**SUBSCRIPTION, "commitmentEndDate": None}, None)

        assert found is not None
        assert found.due is None

    def test_the_moment_is_taken_where_there_is_no_day(self) -> None:
        row = {**SUBSCRIPTION, "commitmentEndDateTime": "2026-05-31T23:59:59Z"}
        del row["commitmentEndDate"]

        found = renewal(row, None)

        assert found is not None
        assert isinstance(found.due, DueInstant)

    @pytest.mark.parametrize(
        ("until", "closed"), [("2026-03-02T09:00:01Z", False), ("2026-03-02T08:59:59Z", True)]
    )
    def test_a_cancellation_window_is_open_to_the_second_that_microsoft_gives(
        self, until: str, closed: bool
    ) -> None:
        found = cancellation({**SUBSCRIPTION, "cancellationAllowedUntilDate": until}, None, START)

        assert found is not None
        assert found.closed is closed
        assert found.external_id.endswith(":cancel")

    def test_no_window_is_computed_where_none_is_given(self) -> None:
        began = {**SUBSCRIPTION, "effectiveStartDate": "2026-03-01T00:00:00Z"}

        assert cancellation(began, None, START) is None

    def test_a_window_that_cannot_be_read_leaves_the_renewal(self, desk: Desk) -> None:
        row = desk.sandbox.tenant.subscriptions.select(
            lambda row: row["offerName"] == "Dynamics 365 Sales"
        )[0]
        row["cancellationAllowedUntilDate"] = "soon"

        reading = desk.read("subscriptions")

        assert "Renews itself: Dynamics 365 Sales" in reading.titled
        (bad,) = reading.quarantined
        assert bad.external_id == f"{row['id']}:cancel"
        assert "cancellationAllowedUntilDate is not a date: 'soon'" in bad.reason

    @pytest.mark.parametrize(
        ("status", "closed"),
        [
            ("active", False),
            ("suspended", False),
            ("expired", True),
            ("Deleted", True),
            ("x", False),
        ],
    )
    def test_what_microsoft_itself_calls_over_is_closed(self, status: str, closed: bool) -> None:
        found = renewal({**SUBSCRIPTION, "status": status}, None)

        assert found is not None
        assert (found.status, found.closed) == (status, closed)

    def test_a_scheduled_change_is_told(self, desk: Desk) -> None:
        found = desk.read("subscriptions").titled["Renews itself: SQL Server - 2 Core"]

        assert Fact("Scheduled change", "DG7GMGF0FKZV:0003 · quantity 6 · 3 years") in found.facts
        assert "takes a scheduled change away" in found.summary


@pytest.mark.parametrize(
    ("extends", "says", "category"),
    [
        ("PT0S", "It does not extend itself.", Category.AGREEMENT),
        ("P0D", "It does not extend itself.", Category.AGREEMENT),
        ("P180D", "It extends itself by 180 days.", Category.RENEWAL),
        ("P6M", "It extends itself by P6M.", Category.RENEWAL),
        (None, None, Category.AGREEMENT),
    ],
)
def test_whether_a_relationship_lapses(
    extends: str | None, says: str | None, category: Category
) -> None:
    found = admin_relationship({"id": "1", "status": "active", "autoExtendDuration": extends})

    assert (found.summary, found.category) == (says, category)


class TestMessages:
    POST: ClassVar = {"id": "MC1", "title": "Move", "startDateTime": "2026-02-01T00:00:00Z"}

    def test_one_with_a_day_to_act_by_is_a_deadline_and_any_other_a_notice(self) -> None:
        notice = message(self.POST)
        deadline = message({**self.POST, "actionRequiredByDateTime": "2026-04-01T00:00:00Z"})

        assert isinstance(notice, Notice)
        assert isinstance(deadline, Deadline)
        assert deadline.external_id == notice.external_id
        assert deadline.due == DueInstant(
            at=datetime(2026, 4, 1, tzinfo=UTC), raw="2026-04-01T00:00:00Z"
        )

    def test_its_html_is_cleaned(self) -> None:
        body = {"contentType": "Html", "content": "<p onclick='x()'>Act</p><script>x()</script>"}

        found = message({**self.POST, "body": body})

        assert found.body == SafeHtml("<p>Act</p>")
        assert found.summary == "Act"

    def test_text_is_no_html(self) -> None:
        found = message({**self.POST, "body": {"contentType": "text", "content": "a <b> c"}})

        assert (found.summary, found.body) == ("a <b> c", None)


class TestReferrals:
    ROW: ClassVar = {
        "id": "r1",
        "name": "Plant data",
        "status": "New",
        "substatus": "Pending",
        "direction": "Incoming",
        "expirationDateTime": "2026-03-13T21:03:00.0000000Z",
        "customerProfile": {"name": "Ostrava Foods"},
        "details": {
            "dealValue": 152000,
            "currency": "USD",
            "closingDateTime": "2026-06-30T00:00:00Z",
        },
    }

    def test_one_that_waits_for_an_answer_is_due_when_it_expires(self) -> None:
        found = referral(self.ROW)

        assert found.title == "Answer referral Plant data — Ostrava Foods"
        assert found.category is Category.INVITATION
        assert found.due == DueInstant(
            at=datetime(2026, 3, 13, 21, 3, tzinfo=UTC), raw="2026-03-13T21:03:00.0000000Z"
        )
        assert found.amount == Money(amount=Decimal(152000), currency="USD")

    def test_an_answered_one_is_the_same_item_with_the_deals_day(self) -> None:
        found = referral({**self.ROW, "status": "Active", "substatus": "Accepted"})

        assert found.external_id == referral(self.ROW).external_id
        assert found.due == DueDate(on=date(2026, 6, 30), zone="UTC", raw="2026-06-30T00:00:00Z")
        assert found.category is Category.DEAL_REGISTRATION

    def test_an_outgoing_one_waits_for_somebody_else(self) -> None:
        assert referral({**self.ROW, "direction": "Outgoing"}).title.startswith("Referral ")

    @pytest.mark.parametrize("word", ["Won", "Lost", "Declined", "Expired"])
    def test_what_microsoft_calls_over_is_closed(self, word: str) -> None:
        assert referral({**self.ROW, "status": "Closed", "substatus": word}).closed

    def test_a_word_that_is_not_known_stays_as_it_came(self) -> None:
        found = referral({**self.ROW, "status": "Paused", "substatus": "None"})

        assert (found.status, found.closed) == ("Paused · None", False)

    def test_a_currency_that_is_none_costs_the_row(self) -> None:
        with pytest.raises(BadField, match="ISO 4217"):
            referral({**self.ROW, "details": {"dealValue": 1, "currency": "Dollars"}})


def test_a_discount_of_an_unknown_kind_is_told_in_microsofts_words() -> None:
    policy = {"policyType": "FixedAmount", "value": "12"}
    row = {"id": "p", "requiredProducts": [{"pricingPolicies": [policy]}]}

    assert Fact("For", "FixedAmount 12") in promotion(row).facts


def test_a_requirement_that_is_not_known_keeps_its_name() -> None:
    found = requirement({"id": "1", "requirementType": "tenantsTidy", "maxScore": 0, "score": 0})

    assert (found.title, found.target) == ("tenantsTidy", None)


def test_each_change_of_the_simulated_tenant_is_read(desk: Desk) -> None:
    streams = ("admin_relationships", "messages", "subscriptions", "referrals", "security_score")
    before = {stream: desk.read(stream).records for stream in streams}
    for changed in (*streams, *streams):
        assert desk.sandbox.advance()

        after = {stream: desk.read(stream).records for stream in streams}
        assert [stream for stream in streams if before[stream] != after[stream]] == [changed]
        before = after


@pytest.mark.parametrize(
    "stream",
    [
        "admin_relationships",
        "messages",
        "subscriptions",
        "promotions",
        "security_score",
        "referrals",
    ],
)
def test_what_leaves_a_list_is_named_by_its_ids(desk: Desk, stream: str) -> None:
    before = desk.read(stream).records

    gone = desk.sandbox.drop(stream, 2)

    left = before.keys() - desk.read(stream).records.keys()
    assert left - {"score"} == set(gone) & before.keys()
    desk.sandbox.restore(stream)
    assert desk.read(stream).records == before

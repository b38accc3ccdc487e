"""What a partner sees of Cloud-iQ, and what is left unsaid where Cloud-iQ says nothing."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.crayon_cloudiq.mapping import Month, announcement, report, subscription
from connectors.sdk.errors import Incomplete
from connectors.sdk.mapping import BadField
from connectors.sdk.records import DueDate, DueInstant
from connectors.sdk.sandbox import Answer, Asked, Fault, FaultKind
from tests.support.desk import Desk, by_id, facts

TODAY = date(2026, 3, 2)


def test_an_owed_report_is_due_on_the_reporting_day_and_says_where_that_comes_from(
    desk: Desk,
) -> None:
    owed = desk.rows("agreement_reports")["88067:5101"]

    assert owed.title == "Report 2026-02 usage — SPLA Northgate hosting"
    assert (owed.period, owed.cadence, owed.recipient) == ("2026-02", "monthly", "Crayon")
    assert (owed.status, owed.closed) == ("NotReported", False)
    assert (owed.vendor, owed.program) == ("Microsoft", "Microsoft SPLA")
    assert owed.due.on == date(2026, 3, 10)
    assert facts(owed)["Due date"] == "derived from this connection's reporting day, 10"


def test_without_a_reporting_day_no_report_has_a_date(desk: Desk) -> None:
    desk.setting(reporting_day=None)

    found = desk.rows("agreement_reports")

    assert len(found) == 9
    assert {record.due for record in found.values()} == {None}
    assert not any("Due date" in facts(record) for record in found.values())


def test_a_reporting_day_that_the_month_does_not_have_is_its_last_day() -> None:
    due = Month(year=2026, month=1).due(31)

    assert due is not None
    assert due.on == date(2026, 2, 28)
    assert Month(year=2025, month=12).due(5) == DueDate(
        on=date(2026, 1, 5), raw="2025-12 by day 5 of the following month"
    )


@pytest.mark.parametrize(
    ("status", "shown", "closed"),
    [
        ("NotReported", "NotReported", False),
        (1, "NotReported", False),
        ("ZeroUsageReported", "ZeroUsageReported", True),
        (4, "UsageReported", True),
        (6, "UsageAndZeroUsageReported", True),
        (0, "None", False),
        ("OnHold", "OnHold", False),
        (512, "512", False),
        (None, None, False),
    ],
)
def test_only_what_crayon_calls_reported_is_closed(status: Any, shown: str, closed: bool) -> None:
    row = {"Agreement": {"Id": 5101}, "Status": status}

    made = report(row, container={"Id": 1}, month=Month(year=2026, month=2), reporting_day=None)

    assert (made.status, made.closed) == (shown, closed)


def test_numbers_and_names_of_enumerations_read_the_same(desk: Desk) -> None:
    by_name = {stream: desk.read(stream).hashes for stream in desk.streams()}

    desk.sandbox.numbers = True

    assert {stream: desk.read(stream).hashes for stream in desk.streams()} == by_name


def test_what_is_owed_stays_when_its_month_is_no_longer_listed(desk: Desk) -> None:
    state = desk.read("agreement_reports").state
    desk.clock.move(timedelta(days=92))

    later = desk.read("agreement_reports", state)

    # December and January are not listed in June; January's report was never given.
    assert later.whole
    found = by_id(later)
    assert "88012:5101" not in found
    assert (found["88040:5102"].status, found["88040:5102"].period) == ("NotReported", "2026-01")
    assert ("GET", "/api/v1/ProductContainers/88040", 200) in later.asked


def test_what_was_owed_is_seen_closed_once_before_it_leaves(desk: Desk) -> None:
    state = desk.read("agreement_reports").state
    desk.clock.move(timedelta(days=92))
    desk.sandbox.account.reports.change("88040:5102", Status="ZeroUsageReported")

    closing = desk.read("agreement_reports", state)
    after = desk.read("agreement_reports", closing.state)

    assert by_id(closing)["88040:5102"].closed
    assert after.whole
    assert "88040:5102" not in by_id(after)


def test_a_report_that_crayon_deleted_is_gone(desk: Desk) -> None:
    state = desk.read("agreement_reports").state
    desk.clock.move(timedelta(days=92))
    desk.sandbox.account.containers.change(88040, Removed=True)

    later = desk.read("agreement_reports", state)

    assert later.whole
    assert "88040:5102" not in by_id(later)


@pytest.mark.promise("P2")
def test_a_report_without_a_number_proves_nothing_about_the_others(desk: Desk) -> None:
    desk.sandbox.account.containers.change(88040, Id=None)

    reading = desk.read("agreement_reports")

    assert reading.error is None
    assert reading.ended is None
    assert [row.reason for row in reading.quarantined] == [
        "a report of 2026-01: its number (Id) is missing or none."
    ]
    assert "88067:5101" in by_id(reading)


@pytest.mark.promise("P9")
def test_a_report_that_crayon_refuses_costs_itself_and_proves_nothing(desk: Desk) -> None:
    desk.plan(Fault(kind=FaultKind.NOT_FOUND, path="/AgreementReports/88040", times=9))

    reading = desk.read("agreement_reports")

    assert (reading.error, reading.ended) == (None, None)
    assert [row.reason.partition(": ")[0] for row in reading.quarantined] == ["a report of 2026-01"]
    assert "88067:5101" in by_id(reading)


@pytest.mark.promise("P2")
def test_a_platform_that_ignores_the_month_proves_nothing(desk: Desk) -> None:
    for number in (88012, 88040, 88067, 88091):
        desk.sandbox.account.containers.change(number, UsageMonth="")
    desk.sandbox.account.containers.change(88012, UsageMonth="2025-12 2026-01")
    everything = json.dumps({"Items": [{"Id": 88012}], "TotalHits": 1}).encode()

    def ignore(asked: Asked, content_type: str, body: bytes) -> bytes:
        return everything if asked.path.endswith("/ProductContainers") else body

    desk.host.rewrite("platform", ignore)
    reading = desk.read("agreement_reports")

    assert isinstance(reading.error, Incomplete)


def test_nothing_is_created_and_no_publisher_is_asked(desk: Desk) -> None:
    asked: list[Asked] = []
    desk.before(asked.append)

    for stream in desk.streams():
        desk.read(stream)

    assert {call.path for call in asked if call.method != "GET"} == {"/api/v1/connect/token"}
    assert not any("refresh" in call.query.lower() for call in asked)


def test_a_subscription_has_up_to_three_dates_and_names_its_customer(desk: Desk) -> None:
    found = desk.rows("subscriptions")

    assert found["9001"].title == "Subscription ends — Microsoft 365 E3, Hartwell Clinics"
    assert found["9001"].account == "Hartwell Clinics"
    assert found["9002"].title.startswith("Subscription renews itself")
    assert found["9002:cancel-until"].title.startswith("Last day to cancel or reduce")
    assert (found["9002:cancel-until"].closed, found["9003:cancel-until"].closed) == (False, True)
    assert found["9004:suspension"].title.startswith("Subscription is suspended")
    assert found["9006"].closed
    assert not any(number.startswith("9005") for number in found), "it runs on without an end"


def test_dates_with_a_zone_are_moments_and_dates_without_one_are_days(desk: Desk) -> None:
    found = desk.rows("subscriptions")

    assert found["9001"].due == DueDate(on=date(2026, 3, 11), raw="2026-03-11T00:00:00")
    assert found["9002:cancel-until"].due == DueInstant(
        at=datetime(2026, 3, 6, tzinfo=UTC), raw="2026-03-06T00:00:00+00:00"
    )


def test_a_price_without_currency_is_a_fact_and_not_the_money_at_stake(desk: Desk) -> None:
    found = desk.rows("subscriptions")["9001"]

    assert found.amount is None
    assert facts(found)["Sales price, without currency"] == "3980"


def test_a_term_without_an_end_is_a_field_that_is_missing() -> None:
    row = {"Id": 1, "TermDuration": "P1Y", "EndDate": None}

    with pytest.raises(BadField, match="EndDate is missing, though the term is P1Y"):
        list(subscription(row, customers={}, today=TODAY))


def test_a_subscription_of_the_contract_of_2020_has_its_end_only() -> None:
    row = {"Id": 7, "EndDate": "2026-09-30T00:00:00", "Status": "Active", "Name": "Project"}

    (only,) = subscription(row, customers={}, today=TODAY)

    assert (only.external_id, only.title) == ("7", "Subscription ends — Project")


def test_agreements_are_those_that_end_soon_or_ended_lately(desk: Desk) -> None:
    reading = desk.read("agreements")

    found = by_id(reading)
    assert set(found) == {"5101", "5102", "5207", "5310", "5344", "5290"}
    assert facts(found["5101"])["Type"] == "ReportingAgreement"
    assert found["5290"].closed
    assert reading.ended.window == (date(2025, 12, 2), date(2027, 4, 6))


def test_one_organization_is_read_alone(desk: Desk) -> None:
    desk.setting(organization_id=4002)

    assert set(desk.rows("agreements")) == {"5310"}
    assert set(desk.rows("contacts")) == {"4002"}


def test_an_announcement_comes_without_anything_that_runs(desk: Desk) -> None:
    found = desk.rows("announcements")["https://www.crayon.example/news/annual-plans"]

    assert found.title == "Price change of annual plans billed monthly"
    assert "<strong>1 April</strong>" in found.body
    assert "track" not in found.body
    assert found.summary == "From 1 April annual plans that are billed monthly cost 5% more."
    assert found.url == found.external_id
    assert found.published.at == datetime(2026, 2, 28, 7, 30, tzinfo=UTC)


def test_an_announcement_without_a_link_is_known_by_its_time_and_title() -> None:
    row = {"Title": "Read-only", "PublicationDate": "2026-02-19T08:30:00+01:00", "Link": None}

    assert announcement(row).external_id == "2026-02-19T08:30:00+01:00 Read-only"


def test_an_organization_for_which_crayon_names_nobody_has_no_contact(desk: Desk) -> None:
    found = desk.rows("contacts")

    assert {number: record.title for number, record in found.items()} == {
        "4001": "Ingrid Solberg",
        "4002": "Jonas Lind",
    }
    assert found["4001"].email == "ingrid.solberg@crayon.example"


def test_an_answer_without_content_names_nobody_either(desk: Desk) -> None:
    nothing = Answer(status=204, headers=(), body=b"")
    desk.plan(Fault(kind=FaultKind.CHANGED, path="4001/salescontact", change=lambda _own: nothing))

    assert set(desk.rows("contacts")) == {"4002"}


def test_another_person_in_the_same_place_is_a_change_of_the_contact(desk: Desk) -> None:
    for _ in range(5):
        said = desk.sandbox.advance()

    assert said == ["Maja Berg is the sales contact now"]
    assert desk.rows("contacts")["4001"].title == "Maja Berg"


def test_each_change_of_the_sandbox_is_seen_by_the_next_read(desk: Desk) -> None:
    streams = desk.streams()
    before = {stream: desk.read(stream).hashes for stream in streams}

    for stream in ("agreement_reports", "announcements", "agreements", "subscriptions"):
        said = desk.sandbox.advance()

        assert said
        assert desk.read(stream).hashes != before[stream], said

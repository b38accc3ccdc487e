"""What a person enters becomes items by itself, and a mistake is told with its line."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.own_items.connector import OwnItems
from connectors.own_items.entries import Entry
from connectors.own_items.sandbox import Sandbox
from connectors.own_items.settings import OwnItemsConfig
from connectors.sdk.conformance.fields import HOSTILE
from connectors.sdk.connector import CheckState, Complete, Page, ReadContext
from connectors.sdk.http import HttpSession
from connectors.sdk.mapping import text_of
from connectors.sdk.policy import policy_of
from connectors.sdk.records import Category, Deadline, DueDate, Goal, ReportingRequirement, encode
from connectors.sdk.sandbox import SandboxClock

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def context() -> Iterator[ReadContext]:
    policy = policy_of(OwnItems.manifest, OwnItemsConfig(), set())
    with HttpSession(policy, now=lambda: NOW) as http:
        yield ReadContext(http=http, now=NOW)


def read(context: ReadContext, text: str, **settings: Any) -> tuple[dict[str, Any], Complete]:
    config = OwnItemsConfig(entries=text, **settings)
    page, end = OwnItems().read("items", config, context)
    assert isinstance(page, Page)
    assert isinstance(end, Complete)
    return {record.external_id: record for record in page.records}, end


def days(found: dict[str, Any]) -> dict[str, str]:
    return {key: f"{record.due.on}" for key, record in found.items()}


def test_one_date_is_one_deadline(context: ReadContext) -> None:
    found, _ = read(
        context,
        "- title: Sign the plan\n  vendor: HPE\n  date: 2026-04-12\n  category: agreement\n"
        "  amount: 18400.50\n  currency: eur\n  note: |\n    ask Nora\n    twice\n",
    )

    (record,) = found.values()
    assert isinstance(record, Deadline)
    assert record.due == DueDate(on=date(2026, 4, 12), raw="2026-04-12")
    assert (record.external_id, record.category) == ("sign-the-plan", Category.AGREEMENT)
    assert record.amount
    assert (record.amount.amount, record.amount.currency) == (Decimal("18400.50"), "EUR")
    assert record.summary == "ask Nora\ntwice"


@pytest.mark.parametrize("day", ["2024-01-01", "2031-06-30"])
def test_one_date_is_shown_however_far_it_is(context: ReadContext, day: str) -> None:
    found, _ = read(context, f"- title: Contract ends\n  date: {day}")

    assert days(found) == {"contract-ends": day}


def test_each_vendor_has_its_own_fiscal_calendar(context: ReadContext) -> None:
    text = "".join(
        f"- title: Report to {vendor}\n  vendor: {vendor}\n  kind: report\n"
        "  repeats: 30 days after year end\n"
        for vendor in ("Dell", "Microsoft", "HPE")
    )

    found, _ = read(context, text, fiscal_years=("dell: Feb", "Microsoft: July"))

    assert days(found) == {
        "report-to-dell/2026": "2026-03-02",
        "report-to-dell/2027": "2027-03-02",
        "report-to-microsoft/2026": "2026-07-30",
        "report-to-hpe/2025": "2026-01-30",
        "report-to-hpe/2026": "2027-01-30",
    }
    dell = found["report-to-dell/2026"]
    assert isinstance(dell, ReportingRequirement)
    assert (dell.title, dell.period) == ("Report to Dell, FY2026", "FY2026")
    assert dell.cadence == "30 days after year end"


def test_a_date_that_moves_is_the_same_item(context: ReadContext) -> None:
    before, _ = read(context, "- title: QBR\n  repeats: 5 working days before quarter end")
    after, _ = read(
        context,
        "- title: QBR\n  repeats: 5 working days before quarter end\n  holidays: [2026-03-26]",
    )

    assert before.keys() == after.keys()
    assert days(before)["qbr/2026-Q1"] == "2026-03-24"
    assert days(after)["qbr/2026-Q1"] == "2026-03-23"


def test_a_goal_has_the_period_of_its_rule_and_no_actual_that_nobody_typed(
    context: ReadContext,
) -> None:
    text = "- title: Revenue\n  kind: goal\n  repeats: quarter end\n  target: 100000\n  unit: USD"

    found, _ = read(context, text)

    goal = found["revenue/2026-Q1"]
    assert isinstance(goal, Goal)
    assert (goal.period_start, goal.period_end) == (date(2026, 1, 1), date(2026, 3, 31))
    assert (goal.target, goal.actual, goal.unit) == (100000, None, "USD")


def test_a_reminder_is_an_item_of_its_own_and_closes_when_it_is_over(context: ReadContext) -> None:
    text = (
        "- title: Review\n  kind: review\n  date: 2026-03-20\n  remind: 10 working days\n"
        "- title: Far\n  date: 2026-03-31\n  remind: 14 days\n"
        "- title: Held\n  date: 2026-03-01\n  remind: 14 days before\n"
    )

    found, _ = read(context, text)

    assert days(found) == {
        "review": "2026-03-20",
        "review#reminder": "2026-03-06",
        "far": "2026-03-31",  # of its 17th nobody is told before the 10th
        "held": "2026-03-01",
        "held#reminder": "2026-02-15",
    }
    assert found["review"].category is Category.EVENT
    assert found["review#reminder"].title == "Prepare: Review"
    assert not found["review#reminder"].closed
    assert not found["held#reminder"].closed  # somewhere it is still the day itself
    later = replace(context, now=NOW + timedelta(days=8))
    after, _ = read(later, text)
    assert after["held#reminder"].closed
    assert days(after)["far#reminder"] == "2026-03-17"
    assert not found["held"].closed


def test_a_rhythm_is_bounded_and_the_window_says_what_is_proven(context: ReadContext) -> None:
    found, end = read(context, "- title: Forecast\n  date: 2020-01-31\n  repeats: every month")

    assert end.window == (date(2026, 1, 30), date(2027, 4, 6))
    assert len(found) == 15
    assert days(found)["forecast/2026-02"] == "2026-02-28"


def test_an_entry_that_cannot_be_worked_out_costs_itself_and_removes_nothing(
    context: ReadContext,
) -> None:
    text = (
        "- title: Old\n  date: 1900-01-01\n  repeats: every week\n- title: New\n  date: 2026-05-05"
    )
    page, end = OwnItems().read("items", OwnItemsConfig(entries=text), context)

    assert isinstance(page, Page)
    assert isinstance(end, Complete)
    assert [record.external_id for record in page.records] == ["new"]
    assert [row.external_id for row in page.quarantined] == ["old"]
    assert end.window
    assert end.window[0] > end.window[1]  # an empty one
    checks = list(OwnItems().check(OwnItemsConfig(entries=text), context))
    assert [check.state for check in checks] == [CheckState.OK, CheckState.WARN, CheckState.OK]


@pytest.mark.parametrize(
    ("rhythm", "count", "last"),
    [
        ("FREQ=DAILY", 14, "2026-03-14"),
        ("every week", 14, "2026-05-31"),
        ("every month", 14, "2027-04-01"),
        ("every quarter", 5, "2027-03-01"),
        ("every year", 2, "2027-03-01"),
        ("FREQ=MONTHLY;COUNT=3", 3, "2026-05-01"),
        ("FREQ=DAILY;UNTIL=20260303", 3, "2026-03-03"),
    ],
)
def test_what_has_no_end_fills_no_inbox(
    context: ReadContext, rhythm: str, count: int, last: str
) -> None:
    found, _ = read(context, f"- title: x\n  date: 2026-03-01\n  repeats: {rhythm}")

    assert (len(found), max(days(found).values())) == (count, last)


def test_one_time_is_moved_left_out_or_told_otherwise_and_is_the_same_item(
    context: ReadContext,
) -> None:
    text = (
        "- title: QBR\n  kind: goal\n  repeats: last working day of quarter\n  target: 5\n"
        "  only:\n    2026-Q1: skip\n    2026-Q2: {date: 2026-07-03, title: QBR in Oslo}\n"
        "    2026-Q3: {actual: 4}\n    1999-Q1: skip\n"
    )

    found, _ = read(context, text)

    assert days(found) | {"qbr/2026-Q2": "2026-07-03"} == days(found)
    assert "qbr/2026-Q1" not in found
    assert found["qbr/2026-Q2"].title == "QBR in Oslo, Q2 2026"
    assert [found[f"qbr/2026-Q{n}"].actual for n in (2, 3, 4)] == [None, 4, None]


def test_the_order_of_entries_does_not_matter(context: ReadContext) -> None:
    parts = ["- title: A\n  date: 2026-04-01", "- title: B\n  repeats: quarter end"]
    first, _ = read(context, "\n".join(parts))
    other, _ = read(context, "\n".join(reversed(parts)))

    assert first == other


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: x", "line 1: write a list"),
        ("- title: x", "line 1, 1: it needs a date, or a rule"),
        ("- date: 2026-01-01", "line 1, 1 › title: this is needed"),
        ("- title: x\n  date: 31/12/2026", "line 2, 1 › date"),
        ("- title: x\n  date: 20261231", "line 2, 1 › date: write a date as 2026-03-31"),
        ("- title: x\n  repeats: now and then", "line 2, 1 › repeats: “now and then”"),
        ("- title: x\n  date: 2026-01-01\n  when: y", "line 3, 1 › when: there is no such key"),
        ("- title: x\n  date: 2026-01-01\n  amount: 1,000", "line 3, 1 › amount: "),
        ("- title: x\n  date: 2026-01-01\n  amount: 1e99", "line 3, 1 › amount: "),
        (
            "- title: x\n  date: 2026-01-01\n  currency: EURO",
            "line 3, 1 › currency: this is not an",
        ),
        ("- title: x\n  date: 2026-01-01\n  remind: soon", "line 3, 1 › remind: write how long"),
        ("- title: x\n  date: 2026-01-01\n  target: 5", "line 1, 1: only a goal has a target"),
        ("- title: x\n  date: 2026-02-01\n  until: 2026-01-01", "it ends before it begins"),
        ("- title: X\n  date: 2026-01-01\n- title: x!\n  date: 2026-01-01", "two entries"),
        ("- title: x\n  date: 2026-01-01\n  date: 2026-01-02", "line 3: the key 'date' is there"),
    ],
)
def test_a_mistake_is_told_with_its_line_before_anything_is_saved(text: str, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        OwnItemsConfig(entries=text)

    assert said in caught.value.errors()[0]["msg"]


@pytest.mark.parametrize("line", ["soon", "31.12.2026"])
def test_a_holiday_that_is_no_date_is_refused(line: str) -> None:
    with pytest.raises(ValidationError, match="write a date such as 2026-12-25"):
        OwnItemsConfig(holidays=(line,))


@pytest.mark.parametrize("line", ["Dell", "Dell: Febtober", ": July"])
def test_a_fiscal_year_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(ValidationError):
        OwnItemsConfig(fiscal_years=(line,))


def test_a_list_is_shown_before_it_is_saved_the_soonest_first(context: ReadContext) -> None:
    text = "- title: Late\n  date: 2026-09-01\n- title: Soon\n  date: 2026-03-05\n"

    (shown,) = OwnItems().preview(OwnItemsConfig(entries=text), context)

    assert [record.title for record in shown.page.records] == ["Soon", "Late"]


def test_hostile_texts_do_no_harm(context: ReadContext) -> None:
    hostile = HOSTILE.replace('"', "'").replace("\u2028", " ")
    text = f'- title: "{hostile}"\n  date: 2026-04-01\n  vendor: "{hostile}"\n  note: "{hostile}"\n'

    found, _ = read(context, text + '  url: "javascript:alert(1)"\n')

    (record,) = found.values()
    assert text_of(record.title) == record.title
    assert text_of(record.vendor) == record.vendor
    assert record.summary
    assert text_of(record.summary, limit=10_000) == record.summary
    assert record.url is None
    assert "\u202e" not in encode(record).decode()


def test_the_docs_name_every_key() -> None:
    page = (Path(__file__).parents[3] / "docs/connectors/own_items.md").read_text()

    assert [name for name in Entry.model_fields if f"`{name}`" not in page] == []
    examples = page.split("```yaml\n")[1].split("```")[0]
    assert len(OwnItemsConfig(entries=examples).all) == 4


def test_the_sandbox_changes_what_the_settings_hold(context: ReadContext) -> None:
    clock = SandboxClock(NOW)
    sandbox = Sandbox(clock)
    before = OwnItemsConfig.model_validate(dict(sandbox.config("")))
    sandbox.advance()
    after = OwnItemsConfig.model_validate(dict(sandbox.config("")))
    clock.move(timedelta(days=1))

    assert before.all != after.all
    assert len(before.all) == len(after.all) == 6

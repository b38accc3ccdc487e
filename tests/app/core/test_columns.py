"""From every kind of record to the columns of its table."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import SQLModel

from app.core.columns import COLUMNS, NO_DUE_DAY, NOTHING, TABLE_OF, columns_of
from app.models import Item
from connectors.sdk.records import (
    AnyRecord,
    Deadline,
    Due,
    DueDate,
    DueInstant,
    Fund,
    Goal,
    Kind,
    Money,
    Notice,
)

BERLIN = ZoneInfo("Europe/Berlin")
DAY = DueDate(on=date(2026, 11, 30), zone="America/New_York", raw="11/30/26")
LATE = DueInstant(at=datetime(2026, 11, 30, 23, 30, tzinfo=UTC), zone="UTC", raw="23:30Z")
KEPT_BY_A_SYNC = {
    *("id", "connection_id", "stream", "external_id", "content_hash", "missing_reads"),
    *("first_seen_at", "changed_at", "material_at", "removed_at", "is_open", "folded"),
}


def columns(record: AnyRecord, zone: ZoneInfo = BERLIN) -> dict[str, Any]:
    return columns_of(record, zone)


@pytest.mark.parametrize("kind", list(Kind))
def test_what_a_record_says_has_a_column_and_no_column_is_of_nobody(kind: Kind) -> None:
    table = SQLModel.metadata.tables[TABLE_OF[kind]]
    said = {name for its, names in COLUMNS.items() if TABLE_OF[its] == table.name for name in names}

    assert set(COLUMNS[kind]) <= set(NOTHING[table.name]) == said
    assert set(table.c.keys()) - KEPT_BY_A_SYNC == said


@pytest.mark.promise("P7")
@pytest.mark.parametrize(
    ("due", "zone", "on", "at"),
    [
        pytest.param(None, BERLIN, None, None, id="none"),
        pytest.param(DAY, BERLIN, DAY.on, None, id="a date"),
        pytest.param(DAY, ZoneInfo("Pacific/Kiritimati"), DAY.on, None, id="a date, anywhere"),
        pytest.param(LATE, BERLIN, date(2026, 12, 1), LATE.at, id="the company's day of a moment"),
        pytest.param(LATE, ZoneInfo("UTC"), date(2026, 11, 30), LATE.at, id="in another zone"),
    ],
)
def test_a_date_is_one_column_and_a_moment_two(
    due: Due | None, zone: ZoneInfo, on: date | None, at: datetime | None
) -> None:
    item = columns(Deadline(external_id="1", title="T", due=due), zone)
    fund = columns(Fund(external_id="1", title="T", lapses=due), zone)

    assert (item["due_on"], item["due_at"]) == (fund["lapses_on"], fund["lapses_at"]) == (on, at)
    assert item["due_zone"] == (due.zone if due else None)
    assert item["due_raw"] == (due.raw if due else None)


@pytest.mark.parametrize(
    ("record", "sort_on"),
    [
        (Deadline(external_id="1", title="T", due=DAY), DAY.on),
        (Deadline(external_id="1", title="T"), NO_DUE_DAY),
        (Goal(external_id="1", title="T", period_end=date(2026, 12, 31)), date(2026, 12, 31)),
        (Goal(external_id="1", title="T", period_end=date(2026, 12, 31), due=DAY), DAY.on),
        (Notice(external_id="1", title="T", published=DAY), NO_DUE_DAY),
    ],
)
def test_where_an_item_stands_in_the_list(record: AnyRecord, sort_on: date) -> None:
    assert columns(record)["sort_on"] == sort_on


def test_money_is_an_amount_and_its_currency() -> None:
    paid = columns(Deadline(external_id="1", title="T", amount=Money(Decimal("4.50"), "EUR")))
    bare = columns(Deadline(external_id="1", title="T", amount=Money(Decimal(7))))
    none = columns(Deadline(external_id="1", title="T"))

    assert (paid["amount"], paid["currency"]) == (Decimal("4.50"), "EUR")
    assert (bare["amount"], bare["currency"]) == (Decimal(7), None)
    assert (none["amount"], none["currency"]) == (None, None)


def test_an_item_of_the_model_takes_all_columns_of_an_item() -> None:
    assert set(NOTHING["items"]) <= set(Item.model_fields)

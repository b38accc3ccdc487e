"""Every kind of record, with all it can say: stored, read again, changed to nothing and back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import SQLModel, select

from app.core.columns import NOTHING, TABLE_OF, columns_of, table_of
from app.models import Event
from connectors.sdk.records import (
    AnyRecord,
    Category,
    Certification,
    Contact,
    Deadline,
    DueDate,
    DueInstant,
    Fact,
    Fund,
    Goal,
    Kind,
    Money,
    Notice,
    Program,
    ReportingRequirement,
    SafeHtml,
    kind_of,
)
from tests.support.world import World

DAY = DueDate(on=date(2027, 2, 28), zone="America/New_York", raw="28-Feb-27")
MOMENT = DueInstant(at=datetime(2027, 3, 1, 4, 59, 59, 123_000, tzinfo=UTC), zone="Asia/Tokyo")
SHARED: dict[str, Any] = {
    "url": "https://portal.example/1?a=b&c=d",
    "vendor": "Müller & Söhne",
    "program": "Partner “Plus”",
    "status": "In Prüfung",
    "facts": (Fact("Seats", "12"), Fact("Maß", "½ 🎉")),
}
ITEM: dict[str, Any] = SHARED | {
    "account": "Ace\nLtd.",
    "reference": "QUO-88121",
    "closed": True,
    "amount": Money(Decimal("99999999999999.9999"), "USD"),
    "amount_label": "order",
    "summary": "Two\n\nlines",
    "body": SafeHtml("<p>Text</p>"),
}
SAID: dict[Kind, AnyRecord] = {
    kind_of(one): one
    for one in (
        Deadline(external_id="d", title="T", due=DAY, category=Category.RENEWAL, **ITEM),
        Goal(
            external_id="g",
            title="T",
            due=MOMENT,
            target=Decimal("0.0001"),
            actual=Decimal(-3),
            unit="people",
            period_start=date(2026, 1, 1),
            period_end=date(2026, 12, 31),
            **ITEM,
        ),
        ReportingRequirement(
            external_id="r",
            title="T",
            due=MOMENT,
            recipient="data@vendor.example",
            period="Q3",
            cadence="quarterly",
            **ITEM,
        ),
        Notice(external_id="n", title="T", published=MOMENT, **ITEM),
        Program(
            external_id="p",
            title="T",
            tier="Gold",
            eligible=False,
            period_start=date(2026, 1, 1),
            period_end=date(2026, 12, 31),
            **SHARED,
        ),
        Fund(
            external_id="f",
            title="T",
            fund_type="MDF",
            currency="JPY",
            allocated=Decimal(5),
            requested=Decimal("4.5"),
            claimed=Decimal("3.25"),
            paid=Decimal(0),
            remaining=Decimal("-0.0001"),
            lapses=MOMENT,
            **SHARED,
        ),
        Certification(
            external_id="c",
            title="T",
            person="Julia",
            issued_on=date(2024, 2, 29),
            expires=DAY,
            **SHARED,
        ),
        Contact(
            external_id="k", title="T", role="PDM", email="k@v.example", phone="+1 2", **SHARED
        ),
    )
}
SILENT = {kind: type(one)(external_id=one.external_id, title="T") for kind, one in SAID.items()}


def stored(world: World, record: AnyRecord) -> dict[str, Any]:
    table = SQLModel.metadata.tables[table_of(record)]
    with world.database.read() as session:
        statement = select(table).where(table.c.external_id == record.external_id)
        row = session.execute(statement).mappings().one()
    return {name: row[name] for name in NOTHING[table.name]}


def wanted(record: AnyRecord) -> dict[str, Any]:
    return NOTHING[table_of(record)] | columns_of(record, ZoneInfo("UTC"))


def told(world: World, kind: Kind) -> list[str]:
    """The fields that the newest sync changed of the record of that kind."""
    with world.database.read() as session:
        events = session.exec(select(Event).where(Event.run_id == newest(world))).all()
    subject = TABLE_OF[kind].removesuffix("s")
    return [event.field or event.kind for event in events if event.subject == subject]


def newest(world: World) -> int:
    with world.database.read() as session:
        return max(event.run_id or 0 for event in session.exec(select(Event)))


def test_every_kind_is_here() -> None:
    assert set(SAID) == set(Kind)


def test_what_a_record_says_is_what_is_stored_and_then_nothing_changes(world: World) -> None:
    for records in (SAID, SILENT, SAID):
        world.connector.lists(*records.values())
        first, second = world.sync(), world.sync()

        assert (first.outcome, first.quarantined) == ("ok", 0)
        assert (second.new, second.changed) == (0, 0)
        for record in records.values():
            assert stored(world, record) == wanted(record), kind_of(record)


@pytest.mark.parametrize("kind", [Kind.PROGRAM, Kind.FUND, Kind.CERTIFICATION, Kind.CONTACT])
def test_a_field_that_a_source_no_longer_gives_is_history(world: World, kind: Kind) -> None:
    world.connector.lists(SAID[kind])
    world.sync()
    world.connector.lists(SILENT[kind])
    world.sync()

    own = {
        Kind.PROGRAM: {"Eligible", "Tier", "Period start", "Period end"},
        Kind.FUND: {
            *("Lapses", "Type", "Currency", "Allocated", "Requested", "Claimed", "Paid"),
            "Remaining",
        },
        Kind.CERTIFICATION: {"Expires", "Person", "Issued"},
        Kind.CONTACT: {"Role", "Mail", "Phone"},
    }
    shared = {"Link", "Vendor", "Program", "Status", "Seats", "Maß"}
    assert sorted(told(world, kind)) == sorted(own[kind] | shared)

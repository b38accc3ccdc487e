"""Memberships, funds, certifications and contacts, as their sources have them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.services import programs
from app.services.programs import CertificationRow, FundRow, ProgramRow, ProgramsPage
from connectors.sdk.records import (
    AnyRecord,
    Certification,
    Contact,
    DueDate,
    DueInstant,
    Fund,
    Money,
    Program,
)
from tests.support.world import START, World

DAY = START.date()


def page(world: World, view: str) -> ProgramsPage:
    with world.database.read() as session:
        return programs.programs_page(session, view, clock=world.wall_clock())


def read(world: World, *records: AnyRecord) -> None:
    world.connector.lists(*records)
    world.sync()


def rows(found: ProgramsPage) -> dict[str, Any]:
    return {row.title: row for _title, its in found.groups for row in its}


def groups(found: ProgramsPage) -> dict[str, list[str]]:
    return {title: [row.title for row in its] for title, its in found.groups}


def fund(name: str, left: int | None, days: int | None = 10, **said: Any) -> Fund:
    lapses = DueDate(on=DAY + timedelta(days=days)) if days is not None else None
    return Fund(
        external_id=name,
        title=name,
        remaining=Decimal(left) if left is not None else None,
        lapses=lapses,
        **{"currency": "USD", **said},
    )


def test_only_what_can_still_be_used_is_left_in_funds(world: World) -> None:
    read(
        world,
        fund("a", 3000, 0),
        fund("b", 500, None),
        fund("c", 6000, currency="EUR"),
        fund("lapsed", 90_000, -1),
        fund("untold", None),
    )

    assert page(world, "funds").remaining == (
        Money(amount=Decimal(6000), currency="EUR"),
        Money(amount=Decimal(3500), currency="USD"),
    )


def test_the_part_of_a_fund_that_is_used(world: World) -> None:
    told = {
        "some": (12000, 3000, 0.75),
        "nothing": (12000, 12000, 0.0),
        "all": (12000, 0, 1.0),
        "more than all": (12000, -5, 1.0),
        "topped up": (12000, 13000, 0.0),
        "empty": (0, 0, None),
        "left untold": (12000, None, None),
        "allocated untold": (None, 3000, None),
    }
    read(
        world,
        *(
            fund(name, left, allocated=None if whole is None else Decimal(whole))
            for name, (whole, left, _used) in told.items()
        ),
    )

    found = rows(page(world, "funds"))

    assert all(isinstance(row, FundRow) for row in found.values())
    assert {name: row.used for name, row in found.items()} == {
        name: used for name, (_whole, _left, used) in told.items()
    }


def test_certifications_stand_by_when_they_end_by_the_readers_day(world: World) -> None:
    def certified(name: str, due: DueDate | DueInstant | None) -> Certification:
        return Certification(external_id=name, title=name, person="Julia", expires=due)

    days = {"yesterday": -1, "today": 0, "in a month": 30, "in three": 31, "far": 91}
    read(
        world,
        *(certified(n, DueDate(on=DAY + timedelta(days=d))) for n, d in days.items()),
        certified("an hour ago", DueInstant(at=START)),
        certified("never", None),
    )

    found = page(world, "certifications")

    assert groups(found) == {
        "Over": ["yesterday", "an hour ago"],
        "Within 30 days": ["today", "in a month"],
        "Within 90 days": ["in three"],
        "Later": ["far"],
        "No date": ["never"],
    }
    row = rows(found)["today"]
    assert isinstance(row, CertificationRow)
    assert row.person == "Julia"


def test_a_record_leads_to_the_deadline_that_follows_from_it(world: World) -> None:
    read(world, fund("f", 5), Certification(external_id="f", title="c", expires=DueDate(on=DAY)))

    items = {id_: item.id for id_, item in world.items().items()}
    assert rows(page(world, "funds"))["f"].item_id == items["derived:fund:f"]
    assert rows(page(world, "certifications"))["c"].item_id == items["derived:certification:f"]


def test_the_newest_flip_of_eligibility_is_told_for_sixty_days(world: World) -> None:
    for eligible in (True, False, None):
        read(world, Program(external_id="p", title="Engage", eligible=eligible))

    found = page(world, "programs")
    row = rows(found)["Engage"]
    assert isinstance(row, ProgramRow)
    assert row.flip is not None
    assert (row.flip.was, row.flip.now, row.eligible, found.flipped) == ("no", None, None, 1)

    world.clock.forward(days=61)
    assert page(world, "programs").flipped == 0


def test_who_left_at_the_source_is_not_shown_and_comes_back(world: World) -> None:
    people = [Contact(external_id=str(n), title=f"Contact {n}", vendor="Cisco") for n in range(6)]
    read(world, *people)
    read(world, *people[1:])
    read(world, *people[1:])
    assert len(rows(page(world, "contacts"))) == page(world, "contacts").counts["contacts"] == 5

    read(world, *people)
    assert groups(page(world, "contacts")) == {"Cisco": [person.title for person in people]}

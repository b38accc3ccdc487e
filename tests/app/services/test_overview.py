"""Overview: every number is what the inbox view behind it lists, and says what it counts."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from app.core.quarters import quarter_of
from app.core.words import Clock
from app.models import Item, ItemState, TeamState
from app.services import listing, outcomes, overview
from app.services.overview import Cell, OverviewPage
from app.services.pages import View
from connectors.sdk.records import Category, Deadline, DueDate, DueInstant, Goal, Money
from tests.app.services.test_today import told
from tests.support.scripted import deadline
from tests.support.world import START, World

DAY = START.date()
QUARTER = quarter_of(DAY)


def page(world: World, person: int, clock: Clock | None = None) -> OverviewPage:
    with world.database.read() as session:
        clock = clock or world.wall_clock()
        return overview.overview_page(session, user_id=person, clock=clock)


def listed(session: Session, query: Mapping[str, str], person: int, clock: Clock) -> list[Item]:
    view = View(**query)
    ids = sa.select(listing.items.c.id).select_from(listing.joined(person))
    found = session.execute(ids.where(*listing.in_view(session, view, person, clock))).scalars()
    return [session.get_one(Item, id_) for id_ in found]


def cells(shown: OverviewPage) -> Iterator[Cell]:
    yield from shown.stake
    yield from (cell for row in shown.weeks for cell in row.cells if cell)
    yield from (cell for row in shown.vendors for cell in row.cells)
    for one in shown.outcomes:
        yield from (cell for cell in (one.saved, one.lost, one.ahead) if cell)


def decide(world: World, draw: random.Random) -> None:
    """What a team does with a fifth of its items, and two sources drop some of them."""
    with world.database.write() as session:
        for item in sorted(world.items().values(), key=lambda one: one.external_id):
            at = START + timedelta(hours=draw.randrange(-24 * 60, 24))
            if draw.random() < 0.2:
                state = draw.choice(list(TeamState))
                done = at if state == TeamState.DONE else None
                values = {"state": state, "done_at": done, "changed_at": START}
                session.add(ItemState(item_id=item.id, **values))
                stored = session.get_one(Item, item.id)
                stored.is_open = stored.is_open and state in (TeamState.OPEN, TeamState.WAITING)
            elif draw.random() < 0.1:
                stored = session.get_one(Item, item.id)
                stored.removed_at, stored.is_open = at, False


@pytest.fixture
def filled(world: World) -> World:
    draw = random.Random(11)
    many = [told(draw, number) for number in range(300)]
    spread = [
        deadline(
            f"spread {number}",
            due=DueDate(on=DAY + timedelta(days=draw.randrange(-80, 120))),
            amount=Money(amount=Decimal(draw.randrange(1, 10**6)), currency="USD"),
            vendor=draw.choice(["HPE", "Dell", "Cisco", None]),
            category=Category.RENEWAL,
        )
        for number in range(200)
    ]
    goal = Goal(external_id="goal", title="Goal", period_start=DAY, period_end=DAY)
    world.connector.lists(*many, *spread, goal)
    world.sync()
    decide(world, draw)
    return world


def test_every_number_is_what_the_view_behind_it_lists(filled: World, person: int) -> None:
    clock = filled.wall_clock()
    shown = page(filled, person)

    assert len(list(cells(shown))) > 40
    with filled.database.read() as session:
        for cell in cells(shown):
            found = listed(session, cell.query, person, clock)
            assert sum(item.amount or 0 for item in found) == cell.money.amount, cell
            assert {item.currency for item in found} == {cell.money.currency}
        for row in shown.weeks:
            assert len(listed(session, row.query, person, clock)) == row.count
        for vendor in shown.vendors:
            assert len(listed(session, vendor.query, person, clock)) == vendor.count
        for what, count in shown.counts.items():
            assert len(listed(session, shown.queries[what], person, clock)) == count > 0


def test_the_weeks_hold_each_item_once(filled: World, person: int) -> None:
    clock = filled.wall_clock()
    weeks = page(filled, person).weeks

    with filled.database.read() as session:
        ids = [item.id for row in weeks for item in listed(session, row.query, person, clock)]

    assert len(ids) == len(set(ids)) > 200


@pytest.fixture
def quiet(world: World) -> World:
    """Nothing but what a test lists."""
    return world


def outcome_of(
    world: World, person: int, record: Deadline, clock: Clock, **decided: Any
) -> set[str]:
    """Which outcomes one item has."""
    removed = decided.pop("removed_at", None)
    world.connector.lists(record)
    world.sync()
    with world.database.write() as session:
        item = session.get_one(Item, world.items()[record.external_id].id)
        if removed:
            item.removed_at, item.is_open = removed, False
        if decided:
            session.add(ItemState(item_id=item.id, changed_at=START, **decided))
            item.is_open = decided["state"] in ("open", "waiting")
    with world.database.read() as session:
        return {
            what
            for what in (outcomes.SAVED, outcomes.LOST)
            if listed(session, {"outcome": outcomes.name_of(what, QUARTER)}, person, clock)
        }


NEW_YORK = ZoneInfo("America/New_York")
OVER = DueDate(on=DAY - timedelta(days=2))
LATE_EVENING = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
"""Half past eleven on 19 November in New York, whose clocks went back on the first."""


@pytest.mark.parametrize(
    ("due", "decided", "expected"),
    [
        (OVER, {}, {"lost"}),
        (OVER, {"state": "waiting"}, {"lost"}),
        (OVER, {"state": "snoozed"}, {"lost"}),
        (OVER, {"state": "not applicable"}, set()),
        (OVER, {"state": "joined"}, set()),
        (OVER, {"state": "done", "done_at": LATE_EVENING}, {"saved"}),
        (OVER, {"state": "done", "done_at": LATE_EVENING + timedelta(hours=1)}, set()),
        (OVER, {"removed_at": LATE_EVENING}, set()),
        (OVER, {"removed_at": LATE_EVENING + timedelta(hours=1)}, {"lost"}),
        (DueDate(on=DAY), {}, set()),
        (DueDate(on=DAY + timedelta(days=400)), {"state": "done", "done_at": START}, {"saved"}),
        (None, {"state": "done", "done_at": START}, set()),
        (DueDate(on=QUARTER.first - timedelta(days=1)), {}, set()),
        (DueDate(on=DAY), {"state": "done", "done_at": START - timedelta(days=60)}, set()),
        (DueInstant(at=LATE_EVENING), {"state": "done", "done_at": LATE_EVENING}, {"saved"}),
        (DueInstant(at=LATE_EVENING), {"state": "done", "done_at": START}, set()),
        (DueInstant(at=LATE_EVENING), {}, {"lost"}),
    ],
)
def test_what_is_saved_and_what_is_lost(
    quiet: World,
    person: int,
    due: DueDate | DueInstant | None,
    decided: dict[str, Any],
    expected: set[str],
) -> None:
    clock = Clock(now=START, zone=NEW_YORK)

    assert outcome_of(quiet, person, deadline("one", due=due), clock, **decided) == expected


def test_an_event_that_is_over_and_what_its_source_closed_are_not_lost(
    quiet: World, person: int
) -> None:
    clock = quiet.wall_clock()
    for record in (
        deadline("event", due=OVER, category=Category.EVENT),
        deadline("paid", due=OVER, closed=True),
    ):
        assert outcome_of(quiet, person, record, clock) == set()


@pytest.mark.parametrize("name", ["", "saved", "saved-2026", "won-2026-Q4", "lost-2026-Q9"])
def test_what_names_no_outcome_is_none(name: str) -> None:
    assert outcomes.parse(name) is None
    assert outcomes.words(name) == ""


def test_an_empty_quarter_says_so_and_the_last_day_of_one_is_still_in_it(
    quiet: World, person: int
) -> None:
    assert page(quiet, person).empty

    record = deadline("one", due=DueDate(on=QUARTER.last), amount=Money(amount=Decimal(7)))
    quiet.connector.lists(record)
    quiet.sync()
    on = date(2026, 12, 31)
    shown = page(quiet, person, Clock(now=datetime(2026, 12, 31, 9, tzinfo=UTC), zone=NEW_YORK))

    assert shown.quarter.last == on
    assert [cell.money for cell in shown.stake] == [Money(amount=Decimal(7))]
    assert shown.weeks[1].count == 1

"""The groups of a list: heads, tabs and rows say the same of whatever there is."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from app.core.words import Clock
from app.services import acts, inbox
from app.services.pages import TABS, InboxPage, View
from connectors.sdk.records import (
    AnyRecord,
    Category,
    Deadline,
    DueDate,
    DueInstant,
    Goal,
    Money,
    Notice,
    ReportingRequirement,
)
from tests.support.world import START, World

DAYS = (-40, -8, -2, -1, 0, 1, 6, 7, 8, 29, 30, 31, 60)
ZONES = ("UTC", "Pacific/Kiritimati", "Etc/GMT+12")


def worth(number: int) -> Money:
    return Money(amount=Decimal(2**number), currency="USD")


def things() -> list[AnyRecord]:
    """Every kind on every day that matters, each worth something else."""
    found: list[AnyRecord] = [Notice(external_id="notice", title="Thing without a day")]
    for number, days in enumerate(DAYS):
        day, at = START.date() + timedelta(days), START + timedelta(days, minutes=-1)
        told = {"title": f"Thing {days}", "amount": worth(number)}
        found += (
            Deadline(external_id=f"d{days}", due=DueDate(on=day), **told),
            Deadline(external_id=f"e{days}", due=DueDate(on=day), category=Category.EVENT, **told),
            Deadline(external_id=f"i{days}", due=DueInstant(at=at, zone=None), **told),
            ReportingRequirement(external_id=f"r{days}", due=DueDate(on=day), **told),
            Goal(external_id=f"g{days}", period_end=day, **told),
        )
    return found


@pytest.fixture
def office(world: World, person: int) -> World:
    """Of every kind and day one is open; of three days another is snoozed, done or owned."""
    world.connector.lists(*things())
    world.sync()
    ids, clock = {name: item.id or 0 for name, item in world.items().items()}, world.wall_clock()
    with world.database.write() as session:
        for verb, days, more in (
            (acts.snooze, -8, [clock.now + timedelta(days=1)]),
            (acts.done, 29, []),
            (acts.assign, 8, [person]),
            (acts.assign, -2, [person]),
        ):
            some = [ids[f"{kind}{days}"] for kind in "deirg"]
            verb(session, some, *more, user_id=person, clock=clock)
    return world


def pages(world: World, person: int, view: View, clock: Clock, limit: int) -> list[InboxPage]:
    found, after = [], ""
    with world.database.read() as session:
        while True:
            page = inbox.inbox_page(
                session, view, user_id=person, clock=clock, after=after, limit=limit
            )
            found.append(page)
            if page.after is None:
                return found
            after = page.after


@pytest.mark.parametrize("zone", ZONES)
def test_each_row_stands_under_the_head_that_counts_it(
    office: World, person: int, zone: str
) -> None:
    clock = Clock(now=office.clock(), zone=ZoneInfo(zone))
    for tab, q in product(TABS, ("", "thing")):
        found = pages(office, person, View(tab=tab, q=q), clock, limit=7)
        listed: Counter[str] = Counter()
        money: dict[str, Decimal] = defaultdict(Decimal)
        for page in found:
            for group in page.groups:
                assert group.continued is (group.head.key in listed), (tab, q)
                listed[group.head.key] += len(group.rows)
                money[group.head.key] += sum(row.amount.amount for row in group.rows if row.amount)
        heads = {head.key: head for head in found[0].heads}
        assert {key: head.count for key, head in heads.items()} == listed, (tab, q)
        for key, head in heads.items():
            assert sum(one.amount for one in head.stake) == money[key], (tab, q, key)
        counts = {one.key: one.count for one in found[0].tabs}
        assert counts[tab] == sum(listed.values()), (tab, q)
        if tab == "all":
            assert (counts["overdue"], counts["week"]) == (listed["overdue"], listed["week"])
            assert counts["month"] == listed["week"] + listed["month"]
            (stake,) = found[0].stake
            assert stake.amount == money["overdue"] + money["week"] + money["month"]


def test_a_goal_whose_period_is_over_has_ended_and_is_not_overdue(
    office: World, person: int
) -> None:
    (page,) = pages(office, person, View(q="thing"), office.wall_clock(), limit=500)
    ended = next(group for group in page.groups if group.head.key == "ended")
    assert ended.head.title == "Ended"
    assert {(row.kind, row.title) for row in ended.rows} == {
        ("goal", "Thing -40"),
        ("goal", "Thing -2"),
        ("goal", "Thing -1"),
    }

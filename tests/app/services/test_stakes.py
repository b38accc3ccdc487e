"""What is at stake is kept up with each act, and always what a sum over all items gives."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest

from app.services import acts, revisions, stakes, undoing
from app.services.pages import Stake
from connectors.sdk.records import Deadline, DueDate, Goal, Money
from tests.support.world import START, World

CURRENCIES = ("USD", "EUR", None)


@pytest.fixture
def office(world: World) -> World:
    """Items of all sorts, some of which are at stake: late, soon, far, over, without money."""
    listed: list[Deadline | Goal] = [
        Deadline(
            external_id=f"d{number}",
            title=f"Thing {number}",
            due=DueDate(on=START.date() + timedelta(days=days)),
            amount=Money(amount=Decimal(2**number), currency=CURRENCIES[number % 3]),
        )
        for number, days in enumerate((-400, -3, 0, 1, 7, 8, 29, 30, 31, 90, -1, 2))
    ]
    listed.append(Deadline(external_id="free", title="Free", due=DueDate(on=START.date())))
    listed.append(Goal(external_id="goal", title="Over", period_end=START.date() - timedelta(1)))
    world.connector.lists(*listed)
    world.sync()
    return world


def shown(world: World, *, anew: bool = False) -> Stake:
    """As a page shows it; ``anew``: nothing is remembered where one writes."""
    with world.database.write(counts=False) if anew else world.database.read() as session:
        return stakes.stake(session, clock=world.wall_clock(), days=30)


def test_it_stays_right_whatever_people_do(office: World, person: int) -> None:
    chance, done = random.Random(4), list[str]()
    ids = [item.id or 0 for item in office.items().values()]
    assert shown(office) == shown(office, anew=True)

    for _ in range(60):
        some = chance.sample(ids, chance.randint(1, 4))
        with office.database.write() as session:
            revisions.only_on_items(session)
            by = {"user_id": person, "clock": office.wall_clock()}
            match chance.choice(("done", "reopen", "snooze", "assign", "undo")):
                case "done":
                    act = acts.done(session, some, **by)
                case "reopen":
                    act = acts.reopen(session, some, **by)
                case "snooze":
                    act = acts.snooze(session, some, None, **by)
                case "undo" if done:
                    act = undoing.undo(session, done.pop(), then=undoing.ANYWAY, **by)
                case _:
                    act = acts.assign(session, some, person, **by)
            if act.undo:
                done.append(act.undo)
        if chance.random() < 0.7:  # else two acts come between two looks
            assert shown(office) == shown(office, anew=True)

    assert shown(office) == shown(office, anew=True)


def test_it_follows_what_a_source_tells(office: World, person: int) -> None:
    first = office.items()["d2"]
    with office.database.write() as session:
        revisions.only_on_items(session)
        acts.done(session, [first.id or 0], user_id=person, clock=office.wall_clock())
    before = shown(office)

    told = Deadline(
        external_id="new",
        title="New",
        due=DueDate(on=START.date()),
        amount=Money(amount=Decimal(5), currency="CHF"),
    )
    office.connector.lists(told)
    office.sync()

    assert Money(amount=Decimal(5), currency="CHF") in shown(office)
    assert shown(office) == shown(office, anew=True) != before

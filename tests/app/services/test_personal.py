"""What one person marks for themselves: nobody else sees it, and what changed is unread again."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from app.errors import NotFound
from app.models import RecordedAct
from app.services import inbox, personal
from app.services.pages import Act, Row, View
from connectors.sdk.records import DueDate, Money
from tests.support.scripted import deadline, deadlines
from tests.support.world import World


class Reader:
    """A person and the marks they make."""

    def __init__(self, world: World, person: int) -> None:
        self.world, self.person = world, person
        self.by = {"user_id": person}

    def ids(self, *names: int) -> list[int]:
        found = self.world.items()
        return [found[str(name)].id or 0 for name in names]

    def mark(self, verb: Callable[..., Act], *names: int, on: bool = True) -> Act:
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            return verb(session, self.ids(*names), on=on, clock=clock, **self.by)

    def undo(self, act: Act) -> None:
        with self.world.database.write() as session:
            personal.take_back(session, session.get_one(RecordedAct, int(act.undo or 0)))

    def open(self, name: int) -> None:
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            personal.mark_seen(session, *self.ids(name), clock=clock, **self.by)

    def rows(self, tab: str = "all") -> dict[str, Row]:
        clock = self.world.wall_clock()
        with self.world.database.read() as session:
            page = inbox.inbox_page(session, View(tab=tab), clock=clock, **self.by)
        return {row.title: row for group in page.groups for row in group.rows}

    def read(self) -> set[str]:
        return {title for title, row in self.rows().items() if row.read}

    def starred(self) -> set[str]:
        return {title for title, row in self.rows().items() if row.starred}


@pytest.fixture
def reader(world: World, person: int) -> Reader:
    world.connector.lists(*deadlines(range(3)))
    world.sync()
    return Reader(world, person)


def test_a_star_is_ones_own_and_can_be_taken_back(reader: Reader, world: World) -> None:
    title = [world.items()[str(number)].title for number in range(3)]
    reader.mark(personal.star, 0)
    act = reader.mark(personal.star, 0, 1)

    assert act.said == "Starred: 2 items"
    assert reader.starred() == {title[0], title[1]}
    reader.undo(act)
    assert reader.starred() == {title[0]}
    reader.by = {"user_id": 0}
    assert not reader.starred()


def test_a_star_or_a_mark_is_no_history_of_the_team(reader: Reader, world: World) -> None:
    reader.mark(personal.star, 0)
    reader.mark(personal.read, 0)

    assert [event.kind for event in world.history("0")] == ["new"]


def test_what_was_read_can_be_marked_unread_and_that_undone(reader: Reader, world: World) -> None:
    reader.open(0)
    reader.mark(personal.star, 0)
    act = reader.mark(personal.read, 0, 1, on=False)

    assert not reader.read()
    assert reader.starred()
    reader.undo(act)
    assert reader.read() == {world.items()["0"].title}


def test_an_item_is_unread_again_when_something_that_matters_changed(
    reader: Reader, world: World
) -> None:
    for number in range(3):
        reader.open(number)
    usd = Money(amount=Decimal(5), currency="USD")
    world.connector.lists(
        deadline(0, due=DueDate(on=date(2027, 5, 1))),
        deadline(1, amount=usd),
        deadline(2, summary="Told in other words"),
    )
    world.sync()

    assert reader.read() == {world.items()["2"].title}
    reader.open(0)
    assert len(reader.read()) == 2


def test_what_is_not_there_cannot_be_marked(reader: Reader, world: World) -> None:
    with world.database.write() as session, pytest.raises(NotFound):
        personal.star(session, [999_999], on=True, clock=world.wall_clock(), **reader.by)

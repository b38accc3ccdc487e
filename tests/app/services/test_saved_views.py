"""Saved views: whose they are, what they count, and that each act is taken back."""

from collections.abc import Callable
from typing import Any

import pytest

from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.services import accounts, inbox, saved, undoing
from app.services.addressed import view_from
from app.services.pages import Act, InboxPage
from tests.support.scripted import deadline
from tests.support.world import START, World


class Team:
    """Rin and Lee before the same inbox."""

    def __init__(self, world: World, rin: int) -> None:
        self.world, self.rin = world, rin
        with world.database.write() as session:
            lee = accounts.add_user(session, email="lee@partner.example", name="Lee", now=START)
            self.lee = lee.id or 0

    def do(self, verb: Callable[..., Act], *args: Any, by: int | None = None, **more: Any) -> Act:
        with self.world.database.write() as session:
            who = {"user_id": by or self.rin, "clock": self.world.wall_clock()}
            return verb(session, *args, **who, **more)

    def lines(self, by: int | None = None) -> dict[str, tuple[str, int, bool]]:
        with self.world.database.read() as session:
            who = {"user_id": by or self.rin, "clock": self.world.wall_clock()}
            found = saved.page(session, **who).lines
        return {line.name: (line.query, line.count, line.is_pinned) for line in found}

    def pinned(self, by: int | None = None) -> dict[str, int]:
        with self.world.database.read() as session:
            who = {"user_id": by or self.rin, "clock": self.world.wall_clock()}
            return {one.name: one.count for one in inbox.nav(session, **who).pinned}

    def open(self, query: str) -> InboxPage:
        with self.world.database.read() as session:
            who = {"user_id": self.rin, "clock": self.world.wall_clock()}
            return inbox.inbox_page(session, view_from(query), **who)

    def id(self, name: str) -> int:
        with self.world.database.read() as session:
            who = {"user_id": self.rin, "clock": self.world.wall_clock()}
            return next(line.id for line in saved.page(session, **who).lines if line.name == name)


@pytest.fixture
def team(world: World, person: int) -> Team:
    world.connector.lists(
        deadline(1, vendor="Cisco"), deadline(2, vendor="Cisco"), deadline(3, vendor="AWS")
    )
    world.sync()
    return Team(world, person)


def test_each_pinned_view_counts_what_it_holds(team: Team) -> None:
    team.do(saved.save, "Cisco", "vendor=Cisco")
    team.do(saved.save, "Amazon", "vendor=AWS&tab=unowned")
    team.do(saved.save, "Nobody’s", "owner=nobody&q=thing&vendor=%28none%29")

    assert team.pinned() == {"Cisco": 2, "Amazon": 1, "Nobody’s": 0}
    assert not team.pinned(by=team.lee)
    assert not team.lines(by=team.lee)


def test_a_shared_view_is_everybodys_to_see_and_pin_and_its_makers_to_change(team: Team) -> None:
    team.do(saved.save, "Cisco", "vendor=Cisco", shared=True)
    view = team.id("Cisco")
    team.do(saved.pin, view, on=True, by=team.lee)

    assert team.pinned(by=team.lee) == {"Cisco": 2}
    for verb, more in (
        (saved.rename, {"name": "Mine now"}),
        (saved.share, {"on": False}),
        (saved.change, {"query": "vendor=AWS"}),
        (saved.delete, {}),
    ):
        with pytest.raises(NotAllowed):
            team.do(verb, view, by=team.lee, **more)
    team.do(saved.copy, view, by=team.lee)
    team.do(saved.share, view, on=False)
    assert team.lines(by=team.lee) == {"Cisco": ("vendor=Cisco", 2, True)}, "the copy is left"
    with pytest.raises(NotFound):
        team.do(saved.pin, view, on=True, by=team.lee)


def test_every_act_on_a_view_is_taken_back(team: Team) -> None:
    team.do(saved.save, "Cisco", "vendor=Cisco", shared=True)
    team.do(saved.save, "Amazon", "vendor=AWS")
    view = team.id("Cisco")
    team.do(saved.pin, view, on=True, by=team.lee)
    before = team.lines(), team.pinned(), list(team.pinned()), team.lines(by=team.lee)
    for verb, more in (
        (saved.rename, {"name": "Meraki"}),
        (saved.share, {"on": False}),
        (saved.change, {"query": "vendor=AWS"}),
        (saved.pin, {"on": False}),
        (saved.move, {"up": False}),
        (saved.delete, {}),
    ):
        act = team.do(verb, view, **more)
        assert (team.lines(), team.pinned(), list(team.pinned()), team.lines(team.lee)) != before
        team.do(undoing.undo, act.undo)
        told = team.lines(), team.pinned(), list(team.pinned()), team.lines(by=team.lee)
        assert told == before, verb
    act = team.do(saved.copy, view)
    team.do(undoing.undo, act.undo)
    assert team.lines() == before[0]


def test_taking_back_ones_own_pin_leaves_the_view_to_its_maker(team: Team) -> None:
    team.do(saved.save, "Cisco", "vendor=Cisco", shared=True)
    view = team.id("Cisco")
    act = team.do(saved.pin, view, on=True, by=team.lee)
    team.do(saved.rename, view, "Meraki")
    team.do(saved.pin, view, on=False)

    team.do(undoing.undo, act.undo, by=team.lee)

    assert team.lines() == {"Meraki": ("vendor=Cisco", 2, False)}
    assert not team.pinned(by=team.lee)
    act = team.do(saved.pin, view, on=True, by=team.lee)
    team.do(saved.delete, view)
    with pytest.raises(Conflict):
        team.do(undoing.undo, act.undo, by=team.lee)
    assert not team.lines(by=team.lee)


def test_taking_back_a_change_keeps_what_came_since(team: Team) -> None:
    team.do(saved.save, "Cisco", "vendor=Cisco", shared=True)
    view = team.id("Cisco")
    renamed = team.do(saved.rename, view, "Meraki")
    team.do(saved.change, view, "vendor=AWS")
    team.do(saved.pin, view, on=True, by=team.lee)

    team.do(undoing.undo, renamed.undo)

    assert team.lines() == {"Cisco": ("vendor=AWS", 1, True)}
    assert team.pinned(by=team.lee) == {"Cisco": 1}
    first = team.do(saved.rename, view, "One")
    team.do(saved.rename, view, "Two")
    with pytest.raises(Conflict):
        team.do(undoing.undo, first.undo)
    assert list(team.lines()) == ["Two"]


def test_a_view_that_was_brought_back_is_the_same_one(team: Team) -> None:
    team.do(saved.save, "Cisco", "vendor=Cisco")
    view = team.id("Cisco")
    renamed = team.do(saved.rename, view, "Meraki")
    team.world.clock.forward(minutes=5)
    team.do(undoing.undo, team.do(saved.delete, view).undo)

    team.do(undoing.undo, renamed.undo)

    assert team.pinned() == {"Cisco": 2}


def test_a_view_is_kept_where_no_more_can_be_pinned(team: Team) -> None:
    for number in range(saved.MOST_PINNED):
        team.do(saved.save, f"View {number}", "tab=week")

    act = team.do(saved.save, "One more", "vendor=AWS")

    assert act.said == "Saved as “One more”; not pinned, for 20 are"
    assert team.lines()["One more"] == ("vendor=AWS", 1, False)
    with pytest.raises(Invalid):
        team.do(saved.pin, team.id("One more"), on=True)


def test_a_view_of_a_vendor_that_is_gone_opens_and_says_so(team: Team) -> None:
    team.do(saved.save, "Old", "vendor=Sun+Microsystems&source=77")

    page = team.open(team.lines()["Old"][0])
    assert page.gone == ("the vendor “Sun Microsystems”", "its source")
    assert page.shown == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\0b"])
def test_a_view_has_a_name(team: Team, name: str) -> None:
    with pytest.raises(Invalid):
        team.do(saved.save, name, "")

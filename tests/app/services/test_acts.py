"""What people do with items: many at once, with what they saw, and back again."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.errors import Conflict, Invalid, NotFound
from app.models import Item, ItemState
from app.services import accounts, acts, handing, inbox, item, states, undoing, waking
from app.services.pages import Act, State, View
from connectors.sdk.records import DueDate
from tests.support.scripted import deadline, deadlines
from tests.support.together import meanwhile, until_it_waits
from tests.support.world import START, World


@pytest.fixture
def office(world: World, person: int) -> "Office":
    world.connector.lists(*deadlines(range(3)))
    world.sync()
    return Office(world, person)


class Office:
    """A person in front of the inbox."""

    def __init__(self, world: World, person: int) -> None:
        self.world, self.person = world, person

    def id(self, number: int | str) -> int:
        return self.world.items()[str(number)].id or 0

    def act(self, verb: Callable[..., Act], *args: object, **more: object) -> Act:
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            who = more.pop("user_id", self.person)
            return verb(session, *args, user_id=who, clock=clock, **more)

    def done(self, *numbers: int) -> Act:
        return self.act(acts.done, [self.id(number) for number in numbers])

    def undo(self, act: Act, **more: object) -> Act:
        return self.act(undoing.undo, act.undo, **more)

    def state(self, number: int | str) -> ItemState:
        with self.world.database.read() as session:
            return session.get_one(ItemState, self.id(number))

    def seen(self, number: int | str) -> State:
        with self.world.database.read() as session:
            clock = self.world.wall_clock()
            page = item.item_page(session, self.id(number), user_id=self.person, clock=clock)
        return page.row.state

    def listed(self, tab: str = "all") -> set[str]:
        clock = self.world.wall_clock()
        with self.world.database.read() as session:
            page = inbox.inbox_page(session, View(tab=tab), user_id=self.person, clock=clock)
        return {row.title.split()[-1] for group in page.groups for row in group.rows}

    def told(self, number: int | str) -> list[str]:
        return [event.kind for event in self.world.history(str(number))]

    def colleague(self) -> int:
        with self.world.database.write() as session:
            made = accounts.add_user(session, email="lee@partner.example", name="Lee", now=START)
        return made.id or 0


def test_done_then_undone_is_as_before_and_both_are_history(office: Office) -> None:
    act = office.done(0)
    assert (act.said, office.seen(0), office.listed()) == ("Done", State.DONE, {"1", "2"})

    office.undo(act)

    assert (office.seen(0), office.listed()) == (State.OPEN, {"0", "1", "2"})
    assert office.state(0).done_at is None
    assert office.told(0) == ["new", "done", "undone"]


def test_an_act_is_undone_once_and_by_whoever_did_it(office: Office) -> None:
    act = office.done(0)

    with pytest.raises(NotFound):
        office.undo(act, user_id=office.colleague())
    office.undo(act)
    with pytest.raises(Conflict, match="This was undone already"):
        office.undo(act)
    assert office.seen(0) is State.OPEN
    office.done(0)
    with pytest.raises(Conflict, match="This was undone already"):
        office.undo(act)
    assert office.seen(0) is State.DONE


def test_after_somebody_went_on_nothing_is_undone(office: Office) -> None:
    both = office.done(0, 1)
    office.act(acts.assign, [office.id(1)], office.colleague())

    with pytest.raises(Conflict, match="changed in the meantime"):
        office.undo(both)

    assert {office.seen(0), office.seen(1)} == {State.DONE}


def test_of_many_what_nobody_went_on_from_is_undone_and_the_rest_is_named(office: Office) -> None:
    act, lee = office.done(0, 1), office.colleague()
    office.act(acts.wait, [office.id(1)], user_id=lee)

    undone = office.undo(act, then=undoing.REST)

    assert (office.seen(0), office.seen(1)) == (State.OPEN, State.WAITING)
    stayed = "1 item stayed, because somebody changed it meanwhile: “Deadline 1”."
    assert undone.said == f"Undone: Done: 2 items {stayed}"


def test_where_all_were_changed_since_there_is_no_rest_to_undo(office: Office) -> None:
    act = office.done(0, 1)
    office.act(acts.wait, [office.id(0), office.id(1)], user_id=office.colleague())

    with pytest.raises(Conflict, match="changed in the meantime"):
        office.undo(act, then=undoing.REST)

    office.undo(act, then=undoing.ANYWAY)
    assert {office.seen(0), office.seen(1)} == {State.OPEN}


def test_what_is_gone_since_does_not_stand_in_the_way_of_an_undo(office: Office) -> None:
    lee, ids = office.colleague(), [office.id(0), office.id(1)]
    office.act(acts.assign, ids, office.person)
    act = office.act(handing.hand_over, office.person, lee, note="", seen=0)
    with office.world.database.write() as session:
        session.delete(session.get_one(Item, ids[0]))  # as the sample company goes

    office.undo(act)

    assert office.state(1).owner_id == office.person


@pytest.mark.promise("P6")
def test_what_the_source_brought_back_is_not_undone_away(office: Office) -> None:
    act = office.done(0)
    office.world.connector.lists(
        deadline(0, due=DueDate(on=date(2027, 1, 2))), *deadlines(range(1, 3))
    )
    office.world.sync()
    assert office.seen(0) is State.OPEN

    with pytest.raises(Conflict):
        office.undo(act)
    with office.world.database.read() as session:
        clock = office.world.wall_clock()
        page = item.item_page(session, office.id(0), user_id=office.person, clock=clock)
    assert page.why[0] == "It came back: Due moved Fri 15 Jan 2027 → Sat 2 Jan 2027."


def test_a_snooze_ends_at_its_moment_and_not_before(office: Office) -> None:
    world, until = office.world, office.world.clock() + timedelta(hours=24)
    act = office.act(acts.snooze, [office.id(0)], until)
    assert act.said == "Snoozed until Sun 22 Nov"
    assert (office.listed(), office.listed("snoozed")) == ({"1", "2"}, {"0"})

    def wake(now: datetime) -> int:
        with world.database.write() as session:
            overslept = waking.overslept(session, now=now)
            woken = waking.wake(session, now=now)
        assert overslept == (woken > 0)
        return woken

    assert wake(until - timedelta(seconds=1)) == 0
    assert wake(until) == 1
    assert wake(until + timedelta(days=1)) == 0
    assert office.listed() == {"0", "1", "2"}
    assert office.told(0) == ["new", "snoozed", "woken"]
    with pytest.raises(Conflict):
        office.undo(act)


def test_what_came_back_and_was_put_off_says_no_more_why_it_came_back(office: Office) -> None:
    office.done(0)
    moved = deadline(0, due=DueDate(on=date(2027, 1, 2)))
    office.world.connector.lists(moved, *deadlines(range(1, 3)))
    office.world.sync()
    until = office.world.clock() + timedelta(days=1)
    act = office.act(acts.snooze, [office.id(0)], until)
    office.undo(act)
    assert office.state(0).reopened_because
    office.act(acts.snooze, [office.id(0)], until)
    with office.world.database.write() as session:
        waking.wake(session, now=until)

    assert (office.seen(0), office.state(0).reopened_because) == (State.OPEN, None)


def test_more_than_a_database_takes_in_one_question_wake_up_together(office: Office) -> None:
    world, until = office.world, office.world.clock() + timedelta(days=1)
    world.connector.lists(*deadlines(range(1200)))
    world.sync()
    ids = sorted(item.id or 0 for item in world.items().values())
    for some in (ids[:500], ids[500:1000], ids[1000:]):
        office.act(acts.snooze, some, until)
    assert office.listed() == set()

    with world.database.write() as session:
        lite = session.connection().connection.driver_connection
        if isinstance(lite, sqlite3.Connection):
            most = lite.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
        assert waking.wake(session, now=until) == 1200
        if isinstance(lite, sqlite3.Connection):
            lite.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)

    assert not office.listed("snoozed")
    assert len(office.listed()) == inbox.PAGE


def test_what_is_snoozed_and_settled_at_the_source_wakes_up_settled(office: Office) -> None:
    until = office.world.clock() + timedelta(days=1)
    office.act(acts.snooze, [office.id(0)], until)
    office.world.connector.lists(deadline(0, closed=True), *deadlines(range(1, 3)))
    office.world.sync()

    with office.world.database.write() as session:
        waking.wake(session, now=until)

    assert office.seen(0) is State.CLOSED
    assert office.listed() == {"1", "2"}


@pytest.mark.promise("P6")
def test_what_is_done_while_it_is_gone_is_done_when_it_returns(office: Office) -> None:
    world = office.world
    world.connector.lists(*deadlines(range(1, 3)), *deadlines(range(10, 20)))
    world.sync()
    world.sync()
    assert office.seen(0) is State.REMOVED
    office.done(0)
    assert office.listed("removed") == {"0"}

    world.connector.lists(*deadlines(range(3)), *deadlines(range(10, 20)))
    world.sync()

    assert office.seen(0) is State.DONE
    assert "0" not in office.listed()


def test_an_act_on_what_somebody_changed_meanwhile_is_a_conflict(office: Office) -> None:
    id_ = office.id(0)
    office.act(acts.done, [id_], versions={id_: 0})

    for version in (0, 2):
        with pytest.raises(Conflict):
            office.act(acts.reopen, [id_], versions={id_: version})

    office.act(acts.reopen, [id_], versions={id_: 1})
    assert office.seen(0) is State.OPEN


def test_an_owner_stays_through_done_snooze_and_reopen(office: Office) -> None:
    lee = office.colleague()
    office.act(acts.assign, [office.id(0)], lee)
    until = office.world.clock() + timedelta(days=1)

    for verb, more in ((acts.done, ()), (acts.snooze, (until,)), (acts.reopen, ())):
        office.act(verb, [office.id(0)], *more)
        assert office.state(0).owner_id == lee

    assert office.act(acts.assign, [office.id(0)], None).said == "Assigned to nobody"
    assert office.state(0).owner_id is None


@pytest.mark.parametrize("first", ["owner", "backup"])
def test_who_becomes_owner_and_backup_at_once_becomes_one_of_them(
    office: Office, first: str
) -> None:
    lee, ids = office.colleague(), [office.id(0)]
    by: Any = {"user_id": office.person, "clock": office.world.wall_clock()}
    both = {
        "owner": lambda session: acts.assign(session, ids, lee, **by),
        "backup": lambda session: acts.back_up(session, ids, lee, **by),
    }
    (second,) = both.keys() - {first}

    meanwhile(office.world.database, both[first], both[second])

    state = office.state(0)
    assert (state.owner_id, state.backup_id) == (lee, None)


def test_of_two_acts_at_once_on_what_both_saw_one_is_done_and_one_is_told(office: Office) -> None:
    ids, seen = [office.id(0)], {office.id(0): 0}
    by: Any = {"user_id": office.person, "clock": office.world.wall_clock(), "versions": seen}

    told = meanwhile(
        office.world.database,
        lambda session: acts.done(session, ids, **by),
        lambda session: acts.wait(session, ids, **by),
    )

    assert isinstance(told, states.Overtaken)
    assert (office.seen(0), office.told(0)) == (State.DONE, ["new", "done"])


@pytest.mark.promise("P6")
def test_an_act_while_its_source_is_stored_stands_or_comes_back_with_its_reason(
    office: Office,
) -> None:
    moved = deadline(0, due=DueDate(on=date(2027, 1, 2)))
    office.world.connector.lists(moved, *deadlines(range(1, 3)))
    clock, ids = office.world.wall_clock(), [office.id(0)]

    with ThreadPoolExecutor(1) as pool:
        with office.world.database.write() as session:
            acts.done(session, ids, user_id=office.person, clock=clock)
            session.flush()
            synced = pool.submit(office.world.sync)
            until_it_waits(office.world.database, synced)
        synced.result()

    assert (office.seen(0), office.told(0)[1:]) == (State.OPEN, ["done", "due moved", "reopened"])
    assert office.state(0).reopened_because == "Due moved 2027-01-15 → 2027-01-02"


def test_what_is_done_while_its_snooze_ends_stays_done(office: Office) -> None:
    until, ids = office.world.clock() + timedelta(days=1), [office.id(0)]
    office.act(acts.snooze, ids, until)
    clock = office.world.wall_clock()

    woken = meanwhile(
        office.world.database,
        lambda session: acts.done(session, ids, user_id=office.person, clock=clock),
        lambda session: waking.wake(session, now=until),
    )

    assert (woken, office.seen(0)) == (0, State.DONE)


def test_two_who_press_undo_at_once_undo_once(office: Office) -> None:
    act = office.done(0, 1)
    by: Any = {"user_id": office.person, "clock": office.world.wall_clock()}

    def undo(session: Session) -> Act:
        return undoing.undo(session, act.undo or "", **by)

    told = meanwhile(office.world.database, undo, undo)

    assert isinstance(told, Conflict)
    assert (office.told(0), office.state(0).version) == (["new", "done", "undone"], 2)


def test_nobody_is_given_work_who_cannot_sign_in(office: Office) -> None:
    lee = office.colleague()
    with office.world.database.write() as session:
        accounts.user(session, lee).is_active = False

    for unknown in (lee, 0, -1, 4711):
        with pytest.raises(NotFound):
            office.act(acts.assign, [office.id(0)], unknown)


def test_ten_thousand_at_once_are_done_and_undone_together(world: World, person: int) -> None:
    most = states.MOST_AT_ONCE
    world.connector.lists(*deadlines(range(most + 1)))
    world.sync()
    office = Office(world, person)
    ids = sorted(item.id or 0 for item in world.items().values())

    with pytest.raises(Invalid):
        office.act(acts.done, ids)
    act = office.act(acts.done, ids[:most])
    assert (act.said, len(office.listed())) == ("Done: 10,000 items", 1)

    undone = office.undo(act)

    assert set(undone.items) == set(ids[:most])
    with world.database.read() as session:
        stored = session.exec(select(ItemState)).all()
    assert {(state.state, state.version) for state in stored} == {("open", 2)}


def test_an_item_that_is_named_twice_is_acted_on_once(office: Office) -> None:
    act = office.act(acts.done, [office.id(0), office.id(0)])

    assert (act.said, office.told(0)) == ("Done", ["new", "done"])
    office.undo(act)
    assert office.seen(0) is State.OPEN


def test_one_unknown_item_and_nothing_is_done(office: Office) -> None:
    for unknown in (0, -1, 4711):
        with pytest.raises(NotFound):
            office.act(acts.done, [office.id(0), unknown])
        with pytest.raises(NotFound):
            office.act(item.item_page, unknown)
    with pytest.raises(Invalid):
        office.act(acts.done, [])
    assert office.listed() == {"0", "1", "2"}


def test_a_key_that_is_not_ours_undoes_nothing(office: Office) -> None:
    act = office.done(0)

    for key in ("x", f"{act.undo}.x", "0", "-1", "4711", "9" * 40):
        with pytest.raises(NotFound):
            office.act(undoing.undo, key)
    assert office.seen(0) is State.DONE


def test_a_snooze_ends_in_the_years_to_come(office: Office) -> None:
    for until in (
        START - timedelta(days=1),
        office.world.clock(),
        datetime(1, 1, 2, tzinfo=UTC),
        START + timedelta(days=11 * 366),
        datetime.fromisoformat("9999-12-31T23:00-12:00"),
    ):
        with pytest.raises(Invalid) as refused:
            office.act(acts.snooze, [office.id(0)], until)
        assert "until" in refused.value.fields
    assert office.listed() == {"0", "1", "2"}

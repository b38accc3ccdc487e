"""The team's states beside done and snoozed: waiting on the vendor, not applicable, until it
changes; what brings an item back, and what undo brings back with it.
"""

from datetime import date, timedelta

import pytest

from app.errors import Conflict, Invalid, NotFound
from app.services import acts, comments, item, undoing, waking
from app.services.pages import ItemPage, State
from connectors.sdk.records import DueDate
from tests.app.services.test_acts import Office
from tests.support.scripted import deadline, deadlines
from tests.support.world import START, World

MOVED = DueDate(on=date(2027, 1, 2))


@pytest.fixture
def office(world: World, person: int) -> Office:
    world.connector.lists(*deadlines(range(3)))
    world.sync()
    return Office(world, person)


def page(office: Office, number: int) -> ItemPage:
    with office.world.database.read() as session:
        clock = office.world.wall_clock()
        return item.item_page(session, office.id(number), user_id=office.person, clock=clock)


def source_moves_the_first(office: Office) -> None:
    office.world.connector.lists(deadline(0, due=MOVED), *deadlines(range(1, 3)))
    office.world.sync()


def test_what_waits_on_the_vendor_stays_open_and_its_date_goes_on(office: Office) -> None:
    act = office.act(acts.wait, [office.id(0)])

    assert act.said == "Waiting on vendor"
    assert (office.seen(0), office.listed()) == (State.WAITING, {"0", "1", "2"})
    since = page(office, 0).row.waiting_since
    assert since == office.world.clock()
    office.world.clock.forward(hours=5)
    office.act(acts.wait, [office.id(0)])
    assert page(office, 0).row.waiting_since == since


@pytest.mark.promise("P6")
def test_what_waits_goes_on_waiting_when_the_source_changes_it(office: Office) -> None:
    office.act(acts.wait, [office.id(0)])

    source_moves_the_first(office)

    assert (office.seen(0), office.listed()) == (State.WAITING, {"0", "1", "2"})
    assert "reopened" not in office.told(0)


def test_what_waits_is_shown_as_closed_once_the_source_closes_it(office: Office) -> None:
    office.act(acts.wait, [office.id(0)])
    office.world.connector.lists(deadline(0, closed=True), *deadlines(range(1, 3)))
    office.world.sync()

    assert (office.seen(0), office.listed()) == (State.CLOSED, {"1", "2"})


@pytest.mark.promise("P6")
def test_what_is_not_applicable_comes_back_when_the_source_moves_it(office: Office) -> None:
    office.act(acts.decline, [office.id(0)], "  We do not\nsell this. ")
    shown = page(office, 0)
    assert (shown.row.state, shown.row.reason) == (State.NOT_APPLICABLE, "We do not sell this.")
    assert (office.listed(), office.listed("not-applicable")) == ({"1", "2"}, {"0"})
    assert shown.history[0].text == "We do not sell this."

    office.world.connector.lists(deadline(0, summary="Other words"), *deadlines(range(1, 3)))
    office.world.sync()
    assert office.seen(0) is State.NOT_APPLICABLE
    source_moves_the_first(office)

    shown = page(office, 0)
    assert (shown.row.state, shown.row.reason) == (State.OPEN, None)
    assert shown.why[0] == "It came back: Due moved Fri 15 Jan 2027 → Sat 2 Jan 2027."


def test_not_applicable_needs_a_reason_of_a_bearable_length(office: Office) -> None:
    for reason in ("", " \n ", "x" * 501):
        with pytest.raises(Invalid) as refused:
            office.act(acts.decline, [office.id(0)], reason)
        assert "reason" in refused.value.fields


@pytest.mark.promise("P6")
def test_until_it_changes_no_clock_wakes_it_but_a_material_change_does(office: Office) -> None:
    act = office.act(acts.snooze, [office.id(0)], None)
    assert act.said == "Snoozed until it changes at its source"
    assert (office.listed(), office.listed("snoozed")) == ({"1", "2"}, {"0"})
    with office.world.database.write() as session:
        assert waking.wake(session, now=START + timedelta(days=9999)) == 0
    assert page(office, 0).row.until_change

    source_moves_the_first(office)

    shown = page(office, 0)
    assert (shown.row.state, shown.row.until_change) == (State.OPEN, False)
    assert shown.why[0].startswith("It came back: Due moved")


def test_a_snooze_that_ends_after_it_is_due_says_so(office: Office) -> None:
    late = office.world.clock() + timedelta(days=80)
    one, two = office.id(0), office.id(1)

    assert office.act(acts.snooze, [one], late).said == (
        "Snoozed until 9 Feb 2027, after it is due: 15 Jan 2027"
    )
    assert office.act(acts.snooze, [one, two], late).said == (
        "Snoozed until 9 Feb 2027: 2 items, after 2 of them are due"
    )


@pytest.mark.parametrize("verb", ["done", "reopen", "wait", "decline", "snooze", "forever"])
def test_undo_brings_back_whatever_was_before(office: Office, verb: str) -> None:
    id_, lee = office.id(0), office.colleague()
    do = {
        "done": lambda: office.act(acts.done, [id_]),
        "reopen": lambda: office.act(acts.reopen, [id_]),
        "wait": lambda: office.act(acts.wait, [id_]),
        "decline": lambda: office.act(acts.decline, [id_], "Not ours."),
        "snooze": lambda: office.act(acts.snooze, [id_], START + timedelta(days=3)),
        "forever": lambda: office.act(acts.snooze, [id_], None),
    }
    office.act(acts.assign, [id_], lee)
    for first in do.values():
        first()
        before = office.state(0).model_dump(exclude={"version", "changed_at"})
        act = do[verb]()
        office.undo(act)
        assert office.state(0).model_dump(exclude={"version", "changed_at"}) == before


def test_the_last_act_is_undone_without_naming_it_and_then_the_one_before(office: Office) -> None:
    office.done(0)
    office.act(acts.wait, [office.id(1)])

    assert office.act(undoing.undo, "").said == "Undone: Waiting on vendor"
    assert office.act(undoing.undo, "").said == "Undone: Done"
    with pytest.raises(NotFound):
        office.act(undoing.undo, "")
    assert {office.seen(0), office.seen(1)} == {State.OPEN}


def test_what_was_done_long_ago_is_not_undone_by_accident(office: Office) -> None:
    act = office.done(0)
    office.world.clock.forward(hours=25)

    with pytest.raises(NotFound):
        office.act(undoing.undo, "")
    office.undo(act)
    assert office.seen(0) is State.OPEN


def test_undone_anyway_is_as_before_whatever_was_done_since(office: Office) -> None:
    act = office.done(0)
    office.act(acts.decline, [office.id(0)], "Not ours.", user_id=office.colleague())
    with pytest.raises(Conflict):
        office.undo(act)

    office.undo(act, then=undoing.ANYWAY)

    assert (office.seen(0), office.state(0).reason) == (State.OPEN, None)


def test_new_is_what_came_lately_and_nobody_has_touched(office: Office) -> None:
    office.act(acts.assign, [office.id(1)], office.colleague())
    office.act(comments.add, office.id(2), "Looked at it.")
    assert [page(office, number).row.new for number in range(3)] == [True, False, True]

    office.world.clock.forward(hours=73)

    assert not page(office, 0).row.new

"""One sync after the other: what becomes of the rows, and of what people did with them."""

from datetime import date
from decimal import Decimal

import pytest

from app.services import sources
from connectors.sdk import errors
from connectors.sdk.connector import Complete, NotOffered, Page, Unchanged
from connectors.sdk.records import Certification, DueDate, Fund, Money
from tests.support.scripted import deadline, deadlines, unreadable
from tests.support.world import World


def test_the_second_sync_of_the_same_list_writes_nothing(world: World) -> None:
    world.connector.lists(*deadlines(range(5)))
    first, second = world.sync(), world.sync()
    assert (first.new, first.unchanged, first.outcome) == (5, 0, "ok")
    assert (second.new, second.changed, second.unchanged) == (0, 0, 5)
    assert [event.kind for event in world.history("3")] == ["new"]


def test_a_changed_field_is_history_with_both_values(world: World) -> None:
    world.connector.lists(deadline(1, amount=Money(amount=Decimal(100), currency="USD")))
    world.sync()
    world.connector.lists(
        deadline(
            1,
            due=DueDate(on=date(2027, 1, 10)),
            amount=Money(amount=Decimal("150.50"), currency="USD"),
        )
    )
    assert world.sync().changed == 1
    told = {(event.kind, event.field, event.old, event.new) for event in world.history("1")}
    assert told == {
        ("new", None, None, None),
        ("due moved", "Due", "2027-01-15", "2027-01-10"),
        ("changed", "Amount", "100", "150.5"),
    }


@pytest.mark.promise("P2")
def test_a_missing_row_is_removed_after_two_complete_reads_and_returns_with_its_history(
    world: World,
) -> None:
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    world.connector.lists(*deadlines(range(4)))
    assert world.sync().removed == 0
    assert world.sync().removed == 1
    assert world.live() == {"0", "1", "2", "3"}
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    assert world.live() == {"0", "1", "2", "3", "4"}
    assert [event.kind for event in world.history("4")] == ["new", "gone", "returned"]


@pytest.mark.promise("P2")
def test_a_list_that_shrinks_too_much_waits_for_a_person(world: World) -> None:
    world.connector.lists(*deadlines(range(10)))
    world.sync()
    world.connector.lists(*deadlines(range(7)))
    runs = [world.sync(), world.sync()]
    assert [(run.removed, run.held) for run in runs] == [(0, 0), (0, 3)]
    assert len(world.live()) == 10


@pytest.mark.promise("P2")
def test_a_read_without_its_end_removes_nothing(world: World) -> None:
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    world.connector.script["things"] = [Page(records=deadlines(range(4)))]
    for _ in range(3):
        run = world.sync()
    assert (run.outcome, run.error_kind) == ("failed", "Incomplete")
    assert len(world.live()) == 5


@pytest.mark.promise("P9")
def test_an_unreadable_row_costs_that_row_only_and_removes_nothing(world: World) -> None:
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    world.connector.script["things"] = [
        Page(records=deadlines(range(4)), quarantined=(unreadable(),)),
        Complete(),
    ]
    runs = [world.sync(), world.sync()]
    assert [(run.quarantined, run.removed) for run in runs] == [(1, 0), (1, 0)]
    assert len(world.live()) == 5


def test_a_fund_and_a_certification_bring_their_deadlines(world: World) -> None:
    world.connector.lists(
        Fund(
            external_id="f1",
            title="Co-op H1",
            currency="USD",
            allocated=Decimal(20000),
            remaining=Decimal(18400),
            lapses=DueDate(on=date(2027, 2, 14)),
        ),
        Certification(
            external_id="c1",
            title="Architect",
            person="Julia",
            expires=DueDate(on=date(2027, 2, 11)),
        ),
    )
    world.sync()
    fund = world.items()["derived:fund:f1"]
    assert (fund.due_on, fund.amount, fund.derived_from) == (
        date(2027, 2, 14),
        Decimal(18400),
        "fund f1",
    )
    assert world.items()["derived:certification:c1"].title == "Architect expires — Julia"


@pytest.mark.parametrize(
    ("problem", "health", "retried"),
    [
        (errors.AuthFailed("No."), "needs sign-in", False),
        (errors.Unavailable("Down."), "new", True),
        (errors.FormatChanged("Odd."), "broken", True),
        (errors.ConfigInvalid("Wrong."), "broken", False),
        (RuntimeError("a bug"), "broken", True),
    ],
)
def test_what_a_problem_makes_of_the_connection(
    world: World, problem: Exception, health: str, retried: bool
) -> None:
    world.connector.script["things"] = [problem]
    run = world.sync()
    with world.database.read() as session:
        connection = sources.get(session, world.connection_id)
    assert (run.outcome, connection.health) == ("failed", health)
    assert (connection.next_due_at is not None) == retried


@pytest.mark.promise("P9")
def test_a_list_that_the_sign_in_may_not_see_costs_that_list_only(world: World) -> None:
    """A 403 knows who asks: the other lists are read, now and at the next time it is due."""
    world.connector.streams = ("secret", "things")
    world.connector.script["secret"] = [errors.AuthFailed("No.", status=403)]
    world.connector.lists(*deadlines(range(3)))
    run = world.sync()
    connection = world.connection()
    assert (run.outcome, run.error, run.new) == ("partial", "No.", 3)
    assert connection.health == "needs sign-in"  # so that somebody hears of it
    assert connection.next_due_at is not None
    world.connector.lists(*deadlines(range(10, 14)), stream="secret")
    assert (world.sync().outcome, world.connection().health) == ("ok", "ok")


def test_one_who_may_see_no_list_at_all_is_not_asked_again(world: World) -> None:
    world.connector.streams = ("secret", "things")
    for stream in world.connector.streams:
        world.connector.script[stream] = [errors.AuthFailed("No.", status=403)]
    run = world.sync()
    assert (run.outcome, sorted(run.streams)) == ("failed", ["secret", "things"])
    assert (world.connection().health, world.connection().next_due_at) == ("needs sign-in", None)


def test_a_sign_in_that_is_refused_decides_before_a_list_that_is(world: World) -> None:
    world.connector.streams = ("things", "secret", "other")
    world.connector.lists(*deadlines(range(3)))
    world.connector.script["secret"] = [errors.AuthFailed("Not this one.", status=403)]
    world.connector.script["other"] = [errors.AuthFailed("It has ended.", status=401)]
    assert world.sync().error == "It has ended."
    assert world.connection().next_due_at is None


@pytest.mark.promise("P2")
def test_a_source_that_says_nothing_changed_confirms_what_was_missing(world: World) -> None:
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    world.connector.lists(*deadlines(range(4)))
    world.sync()
    world.connector.script["things"] = [Unchanged()]
    run = world.sync()
    assert (run.outcome, run.removed) == ("ok", 1)
    assert world.live() == {"0", "1", "2", "3"}
    assert world.sync().removed == 0


@pytest.mark.promise("P2")
def test_a_list_that_the_platform_does_not_offer_is_no_failure_and_removes_nothing(
    world: World,
) -> None:
    world.connector.lists(*deadlines(range(3)))
    world.sync()
    world.connector.script["things"] = [NotOffered(why="The portal has no budgets.")]
    runs = [world.sync(), world.sync(), world.sync()]
    assert {(run.outcome, run.removed, run.error) for run in runs} == {("ok", 0, None)}
    assert world.live() == {"0", "1", "2"}
    assert runs[-1].streams["things"]["not_offered"] == "The portal has no budgets."
    assert runs[-1].streams["things"]["complete"] is False


@pytest.mark.promise("P3")
@pytest.mark.parametrize("stopped_by", [KeyboardInterrupt, SystemExit])
def test_a_sync_that_is_stopped_by_hand_lets_the_next_one_begin_at_once(
    world: World, stopped_by: type[BaseException]
) -> None:
    def stop() -> None:
        raise stopped_by

    first, second = deadlines(range(2))
    world.connector.script["things"] = [Page(records=(first,)), stop, Page(records=(second,))]
    with pytest.raises(stopped_by):
        world.syncer.run(world.connection_id, trigger="test")
    world.connector.lists(first, second)
    run = world.syncer.run(world.connection_id, trigger="test")
    assert run is not None, "the connection is still held by the one that was stopped"
    assert (run.outcome, run.new) == ("ok", 2)
    with world.database.read() as session:
        stopped = sources.runs(session, world.connection_id)[-1]
    assert (stopped.outcome, stopped.error) == (
        "interrupted", "It was stopped before it was done.",
    )  # fmt: skip

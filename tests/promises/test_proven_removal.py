"""P2: nothing is shown as removed unless two whole reads in a row did not list it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from app.services import held
from connectors.sdk import errors
from connectors.sdk.connector import Complete, Page, Unchanged
from connectors.sdk.manifest import Completeness
from connectors.sdk.records import AnyRecord, Certification, DueDate, Fund
from tests.support.scripted import Step, deadline, deadlines, unreadable
from tests.support.world import World

pytestmark = pytest.mark.promise("P2")

PAGES = [deadlines(range(start, start + 4)) for start in range(0, 20, 4)]
ALL = {str(number) for number in range(20)}
CUTS: dict[str, Callable[[], list[Step]]] = {
    "the list just ends": list,
    "a page is unreadable": lambda: [errors.FormatChanged("Not JSON.")],
    "the platform goes down": lambda: [errors.Unavailable("Down.")],
    "the sign-in ends": lambda: [errors.AuthFailed("No.")],
    "the platform wants a pause": lambda: [errors.Incomplete("Cut.")],
    "the connector has a bug": lambda: [ZeroDivisionError()],
    "a row nobody can name": lambda: [Page(quarantined=(unreadable(),)), Complete()],
}


def test_every_page_cut_at_every_k_removes_nothing(world: World) -> None:
    whole: list[Step] = [*(Page(records=page) for page in PAGES), Complete()]
    world.connector.script["things"] = whole
    world.sync()
    for cut, ending in CUTS.items():
        for k in range(len(PAGES)):
            world.connector.script["things"] = [*whole[:k], *ending()]
            for _ in range(3):
                run = world.sync()
                assert (run.removed, run.held) == (0, 0), (cut, k)
    assert world.live() == ALL
    world.connector.script["things"] = whole
    assert (world.sync().outcome, world.live()) == ("ok", ALL)


@pytest.mark.parametrize(
    ("left", "removed", "held"),
    [
        pytest.param(19, 1, 0, id="one"),
        pytest.param(16, 4, 0, id="a fifth"),
        pytest.param(14, 0, 6, id="30 percent"),
        pytest.param(0, 0, 20, id="everything"),
    ],
)
def test_a_list_that_shrinks_and_comes_back(
    world: World, left: int, removed: int, held: int
) -> None:
    world.connector.lists(*deadlines(range(20)))
    world.sync()
    world.connector.lists(*deadlines(range(left)))
    runs = [world.sync(), world.sync(), world.sync()]
    assert [(run.removed, run.held) for run in runs] == [(0, 0), (removed, held), (0, held)]
    assert len(world.live()) == 20 - removed

    world.connector.lists(*deadlines(range(20)))
    back = world.sync()
    assert (back.held, back.new, back.changed, world.live()) == (0, 0, 0, ALL)
    noise = [event.kind for event in world.history("19")]
    assert noise == (["new", "gone", "returned"] if removed else ["new"])
    assert world.stream_state().held == 0


@pytest.mark.parametrize("removed", [True, False], ids=["confirmed", "kept"])
def test_a_held_removal_is_a_persons_decision(world: World, removed: bool) -> None:
    world.connector.lists(*deadlines(range(10)))
    world.sync()
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    world.sync()
    assert world.stream_state().held == 5

    with world.database.write() as session:
        if removed:
            told = held.confirm_removals(
                session, world.connection_id, "things", now=world.clock(), actor_id=None
            )
            assert told == 5
        else:
            held.keep_held(session, world.connection_id, "things")

    assert world.stream_state().held == 0
    assert len(world.live()) == (5 if removed else 10)
    run = world.sync()
    assert (run.held, len(world.live())) == (0, 5 if removed else 10)
    assert world.sync().held == (0 if removed else 5)


def test_the_first_read_after_an_empty_one_brings_everything_back_without_noise(
    world: World,
) -> None:
    world.connector.lists(*deadlines(range(3)))
    world.sync()
    world.connector.lists()
    for _ in range(4):
        world.sync()
    world.connector.lists(*deadlines(range(3)))
    run = world.sync()
    assert (run.new, run.changed, run.unchanged) == (0, 0, 3)
    assert [event.kind for event in world.history("1")] == ["new"]


def test_what_was_listed_but_unreadable_in_between_is_not_missing_twice_in_a_row(
    world: World,
) -> None:
    world.connector.lists(*deadlines(range(10)))
    world.sync()
    without = [Page(records=deadlines(range(9)))]
    for step in (
        [*without, Complete()],
        [*without, Page(quarantined=(unreadable("9"),)), Complete()],
        [*without, Complete()],
    ):
        world.connector.script["things"] = step
        assert world.sync().removed == 0
    assert "9" in world.live()
    assert world.sync().removed == 1


def test_a_read_that_proves_nothing_stands_between_two_that_do(world: World) -> None:
    world.connector.lists(*deadlines(range(10)))
    world.sync()
    without = [Page(records=deadlines(range(9)))]
    for end in ([], [Page(quarantined=(unreadable(),))], []):
        world.connector.script["things"] = [*without, *end, Complete()]
        assert world.sync().removed == 0
    assert world.sync().removed == 1


def test_a_repeat_of_a_read_that_proved_nothing_proves_nothing(world: World) -> None:
    world.connector.lists(*deadlines(range(10)))
    world.sync()
    world.connector.lists(*deadlines(range(9)))
    world.sync()
    row = unreadable()  # it may be the one that is missing
    world.connector.script["things"] = [
        Page(records=deadlines(range(9)), quarantined=(row,)),
        Complete(),
    ]
    world.sync()
    world.connector.script["things"] = [Unchanged()]
    for _ in range(3):
        assert world.sync().removed == 0
    assert len(world.live()) == 10


def test_the_derived_deadline_of_an_unreadable_fund_stays(world: World) -> None:
    fund = Fund(
        external_id="f1",
        title="Co-op",
        currency="USD",
        remaining=Decimal(100),
        lapses=DueDate(on=date(2027, 2, 14)),
    )
    world.connector.lists(fund, deadline(1))
    world.sync()
    world.connector.script["things"] = [
        Page(records=(deadline(1),), quarantined=(unreadable("f1"),)),
        Complete(),
    ]
    for _ in range(3):
        assert world.sync().removed == 0
    assert "derived:fund:f1" in world.live()


@pytest.mark.parametrize("kind", [Fund, Certification])
def test_a_record_with_the_longest_id_keeps_no_stream_from_proving_absence(
    world: World, kind: type[Fund] | type[Certification]
) -> None:
    day = DueDate(on=date(2027, 2, 14))
    said: dict[str, Any] = {"currency": "USD", "lapses": day} if kind is Fund else {"expires": day}
    longest = kind(external_id="f" * 500, title="Long", **said)
    world.connector.lists(longest, *deadlines(range(10)))
    world.sync()
    assert len(world.live()) == 11

    world.connector.lists(longest, *deadlines(range(9)))
    world.sync()
    assert world.sync().removed == 1
    assert len(world.live()) == 10


class TestAWindow:
    """A stream that lists by dates proves absence inside the asked dates only."""

    JANUARY = (date(2027, 1, 1), date(2027, 1, 31))
    FEBRUARY = (date(2027, 2, 1), date(2027, 2, 28))

    @pytest.fixture(autouse=True)
    def _two_months(self, world: World) -> None:
        world.connector.completeness = Completeness.WINDOW
        self.february = deadline("f", due=DueDate(on=date(2027, 2, 10)))
        self.reads(world, (deadline("j"), self.february, deadline("undated", due=None)))

    def reads(
        self, world: World, records: tuple[AnyRecord, ...], window: tuple[date, date] | None = None
    ) -> int:
        world.connector.script["things"] = [
            Page(records=records),
            Complete(window=window or (self.JANUARY[0], self.FEBRUARY[1])),
        ]
        return world.sync().removed

    def test_what_lies_beyond_it_is_not_missing(self, world: World) -> None:
        for _ in range(3):
            assert self.reads(world, (deadline("j"),), self.JANUARY) == 0
        assert world.live() == {"j", "f", "undated"}

    def test_what_lies_inside_it_is(self, world: World) -> None:
        removed = [self.reads(world, (deadline("j"),)) for _ in range(2)]
        assert removed == [0, 1]
        assert world.live() == {"j", "undated"}

    def test_what_has_no_date_is_missing_only_where_the_read_lists_that_too(
        self, world: World
    ) -> None:
        listed = (deadline("j"), self.february)
        for _ in range(3):
            assert self.reads(world, listed) == 0
        assert "undated" in world.live()
        end = Complete(window=(self.JANUARY[0], self.FEBRUARY[1]), undated=True)
        world.connector.script["things"] = [Page(records=listed), end]
        assert [world.sync().removed for _ in range(2)] == [0, 1]
        assert world.live() == {"j", "f"}

    def test_a_repeat_proves_only_what_its_own_window_held(self, world: World) -> None:
        assert self.reads(world, (deadline("j"),)) == 0
        assert self.reads(world, (deadline("j"),), self.JANUARY) == 0
        world.connector.script["things"] = [Unchanged()]
        assert [world.sync().removed for _ in range(3)] == [0, 0, 0]
        assert "f" in world.live()


def test_a_stream_that_never_lists_everything_removes_nothing(world: World) -> None:
    world.connector.completeness = Completeness.UNKNOWN
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    for script in ([Complete()], [Complete()], [Unchanged()]):
        world.connector.script["things"] = [*script]
        assert (world.sync().removed, world.stream_state().held) == (0, 0)
    assert len(world.live()) == 5


def test_a_removal_that_is_held_for_years_is_counted_no_further(world: World) -> None:
    world.connector.lists(*deadlines(range(10)))
    world.sync()
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    items = SQLModel.metadata.tables["items"]
    with world.database.write() as session:
        session.execute(
            sa.update(items).where(items.c.missing_reads > 0).values(missing_reads=32_767)
        )
    assert world.sync().held == 5


def test_one_streams_removals_are_not_judged_by_anothers_list(world: World) -> None:
    world.connector.streams = ("things", "others")
    world.connector.lists(*deadlines(range(40)), stream="things")
    world.connector.lists(*deadlines(range(100, 104)), stream="others")
    world.sync()
    world.connector.lists(stream="others")
    world.sync()
    assert (world.sync().held, len(world.live())) == (4, 44)


def test_the_same_list_in_pages_that_overlap_and_shift_loses_nothing(world: World) -> None:
    """The list moves while it is read: what was there all the time must be live."""
    world.connector.lists(*deadlines(range(12)))
    world.sync()
    shifted = [Page(records=deadlines(ids)) for ids in (range(4), range(2, 8), range(6, 12))]
    world.connector.script["things"] = [*shifted, *shifted[1:], Complete()]
    run = world.sync()
    outcome = run.streams["things"]
    assert (outcome["duplicates"], run.unchanged, run.changed) == (16, 12, 0)
    assert len(world.live()) == 12


def test_held_counts_are_those_of_the_newest_whole_read(world: World) -> None:
    world.connector.lists(*deadlines(range(10)))
    world.sync()
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    world.sync()
    since = world.stream_state().held_since
    world.connector.lists(*deadlines(range(7)))
    world.sync()
    state = world.stream_state()
    assert (state.held, state.held_since) == (3, since)

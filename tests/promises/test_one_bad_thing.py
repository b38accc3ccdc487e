"""P9: one bad row, page, stream, connector or recipient stops nothing else."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.models import Health
from app.services import sources
from connectors.sdk import errors
from connectors.sdk.connector import Complete, Page, Quarantined
from connectors.sdk.records import Deadline, DueDate, DueInstant, Fact, Fund, Money
from tests.support.scripted import deadline, deadlines, unreadable
from tests.support.world import World

pytestmark = pytest.mark.promise("P9")


NOT_STORABLE: dict[str, Any] = {
    "more decimals than money has": {"amount": Money(amount=Decimal("0.00001"))},
    "more money than there is": {"amount": Money(amount=Decimal("1e30"))},
    "not a number": {"amount": Money(amount=Decimal("NaN"))},
    "a number where a text belongs": {"reference": 4419005},
    "a float where money belongs": {"amount": 12.5},
    "no date": {"due": DueDate(on="soon")},
    "a moment before all calendars": {"due": DueInstant(at=datetime(1, 1, 1, tzinfo=UTC))},
    "a moment after all calendars": {"due": DueInstant(at=datetime(9999, 12, 31, tzinfo=UTC))},
    "NUL in the title": {"title": "Re\0newal"},
    "NUL in a fact": {"facts": (Fact("Quote", "1\0"),)},
    "half of a surrogate pair": {"title": "Renewal \ud83d"},
    "no title": {"title": "  "},
    "a thing no JSON has": {"summary": object()},
}


def test_a_row_that_the_tables_cannot_hold_is_set_aside(world: World) -> None:
    odd = [deadline(name, **fields) for name, fields in NOT_STORABLE.items()]
    fund = Fund(external_id="a strange fund", title="Fund", remaining=Decimal("1.23456789"))
    world.connector.lists(*deadlines(range(10)), *odd, fund, *deadlines(range(10, 20)))
    run = world.sync()
    assert (run.outcome, run.new, run.quarantined) == ("ok", 20, len(odd) + 1)
    with world.database.read() as session:
        rows = sources.quarantine(session, world.connection_id)
    assert {row.external_id for row in rows} == {*NOT_STORABLE, "a strange fund"}
    assert all(row.reason.endswith((".", ").")) for row in rows)


def test_an_item_whose_next_version_cannot_be_held_stays_as_it_was(world: World) -> None:
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    world.connector.lists(*deadlines(range(4)), deadline(4, title="\0"))
    for _ in range(3):
        run = world.sync()
    assert (run.quarantined, run.removed) == (1, 0)
    assert world.items()["4"].title == "Deadline 4"


def test_a_row_without_a_usable_id_is_set_aside_and_may_be_any_of_the_missing(
    world: World,
) -> None:
    world.connector.lists(*deadlines(range(5)))
    world.sync()
    for bad in (None, "", " ", "x" * 501, "a\0b", "a\udc00", 7):
        nameless = Deadline(external_id=bad, title="Odd")
        world.connector.lists(*deadlines(range(4)), nameless)
        for _ in range(3):
            run = world.sync()
            assert (run.outcome, run.quarantined, run.removed) == ("ok", 1, 0)
    assert len(world.live()) == 5


def test_ids_of_any_script_and_length_up_to_the_limit_are_kept_apart(world: World) -> None:
    ids = [
        "é",
        "e\u0301",
        "試" * 500,
        "試" * 499,
        "💶" * 500,
        "'; DROP",
        "%",
        "\\",
        "a\nb",
        " a",
        "A",
    ]
    world.connector.lists(*(deadline(id_) for id_ in ids))
    assert world.sync().new == len(ids)
    assert world.sync().unchanged == len(ids)
    assert world.live() == set(ids)


def test_what_is_set_aside_may_hold_anything(world: World) -> None:
    rows = [
        Quarantined(
            reason="Odd \0.", raw='{"a": "\ud800\0"}', where="row \0", external_id="\ud800"
        ),
        Quarantined(reason="Big.", raw="x" * 2_000_000),
    ]
    world.connector.script["things"] = [
        Page(records=deadlines(range(5)), quarantined=tuple(rows)),
        Complete(),
    ]
    run = world.sync()
    assert (run.outcome, run.new, run.quarantined) == ("ok", 5, 2)
    with world.database.read() as session:
        assert len(sources.quarantine(session, world.connection_id)) == 2


def test_a_list_of_which_most_is_unreadable_has_changed_its_format(world: World) -> None:
    world.connector.lists(*deadlines(range(20)))
    world.sync()
    world.connector.script["things"] = [
        Page(
            records=deadlines(range(4)),
            quarantined=tuple(unreadable(str(number)) for number in range(4, 20)),
        ),
        Complete(),
    ]
    run = world.sync()
    assert (run.error_kind, world.connection().health) == ("FormatChanged", Health.BROKEN)
    assert len(world.live()) == 20


@pytest.mark.parametrize(
    "problem",
    [errors.FormatChanged("Odd."), errors.Incomplete("Cut."), KeyError("id"), RecursionError()],
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_stream_that_fails_leaves_the_others_whole(
    world: World, problem: Exception, position: int
) -> None:
    names = ("one", "two", "three")
    world.connector.streams = names
    for number, name in enumerate(names):
        world.connector.lists(*deadlines(range(number * 10, number * 10 + 5)), stream=name)
    failing = names[position]
    world.connector.script[failing] = [
        Page(records=deadlines(range(position * 10, position * 10 + 2))),
        problem,
    ]
    run = world.sync()
    assert (run.outcome, run.new) == ("partial", 12)
    assert {name: stream["complete"] for name, stream in run.streams.items()} == {
        name: name != failing for name in names
    }


@pytest.mark.parametrize(
    ("problem", "asked"),
    [
        pytest.param(errors.AuthFailed("No."), ["one"], id="every stream would be refused"),
        pytest.param(errors.Unavailable("Down."), ["one"], id="every stream would wait"),
        pytest.param(errors.FormatChanged("Odd."), ["one", "two"], id="the others may be well"),
    ],
)
def test_a_platform_that_refuses_the_first_stream_is_not_asked_for_every_other(
    world: World, problem: Exception, asked: list[str]
) -> None:
    world.connector.streams = ("one", "two")
    world.connector.script = {"one": [problem], "two": [Complete()]}
    assert list(world.sync().streams) == asked


def test_a_stream_that_one_role_may_not_read_stops_no_other(world: World) -> None:
    world.connector.streams = ("one", "two", "three")
    world.connector.script = {
        "one": [Page(records=deadlines(range(3))), Complete()],
        "two": [errors.AuthFailed("This role may not read it.", status=403)],
        "three": [Page(records=deadlines(range(10, 13))), Complete()],
    }
    run = world.sync()
    assert (run.outcome, run.new, run.error_kind) == ("partial", 6, "AuthFailed")


def test_a_fault_of_our_database_is_not_told_as_the_sources(world: World) -> None:
    world.connector.lists(*deadlines(range(3)))
    world.sync()

    def break_it() -> None:
        with world.database.write() as session:
            session.execute(sa.text("ALTER TABLE items RENAME TO elsewhere"))

    world.connector.script["things"] = [break_it, Page(records=deadlines(range(3))), Complete()]
    with pytest.raises(SQLAlchemyError):
        world.sync()

    with world.database.write() as session:
        session.execute(sa.text("ALTER TABLE elsewhere RENAME TO items"))
    assert (world.connection().health, world.connection().error) == (Health.OK, None)
    world.connector.lists(*deadlines(range(3)))
    assert (world.sync().outcome, len(world.live())) == ("ok", 3)

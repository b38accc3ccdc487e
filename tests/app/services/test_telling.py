"""From the history to the channels: who is told of what, each event once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.db import Database
from app.jobs.telling import Teller
from app.models import AppSetting, Channel, ChannelKind, User
from app.services import (
    acts,
    apart,
    channels,
    comments,
    deliveries,
    gathering,
    people,
    restoring,
    telling,
)
from connectors.sdk import errors
from connectors.sdk.records import DueDate, Money, Program
from tests.support.scripted import deadline, deadlines
from tests.support.told import Team
from tests.support.world import World

SAMPLE = {
    **{"token": "t", "user_id": 1, "read_at": None, "done": 0, "of": 0},
    **{"people": [], "weights": []},
    **dict.fromkeys(("began_at", "heard_at"), "2026-11-21T08:00:00+00:00"),
}
CENTS = Money(amount=Decimal("0.1"), currency="USD")
EARLIER, LATER = DueDate(on=date(2026, 12, 3)), DueDate(on=date(2027, 2, 3))


@pytest.fixture
def team(world: World, tmp_path: Path) -> Team:
    team = Team(world, tmp_path)
    team.lists(*deadlines(range(3)))
    return team


def test_the_owner_and_the_backup_hear_that_a_deadline_moved_earlier(team: Team) -> None:
    team.gives(1, to=team.lee)
    team.lists(deadline(0, due=EARLIER), deadline(1, due=EARLIER), deadline(2, due=LATER))

    assert team.heard(team.lee) == [("item.due_changed", "Deadline 1")]
    assert team.heard(team.rin) == []


def test_a_tool_is_told_of_everything_that_happens_with_both_values(team: Team) -> None:
    tool = team.channel()
    team.lists(deadline(0, due=EARLIER), *deadlines([1, 2, 3]))
    team.done(3, by=team.lee)

    assert team.types(tool) == ["item.new", "item.due_changed", "item.done"]
    data = team.ledger(tool)[1].body["data"]
    assert (data["old"], data["new"], data["due"]) == ("2027-01-15", "2026-12-03", "2026-12-03")
    assert data["url"].endswith(f"/items/{team.world.items()['0'].id}")
    assert team.ledger(tool)[2].body["data"]["actor"] == "Lee"


def test_nobody_is_told_of_a_sources_first_read_but_of_what_comes_later(
    team: Team, world: World
) -> None:
    tool = team.channel()
    with world.database.write() as session:
        session.get_one(Channel, tool).created_at -= timedelta(days=2)
    team.lists(*deadlines(range(5)))
    assert [one.body["data"]["title"] for one in team.ledger(tool)] == ["Deadline 3", "Deadline 4"]


def test_a_channel_tells_nothing_that_is_older_than_it(team: Team) -> None:
    team.world.connector.lists(*deadlines(range(9)))
    team.world.sync()
    team.world.clock.forward(minutes=1)
    tool = team.channel()
    team.tell()
    assert team.ledger(tool) == []


def test_the_same_line_is_told_once_whoever_reads_it_how_often(team: Team) -> None:
    tool, chat = team.channel(), team.channel(ChannelKind.CHAT)
    team.world.connector.lists(deadline(0, due=EARLIER), *deadlines([1, 2]))
    team.world.sync()
    with team.database.read() as session:
        found = telling.look(session, clock=team.world.wall_clock(), mail=True)
    assert found is not None
    assert team.tell()

    with team.database.write(counts=False) as session:  # it read the same and was slower
        assert not telling.tell(session, found, home="", now=team.world.clock())
    again = telling.Round(mark=found.position, position=found.position, told=found.told)
    with team.database.write(counts=False) as session:  # Postgres: a line is read a second time
        assert telling.tell(session, again, home="", now=team.world.clock())

    assert len(team.ledger(tool)) == 1
    (gathered,) = team.ledger(chat)
    assert len(gathered.body["events"]) == 1


def test_many_tellers_at_once_write_each_message_once(team: Team) -> None:
    tool = team.channel()
    team.world.connector.lists(*deadlines(range(20)))
    team.world.sync()
    tellers = [team.teller() for _ in range(4)]
    together = threading.Barrier(len(tellers))

    def work(teller: Teller) -> None:
        together.wait()
        teller.tell()

    threads = [threading.Thread(target=work, args=(teller,)) for teller in tellers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(team.ledger(tool)) == 17


def test_a_message_to_people_gathers_ten_minutes_from_its_first_event(team: Team) -> None:
    chat = team.channel(ChannelKind.CHAT, wants=["item.done"])
    team.done(0, by=team.rin)
    first = team.world.clock()
    team.world.clock.forward(minutes=4)
    team.done(1, by=team.rin)

    (one,) = team.ledger(chat)
    assert [each["title"] for each in one.body["events"]] == ["Deadline 0", "Deadline 1"]
    assert one.next_attempt_at == first + gathering.GATHERED_FOR

    with team.database.write(counts=False) as session:
        taken = deliveries.take(session, ["chat"], owner="x", now=one.next_attempt_at)
        assert taken is not None
    team.done(2, by=team.rin)
    assert [len(each.body["events"]) for each in team.ledger(chat)] == [2, 1]


def test_a_message_keeps_what_cannot_wait_and_counts_what_it_does_not_show(team: Team) -> None:
    chat = team.channel(ChannelKind.CHAT, wants=["item.new", "item.due_changed"])
    team.lists(deadline(0, due=EARLIER), *deadlines(range(1, 103)))

    (one,) = team.ledger(chat)
    assert len(one.body["events"]) == gathering.KEPT
    assert one.body["events"][0]["kind"] == "item.due_changed"
    assert len(one.body["ids"]) == 101


def test_a_tool_gets_so_many_events_one_by_one_and_of_the_rest_their_number(team: Team) -> None:
    tool = team.channel()
    team.world.connector.lists(*deadlines(range(11)))
    team.world.sync()
    clock = team.world.wall_clock()
    with team.database.read() as session:
        found = telling.look(session, clock=clock, mail=True, most=5)
    assert found is not None
    with team.database.write(counts=False) as session:
        telling.tell(session, found, home="", now=clock.now, most=3)
    assert team.types(tool) == ["item.new"] * 3 + ["inbox.many"]
    assert team.ledger(tool)[-1].body["data"]["new"] == "5"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("vendor=Cisco", {"item.new", "item.done"}),
        ("vendor=Cisco&tab=overdue", set()),
        ("program=Gold&vendor=Cisco", {"item.new", "item.done", "program.eligibility_lost"}),
        ("vendor=HP", {"item.new"}),
        ("q=Webex", {"item.new", "item.done"}),
        ("source=999", set()),
        ("outcome=saved-2026-Q4&tab=overdue", {"item.done"}),  # an outcome knows no tab
    ],
)
def test_a_teams_channel_tells_of_its_view(team: Team, query: str, told: set[str]) -> None:
    program = Program(external_id="p", title="Gold", vendor="Cisco", eligible=True)
    team.lists(*deadlines(range(3)), program)
    tool = team.channel(query=query)
    cisco = deadline("w", title="Webex renewal", vendor="Cisco", program="Gold")
    hp = deadline("h", vendor="HP")
    lost = Program(external_id="p", title="Gold", vendor="Cisco", eligible=False)
    team.lists(*deadlines(range(3)), lost, cisco, hp)
    done = [item.id or 0 for key, item in team.world.items().items() if key == "w"]
    with team.database.write() as session:
        acts.done(session, done, user_id=team.rin, clock=team.world.wall_clock())
    team.tell()
    wanted = told | ({"program.eligibility_lost"} if query == "vendor=Cisco" else set())
    assert set(team.types(tool)) == wanted


def test_who_has_anything_open_of_a_program_and_every_admin_hear_that_it_was_lost(
    team: Team,
) -> None:
    nobody = team.person("kim")
    gold = {"vendor": "Cisco", "program": "Gold"}
    things = (deadline(1, **gold), deadline(2))
    team.lists(*things, Program(external_id="p", title="Gold", vendor="Cisco", eligible=True))
    team.gives(1, to=team.lee)
    team.lists(*things, Program(external_id="p", title="Gold", vendor="Cisco", eligible=False))

    lost = [("program.eligibility_lost", "Gold")]
    assert [team.heard(one) for one in (team.lee, team.rin, nobody)] == [lost, lost, []]


def test_admins_hear_of_a_source_that_goes_down_and_up(team: Team) -> None:
    team.world.connector.script["things"] = [errors.AuthFailed("No.")]
    team.world.sync()
    team.lists(*deadlines(range(3)))
    assert team.heard(team.rin) == [
        ("source.needs_sign_in", "Scripted"),
        ("source.recovered", "Scripted"),
    ]
    assert team.heard(team.lee) == []


@pytest.mark.parametrize("gone", ["may not sign in", "wants none"])
def test_a_person_who_is_gone_or_wants_none_is_told_nothing(team: Team, gone: str) -> None:
    team.gives(1, to=team.lee)
    chat = team.channel(ChannelKind.CHAT, user_id=team.lee)
    with team.database.write() as session:
        if gone == "wants none":
            session.get_one(User, team.lee).notices_on = False
        else:
            people.set_active(session, team.lee, active=False)
    team.lists(deadline(1, due=EARLIER), *deadlines([0, 2]))
    assert team.heard(team.lee) == []
    assert len(team.ledger(chat)) == (1 if gone == "wants none" else 0)


def test_who_left_owns_nothing_that_a_tool_is_told_of(team: Team) -> None:
    team.gives(1, to=team.lee)
    tool = team.channel()
    team.lists(deadline(1, due=EARLIER), *deadlines([0, 2]))
    with team.database.write() as session:
        people.set_active(session, team.lee, active=False)
    team.lists(deadline(1, due=EARLIER, title="Another"), *deadlines([0, 2]))
    assert [one.body["data"]["owner"] for one in team.ledger(tool)] == ["Lee", None]


def test_nobody_is_told_of_what_they_did_themselves(team: Team) -> None:
    team.gives(1, to=team.lee)
    chat = team.channel(ChannelKind.CHAT, user_id=team.lee, wants=["item.done", "item.commented"])
    clock = team.world.wall_clock()
    item = team.world.items()["1"].id or 0
    with team.database.write() as session:
        comments.add(session, item, "Mine", user_id=team.lee, clock=clock)
        comments.add(session, item, "Yours", user_id=team.rin, clock=clock)
    team.tell()
    (one,) = team.ledger(chat)
    assert [each["note"] for each in one.body["events"]] == ["Yours"]


def test_a_stopped_channel_is_told_nothing_and_goes_on_from_where_it_is_started(
    team: Team,
) -> None:
    tool = team.channel()
    team.done(0, by=team.rin)
    with team.database.write() as session:
        channels.stop(session, session.get_one(Channel, tool), now=team.world.clock())
    team.done(1, by=team.rin)
    with team.database.write() as session:
        hall = session.get_one(Channel, tool)
        channels.start(session, hall, user_id=team.rin, now=team.world.clock())
    team.done(2, by=team.rin)
    states = [(one.body["data"]["title"], one.state) for one in team.ledger(tool)]
    assert states == [("Deadline 0", "dropped"), ("Deadline 2", "waiting")]


@pytest.mark.promise("P10")
def test_a_backup_that_is_put_back_tells_nothing_of_before(team: Team) -> None:
    tool, chat = team.channel(), team.channel(ChannelKind.CHAT, wants=["item.done"])
    team.done(0, by=team.rin)
    team.world.clock.forward(hours=1)
    ids = [team.world.items()["1"].id or 0]
    with team.database.write() as session:
        acts.done(session, ids, user_id=team.rin, clock=team.world.wall_clock())
        restoring.mark(session, now=team.world.clock())
    with team.database.write() as session:
        assert restoring.settle(session, now=team.world.clock())
    team.tell()
    assert [one.state for one in (*team.ledger(tool), *team.ledger(chat))] == ["dropped"] * 2

    team.done(2, by=team.rin)
    assert [one.body["data"]["title"] for one in team.ledger(tool)] == ["Deadline 0", "Deadline 2"]


def test_the_sample_company_is_told_to_nobody(team: Team) -> None:
    tool = team.channel()
    with team.database.write() as session:
        session.add(AppSetting(name=apart.MARK, value=SAMPLE))
    team.done(0, by=team.lee)
    assert team.ledger(tool) == []


def test_a_quiet_tick_writes_nothing(team: Team) -> None:
    assert not team.tell()


def test_telling_many_people_asks_no_more_than_telling_one(team: Team) -> None:
    def statements() -> int:
        team.world.connector.lists(
            deadline(0, due=DueDate(on=date(2026, 12, 24) - timedelta(days=next(days)))),
            *deadlines([1, 2]),
        )
        team.world.sync()
        with counted(team.database) as asked, team.database.read() as session:
            telling.look(session, clock=team.world.wall_clock(), mail=True)
        team.tell()
        return len(asked)

    days = iter(range(9))
    few = statements()
    for number in range(20):
        team.person(f"p{number}")
    assert statements() == few


def test_what_is_at_stake_is_told_exactly(team: Team) -> None:
    tool = team.channel()
    team.lists(
        *deadlines(range(3)), deadline(9, amount=Money(amount=Decimal("0.1"), currency="USD"))
    )
    assert team.ledger(tool)[0].body["data"]["amount"] == {"value": "0.10", "currency": "USD"}


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)

"""Webhooks: each call is made until it is taken, once, whoever makes it and whatever breaks."""

import json
import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from app.core.notices import EventKind
from app.db import Database
from app.jobs.calling import FAILING_AT_ONCE, Caller
from app.jobs.telling import Teller
from app.secrets import Vault
from app.services import calling, channel_health, channels, resealing, restoring, webhooks
from connectors.sdk.records import DueDate
from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, reply
from tests.support.hooks import KEY, Hooks
from tests.support.processes import Place, call_webhooks, exit_code
from tests.support.scripted import deadline
from tests.support.world import Clock, World

DAY = timedelta(days=1)
DOCS = Path(__file__).parents[3] / "docs" / "outputs"


@pytest.fixture
def receiver() -> Iterator[RawServer]:
    with RawServer() as server:
        server.plan(reply(status=204))
        yield server


@pytest.fixture
def hooks(database: Database, clock: Clock, tmp_path: Path) -> Hooks:
    return Hooks(database, clock, tmp_path)


def ids(asked: list[Asked]) -> list[str]:
    return [one.headers["webhook-id"] for one in asked]


def test_each_event_is_told_once_signed_by_the_webhooks_own_secret(
    hooks: Hooks, receiver: RawServer
) -> None:
    one, two = hooks.add(receiver.url("/one")), hooks.add(receiver.url("/two"))
    for channel in (one, two):
        hooks.put(channel, 3)

    hooks.call()
    hooks.call()

    assert hooks.states() == ["sent"] * 6
    assert len(set(ids(receiver.asked))) == 6
    for asked in receiver.asked:
        headers = dict(asked.headers)
        secret = hooks.secret(one if asked.target == "/one" else two)
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        signed = Webhook(secret).sign(headers["webhook-id"], at, asked.body.decode())
        assert headers["webhook-signature"] == signed
        assert asked.json()["data"]["title"].startswith("Event ")
    with hooks.database.read() as session:
        assert calling.turns(session, now=hooks.clock()) == []


def test_what_a_source_changes_arrives_as_the_documentation_says(
    world: World, hooks: Hooks, receiver: RawServer
) -> None:
    soon = world.clock().date() + timedelta(days=30)
    world.connector.lists(deadline(1, due=DueDate(on=soon)))
    world.sync()
    hooks.add(receiver.url("/in"))
    world.connector.lists(deadline(1, due=DueDate(on=soon - timedelta(days=9))))
    world.sync()

    settings, caller = world.syncer.settings, Caller(hooks.sender())
    Teller(
        database=hooks.database, settings=settings, now=world.clock, then=caller.call_webhooks
    ).tell()
    caller.settled()
    caller.stop()

    told = [one.json() for one in receiver.asked]
    (moved,) = [one for one in told if one["type"] == EventKind.ITEM_DUE_CHANGED]
    assert (moved["data"]["old"], moved["data"]["new"]) == (
        soon.isoformat(),
        (soon - timedelta(days=9)).isoformat(),
    )
    assert moved["data"]["url"].startswith(f"{settings.public_url}/items/")
    documented = re.findall(r"^\| `(\w+)` \|", (DOCS / "events.md").read_text(), re.MULTILINE)
    example = re.search(r"```json\n(.*?)```", (DOCS / "webhooks.md").read_text(), re.DOTALL)
    assert example
    assert sorted(moved["data"]) == sorted(documented)
    assert sorted(json.loads(example[1])["data"]) == sorted(documented)


def test_what_is_not_taken_is_tried_ten_times_under_one_id_and_then_given_up(
    hooks: Hooks, receiver: RawServer, clock: Clock
) -> None:
    receiver.plan(reply("down", status=500))
    channel = hooks.add(receiver.url("/in"))
    hooks.put(channel)
    waits = []
    for _attempt in range(9):
        hooks.call()
        hooks.call()  # before its time nobody tries
        waits.append(hooks.waits())
        clock.time += waits[-1]
    hooks.call()

    (call,) = hooks.log()
    assert (call.state, call.attempts, call.status, call.answer) == ("failed", 10, 500, "down")
    assert call.error == f"127.0.0.1:{receiver.port} answered 500."
    assert len(receiver.asked) == 10
    assert len(set(ids(receiver.asked))) == 1
    assert len({one.headers["webhook-timestamp"] for one in receiver.asked}) == 10
    assert len({one.body for one in receiver.asked}) == 1
    hours = [round(wait / timedelta(hours=1), 1) for wait in waits]
    assert hours == sorted(hours)
    assert 3 * DAY < sum(waits, timedelta()) < 4 * DAY
    assert hooks.channel(channel).stopped_at is None


def test_who_asks_for_time_is_left_alone_for_so_long(hooks: Hooks, receiver: RawServer) -> None:
    receiver.plan(reply(status=429, headers=[("Retry-After", "3600")]))
    hooks.put(hooks.add(receiver.url("/in")))

    hooks.call()

    assert hooks.waits() == timedelta(hours=1)


def test_who_is_gone_is_called_no_more(hooks: Hooks, receiver: RawServer) -> None:
    receiver.plan(reply(status=410))
    channel = hooks.add(receiver.url("/in"))
    hooks.put(channel, 3)

    hooks.call()

    assert len(receiver.asked) == 1
    assert hooks.states() == ["failed", "dropped", "dropped"]
    assert "gone for good" in (hooks.channel(channel).stopped_because or "")


def test_who_takes_nothing_for_five_days_is_stopped_and_says_why(
    hooks: Hooks, receiver: RawServer, clock: Clock
) -> None:
    receiver.plan(reply(status=500))
    channel = hooks.add(receiver.url("/in"))
    for day in range(6):
        hooks.put(channel, after=day)
        hooks.call()
        assert (hooks.channel(channel).stopped_at is None) == (day < 5)
        clock.forward(days=1)

    stopped = hooks.channel(channel)
    assert "took nothing for 5 days" in (stopped.stopped_because or "")
    assert "waiting" not in hooks.states()


def test_one_that_is_taken_ends_the_count_of_days(
    hooks: Hooks, receiver: RawServer, clock: Clock
) -> None:
    receiver.plan(reply(status=500), reply(status=200), reply(status=500))
    channel = hooks.add(receiver.url("/in"))
    hooks.put(channel)
    hooks.call()
    clock.forward(days=4)
    hooks.call()
    assert hooks.channel(channel).failing_since is None
    hooks.put(channel, after=1)
    hooks.call()
    clock.forward(days=2)
    hooks.call()

    assert hooks.channel(channel).stopped_at is None


@pytest.mark.promise("P9")
def test_however_many_hang_the_others_are_called(hooks: Hooks, clock: Clock) -> None:
    go_on, arrived = threading.Event(), threading.Barrier(FAILING_AT_ONCE + 1)

    def hang(_asked: Asked) -> Raw:
        arrived.wait()
        go_on.wait()
        return reply(status=200)

    with ExitStack() as servers:
        hanging = servers.enter_context(RawServer())
        hanging.plan(hang)
        good = servers.enter_context(RawServer())
        good.plan(reply(status=200))
        for number in range(FAILING_AT_ONCE + 3):
            failing = hooks.add(hanging.url(f"/{number}"), failing_since=clock())
            hooks.put(failing, 2)
        hooks.put(hooks.add(good.url("/in")), 5)
        caller = Caller(hooks.sender())
        caller.call_webhooks()
        arrived.wait()  # all that may hang do
        while len(good.asked) < 5:
            caller.call_webhooks()
        assert len(hanging.asked) == FAILING_AT_ONCE
        go_on.set()
        arrived.abort()
        caller.stop()


@pytest.mark.promise("P4")
def test_two_processes_make_each_call_once(hooks: Hooks, receiver: RawServer) -> None:
    for number in range(4):
        hooks.put(hooks.add(receiver.url(f"/{number}")), 10)
    callers = [Caller(hooks.sender()) for _ in range(2)]
    for caller in callers:
        caller.call_webhooks()
    for caller in callers:
        caller.settled()
        caller.stop()

    assert hooks.states() == ["sent"] * 40
    assert set(Counter(ids(receiver.asked)).values()) == {1}


@pytest.mark.parametrize(("point", "calls"), [("webhook claimed", 1), ("webhook sent", 2)])
def test_who_dies_around_a_call_leaves_it_to_the_next_under_its_id(
    hooks: Hooks, receiver: RawServer, database_url: str, point: str, calls: int
) -> None:
    clock = hooks.clock
    hooks.put(hooks.add(receiver.url("/in")))
    place = Place(
        url=database_url,
        folder=hooks.folder,
        now=clock(),
        crash_at=point,
        private_hosts=("127.0.0.1",),
    )
    assert exit_code(call_webhooks, place) == -signal.SIGKILL

    hooks.call()
    before = hooks.states()
    clock.time += calling.LEASE
    hooks.call()

    assert (before, hooks.states()) == (["sending"], ["sent"])
    assert len(receiver.asked) == calls
    assert len(set(ids(receiver.asked))) == 1


def test_who_wakes_up_after_its_lease_writes_nothing(
    hooks: Hooks, receiver: RawServer, clock: Clock
) -> None:
    """It was stopped between the answer and the ledger; somebody else made the call meanwhile."""
    channel = hooks.add(receiver.url("/in"))
    hooks.put(channel)

    def meanwhile(_asked: Asked) -> Raw:
        receiver.plan(reply(status=200))
        clock.time += calling.LEASE
        hooks.call()
        return reply(status=500)

    receiver.plan(meanwhile)
    hooks.call()

    (call,) = hooks.log()
    assert (call.state, call.status, call.attempts) == ("sent", 200, 2)
    assert hooks.channel(channel).failing_since is None


def test_a_process_that_is_asked_to_stop_begins_no_other_call(
    hooks: Hooks, receiver: RawServer
) -> None:
    hooks.put(hooks.add(receiver.url("/in")), 5)
    stopping = threading.Event()

    def last(_asked: Asked) -> Raw:
        stopping.set()
        return reply(status=200)

    receiver.plan(last)
    caller = Caller(hooks.sender(), stopping)
    caller.call_webhooks()
    caller.stop()

    assert Counter(hooks.states()) == {"sent": 1, "waiting": 4}


def test_after_a_backup_was_put_back_nothing_is_called_of_before(
    hooks: Hooks, receiver: RawServer
) -> None:
    channel = hooks.add(receiver.url("/in"))
    hooks.put(channel, 2)
    with hooks.database.write() as session:
        restoring.mark(session, now=hooks.clock())
    with hooks.database.write() as session:
        assert restoring.settle(session, now=hooks.clock())

    hooks.call()

    assert (hooks.states(), receiver.asked) == (["dropped", "dropped"], [])
    assert {one.error for one in hooks.log()} == {restoring.MAYBE_SENT}
    hooks.put(channel, after=2)
    hooks.call()
    assert hooks.states()[2:] == ["sent"]


def test_what_takes_nothing_is_named_with_its_reason(hooks: Hooks, receiver: RawServer) -> None:
    receiver.plan(reply(status=500))
    stopped = hooks.add(receiver.url("/in"), "By hand")
    hooks.put(hooks.add(receiver.url("/in"), "Desk"))
    with hooks.database.write() as session:
        channels.stop(session, webhooks.get(session, stopped), now=hooks.clock())
    hooks.call()

    with hooks.database.read() as session:
        said = [(one.name, wrong) for one, wrong in channel_health.troubled(session)]
    assert said == [("Desk", f"127.0.0.1:{receiver.port} answered 500.")]


def test_one_that_is_removed_while_it_is_called_leaves_nothing(
    hooks: Hooks, receiver: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    channel = hooks.add(receiver.url("/in"))
    hooks.put(channel, 2)

    def meanwhile(_asked: Asked) -> Raw:
        with hooks.database.write() as session:
            channels.remove(session, webhooks.get(session, channel))
        return reply(status=500)

    receiver.plan(meanwhile)
    hooks.call()

    assert hooks.log() == []
    assert "Traceback" not in caplog.text


def test_with_another_key_nothing_is_called_and_nothing_lost(
    hooks: Hooks, receiver: RawServer
) -> None:
    hooks.put(hooks.add(receiver.url("/in")))
    other = Hooks(hooks.database, hooks.clock, hooks.folder, Vault(["a key that is another one"]))

    other.call()
    assert (hooks.states(), receiver.asked) == (["waiting"], [])
    hooks.call()
    assert hooks.states() == ["sent"]


def test_a_new_key_seals_addresses_and_secrets_anew(hooks: Hooks, receiver: RawServer) -> None:
    channel = hooks.add(receiver.url("/in"))
    secret = hooks.secret(channel)
    new = "the key that comes after it"
    with hooks.database.write() as session:
        resealing.reseal(session, Vault([new, KEY]))

    hooks.vault = Vault([new])
    assert hooks.secret(channel) == secret
    hooks.put(channel)
    hooks.call()
    assert hooks.states() == ["sent"]


@pytest.mark.parametrize("letter", ["x", "ü", "\N{PILE OF POO}", '"'])
def test_a_message_stays_small_and_of_its_longest_value_the_end_is_left_out(letter: str) -> None:
    long = {"title": letter * 20_000, "note": letter * 20_000, "old": "2026-12-01", "id": 12}
    body = {"type": "item.commented", "timestamp": "2026-11-22T08:00:00Z", "data": long}

    sent = calling.wire(body)

    told = json.loads(sent)
    assert len(sent) < calling.MOST_BYTES
    assert told["data"]["title"].endswith(f"{letter}…")
    assert (told["data"]["old"], told["data"]["id"]) == ("2026-12-01", 12)
    assert calling.wire({"data": dict(reversed(long.items())), **body}) == sent


def test_nothing_that_opens_an_address_lies_in_the_tables(hooks: Hooks) -> None:
    channel = hooks.add("https://hooks.example.com/ab13KanarieHookPathXyz13?key=KanarieKeyXyz13")
    with hooks.database.write() as session:
        webhooks.rotate(session, hooks.vault, channel, now=hooks.clock())

    stored = repr(vars(hooks.channel(channel)))
    assert "Kanarie" not in stored
    assert "whsec_" not in stored
    assert hooks.secret(channel)[6:] not in stored

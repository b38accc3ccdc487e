"""P4: whoever sends, and whatever breaks, nobody is told the same thing twice."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

from app.config import Settings
from app.jobs.noticing import Messenger
from app.jobs.telling import Teller
from app.models import Channel, ChannelKind, Delivery, DeliveryState, User
from app.services import accounts, acts, channels, gathering, people
from app.services.deliveries import LEASE, MOST_ATTEMPTS, STOPPED_AFTER
from connectors.sdk import errors
from connectors.sdk.records import DueDate
from tests.connectors.sdk.raw_server import RawServer, reply
from tests.support.mail_server import MailServer
from tests.support.processes import Place, exit_code, send_mail
from tests.support.scripted import deadline, deadlines
from tests.support.world import World

pytestmark = pytest.mark.promise("P4")

DUE = date(2027, 1, 15)
SOONER = DueDate(on=date(2026, 12, 3))


class Desk:
    """A company whose people have things that move, and any number of processes that tell them."""

    def __init__(self, world: World, server: MailServer, folder: Path) -> None:
        self.world, self.server, self.folder = world, server, folder
        self.database, self.clock = world.database, world.clock
        world.connector.lists(*deadlines(range(3)))
        world.sync()

    def staff(self, number: int, **changes: object) -> list[str]:
        """So many people without a digest; their addresses."""
        addresses = [f"p{index}@partner.example" for index in range(number)]
        with self.database.write() as session:
            for address in addresses:
                user = accounts.add_user(session, email=address, name="Rin", now=self.clock())
                user.digest_on = False
                for name, value in changes.items():
                    setattr(user, name, value)
        self.look()
        return addresses

    def owner(self) -> str:
        """Somebody who owns everything."""
        (address,) = self.staff(1)
        ids = [item.id or 0 for item in self.world.items().values()]
        with self.database.write() as session:
            user = accounts.user_by_email(session, address)
            assert user is not None
            acts.assign(session, ids, user.id, user_id=user.id, clock=self.world.wall_clock())
        self.look()
        return address

    def settings(self) -> Settings:
        return Settings(
            data_dir=self.folder,
            smtp_url=SecretStr(self.server.url),
            allowed_private_hosts=("127.0.0.1",),
        )

    def look(self) -> None:
        """Write down what is to be told."""
        Teller(database=self.database, settings=self.settings(), now=self.clock).tell()

    def messenger(self, owner: str = "one") -> Messenger:
        return Messenger(
            database=self.database,
            settings=self.settings(),
            vault=self.world.syncer.vault,
            owner=owner,
            now=self.clock,
        )

    def tick(self, **later: float) -> None:
        """What every process does at each tick, after so much time."""
        self.clock.forward(**later)
        self.look()
        self.messenger().send_notices()
        self.messenger().send_chats()

    def moves(self, *numbers: int, due: DueDate = SOONER) -> None:
        """These deadlines are due then, the others as they were."""
        rest = set(range(3)) - set(numbers)
        moved = [deadline(number, due=due) for number in numbers]
        self.world.connector.lists(*moved, *deadlines(sorted(rest)))
        self.world.sync()

    def fails(self, problem: Exception) -> None:
        self.world.connector.script["things"] = [problem]
        self.world.sync()

    def ledger(self) -> Sequence[Delivery]:
        with self.database.read() as session:
            return session.exec(select(Delivery).order_by(Delivery.id)).all()

    def states(self) -> Counter[str]:
        return Counter(one.state for one in self.ledger())

    def subjects(self, to: str) -> list[str]:
        return [str(one.mail["Subject"]) for one in self.server.messages if one.to == to]

    def chat(self, port: int) -> int:
        """A chat of the team's that is told what is done."""
        with self.database.write() as session:
            made = channels.add(
                session,
                kind=ChannelKind.CHAT,
                name="Hall",
                address=f"json://127.0.0.1:{port}/in/Kanarie4711Chat",
                vault=self.world.syncer.vault,
                now=self.clock(),
                created_by_id=session.exec(select(User.id)).first() or 0,
                wants=["item.done"],
            )
        assert made.id is not None
        return made.id

    def does(self, number: int) -> None:
        with self.database.write() as session:
            user_id = session.exec(select(User.id)).first() or 0
            ids = [self.world.items()[str(number)].id or 0]
            acts.done(session, ids, user_id=user_id, clock=self.world.wall_clock())


@pytest.fixture
def desk(world: World, mail_server: MailServer, tmp_path: Path) -> Desk:
    return Desk(world, mail_server, tmp_path)


@pytest.fixture
def receiver() -> Iterator[RawServer]:
    with RawServer() as server:
        server.plan(reply())
        yield server


def plain(server: MailServer) -> tuple[Any, str]:
    """The last mail, and its text part."""
    mail = server.messages[-1].mail
    body = mail.get_body(("plain",))
    assert body is not None
    return mail, str(body.get_content())


def test_what_moved_is_told_in_one_mail_ten_minutes_after_the_first_of_it(desk: Desk) -> None:
    rin = desk.owner()
    desk.moves(1)
    desk.tick()
    desk.moves(1, 2)  # an hour later, before anybody looked again
    desk.clock.forward(hours=-1)
    desk.tick(minutes=9)
    assert desk.server.messages == []
    desk.tick(minutes=1)
    desk.tick(minutes=30)

    assert desk.subjects(rin) == ["Deadline 1 now due 3 Dec, was 15 Jan 2027 – and 1 more"]
    mail, text = plain(desk.server)
    html = mail.get_body(("html",))
    for told in (text, html.get_content()):
        for fact in ("Deadline 1", "Deadline 2", "3 Dec", "15 Jan 2027", "Rin"):
            assert fact in told
        assert f"/items/{desk.world.items()['1'].id}" in told
        assert "/settings/notices" in told
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "notices" in mail["List-Id"]
    assert "/unsubscribe/notices/" in mail["List-Unsubscribe"]


def test_a_date_that_moved_back_before_the_mail_left_is_no_news(desk: Desk) -> None:
    desk.owner()
    desk.moves(1)
    desk.look()
    desk.moves()
    desk.tick(minutes=30)
    desk.tick(minutes=30)
    assert desk.server.messages == []
    assert desk.states() == {DeliveryState.DROPPED: 1}


def test_a_source_that_goes_down_and_up_is_told_once_each_to_every_admin(desk: Desk) -> None:
    rin, lee = desk.staff(2, is_admin=True)
    for _ in range(6):
        desk.fails(errors.Unavailable("Down."))
        desk.tick()
    desk.world.connector.lists(*deadlines(range(3)))
    for _ in range(3):
        desk.world.sync()
        desk.tick()
    told = ["Scripted cannot be read", "Scripted is well again"]
    assert [desk.subjects(one) for one in (rin, lee)] == [told, told]


def test_a_source_that_is_well_again_before_anybody_heard_is_no_news(desk: Desk) -> None:
    desk.staff(1, is_admin=True)
    desk.fails(errors.AuthFailed("No."))
    desk.moves()
    for _ in range(3):
        desk.tick(minutes=30)
    assert desk.server.messages == []


def test_a_pause_that_a_platform_asks_for_is_no_news(desk: Desk) -> None:
    desk.staff(1, is_admin=True)
    desk.fails(errors.AuthFailed("No."))
    desk.tick()
    desk.tick(minutes=10)
    desk.fails(errors.RateLimited("Later.", until=desk.clock() + timedelta(hours=1)))
    desk.tick(minutes=10)
    assert len(desk.server.messages) == 1
    assert desk.world.connection().health == "needs sign-in"


def test_one_admin_who_cannot_be_reached_is_no_reason_to_tell_another_twice(desk: Desk) -> None:
    first, gone, full = desk.staff(3, is_admin=True)
    desk.server.replies = {gone: "550 no such user", full: "452 mailbox full"}
    desk.fails(errors.AuthFailed("No."))
    for _ in range(4):
        desk.tick(hours=1)
    assert desk.server.count() == {first: 1}
    desk.server.replies = {}
    for _ in range(4):
        desk.tick(hours=1)
    assert desk.server.count() == {first: 1, full: 1}
    assert desk.states() == {DeliveryState.SENT: 2, DeliveryState.FAILED: 1}


def test_many_processes_at_once_send_one_mail_to_each(desk: Desk) -> None:
    everyone = desk.staff(10, is_admin=True)
    desk.fails(errors.AuthFailed("No."))
    desk.look()
    desk.clock.forward(minutes=10)
    together = threading.Barrier(4)

    def work(name: str) -> None:
        together.wait()
        desk.messenger(name).send_notices()

    threads = [threading.Thread(target=work, args=(f"process {one}",)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.server.count() == dict.fromkeys(everyone, 1)


@pytest.mark.parametrize(
    ("point", "mails", "state"),
    [
        ("told", 1, DeliveryState.SENT),
        ("notice taken", 1, DeliveryState.SENT),
        ("notice sending", 0, DeliveryState.UNKNOWN),
        ("notice sent", 1, DeliveryState.UNKNOWN),
    ],
)
def test_a_process_killed_around_the_sending(
    desk: Desk, database_url: str, point: str, mails: int, state: DeliveryState
) -> None:
    (rin,) = desk.staff(1, is_admin=True)
    desk.fails(errors.AuthFailed("No."))
    if point != "told":
        desk.look()
    desk.clock.forward(seconds=gathering.GATHERED_FOR.total_seconds())
    place = Place(
        url=database_url,
        folder=desk.folder,
        now=desk.clock(),
        crash_at=point,
        smtp_url=desk.server.url,
    )
    assert exit_code(send_mail, place) == -signal.SIGKILL

    for _ in range(3):
        desk.tick(seconds=LEASE.total_seconds() + 60)
    assert desk.states() == {state: 1}
    assert desk.server.count() == ({rin: mails} if mails else {})


def test_a_server_that_hangs_up_after_the_message_is_not_given_it_again(desk: Desk) -> None:
    desk.staff(1, is_admin=True)
    desk.server.cut = True
    desk.fails(errors.AuthFailed("No."))
    for _ in range(20):
        desk.tick(minutes=10)
    assert len(desk.server.messages) == 1
    assert desk.states() == {DeliveryState.UNKNOWN: 1}


def test_a_mailbox_that_cannot_now_is_asked_less_and_less_often_and_given_up(desk: Desk) -> None:
    (rin,) = desk.staff(1, is_admin=True)
    desk.server.replies = {rin: "452 mailbox full"}
    desk.fails(errors.AuthFailed("No."))
    desk.look()
    desk.clock.forward(minutes=10)
    waits = []
    for _ in range(MOST_ATTEMPTS):
        desk.messenger().send_notices()
        (one,) = desk.ledger()
        waits.append((one.next_attempt_at or desk.clock()) - desk.clock())
        desk.clock.forward(seconds=waits[-1].total_seconds())
    assert [wait / timedelta(minutes=1) for wait in waits] == [
        *(2, 4, 8, 16, 32, 64, 128, 128, 128, 0),
    ]
    assert desk.states() == {DeliveryState.FAILED: 1}
    desk.server.replies = {}
    desk.tick(days=1)
    assert desk.server.messages == []


@pytest.mark.parametrize("since", ["may not sign in", "wants none"])
def test_who_left_since_is_told_nothing(desk: Desk, since: str) -> None:
    rin = desk.owner()
    desk.moves(1)
    desk.look()
    with desk.database.write() as session:
        user = accounts.user_by_email(session, rin)
        assert user is not None
        if since == "wants none":
            user.notices_on = False
        else:
            people.set_active(session, user.id or 0, active=False)
    desk.tick(minutes=20)
    assert desk.server.messages == []
    assert desk.states() == {DeliveryState.DROPPED: 1}


def test_a_chat_is_told_with_a_link_and_only_once(desk: Desk, receiver: RawServer) -> None:
    desk.staff(1)
    desk.chat(receiver.port)
    desk.does(1)
    desk.tick()
    desk.tick(minutes=10)
    desk.tick(minutes=10)

    (asked,) = receiver.asked
    assert asked.json()["title"] == "Deadline 1: done by Rin"
    assert f"/items/{desk.world.items()['1'].id}" in asked.json()["message"]
    assert desk.states() == {DeliveryState.SENT: 1}


def test_a_chat_that_takes_nothing_for_days_is_stopped_and_says_so(
    desk: Desk, receiver: RawServer
) -> None:
    desk.staff(1)
    chat = desk.chat(receiver.port)
    receiver.plan(reply(status=403))
    desk.does(1)
    desk.tick()
    desk.tick(minutes=10)
    desk.clock.forward(seconds=STOPPED_AFTER.total_seconds())
    desk.does(2)
    desk.tick()
    desk.tick(minutes=10)

    assert len(receiver.asked) == 2
    assert desk.states() == {DeliveryState.FAILED: 2}
    with desk.database.read() as session:
        stored = session.get_one(Channel, chat)
    assert stored.stopped_because
    assert "Kanarie" not in str([one.error for one in desk.ledger()])
    desk.does(0)
    desk.tick()
    assert len(desk.ledger()) == 2

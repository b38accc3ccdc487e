"""Mail at the relay's pace: one line for many messages, and a server that is tired is let be."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from app.config import Settings
from app.jobs.mailing import Mailer
from app.models import DigestEntry, DigestState
from app.services import accounts
from connectors.sdk.records import DueDate
from tests.support.mail_server import MailServer
from tests.support.scripted import deadline
from tests.support.world import World


class Round:
    """So many people whose digest is due, and what was sent when."""

    def __init__(self, world: World, server: MailServer, folder: Path) -> None:
        self.world, self.server, self.folder = world, server, folder
        self.times: list[datetime] = []
        server.arrived = lambda: self.times.append(world.clock())
        soon = DueDate(on=world.clock().date() + timedelta(days=3))
        world.connector.lists(deadline(1, due=soon))
        world.sync()

    def staff(self, number: int) -> list[str]:
        addresses = [f"p{index}@partner.example" for index in range(number)]
        now = self.world.clock()
        with self.world.database.write() as session:
            for address in addresses:
                user = accounts.add_user(session, email=address, name="P", now=now)
                user.digest_hour, user.digest_days = now.hour, "1234567"
        return addresses

    def mailer(self, *, per_minute: int = 0, owner: str = "one") -> Mailer:
        return Mailer(
            database=self.world.database,
            settings=Settings(
                data_dir=self.folder,
                smtp_url=SecretStr(self.server.url),
                mail_per_minute=per_minute,
            ),
            vault=self.world.syncer.vault,
            owner=owner,
            now=self.world.clock,
            wait=lambda seconds: self.world.clock.forward(seconds=seconds),
        )

    def states(self) -> dict[str, int]:
        with self.world.database.read() as session:
            found = [entry.state for entry in session.exec(select(DigestEntry))]
        return {state: found.count(state) for state in found}


@pytest.fixture
def a_round(world: World, mail_server: MailServer, tmp_path: Path) -> Round:
    return Round(world, mail_server, tmp_path)


def test_a_round_goes_over_one_line(a_round: Round) -> None:
    people = a_round.staff(25)
    a_round.mailer().send_digests()
    assert a_round.server.count() == dict.fromkeys(people, 1)
    assert len(a_round.server.lines) == 1


@pytest.mark.parametrize("reply", ["421 too many messages", "abort"])
def test_a_line_that_the_server_ends_is_opened_anew_and_nobody_gets_two(
    a_round: Round, reply: str
) -> None:
    people = a_round.staff(9)
    a_round.server.most, a_round.server.over = 3, reply
    a_round.mailer().send_digests()
    assert a_round.server.count() == dict.fromkeys(people, 1)
    assert len(a_round.server.lines) == 3


def test_no_more_leave_in_any_minute_than_the_relay_takes_whoever_sends(a_round: Round) -> None:
    people = a_round.staff(25)
    for owner in ("one", "two"):
        a_round.mailer(per_minute=4, owner=owner).send_digests()

    assert a_round.server.count() == dict.fromkeys(people, 1)
    times = a_round.times
    assert all(
        last - first >= timedelta(minutes=1) for first, last in zip(times, times[4:], strict=False)
    )
    assert times[-1] - times[0] == timedelta(minutes=6), "and no slower"


@pytest.mark.parametrize("point", ["MAIL", "down"])
def test_a_server_that_takes_nothing_is_asked_once_and_then_let_be(
    a_round: Round, point: str
) -> None:
    people = a_round.staff(5)
    url = a_round.server.url
    if point == "down":
        a_round.server.__exit__()
    else:
        a_round.server.replies = {"MAIL": "451 4.7.500 server busy"}
    mailer = a_round.mailer()
    assert mailer.server is not None
    for _ in range(3):
        mailer.send_digests()
    assert a_round.states() == {DigestState.FAILED: 1}, f"{url}: the others are nobody's still"

    if point == "down":
        a_round.server.__enter__()
    a_round.server.replies = {}
    a_round.world.clock.forward(minutes=3)
    mailer.send_digests()
    assert a_round.server.count() == dict.fromkeys(people, 1)
    assert a_round.states() == {DigestState.SENT: 5}


def test_three_in_a_row_that_it_cannot_take_are_the_server_and_not_their_addresses(
    a_round: Round,
) -> None:
    a_round.staff(8)
    a_round.server.replies = {"RCPT": "451 4.3.2 try later"}
    a_round.mailer().send_digests()
    assert a_round.states() == {DigestState.FAILED: 3}


def test_an_address_that_is_refused_three_days_in_a_row_is_asked_no_more(a_round: Round) -> None:
    good, gone = a_round.staff(2)
    a_round.server.replies = {gone: "550 no such user"}
    for _ in range(5):
        a_round.mailer().send_digests()
        a_round.world.clock.forward(days=1)
    assert a_round.states() == {DigestState.SENT: 5, DigestState.FAILED: 3}

    a_round.server.replies = {}
    with a_round.world.database.read() as session:
        user = accounts.user_by_email(session, gone)
    assert user is not None
    assert a_round.mailer().send_one(user.id or 0) == "", (
        "by hand it is tried, and it is well again"
    )
    a_round.mailer().send_digests()
    assert a_round.server.count() == {good: 6, gone: 2}

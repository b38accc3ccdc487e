"""P4: whoever sends, and whatever breaks, nobody gets two digests for one local day."""

import signal
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from app.config import Settings
from app.jobs.mailing import Mailer
from app.models import DigestEntry, DigestState
from app.services import accounts, digest_ledger
from app.services.digest_ledger import LEASE
from connectors.sdk.records import DueDate
from tests.support.mail_server import MailServer
from tests.support.processes import Place, exit_code, send_mail
from tests.support.scripted import deadline
from tests.support.world import World

pytestmark = pytest.mark.promise("P4")

TEN = 10


class Office:
    """A company with something to be told, and any number of mailers."""

    def __init__(self, world: World, server: MailServer, folder: Path) -> None:
        self.world, self.server, self.folder = world, server, folder
        self.database, self.clock = world.database, world.clock
        soon = DueDate(on=self.clock().date() + timedelta(days=3))
        world.connector.lists(deadline(1, due=soon))
        world.sync()

    def mailer(self, owner: str = "one") -> Mailer:
        settings = Settings(data_dir=self.folder, smtp_url=SecretStr(self.server.url))
        return Mailer(
            database=self.database,
            settings=settings,
            vault=self.world.syncer.vault,
            owner=owner,
            now=self.clock,
        )

    def staff(self, number: int, *, hour: int | None = None, **changes: object) -> list[str]:
        """So many people who want their digest now, in UTC, on every day; their addresses."""
        addresses = [f"p{index}@partner.example" for index in range(number)]
        with self.database.write() as session:
            for address in addresses:
                user = accounts.add_user(session, email=address, name="P", now=self.clock())
                user.digest_hour = self.clock().hour if hour is None else hour
                user.digest_days = "1234567"
                for name, value in changes.items():
                    setattr(user, name, value)
        return addresses

    def ledger(self) -> list[DigestEntry]:
        with self.database.read() as session:
            return list(session.exec(select(DigestEntry).order_by(DigestEntry.id)))

    def states(self) -> Counter[str]:
        return Counter(entry.state for entry in self.ledger())


def killed(office: Office, database_url: str, point: str) -> None:
    """Another process sends what is due, and dies at that point."""
    place = Place(
        url=database_url,
        folder=office.folder,
        now=office.clock(),
        crash_at=point,
        smtp_url=office.server.url,
    )
    assert exit_code(send_mail, place) == -signal.SIGKILL


@pytest.fixture
def office(world: World, mail_server: MailServer, tmp_path: Path) -> Office:
    return Office(world, mail_server, tmp_path)


def test_many_mailers_at_once_send_one_mail_to_each(office: Office) -> None:
    people = office.staff(TEN)
    mailers = [office.mailer(f"process {number}") for number in range(4)]
    together = threading.Barrier(len(mailers))

    def send(mailer: Mailer) -> None:
        together.wait()
        mailer.send_digests()

    threads = [threading.Thread(target=send, args=(mailer,)) for mailer in mailers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert office.server.count() == dict.fromkeys(people, 1)
    assert office.states() == {DigestState.SENT: TEN}


def test_a_process_that_is_asked_to_stop_ends_the_mail_it_is_sending_and_begins_no_other(
    office: Office,
) -> None:
    office.staff(3)
    mailer = office.mailer()
    office.server.arrived = mailer.stopping.set
    mailer.send_digests()
    assert office.states() == {DigestState.SENT: 1}


def test_every_tick_of_three_days_sends_three_mails(office: Office) -> None:
    (rin,) = office.staff(1)
    for _ in range(3 * 24 * 2):
        office.mailer().send_digests()
        office.clock.forward(minutes=30)
    assert office.server.count() == {rin: 3}
    assert len({message.mail["Message-ID"] for message in office.server.messages}) == 3


def test_what_a_day_without_power_left_out_the_next_digest_tells(office: Office) -> None:
    office.staff(1)
    office.mailer().send_digests()
    office.clock.forward(days=1, hours=7)
    office.mailer().send_digests()
    assert len(office.server.messages) == 1

    office.world.connector.lists(deadline(2, title="News of the dark day"))
    office.world.sync()
    office.clock.forward(hours=17)
    office.mailer().send_digests()
    assert len(office.server.messages) == 2
    assert "News of the dark day" in _text(office.server)


@pytest.mark.parametrize(
    ("point", "mails", "state"),
    [
        ("digest claimed", 1, DigestState.SENT),
        ("digest sending", 0, DigestState.UNKNOWN),
        ("digest sent", 1, DigestState.UNKNOWN),
    ],
)
def test_a_process_killed_around_the_sending(
    office: Office, database_url: str, point: str, mails: int, state: DigestState
) -> None:
    (rin,) = office.staff(1)
    killed(office, database_url, point)

    office.mailer("another").send_digests()
    assert office.states()[DigestState.SENT] == 0
    office.clock.forward(seconds=LEASE.total_seconds() + 60)
    for _ in range(3):
        office.mailer("another").send_digests()
    assert office.states() == {state: 1}
    assert office.server.count() == ({rin: mails} if mails else {})


def test_a_server_that_hangs_up_after_the_message_is_not_given_it_again(office: Office) -> None:
    office.staff(1)
    office.server.cut = True
    (told,) = office.mailer().send_digests()
    assert told, "whoever sends by hand is not told that it may not have left"
    for _ in range(20):
        office.clock.forward(minutes=10)
        office.mailer().send_digests()
    assert len(office.server.messages) == 1
    assert office.states() == {DigestState.UNKNOWN: 1}


def test_what_is_in_doubt_stays_so_when_sending_it_again_by_hand_does_not_begin(
    office: Office,
) -> None:
    office.staff(1)
    office.server.cut = True
    office.mailer().send_digests()
    (entry,) = office.ledger()
    assert entry.id is not None

    def by_hand() -> None:
        mine = {"owner": "by hand", "now": office.clock()}
        with office.database.write() as session:
            assert digest_ledger.claim_unknown(session, entry.id or 0, entry.user_id, **mine)

    by_hand()  # and the process dies
    office.clock.forward(seconds=LEASE.total_seconds() + 60)
    office.mailer().send_digests()
    assert office.states() == {DigestState.UNKNOWN: 1}

    by_hand()  # and the server takes nothing at this moment
    with office.database.write() as session:
        digest_ledger.release(session, [entry.id], owner="by hand", now=office.clock())
    office.clock.forward(days=1, hours=-1)
    office.mailer().send_digests()
    assert office.states() == {DigestState.UNKNOWN: 1}
    assert len(office.server.messages) == 1


def test_a_server_that_cannot_now_is_asked_again_and_less_and_less_often(office: Office) -> None:
    (rin,) = office.staff(1)
    office.server.replies = {"RCPT": "451 later"}
    asked = []
    office.clock.forward(minutes=1)
    for _ in range(60):
        office.mailer().send_digests()
        asked.append(office.ledger()[0].attempts)
        office.clock.forward(minutes=1)
    assert [asked.count(attempts) for attempts in (1, 2, 3, 4)] == [2, 4, 8, 16]
    office.server.replies = {}
    office.clock.forward(hours=1)
    office.mailer().send_digests()
    assert office.server.count() == {rin: 1}
    assert office.states() == {DigestState.SENT: 1}


def test_a_digest_that_could_not_leave_for_six_hours_leaves_no_more(office: Office) -> None:
    office.staff(1)
    office.server.replies = {"RCPT": "451 later"}
    for _ in range(40):
        office.mailer().send_digests()
        office.clock.forward(minutes=10)
    office.server.replies = {}
    office.mailer().send_digests()
    assert (office.server.messages, office.states()) == ([], {DigestState.FAILED: 1})


def test_a_digest_of_the_late_evening_may_leave_after_midnight(office: Office) -> None:
    office.clock.time = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    (rin,) = office.staff(1)
    office.server.replies = {"RCPT": "451 later"}
    office.mailer().send_digests()
    office.server.replies = {}
    office.clock.forward(hours=2)
    office.mailer().send_digests()
    office.mailer().send_digests()
    assert office.server.count() == {rin: 1}
    assert [entry.local_date for entry in office.ledger()] == [date(2026, 11, 21)]


@pytest.mark.promise("P9")
def test_one_refused_recipient_stops_no_other(office: Office) -> None:
    people = office.staff(3)
    office.server.replies = {people[1]: "550 no such user"}
    for _ in range(3):
        office.mailer().send_digests()
        office.clock.forward(minutes=10)
    assert office.server.count() == {people[0]: 1, people[2]: 1}
    assert office.states() == {DigestState.SENT: 2, DigestState.FAILED: 1}


@pytest.mark.promise("P9")
def test_one_person_whose_zone_this_machine_does_not_know_stops_no_other(office: Office) -> None:
    people = office.staff(3)
    with office.database.write() as session:
        broken = accounts.user_by_email(session, people[0])
        assert broken is not None
        broken.time_zone = "Atlantis/Center"
    office.mailer().send_digests()
    assert office.server.count() == dict.fromkeys(people, 1)


def test_a_slow_process_that_lost_its_digest_does_not_send_it(office: Office) -> None:
    """It was thought dead after it had claimed; somebody else sent it meanwhile."""
    (rin,) = office.staff(1)
    slow, quick = office.mailer("slow"), office.mailer("quick")
    now = office.clock()
    with office.database.write() as session:
        due = digest_ledger.due(session, now=now)
        (claimed,) = digest_ledger.claim(session, due, owner=slow.owner, now=now)
    office.clock.forward(seconds=LEASE.total_seconds() + 1)
    quick.send_digests()
    with office.database.write() as session:
        mine = digest_ledger.sending(
            session, claimed.id, owner=slow.owner, message_id="", subject="", now=now
        )
        digest_ledger.skipped(session, claimed.id, owner=slow.owner)
    assert not mine
    assert office.server.count() == {rin: 1}
    assert office.states() == {DigestState.SENT: 1}


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("Europe/Berlin", 2, date(2026, 3, 29)),
        ("Europe/Berlin", 2, date(2026, 10, 25)),
        ("America/New_York", 1, date(2026, 11, 1)),
        ("Australia/Lord_Howe", 2, date(2026, 10, 4)),
    ],
)
def test_a_day_whose_clock_jumps_has_one_digest(
    office: Office, zone: str, hour: int, day: date
) -> None:
    (rin,) = office.staff(1, hour=hour, time_zone=zone)
    office.clock.time = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    for _ in range(2 * 40):
        office.mailer().send_digests()
        office.clock.forward(minutes=30)
    entries = office.ledger()
    assert [entry.local_date for entry in entries].count(day) == 1
    assert office.server.count() == {rin: len({entry.local_date for entry in entries})}


def test_a_person_who_flies_over_the_date_line_gets_no_day_twice(office: Office) -> None:
    (rin,) = office.staff(1, hour=0, time_zone="Pacific/Kiritimati")
    office.clock.time = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)  # the 22nd there
    office.mailer().send_digests()
    with office.database.write() as session:
        user = accounts.user_by_email(session, rin)
        assert user is not None
        user.time_zone = "Pacific/Pago_Pago"
    for _ in range(3 * 48):
        office.clock.forward(minutes=30)
        office.mailer().send_digests()
    days = [entry.local_date for entry in office.ledger()]
    assert days == [date(2026, 11, day) for day in (22, 21, 23)]
    assert office.server.count() == {rin: 3}


def _text(server: MailServer) -> str:
    body = server.messages[-1].mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())

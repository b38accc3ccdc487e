"""An output that we stopped: whoever can start it again hears of it, wherever they are told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

from app.config import Settings
from app.core.notices import INBOX, EventKind, Notice
from app.jobs.noticing import Messenger
from app.jobs.telling import Teller
from app.models import Channel, ChannelKind, Delivery, Event, User
from app.services import accounts, channels, digest_words, digesting, gathering, webhooks
from app.services.deliveries import FAILED_FOR_DAYS, STOPPED_AFTER
from app.services.revisions import revision
from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, reply
from tests.support.hooks import Hooks
from tests.support.mail_server import MailServer
from tests.support.world import World

DANA, LEE, KIM = (f"{name}@partner.example" for name in ("dana", "lee", "kim"))
GONE = "gone for good (410)"


class Company:
    """Dana sets webhooks up, Lee is an admin, too, and Kim is none."""

    def __init__(self, world: World, server: MailServer, receiver: RawServer, folder: Path) -> None:
        self.world, self.server, self.receiver = world, server, receiver
        self.database, self.clock = world.database, world.clock
        self.hooks = Hooks(world.database, world.clock, folder, world.syncer.vault)
        self.settings = Settings(
            data_dir=folder,
            smtp_url=SecretStr(server.url),
            allowed_private_hosts=("127.0.0.1",),
            public_url="https://inbox.example",
        )
        with self.database.write() as session:
            for address, is_admin in ((DANA, True), (LEE, True), (KIM, False)):
                accounts.add_user(
                    session, email=address, name=address[:3], is_admin=is_admin, now=self.clock()
                )
        world.sync()  # so that its one source is fresh
        self.tick()

    def id_of(self, address: str) -> int:
        with self.database.read() as session:
            found = accounts.user_by_email(session, address)
        assert found is not None
        return found.id or 0

    def chat(self, whose: str | None, **more: Any) -> int:
        """A chat that speaks to the receiver; of the team's, where it is nobody's."""
        with self.database.write() as session:
            made = channels.add(
                session,
                kind=ChannelKind.CHAT,
                name="Kim's phone" if whose else "Hall",
                address=f"json://127.0.0.1:{self.receiver.port}/in/Kanarie4711Chat",
                vault=self.hooks.vault,
                now=self.clock(),
                created_by_id=self.id_of(whose or DANA),
                user_id=self.id_of(whose) if whose else None,
            )
            for name, value in more.items():
                setattr(made, name, value)
        return made.id or 0

    def gone(self, **given: object) -> int:
        """A webhook whose tool said that it is gone, so that we stopped it."""
        self.receiver.plan(reply(status=410))
        channel = self.hooks.add(self.receiver.url("/gone"), **given)
        self.hooks.put(channel)
        self.hooks.call()
        assert self.hooks.channel(channel).stopped_at is not None
        return channel

    def wants_only(self, address: str, query: str) -> None:
        """That person's mail tells of a view."""
        with self.database.write() as session:
            user = session.get_one(User, self.id_of(address))
            channels.own_mail(session, user).query = query

    def says(self, channel_id: int) -> None:
        """Something that this chat is to be told in ten minutes."""
        many: dict[str, Any] = {
            "kind": EventKind.INBOX_MANY,
            "subject": INBOX,
            "subject_id": 0,
            "new": "3",
        }
        notice = Notice(event_id=-1, at=self.clock(), title="More happened", **many)
        with self.database.write(counts=False) as session:
            gathering.gather(session, {channel_id: [notice]}, now=self.clock())

    def starts(self, channel_id: int) -> None:
        with self.database.write() as session:
            found = session.get_one(Channel, channel_id)
            channels.start(session, found, user_id=self.id_of(DANA), now=self.clock())

    def tick(self, **later: float) -> None:
        """What every process does at each tick, after so much time."""
        self.clock.forward(**later)
        Teller(database=self.database, settings=self.settings, now=self.clock).tell()
        messenger = Messenger(
            database=self.database,
            settings=self.settings,
            vault=self.hooks.vault,
            owner="one",
            now=self.clock,
        )
        messenger.send_notices()
        messenger.send_chats()

    def mails(self) -> dict[str, tuple[str, str]]:
        """The subject and the text of what each got; nobody got two."""
        assert set(self.server.count().values()) <= {1}
        return {one.to: (str(one.mail["Subject"]), _text(one.mail)) for one in self.server.messages}

    def told(self, channel_id: int) -> list[Any]:
        """The bodies of what a channel is told."""
        of_it = select(Delivery).where(Delivery.channel_id == channel_id).order_by(Delivery.id)
        with self.database.read() as session:
            return [one.body for one in session.exec(of_it)]

    def lines(self) -> list[tuple[str, str | None, str | None, int | None]]:
        """What the history has of outputs."""
        with self.database.read() as session:
            found = session.exec(select(Event).where(Event.subject == "output").order_by(Event.id))
            return [(one.kind, one.field, one.note, one.actor_id) for one in found]

    def digest(self, address: str) -> tuple[str, str]:
        """The subject of a person's digest of now, and its last section."""
        with self.database.read() as session:
            user = accounts.user_by_email(session, address)
            assert user is not None
            made = digesting.compose(session, user, clock=self.world.wall_clock())
        outline = digest_words.outline_of(made, self.world.wall_clock(), home="https://i.example")
        last = outline.sections[-1]
        lines = [
            (one.title, one.url, *("".join(each.text for each in line) for line in one.lines))
            for one in last.entries
        ]
        assert last.head == "Outputs that tell nothing"
        return made.subject, repr(lines) if lines else ""


def _text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


@pytest.fixture
def receiver() -> Iterator[RawServer]:
    with RawServer() as server:
        server.plan(reply(status=204))
        yield server


@pytest.fixture
def office(world: World, mail_server: MailServer, receiver: RawServer, tmp_path: Path) -> Company:
    return Company(world, mail_server, receiver, tmp_path)


def test_whoever_can_start_a_webhook_again_hears_once_that_it_was_stopped(office: Company) -> None:
    office.wants_only(LEE, "vendor=Cisco")  # in which no output is
    channel = office.gone()
    office.tick()
    for _ in range(3):
        office.tick(minutes=10)

    mails = office.mails()
    assert mails.keys() == {DANA, LEE}
    for subject, text in mails.values():
        assert subject == "Tickets: the webhook was stopped"
        assert f"127.0.0.1:{office.receiver.port} says that it is {GONE}." in text
        assert f"https://inbox.example/settings/webhooks/{channel}" in text


def test_who_is_no_admin_any_more_hears_nothing_of_a_webhook_that_they_made(
    office: Company,
) -> None:
    channel = office.hooks.add(office.receiver.url("/gone"))
    with office.database.write() as session:
        session.get_one(User, office.id_of(DANA)).is_admin = False
    office.receiver.plan(reply(status=410))
    office.hooks.put(channel)
    office.hooks.call()
    office.tick()
    office.tick(minutes=10)

    assert office.mails().keys() == {LEE}


def test_a_persons_own_chat_that_took_nothing_for_days_is_told_to_them_alone(
    office: Company,
) -> None:
    phone = office.chat(KIM, failing_since=office.clock() - STOPPED_AFTER)
    other = office.chat(KIM)
    hall, tool = office.chat(None), office.hooks.add(office.receiver.url("/in"))
    office.receiver.plan(reply(status=500))
    office.says(phone)
    office.tick(minutes=10)
    office.receiver.plan(reply(status=204))
    office.tick()
    office.tick(minutes=10)

    subject, text = office.mails()[KIM]
    assert office.mails().keys() == {KIM}
    assert subject == "Kim's phone: the chat was stopped"
    assert FAILED_FOR_DAYS in text
    assert f"https://inbox.example/settings/notices/{phone}" in text
    assert [one["events"][0]["kind"] for one in office.told(other)] == ["output.stopped"]
    assert office.told(hall) == office.told(tool) == []
    assert len(office.told(phone)) == 1


def test_the_teams_other_channels_are_told_and_never_the_one_that_was_stopped(
    office: Company,
) -> None:
    hall, tool = office.chat(None), office.hooks.add(office.receiver.url("/in"), "Desk")
    narrow = office.hooks.add(office.receiver.url("/in"), "Cisco", query="vendor=Cisco")
    phone = office.chat(KIM)
    channel = office.gone()
    office.starts(channel)
    with office.database.write() as session:  # before anybody looked: it goes, and is stopped again
        webhooks.get(session, channel).failing_since = office.clock() - STOPPED_AFTER
    office.receiver.plan(reply(status=500))
    office.hooks.put(channel, after=1)
    office.hooks.call()
    office.starts(channel)
    office.tick()
    assert office.told(tool) == []  # it goes by now

    office.receiver.plan(reply(status=410))
    office.hooks.put(channel, after=2)
    office.hooks.call()
    office.tick()

    (told,) = office.told(tool)
    assert told["type"] == "output.stopped"
    assert (
        told["data"]
        | {
            "subject": "output",
            "id": channel,
            "title": "Tickets",
            "url": f"https://inbox.example/settings/webhooks/{channel}",
            "field": "webhook",
            "actor": None,
            "urgent": True,
        }
        == told["data"]
    )
    assert [one["events"][0]["kind"] for one in office.told(hall)] == ["output.stopped"]
    assert office.told(narrow) == office.told(phone) == []
    assert len(office.told(channel)) == 3


def test_one_that_goes_again_before_the_mail_leaves_is_no_news(office: Company) -> None:
    channel = office.gone()
    office.tick()
    office.starts(channel)
    office.tick(minutes=10)

    assert office.mails() == {}
    dana = office.id_of(DANA)
    assert [line[:2] + line[3:] for line in office.lines()] == [
        ("stopped", "webhook", None),
        ("started", "webhook", dana),
    ]


def test_what_somebody_stops_by_hand_is_told_to_nobody(office: Company) -> None:
    channel = office.hooks.add(office.receiver.url("/in"))
    with office.database.write() as session:
        channels.stop(session, webhooks.get(session, channel), now=office.clock())
    office.tick()
    office.tick(minutes=10)
    office.starts(channel)

    assert office.mails() == {}
    assert office.lines() == []
    assert office.digest(DANA)[1] == ""


def test_who_stops_it_while_it_is_called_has_stopped_it(office: Company) -> None:
    channel = office.hooks.add(office.receiver.url("/in"))
    office.hooks.put(channel)

    def meanwhile(_asked: Asked) -> Raw:
        with office.database.write() as session:
            channels.stop(session, webhooks.get(session, channel), now=office.clock())
        return reply(status=410)

    office.receiver.plan(meanwhile)
    office.hooks.call()

    assert office.hooks.channel(channel).stopped_because == channels.STOPPED
    assert office.lines() == []


def test_only_the_call_that_stops_a_webhook_counts_as_a_change(office: Company) -> None:
    channel = office.hooks.add(office.receiver.url("/in"))
    counted = []
    for number, status in enumerate((204, 500, 410)):
        office.receiver.plan(reply(status=status))
        office.hooks.put(channel, after=number)
        with office.database.read() as session:
            before = revision(session)
        office.hooks.call()
        with office.database.read() as session:
            counted.append(revision(session) - before)

    assert counted == [0, 0, 1]


def test_the_digest_tells_it_to_the_same_people_as_long_as_it_is_stopped(office: Company) -> None:
    channel = office.gone()
    office.clock.forward(hours=1)

    subject, dana = office.digest(DANA)
    assert subject.startswith("1 output tells nothing – ")
    for told in ("Tickets", f"/settings/webhooks/{channel}", "Webhook stopped", GONE):
        assert told in dana
    assert office.digest(LEE) == (subject, dana)
    assert office.digest(KIM)[1] == ""

    office.starts(channel)
    assert office.digest(DANA)[1] == ""


def test_the_digest_tells_a_person_of_their_own_chat(office: Company) -> None:
    since = office.clock() - timedelta(days=1)
    office.chat(KIM, stopped_at=since, stopped_because=FAILED_FOR_DAYS)

    assert FAILED_FOR_DAYS in office.digest(KIM)[1]
    assert office.digest(DANA)[1] == ""

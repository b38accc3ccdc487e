"""The outbox: leased to one, told once to each, tried less and less often, and given up."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.models import OutboxEntry
from app.services import accounts, outbox, people, sources
from app.services.outbox import Alert, Heard
from tests.support.world import START, World

RIN, LEE = "rin@partner.example", "lee@partner.example"


class Post:
    """An entry of the outbox, and whoever takes it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[str, int] = {}
        with world.database.write() as session:
            for email in (RIN, LEE):
                made = accounts.add_user(session, email=email, name=email[:3], now=START)
                made.is_admin = True
                session.flush()
                self.people[email] = made.id or 0

    def put(self, key: str = "down:1", connection_id: int | None = None) -> None:
        with self.world.database.write() as session:
            session.add(
                OutboxEntry(
                    key=key,
                    kind="source down",
                    payload={"connection_id": connection_id or self.world.connection_id},
                    created_at=START,
                    next_attempt_at=START,
                )
            )

    def take(self, now: datetime) -> Alert | None:
        with self.world.database.write() as session:
            return outbox.take(session, now=now)

    def tell(self, alert: Alert, now: datetime, **how: Heard) -> None:
        for _name, address in alert.to:
            with self.world.database.write() as session:
                to = how.get(address[:3], Heard.SENT)
                outbox.note(session, alert.entry_id, address, to, now=now, error="full")
        with self.world.database.write() as session:
            outbox.close(session, alert.entry_id, now=now)

    def waiting(self, now: datetime) -> bool:
        with self.world.database.read() as session:
            return outbox.waiting(session, now=now)

    def entry(self, key: str = "down:1") -> OutboxEntry:
        with self.world.database.read() as session:
            return session.exec(select(OutboxEntry).where(OutboxEntry.key == key)).one()


@pytest.fixture
def post(world: World) -> Post:
    return Post(world)


def told(alert: Alert | None) -> set[str]:
    return {address for _name, address in alert.to} if alert else set()


def test_an_entry_is_leased_to_one_and_free_again_when_the_lease_ends(post: Post) -> None:
    post.put()

    assert told(post.take(START)) == {RIN, LEE}
    assert post.take(START + outbox.LEASE - timedelta(seconds=1)) is None
    assert told(post.take(START + outbox.LEASE)) == {RIN, LEE}


def test_whoever_was_being_told_when_a_process_died_is_not_told_again(post: Post) -> None:
    post.put()
    alert = post.take(START)
    assert alert is not None
    with post.world.database.write() as session:
        outbox.note(session, alert.entry_id, RIN, Heard.SENDING, now=START)

    again = post.take(START + outbox.LEASE)

    assert told(again) == {LEE}
    assert post.entry().payload["heard"] == {RIN: Heard.UNKNOWN}


def test_everyone_was_told_and_it_is_over(post: Post) -> None:
    post.put()
    alert = post.take(START)
    assert alert is not None
    post.tell(alert, START, rin=Heard.REFUSED, lee=Heard.UNKNOWN)

    assert (post.entry().state, post.entry().sent_at) == ("sent", START)
    assert not post.waiting(START + timedelta(days=9))
    assert post.take(START + timedelta(days=9)) is None


def test_who_could_not_be_told_is_tried_ten_times_less_and_less_often(post: Post) -> None:
    post.put()
    now, waits = START, []
    while (alert := post.take(now)) is not None:
        if waits:
            assert told(alert) == {LEE}
        post.tell(alert, now, lee=Heard.LATER)
        after = post.entry().next_attempt_at
        waits.append((after - now) / timedelta(minutes=1))
        assert not post.waiting(after - timedelta(seconds=1))
        now = max(after, now + timedelta(seconds=1))

    assert waits[:-1] == [2, 4, 8, 16, 32, 64, 128, 128, 128]
    assert (post.entry().state, post.entry().attempts) == ("failed", outbox.MOST_ATTEMPTS)
    assert post.entry().error == "full"


def test_nobody_waits_for_an_admin_who_left(post: Post) -> None:
    post.put()
    alert = post.take(START)
    assert alert is not None
    post.tell(alert, START, lee=Heard.LATER)
    with post.world.database.write() as session:
        people.set_active(session, post.people[LEE], active=False)
    later = post.entry().next_attempt_at

    alert = post.take(later)
    assert alert is not None
    assert alert.to == ()
    post.tell(alert, later)

    assert post.entry().state == "sent"


def test_news_of_a_source_that_is_gone_is_dropped_and_holds_up_no_other(post: Post) -> None:
    for key in ("gone 1", "gone 2"):
        post.put(key, connection_id=4711)
    post.put()

    alert = post.take(START)

    assert alert is not None
    assert alert.key == "down:1"
    assert {post.entry(key).state for key in ("gone 1", "gone 2")} == {"dropped"}
    with post.world.database.write() as session:
        sources.remove(session, post.world.connection_id, now=START, actor_id=None)
    assert post.take(START + outbox.LEASE) is None
    assert post.entry().state == "dropped"

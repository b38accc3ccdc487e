"""Digests are made for many at once: nobody's views or days are another's, and it asks no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.words import Clock
from app.core.zones import zone_of
from app.db import Database
from app.models import DigestEntry, DigestState, User
from app.services import accounts, acts, digest_ledger, digest_views, digesting, inbox, saved
from app.services.pages import View
from app.services.pages.digest import Digest
from connectors.sdk.records import Category, DueDate, DueInstant, Goal, Money
from tests.support.scripted import deadline
from tests.support.world import START, World

DAY = START.date()
ZONES = ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Asia/Kolkata")


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


@pytest.fixture
def office(world: World) -> World:
    """Items around today, by date and by instant, some with money, and a goal behind its pace."""
    dated = [
        deadline(f"day {ahead}", due=DueDate(on=DAY + timedelta(days=ahead)), amount=usd(100))
        for ahead in (-40, -2, -1, 0, 1, 6, 7, 8, 20, 40)
    ]
    timed = [
        deadline(f"at {hours}", due=DueInstant(at=START + timedelta(hours=hours)))
        for hours in (-30, -10, -1, 1, 3, 10, 24 * 7 - 2, 24 * 7 + 2, 24 * 7 + 15)
    ]
    claim = deadline(
        "claim", due=DueDate(on=DAY + timedelta(days=12)), category=Category.FUND_CLAIM
    )
    over = deadline("fair", due=DueDate(on=DAY - timedelta(days=3)), category=Category.EVENT)
    goal = Goal(
        external_id="goal",
        title="Revenue",
        target=Decimal(100),
        actual=Decimal(10),
        unit="points",
        period_start=DAY - timedelta(days=300),
        period_end=DAY + timedelta(days=3),
    )
    world.connector.lists(*dated, *timed, claim, over, goal)
    world.sync()
    return world


def people(world: World, number: int, **changes: Any) -> list[User]:
    """So many who have had a digest before anything changed, in all zones."""
    with world.database.write() as session:
        added = []
        for index in range(number):
            mail = f"p{index}@partner.example"
            user = accounts.add_user(session, email=mail, name=f"P{index}", now=START)
            user.time_zone = ZONES[index % len(ZONES)]
            user.last_digest_at = world.clock()
            for name, value in changes.items():
                setattr(user, name, value)
            added.append(user)
    return added


def composed(world: World, some: list[User]) -> dict[int, Digest]:
    with world.database.read() as session:
        return digesting.compose_all(session, some, now=world.clock())


def test_each_reader_is_told_what_the_inbox_shows_on_their_own_clock(office: World) -> None:
    for user in people(office, len(ZONES)):
        digest = composed(office, [user])[user.id or 0]
        clock = Clock(now=office.clock(), zone=zone_of(user.time_zone))
        for tab, told in (("overdue", digest.overdue), ("week", digest.soon)):
            with office.database.read() as session:
                page = inbox.inbox_page(session, View(tab=tab), user_id=user.id or 0, clock=clock)
            shown = [row.id for group in page.groups for row in group.rows]
            assert [row.id for row in told] == shown, (user.time_zone, tab)


def test_a_digest_of_views_tells_of_what_is_in_any_of_them_and_of_its_end(office: World) -> None:
    mine, shared, everything = people(office, 3, time_zone="UTC")
    ids = {name: item.id or 0 for name, item in office.items().items()}
    clock = office.wall_clock()
    with office.database.write() as session:
        who: dict[str, Any] = {"user_id": mine.id or 0, "clock": clock}
        acts.assign(session, [ids["day 1"], ids["day 7"]], mine.id or 0, **who)
        saved.save(session, "Claims", "kind=fund+claim", shared=True, **who)
        for user, values in ((mine, ["tab=mine"]), (shared, ["view=1", "tab=overdue"])):
            kept = digest_views.kept(session, user.id or 0, values)
            session.get_one(User, user.id).digest_views = kept
    mine, shared, everything = _anew(office, [mine, shared, everything])

    digests = composed(office, [mine, shared, everything])

    own = digests[mine.id or 0]
    assert [row.title for row in own.soon] == ["Deadline day 1", "Deadline day 7"]
    assert (own.overdue, own.behind, own.alarm, own.stake) == ((), (), None, (usd(200),))
    theirs = digests[shared.id or 0]
    assert [row.title for row in theirs.claims] == ["Deadline claim"]
    assert theirs.soon == ()
    assert [row.id for row in theirs.overdue] == [
        row.id for row in digests[everything.id or 0].overdue
    ]
    assert digests[everything.id or 0].behind

    office.clock.forward(hours=1)
    names = ("day 1", "day 6")
    office.connector.lists(
        *(deadline(name, due=DueDate(on=DAY + timedelta(days=1)), closed=True) for name in names)
    )
    office.sync()
    later = composed(office, [mine, everything])
    changed = [
        {entry.row.title for entry in later[user.id or 0].changed} for user in (mine, everything)
    ]
    assert changed == [{"Deadline day 1"}, {"Deadline day 1", "Deadline day 6"}]


def test_the_money_is_compared_with_what_the_last_digest_of_the_same_views_told(
    office: World,
) -> None:
    (user,) = people(office, 1, time_zone="UTC")
    first = composed(office, [user])[user.id or 0]
    assert first.net_since is None
    with office.database.write() as session:
        entry = DigestEntry(
            user_id=user.id or 0,
            local_date=DAY,
            state=DigestState.SENT,
            said=first.said,
            claimed_at=START,
            sent_at=START,
        )
        session.add(entry)
    assert composed(office, [user])[user.id or 0].net == ()

    new = deadline("new", due=DueDate(on=DAY), amount=usd(40))
    euro = deadline("euro", due=DueDate(on=DAY), amount=Money(amount=Decimal(7), currency="EUR"))
    office.connector.lists(new, euro)
    office.sync()
    office.sync()
    second = composed(office, [user])[user.id or 0]
    before = {money.currency: money.amount for money in first.stake}
    now = {money.currency: money.amount for money in second.stake}
    assert {money.currency: money.amount for money in second.net} == {
        "USD": now["USD"] - before["USD"],
        "EUR": Decimal(7),
    }
    assert second.net_since == START

    with office.database.write() as session:
        session.get_one(User, user.id).digest_views = [{"tab": "overdue"}]
    (other,) = _anew(office, [user])
    assert composed(office, [other])[other.id or 0].net_since is None


def test_five_hundred_are_asked_about_like_five(office: World) -> None:
    """One query plan, whoever and however many they are: their views and mentions among it."""
    some = people(office, 50)
    with office.database.write() as session:
        for place, user in enumerate(some):
            clock = Clock(now=office.clock(), zone=zone_of(user.time_zone))
            who: dict[str, Any] = {"user_id": user.id or 0, "clock": clock}
            saved.save(session, f"V{place}", f"amount_from={place}&currency=USD", **who)
            values = [[], ["tab=mine"], ["tab=starred", "tab=new"], [f"view={place + 1}"]]
            kept = digest_views.kept(session, user.id or 0, values[place % 4])
            session.get_one(User, user.id).digest_views = kept
    some = _anew(office, some)

    composed(office, some)  # what is remembered until the next write is no statement of either
    with counted(office.database) as few:
        composed(office, some[:5])
    with counted(office.database) as many:
        told = composed(office, some)

    assert len(told) == 50
    assert len(many) == len(few)
    assert len(many) < 25


def test_all_are_claimed_by_two_statements(office: World) -> None:
    keys = [(user.id or 0, date(2026, 11, 21)) for user in people(office, 50)]
    with office.database.write() as session:
        assert len(digest_ledger.claim(session, keys[:20], owner="one", now=START)) == 20
    with counted(office.database) as asked, office.database.write(counts=False) as session:
        mine = digest_ledger.claim(session, keys, owner="two", now=START)
    assert [claimed.user_id for claimed in mine] == [user_id for user_id, _ in keys[20:]]
    assert len([one for one in asked if "digest_ledger" in one]) == 2


def _anew(world: World, some: list[User]) -> list[User]:
    with world.database.read() as session:
        return accounts.by_ids(session, [user.id or 0 for user in some])


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    heard: list[str] = []

    def hear(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            heard.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", hear)
    yield heard
    sa.event.remove(database.engine, "before_cursor_execute", hear)

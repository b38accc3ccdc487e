"""Today: at most ten things, the weightiest first, and what is at stake."""

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.next_act import NextAct
from app.models import ItemState, TeamState
from app.services import accounts, acts, listing, mandatory, revisions, today
from app.services.lines import Sources
from app.services.pages import TodayPage
from connectors.sdk.records import (
    AnyRecord,
    Category,
    Deadline,
    DueDate,
    DueInstant,
    Goal,
    Money,
    Notice,
    ReportingRequirement,
)
from tests.support.scripted import deadline
from tests.support.world import START, World

DAY = START.date()


def due(days: int) -> DueDate:
    return DueDate(on=DAY + timedelta(days=days))


def money(amount: int | Decimal, currency: str | None = "USD") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def page(world: World, person: int) -> TodayPage:
    with world.database.read() as session:
        return today.today_page(session, user_id=person, clock=world.wall_clock())


def titles(world: World, person: int) -> list[str]:
    return [card.row.title.removeprefix("Deadline ") for card in page(world, person).cards]


def lists(world: World, *records: AnyRecord) -> None:
    world.connector.lists(*records)
    world.sync()


def test_what_is_late_or_worth_more_stands_first_and_says_why(world: World, person: int) -> None:
    lists(
        world,
        deadline("far", due=due(29), amount=money(5000)),
        deadline("now", due=due(0), amount=money(5000)),
        deadline("late", due=due(-3), amount=money(5000)),
        deadline("dear", due=due(0), amount=money(500_000)),
        deadline("undated", due=None, amount=money(5000)),
        deadline("unpriced", due=due(0), category=Category.COMPLIANCE),
        deadline("next quarter", due=due(31), amount=money(10**9)),
    )

    cards = page(world, person).cards

    assert [card.row.title.removeprefix("Deadline ") for card in cards] == [
        *("dear", "unpriced", "late", "now", "undated", "far"),
    ]
    assert cards[0].why == ("$500,000 at stake × due today.",)
    assert all(card.why for card in cards)


def test_only_what_asks_for_an_act_is_there(world: World, person: int) -> None:
    lists(
        world,
        deadline("open", due=due(1)),
        deadline("paid", due=due(1), closed=True),
        deadline("over", due=due(-1), category=Category.EVENT),
        deadline("done", due=due(1)),
        Goal(external_id="g", title="Goal", period_end=DAY),
        Notice(external_id="n", title="Notice"),
        ReportingRequirement(external_id="r", title="Report", due=due(2)),
        ReportingRequirement(external_id="u", title="Report some day"),
    )
    with world.database.write() as session:
        done = world.items()["done"].id or 0
        acts.done(session, [done], user_id=person, clock=world.wall_clock())

    assert set(titles(world, person)) == {"open", "Report"}


def test_a_long_backlog_does_not_hide_what_is_due_now(world: World, person: int) -> None:
    backlog = [deadline(n, due=due(-400 - n), amount=money(10)) for n in range(600)]
    late = [deadline(f"late {n}", due=due(-2), amount=money(10)) for n in range(600)]
    lists(
        world,
        *backlog,
        *late,
        deadline("today", due=due(0), amount=money(900_000)),
        deadline("lately", due=due(-1), amount=money(800_000)),
        deadline("this month", due=due(20), amount=money(10**12)),
    )

    assert titles(world, person)[:3] == ["lately", "today", "this month"]


def test_it_stays_at_ten_in_the_same_order(world: World, person: int) -> None:
    lists(world, *(deadline(n, due=due(0)) for n in range(30)))

    first, second = titles(world, person), titles(world, person)

    assert first == second == [str(number) for number in range(10)]


def test_each_card_has_its_one_next_act(world: World, person: int) -> None:
    url = "https://portal.example/1"
    lists(
        world,
        deadline("take", due=due(-1)),
        deadline("prove", due=due(-2), category=Category.CERTIFICATION, url=url),
        deadline("ask", due=due(9), category=Category.RENEWAL, url=url),
        deadline("go", due=due(9), category=Category.QUOTE, url=url),
        deadline("tick", due=due(9), category=Category.QUOTE),
    )
    ids = {name: item.id or 0 for name, item in world.items().items()}
    by: dict[str, Any] = {"user_id": person, "clock": world.wall_clock()}
    with world.database.write() as session:
        owned = [id_ for name, id_ in ids.items() if name != "take"]
        acts.assign(session, owned, person, **by)
        acts.wait(session, [ids["ask"]], **by)

    found = {card.row.title.removeprefix("Deadline "): card for card in page(world, person).cards}

    assert {name: card.act for name, card in found.items()} == {
        "take": NextAct.TAKE,
        "prove": NextAct.PROVE,
        "ask": NextAct.ASK_AGAIN,
        "go": NextAct.SOURCE,
        "tick": NextAct.DONE,
    }
    assert "waiting on the vendor weighs half" in found["ask"].why[0]


def told(draw: random.Random, number: int) -> Deadline | ReportingRequirement:
    """Anything that a source may tell, with many equal among them."""
    values: dict[str, Any] = {
        "vendor": draw.choice([None, "Cisco", "AWS"]),
        "program": draw.choice([None, "Gold", "Black Belt"]),
        "due": draw.choice([None, *map(due, (-60, -31, -30, -2, -1, 0, 1, 2, 3, 4, 7, 8, 30))]),
        "amount": draw.choice([None, *(money(a, c) for a in AMOUNTS for c in CURRENCIES)]),
        "category": draw.choice(list(Category)),
    }
    if draw.random() < 0.1:
        at = START + timedelta(hours=draw.randrange(-48, 48), minutes=1)
        values["due"] = DueInstant(at=at)
    if draw.random() < 0.2:
        del values["category"]
        title = f"Report {number}"
        return ReportingRequirement(external_id=f"r{number}", title=title, **values)
    return deadline(number, **values)


AMOUNTS = (Decimal(0), Decimal(-5), Decimal("0.01"), Decimal(900), Decimal("42300.55"), 10**9)
CURRENCIES = ("USD", "EUR", "JPY", "KRW", "VND", "points", None)


def test_the_ten_are_the_same_that_ranking_everything_gives(world: World, person: int) -> None:
    draw = random.Random(7)
    lists(world, *(told(draw, number) for number in range(700)))
    ids = [item.id or 0 for item in world.items().values()]
    with world.database.write() as session:
        for id_ in draw.sample(ids, 200):
            session.add(ItemState(item_id=id_, state=TeamState.WAITING, changed_at=START))
    clock = world.wall_clock()
    everything = sa.select(listing.items.c.id).where(listing.asks(clock))
    for steps in ({}, {("Cisco", ""): 2}, STEPS):
        with world.database.read() as session:
            known = Sources(session, now=clock.now)
            by: dict[str, Any] = {"user_id": person, "clock": clock}
            ten = today.first(session, steps, known, **by)
            all_ = today.ranked(session, everything, steps, known, **by)

        assert len(ten) == 10
        assert [row.id for _, row, _ in ten] == [row.id for _, row, _ in all_[:10]]


def test_the_ten_stay_the_same_that_ranking_everything_gives_whatever_people_do(
    world: World, person: int
) -> None:
    draw = random.Random(8)
    lists(world, *(told(draw, number) for number in range(700)))
    ids = [item.id or 0 for item in world.items().values()]
    by: dict[str, Any] = {"user_id": person, "clock": world.wall_clock()}
    everything = sa.select(listing.items.c.id).where(listing.asks(by["clock"]))
    verbs = (
        *(acts.reopen, acts.wait, partial(acts.snooze, until=None)),
        partial(acts.decline, reason="Not ours"),
    )

    def ten() -> list[int]:
        with world.database.read() as session:
            known = Sources(session, now=world.clock())
            found, all_ = (
                today.first(session, {}, known, **by),
                today.ranked(session, everything, {}, known, **by),
            )
        assert [row.id for _, row, _ in found] == [row.id for _, row, _ in all_[:10]]
        return [row.id for _, row, _ in found]

    for _ in range(12):
        for some in (ten()[:6], draw.sample(ids, 90)):
            with world.database.write() as session:
                revisions.only_on_items(session)
                free = [id_ for id_ in some if id_ not in mandatory.among(session, some)]
                draw.choice(verbs)(session, free, **by)
    ten()


STEPS = {
    **{("Cisco", ""): 2, ("Cisco", "Gold"): 0, ("AWS", ""): -1, ("AWS", "Gold"): 1},
    **{("", "Black Belt"): -2, ("", ""): 1},
}


def test_what_is_at_stake_is_never_added_across_currencies(world: World, person: int) -> None:
    lists(
        world,
        deadline(1, due=due(-1), amount=money(1000)),
        deadline(2, due=due(7), amount=money(500)),
        deadline(3, due=due(3), amount=money(1200, "EUR")),
        deadline(4, due=due(3), amount=Money(amount=Decimal("0.5"))),
        deadline(5, due=due(8), amount=money(10**6)),
        deadline(6, due=due(2), amount=money(10**6), closed=True),
        deadline(7, due=due(2), amount=money(-400)),
    )

    assert page(world, person).stake == (
        money(1500),
        money(1200, "EUR"),
        Money(amount=Decimal("0.50")),
    )


@pytest.mark.promise("P5")
def test_an_empty_day_names_the_next_date_and_how_fresh_it_is(world: World, person: int) -> None:
    lists(world, deadline(1, due=due(90)))

    fresh = page(world, person)
    assert (fresh.cards, fresh.next_due) == ((), DueDate(on=date(2027, 2, 19)))
    assert fresh.doubtful == ()

    world.clock.forward(days=2)
    assert [source.name for source in page(world, person).doubtful] == ["Scripted"]


def test_what_is_due_soon_and_belongs_to_nobody_is_an_alarm(world: World, person: int) -> None:
    lists(
        world,
        deadline("late", due=due(-3), amount=money(5000)),
        deadline("near", due=due(14), amount=money(700)),
        deadline("euros", due=due(2), amount=money(90, "EUR")),
        deadline("mine", due=due(1), amount=money(10**6)),
        deadline("far", due=due(15), amount=money(10**6)),
        deadline("undated", due=None),
        Notice(external_id="n", title="Notice n"),
    )
    with world.database.write() as session:
        ids = [world.items()["mine"].id or 0]
        acts.assign(session, ids, person, user_id=person, clock=world.wall_clock())

    alarm = page(world, person).unowned

    assert alarm is not None
    assert (alarm.count, alarm.overdue, alarm.days) == (3, 1, 14)
    assert alarm.stake == (money(5700), money(90, "EUR"))
    everything = [item.id or 0 for item in world.items().values()]
    with world.database.write() as session:
        acts.assign(session, everything, person, user_id=person, clock=world.wall_clock())
    assert page(world, person).unowned is None


def test_who_left_owns_nothing_any_more_and_the_backup_is_named(world: World, person: int) -> None:
    lists(world, deadline("left", due=due(2), amount=money(700)))
    item = world.items()["left"].id or 0
    who: dict[str, Any] = {"user_id": person, "clock": world.wall_clock()}
    with world.database.write() as session:
        lee = accounts.add_user(session, email="lee@partner.example", name="Lee", now=START)
        session.flush()
        acts.assign(session, [item], lee.id, **who)
        acts.back_up(session, [item], person, **who)
    (card,) = page(world, person).cards
    assert (card.row.owner and card.row.owner.name, card.act) == ("Lee", NextAct.DONE)
    with world.database.write() as session:
        accounts.user(session, lee.id or 0).is_active = False

    found = page(world, person)

    (card,) = found.cards
    assert (card.row.owner, card.act) == (None, NextAct.TAKE)
    assert card.row.backup is not None
    assert card.row.backup.id == person
    assert found.unowned is not None
    assert (found.unowned.count, found.unowned.stake) == (1, (money(700),))

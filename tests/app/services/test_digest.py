"""What one digest says: everything that counts, and how much of it did not fit."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.core.outlines import trimmed
from app.models import Pair
from app.notify import mail
from app.notify.digest import MOST_ROWS
from app.services import accounts, acts, comments, digest_words, digesting, pairs
from app.services.pages import Health, SourceLine, Unowned
from app.services.pages.digest import Digest
from connectors.sdk.records import AnyRecord, Deadline, DueDate, Money
from tests.support.scripted import deadline
from tests.support.world import START, World

DAY = START.date()
SECTION = re.compile(r"^([A-Z0-9 ]+)\n(.*?)\n\n(?=\n|…)", re.MULTILINE | re.DOTALL)
"""The head of a section of the text, and what stands below it."""


def late(number: int) -> Deadline:
    return deadline(f"late {number}", due=DueDate(on=DAY - timedelta(days=2)))


def read(world: World, *records: AnyRecord) -> None:
    world.connector.lists(*records)
    world.sync()


def composed(world: World, person: int) -> Digest:
    with world.database.read() as session:
        user = accounts.user(session, person)
        return digesting.compose(session, user, clock=world.wall_clock())


def parts(world: World, digest: Digest) -> tuple[str, str]:
    """The text and the HTML of its mail."""
    outline = digest_words.outline_of(digest, world.wall_clock(), home="https://i.example")
    shown = trimmed(outline, MOST_ROWS, least=digest.cut)
    return mail.render("digest", {"mail": shown})


def test_what_does_not_fit_is_counted_whole(world: World, person: int) -> None:
    soon = [deadline(n, due=DueDate(on=DAY + timedelta(days=3))) for n in range(40)]
    new = [deadline(f"new {n}") for n in range(70)]
    read(world, *map(late, range(150)), *soon, *new)

    digest = composed(world, person)
    text, _html = parts(world, digest)

    shown = {head: told.count("\n- ") for head, told in SECTION.findall(text)}
    assert shown == {"OVERDUE": 25, "DUE IN 7 DAYS": 15, "NEW": 15, "NOBODY OWNS THESE": 5}
    assert f"and {150 + 40 + 70 - 55} more: https://i.example/inbox" in text
    assert digest.subject == "150 overdue, 40 due in 7 days – Sat 21 Nov"


def test_sources_that_do_not_fit_are_counted_and_lead_to_their_page(
    world: World, person: int
) -> None:
    lines = (SourceLine(id=n, name=f"Source {n}", health=Health.STALE) for n in range(70))
    text, html = parts(world, replace(composed(world, person), doubtful=tuple(lines)))

    assert text.count("\n- Source ") == 60
    assert "70 sources not fresh: https://i.example/sources\n" in text
    assert ">70 sources not fresh</a>" in html
    assert " more:" not in text, "they do not stand in the inbox"


def test_a_change_is_told_in_words_with_both_values(world: World, person: int) -> None:
    read(world, deadline("r", amount=Money(amount=Decimal(100), currency="USD")))
    world.clock.forward(days=2)
    moved = deadline(
        "r", due=DueDate(on=date(2027, 1, 2)), amount=Money(amount=Decimal(150), currency="USD")
    )
    read(world, moved)

    digest = composed(world, person)
    text, _html = parts(world, digest)

    assert "Due moved: Fri 15 Jan 2027 → Sat 2 Jan 2027" in text
    assert "Amount changed: 100 → 150" in text
    assert digest.overdue == ()
    assert " more:" not in text


def test_what_the_team_has_put_off_or_settled_is_told_only_where_its_source_changed_it(
    world: World, person: int
) -> None:
    due = DueDate(on=DAY + timedelta(days=3))
    names = ("waiting", "declined", "asleep", "until it changes", "joined", "stands", "plain")
    read(world, *(deadline(name, due=due) for name in names))
    ids = {name: world.items()[name].id or 0 for name in names}
    who: dict[str, Any] = {"user_id": person, "clock": world.wall_clock()}
    with world.database.write() as session:
        lena = accounts.add_user(session, email="lm@partner.example", name="Lena", now=START)
        session.flush()
        acts.wait(session, [ids["waiting"]], **who)
        acts.assign(session, [ids["waiting"]], person, **who)
        acts.back_up(session, [ids["waiting"]], lena.id, **who)
        acts.decline(session, [ids["declined"]], "not ours", **who)
        acts.snooze(session, [ids["asleep"]], world.clock() + timedelta(days=2), **who)
        acts.snooze(session, [ids["until it changes"]], None, **who)
        both = {"first_id": ids["joined"], "second_id": ids["stands"]}
        pair = Pair(**both, because="the same", created_at=START)
        session.add(pair)
        session.flush()
        pairs.same(session, pair.id or 0, keep=ids["stands"], **who)
        accounts.user(session, person).last_digest_at = world.clock()
    world.clock.forward(hours=1)
    moved = DueDate(on=DAY + timedelta(days=4))
    days = dict.fromkeys(names, due) | {"until it changes": moved}
    read(world, *(deadline(name, due=on, status="other") for name, on in days.items()))

    digest = composed(world, person)
    text, html = parts(world, digest)

    soon = [row.title for row in digest.soon]
    assert soon == [f"Deadline {n}" for n in ("waiting", "stands", "plain", "until it changes")]
    for part in (text, html):
        assert " · waiting on vendor since today" in part
        assert "backup: Lena" in part
    told = {entry.row.title: entry.row.state for entry in digest.changed}
    assert told["Deadline declined"] == "not applicable"
    for state in ("not applicable", "snoozed", "joined with another"):
        assert f" | {state}\n" in text
        assert f'">{state}</span>' in html
    assert "| open" not in text


def test_what_nobody_owns_is_told_in_both_parts_at_the_same_place(
    world: World, person: int
) -> None:
    money = Money(amount=Decimal(1500), currency="USD")
    due = DueDate(on=DAY + timedelta(days=9))
    mine = deadline("mine", due=due)
    read(world, mine, *(deadline(n, due=due, amount=money) for n in range(7)), deadline("far"))
    with world.database.write() as session:
        ids = [world.items()["mine"].id or 0]
        acts.assign(session, ids, person, user_id=person, clock=world.wall_clock())
    read(world, *(late(n) for n in range(2)), mine, *(deadline(n, due=due) for n in range(7)))

    digest = composed(world, person)
    text, html = parts(world, digest)

    assert digest.alarm == Unowned(count=9, overdue=2, days=14)
    assert len(digest.unowned) == digesting.MOST_UNOWNED
    heads = ("Overdue", "Changed at the source", "New", "Nobody owns these")
    for part, written in ((text, str.upper), (html, lambda head: f">{head}<")):
        places = [part.index(written(head)) for head in heads]
        assert places == sorted(places)
        assert "9 items overdue or due within 14 days" in part
        assert "https://i.example/inbox?tab=unowned" in part


def test_a_digest_is_sent_for_nothing_but_what_nobody_owns(world: World, person: int) -> None:
    read(world, deadline("a", due=DueDate(on=DAY + timedelta(days=10))))
    with world.database.write() as session:
        accounts.user(session, person).last_digest_at = world.clock()

    digest = composed(world, person)

    assert not digest.new
    assert not digest.empty


def test_who_named_the_reader_is_told_once_in_full_and_then_counted(
    world: World, person: int
) -> None:
    read(world, deadline("r"))
    item = world.items()["r"].id or 0
    with world.database.write() as session:
        lena = accounts.add_user(session, email="lm@partner.example", name="Lena", now=START)
        say = {"user_id": lena.id or 0, "clock": world.wall_clock()}
        comments.add(session, item, "@Rin one\nhttps://portal.example/7", **say)
        comments.add(session, item, "@Lena not for Rin", **say)

    digest = composed(world, person)
    text, html = parts(world, digest)
    assert digest.subject == "1 mention of you – Sat 21 Nov"
    assert (
        f"Lena, today 09:00: @Rin one https://portal.example/7\n  https://i.example/items/{item}"
        in text
    )
    assert "@Rin one" in html
    assert "not for Rin" not in text + html

    world.clock.forward(days=2)
    later = composed(world, person)
    assert (later.mentions, later.mentions_before) == ((), 1)
    counted = "1 more mention that you have not opened"
    assert all(counted in part for part in parts(world, later))
    with world.database.write() as session:
        comments.seen(session, item, user_id=person, now=world.clock())
    assert composed(world, person).mentions_before == 0

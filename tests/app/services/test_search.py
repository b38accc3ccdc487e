"""What people type finds what they mean, on both engines alike."""

import random

import pytest
from sqlmodel import Session

from app.db import Database
from app.models import Connection, Item
from app.services import inbox, search
from app.services.pages import View
from connectors.sdk.records import Program
from tests.support.scripted import deadline
from tests.support.world import START, World

PLACES = {
    "street": {"title": "Über die Müller Straße, École"},
    "quote": {"reference": "renewal 4419005 · quote QUO-88121 · MDF-2026-Q4"},
    "mail": {"account": "ingram/micro julia@vendor.example AT&T C++ (beta)"},
    "words": {"title": "Not or and near"},
    "capitals": {"title": "İSTANBUL ŁÓDŹ ΕΛΛΑΔΑ", "vendor": "TD_SYNNEX"},
    "apart": {"summary": "U\N{COMBINING DIAERESIS}bung im cafe\N{COMBINING ACUTE ACCENT}"},
}


@pytest.fixture
def places(world: World) -> World:
    world.connector.lists(*(deadline(name, **{"title": "x", **s}) for name, s in PLACES.items()))
    world.sync()
    return world


def found(world: World, text: str) -> set[str]:
    names = {item.id: name for name, item in world.items().items()}
    with world.database.read() as session:
        return {names[id_] for id_ in search.found(session, text)}


CASES = {
    "a prefix": [("mül", "street"), ("q", "quote"), ("istan", "capitals")],
    "any case": [("MÜLLER", "street"), ("straße", "street"), ("łódź", "capitals")],
    "without accents": [("muller", "street"), ("ecole", "street"), ("ubung", "apart")],
    "with accents that are not there": [("café", "apart"), ("ünd", None)],
    "several words, in any order": [
        ("straße über", "street"),
        ("quote 4419005", "quote"),
        ("quote muller", None),
    ],
    "a part of a number": [
        ("88121", "quote"),
        ("QUO-88121", "quote"),
        ("quo 88", "quote"),
        ("2026", "quote"),
        ("mdf-2026-q4", "quote"),
    ],
    "a part of an address or a path": [
        ("julia@vendor.example", "mail"),
        ("vendor.example", "mail"),
        ("micro", "mail"),
        ("synnex", "capitals"),
    ],
    "punctuation": [
        ("at&t", "mail"),
        ("c++", "mail"),
        ("(beta", "mail"),
        ('"quo', "quote"),
        ("quo*", "quote"),
        ("quo's", None),
        ("' OR 1=1 --", None),
    ],
    "operators are words": [("NOT", "words"), ("not OR and", "words"), ("near(", "words")],
    "other scripts": [("ελλαδα", "capitals"), ("Ελλ", "capitals")],
    "no word at all": [("", None), ("  ", None), ("*", None), ("--", None), ("🎉", None)],
    "what is no text": [("\0", None), ("\ud800", None), ("quo\0", "quote")],
}


def test_people_find_what_they_mean(places: World) -> None:
    for sort, cases in CASES.items():
        for text, name in cases:
            hits = found(places, text)
            assert (name in hits) if name else not hits, (sort, text)


def test_a_very_long_text_is_looked_for_as_far_as_it_goes(places: World) -> None:
    assert found(places, "quote " * 5000) == {"quote"}


def test_an_item_is_found_by_what_it_says_now(world: World) -> None:
    world.connector.lists(
        deadline(1, title="Alpha"), deadline(2, account="Alpha"), deadline(3, summary="Alpha")
    )
    world.sync()
    assert (found(world, "alpha"), found(world, "beta")) == ({"1", "2", "3"}, set())

    world.connector.lists(
        deadline(1, title="Beta"), deadline(2, vendor="Beta"), deadline(3, program="Beta")
    )
    world.sync()

    assert (found(world, "alpha"), found(world, "beta")) == (set(), {"1", "2", "3"})


def test_accents_that_came_with_a_change_need_not_be_typed(world: World) -> None:
    world.connector.lists(deadline(1, title="Öl"))
    world.sync()
    assert found(world, "ol") == {"1"}

    world.connector.lists(deadline(1, title="Ägäis"))
    world.sync()

    assert (found(world, "ol"), found(world, "agais")) == (set(), {"1"})


def many(session: Session, number: int) -> None:
    owner = Connection(name="a", connector="scripted", created_at=START)
    session.add(owner)
    session.flush()
    rows = [
        Item(
            connection_id=owner.id,
            stream="s",
            external_id=str(n),
            kind="deadline",
            title=f"Renewal {n}",
            vendor="Old" if n == 0 else "New",
            content_hash=b"",
            first_seen_at=START,
            changed_at=START,
        )
        for n in range(number)
    ]
    session.add_all(rows)
    session.flush()
    search.add(session, [row.id or 0 for row in rows])


def test_whoever_searches_is_told_when_only_the_newest_were_looked_at(
    database: Database, world: World, person: int
) -> None:
    with database.write() as session:
        many(session, search.MOST + 1)

    def page(q: str, vendor: str = "") -> tuple[int, int]:
        with database.read() as session:
            found = inbox.inbox_page(
                session, View(q=q, vendor=vendor), user_id=person, clock=world.wall_clock()
            )
            return sum(head.count for head in found.heads), found.cut

    assert page("renewal") == (search.MOST, search.MOST)
    assert page("renewal", vendor="Old") == (0, search.MOST)
    assert page("renewal 0") == (1, 0)
    assert page("") == (search.MOST + 1, 0)


@pytest.mark.promise("P9")
def test_texts_of_any_length_stop_no_other_row(world: World) -> None:
    some = random.Random(1)
    endless = "".join(chr(some.randrange(0x4E00, 0x9FFF)) for _ in range(6000))
    numbers = " ".join(str(some.random()) for _ in range(80_000))
    world.connector.lists(
        deadline(1),
        deadline("title", title=endless, account=endless, reference=endless),
        deadline("summary", summary=numbers),
        deadline("vendor", vendor=endless),
        deadline("program", program=endless),
        Program(external_id="p", title=endless, program=endless),
    )

    run = world.sync()

    assert (run.outcome, run.new, run.quarantined) == ("ok", 4, 2)
    assert world.live() == {"1", "title", "summary"}
    assert found(world, numbers[:12]) == {"summary"}

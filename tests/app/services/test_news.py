"""What the sources changed since somebody looked: what matters on top, the rest by program."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from app.core.news import Line
from app.db import Database
from app.errors import Conflict
from app.models import Event
from app.services import inbox, looks, undoing
from app.services.news import changes_page
from app.services.pages import Act, ChangesPage, ChangesView, Thing
from connectors.sdk.records import (
    AnyRecord,
    Contact,
    DueDate,
    Fact,
    Fund,
    Money,
    Program,
)
from tests.support.scripted import deadline
from tests.support.world import World

DOLLARS = Money(amount=Decimal(900), currency="USD")
RENEWAL = deadline("renewal", vendor="Fortinet", program="Engage", amount=DOLLARS)
QUOTE = deadline("quote", vendor="Fortinet", program="Engage", status="open")
EURO = deadline(
    "euro", vendor="Fortinet", program="Engage", amount=Money(amount=Decimal(40), currency="EUR")
)
LOOSE = deadline("loose")
ENGAGE = Program(
    external_id="engage", title="Engage", vendor="Fortinet", tier="Expert", eligible=True
)
FUND = Fund(
    external_id="f1",
    title="MDF Q1",
    vendor="Fortinet",
    program="Engage",
    currency="USD",
    remaining=Decimal(5000),
    lapses=DueDate(on=date(2027, 3, 31)),
)
REP = Contact(external_id="rep", title="Ana Ruiz", vendor="Fortinet", role="Partner manager")
EVERYTHING: tuple[AnyRecord, ...] = (RENEWAL, QUOTE, EURO, LOOSE, ENGAGE, FUND, REP)


class Reader:
    """Somebody who reads the changes."""

    def __init__(self, world: World, person: int) -> None:
        self.world, self.person = world, person
        self.listed = {record.external_id: record for record in EVERYTHING}

    def sync(self, *changed: AnyRecord, without: str = "") -> None:
        """The source's list with these in it from now on, and that one left out."""
        self.listed |= {record.external_id: record for record in changed}
        self.world.connector.lists(
            *(record for key, record in self.listed.items() if key != without)
        )
        self.world.sync()

    def page(self, *, after: str = "", up_to: str = "", **view: Any) -> ChangesPage:
        with self.world.database.read() as session:
            return changes_page(
                session,
                ChangesView(**view),
                user_id=self.person,
                clock=self.world.wall_clock(),
                after=after,
                up_to=up_to,
            )

    def mark(self, up_to: int) -> Act:
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            return looks.mark(session, up_to, user_id=self.person, clock=clock)

    def undo(self, act: Act) -> None:
        assert act.undo is not None
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            undoing.undo(session, act.undo, user_id=self.person, clock=clock)

    def looks(self) -> None:
        """See everything, and say so."""
        self.mark(self.page().up_to)

    def nav(self) -> int:
        with self.world.database.read() as session:
            clock = self.world.wall_clock()
            return inbox.nav(session, user_id=self.person, clock=clock).changes


@pytest.fixture
def reader(world: World, person: int) -> Reader:
    made = Reader(world, person)
    made.sync()
    made.looks()
    return made


def told(things: tuple[Thing, ...]) -> dict[str, list[tuple[str | None, str | None, str | None]]]:
    return {thing.title: [said(line) for line in thing.lines] for thing in things}


def said(line: Line) -> tuple[str | None, str | None, str | None]:
    return (line.field or line.kind, line.old, line.new)


def sections(page: ChangesPage) -> dict[str, list[str]]:
    return {one.key: [thing.title for thing in one.things] for one in page.sections}


def programs(page: ChangesPage) -> dict[str, tuple[list[str], list[str], int]]:
    return {
        one.title: (
            [thing.title for thing in one.things],
            [thing.title for thing in one.small],
            one.new.count if one.new else 0,
        )
        for one in page.programs
    }


def moved(days: int) -> DueDate:
    return DueDate(on=date(2027, 1, days))


def test_nothing_changed_says_so_and_counts_nothing(reader: Reader) -> None:
    reader.sync()
    page = reader.page()

    assert page.empty
    assert page.seen
    assert (page.changed, page.new, reader.nav()) == (0, 0, 0)


def test_what_matters_stands_on_top_with_its_money(reader: Reader) -> None:
    reader.sync(
        replace(RENEWAL, due=moved(4)),
        replace(EURO, due=moved(5)),
        replace(ENGAGE, eligible=False, tier="Advanced"),
        replace(REP, title="Tom Berg", email="tom@fortinet.example"),
    )
    page = reader.page()

    assert sections(page) == {
        "standing": ["Engage"],
        "dates": ["Deadline euro", "Deadline renewal"],
        "people": ["Tom Berg"],
    }
    standing, dates, people = page.sections
    money = [(str(one.amount), one.currency) for one in dates.stake]
    assert money == [("900.00", "USD"), ("40.00", "EUR")], "never added across currencies"
    (engage,) = standing.things
    assert told(standing.things)["Engage"] == [
        ("Eligible", "yes", "no"),
        ("Tier", "Expert", "Advanced"),
    ]
    assert engage.open_items == 4, "the program's open items, with the fund's deadline"
    assert {one.currency for one in engage.stake} == {"USD", "EUR"}
    assert told(people.things)["Tom Berg"] == [
        ("Title", "Ana Ruiz", "Tom Berg"),
        ("Mail", None, "tom@fortinet.example"),
    ]
    assert dates.things[0].last.run_id is not None
    assert (page.changed, reader.nav()) == (4, 4)


def test_money_of_a_program_with_two_records_counts_once(reader: Reader) -> None:
    other = Program(
        external_id="sase", title="SASE", program="Engage", vendor="Fortinet", tier="Expert"
    )
    reader.sync(other)
    reader.looks()

    reader.sync(replace(other, tier="None"), replace(ENGAGE, tier="Advanced"))

    (standing,) = reader.page().sections
    assert sorted(thing.title for thing in standing.things) == ["Engage", "SASE"]
    assert {thing.stake for thing in standing.things} == {standing.stake}


def test_values_stand_by_program_and_wording_is_folded(reader: Reader) -> None:
    reader.sync(
        replace(RENEWAL, amount=Money(amount=Decimal(950), currency="USD")),
        replace(QUOTE, title="Quote, as we say now", facts=(Fact(label="Seats", value="9"),)),
        replace(LOOSE, status="on hold"),
        replace(FUND, remaining=Decimal(4000)),
    )
    page = reader.page()

    assert programs(page) == {
        "Fortinet · Engage": (
            ["MDF Q1", "Use MDF Q1 before it lapses", "Deadline renewal"],
            ["Quote, as we say now"],
            0,
        ),
        "Scripted": (["Deadline loose"], [], 0),
    }
    assert sections(page) == {}


def test_several_changes_of_one_item_are_one_line(reader: Reader) -> None:
    for day in (4, 9, 6):
        reader.sync(replace(RENEWAL, due=moved(day)))
    (section,) = reader.page().sections

    assert told(section.things) == {"Deadline renewal": [("Due", "2027-01-15", "2027-01-06")]}
    assert section.things[0].lines[0].times == 3


def test_what_was_taken_back_is_small(reader: Reader) -> None:
    reader.sync(replace(RENEWAL, due=moved(4)), replace(QUOTE, status="won"))
    reader.sync(RENEWAL, QUOTE)
    page = reader.page()

    assert sections(page) == {}
    ((things, small, _new),) = programs(page).values()
    assert (things, sorted(small)) == ([], ["Deadline quote", "Deadline renewal"])


def test_what_went_and_what_came_back_is_told(reader: Reader) -> None:
    for _ in range(2):
        reader.sync(without="quote")
    assert sections(reader.page()) == {"listing": ["Deadline quote"]}
    reader.looks()
    reader.sync()

    assert sections(reader.page()) == {"listing": ["Deadline quote"]}


def test_a_fund_that_lapses_sooner_is_told_once_with_its_money(reader: Reader) -> None:
    reader.sync(replace(FUND, lapses=DueDate(on=date(2027, 2, 28))))
    (section,) = reader.page().sections

    (thing,) = section.things
    assert (thing.title, str(thing.stake[0].amount)) == ("Use MDF Q1 before it lapses", "5000.00")


def test_new_ones_are_counted_by_program_and_their_later_changes_told(reader: Reader) -> None:
    more = [deadline(n, vendor="Fortinet", program="Engage") for n in range(7)]
    reader.sync(*more, deadline("other", vendor="Dell"))
    reader.sync(replace(more[0], due=moved(4)))
    page = reader.page()

    assert programs(page) == {"Dell": ([], [], 1), "Fortinet · Engage": ([], [], 7)}
    fresh = page.programs[1].new
    assert fresh is not None
    assert len(fresh.shown) == 5
    assert fresh.view["program"] == "Engage"
    assert (page.new, sections(page)) == (8, {"dates": ["Deadline 0"]})


def test_a_new_person_begins_a_week_ago_and_a_first_read_is_one_line(
    world: World, person: int
) -> None:
    reader = Reader(world, person)
    reader.sync()
    reader.sync(deadline("later", vendor="Fortinet"))
    page = reader.page()

    assert page.first
    assert [(one.source.name, one.count) for one in page.first_reads] == [("Scripted", 8)]
    assert programs(page) == {"Fortinet": ([], [], 1)}
    world.clock.forward(days=9)
    assert reader.page().empty


class TestSeen:
    def test_what_came_since_it_was_shown_is_not_marked(self, reader: Reader) -> None:
        reader.sync(replace(RENEWAL, due=moved(4)))
        shown = reader.page()
        reader.sync(replace(QUOTE, due=moved(5)))
        reader.mark(shown.up_to)

        assert sections(reader.page()) == {"dates": ["Deadline quote"]}
        assert reader.nav() == 1

    def test_undone_it_is_as_it_was(self, reader: Reader) -> None:
        reader.sync(replace(RENEWAL, due=moved(4)))
        act = reader.mark(reader.page().up_to)
        assert reader.page().empty
        reader.undo(act)
        assert reader.nav() == 1

        with pytest.raises(Conflict, match="undone already"):
            reader.undo(act)

    def test_it_never_goes_back_nor_beyond_what_there_is(self, reader: Reader) -> None:
        reader.sync(replace(RENEWAL, due=moved(4)))
        page = reader.page()
        reader.mark(page.up_to + 1_000_000)
        assert reader.mark(1).undo is None

        reader.sync(replace(QUOTE, due=moved(5)))
        assert reader.nav() == 1

    def test_a_choice_of_days_shows_what_was_seen(self, reader: Reader) -> None:
        reader.world.clock.forward(days=2)
        reader.sync(replace(RENEWAL, due=moved(4)))
        reader.looks()
        reader.world.clock.forward(days=1)

        assert sections(reader.page(since="yesterday")) == {"dates": ["Deadline renewal"]}
        assert sections(reader.page(since="7")) == {"dates": ["Deadline renewal"]}
        assert reader.page().empty
        reader.world.clock.forward(days=3)
        assert reader.page(since="yesterday").empty


class TestNarrowed:
    def test_by_vendor_program_and_what_matters(self, reader: Reader) -> None:
        other = deadline("other", vendor="Dell", program="Titanium")
        reader.sync(other)
        reader.looks()
        reader.sync(
            replace(other, due=moved(4)),
            replace(RENEWAL, due=moved(4)),
            replace(QUOTE, status="won"),
            replace(ENGAGE, eligible=False),
        )

        assert sections(reader.page(vendor="Dell")) == {"dates": ["Deadline other"]}
        of_engage = reader.page(program="Engage")
        assert sections(of_engage) == {"standing": ["Engage"], "dates": ["Deadline renewal"]}
        assert programs(of_engage) == {"Fortinet · Engage": (["Deadline quote"], [], 0)}
        assert reader.page(only=True).programs == ()


def test_a_long_gap_is_paged_and_everything_stands_on_it_once(reader: Reader) -> None:
    many = [deadline(n, vendor="Dell") for n in range(150)]
    reader.sync(*many)
    reader.looks()
    reader.sync(*(replace(one, status="held") for one in many))
    reader.sync(*(replace(one, status="free") for one in many[::3]))
    reader.sync(*(replace(one, due=moved(4), status="free") for one in many[:5]))

    seen: list[str] = []
    page = reader.page()
    assert len(page.sections[0].things) == 5
    while True:
        seen += [thing.title for one in page.programs for thing in one.things]
        if page.after is None:
            break
        page = reader.page(after=page.after, up_to=str(page.up_to))
        assert page.sections == ()
    assert len(seen) == len(set(seen)) == 145
    assert page.changed == 150


def test_what_matters_is_paged_alone(reader: Reader) -> None:
    many = [deadline(n, vendor="Dell") for n in range(130)]
    reader.sync(*many)
    reader.looks()
    reader.sync(*(replace(one, due=moved(4)) for one in many))

    seen: list[str] = []
    after, up_to = "", ""
    while True:
        page = reader.page(only=True, after=after, up_to=up_to)
        seen += [thing.title for one in page.sections for thing in one.things]
        if page.more_matters is None:
            break
        after, up_to = page.more_matters, str(page.up_to)
    assert len(seen) == len(set(seen)) == 130


def test_while_a_sync_runs_only_what_is_surely_whole_is_shown(
    reader: Reader, database: Database
) -> None:
    """Postgres: another sync may have taken lower numbers that nobody sees yet."""
    reader.sync(replace(RENEWAL, due=moved(4)))
    before = reader.page()
    reader.world.clock.forward(minutes=30)
    shown: list[ChangesPage] = []

    def meanwhile() -> None:
        with database.write() as session:  # what a sync of another source writes
            at = reader.world.clock()
            session.add(Event(subject="item", subject_id=1, at=at, kind="closed", run_id=99))
        shown.append(reader.page())

    reader.world.connector.script["things"].insert(0, meanwhile)
    reader.world.sync()

    (during,) = shown
    assert during.up_to == (before.up_to + 1 if database.sqlite else before.up_to)
    assert reader.page().up_to == before.up_to + 1

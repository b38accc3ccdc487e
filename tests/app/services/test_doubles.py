"""One deadline that two sources give: suggested as one, decided by a person, asked again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from sqlmodel import select

from app.errors import Invalid
from app.jobs.comparing import Comparer
from app.models import Pair
from app.services import acts, deciding, doubles, inbox, item, pairs, sources, undoing
from app.services.decision_lines import PairLine
from app.services.pages import Act, ItemPage, View
from connectors.sdk.connector import Complete, Page
from connectors.sdk.records import Deadline, DueDate, Money
from tests.support.scripted import deadline
from tests.support.together import meanwhile
from tests.support.world import World

PORTAL = deadline(
    "portal",
    title="Renew Fortinet — Northgate",
    category="renewal",
    vendor="Fortinet",
    account="Northgate Logistics",
    reference="renewal 4419127 · quote QUO-88121",
    amount=Money(amount=Decimal(900), currency="USD"),
    due=DueDate(on=date(2027, 2, 14)),
)
SHEET = replace(
    PORTAL, external_id="sheet", title="Northgate 4419127", due=DueDate(on=date(2027, 2, 15))
)
OTHERS = tuple(deadline(n, title=f"Other thing {n}") for n in range(9))


def on(day: int, record: Deadline) -> Deadline:
    return replace(record, due=DueDate(on=date(2027, 2, day)))


class Desk:
    """A person before the inbox, into which a portal and a sheet are read."""

    def __init__(self, world: World, person: int) -> None:
        self.world, self.person = world, person
        with world.database.write() as session:
            added = sources.add(
                session,
                name="Sheet",
                connector="scripted",
                values={},
                vault=world.syncer.vault,
                now=world.clock(),
            )
        self.ids = {"portal": world.connection_id, "sheet": added.id or 0}

    def comes(self, source: str, *records: Deadline) -> None:
        """The source's whole list; what is suggested of it then."""
        self.reads(source, *records)
        self.compares()

    def reads(self, source: str, *records: Deadline) -> None:
        """The source's whole list, not yet compared."""
        script = [Page(records=(*OTHERS[: 9 if source == "portal" else 0], *records)), Complete()]
        self.world.connector.script["things"] = script  # type: ignore[assignment]  # steps
        self.world.clock.forward(hours=1)
        assert self.world.syncer.run(self.ids[source], trigger="test") is not None

    def compares(self) -> int:
        return Comparer(database=self.world.database, now=self.world.clock).compare()

    def asked(self) -> tuple[PairLine, ...]:
        with self.world.database.read() as session:
            page = deciding.decisions_page(session, clock=self.world.wall_clock())
        return (*page.conflicts, *page.pairs)

    def id(self, external_id: str) -> int:
        return self.world.items()[external_id].id or 0

    def page(self, external_id: str) -> ItemPage:
        with self.world.database.read() as session:
            clock = self.world.wall_clock()
            return item.item_page(session, self.id(external_id), user_id=self.person, clock=clock)

    def listed(self) -> dict[str, str]:
        """The lines of the inbox but for the others, with what clashes."""
        with self.world.database.read() as session:
            clock = self.world.wall_clock()
            found = inbox.inbox_page(session, View(), user_id=self.person, clock=clock)
        rows = [row for group in found.groups for row in group.rows]
        return {row.title: row.clash for row in rows if not row.title.startswith("Other")}

    def decide(self, what: object, *args: object, **more: Any) -> Act:
        self.world.clock.forward(minutes=1)
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            return what(session, *args, user_id=self.person, clock=clock, **more)  # type: ignore[no-any-return, operator]  # an act of a service

    def join(self, keep: str = "portal", **more: Any) -> Act:
        (one,) = self.asked()
        return self.decide(pairs.same, one.id, keep=self.id(keep), **more)

    def pair(self) -> Pair:
        with self.world.database.read() as session:
            return session.exec(select(Pair)).one()


@pytest.fixture
def desk(world: World, person: int) -> Desk:
    made = Desk(world, person)
    made.comes("portal", PORTAL)
    made.comes("sheet", SHEET)
    return made


BOTH = {PORTAL.title, SHEET.title}
CLASH = "Two sources give two dates, 14 and 16 February 2027"


def test_the_two_stand_side_by_side_with_what_differs_and_nothing_is_joined(desk: Desk) -> None:
    (one,) = desk.asked()

    assert one.because == "Both carry the number 4419127."
    assert (one.keep.title, one.other.title) == (PORTAL.title, SHEET.title), "the earlier first"
    assert (one.keep.source, one.other.source) == ("Scripted", "Sheet")
    assert (one.differs, one.dates) == ({"date"}, "14 and 15 February 2027")
    assert one.keep.fresh is not None
    assert set(desk.listed()) == BOTH
    assert [line.id for line in desk.page("sheet").related.pairs] == [one.id]


def test_reading_again_compares_nothing_and_asks_once(desk: Desk) -> None:
    desk.comes("sheet", replace(SHEET, status="seen"))
    assert len(desk.asked()) == 1

    desk.world.syncer.run(desk.ids["sheet"], trigger="test")
    assert desk.compares() == 0


def test_what_no_longer_looks_the_same_is_no_longer_asked(desk: Desk) -> None:
    desk.comes("sheet", replace(SHEET, reference=None, title="Hartwell", account="Hartwell"))

    assert desk.asked() == ()


def test_one_that_gives_the_same_is_asked_as_told_twice(desk: Desk) -> None:
    desk.comes("sheet", on(14, SHEET))
    (one,) = desk.asked()

    assert one.differs == frozenset()


class TestSame:
    def test_the_chosen_one_stands_and_the_reason_is_kept(self, desk: Desk) -> None:
        desk.join("sheet", reason="  The sheet is   what finance signed ")

        assert set(desk.listed()) == {SHEET.title}
        assert desk.pair().reason == "The sheet is what finance signed"
        first, *_ = desk.page("portal").history
        assert (first.what, first.text) == (f"Joined with {SHEET.title}", desk.pair().reason)
        assert desk.asked() == ()

    def test_undone_they_are_two_and_asked_about_again(self, desk: Desk) -> None:
        desk.decide(undoing.undo, desk.join(reason="Why not").undo)

        assert set(desk.listed()) == BOTH
        (one,) = desk.asked()
        assert (one.said_at, one.reason) == (None, None)

    def test_a_reason_can_be_too_long(self, desk: Desk) -> None:
        with pytest.raises(Invalid):
            desk.join(reason="x" * 501)

    @pytest.mark.promise("P6")
    @pytest.mark.parametrize("source", ["sheet", "portal"])
    def test_two_dates_again_are_asked_again_and_both_stand(self, desk: Desk, source: str) -> None:
        desk.comes("sheet", on(14, SHEET))
        desk.join(reason="One quote")
        if source == "sheet":
            desk.comes("sheet", on(16, SHEET))
        else:
            desk.comes("portal", on(16, PORTAL))

        assert desk.listed() == dict.fromkeys(BOTH, CLASH), "the earlier date has its own line"
        (one,) = desk.asked()
        assert (one.said_by, one.reason) == ("Rin", "One quote")
        assert f"It came back: {CLASH}." in desk.page("sheet").why
        desk.join("portal")
        assert set(desk.listed().values()) == {""}

    @pytest.mark.parametrize("verb", [pairs.same, pairs.different])
    def test_what_was_said_first_is_kept_when_the_second_word_is_undone(
        self, desk: Desk, verb: object
    ) -> None:
        desk.comes("sheet", on(14, SHEET))
        desk.join(reason="One quote")
        said = desk.pair().decided_at
        desk.comes("sheet", on(16, SHEET))
        (one,) = desk.asked()
        desk.decide(undoing.undo, desk.decide(verb, one.id, reason="Once more").undo)

        (one,) = desk.asked()
        assert (one.said_by, one.said_at, one.reason) == ("Rin", said, "One quote")

    @pytest.mark.promise("P6")
    def test_what_a_person_says_while_it_is_compared_is_not_forgotten(self, desk: Desk) -> None:
        (one,) = desk.asked()
        other = replace(SHEET, reference=None, title="Hartwell", account="Hartwell")
        desk.reads("sheet", other)
        by: Any = {"user_id": desk.person, "clock": desk.world.wall_clock()}

        meanwhile(
            desk.world.database,
            lambda session: pairs.same(session, one.id, **by),
            lambda session: doubles.compare(session, clock=desk.world.wall_clock()),
        )

        assert desk.pair().state == "same"

    def test_one_that_follows_the_other_stays_joined(self, desk: Desk) -> None:
        desk.join()
        desk.comes("sheet", on(14, SHEET))
        desk.comes("sheet", replace(on(14, SHEET), status="sent"))

        assert set(desk.listed()) == {PORTAL.title}
        assert desk.asked() == ()

    def test_what_was_done_comes_back_where_the_other_source_says_otherwise(
        self, desk: Desk
    ) -> None:
        desk.join()
        desk.decide(acts.done, [desk.id("portal")])
        assert desk.listed() == {}
        desk.comes("sheet", on(16, SHEET))

        assert desk.listed() == {SHEET.title: CLASH}

    @pytest.mark.promise("P1")
    def test_one_whose_head_went_and_came_back_is_asked_about_again(self, desk: Desk) -> None:
        desk.join()
        for _ in range(2):
            desk.comes("portal")
        assert set(desk.listed()) == {SHEET.title}
        assert desk.asked() == ()
        desk.comes("portal", PORTAL)

        assert set(desk.listed()) == BOTH
        (one,) = desk.asked()
        assert one.said_by == "Rin"


class TestDifferent:
    def test_it_is_not_asked_again_whatever_their_dates_are(self, desk: Desk) -> None:
        (one,) = desk.asked()
        desk.decide(pairs.different, one.id, reason="The sheet means the hardware")
        desk.comes("sheet", on(20, SHEET))

        assert desk.asked() == ()
        assert desk.page("sheet").history[1].text == "The sheet means the hardware"

    def test_it_is_asked_again_when_they_agree_on_something_else(self, desk: Desk) -> None:
        (one,) = desk.asked()
        desk.decide(pairs.different, one.id, reason="Another quote")
        desk.comes("sheet", replace(SHEET, title="Northgate", reference="QUO-88121"))
        (one,) = desk.asked()

        assert one.because == "Both carry the number QUO-88121."
        assert (one.said_at, one.reason) == (None, "Another quote")


def test_where_a_source_has_several_that_fit_nothing_is_suggested(desk: Desk) -> None:
    many = [replace(PORTAL, external_id=f"n{n}", title=f"Line {n}") for n in range(3)]
    desk.comes("portal", PORTAL, *many)
    desk.comes("sheet", replace(SHEET, reference="QUO-88121", title="Northgate"))

    assert desk.asked() == ()

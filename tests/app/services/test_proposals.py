"""What a notice's text names is proposed; only a person makes it a deadline."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from app.db import Database
from app.errors import Conflict, Invalid, NotFound
from app.models import Item
from app.services import accounts, acts, confirming, deciding, inbox, item, undoing
from app.services.decision_lines import DecisionsPage, ProposalLine, Related
from app.services.pages import Act, ItemPage, View
from connectors.sdk.mapping import clean_html
from connectors.sdk.records import Deadline, DueDate, DueInstant, Money, Notice
from tests.support.together import meanwhile
from tests.support.world import START, World

TOLD = DueInstant(at=datetime(2026, 11, 20, 9, tzinfo=UTC), raw="Fri, 20 Nov 2026")
CLAIM = "Submit all claims of USD 12,500.00 by 30 November 2026."


def notice(text: str = CLAIM, number: int = 1) -> Notice:
    return Notice(
        external_id=str(number),
        title="MDF claims close",
        vendor="Fortinet",
        published=TOLD,
        body=clean_html(f"<p>{text}</p>"),
    )


class Desk:
    """A person in front of a notice."""

    def __init__(self, world: World, person: int) -> None:
        self.world, self.person = world, person

    def comes(self, *notices: Notice) -> None:
        self.world.connector.lists(*notices)
        self.world.sync()

    def id(self, external_id: str = "1") -> int:
        return self.world.items()[external_id].id or 0

    def page(self, external_id: str = "1") -> ItemPage:
        with self.world.database.read() as session:
            clock = self.world.wall_clock()
            return item.item_page(session, self.id(external_id), user_id=self.person, clock=clock)

    def related(self, external_id: str = "1") -> Related:
        return self.page(external_id).related

    def proposed(self, external_id: str = "1") -> tuple[ProposalLine, ...]:
        return self.related(external_id).proposals

    def confirm(self, on: str = "2026-11-30") -> Act:
        (one,) = self.proposed()
        return self.decide(one.id, on)

    def decide(self, number: int, on: str) -> Act:
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            self.last = confirming.confirm(
                session, self.id(), number, on, user_id=self.person, clock=clock
            )
        return self.last

    def change(self, external_id: str, on: str) -> Act:
        (one,) = self.proposed(external_id)
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            return confirming.change(
                session, self.id(external_id), one.id, on, user_id=self.person, clock=clock
            )

    def undo(self, act: Act, *, user_id: int | None = None) -> Act:
        assert act.undo is not None
        self.world.clock.forward(seconds=5)
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            who = user_id or self.person
            return undoing.undo(session, act.undo, user_id=who, clock=clock)

    def deadline(self) -> Item:
        """The one deadline that was ever confirmed."""
        listed = self.world.items().values()
        (made,) = [one for one in listed if one.stream == confirming.STREAM]
        return made

    def page_of_all(self) -> DecisionsPage:
        with self.world.database.read() as session:
            return deciding.decisions_page(session, clock=self.world.wall_clock())

    def dismiss(self) -> Act:
        (one,) = self.proposed()
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            return confirming.dismiss(session, self.id(), one.id, user_id=self.person, clock=clock)


DECIDE: dict[str, Callable[..., Act]] = {
    "confirmed": lambda session, *ids, **by: confirming.confirm(session, *ids, "2026-11-30", **by),
    "dismissed": confirming.dismiss,
}


@pytest.mark.parametrize("first", DECIDE)
@pytest.mark.parametrize("second", DECIDE)
def test_of_two_who_decide_at_once_one_does_and_the_other_is_told(
    desk: Desk, first: str, second: str
) -> None:
    (one,) = desk.proposed()
    by: Any = {"user_id": desk.person, "clock": desk.world.wall_clock()}
    id_ = desk.id()

    told = meanwhile(
        desk.world.database,
        lambda session: DECIDE[first](session, id_, one.id, **by),
        lambda session: DECIDE[second](session, id_, one.id, **by),
    )

    assert isinstance(told, Conflict)
    assert told.message == f"This proposal is {first} already."
    made = [it for it in desk.world.items().values() if it.stream == confirming.STREAM]
    assert len(made) == (first == "confirmed")


@pytest.fixture
def desk(world: World, person: int) -> Iterator[Desk]:
    world.connector.prose = True
    made = Desk(world, person)
    made.comes(notice())
    return made


def test_a_date_in_a_text_is_proposed_and_nothing_is_entered(desk: Desk) -> None:
    (one,) = desk.proposed()

    assert (one.sentence, one.days) == (CLAIM, (date(2026, 11, 30),))
    assert one.amount is not None
    assert (one.amount.amount, one.amount.currency) == (Decimal(12500), "USD")
    assert set(desk.world.items()) == {"1"}
    assert desk.world.items()["1"].due_on is None


def test_confirmed_it_is_a_deadline_of_the_team_with_its_history(desk: Desk) -> None:
    desk.confirm()
    (external_id,) = set(desk.world.items()) - {"1"}
    made = desk.world.items()[external_id]

    assert (made.kind, made.due_on, made.amount, made.currency) == (
        "deadline",
        date(2026, 11, 30),
        Decimal(12500),
        "USD",
    )
    assert (made.title, made.vendor, made.is_open) == ("MDF claims close", "Fortinet", True)
    assert CLAIM in (made.derived_from or "")
    assert [(e.kind, e.actor_id) for e in desk.world.history(external_id)] == [
        ("confirmed", desk.person)
    ]
    assert desk.world.history("1")[-1].note == CLAIM
    clock = desk.world.wall_clock()
    with desk.world.database.read() as session:
        page = item.item_page(session, made.id or 0, user_id=desk.person, clock=clock)
        found = inbox.inbox_page(session, View(q="claims"), user_id=desk.person, clock=clock)
    assert page.history[0].what == "Confirmed as a deadline on 2026-11-30"
    assert made.id in [row.id for group in found.groups for row in group.rows]


def test_no_sync_touches_what_was_confirmed(desk: Desk) -> None:
    desk.confirm()
    for _ in range(3):
        desk.comes(notice("Another text without any date."))

    assert len(desk.world.live()) == 2


def test_what_was_dismissed_is_never_proposed_again(desk: Desk) -> None:
    desk.dismiss()
    desk.comes(notice(f"{CLAIM} Corrected version."))
    desk.comes(notice())

    assert desk.proposed() == ()


def test_what_the_text_no_longer_says_is_withdrawn_until_it_says_it_again(desk: Desk) -> None:
    desk.comes(notice("Submit by 15 December 2026."))
    assert [one.days for one in desk.proposed()] == [(date(2026, 12, 15),)]

    desk.comes(notice())
    assert [one.days for one in desk.proposed()] == [(date(2026, 11, 30),)]


def test_a_new_date_never_overwrites_the_deadline_that_is_known(desk: Desk) -> None:
    desk.confirm()
    desk.comes(notice("Submit by 15 December 2026."))

    confirmed, doubtful = desk.proposed()
    assert (confirmed.is_open, doubtful.is_open) == (False, True)
    made = [one for one in desk.world.items().values() if one.kind == "deadline"]
    assert [one.due_on for one in made] == [date(2026, 11, 30)]


def test_of_two_readings_a_person_chooses_one(desk: Desk) -> None:
    desk.comes(notice("Submit by 06/07/2027."))

    with pytest.raises(Invalid):
        desk.confirm("2027-08-08")
    desk.confirm("2027-07-06")

    made = [one.due_on for one in desk.world.items().values() if one.kind == "deadline"]
    assert made == [date(2027, 7, 6)]


def test_two_people_decide_once(desk: Desk) -> None:
    (one,) = desk.proposed()
    desk.confirm()

    with pytest.raises(Conflict, match="confirmed already"):
        desk.decide(one.id, "2026-11-30")
    with pytest.raises(NotFound):
        desk.decide(one.id + 99, "2026-11-30")


def test_notices_of_a_platform_that_gives_its_dates_propose_nothing(
    world: World, person: int
) -> None:
    desk = Desk(world, person)
    desk.comes(notice())

    assert desk.proposed() == ()


class TestUndo:
    """Confirming, dismissing and changing are taken back like every other act."""

    def test_a_confirmed_one_is_proposed_again_and_its_deadline_stays_to_be_found(
        self, desk: Desk
    ) -> None:
        made = desk.confirm()
        desk.undo(made)

        (one,) = desk.proposed()
        assert (one.is_open, one.deadline_id) == (True, None)
        deadline = desk.deadline()
        assert deadline.removed_at is not None
        assert not deadline.is_open
        assert [event.kind for event in desk.world.history("1")][-2:] == ["confirmed", "undone"]

        desk.confirm()
        again = desk.deadline()
        assert (again.id, again.removed_at, again.is_open) == (deadline.id, None, True)

    def test_a_dismissed_one_is_proposed_again(self, desk: Desk) -> None:
        act = desk.dismiss()
        assert desk.proposed() == ()
        desk.undo(act)

        assert [one.is_open for one in desk.proposed()] == [True]
        with pytest.raises(Conflict, match="undone already"):
            desk.undo(act)

    def test_not_when_somebody_has_gone_on_with_the_deadline(self, desk: Desk) -> None:
        act = desk.confirm()
        desk.world.clock.forward(minutes=5)
        with desk.world.database.write() as session:
            clock = desk.world.wall_clock()
            acts.done(session, [desk.deadline().id or 0], user_id=desk.person, clock=clock)
        desk.world.clock.forward(minutes=5)

        with pytest.raises(Conflict, match="gone on with the deadline"):
            desk.undo(act)
        assert desk.deadline().removed_at is None

    def test_nobody_undoes_what_somebody_else_confirmed(self, desk: Desk) -> None:
        act = desk.confirm()
        with desk.world.database.write() as session:
            other = accounts.add_user(session, email="b@partner.example", name="B", now=START)

        with pytest.raises(NotFound):
            desk.undo(act, user_id=other.id)


class TestSourceChanges:
    """The confirmed deadline stands, with a line that says what became of its source."""

    def test_the_sentence_the_person_and_the_mail_are_told(self, desk: Desk) -> None:
        desk.confirm()
        (origin,) = desk.related(desk.deadline().external_id).origins

        assert (origin.sentence, origin.by, origin.title) == (CLAIM, "Rin", "MDF claims close")
        assert origin.notice_id == desk.id("1")
        assert (origin.lost_at, origin.gone_at) == (None, None)

    def test_that_the_text_no_longer_says_it_is_told_and_that_it_says_it_again(
        self, desk: Desk
    ) -> None:
        desk.confirm()
        desk.comes(notice("It was postponed."))
        page = desk.page(desk.deadline().external_id)
        (origin,) = page.related.origins
        assert origin.lost_at == desk.world.clock()
        assert page.history[0].what == "The notice that it was confirmed from no longer says this"
        assert (page.row.state, desk.deadline().due_on) == ("open", date(2026, 11, 30))

        desk.comes(notice())
        (origin,) = desk.related(desk.deadline().external_id).origins
        assert origin.lost_at is None

    def test_that_the_notice_was_removed_is_told(self, desk: Desk) -> None:
        desk.confirm()
        for _ in range(2):
            desk.comes(*(notice(f"Nothing {n}.", n) for n in range(2, 14)))
        (origin,) = desk.related(desk.deadline().external_id).origins

        assert desk.world.items()["1"].removed_at is not None
        assert origin.gone_at is not None
        assert desk.deadline().is_open


LATER = DueInstant(at=datetime(2026, 11, 21, 9, tzinfo=UTC), raw="Sat, 21 Nov 2026")
MOVED = "The deadline was extended: claims of USD 10,000.00 by 15 December 2026."


def later(text: str = MOVED, number: int = 2, title: str = "RE: MDF claims close") -> Notice:
    return replace(notice(text, number), title=title, published=LATER)


class TestNewValues:
    """A doubtful new value never overwrites a known one; both are shown, a person decides."""

    @pytest.fixture(autouse=True)
    def titled(self, desk: Desk) -> None:
        first = replace(notice(), title="MDF claims close")
        desk.comes(first)
        desk.confirm()

    def test_a_later_mail_of_the_same_subject_is_shown_beside_the_known_value(
        self, desk: Desk
    ) -> None:
        desk.comes(notice(), later())
        (one,) = desk.proposed("2")
        (doubt,) = desk.related(desk.deadline().external_id).doubts

        assert one == doubt
        assert one.about is not None
        assert (one.about.days, one.days) == ((date(2026, 11, 30),), (date(2026, 12, 15),))
        assert one.about.amount == Money(amount=Decimal(12500), currency="USD")
        assert one.because == "It has the same subject, for the same program."
        assert CLAIM in (one.about.says or "")
        known = desk.deadline()
        assert (known.due_on, known.amount) == (date(2026, 11, 30), Decimal(12500))

    def test_a_person_takes_it_over_and_can_undo_that(self, desk: Desk) -> None:
        desk.comes(notice(), later())
        act = desk.change("2", "2026-12-15")
        deadline = desk.deadline()
        assert (deadline.due_on, deadline.sort_on) == (date(2026, 12, 15), date(2026, 12, 15))
        assert deadline.amount == Decimal(10000)
        page = desk.page(deadline.external_id)
        told = [(line.what, line.old, line.new) for line in page.history if line.old]
        assert ("Due taken over from a notice", "2026-11-30", "2026-12-15") in told
        assert [origin.title for origin in page.related.origins] == [
            "RE: MDF claims close",
            "MDF claims close",
        ]

        desk.undo(act)
        back = desk.deadline()
        assert (back.due_on, back.amount, back.sort_on) == (
            date(2026, 11, 30),
            Decimal(12500),
            date(2026, 11, 30),
        )
        assert CLAIM in (back.derived_from or "")
        assert desk.proposed("2")[0].is_open

    def test_a_done_deadline_with_a_new_date_is_open_again_until_that_is_undone(
        self, desk: Desk
    ) -> None:
        known = desk.deadline().id or 0
        with desk.world.database.write() as session:
            clock = desk.world.wall_clock()
            acts.done(session, [known], user_id=desk.person, clock=clock)
        desk.comes(notice(), later())
        act = desk.change("2", "2026-12-15")
        assert desk.deadline().is_open
        desk.undo(act)

        assert not desk.deadline().is_open
        assert desk.deadline().due_on == date(2026, 11, 30)

    @pytest.mark.parametrize(
        "other",
        [
            later(title="Partner day"),
            replace(later(), vendor="Cisco"),
            replace(later(), published=DueInstant(at=datetime(2026, 11, 1, 9, tzinfo=UTC))),
            later(text=f"{CLAIM} Then the event is on 15 December 2026."),
        ],
        ids=["another subject", "another vendor", "told before", "names the known date, too"],
    )
    def test_what_is_not_surely_of_the_same_matter_is_a_date_of_its_own(
        self, desk: Desk, other: Notice
    ) -> None:
        desk.comes(notice(), other)

        later_ = [one for one in desk.proposed("2") if date(2026, 12, 15) in one.days]
        assert [one.about for one in later_] == [None]

    def test_the_known_date_told_again_is_nothing_new(self, desk: Desk) -> None:
        desk.comes(notice(), later(text=f"Remember. {CLAIM}"))

        (one,) = desk.proposed("2")
        assert one.about is not None
        assert not one.differs
        assert desk.page_of_all().count == 0

    def test_what_came_before_somebody_confirmed_is_set_beside_it_then(self, desk: Desk) -> None:
        desk.undo(desk.last)
        desk.comes(notice(), later())
        assert [one.about for one in desk.proposed("2")] == [None]
        desk.confirm()

        (one,) = desk.proposed("2")
        assert one.about is not None

    def test_in_the_same_notice_a_changed_date_is_a_new_value_of_it(self, desk: Desk) -> None:
        desk.comes(notice("Submit all claims by 15 December 2026."))

        _confirmed, doubtful = desk.proposed()
        assert doubtful.about is not None
        assert "whose text has changed" in doubtful.because


class TestPlatformsDeadlines:
    """What a platform gives is never changed here: a person's date stands for it."""

    @pytest.fixture
    def given(self, desk: Desk) -> Deadline:
        known = Deadline(
            external_id="q1",
            title="Quote for Hartwell",
            vendor="Fortinet",
            reference="renewal 4419005 · quote QUO-88121",
            due=DueDate(on=date(2026, 12, 10)),
            amount=Money(amount=Decimal(40000), currency="USD"),
        )
        mail = later(text="QUO-88121 is valid until 20 December 2026.", title="Your quote")
        desk.comes(known, mail)
        return known

    def test_a_shared_reference_sets_them_beside_one_another(
        self, desk: Desk, given: Deadline
    ) -> None:
        (one,) = desk.related("q1").doubts

        assert one.because == "Both name QUO-88121."
        assert (one.ours, one.days) == (False, (date(2026, 12, 20),))
        assert desk.world.items()["q1"].due_on == date(2026, 12, 10)

    def test_taken_over_a_new_deadline_stands_for_it_and_undo_brings_it_back(
        self, desk: Desk, given: Deadline
    ) -> None:
        act = desk.change("2", "2026-12-20")
        known, made = desk.world.items()["q1"], desk.deadline()
        assert (known.due_on, known.is_open) == (date(2026, 12, 10), False)
        assert (made.due_on, made.is_open) == (date(2026, 12, 20), True)
        assert desk.page("q1").row.state == "joined with another"

        desk.undo(act)
        assert desk.world.items()["q1"].is_open
        assert not desk.deadline().is_open
        assert desk.related("q1").doubts[0].is_open

    def test_the_platforms_own_move_brings_its_deadline_back(
        self, desk: Desk, given: Deadline
    ) -> None:
        desk.change("2", "2026-12-20")
        desk.comes(replace(given, due=DueDate(on=date(2026, 12, 24))))

        known = desk.world.items()["q1"]
        assert (known.due_on, known.is_open) == (date(2026, 12, 24), True)
        assert any("It came back" in why for why in desk.page("q1").why)


def test_a_sync_looks_only_at_what_it_wrote_however_much_is_stored(desk: Desk) -> None:
    """The same statements for the tenth mail as for the thousandth."""
    many = [
        replace(notice(f"Order no. {n} by 1 December 2026.", n), title=f"Line card {n}")
        for n in range(2, 300)
    ]
    asked: list[int] = []
    for stored in (many[:5], many):
        desk.comes(*stored)
        told = "Send it by 4 December 2026."
        with counted(desk.world.database) as statements:
            desk.comes(*stored, notice(told, 500 + len(stored)))
        asked.append(len(statements))

    assert asked[0] == asked[1]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that the database is asked within the block."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)

"""What a notice's text names is proposed; only a person makes it a deadline."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.errors import Conflict, Invalid, NotFound
from app.services import inbox, item, proposals
from app.services.pages import Act, ProposalLine, View
from connectors.sdk.mapping import clean_html
from connectors.sdk.records import DueInstant, Notice
from tests.support.world import World

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

    def proposed(self) -> tuple[ProposalLine, ...]:
        with self.world.database.read() as session:
            return proposals.of_item(session, self.id())

    def confirm(self, on: str = "2026-11-30") -> Act:
        (one,) = self.proposed()
        return self.decide(one.id, on)

    def decide(self, number: int, on: str) -> Act:
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            return proposals.confirm(
                session, self.id(), number, on, user_id=self.person, clock=clock
            )

    def dismiss(self) -> Act:
        (one,) = self.proposed()
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            return proposals.dismiss(session, self.id(), one.id, user_id=self.person, clock=clock)


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

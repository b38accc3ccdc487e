"""The same notice from vendor and distributor: suggested as one, joined by a person only."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from sqlmodel import Session, select

from app.core.words import Clock
from app.errors import Conflict
from app.models import Pair
from app.services import (
    accounts,
    acts,
    confirming,
    deciding,
    inbox,
    item,
    pairs,
    recording,
    undoing,
    waking,
)
from app.services.decision_lines import PairLine
from app.services.pages import Act, ItemPage, State, View
from connectors.sdk.mapping import clean_html
from connectors.sdk.records import DueInstant, Fact, Money, Notice
from tests.support.together import meanwhile
from tests.support.world import World

SENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
VENDOR = Notice(
    external_id="vendor",
    title="MDF claims for Q3 close soon",
    vendor="Fortinet",
    program="Engage",
    published=DueInstant(at=SENT),
    amount=Money(amount=Decimal(500), currency="USD"),
    body=clean_html("<p>Please submit all claims by 4 December 2026.</p>"),
    facts=(Fact(label="From", value="Engage <engage@fortinet.example>"),),
)
DISTRIBUTOR = replace(
    VENDOR,
    external_id="distributor",
    title="FW: Fortinet: MDF claims for Q3 close soon",
    vendor="Ingram Micro",
    program=None,
    facts=(Fact(label="From", value="News <news@ingram.example>"),),
)
OTHERS = tuple(
    Notice(external_id=f"other {n}", title=f"Line card {n}", vendor="Ingram Micro")
    for n in range(12)
)


Asked = Callable[[Session], Act]


def colleague(desk: "Desk", name: str) -> int:
    with desk.world.database.write() as session:
        mail = f"{name.lower()}@partner.example"
        made = accounts.add_user(session, email=mail, name=name, now=desk.world.clock())
    return made.id or 0


def stood_for(session: Session, keep: int, lose: int, *, user_id: int, clock: Clock) -> Act:
    by: Any = {"user_id": user_id, "clock": clock}
    record = recording.begin(session, acts.JOINED, **by)
    return pairs.stand_for(session, keep, lose, "Somebody said so.", **by, within=record)


class Desk:
    """A person before the inbox."""

    def __init__(self, world: World, person: int) -> None:
        self.world, self.person = world, person

    def comes(self, *notices: Notice) -> None:
        self.world.connector.lists(*OTHERS, *notices)
        self.world.sync()

    def id(self, external_id: str) -> int:
        return self.world.items()[external_id].id or 0

    def page(self, external_id: str) -> ItemPage:
        with self.world.database.read() as session:
            clock = self.world.wall_clock()
            return item.item_page(session, self.id(external_id), user_id=self.person, clock=clock)

    def suggested(self) -> tuple[PairLine, ...]:
        with self.world.database.read() as session:
            return deciding.decisions_page(session, clock=self.world.wall_clock()).pairs

    def listed(self, tab: str = "all") -> dict[str, tuple[str, ...]]:
        """The lines of the inbox with what they name beside their own source."""
        with self.world.database.read() as session:
            clock = self.world.wall_clock()
            page = inbox.inbox_page(session, View(tab=tab), user_id=self.person, clock=clock)
        rows = [row for group in page.groups for row in group.rows]
        return {row.title: row.also for row in rows if not row.title.startswith("Line")}

    def asks(self, what: Callable[..., Act], *args: object, **more: object) -> Asked:
        by: Any = {"user_id": self.person, "clock": self.world.wall_clock()}
        return lambda session: what(session, *args, **by, **more)

    def decide(self, what: Callable[..., Act], *args: object, **more: object) -> Act:
        self.world.clock.forward(minutes=1)
        with self.world.database.write() as session:
            return self.asks(what, *args, **more)(session)

    def join(self) -> Act:
        (one,) = self.suggested()
        return self.decide(pairs.same, one.id)

    def decided(self) -> Pair:
        with self.world.database.read() as session:
            return session.exec(select(Pair)).one()


@pytest.fixture
def desk(world: World, person: int) -> Iterator[Desk]:
    world.connector.prose = True
    made = Desk(world, person)
    made.comes(VENDOR, DISTRIBUTOR)
    return made


def test_the_two_stand_side_by_side_with_the_reason_and_nothing_is_joined(desk: Desk) -> None:
    (one,) = desk.suggested()

    assert (one.keep.title, one.other.title) == (VENDOR.title, DISTRIBUTOR.title)
    assert (one.keep.source, one.other.source) == ("Engage", "News")
    assert one.keep.days == one.other.days == (date(2026, 12, 4),)
    assert one.because == "Both name 4 December 2026, and their titles are nearly the same."
    assert set(desk.listed()) == {VENDOR.title, DISTRIBUTOR.title}


def test_it_is_suggested_across_two_syncs_and_only_once(desk: Desk) -> None:
    for _ in range(2):
        desk.comes(VENDOR, replace(DISTRIBUTOR, status="seen"))

    assert len(desk.suggested()) == 1


def test_what_no_longer_looks_the_same_is_no_longer_suggested(desk: Desk) -> None:
    desk.comes(VENDOR, replace(DISTRIBUTOR, title="Partner day in Lisbon"))

    assert desk.suggested() == ()


class TestJoined:
    def test_the_inbox_has_one_line_that_names_both(self, desk: Desk) -> None:
        desk.join()

        assert desk.listed() == {VENDOR.title: ("Ingram Micro",)}
        assert desk.suggested() == ()
        assert [side.title for side in desk.page("vendor").related.joined] == [DISTRIBUTOR.title]
        over = desk.page("distributor").related.stands
        assert over is not None
        assert over.title == VENDOR.title

    def test_who_said_so_and_when_is_kept(self, desk: Desk) -> None:
        desk.join()
        pair = desk.decided()

        assert (pair.state, pair.decided_by_id) == ("same", desk.person)
        assert pair.decided_at == desk.world.clock()
        assert desk.page("distributor").history[0].what == f"Joined with {VENDOR.title}"

    def test_what_is_done_with_one_is_done_with_both(self, desk: Desk) -> None:
        desk.join()
        done = desk.decide(acts.done, [desk.id("vendor")])
        assert desk.listed() == {}
        desk.decide(undoing.undo, done.undo)

        assert set(desk.listed()) == {VENDOR.title}

    def test_an_owner_is_not_lost(self, desk: Desk) -> None:
        desk.decide(acts.assign, [desk.id("distributor")], desk.person)
        joined = desk.join()
        owner = desk.page("vendor").row.owner
        assert owner is not None
        desk.decide(undoing.undo, joined.undo)

        assert desk.page("vendor").row.owner is None
        assert desk.page("distributor").row.owner == owner

    def test_its_backup_comes_with_the_owner(self, desk: Desk) -> None:
        lee = colleague(desk, "Lee")
        desk.decide(acts.assign, [desk.id("distributor")], desk.person)
        desk.decide(acts.back_up, [desk.id("distributor")], lee)
        desk.join()

        row = desk.page("vendor").row
        assert (row.owner and row.owner.name, row.backup and row.backup.name) == ("Rin", "Lee")

    def test_what_belonged_to_somebody_who_left_is_joined_all_the_same(self, desk: Desk) -> None:
        lee = colleague(desk, "Lee")
        desk.decide(acts.assign, [desk.id("distributor")], lee)
        with desk.world.database.write() as session:
            accounts.user(session, lee).is_active = False
        desk.join()

        assert set(desk.listed()) == {VENDOR.title}
        assert desk.page("vendor").row.owner is None

    def test_only_the_one_that_stands_is_acted_on(self, desk: Desk) -> None:
        desk.join()
        for verb in (acts.done, acts.wait, acts.reopen):
            with pytest.raises(Conflict, match="joined with another"):
                desk.decide(verb, [desk.id("vendor"), desk.id("distributor")])

        assert set(desk.listed()) == {VENDOR.title}
        assert desk.page("distributor").row.state is State.JOINED

    def test_undone_they_are_two_and_asked_about_again(self, desk: Desk) -> None:
        desk.decide(undoing.undo, desk.join().undo)

        assert set(desk.listed()) == {VENDOR.title, DISTRIBUTOR.title}
        assert len(desk.suggested()) == 1

    def test_told_apart_later_they_are_two_and_not_asked_about_again(self, desk: Desk) -> None:
        desk.join()
        desk.decide(pairs.part, desk.id("distributor"))

        assert set(desk.listed()) == {VENDOR.title, DISTRIBUTOR.title}
        assert desk.suggested() == ()
        assert desk.decided().state == "different"
        with pytest.raises(Conflict):
            desk.decide(pairs.part, desk.id("distributor"))

    def test_told_apart_later_and_undone_they_are_one_as_somebody_said(self, desk: Desk) -> None:
        desk.join()
        said = desk.decided().decided_at
        act = desk.decide(pairs.part, desk.id("distributor"))
        first, *_ = desk.page("distributor").history
        assert first.what == f"Parted from {VENDOR.title}"
        desk.decide(undoing.undo, act.undo)

        assert set(desk.listed()) == {VENDOR.title}
        assert (desk.decided().state, desk.decided().decided_at) == ("same", said)

    def test_two_who_part_it_at_once_part_it_once(self, desk: Desk) -> None:
        desk.join()
        part = desk.asks(pairs.part, desk.id("distributor"))
        told = meanwhile(desk.world.database, part, part)

        assert isinstance(told, Conflict)
        assert [event.kind for event in desk.world.history("distributor")].count("reopened") == 1

    @pytest.mark.promise("P6")
    def test_a_material_change_at_its_source_brings_the_other_back(self, desk: Desk) -> None:
        desk.join()
        desk.comes(VENDOR, replace(DISTRIBUTOR, amount=Money(amount=Decimal(900), currency="USD")))

        assert set(desk.listed()) == {VENDOR.title, DISTRIBUTOR.title}
        assert "It came back" in desk.page("distributor").why[0]

    @pytest.mark.promise("P1")
    def test_when_the_one_that_stands_for_both_goes_the_other_comes_back(self, desk: Desk) -> None:
        desk.join()
        for _ in range(2):
            desk.comes(DISTRIBUTOR)

        assert desk.world.items()["vendor"].removed_at is not None
        assert set(desk.listed()) == {DISTRIBUTOR.title}

    def test_what_is_parted_while_its_head_goes_comes_back_once(self, desk: Desk) -> None:
        desk.join()
        heads, now = [desk.id("vendor")], desk.world.clock()
        meanwhile(
            desk.world.database,
            desk.asks(pairs.part, desk.id("distributor")),
            lambda session: waking.let_go(session, heads, now=now),
        )

        kinds = [event.kind for event in desk.world.history("distributor")]
        assert kinds.count("reopened") == 1

    def test_a_third_joins_what_stands_for_the_two(self, desk: Desk) -> None:
        desk.join()
        third = replace(
            DISTRIBUTOR,
            external_id="third",
            vendor="TD SYNNEX",
            facts=(Fact(label="From", value="News <news@tdsynnex.example>"),),
        )
        desk.comes(VENDOR, DISTRIBUTOR, third)
        first, *_ = desk.suggested()
        desk.decide(pairs.same, first.id)

        assert desk.listed() == {VENDOR.title: ("Ingram Micro", "TD SYNNEX")}

    @pytest.mark.promise("P1")
    def test_what_stands_for_others_takes_all_of_them_with_it(self, desk: Desk) -> None:
        desk.join()
        other, third = (
            replace(
                DISTRIBUTOR,
                external_id=name,
                vendor=name,
                facts=(Fact(label="From", value=f"News <news@{name.lower()}.example>"),),
            )
            for name in ("Also", "Arrow")
        )
        desk.comes(VENDOR, DISTRIBUTOR, other)
        desk.decide(pairs.same, desk.suggested()[0].id)
        desk.comes(VENDOR, DISTRIBUTOR, other, third)
        act = desk.decide(stood_for, desk.id("Arrow"), desk.id("distributor"))

        joined = {side.id for side in desk.page("Arrow").related.joined}
        assert joined == {desk.id(name) for name in ("vendor", "distributor", "Also")}
        desk.decide(undoing.undo, act.undo)
        assert len(desk.page("vendor").related.joined) == 2


class TestApart:
    def test_it_is_remembered_and_never_suggested_again(self, desk: Desk) -> None:
        (one,) = desk.suggested()
        desk.decide(pairs.different, one.id)
        desk.comes(VENDOR, replace(DISTRIBUTOR, status="seen"))

        assert desk.suggested() == ()
        assert desk.page("vendor").history[0].what == f"Told apart from {DISTRIBUTOR.title}"

    def test_it_can_be_undone_once(self, desk: Desk) -> None:
        (one,) = desk.suggested()
        act = desk.decide(pairs.different, one.id)
        desk.decide(undoing.undo, act.undo)
        assert len(desk.suggested()) == 1

        with pytest.raises(Conflict, match="undone already"):
            desk.decide(undoing.undo, act.undo)

    def test_two_people_decide_once(self, desk: Desk) -> None:
        (one,) = desk.suggested()
        desk.decide(pairs.different, one.id)

        with pytest.raises(Conflict, match="different things"):
            desk.decide(pairs.same, one.id)

    @pytest.mark.parametrize(("mine", "theirs"), [("same", "different"), ("different", "same")])
    def test_of_two_at_once_one_decides_and_the_other_is_told(
        self, desk: Desk, mine: str, theirs: str
    ) -> None:
        (one,) = desk.suggested()
        first, second = (desk.asks(getattr(pairs, name), one.id) for name in (mine, theirs))

        told = meanwhile(desk.world.database, first, second)

        assert isinstance(told, Conflict)
        assert "Somebody has said already" in told.message
        assert desk.decided().state == mine


def test_the_date_that_both_name_is_confirmed_once(desk: Desk) -> None:
    (line,) = desk.page("vendor").related.proposals
    desk.decide(confirming.confirm, desk.id("vendor"), line.id, "2026-12-04")

    (other,) = desk.page("distributor").related.proposals
    assert other.about is not None
    assert (other.about.title, other.differs) == (VENDOR.title, False)

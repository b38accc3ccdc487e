"""Handing over what hangs on somebody, giving what a rule fits, and taking both back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from app.errors import AppError, Conflict, Invalid, NotFound
from app.models import AssignmentRule, Certification, ItemState
from app.services import accounts, acts, handing, inbox, item, ruling_now, undoing, unowned
from app.services.pages import Act, PersonPage, RuleForeseen, View
from connectors.sdk.records import AnyRecord, Category, DueDate, Money
from tests.support.scripted import deadline, deadlines
from tests.support.together import meanwhile
from tests.support.world import START, World

LATER = DueDate(on=START.date() + timedelta(days=40))


class Team:
    """Three colleagues in front of one source."""

    def __init__(self, world: World, rin: int) -> None:
        self.world, self.rin = world, rin
        self.lee, self.kim = self.joins("Lee"), self.joins("Kim")

    def joins(self, name: str) -> int:
        with self.world.database.write() as session:
            mail = f"{name.lower()}@partner.example"
            made = accounts.add_user(session, email=mail, name=name, now=START)
        return made.id or 0

    def reads(self, *records: AnyRecord) -> None:
        self.world.connector.lists(*records)
        self.world.sync()

    def id(self, external_id: object) -> int:
        return self.world.items()[str(external_id)].id or 0

    def does(self, verb: Any, *args: Any, by: int = 0, **more: Any) -> Any:
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            return verb(session, *args, user_id=by or self.rin, clock=clock, **more)

    def owners(self) -> dict[str, tuple[int | None, int | None]]:
        names = {found.id: key for key, found in self.world.items().items()}
        with self.world.database.read() as session:
            found = session.exec(select(ItemState)).all()
        return {names[state.item_id]: (state.owner_id, state.backup_id) for state in found}

    def page(self, of: int) -> PersonPage:
        return self.does(handing.person_page, of)

    def hands(self, of: int, to: int | None, *, seen: int, note: str = "", by: int = 0) -> Act:
        return self.does(handing.hand_over, of, to, note=note, seen=seen, by=by)

    def rule(self, owner: int, backup: int | None = None, **asks: Any) -> int:
        with self.world.database.write() as session:
            made = AssignmentRule(
                owner_id=owner, backup_id=backup, created_at=self.world.clock(), **asks
            )
            session.add(made)
            session.flush()
        return made.id or 0

    def rules(self) -> list[tuple[int, int | None]]:
        with self.world.database.read() as session:
            found = session.exec(select(AssignmentRule).order_by(AssignmentRule.id)).all()
        return [(rule.owner_id, rule.backup_id) for rule in found]


@pytest.fixture
def team(world: World, person: int) -> Team:
    return Team(world, person)


def test_a_backup_is_chosen_told_and_taken_back_and_nobody_stands_in_for_themselves(
    team: Team,
) -> None:
    team.reads(deadline("a"), deadline("b"))
    ids = [team.id("a"), team.id("b")]
    team.does(acts.assign, ids, team.lee)
    act = team.does(acts.back_up, ids, team.kim)
    assert act.said == "Backup: Kim: 2 items"
    assert team.owners() == {"a": (team.lee, team.kim), "b": (team.lee, team.kim)}

    with pytest.raises(Invalid, match="Lee is the owner already"):
        team.does(acts.back_up, ids, team.lee)
    taken = team.does(acts.assign, ids[:1], team.kim)
    assert team.owners()["a"] == (team.kim, None)

    team.does(undoing.undo, taken.undo)
    assert team.owners()["a"] == (team.lee, team.kim)
    page = team.does(item.item_page, ids[1])
    assert [line.what for line in page.history][:2] == ["Backup: Kim", "Assigned to Lee"]


def test_all_that_hangs_on_somebody_goes_to_another_and_comes_back_with_one_undo(
    team: Team,
) -> None:
    records = [deadline(n, amount=Money(amount=Decimal(10), currency="USD")) for n in range(600)]
    team.reads(*records, deadline("done"), deadline("asleep"), deadline("waits"), deadline("else"))
    ids = {key: found.id or 0 for key, found in team.world.items().items()}
    mine = [ids[str(n)] for n in (*range(600), "done", "asleep", "waits")]
    team.does(acts.assign, mine, team.lee)
    team.does(acts.back_up, mine[:2], team.kim)
    team.does(acts.assign, [team.id("else")], team.kim)
    team.does(acts.back_up, [team.id("else")], team.lee)
    team.does(acts.done, [team.id("done")])
    team.does(acts.snooze, [team.id("asleep")], team.world.clock() + timedelta(days=3))
    team.does(acts.wait, [team.id("waits")])
    team.rule(team.lee, team.kim, vendor="Dell")
    team.rule(team.rin, team.lee, vendor="Cisco")
    before = team.owners()

    page = team.page(team.lee)
    assert (page.owns.count, page.backups, len(page.rules)) == (602, 1, 2)
    assert page.owns.stake == (Money(amount=Decimal(6000), currency="USD"),)
    assert (len(page.owns.rows), page.hangs) == (20, True)
    act = team.hands(team.lee, team.kim, seen=page.owns.seen, note="On leave from May.")

    assert act.said == "Handed over from Lee to Kim: 602 items, 1 as backup, 2 rules."
    after = team.owners()
    assert after.pop("done") == (team.lee, None)
    assert set(after.values()) == {(team.kim, None)}
    assert team.rules() == [(team.kim, None), (team.rin, team.kim)]
    told = team.does(item.item_page, team.id("waits")).history[0]
    assert (told.who, told.what, told.text) == (
        "Rin",
        "Handed over from Lee to Kim",
        "On leave from May.",
    )
    assert not team.page(team.lee).hangs

    team.does(undoing.undo, act.undo)

    assert team.owners() == before
    assert team.rules() == [(team.lee, team.kim), (team.rin, team.lee)]


def test_what_somebody_else_changed_in_between_stays_and_is_named(team: Team) -> None:
    team.reads(*deadlines(range(5)))
    ids = [team.id(n) for n in range(5)]
    team.does(acts.assign, ids, team.lee)
    seen = team.page(team.lee).owns.seen
    team.does(acts.assign, ids[:1], team.kim, by=team.kim)
    team.does(acts.wait, ids[1:2], by=team.kim)
    team.does(acts.wait, ids[2:3])

    act = team.hands(team.lee, team.rin, seen=seen)

    assert set(act.items) == {*ids[2:]}
    assert "3 items. 2 items stayed, because somebody changed them meanwhile" in act.said
    assert "“Deadline 0”, “Deadline 1”" in act.said
    owners = team.owners()
    assert (owners["0"], owners["1"]) == ((team.kim, None), (team.lee, None))

    team.does(acts.done, ids[3:4], by=team.kim)
    undone = team.does(undoing.undo, act.undo)

    assert "1 item stayed, because somebody changed it meanwhile: “Deadline 3”." in undone.said
    owners = team.owners()
    assert [owners[str(n)][0] for n in (2, 3, 4)] == [team.lee, team.rin, team.lee]


def test_left_to_nobody_the_items_raise_the_alarm_and_the_rules_stay(team: Team) -> None:
    team.reads(deadline("a"))
    team.does(acts.assign, [team.id("a")], team.lee)
    team.rule(team.lee)

    act = team.hands(team.lee, None, seen=team.page(team.lee).owns.seen)

    assert act.said == "Handed over from Lee to nobody: 1 item."
    assert team.owners() == {"a": (None, None)}
    assert team.rules() == [(team.lee, None)]


def test_nothing_is_handed_to_nobody_known_or_to_the_same_or_where_nothing_is(team: Team) -> None:
    with pytest.raises(Invalid, match="theirs already"):
        team.hands(team.lee, team.lee, seen=0)
    for unknown in (0, -1, 4711):
        with pytest.raises(NotFound):
            team.hands(team.lee, unknown, seen=0)
        with pytest.raises(NotFound):
            team.hands(unknown, team.lee, seen=0)
    with pytest.raises(Conflict, match="Nothing hangs on Lee"):
        team.hands(team.lee, team.kim, seen=0)
    with pytest.raises(Invalid, match="too long"):
        team.hands(team.lee, team.kim, seen=0, note="x" * 4001)


def test_certifications_that_name_somebody_are_found_however_they_are_written(team: Team) -> None:
    with team.world.database.write() as session:
        for number, who in enumerate(("LEE ", "lee@partner.example", "Leeann", None)):
            session.add(
                Certification(
                    connection_id=team.world.connection_id,
                    stream="things",
                    external_id=str(number),
                    title=f"Certificate {number}",
                    content_hash=b"",
                    person=who,
                    first_seen_at=START,
                    changed_at=START,
                )
            )

    assert {one.title for one in team.page(team.lee).held} == {"Certificate 0", "Certificate 1"}


def foreseen(team: Team, rule: int) -> RuleForeseen:
    return team.does(ruling_now.foresee, rule)


def test_what_is_shown_of_a_rule_is_what_it_then_gives_in_one_act(team: Team) -> None:
    cost = Money(amount=Decimal(5), currency="EUR")
    team.reads(
        *(deadline(n, vendor="Dell", amount=cost, due=LATER) for n in range(30)),
        deadline("mine", vendor="Dell"),
        deadline("gold", vendor="Dell", program="Gold"),
        deadline("done", vendor="Dell"),
        deadline("other", vendor="Cisco"),
    )
    team.does(acts.assign, [team.id("mine")], team.rin)
    team.does(acts.done, [team.id("done")])
    team.rule(team.kim, program="Gold")
    rule = team.rule(team.lee, team.kim, vendor="dell")
    before = team.owners()

    shown = foreseen(team, rule)

    assert (shown.count, len(shown.rows), shown.rule.words) == (30, 20, "vendor dell")
    assert shown.stake == (Money(amount=Decimal(150), currency="EUR"),)
    assert shown.elsewhere == (("program Gold", "a program comes before a vendor", 1),)
    act = team.does(ruling_now.apply, rule, shown.seen)
    assert act.said == "30 items given to Lee by the rule for vendor dell."
    assert set(act.items) == {team.id(n) for n in range(30)}
    owners = team.owners()
    assert {owners[str(n)] for n in range(30)} == {(team.lee, team.kim)}
    assert owners["mine"] == (team.rin, None)
    page = team.does(item.item_page, team.id(3))
    assert "Lee owns it by the rule “vendor dell”." in page.why
    assert foreseen(team, rule).count == 0

    team.does(undoing.undo, act.undo)

    assert {key: owned for key, owned in team.owners().items() if key in before} == before
    assert foreseen(team, rule).count == 30


@pytest.mark.promise("P6")
def test_what_somebody_took_after_the_preview_a_rule_does_not_give_away(team: Team) -> None:
    team.reads(*(deadline(n, vendor="Dell", category=Category.QUOTE) for n in range(3)))
    rule = team.rule(team.lee, category="quote")
    seen = foreseen(team, rule).seen
    team.does(acts.assign, [team.id(0)], team.kim, by=team.kim)

    act = team.does(ruling_now.apply, rule, seen)

    assert "2 items given to Lee" in act.said
    assert "1 item stayed, because somebody changed it meanwhile: “Deadline 0”." in act.said
    assert team.owners()["0"] == (team.kim, None)
    with pytest.raises(Conflict, match="Nothing is left to give"):
        team.does(ruling_now.apply, rule, seen)


@pytest.mark.promise("P6")
@pytest.mark.parametrize("how", ["a rule", "a hand-over"])
def test_what_somebody_takes_at_the_same_moment_stays_with_them(team: Team, how: str) -> None:
    team.reads(*(deadline(n, vendor="Dell") for n in range(3)))
    ids = [team.id(n) for n in range(3)]
    by: Any = {"user_id": team.rin, "clock": team.world.wall_clock()}
    if how == "a rule":
        rule = team.rule(team.lee, vendor="Dell")

        def gives(session: Session) -> object:
            return ruling_now.apply(session, rule, 0, **by)

    else:
        team.does(acts.assign, ids, team.rin)
        seen = team.page(team.rin).owns.seen

        def gives(session: Session) -> object:
            return handing.hand_over(session, team.rin, team.lee, note="", seen=seen, **by)

    theirs = {**by, "user_id": team.kim}

    act = meanwhile(
        team.world.database,
        lambda session: acts.assign(session, ids[:1], team.kim, **theirs),
        gives,
    )

    assert not isinstance(act, AppError)
    assert "1 item stayed, because somebody changed it meanwhile: “Deadline 0”." in act.said
    assert [team.owners()[str(n)][0] for n in range(3)] == [team.kim, team.lee, team.lee]


def test_a_rule_whose_owner_left_gives_nothing_and_says_why(team: Team) -> None:
    team.reads(deadline("a", vendor="Dell"))
    rule = team.rule(team.lee, vendor="Dell")
    with team.world.database.write() as session:
        accounts.user(session, team.lee).is_active = False

    with pytest.raises(Conflict, match="Lee may not sign in any more") as refused:
        team.does(ruling_now.apply, rule, 0)
    assert refused.value.remedy == "Let them in again, or change the rule."


def test_what_belongs_to_somebody_who_left_counts_as_nobodys(team: Team) -> None:
    team.reads(deadline("a", due=DueDate(on=START.date())), deadline("b"))
    team.does(acts.assign, [team.id("a")], team.lee)
    team.does(acts.assign, [team.id("b")], team.kim)
    with team.world.database.write() as session:
        accounts.user(session, team.lee).is_active = False

    with team.world.database.read() as session:
        clock = team.world.wall_clock()
        page = inbox.inbox_page(session, View(tab="unowned"), user_id=team.rin, clock=clock)
        alarm = unowned.alarm(session, clock=clock)
        behind = handing.left_behind(session)
    assert [row.id for group in page.groups for row in group.rows] == [team.id("a")]
    assert alarm is not None
    assert alarm.count == 1
    assert behind == [("Lee", 1)]
    shown = team.does(item.item_page, team.id("a"))
    assert shown.row.owner is None
    team.hands(team.lee, team.kim, seen=team.page(team.lee).owns.seen)
    assert team.owners()["a"] == (team.kim, None)


def test_a_backup_who_left_is_named_nowhere(team: Team) -> None:
    team.reads(deadline("a", due=DueDate(on=START.date())))
    team.does(acts.assign, [team.id("a")], team.kim)
    team.does(acts.back_up, [team.id("a")], team.lee)
    shown = team.does(item.item_page, team.id("a"))
    assert shown.row.backup is not None
    assert shown.row.backup.name == "Lee"
    with team.world.database.write() as session:
        accounts.user(session, team.lee).is_active = False

    shown = team.does(item.item_page, team.id("a"))
    assert shown.row.owner is not None
    assert shown.row.owner.name == "Kim"
    assert shown.row.backup is None

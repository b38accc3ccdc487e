"""Rules of assignment: who owns what a sync sees first."""

from typing import Any

import pytest
from sqlmodel import select

from app.models import AssignmentRule, Event, ItemState
from app.services import accounts, acts, confirming, item, ruling, undoing
from app.services.pages import ItemPage
from connectors.sdk.mapping import clean_html
from connectors.sdk.records import AnyRecord, Category, DueDate, Notice, ReportingRequirement
from tests.support.scripted import deadline, deadlines
from tests.support.world import START, World


def colleague(world: World, name: str) -> int:
    with world.database.write() as session:
        mail = f"{name.lower()}@partner.example"
        made = accounts.add_user(session, email=mail, name=name, now=START)
    return made.id or 0


def rule(world: World, owner: int, **asks: Any) -> None:
    with world.database.write() as session:
        session.add(AssignmentRule(owner_id=owner, created_at=world.clock(), **asks))


def reads(world: World, *records: AnyRecord) -> None:
    world.connector.lists(*records)
    world.sync()


def owners(world: World) -> dict[str, tuple[int | None, int | None]]:
    """Owner and backup of each item by its title's last word."""
    names = {item.id: item.title.split()[-1] for item in world.items().values()}
    with world.database.read() as session:
        found = session.exec(select(ItemState)).all()
    return {names[state.item_id]: (state.owner_id, state.backup_id) for state in found}


def page(world: World, person: int, external_id: str) -> ItemPage:
    with world.database.read() as session:
        id_ = world.items()[external_id].id or 0
        return item.item_page(session, id_, user_id=person, clock=world.wall_clock())


def test_a_sync_gives_what_is_new_to_whom_the_rules_say(world: World, person: int) -> None:
    lee, kim = colleague(world, "Lee"), colleague(world, "Kim")
    rule(world, lee, vendor="Dell", backup_id=kim)
    rule(world, kim, program="Titanium")
    rule(world, person, category="reporting")

    reads(
        world,
        deadline("a", vendor="DELL", category=Category.RENEWAL),
        deadline("b", vendor="Dell", program="Titanium"),
        deadline("c", vendor="Cisco"),
        ReportingRequirement(external_id="d", title="Report d", vendor="Cisco"),
        Notice(external_id="e", title="Notice e", vendor="Dell"),
    )

    assert owners(world) == {
        "a": (lee, kim), "b": (kim, None), "d": (person, None), "e": (lee, kim)
    }  # fmt: skip
    told = page(world, person, "a")
    assert (told.row.owner and told.row.owner.name, told.row.backup and told.row.backup.name) == (
        "Lee",
        "Kim",
    )
    assert "Lee owns it by the rule “vendor Dell”." in told.why
    assert [(line.who, line.what) for line in told.history] == [
        ("sync", "Assigned to Lee, backup Kim by the rule “vendor Dell”"),
        ("sync", "First seen"),
    ]


@pytest.mark.promise("P6")
def test_what_a_person_chose_is_never_given_away_by_a_rule(world: World, person: int) -> None:
    lee = colleague(world, "Lee")
    rule(world, lee)
    reads(world, *deadlines(range(3)))
    ids = {key: found.id or 0 for key, found in world.items().items()}
    with world.database.write() as session:
        clock = world.wall_clock()
        acts.assign(session, [ids["0"]], person, user_id=person, clock=clock)
        acts.assign(session, [ids["1"]], None, user_id=person, clock=clock)

    reads(world, *(deadline(n, vendor="Dell", due=DueDate(on=START.date())) for n in range(3)))
    reads(world)
    reads(world)
    reads(world, *deadlines(range(4)))

    owned = {key: owner for key, (owner, _backup) in owners(world).items()}
    assert owned == {"0": person, "1": None, "2": lee, "3": lee}
    assert not any("rule" in reason for reason in page(world, person, "0").why)
    kinds = [event.kind for event in world.history("0")]
    assert kinds.count(acts.RULED) == 1


def test_a_rule_whose_owner_left_is_passed_over_and_a_backup_who_left_is_left_out(
    world: World, person: int
) -> None:
    gone, lee = colleague(world, "Gone"), colleague(world, "Lee")
    rule(world, gone, vendor="Dell")
    rule(world, lee, category="renewal", backup_id=gone)
    with world.database.write() as session:
        accounts.user(session, gone).is_active = False

    reads(
        world,
        deadline("a", vendor="Dell", category=Category.RENEWAL),
        deadline("b", vendor="Dell", category=Category.QUOTE),
    )

    assert owners(world) == {"a": (lee, None)}


def test_thousands_at_once_are_each_told_about(world: World, person: int) -> None:
    lee = colleague(world, "Lee")
    rule(world, lee, vendor="Dell")
    rule(world, person, vendor="Cisco")

    vendors = ("Dell", "Cisco", "HPE")
    reads(world, *(deadline(n, vendor=vendors[n % 3]) for n in range(4500)))

    with world.database.read() as session:
        states = session.exec(select(ItemState)).all()
        told = session.exec(select(Event).where(Event.kind == acts.RULED)).all()
    assert sorted(state.owner_id or 0 for state in states) == sorted([lee, person] * 1500)
    assert {event.subject_id for event in told} == {state.item_id for state in states}
    assert {state.version for state in states} == {1}


def test_a_confirmed_date_is_new_too_and_its_undo_leaves_nothing_behind(
    world: World, person: int
) -> None:
    lee = colleague(world, "Lee")
    rule(world, lee, vendor="Fortinet", category="deadline")
    world.connector.prose = True
    body = clean_html("<p>Submit all claims by 30 November 2026.</p>")
    reads(world, Notice(external_id="n", title="Claims close", vendor="Fortinet", body=body))
    (proposal,) = page(world, person, "n").related.proposals

    with world.database.write() as session:
        id_ = world.items()["n"].id or 0
        act = confirming.confirm(
            session, id_, proposal.id, "2026-11-30", user_id=person, clock=world.wall_clock()
        )
    with world.database.read() as session:
        state = session.get_one(ItemState, act.items[1])
    assert state.owner_id == lee

    with world.database.write() as session:
        undoing.undo(session, act.undo or "", user_id=person, clock=world.wall_clock())
    assert world.items()["n"].removed_at is None


def test_a_rule_that_was_deleted_is_there_again_as_it_was(world: World, person: int) -> None:
    by: Any = {"user_id": person, "clock": world.wall_clock()}
    typed = dict.fromkeys(ruling.FIELDS, "") | {"vendor": "Dell", "owner": str(person)}
    with world.database.write() as session:
        made, _ = ruling.save(session, None, typed, **by)
        was = made.model_dump()
    with world.database.write() as session:
        deleted = ruling.delete(session, was["id"], **by)

    with world.database.write() as session:
        undoing.undo(session, deleted.undo or "", **by)

    with world.database.read() as session:
        assert ruling.get(session, was["id"]).model_dump() == was

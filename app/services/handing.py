"""What hangs on one person, and handing all of it over to another: one act, one undo."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.folding import fold
from app.core.words import Clock, plural
from app.errors import Conflict, Invalid, NotFound
from app.models import AssignmentRule, Certification, Event, RecordedAct, TeamState, User
from app.services import (
    accounts,
    acts,
    events,
    inbox,
    lines,
    owning,
    recording,
    ruling,
    ruling_now,
    selecting,
)
from app.services.listing import items, states
from app.services.owning import Given, instead
from app.services.pages import Act, Foreseen, Held, Part, PersonPage
from app.services.rules import rule_of

UNSETTLED = (TeamState.OPEN, TeamState.WAITING, TeamState.SNOOZED)
RULE = "rule"
"""The subject of a line of history that tells of a rule."""
NOBODY = "nobody"
LONGEST_NOTE = 4000

certifications = SQLModel.metadata.tables[str(Certification.__tablename__)]


# What hangs on somebody


def person_page(session: Session, person_id: int, *, user_id: int, clock: Clock) -> PersonPage:
    """Everything that somebody else would have to take over. Raises ``NotFound``."""
    person = accounts.user(session, person_id)
    owned = _owned(session, person_id)
    rules = tuple(rule_of(rule) for rule in ruling_now.of_person(session, person_id))
    return PersonPage(
        id=person_id,
        name=person.name,
        email=person.email,
        active=person.is_active,
        owns=_foreseen(session, owned, user_id=user_id, clock=clock),
        backups=len(_backed(session, person_id)),
        parts=tuple(_parts(owned)),
        rules=ruling.lines_of(session, rules),
        held=_held(session, person),
        people=tuple(one for one in inbox.people(session) if one.id != person_id),
        read_at=lines.Sources(session, now=clock.now).read_at,
    )


def _foreseen(session: Session, owned: Sequence[Any], *, user_id: int, clock: Clock) -> Foreseen:
    ids = [row.id for row in owned]
    return Foreseen(
        count=len(ids),
        stake=owning.stake_of(owned),
        rows=selecting.rows(session, ids, owning.SHOWN, user_id=user_id, clock=clock),
        seen=events.newest(session),
    )


def _mine(column: sa.Column[int], person_id: int) -> sa.Select[Any]:
    """What is open, waiting or asleep, found by the person: of 100,000 items only theirs."""
    shown = (items.c.id, items.c.vendor, items.c.program, items.c.amount, items.c.currency)
    return (
        sa.select(*shown)
        .join(states, states.c.item_id == items.c.id)
        .where(
            column == person_id,
            states.c.state.in_(UNSETTLED),
            sa.not_(items.c.closed),
            items.c.removed_at.is_(None),
        )
        .order_by(items.c.sort_on, items.c.id)
    )


def _owned(session: Session, person_id: int) -> Sequence[Any]:
    return session.execute(_mine(states.c.owner_id, person_id)).all()


def _backed(session: Session, person_id: int) -> Sequence[Any]:
    return session.execute(_mine(states.c.backup_id, person_id)).all()


def _parts(owned: Sequence[Any]) -> list[Part]:
    """The same by program, what is worth most first."""

    def key(row: Any) -> tuple[str, str]:
        return row.vendor or "", row.program or ""

    parts = []
    for (vendor, program), group in groupby(sorted(owned, key=key), key=key):
        rows = list(group)
        stake = owning.stake_of(rows)
        parts.append(Part(vendor=vendor, program=program, count=len(rows), stake=stake))
    return sorted(parts, key=lambda part: -max((money.amount for money in part.stake), default=0))


def _held(session: Session, person: User) -> tuple[Held, ...]:
    """Certifications that name them: platforms know a name or an address, not our people."""
    there = certifications.c.removed_at.is_(None)
    written = session.execute(sa.select(certifications.c.person).where(there).distinct()).scalars()
    wanted = {fold(person.name), fold(person.email)}
    theirs = [one for one in written if one and fold(" ".join(one.split())) in wanted]
    statement = sa.select(certifications).where(there, certifications.c.person.in_(theirs))
    return tuple(
        Held(
            title=row.title,
            vendor=row.vendor or "",
            person=row.person,
            expires=lines.due_from(row.expires_at, row.expires_on),
        )
        for row in session.execute(statement.order_by(certifications.c.expires_on))
    )


def left_behind(session: Session) -> list[tuple[str, int]]:
    """Who may not sign in any more and still owns what is open, and how much of it."""
    gone = select(User).where(col(User.is_active).is_(False)).order_by(User.name)
    counted = [(user.name, len(_owned(session, user.id or 0))) for user in session.exec(gone)]
    return [(name, count) for name, count in counted if count]


# Handing it over


def hand_over(
    session: Session,
    person_id: int,
    to_id: int | None,
    *,
    note: str,
    seen: int,
    user_id: int,
    clock: Clock,
) -> Act:
    """Give all that hangs on somebody to another, None: to nobody, and a note to each item.

    What somebody else changed after the line of history ``seen`` stays as it is, and is told.
    To nobody: rules stay, because each needs an owner. Raises ``NotFound``, ``Invalid``, and
    ``Conflict`` where there is nothing to hand over.
    """
    person = accounts.user(session, person_id)
    to = _receiver(session, person_id, to_id)
    note = _fit(note)
    theirs = owning.changed_since(session, seen, user_id, _was(person_id))
    record = recording.begin(session, acts.HANDED, user_id=user_id, clock=clock)
    name = to.name if to else NOBODY
    taken: dict[str, Any] = {"owner_id": to_id}
    if to is not None:
        taken["backup_id"] = instead(states.c.backup_id, to_id)
    by = partial(Given, old=person.name, new=name, note=note or None)
    wanted = {row.id for row in _owned(session, person_id)} - theirs
    owned = owning.give(
        session,
        record,
        wanted,
        by(kind=acts.HANDED, values=taken),
        still=lambda was: was["owner_id"] == person_id,
    )
    in_stead = {"backup_id": sa.case((states.c.owner_id == to_id, None), else_=to_id)}
    stood_in = {row.id for row in _backed(session, person_id)} - theirs
    backed = owning.give(
        session,
        record,
        stood_in,
        by(kind=acts.HANDED_BACKUP, values=in_stead),
        still=lambda was: was["backup_id"] == person_id,
    )
    rules = _hand_rules(session, record, person_id, to) if to else 0
    if not (owned or backed or rules):
        raise Conflict(f"Nothing hangs on {person.name} that could be handed over.")
    said = f"Handed over from {person.name} to {name}: {_told(len(owned), len(backed), rules)}."
    stayed = theirs | (wanted - owned) | (stood_in - backed)
    told = f"{said}{owning.stayed(session, stayed)}"
    return recording.told(session, record, told, sorted(owned | backed))


def _receiver(session: Session, person_id: int, to_id: int | None) -> User | None:
    if to_id is None:
        return None
    to = session.get(User, to_id)
    if to is None or not to.is_active:
        raise NotFound(
            "There is no such person to hand it over to.", remedy="Choose somebody from the list."
        )
    if to_id == person_id:
        raise Invalid("It is theirs already.", fields={"to": "Choose somebody else."})
    return to


def _fit(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise Invalid(
            "The note is too long.", fields={"note": f"At most {LONGEST_NOTE:,} characters."}
        )
    return note


def _was(person_id: int) -> Any:
    def of(before: Mapping[str, Any]) -> bool:
        return person_id in (before.get("owner_id"), before.get("backup_id"))

    return of


def _told(owned: int, backed: int, rules: int) -> str:
    """ "12 items, 3 as backup, 2 rules"."""
    parts = [
        plural(owned, "item") if owned or not (backed or rules) else "",
        f"{backed:,} as backup" if backed else "",
        plural(rules, "rule") if rules else "",
    ]
    return ", ".join(part for part in parts if part)


def _hand_rules(session: Session, record: RecordedAct, person_id: int, to: User) -> int:
    found = ruling_now.of_person(session, person_id)
    for rule in found:
        before = [rule.owner_id, rule.backup_id]
        owner = to.id if rule.owner_id == person_id else rule.owner_id
        backup = to.id if rule.backup_id == person_id else rule.backup_id
        assert owner is not None
        rule.owner_id, rule.backup_id = owner, None if backup == owner else backup
        session.add(
            Event(
                subject=RULE,
                subject_id=rule.id or 0,
                at=record.at,
                kind=acts.HANDED,
                actor_id=record.actor_id,
                act_id=record.id,
                new=to.name,
                before={"was": before, "left": [rule.owner_id, rule.backup_id]},
            )
        )
    session.flush()
    return len(found)


def take_back_rules(session: Session, record: RecordedAct) -> None:
    """Give the rules back that were handed over, where they still are as they were left."""
    handed = select(Event).where(Event.act_id == record.id, Event.subject == RULE)
    for event in session.exec(handed.order_by(col(Event.id))):
        rule = session.get(AssignmentRule, event.subject_id)
        before = event.before or {}
        if rule is not None and [rule.owner_id, rule.backup_id] == before.get("left"):
            rule.owner_id, rule.backup_id = before["was"]
            session.add(rule)

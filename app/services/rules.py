"""Rules of assignment: who owns a new item. The one home where new items get their owner.

A person's choice is never touched (P6): a rule speaks once, when an item is first seen, and
again only when a person says so (see ``ruling``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core import changes
from app.core.rules import Rule, Traits, decider
from app.models import AssignmentRule, Event, TeamState, User
from app.services import events
from app.services.acts import ASSIGNED, HANDED, RULED
from app.services.bulk import Bulk
from app.services.pages import Person
from app.services.people import looks_after
from app.services.recording import UNDONE
from connectors.sdk.records import Kind

OWNING = (RULED, HANDED, ASSIGNED, UNDONE)
"""Lines of history that say who owns an item."""
TRAITS = ("program", "vendor", "category")
"""The columns of an item that rules look at, beside its kind, in the order of ``Traits``."""

_rules = SQLModel.metadata.tables[str(AssignmentRule.__tablename__)]
_users = SQLModel.metadata.tables[str(User.__tablename__)]


class Named(NamedTuple):
    """A rule that can decide, and whom it names as history tells it."""

    rule: Rule
    people: str


def rule_of(stored: Any) -> Rule:
    """A stored rule as it decides."""
    return Rule(
        id=stored.id,
        program=stored.program,
        vendor=stored.vendor,
        category=stored.category,
        owner_id=stored.owner_id,
        backup_id=stored.backup_id,
        created_at=stored.created_at,
    )


def people_words(owner: str, backup: str | None) -> str:
    """ "Rin Sato", or "Rin Sato, backup Dana Kim"."""
    return f"{owner}, backup {backup}" if backup else owner


def deciding(session: Session) -> tuple[Named, ...]:
    """The rules that decide now. One whose owner may not sign in any more is passed over; a
    backup who may not is left out.
    """
    backups = _users.alias()
    statement = (
        sa.select(_rules, _users.c.name.label("owner"), backups.c.name.label("backup"))
        .join(_users, looks_after(_users, _rules.c.owner_id))
        .outerjoin(backups, looks_after(backups, _rules.c.backup_id))
    )
    return tuple(
        Named(
            replace(rule_of(row), backup_id=row.backup_id if row.backup else None),
            people_words(row.owner, row.backup),
        )
        for row in session.execute(statement)
    )


def traits_of(kind: Kind, names: Sequence[str]) -> Callable[[Sequence[Any]], Traits]:
    """Takes the traits out of the values of an item of that kind, whose columns are ``names``."""
    places = [names.index(name) if name in names else None for name in TRAITS]

    def taken(values: Sequence[Any]) -> Traits:
        program, vendor, category = (None if at is None else values[at] for at in places)
        return program, vendor, category, kind

    return taken


def why(session: Session, item_id: int, owner: Person | None) -> tuple[str, ...]:
    """The rule by which the item belongs to its owner, in a sentence; nothing where a person
    gave it to them.
    """
    if owner is None:
        return ()
    of_owners = select(Event).where(
        Event.subject == "item", Event.subject_id == item_id, col(Event.kind).in_(OWNING)
    )
    given: list[Event] = []
    for event in session.exec(of_owners.order_by(col(Event.id))):
        if event.kind != UNDONE:
            given.append(event)
        elif given and event.old == given[-1].kind:
            given.pop()
    if not given or given[-1].kind != RULED:
        return ()
    return (f"{owner.name} owns it by the rule “{given[-1].old}”.",)


class Assigner:
    """Gives new items their owners, in the transaction that first stores them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._named = {one.rule.id: one for one in deciding(session)}
        self._decide = decider(one.rule for one in self._named.values())

    def __bool__(self) -> bool:
        """Whether there is any rule at all."""
        return bool(self._named)

    def assign(
        self, new: Iterable[tuple[int, Traits]], *, at: datetime, run_id: int | None = None
    ) -> None:
        """Of these new items, by their ids, those that a rule is for; with a line of history."""
        found: dict[int, list[int]] = {}
        for id_, traits in new:
            rule = self._decide(traits)
            if rule is not None:
                found.setdefault(rule.id, []).append(id_)
        states = Bulk(self._session, "item_states")
        (when,) = states.plain("changed_at")((at,))
        for rule_id, ids in found.items():
            rule, people = self._named[rule_id]
            given = {"owner_id": rule.owner_id, "backup_id": rule.backup_id, **_OPEN}
            states.insert_for(ids, "item_id", {**given, "changed_at": when})
            line = changes.Change(kind=RULED, old=rule.words, new=people)
            events.record_same(self._session, "items", ids, line, at=at, run_id=run_id)


_OPEN: Mapping[str, Any] = {"state": TeamState.OPEN.value, "until_change": False, "version": 1}

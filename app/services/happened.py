"""What happened since a line of the history: each event that leaves, with what it is about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import changes
from app.core.notices import (
    ITEM,
    LINES,
    OF_OUTPUT,
    OF_SOURCE,
    OUTPUT,
    RECORDS,
    SOURCE,
    Notice,
    kind_of,
)
from app.services import channel_health, news_walk, people, states
from app.services.listing import events, items, users
from app.services.listing import states as item_states
from app.services.pages.outputs import Silent

MOST_READ = 5_000
"""So many lines are told in one round, what may be urgent first; the others by their number."""
FIRST = (changes.DUE_MOVED, changes.ELIGIBILITY, *OF_SOURCE, *OF_OUTPUT)

connections = SQLModel.metadata.tables["connections"]
runs = SQLModel.metadata.tables["sync_runs"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """An event, and what decides who hears of it beside what it says.

    connection_id   whose source it is of
    people          who has it
    private         it is these people's own, and nothing to tell the team
    actor_id        who did it: they are not told of it
    """

    notice: Notice
    connection_id: int | None = None
    people: frozenset[int] = frozenset()
    private: bool = False
    actor_id: int | None = None


def since(session: Session, after: int, *, most: int = MOST_READ) -> tuple[list[Happened], int]:
    """What leaves of the lines after that one, and how many more there were of them."""
    of_interest = [
        events.c.id > after,
        events.c.kind.in_(sorted(LINES)),
        events.c.subject.in_([ITEM, SOURCE, OUTPUT, *RECORDS]),
    ]
    begun = _first_reads(session, after)
    if begun:
        known = sa.or_(events.c.kind != changes.NEW, events.c.run_id.not_in(begun))
        of_interest.append(known)
    first = sa.case((events.c.kind.in_(FIRST), 0), else_=1)
    statement = sa.select(events).where(*of_interest).order_by(first, events.c.id)
    lines = session.execute(statement.limit(most)).all()
    left = 0
    if len(lines) == most:
        every = sa.select(sa.func.count()).select_from(events).where(*of_interest)
        left = session.execute(every).scalar_one() - most
    return [*_told(session, lines)], left


def _first_reads(session: Session, after: int) -> list[int]:
    """The runs among these lines by which a source brought its first things: all of that is new,
    and nobody wants to be told so of each.
    """
    before = runs.alias()
    brought = sa.select(events.c.run_id).where(events.c.id > after, events.c.kind == changes.NEW)
    earlier = sa.exists().where(
        before.c.connection_id == runs.c.connection_id,
        before.c.id < runs.c.id,
        before.c.new > 0,
    )
    statement = sa.select(runs.c.id).where(runs.c.id.in_(brought), ~earlier)
    return list(session.execute(statement).scalars())


def _told(session: Session, lines: Sequence[Any]) -> Iterable[Happened]:
    """These lines with what they are about, as it is now; what is gone is told no more."""
    kinds = {
        line.id: kind_of(line.subject, line.kind, new=line.new, old=line.old) for line in lines
    }
    lines = sorted((line for line in lines if kinds[line.id]), key=lambda line: line.id)
    things = _things(session, {(line.subject, line.subject_id) for line in lines})
    names = people.names(session, {line.actor_id for line in lines})
    for line in lines:
        thing, kind = things.get((line.subject, line.subject_id)), kinds[line.id]
        if thing is None or kind is None:
            continue
        notice = Notice(
            event_id=line.id,
            at=line.at,
            kind=kind,
            subject=line.subject,
            subject_id=line.subject_id,
            field=line.field,
            old=line.old,
            new=line.new,
            note=line.note,
            who=names.get(line.actor_id),
            **thing.facts,
        )
        yield Happened(
            notice=notice,
            connection_id=thing.connection_id,
            people=thing.people,
            private=thing.private,
            actor_id=line.actor_id,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Thing:
    """What an event is about: what is told of it, and who has it."""

    facts: Mapping[str, Any]
    connection_id: int | None = None
    people: frozenset[int] = frozenset()
    private: bool = False


def _things(session: Session, keys: Iterable[news_walk.Key]) -> Mapping[news_walk.Key, _Thing]:
    by_subject: dict[str, list[int]] = {}
    for subject, id_ in keys:
        by_subject.setdefault(subject, []).append(id_)
    sources = _sources(session)
    found: dict[news_walk.Key, _Thing] = {}
    for id_ in by_subject.pop(SOURCE, ()):
        if id_ in sources:
            facts = {"title": sources[id_], "source": sources[id_], "path": f"/sources/{id_}"}
            found[SOURCE, id_] = _Thing(facts=facts, connection_id=id_)
    if by_subject.pop(OUTPUT, ()):
        silent = channel_health.silent(session)
        found |= {(OUTPUT, one.id): _output(one) for one in silent if one.at is not None}
    for row in _items(session, by_subject.pop(ITEM, [])):
        found[ITEM, row.id] = _item(row, sources)
    records = news_walk.rows(
        session, [(subject, id_) for subject, ids in by_subject.items() for id_ in ids]
    )
    have = _who_has(session, records)
    for key, row in records.items():
        found[key] = _record(key, row, sources, have)
    return found


def _output(stopped: Silent) -> _Thing:
    return _Thing(
        facts={"title": stopped.name, "path": stopped.to},
        people=stopped.people,
        private=not stopped.is_team,
    )


def _sources(session: Session) -> Mapping[int, str]:
    """The names of all connections that are not removed; there are a few dozen at most."""
    statement = sa.select(connections.c.id, connections.c.name).where(
        connections.c.removed_at.is_(None)
    )
    return {row.id: row.name for row in session.execute(statement)}


def _items(session: Session, ids: Sequence[int]) -> Sequence[Any]:
    columns = (
        *(items.c.id, items.c.title, items.c.vendor, items.c.program, items.c.account),
        *(items.c.amount, items.c.currency, items.c.due_on, items.c.due_at),
        *(items.c.connection_id, item_states.c.owner_id, item_states.c.backup_id),
        users.c.name.label("owner_name"),
    )
    of_it = items.outerjoin(item_states, item_states.c.item_id == items.c.id).outerjoin(
        users, people.looks_after(users, item_states.c.owner_id)
    )
    statement = sa.select(*columns).select_from(of_it)
    return session.execute(statement.where(states.among(session, items.c.id, ids))).all()


def _item(row: Any, sources: Mapping[int, str]) -> _Thing:
    return _Thing(
        facts={
            "title": row.title,
            "vendor": row.vendor,
            "program": row.program,
            "account": row.account,
            "source": sources.get(row.connection_id),
            "amount": row.amount,
            "currency": row.currency,
            "due": changes.words(row.due_at or row.due_on),
            "owner": row.owner_name,
            "path": f"/items/{row.id}",
        },
        connection_id=row.connection_id,
        people=_having(row),
    )


def _record(
    key: news_walk.Key, row: Any, sources: Mapping[int, str], have: Mapping[str, frozenset[int]]
) -> _Thing:
    program = row.program or (row.title if key[0] == "program" else None)
    return _Thing(
        facts={
            "title": row.title,
            "vendor": row.vendor,
            "program": program,
            "source": sources.get(row.connection_id),
            "amount": getattr(row, "remaining", None),
            "currency": getattr(row, "currency", None),
            "path": "/programs",
        },
        connection_id=row.connection_id,
        people=have.get(program or "", frozenset()),
    )


def _who_has(
    session: Session, records: Mapping[news_walk.Key, Any]
) -> Mapping[str, frozenset[int]]:
    """Who owns or backs up anything open of these records' programs."""
    programs = {row.program or row.title for row in records.values()}
    if not programs:
        return {}
    statement = (
        sa.select(items.c.program, item_states.c.owner_id, item_states.c.backup_id)
        .join(item_states, item_states.c.item_id == items.c.id)
        .where(items.c.is_open, items.c.program.in_(sorted(programs)))
        .distinct()
    )
    found: dict[str, set[int]] = {}
    for row in session.execute(statement):
        found.setdefault(row.program, set()).update(_having(row))
    return {program: frozenset(ids) for program, ids in found.items()}


def _having(row: Any) -> frozenset[int]:
    return frozenset(id_ for id_ in (row.owner_id, row.backup_id) if id_ is not None)

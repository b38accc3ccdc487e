"""What people do with items: done, reopen, snooze, assign, join, note, read.

Every act is a line of history in the same transaction, with what was before, so that it
can be undone as long as nobody did something else with the item since.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from app.core.words import Clock, day_words, plural
from app.db import is_sqlite
from app.errors import Conflict, Invalid, NotFound
from app.models import Event, Item, ItemState, TeamState, User
from app.services.bulk import chunks
from app.services.pages import Act

DONE, REOPENED, SNOOZED, WOKEN = "done", "reopened", "snoozed", "woken"
ASSIGNED, NOTED, JOINED, UNDONE = "assigned", "noted", "joined", "undone"
UNDOABLE = (DONE, REOPENED, SNOOZED, ASSIGNED, JOINED)
ON_ITEMS = (*UNDOABLE, WOKEN, NOTED)
"""Lines of history that say nothing of what a source holds."""
LET_GO = "The item that it was joined with is gone"
LONGEST_NOTE = 4000
LONGEST_SNOOZE = timedelta(days=3653)
MOST_AT_ONCE = 500

Versions = Mapping[int, int]
"""The versions that the person saw, by item: an act on another version is a conflict."""
ANY: Versions = MappingProxyType({})
NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})


def done(
    session: Session, ids: Sequence[int], *, user_id: int, clock: Clock, versions: Versions = ANY
) -> Act:
    """The team has done what these items ask for."""

    def change(state: ItemState) -> None:
        state.state, state.done_at = TeamState.DONE, clock.now
        state.snoozed_until = state.reopened_because = state.joined_to_id = None

    return _act(session, ids, DONE, change, user_id=user_id, clock=clock, versions=versions)


def reopen(
    session: Session, ids: Sequence[int], *, user_id: int, clock: Clock, versions: Versions = ANY
) -> Act:
    """Back to the inbox."""

    def change(state: ItemState) -> None:
        state.state = TeamState.OPEN
        state.snoozed_until = state.done_at = state.joined_to_id = None

    return _act(session, ids, REOPENED, change, user_id=user_id, clock=clock, versions=versions)


def snooze(
    session: Session,
    ids: Sequence[int],
    until: datetime,
    *,
    user_id: int,
    clock: Clock,
    versions: Versions = ANY,
) -> Act:
    """Out of sight until that instant, or until the source changes it. Raises ``Invalid``."""
    if until <= clock.now:
        raise Invalid(
            "It cannot be snoozed into the past.", fields={"until": "Choose a later day."}
        )
    if until > clock.now + LONGEST_SNOOZE:
        raise Invalid(
            "It cannot be snoozed for more than ten years.",
            fields={"until": "Choose an earlier day."},
        )

    def change(state: ItemState) -> None:
        state.state, state.snoozed_until = TeamState.SNOOZED, until
        state.done_at = state.joined_to_id = None

    words = day_words(clock.local(until).date(), clock.today)
    return _act(
        session,
        ids,
        SNOOZED,
        change,
        user_id=user_id,
        clock=clock,
        versions=versions,
        new=words,
        said=f"Snoozed until {words}",
    )


def assign(
    session: Session,
    ids: Sequence[int],
    owner_id: int | None,
    *,
    user_id: int,
    clock: Clock,
    versions: Versions = ANY,
) -> Act:
    """Give these items an owner, or none. Raises ``NotFound`` for an unknown person."""
    owner = session.get(User, owner_id) if owner_id is not None else None
    if owner_id is not None and (owner is None or not owner.is_active):
        raise NotFound("There is no such person to assign it to.")

    def change(state: ItemState) -> None:
        state.owner_id = owner_id

    return _act(
        session,
        ids,
        ASSIGNED,
        change,
        user_id=user_id,
        clock=clock,
        versions=versions,
        new=owner.name if owner else "nobody",
        said=f"Assigned to {owner.name}" if owner else "Assigned to nobody",
    )


def join(
    session: Session, ids: Sequence[int], to: Item, *, user_id: int, clock: Clock, pair_id: int
) -> Act:
    """They are the same thing as another item, which stands for them from now on."""

    def change(state: ItemState) -> None:
        state.state, state.joined_to_id = TeamState.JOINED, to.id
        state.snoozed_until = state.done_at = state.reopened_because = None

    return _act(
        session,
        ids,
        JOINED,
        change,
        user_id=user_id,
        clock=clock,
        versions=ANY,
        new=to.title,
        kept={"pair": pair_id},
    )


def let_go(session: Session, heads: Sequence[int], *, now: datetime) -> None:
    """What was joined with these items, which are gone, stands for itself again (P1)."""
    statement = select(ItemState).where(col(ItemState.joined_to_id).in_(heads))
    states = list(session.exec(statement.order_by(col(ItemState.item_id))))
    for state in states:
        state.state, state.joined_to_id = TeamState.OPEN, None
        state.reopened_because = LET_GO
        state.version += 1
        state.changed_at = now
        session.add(
            Event(subject="item", subject_id=state.item_id, at=now, kind=REOPENED, note=LET_GO)
        )
    session.flush()
    if states:
        refresh_open(session, [state.item_id for state in states])


def note(session: Session, item_id: int, text: str, *, user_id: int, clock: Clock) -> Act:
    """Write something down about an item. Raises ``Invalid`` when it is empty or too long."""
    text = text.strip()
    if not text:
        raise Invalid("The note is empty.", fields={"text": "Write something down."})
    if len(text) > LONGEST_NOTE:
        raise Invalid(
            "The note is too long.", fields={"text": f"At most {LONGEST_NOTE:,} characters."}
        )
    _items(session, [item_id])
    session.add(
        Event(
            subject="item",
            subject_id=item_id,
            at=clock.now,
            kind=NOTED,
            actor_id=user_id,
            note=text,
        )
    )
    return Act(said="Noted", items=(item_id,))


def mark_read(session: Session, item_id: int, *, user_id: int, clock: Clock) -> None:
    """This person has seen the item as it is now."""
    insert = (sqlite if is_sqlite(session) else postgresql).insert
    table = SQLModel.metadata.tables["personal_states"]
    seen = {"user_id": user_id, "item_id": item_id, "read_at": clock.now}
    session.execute(
        insert(table)
        .values(**seen)
        .on_conflict_do_update(index_elements=["user_id", "item_id"], set_={"read_at": clock.now})
    )


def take_back(session: Session, events: Sequence[Event], *, user_id: int, clock: Clock) -> None:
    """Undo these acts. Raises ``Conflict`` when somebody acted since."""
    states = _states(session, [event.subject_id for event in events], clock)
    for event in events:
        before = dict(event.before or {})
        state = states[event.subject_id]
        if state.version != before.pop("version"):
            raise Conflict(_gone_on(session, event), remedy="Open it to see its history.")
        state.state, state.owner_id = before["state"], before["owner_id"]
        state.snoozed_until = _instant(before["snoozed_until"])
        state.done_at = _instant(before["done_at"])
        state.reopened_because = before.get("reopened_because")
        state.joined_to_id = before.get("joined_to_id")
        state.version += 1
        state.changed_at = clock.now
        session.add(undone(event.subject_id, event.kind, user_id, clock))
    session.flush()
    refresh_open(session, [event.subject_id for event in events])


def undone(item_id: int, kind: str, user_id: int, clock: Clock) -> Event:
    """The line of an item's history that an act of that kind was taken back."""
    return Event(
        subject="item", subject_id=item_id, at=clock.now, kind=UNDONE, actor_id=user_id, old=kind
    )


def _gone_on(session: Session, act: Event) -> str:
    """Why an act cannot be undone any more: it was undone, or somebody did something else."""
    statement = (
        select(Event)
        .where(
            Event.subject == "item",
            Event.subject_id == act.subject_id,
            col(Event.id) > act.id,
            col(Event.kind).in_((*UNDOABLE, WOKEN, UNDONE)),
        )
        .order_by(col(Event.id))
    )
    then = session.exec(statement).first()
    if then is not None and then.kind == UNDONE:
        return "This was undone already."
    return "This was not undone: the item was changed in the meantime."


def overslept(session: Session, *, now: datetime) -> bool:
    """Whether anything was snoozed until now: asked first, so that a quiet tick writes nothing."""
    due = select(ItemState.item_id).where(
        ItemState.state == TeamState.SNOOZED, col(ItemState.snoozed_until) <= now
    )
    return session.exec(due.limit(1)).first() is not None


def wake(session: Session, *, now: datetime) -> int:
    """Bring back what was snoozed until now; how many. Called by the clock's edge."""
    asleep = (ItemState.state == TeamState.SNOOZED, col(ItemState.snoozed_until) <= now)
    due = list(session.exec(select(ItemState.item_id).where(*asleep).order_by("item_id")))
    return sum(_wake(session, ids, asleep, now) for ids in chunks(due, MOST_AT_ONCE))


def _wake(session: Session, ids: Sequence[int], asleep: tuple[Any, ...], now: datetime) -> int:
    hold(session, ids)
    still = list(session.exec(select(ItemState).where(col(ItemState.item_id).in_(ids), *asleep)))
    for state in still:
        state.state, state.snoozed_until = TeamState.OPEN, None
        state.version += 1
        state.changed_at = now
        session.add(Event(subject="item", subject_id=state.item_id, at=now, kind=WOKEN))
    session.flush()
    refresh_open(session, [state.item_id for state in still])
    return len(still)


def refresh_open(session: Session, ids: Sequence[int]) -> None:
    """Write the derived ``is_open`` of these items: live, not closed, and open for the team."""
    items = SQLModel.metadata.tables["items"]
    states = SQLModel.metadata.tables["item_states"]
    settled = sa.select(states.c.item_id).where(
        states.c.item_id == items.c.id, states.c.state != TeamState.OPEN
    )
    session.execute(
        sa.update(items)
        .where(items.c.id.in_(ids))
        .values(
            is_open=sa.and_(
                sa.not_(items.c.closed), items.c.removed_at.is_(None), ~settled.exists()
            )
        )
    )


def _act(
    session: Session,
    ids: Sequence[int],
    kind: str,
    change: Callable[[ItemState], None],
    *,
    user_id: int,
    clock: Clock,
    versions: Versions,
    new: str | None = None,
    said: str | None = None,
    kept: Mapping[str, Any] = NOTHING_MORE,
) -> Act:
    ids = list(dict.fromkeys(ids))
    _items(session, ids)
    states = _states(session, ids, clock)
    lines = []
    for id_ in ids:
        state = states[id_]
        if id_ in versions and versions[id_] != (state.version if state in session else 0):
            raise Conflict(
                "Somebody else changed this item in the meantime.",
                remedy="Look at it again, then decide.",
            )
        before = _before(state)
        change(state)
        state.version += 1
        state.changed_at = clock.now
        session.add(state)
        lines.append(
            Event(
                subject="item",
                subject_id=id_,
                at=clock.now,
                kind=kind,
                actor_id=user_id,
                new=new,
                before={**before, **kept, "version": state.version},
            )
        )
    session.add_all(lines)
    session.flush()
    refresh_open(session, ids)
    many = f": {plural(len(ids), 'item')}" if len(ids) > 1 else ""
    return Act(
        said=f"{said or kind.capitalize()}{many}",
        items=tuple(ids),
        undo=".".join(str(line.id) for line in lines),
    )


def _items(session: Session, ids: Sequence[int]) -> None:
    if not ids or len(ids) > MOST_AT_ONCE:
        raise Invalid(f"Choose from 1 to {MOST_AT_ONCE} items.")
    if hold(session, ids) != set(ids):
        raise NotFound("There is no such item.")


def hold(session: Session, ids: Sequence[int]) -> set[int]:
    """The ids that exist; nobody else changes these items until the transaction ends.

    On Postgres two acts, or an act and a sync, can run at once. Whoever decides something
    about an item holds its row first, in the order of ids. SQLite has one writer at a time.
    """
    wanted = select(Item.id).where(col(Item.id).in_(ids)).order_by(col(Item.id))
    return {id_ for id_ in session.exec(wanted.with_for_update(key_share=True)) if id_ is not None}


def _states(session: Session, ids: Sequence[int], clock: Clock) -> dict[int, ItemState]:
    """Their team states as they are now that the items are held."""
    hold(session, ids)
    statement = select(ItemState).where(col(ItemState.item_id).in_(ids))
    fresh = statement.execution_options(populate_existing=True)
    found = {state.item_id: state for state in session.exec(fresh)}
    for id_ in ids:
        found.setdefault(id_, ItemState(item_id=id_, version=0, changed_at=clock.now))
    return found


def _before(state: ItemState) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "state": str(state.state),
        "owner_id": state.owner_id,
        "reopened_because": state.reopened_because,
        "joined_to_id": state.joined_to_id,
    }
    for name in ("snoozed_until", "done_at"):
        at: datetime | None = getattr(state, name)
        kept[name] = at.isoformat() if at else None
    return kept


def _instant(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None

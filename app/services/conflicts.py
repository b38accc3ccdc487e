"""Two people who did something with the same item: what each did, and what stands now."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.core.words import Clock
from app.models import Event, User
from app.services import acts, item, lines, listing, recording, states, waking
from app.services.lines import Sources
from app.services.listing import items
from app.services.pages import Row
from app.services.states import Overtaken

YOU = "You"
SHOWN = 10
"""Items of which both sides are told; of more only how many they are."""


@dataclass(frozen=True, kw_only=True)
class Did:
    """What somebody did: "You", a person's name or "sync"; the words; when."""

    who: str
    what: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Both:
    """One item: its line as it stands now, its version, and what was done since."""

    row: Row
    version: int
    since: tuple[Did, ...]


@dataclass(frozen=True, kw_only=True)
class Collision:
    """``said``: that nothing was done; ``mine``: what the person did, or wants to do, and to ``of``
    how many items.
    """

    said: str
    mine: Did
    of: int
    sides: tuple[Both, ...]
    more: int = 0

    @property
    def others(self) -> int:
        """How many items of ``of`` nobody changed."""
        return self.of - len(self.sides) - self.more


def collision(
    session: Session, error: Overtaken, mine: Did, of: int, *, user_id: int, clock: Clock
) -> Collision:
    """Both sides of a conflict."""
    shown = sorted(error.known)[:SHOWN]
    found = session.execute(listing.select_lines(user_id).where(items.c.id.in_(shown))).all()
    rows = lines.rows_of(session, found, Sources(session, now=clock.now), clock)
    told = since(session, {id_: error.known[id_] for id_ in shown}, user_id=user_id)
    return Collision(
        said=error.message,
        mine=mine,
        of=of,
        sides=tuple(
            Both(row=row, version=stored.version or 0, since=tuple(told.get(row.id, ())))
            for row, stored in zip(rows, found, strict=True)
        ),
        more=len(error.known) - len(shown),
    )


def since(session: Session, known: dict[int, int], *, user_id: int) -> dict[int, list[Did]]:
    """What was done with the states of these items after the version that was known of each."""
    found: dict[int, list[Did]] = {}
    for event, did in _told(session, known.keys(), (BY_PEOPLE,), user_id):
        version = (event.before or {}).get("version")
        if version is not None and version > known[event.subject_id]:
            found.setdefault(event.subject_id, []).insert(0, did)
    return found


def latest(session: Session, versions: Mapping[int, int], *, user_id: int) -> dict[int, Did]:
    """Of those items that are no longer in the version that was known, the last thing done."""
    told = _overtaken(session, versions, user_id)
    return {id_: did[-1] for id_, did in told.items()}


def unless_own(session: Session, versions: Mapping[int, int], *, user_id: int) -> Mapping[int, int]:
    """The versions that are known, but of what only this person has changed since."""
    told = _overtaken(session, versions, user_id)
    own = {id_ for id_, did in told.items() if all(one.who == YOU for one in did)}
    return {id_: version for id_, version in versions.items() if id_ not in own}


def _overtaken(session: Session, versions: Mapping[int, int], user_id: int) -> dict[int, list[Did]]:
    stored = states.read(session, versions.keys()) if versions else {}
    known = {
        id_: version
        for id_, version in versions.items()
        if stored.get(id_, states.NEVER_TOUCHED)["version"] != version
    }
    return since(session, known, user_id=user_id) if known else {}


def after(session: Session, ids: Collection[int], mark: int, *, user_id: int) -> dict[int, Did]:
    """The last thing that people or a source did with each of these items after that line."""
    found: dict[int, Did] = {}
    later = (col(Event.id) > mark, sa.or_(BY_PEOPLE, col(Event.run_id).is_not(None)))
    for event, did in _told(session, ids, later, user_id):
        found.setdefault(event.subject_id, did)
    return found


BY_PEOPLE = col(Event.kind).in_((*acts.STATES, waking.WOKEN, recording.UNDONE))


def _told(
    session: Session, ids: Collection[int], which: tuple[Any, ...], user_id: int
) -> Iterator[tuple[Event, Did]]:
    """Lines of the history of these items, the last one first."""
    statement = (
        select(Event, User.name)
        .join(User, col(User.id) == col(Event.actor_id), isouter=True)
        .where(
            Event.subject == "item",
            states.among(session, listing.events.c.subject_id, ids),
            *which,
        )
        .order_by(col(Event.id).desc())
    )
    for event, name in session.exec(statement):
        line = item.line_of(event, name)
        who = YOU if event.actor_id == user_id else line.who
        yield event, Did(who=who, what=line.what, at=event.at)

"""Deadlines that two sources seem to give: found behind the syncs, suggested, never joined here.

It follows the history from its own mark, a few hundred changed items in a transaction, and looks
up what shares a clue with them: a sync waits for nothing of it, and a second one of the same list
costs it nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.changes import CHANGED, DUE_MOVED, NEW, REOPENED, RETURNED
from app.core.doubles import WINDOW, Stated, clues, numbers, suggestions
from app.core.money import money_of
from app.core.words import Clock
from app.db import is_sqlite
from app.models import COMPARE, Chore, Pair, PairState, TeamState
from app.services import looks, pairs, states
from app.services.bulk import Bulk
from connectors.sdk.records import Kind

AT_ONCE = 400
"""Changed items of one transaction."""
MOST = 40
"""What more deadlines than that share within a few weeks tells nothing."""
LATE, AHEAD = timedelta(days=60), timedelta(days=550)
"""Only what is due from so long ago to so far ahead is compared."""
QUIET = 2_000
"""So many lines of history that concern nobody here are looked over before the mark moves."""
_PREFIX, _BEHIND = "dl ", "dl!"
_SAYS = (NEW, CHANGED, DUE_MOVED, REOPENED, RETURNED)
events = SQLModel.metadata.tables["events"]
items = SQLModel.metadata.tables["items"]
table = SQLModel.metadata.tables["clues"]

_SHARED_SQLITE = sa.text(
    """
SELECT given.key AS place, found.item_id FROM json_each(:given) given
JOIN clues found ON found.rowid IN (
    SELECT rowid FROM clues WHERE clue = json_extract(given.value, '$[0]')
        AND told_on BETWEEN json_extract(given.value, '$[1]') AND json_extract(given.value, '$[2]')
    LIMIT :most
)
"""
)
_SHARED_POSTGRES = sa.text(
    """
SELECT given.place, found.item_id FROM
    jsonb_array_elements(CAST(:given AS jsonb)) WITH ORDINALITY given(value, place), LATERAL (
    SELECT item_id FROM clues WHERE clue = given.value->>0
        AND told_on BETWEEN CAST(given.value->>1 AS date) AND CAST(given.value->>2 AS date)
    LIMIT :most
) found
"""
)


def waits(session: Session, clock: Clock) -> bool:
    """Whether items changed that were not compared yet: asked first, so that a quiet tick writes
    nothing.
    """
    chore = session.get_one(Chore, COMPARE)
    high = looks.newest(session, clock)
    return high - chore.mark > QUIET or bool(_changed(session, chore.mark, high))


def compare(session: Session, *, clock: Clock) -> int:
    """See to the next changed items; how many there were."""
    chore = session.get_one(Chore, COMPARE, with_for_update=True, populate_existing=True)
    high = looks.newest(session, clock)
    found = _changed(session, chore.mark, high)
    chore.mark = found[-1].id if len(found) == AT_ONCE else max(high, chore.mark)
    session.add(chore)
    ids = sorted({row.subject_id for row in found})
    if ids:
        _see_to(session, ids, clock)
    session.flush()
    return len(found)


def _changed(session: Session, low: int, high: int) -> Sequence[Any]:
    statement = (
        sa.select(events.c.id, events.c.subject_id)
        .where(
            events.c.id > low,
            events.c.id <= high,
            events.c.subject == "item",
            events.c.kind.in_(_SAYS),
        )
        .order_by(events.c.id)
        .limit(AT_ONCE)
    )
    return session.execute(statement).all()


def _see_to(session: Session, ids: Sequence[int], clock: Clock) -> None:
    states.hold(session, ids)  # whoever decides about two of them has done so, or waits
    told = _stated(session, ids, clock)
    _keep(session, ids, told.values())
    near = _near(session, told.values(), clock)
    known = pairs.of_items(session, ids)
    others = {id_ for pair in known for id_ in pair} - told.keys() - near.keys()
    everyone = {**near, **told, **_stated(session, sorted(others), clock)}
    found = {pair[:2]: pair[2] for pair in suggestions(told.values(), near.values())}
    for both, pair in known.items():
        undecided = pair.state == PairState.OPEN and pair.decided_at is None
        if undecided and both not in found and everyone.keys() >= set(both):
            session.delete(pair)
    for both, why in found.items():
        if both not in known:
            made = Pair(first_id=both[0], second_id=both[1], because=why, created_at=clock.now)
            session.add(made)
        elif known[both].because != why:
            _again(session, known[both], why)


def _again(session: Session, pair: Pair, why: str) -> None:
    """What was told apart is asked again when they agree on something else now."""
    if pair.state == PairState.DIFFERENT:
        pair.decided_by_id = pair.decided_at = None
    if pair.state != PairState.SAME:
        pair.state, pair.because = PairState.OPEN, why
        session.add(pair)


def _keep(session: Session, ids: Sequence[int], told: Iterable[Stated]) -> None:
    """Let these be found by what they share, and by nothing that they shared before."""
    own = (table.c.clue >= _PREFIX, table.c.clue < _BEHIND)
    session.execute(sa.delete(table).where(states.among(session, table.c.item_id, ids), *own))
    bulk = Bulk(session, "clues")
    names = ("item_id", "clue", "source", "told_on")
    plain = bulk.plain(*names)
    rows = [
        plain((one.id, f"{_PREFIX}{clue}", one.source, one.due))
        for one in told
        for clue in sorted(clues(one))
    ]
    bulk.insert(names, rows)


def _near(session: Session, told: Iterable[Stated], clock: Clock) -> dict[int, Stated]:
    """What shares a clue with one of these and is due near it; these among it."""
    asked = [
        (f"{_PREFIX}{clue}", str(one.due - WINDOW), str(one.due + WINDOW))
        for one in told
        for clue in sorted(clues(one))
    ]
    values = {"given": orjson.dumps(asked).decode(), "most": MOST + 1}
    found: dict[int, list[int]] = {}
    shared = _SHARED_SQLITE if is_sqlite(session) else _SHARED_POSTGRES
    for place, item_id in session.execute(shared, values):
        found.setdefault(place, []).append(item_id)
    rare = {id_ for ids in found.values() if len(ids) <= MOST for id_ in ids}
    return _stated(session, sorted(rare), clock)


def _stated(session: Session, ids: Collection[int], clock: Clock) -> dict[int, Stated]:
    """Those of these that can be compared: live, dated, with a line of their own in the inbox."""
    if not ids:
        return {}
    its = states.table
    mine = sa.select(its.c.item_id).where(
        its.c.item_id == items.c.id, its.c.state == TeamState.JOINED
    )
    statement = sa.select(*_TOLD).where(
        states.among(session, items.c.id, ids),
        items.c.kind.in_([Kind.DEADLINE, Kind.REPORTING]),
        items.c.removed_at.is_(None),
        sa.not_(items.c.closed),
        items.c.due_on.between(clock.today - LATE, clock.today + AHEAD),
        ~mine.exists(),
    )
    return {row.id: _of(row) for row in session.execute(statement)}


_TOLD = [
    items.c[name]
    for name in (
        *("id", "connection_id", "kind", "title", "due_on", "category", "vendor", "program"),
        *("account", "reference", "amount", "currency"),
    )
]


def _of(row: Any) -> Stated:
    return Stated(
        id=row.id,
        source=str(row.connection_id),
        kind=row.kind,
        title=row.title,
        due=row.due_on,
        category=row.category,
        vendor=row.vendor,
        program=row.program,
        account=row.account,
        numbers=numbers(row.reference, row.title),
        amount=money_of(row.amount, row.currency),
    )

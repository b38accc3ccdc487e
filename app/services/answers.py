"""What the API says of items, sources, people and the history, as JSON's own values.

An item says nothing that changes without a line in its history, so that whoever reads along has it
as it is: how fresh its source is and what its owner is called stand beside the items, once.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import feeds, pace
from app.core.words import Clock
from app.db import exact
from app.services import comments, goals, lines, said, standings
from app.services import states as states_of
from app.services.lines import line_of_source
from app.services.listing import Listing, items, joined, states, tracked
from app.services.pages.views import NONE
from app.services.revisions import Until, remembered
from app.services.texts import date_text, instant_text
from connectors.sdk.records import Kind

Json = dict[str, Any]
NOBODY = 0
"""A program has no personal state."""

events = SQLModel.metadata.tables["events"]
users = SQLModel.metadata.tables["users"]


def _number(column: sa.Column[Any]) -> sa.ColumnElement[int]:
    return sa.type_coerce(column, sa.BigInteger).label(column.name)


def _instant(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    return instant_text(column).label(f"{column.name}_text")


def _date(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    return date_text(column).label(column.name)


UPDATED = (
    sa.select(instant_text(events.c.at))
    .where(events.c.subject == "item", events.c.subject_id == items.c.id)
    .order_by(events.c.id.desc())
    .limit(1)
    .correlate(items)
    .scalar_subquery()
)
COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    *said.COLUMNS,
    _number(items.c.target),
    _number(items.c.actual),
    items.c.unit,
    _date(items.c.period_start),
    _date(items.c.period_end),
    items.c.recipient,
    items.c.period,
    items.c.cadence,
    _date(items.c.published_on),
    _instant(items.c.removed_at),
    UPDATED.label("updated_at"),
    states.c.owner_id,
    states.c.backup_id,
    states.c.reason,
    states.c.joined_to_id,
    states.c.until_change,
    states.c.reopened_because,
    *map(_instant, (states.c.snoozed_until, states.c.waiting_since, states.c.done_at)),
)
"""What is read of an item."""
LISTED = Listing(*COLUMNS)


def rows(session: Session, where: sa.ColumnElement[bool], *, limit: int) -> Sequence[Any]:
    """Stored items in the order of their ids."""
    statement = sa.select(*COLUMNS).select_from(joined(NOBODY)).where(where)
    by = {"reader": NOBODY}
    return session.connection().execute(statement.order_by(items.c.id).limit(limit), by).all()


def item(row: Any, home: str) -> Json:
    """An item. ``etag`` is of all that is said but of ``updated_at``, which comments move, too."""
    told: Json = {
        "id": row.id,
        "url": f"{home}/items/{row.id}",
        "title": row.title,
        "summary": row.summary,
        **said.item(row),
        "goal": _goal(row) if row.kind == Kind.GOAL else None,
        "report": _report(row) if row.kind == Kind.REPORTING else None,
        "published_on": row.published_on,
        "source_id": row.connection_id,
        "source_url": row.url,
        "stream": row.stream,
        "external_id": row.external_id,
        "owner_id": row.owner_id,
        "backup_id": row.backup_id,
        "snoozed_until": row.snoozed_until_text,
        "until_change": bool(row.until_change),
        "waiting_since": row.waiting_since_text,
        "done_at": row.done_at_text,
        "reason": row.reason,
        "reopened_because": row.reopened_because,
        "joined_to_id": row.joined_to_id,
        "first_seen_at": row.first_seen_at,
        "removed_at": row.removed_at_text,
    }
    return {**told, "etag": tag_of(told), "updated_at": row.updated_at or row.first_seen_at}


def tag_of(told: Json) -> str:
    """Another one for whatever else is told."""
    return blake2b(orjson.dumps(told), digest_size=9).hexdigest()


def _goal(row: Any) -> Json:
    return {
        "target": _quantity(row.target),
        "actual": _quantity(row.actual),
        "unit": row.unit,
        "period_start": row.period_start,
        "period_end": row.period_end,
    }


def _report(row: Any) -> Json:
    return {"recipient": row.recipient, "period": row.period, "cadence": row.cadence}


def _quantity(stored: int | None) -> str | None:
    """As text, so that no reader rounds it: "5", "40000.5"."""
    if stored is None:
        return None
    whole, part = divmod(abs(stored), 10_000)
    told = f"{whole}.{part:04}".rstrip("0").rstrip(".")
    return f"-{told}" if stored < 0 else told


def one(session: Session, item_id: int, home: str) -> Json | None:
    """One item, removed or not; None where there is none."""
    found = rows(session, items.c.id == item_id, limit=1)
    return item(found[0], home) if found else None


def these(session: Session, ids: Sequence[int], home: str) -> list[Json]:
    """These items, in this order, without those that are not there."""
    found = {
        row.id: item(row, home)
        for row in rows(session, states_of.among(session, items.c.id, ids), limit=len(ids))
    }
    return [found[id_] for id_ in ids if id_ in found]


def goals_behind(session: Session, after: int, *, limit: int) -> Sequence[Any]:
    """Stored goals that their sources list, behind that id."""
    live = (tracked(Kind.GOAL), items.c.removed_at.is_(None), items.c.id > after)
    return rows(session, sa.and_(*live), limit=limit)


def text_of(session: Session, item_id: int) -> str | None:
    """What its source says of an item at length, as HTML that is safe to show."""
    return session.execute(sa.select(items.c.body).where(items.c.id == item_id)).scalar()


class _Goal(NamedTuple):
    target: Decimal | None
    actual: Decimal | None
    period_start: date | None
    period_end: date | None


def goal(row: Any, told: Json, clock: Clock) -> Json:
    """A goal with how it stands today, which changes without a write."""
    target, actual = (None if it is None else exact(it) for it in (row.target, row.actual))
    start, end = (it and date.fromisoformat(it) for it in (row.period_start, row.period_end))
    found = _Goal(target, actual, start, end)
    return {
        **told,
        "standing": goals.stands(found, lines.state_of(row), clock),
        "share": pace.share(found.target, found.actual),
        "expected_share": pace.pace(found.period_start, found.period_end, clock.today),
    }


# Beside the items


def sources(session: Session, clock: Clock, ids: Iterable[int] | None = None) -> list[Json]:
    """How fresh these sources are; without ``ids`` all that were not removed."""
    wanted = None if ids is None else set(ids)
    return [
        {
            "id": standing.id,
            **said.source(line_of_source(standing, now=clock.now)),
            "connector": standing.connector,
            "problem": standing.error,
        }
        for standing in standings.standings(session)
        if wanted is None or standing.id in wanted
    ]


def people(session: Session, ids: Iterable[int] | None = None) -> list[Json]:
    """The people with these ids, without them all; also those who may not sign in any more."""

    def make() -> dict[int, Json]:
        shown = (users.c.id, users.c.name, users.c.email, users.c.is_active)
        found = session.execute(sa.select(*shown).order_by(users.c.id))
        return {
            id_: {"id": id_, "name": name, "email": email, "active": bool(active)}
            for id_, name, email, active in found
        }

    known = remembered(session, ("people of the API",), make, until=Until.TOLD)
    wanted = known if ids is None else sorted(set(ids) & known.keys())
    return [known[id_] for id_ in wanted]


def beside(session: Session, told: Sequence[Json], clock: Clock) -> Json:
    """The sources and the people that these items name."""
    named = (one[name] for one in told for name in ("owner_id", "backup_id"))
    return {
        "sources": sources(session, clock, {one["source_id"] for one in told}),
        "people": people(session, filter(None, named)),
    }


# Reference records

_SHARED = ("title", "vendor", "program", "status")
_TEXTS = {
    "programs": ("tier",),
    "funds": ("fund_type",),
    "certifications": ("person",),
    "contacts": ("role", "email", "phone"),
}
_DATES = {"programs": ("period_start", "period_end"), "certifications": ("issued_on",)}
_MONEY = {"funds": ("allocated", "requested", "claimed", "paid", "remaining")}
_DUE = {"funds": "lapses", "certifications": "expires"}


def _columns_of(name: str) -> list[sa.ColumnElement[Any]]:
    it = SQLModel.metadata.tables[name].c
    due = _DUE.get(name)
    return [
        *(it.id, it.url, it.connection_id, it.stream, it.external_id),
        *(it[column] for column in (*_SHARED, *_TEXTS[name])),
        *(_date(it[column]) for column in _DATES.get(name, ())),
        *(_number(it[column]) for column in _MONEY.get(name, ())),
        *([it.currency] if name in _MONEY else []),
        *([it.eligible] if name == "programs" else []),
        *([_date(it[f"{due}_on"]), _instant(it[f"{due}_at"])] if due else []),
        sa.cast(it.facts, sa.Text).label("facts"),
        *map(_instant, (it.first_seen_at, it.removed_at)),
    ]


def references(
    session: Session, name: str, *, after: int, limit: int, narrowed: Json, removed: bool
) -> list[Json]:
    """Records of one table behind that id. ``narrowed``: columns that must have these values;
    ``removed``: also what is gone at its source.
    """
    it = SQLModel.metadata.tables[name].c
    where = [it.id > after, *(_named(it[column], value) for column, value in narrowed.items())]
    if not removed:
        where.append(it.removed_at.is_(None))
    statement = sa.select(*_columns_of(name)).where(*where).order_by(it.id).limit(limit)
    return [_reference(name, row) for row in session.connection().execute(statement)]


def _named(column: sa.Column[Any], value: Any) -> sa.ColumnElement[bool]:
    return column.is_(None) if value == NONE else column == value


def _reference(name: str, row: Any) -> Json:
    ends = _DUE.get(name)
    return {
        "id": row.id,
        **{column: getattr(row, column) for column in (*_SHARED, *_TEXTS[name])},
        **{column: getattr(row, column) for column in _DATES.get(name, ())},
        **{
            column: said.amount(getattr(row, column), row.currency)
            for column in _MONEY.get(name, ())
        },
        **({"eligible": row.eligible} if name == "programs" else {}),
        **({ends: _ends(row, ends)} if ends else {}),
        "facts": dict(orjson.loads(row.facts)),
        "source_id": row.connection_id,
        "source_url": row.url,
        "stream": row.stream,
        "external_id": row.external_id,
        "first_seen_at": row.first_seen_at_text,
        "removed_at": row.removed_at_text,
    }


def _ends(row: Any, name: str) -> Json | None:
    return feeds.due_json(getattr(row, f"{name}_on"), getattr(row, f"{name}_at_text"), None)


# History

_LINE = (
    *(events.c.id, events.c.kind, events.c.subject, events.c.subject_id, events.c.field),
    *(events.c.old, events.c.new, events.c.note, events.c.actor_id, events.c.act_id),
    *(events.c.run_id, _instant(events.c.at)),
)


def history(session: Session, *where: sa.ColumnElement[bool], limit: int) -> list[Json]:
    """Lines of history, the oldest first."""
    found = sa.select(*_LINE).where(*where).order_by(events.c.id).limit(limit)
    return [_line(row) for row in session.connection().execute(found)]


def _line(row: Any) -> Json:
    """One line. What a comment says stands with the item's comments: it may have been withdrawn."""
    return {
        "id": row.id,
        "at": row.at_text,
        "kind": row.kind,
        "subject": row.subject,
        "subject_id": row.subject_id,
        "field": row.field,
        "old": row.old,
        "new": row.new,
        "note": None if row.kind == comments.NOTED else row.note,
        "person_id": row.actor_id,
        "act_id": row.act_id,
        "run_id": row.run_id,
    }


def talk(session: Session, item_id: int) -> list[Json]:
    """The comments of an item, the oldest first."""
    return [
        {
            "id": line.id,
            "at": feeds.stamp(line.at),
            "by": line.who,
            "text": None if line.withdrawn else "".join(piece.text for piece in line.pieces),
        }
        for line in comments.of_item(session, item_id, user_id=NOBODY)
    ]

"""Which things changed in a span of the history: found through an index of what sources changed,
so that neither people's acts nor what a first read brought are walked over.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.changes import CHANGED, NEW
from app.core.news import PLAIN, STANDINGS, WEIGHTY, Told
from app.db import is_sqlite
from app.models.items import BY_SOURCES
from app.services import search
from app.services.listing import events
from app.services.looks import Span
from app.services.pages import ChangesView

THINGS = 60
"""So many things of a sort stand on one page."""
LINES = 4 * THINGS
LOOKED_AT = 5_000
"""So many lines of each kind are looked at where a filter may leave few of them."""
NEW_LOOKED_AT = 2_000
_HISTORY = 50_000
"""So far back new ones are looked for: people's acts and changes stand between them."""
TABLE_OF = {
    "item": "items",
    "program": "programs",
    "fund": "funds",
    "certification": "certifications",
    "contact": "contacts",
}

Key = tuple[str, int]
"""What history calls a thing: its subject and id."""


class Found(NamedTuple):
    """Things in the order of their newest change; the next ones are those up to ``after``."""

    keys: tuple[Key, ...]
    after: int | None


def weighty(session: Session, span: Span, view: ChangesView, *, high: int) -> Found:
    """Those with a change that may matter, the newest first."""
    standing = sa.or_(events.c.subject == "contact", events.c.field.in_(sorted(STANDINGS)))
    also = _of_kind(CHANGED, span, high).where(
        events.c.subject.in_(["program", "contact"]), standing
    )
    return _walk(session, WEIGHTY, span, view, high=high, also=also)


def plain(session: Session, span: Span, view: ChangesView, *, high: int) -> Found:
    """Those with any other change, the newest first."""
    return _walk(session, PLAIN, span, view, high=high)


def is_weighty(subject: str, one: Told) -> bool:
    """Whether the walk over the weighty finds a thing by this change."""
    if one.kind != CHANGED:
        return one.kind in WEIGHTY
    return subject == "contact" or (subject == "program" and one.field in STANDINGS)


def told(session: Session, keys: Iterable[Key], span: Span) -> dict[Key, list[Told]]:
    """Everything that sources told of these in the span."""
    found: dict[Key, list[Told]] = {}
    for subject, ids in by_subject(keys).items():
        statement = sa.select(events).where(
            events.c.subject == subject,
            _listed(session, events.c.subject_id, ids),
            events.c.id > span.low,
            events.c.id <= span.high,
            sa.text(BY_SOURCES),
        )
        for row in session.execute(statement):
            found.setdefault((subject, row.subject_id), []).append(
                Told(
                    id=row.id,
                    at=row.at,
                    kind=row.kind,
                    run_id=row.run_id,
                    field=row.field,
                    old=row.old,
                    new=row.new,
                    note=row.note,
                )
            )
    return found


def rows(session: Session, keys: Iterable[Key]) -> dict[Key, Any]:
    """These things as they are stored now."""
    found: dict[Key, Any] = {}
    for subject, ids in by_subject(keys).items():
        table = SQLModel.metadata.tables[TABLE_OF[subject]]
        shown = [table.c[name] for name in (*_SHARED, *_OWN.get(subject, ()))]
        statement = sa.select(*shown).where(_listed(session, table.c.id, ids))
        found |= {(subject, row.id): row for row in session.execute(statement)}
    return found


def new(session: Session, span: Span) -> Sequence[Any]:
    """The newest of what was listed for the first time: its subject, id and run."""
    statement = (
        sa.select(events.c.subject, events.c.subject_id, events.c.run_id)
        .where(
            events.c.id > max(span.low, span.high - _HISTORY),
            events.c.id <= span.high,
            events.c.kind == NEW,
        )
        .order_by(events.c.id.desc())
        .limit(NEW_LOOKED_AT + 1)
    )
    return session.execute(statement).all()


def by_subject(keys: Iterable[Key]) -> dict[str, list[int]]:
    """Ids by what they are."""
    found: dict[str, list[int]] = {}
    for subject, id_ in keys:
        if subject in TABLE_OF:
            found.setdefault(subject, []).append(id_)
    return found


_SHARED = ("id", "title", "vendor", "program", "connection_id", "external_id")
_OWN: Mapping[str, tuple[str, ...]] = {
    "item": ("amount", "currency", "derived_from", "kind"),
    "fund": ("remaining", "allocated", "currency"),
    "certification": ("person",),
}


def _walk(
    session: Session,
    kinds: Sequence[str],
    span: Span,
    view: ChangesView,
    *,
    high: int,
    also: sa.Select[Any] | None = None,
) -> Found:
    each = [_of_kind(kind, span, high) for kind in kinds] + ([] if also is None else [also])
    most = LOOKED_AT if view.vendor or view.program else LINES + 1
    limited = [sa.select(one.limit(most).subquery()) for one in each]
    every = sa.union_all(*limited).subquery()
    statement = sa.select(every).where(*_fits(view, every)).order_by(every.c.id.desc())
    keys: dict[Key, None] = {}
    onward = None
    for count, row in enumerate(session.execute(statement.limit(LINES + 1))):
        key = (row.subject, row.subject_id)
        if count == LINES or (key not in keys and len(keys) == THINGS):
            return Found(tuple(keys), onward)
        keys[key] = None
        onward = row.id - 1
    return Found(tuple(keys), None)


def _of_kind(kind: str, span: Span, high: int) -> sa.Select[Any]:
    return (
        sa.select(events.c.id, events.c.subject, events.c.subject_id)
        .where(
            sa.text(BY_SOURCES),
            events.c.kind == sa.literal_column(f"'{kind}'"),
            events.c.id > span.low,
            events.c.id <= high,
        )
        .order_by(events.c.id.desc())
    )


def _fits(view: ChangesView, every: sa.Subquery) -> list[sa.ColumnElement[bool]]:
    """The filters, asked of each thing by its key."""
    wanted = {"vendor": view.vendor, "program": view.program}
    if not any(wanted.values()):
        return []
    return [
        sa.or_(
            *(
                sa.and_(every.c.subject == subject, _has(table, every.c.subject_id, wanted))
                for subject, table in TABLE_OF.items()
            )
        )
    ]


def _has(
    name: str, id_: sa.ColumnElement[int], wanted: Mapping[str, str]
) -> sa.ColumnElement[bool]:
    table = SQLModel.metadata.tables[name]
    asked = [table.c.id == id_]
    if wanted["vendor"]:
        asked.append(table.c.vendor == wanted["vendor"])
    if wanted["program"]:
        names = [table.c.program, *([table.c.title] if name == "programs" else [])]
        asked.append(sa.or_(*(one == wanted["program"] for one in names)))
    return sa.exists().where(*asked)


def _listed(session: Session, column: sa.Column[int], ids: Sequence[int]) -> sa.ColumnElement[bool]:
    return search.among(column, "ids", search.given(session, ids), sqlite=is_sqlite(session))

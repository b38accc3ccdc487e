"""Which views a person's digest tells of: splits of the inbox, and saved views.

A saved view is kept with its name, which is what can still be said of one that was deleted.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import replacement_traverse
from sqlmodel import Session, SQLModel

from app.core.words import Clock
from app.db import is_sqlite
from app.errors import Invalid
from app.models import SavedView, User
from app.services import listing, search
from app.services.addressed import view_from
from app.services.listing import items, personal, states
from app.services.pages import TABS, View
from app.services.pages.views import BACKUP, ME

SPLITS = ("mine", "unowned", "waiting", "starred", "overdue", "week", "month", "new")
"""The splits that a digest can be of."""
MOST = 20
AT_ONCE = 100
"""Views that one statement looks through; SQLite takes five hundred parts of one."""

views = SQLModel.metadata.tables[str(SavedView.__tablename__)]
readers = SQLModel.metadata.tables[str(User.__tablename__)].alias("readers")


@dataclass(frozen=True, kw_only=True)
class Option:
    """A view that a person can choose: what a form sends for it, and its name."""

    value: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a person chose: views by their names, and the names of those that are gone."""

    views: tuple[tuple[str, View], ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def all(self) -> bool:
        """Whether the digest is of everything."""
        return not (self.views or self.gone)

    @property
    def of_reader(self) -> bool:
        """Whether what they hold depends on who asks."""
        return any(_of_reader(view) for _name, view in self.views)


def _of_reader(view: View) -> bool:
    return view.tab in ("mine", *listing.OF_READER) or view.owner in (ME, BACKUP)


def options(session: Session, user_id: int) -> list[Option]:
    """The splits, then the saved views that this person sees."""
    own = [Option(value=f"tab={key}", name=TABS[key]) for key in SPLITS]
    return own + [Option(value=f"view={row.id}", name=row.name) for row in _seen(session, user_id)]


def kept(session: Session, user_id: int, values: Iterable[str]) -> list[dict[str, Any]]:
    """What is stored of the options that a form sent; raises ``Invalid`` for one that is none."""
    known: dict[str, dict[str, Any]] = {f"tab={key}": {"tab": key} for key in SPLITS}
    for row in _seen(session, user_id):
        known[f"view={row.id}"] = {"view": row.id, "name": row.name}
    wanted = dict.fromkeys(values)
    if len(wanted) > MOST or wanted.keys() - known.keys():
        words = f"Choose at most {MOST} of these views."
        raise Invalid("The settings were not saved.", fields={"digest_views": words})
    return [known[value] for value in wanted]


def values_of(chosen: Sequence[Mapping[str, Any]]) -> set[str]:
    """What a form sends for what is stored."""
    return {f"tab={one['tab']}" if "tab" in one else f"view={one['view']}" for one in chosen}


def chosen(session: Session, people: Iterable[User]) -> dict[int, Chosen]:
    """What each of these people chose, by their ids, as it is now."""
    wished = {person.id or 0: person.digest_views for person in people}
    ids = {one["view"] for some in wished.values() for one in some if "view" in one}
    stored: dict[int, Any] = {}
    if ids:
        found = session.execute(sa.select(views).where(views.c.id.in_(ids)))
        stored = {row.id: row for row in found}
    return {user_id: _chosen(user_id, some, stored) for user_id, some in wished.items()}


def _chosen(user_id: int, some: Sequence[Any], stored: Mapping[int, Any]) -> Chosen:
    there: list[tuple[str, View]] = []
    gone: list[str] = []
    for one in some:
        if "tab" in one:
            if one["tab"] in SPLITS:
                there.append((TABS[one["tab"]], View(tab=one["tab"])))
            continue
        row: Any = stored.get(one["view"])
        if row is not None and (row.shared or row.owner_id == user_id):
            there.append((row.name, view_from(row.query)))
        else:
            gone.append(one["name"])
    return Chosen(views=tuple(there), gone=tuple(gone))


def _seen(session: Session, user_id: int) -> Sequence[Any]:
    mine = sa.or_(views.c.owner_id == user_id, views.c.shared)
    statement = sa.select(views.c.id, views.c.name).where(mine)
    return session.execute(statement.order_by(sa.func.lower(views.c.name), views.c.id)).all()


# Which items belong to them


@dataclass(frozen=True)
class _Asked:
    """A view on one clock, and the readers who want it."""

    view: View
    clock: Clock
    readers: frozenset[int]

    @property
    def of_reader(self) -> bool:
        """Whether what it holds depends on who asks."""
        return _of_reader(self.view)


def members(
    session: Session,
    wished: Mapping[int, tuple[Chosen, Clock]],
    ids: Collection[int],
) -> dict[int, set[int]]:
    """Which of these items each reader's views hold, open or not; of those readers who do not
    want all. However many readers there are, it is asked in one statement for every
    ``AT_ONCE`` different views.
    """
    asked = _asked(wished)
    found: dict[tuple[int, int], set[int]] = {}
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        for place, reader, item_id in session.execute(_members(session, some, ids)):
            found.setdefault((start + place, reader), set()).add(item_id)
    of: dict[int, list[tuple[int, int]]] = {
        reader: [] for reader, (one, _) in wished.items() if not one.all
    }
    for place, each in enumerate(asked):
        for reader in each.readers:
            of[reader].append((place, reader if each.of_reader else 0))
    return {
        reader: set().union(*(found.get(key, ()) for key in keys))
        if len(keys) != 1
        else found.get(keys[0], set())  # one set for all who want the same
        for reader, keys in of.items()
    }


def _asked(wished: Mapping[int, tuple[Chosen, Clock]]) -> list[_Asked]:
    found: dict[tuple[View, str], tuple[Clock, set[int]]] = {}
    for reader, (some, clock) in wished.items():
        for _name, view in some.views:
            _clock, those = found.setdefault((view, clock.zone.key), (clock, set()))
            those.add(reader)
    return [_Asked(view, clock, frozenset(those)) for (view, _), (clock, those) in found.items()]


def _members(session: Session, asked: Sequence[_Asked], ids: Collection[int]) -> Any:
    wanted = _given(session, ids)
    among = items.c.id.in_(sa.select(wanted.c.id))
    parts = (_part(session, one, place, among) for place, one in enumerate(asked))
    return sa.union_all(*parts)


def _given(session: Session, ids: Collection[int]) -> sa.CTE:
    given = search.given(session, [*ids])
    if is_sqlite(session):
        listed = sa.func.json_each(sa.bindparam("ids", given, sa.Text)).table_valued("value")
        return sa.select(listed.c.value.label("id")).cte("wanted")
    unnested = sa.func.unnest(sa.bindparam("ids", given, ARRAY(sa.Integer)))
    return sa.select(unnested.label("id")).cte("wanted")


def _part(
    session: Session, asked: _Asked, place: int, among: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """The items of one view, beside each reader whom it depends on."""
    where = listing.in_view(session, asked.view, 0, asked.clock, settled=True)
    named = listing.values(session, asked.view, 0, asked.clock)

    def own(element: Any, **_: Any) -> Any:
        """Values of its own, so that views can stand side by side; for the reader all who ask."""
        if not isinstance(element, BindParameter) or element.key not in named:
            return None
        if element.key == "reader":
            return readers.c.id
        return sa.bindparam(None, named[element.key], element.type, unique=True)

    found: sa.FromClause = items.outerjoin(states, states.c.item_id == items.c.id)
    reader: sa.ColumnElement[int] = sa.literal(0)
    if asked.of_reader:
        reader = readers.c.id
        found = found.join(readers, readers.c.id.in_(asked.readers))
        of_reader = sa.and_(personal.c.item_id == items.c.id, personal.c.user_id == readers.c.id)
        if asked.view.tab in listing.OF_READER:
            found = found.outerjoin(personal, of_reader)
    conditions = [replacement_traverse(one, {}, own) for one in where]
    columns = (sa.literal(place), reader.label("reader"), items.c.id)
    return sa.select(*columns).select_from(found).where(among, *conditions)

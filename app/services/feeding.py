"""What the JSON feed holds: the same views as the inbox, for tools."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from app.core import feeds, priority
from app.core.words import Clock, money_words
from app.services import apart, due_days, lines, pages, said, standings, weights
from app.services.lines import Sources
from app.services.listing import Listing, items, states
from app.services.pages import State, View
from app.services.revisions import revision
from app.services.texts import instant_text
from connectors.sdk.records import Due

MOST = 200
"""Entries that one page of the feed may be asked for."""
TABS = tuple(tab for tab in pages.TABS if tab not in ("mine", "starred"))
"""A feed is nobody's own."""
BY_TIME = ("overdue", "week", "month", "new")
"""Views that an item enters or leaves at a moment, without a write."""
NOBODY = 0
"""No person: a feed has no personal state."""

ENTRIES = Listing(
    *said.COLUMNS,
    instant_text(
        sa.case(
            (states.c.changed_at > items.c.changed_at, states.c.changed_at),
            else_=items.c.changed_at,
        )
    ).label("modified_at"),
)
"""What an entry says."""


def etag(session: Session, view: View, clock: Clock, query: str) -> str:
    """Changes with every write, with the day, with every source that turns stale and every moment
    that something was due at, with the query, and in views that depend on the time of day with
    the minute. It is weak: packed or not, the answer is the same.
    """
    stale = sum(end < clock.now for end in _fresh_ends(session))
    passed = due_days.passed(session, clock)
    minute = clock.now.strftime("-%H%M") if view.tab in BY_TIME else ""
    day = clock.today.isoformat()
    return f'W/"{revision(session)}-{day}-{stale}-{passed}{minute}-{query}"'


def holds_until(session: Session, view: View, clock: Clock) -> datetime:
    """While nothing is written, the tag stays as it is at least until then."""
    ends = [end for end in _fresh_ends(session) if end >= clock.now]
    due = due_days.next_to_pass(session, clock)
    if view.tab in BY_TIME:
        ends.append(clock.now.replace(second=0, microsecond=0) + timedelta(minutes=1))
    midnight = clock.begins(clock.today + timedelta(days=1))
    found: datetime = min([midnight, *ends, *((due,) if due else ())])
    return found


def _fresh_ends(session: Session) -> list[datetime]:
    return [one.fresh_until for one in standings.standings(session) if one.fresh_until is not None]


class Page(NamedTuple):
    """Items of the feed, the cursor of the next page, and what is said of the sources."""

    entries: list[dict[str, Any]]
    after: str | None
    extension: dict[str, Any]


def page(
    session: Session,
    view: View,
    *,
    clock: Clock,
    home: str,
    after: str = "",
    limit: int = 50,
    reader: int = NOBODY,
) -> Page:
    """One page of a view. ``reader`` is who its "mine" and "starred" mean, if anybody."""
    found = ENTRIES.page(session, view, user_id=reader, clock=clock, after=after, limit=limit)
    known = Sources(session, now=clock.now)
    told = {id_: said.source(line) for id_, line in known.lines.items()}
    points, changed = _Points(weights.steps(session), clock), _changed(session, found.rows, clock)
    entries = [_entry(row, told, home) for row in found.rows]
    for row, entry in zip(found.rows, entries, strict=True):
        ours = entry["_partner_inbox"]
        ours["priority"] = points.of(row, ours["state"])
        ours["changed_fields"] = changed.get(row.id, [])
    sample = apart.sample(session) is not None
    extension = {"revision": revision(session), "sample": sample, "sources": list(told.values())}
    return Page(entries, found.after, extension)


def _entry(row: Any, told: dict[int, dict[str, Any]], home: str) -> dict[str, Any]:
    source = told.get(row.connection_id, REMOVED)
    entry: dict[str, Any] = {
        "id": str(row.id),
        "url": f"{home}/items/{row.id}",
        "title": row.title,
        "content_text": row.summary or _text(row),
        "date_published": row.first_seen_at,
        "date_modified": row.modified_at,
        "tags": _tags(row.vendor, row.program, row.kind, row.category),
    }
    if row.url:
        entry["external_url"] = row.url
    entry["_partner_inbox"] = {
        **said.item(row),
        "owner": row.owner_name,
        "source": {
            "name": source["name"],
            "stream": row.stream,
            "id": row.external_id,
            "as_of": source["as_of"],
            "last_success_at": source["last_success_at"],
            "stale": source["stale"],
        },
    }
    return entry


REMOVED = {"name": lines.REMOVED_NAME, "as_of": None, "last_success_at": None, "stale": True}
"""What is said of the source of an item whose connection was removed."""


@lru_cache(maxsize=8192)
def _tags(*known: str | None) -> list[str]:
    return list(dict.fromkeys(filter(None, known)))


class _Points:
    """What ranking counts of what is open, with what many items share worked out once."""

    def __init__(self, steps: weights.Steps, clock: Clock) -> None:
        self._steps, self._clock = steps, clock
        self._soon: dict[tuple[str | None, str | None], priority.Soon] = {}

    def of(self, row: Any, state: State) -> float | None:
        """The points of one item in that state."""
        if not state.asks:
            return None
        due = row.due_on, row.due_at
        soon = self._soon.get(due)
        if soon is None:
            soon = self._soon[due] = priority.soon(_due(*due), self._clock)
        step = weights.weighed(self._steps, row.vendor, row.program).step if self._steps else 0
        worth = _worth(row.kind, row.category, row.amount, row.currency)
        waiting = state is State.WAITING
        return round(priority.multiplied(worth, soon, step, waiting=waiting), 1)


@lru_cache(maxsize=8192)
def _worth(kind: str, category: str | None, stored: int | None, currency: str | None) -> float:
    """The points for the money of an amount as its column holds it."""
    return priority.worth(priority.counted(kind, category, said.money(stored, currency)))


@lru_cache(maxsize=8192)
def _due(on: str | None, at: str | None) -> Due | None:
    """The date or instant that the database gave as text."""
    instant = datetime.fromisoformat(at) if at else None
    return lines.due_from(instant, date.fromisoformat(on) if on else None)


def _changed(session: Session, rows: Sequence[Any], clock: Clock) -> dict[int, list[str]]:
    """What the sources changed lately, by item, what was changed last at the end."""
    since = feeds.stamp(clock.now - lines.MOVED_FOR)
    ids = [row.id for row in rows if row.modified_at > max(row.first_seen_at, since)]
    found: dict[int, dict[str, None]] = {}
    for id_, field in lines.changed_fields(session, ids, clock) if ids else ():
        of_item = found.setdefault(id_, {})
        of_item.pop(field, None)
        of_item[field] = None
    return {id_: list(fields) for id_, fields in found.items()}


def _text(row: Any) -> str:
    """What an item without a summary says."""
    money = said.money(row.amount, row.currency)
    parts = (row.vendor, row.program, row.account, row.reference, money and money_words(money))
    return " · ".join(part for part in parts if part) or str(row.title)

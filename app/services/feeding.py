"""What the JSON feed holds: the same views as the inbox, for tools."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import feeds
from app.core.words import Clock, money_words
from app.services import listing, pages, standings
from app.services.listing import Sources, items, joined, states
from app.services.pages import View
from app.services.revisions import revision
from connectors.sdk.records import Fact

MOST = 200
TABS = tuple(tab for tab in pages.TABS if tab != "mine")
"""A feed is nobody's own."""
BY_TIME = ("overdue", "week", "month", "new")
"""Views that an item enters or leaves at a moment, without a write."""
NOBODY = 0
"""No person: a feed has no personal state."""

SHOWN = (
    *listing.SHOWN,
    items.c.url,
    items.c.summary,
    items.c.status,
    items.c.due_raw,
    items.c.external_id,
    items.c.stream,
    items.c.facts,
    items.c.first_seen_at,
    sa.case(
        (states.c.changed_at > items.c.changed_at, states.c.changed_at), else_=items.c.changed_at
    ).label("modified_at"),
)


def etag(session: Session, view: View, clock: Clock, query: str) -> str:
    """Changes with every write, with the day, with every source that turns stale, with the
    query, and in views that depend on the time of day with the minute.
    """
    ends = [one.fresh_until for one in standings.standings(session) if one.fresh_until is not None]
    stale = sum(end < clock.now for end in ends)
    minute = clock.now.strftime("-%H%M") if view.tab in BY_TIME else ""
    return f'"{revision(session)}-{clock.today.isoformat()}-{stale}{minute}-{query}"'


def page(
    session: Session, view: View, *, clock: Clock, home: str, after: str = "", limit: int = 50
) -> tuple[list[dict[str, Any]], str | None, dict[str, Any]]:
    """Items of the feed, the cursor of the next page, and what is said of the sources."""
    statement = (
        sa.select(*SHOWN)
        .select_from(joined(NOBODY))
        .where(*listing.in_view(session, view, NOBODY, clock))
    )
    place = listing.cursor_from(after) if after else None
    limit = min(max(limit, 1), MOST)
    found = session.execute(listing.ordered(statement, view.tab, place).limit(limit + 1)).all()
    more, found = len(found) > limit, found[:limit]
    known = Sources(session, now=clock.now)
    entries = [_entry(row, known, home) for row in found]
    cursor = listing.cursor_of(found[-1]) if more else None
    sources = [_source(line) for line in known.lines.values()]
    return entries, cursor, {"revision": revision(session), "sources": sources}


def _source(line: Any) -> dict[str, Any]:
    return {
        "name": line.name,
        "state": str(line.health),
        "stale": not line.health.trusted,
        "as_of": feeds.stamp(line.as_of) if line.as_of else None,
        "last_success_at": feeds.stamp(line.read_at) if line.read_at else None,
    }


def _entry(row: Any, known: Sources, home: str) -> dict[str, Any]:
    due = listing.due_of(row)
    money = listing.money_of(row.amount, row.currency)
    source = known.lines.get(row.connection_id)
    tags = [tag for tag in (row.vendor, row.program, row.kind, row.category) if tag]
    entry: dict[str, Any] = {
        "id": str(row.id),
        "url": f"{home}/items/{row.id}",
        "title": row.title,
        "content_text": row.summary or _text(row, money_words(money) if money else None),
        "date_published": feeds.stamp(row.first_seen_at),
        "date_modified": feeds.stamp(row.modified_at),
        "tags": list(dict.fromkeys(tags)),
    }
    if row.url:
        entry["external_url"] = row.url
    entry["_partner_inbox"] = {
        "kind": row.kind,
        "category": row.category,
        "due": feeds.due_json(due),
        "state": str(listing.state_of(row)),
        "vendor": row.vendor,
        "program": row.program,
        "account": row.account,
        "reference": row.reference,
        "status": row.status,
        "amount": feeds.money_json(money),
        "amount_label": row.amount_label,
        "owner": row.owner_name,
        "derived": row.derived_from is not None,
        "facts": {fact.label: fact.value for fact in (Fact(*pair) for pair in row.facts)},
        "source": {
            "name": known.name(row.connection_id),
            "stream": row.stream,
            "id": row.external_id,
            "as_of": feeds.stamp(source.as_of) if source and source.as_of else None,
            "last_success_at": feeds.stamp(source.read_at) if source and source.read_at else None,
            "stale": known.stale(row.connection_id),
        },
    }
    return entry


def _text(row: Any, money: str | None) -> str:
    parts = (row.vendor, row.program, row.account, row.reference, money)
    return " · ".join(part for part in parts if part) or row.title

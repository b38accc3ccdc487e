"""What feed and API say of an item and of a source alike: the one home of their words."""

from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from app.core import feeds
from app.db import exact
from app.services import lines
from app.services.listing import COMMON, items
from app.services.pages import Health, SourceLine
from app.services.texts import date_text, instant_text
from connectors.sdk.records import Money

Json = dict[str, Any]

COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    *COMMON,
    items.c.url,
    items.c.summary,
    items.c.status,
    items.c.stream,
    items.c.external_id,
    date_text(items.c.due_on).label("due_on"),
    instant_text(items.c.due_at).label("due_at"),
    sa.type_coerce(items.c.amount, sa.BigInteger).label("amount"),
    sa.cast(items.c.facts, sa.Text).label("facts"),
    instant_text(items.c.first_seen_at).label("first_seen_at"),
)
"""What is read of an item, as text wherever a machine wants text."""


def item(row: Any) -> Json:
    """What an item is, by its row of ``COLUMNS``."""
    return {
        "kind": row.kind,
        "category": row.category,
        "due": feeds.due_json(row.due_on, row.due_at, row.due_zone),
        "state": lines.state_of(row),
        "vendor": row.vendor,
        "program": row.program,
        "account": row.account,
        "reference": row.reference,
        "status": row.status,
        "amount": amount(row.amount, row.currency),
        "amount_label": row.amount_label,
        "derived": row.derived_from is not None,
        "facts": dict(orjson.loads(row.facts)),
    }


@lru_cache(maxsize=8192)
def amount(stored: int | None, currency: str | None) -> Json | None:
    """An amount as its column holds it."""
    found = money(stored, currency)
    return feeds.money_json(found) if found else None


@lru_cache(maxsize=8192)
def money(stored: int | None, currency: str | None) -> Money | None:
    """The same as a value."""
    return None if stored is None else Money(amount=exact(stored), currency=currency)


def source(line: SourceLine) -> Json:
    """How far a source can be trusted: ``as_of`` is how old what it tells is."""
    return {
        "name": line.name,
        "state": str(line.health),
        "stale": line.health is not Health.FRESH,
        "as_of": feeds.stamp(line.as_of) if line.as_of else None,
        "last_success_at": feeds.stamp(line.read_at) if line.read_at else None,
    }

"""JSON Feed 1.1 with our extension ``_partner_inbox``: from a line to an item of the feed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.sdk.records import Due, DueDate, Money

VERSION = "https://jsonfeed.org/version/1.1"
SCHEMA = 1


def due_json(due: Due | None) -> dict[str, str] | None:
    """A date stays a date (``date``), an instant is RFC 3339 in UTC (``at``); never both."""
    if due is None:
        return None
    zone = {"zone": due.zone} if due.zone else {}
    if isinstance(due, DueDate):
        return {"kind": "date", "date": due.on.isoformat(), **zone}
    return {"kind": "instant", "at": stamp(due.at), **zone}


def money_json(money: Money | None) -> dict[str, str | None] | None:
    """An amount as text, so that no reader rounds it, with its ISO 4217 code or null."""
    if money is None:
        return None
    return {"value": format(money.amount, "f"), "currency": money.currency}


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def feed(
    items: list[dict[str, Any]],
    *,
    title: str,
    home: str,
    feed_url: str,
    next_url: str | None,
    extension: Mapping[str, Any],
) -> dict[str, Any]:
    """The whole document."""
    document: dict[str, Any] = {
        "version": VERSION,
        "title": title,
        "home_page_url": home,
        "feed_url": feed_url,
        "language": "en",
    }
    if next_url:
        document["next_url"] = next_url
    about = {"about": f"{home}/help/feed", "schema_version": SCHEMA}
    return {**document, "_partner_inbox": {**about, **extension}, "items": items}

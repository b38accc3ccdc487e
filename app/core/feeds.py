"""JSON Feed 1.1 with our extension ``_partner_inbox``: from a line to an item of the feed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.sdk.records import Money

VERSION = "https://jsonfeed.org/version/1.1"
SCHEMA = 1


def due_json(on: str | None, at: str | None, zone: str | None) -> dict[str, str] | None:
    """A date stays a date (``date``), an instant is RFC 3339 in UTC (``at``); never both."""
    if at is not None:
        due = {"kind": "instant", "at": at}
    elif on is not None:
        due = {"kind": "date", "date": on}
    else:
        return None
    return {**due, "zone": zone} if zone else due


def money_json(money: Money) -> dict[str, str | None]:
    """An amount as text, so that no reader rounds it, with its ISO 4217 code or null."""
    return {"value": format(money.amount, "f"), "currency": money.currency}


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def feed(
    items: list[dict[str, Any]],
    *,
    title: str,
    author: str,
    home: str,
    icon: str,
    feed_url: str,
    next_url: str | None,
    extension: Mapping[str, Any],
) -> dict[str, Any]:
    """The whole document. It never expires: what is over leaves it, and others come."""
    document: dict[str, Any] = {
        "version": VERSION,
        "title": title,
        "home_page_url": home,
        "feed_url": feed_url,
        "icon": icon,
        "favicon": icon,
        "authors": [{"name": author, "url": home}],
        "language": "en",
        "expired": False,
    }
    if next_url:
        document["next_url"] = next_url
    about = {"about": f"{home}/help/feed", "schema_version": SCHEMA}
    return {**document, "_partner_inbox": {**about, **extension}, "items": items}


STATES = (
    *("open", "waiting on vendor", "snoozed", "done", "not applicable"),
    *("joined with another", "closed at source", "removed at source"),
)
ITEM_FIELDS = {
    "kind": "deadline, goal, reporting or notice.",
    "category": "Of a deadline: renewal, invoice, invitation and so on; else null.",
    "due": "null, a date ({kind: date, date}) that no time zone may shift, or a moment "
    "({kind: instant, at} in UTC); zone is the source's own, where it names one.",
    "state": f"{', '.join(STATES[:-1])} or {STATES[-1]}.",
    "priority": "The points by which Today ranks it, more is sooner; null of what is not open.",
    "vendor": "Whose program it is.",
    "program": "The program's name.",
    "account": "The customer it is about.",
    "reference": "The numbers that people quote.",
    "status": "The source's own word, as it came.",
    "amount": "null, or {value, currency}: value is text, so that nothing is rounded; currency is "
    "an ISO 4217 code, or null where the source names none.",
    "amount_label": "What the amount is: order, lapses, rebate.",
    "owner": "The name of the person who has it, or null.",
    "changed_fields": "What its source changed when it changed it last, in the last 14 days.",
    "derived": "true where the date follows from a fund or a certification.",
    "facts": "Whatever else the source says, label to value.",
    "source": "name, stream and id at the source; as_of and stale say how fresh it is: the last "
    "whole read (last_success_at), or when the file was uploaded that it read.",
}
"""What stands in an item's ``_partner_inbox``, for the help page. A test holds it to the feed."""

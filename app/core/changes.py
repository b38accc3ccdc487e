"""What changed between what is stored and what was read, and whether it is material."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.sdk.records import Kind

NEW = "new"
CHANGED = "changed"
DUE_MOVED = "due moved"
CLOSED = "closed"
REOPENED = "reopened at source"
ELIGIBILITY = "eligibility flipped"
GONE = "gone"
RETURNED = "returned"
LOST = "source changed"
SAID_AGAIN = "source says it again"

WORDS = {
    "title": "Title",
    "kind": "Kind",
    "due_zone": "Time zone",
    "url": "Link",
    "vendor": "Vendor",
    "program": "Program",
    "status": "Status",
    "account": "Account",
    "reference": "Reference",
    "summary": "Summary",
    "body": "Text",
    "amount": "Amount",
    "currency": "Currency",
    "amount_label": "What the amount is",
    "category": "Category",
    "target": "Target",
    "actual": "Actual",
    "unit": "Unit",
    "period_start": "Period start",
    "period_end": "Period end",
    "recipient": "Recipient",
    "period": "Period",
    "cadence": "Cadence",
    "published_on": "Published",
    "tier": "Tier",
    "fund_type": "Type",
    "allocated": "Allocated",
    "requested": "Requested",
    "claimed": "Claimed",
    "paid": "Paid",
    "remaining": "Remaining",
    "person": "Person",
    "issued_on": "Issued",
    "role": "Role",
    "email": "Mail",
    "phone": "Phone",
}
"""Columns whose change is history, with the word that people read."""

DUE_PAIRS = {
    "due_on": ("due_at", "Due"),
    "lapses_on": ("lapses_at", "Lapses"),
    "expires_on": ("expires_at", "Expires"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change, with both values as text for people (None: there was none)."""

    kind: str
    field: str | None = None
    old: str | None = None
    new: str | None = None


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every change from the stored columns to the new ones, the weightiest first."""
    found = [*_due_changes(old, new), *_flag_changes(old, new)]
    for column, word in WORDS.items():
        if column in new and old.get(column) != new[column]:
            found.append(
                Change(kind=CHANGED, field=word, old=words(old.get(column)), new=words(new[column]))
            )
    return [*found, *_fact_changes(old.get("facts") or [], new.get("facts") or [])]


def _due_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    found = []
    for day, (moment, word) in DUE_PAIRS.items():
        if day not in new:
            continue
        before = old.get(moment) or old.get(day)
        after = new.get(moment) or new.get(day)
        if before != after:
            found.append(Change(kind=DUE_MOVED, field=word, old=words(before), new=words(after)))
    return found


def _flag_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    found = []
    if "closed" in new and bool(old.get("closed")) != new["closed"]:
        found.append(Change(kind=CLOSED if new["closed"] else REOPENED))
    if "eligible" in new and old.get("eligible") != new["eligible"]:
        found.append(
            Change(
                kind=ELIGIBILITY,
                field="Eligible",
                old=words(old.get("eligible")),
                new=words(new["eligible"]),
            )
        )
    return found


def _fact_changes(old: list[Any], new: list[Any]) -> list[Change]:
    before = dict(old)
    after = dict(new)
    labels = [*after, *(label for label in before if label not in after)]
    return [
        Change(kind=CHANGED, field=label, old=before.get(label), new=after.get(label))
        for label in labels
        if before.get(label) != after.get(label)
    ]


def reopening(
    old: Mapping[str, Any], new: Mapping[str, Any], *, today: date | None = None
) -> str | None:
    """Why a settled or snoozed item comes back, in words; None when nothing material changed.

    Material: the due date moved (either way: a later one may be the next term of a
    renewal), the amount or its currency changed, or the source opened it again; of a goal,
    whose date is the end of its period, that end or its target. Of what is settled, a date that was
    over by ``today`` and still is asks for nothing new: another rule moves old reports, too.
    """
    over = today is not None and _is_over(old, today) and _is_over(new, today)
    for change in () if over else _due_changes(old, new):
        return f"{change.field} moved {change.old or 'no date'} → {change.new or 'no date'}"
    if new.get("kind") == Kind.GOAL:
        for column in ("period_end", "target"):
            if old.get(column) != new.get(column):
                was, now = words(old.get(column)) or "none", words(new.get(column)) or "none"
                return f"{WORDS[column]} changed {was} → {now}"
    if (old.get("amount"), old.get("currency")) != (new.get("amount"), new.get("currency")):
        return (
            f"Amount changed {money_words(old.get('amount'), old.get('currency'))} → "
            f"{money_words(new.get('amount'), new.get('currency'))}"
        )
    if old.get("closed") and not new.get("closed"):
        return "The source opened it again"
    return None


def _is_over(row: Mapping[str, Any], today: date) -> bool:
    """Whether its day is over in every zone."""
    day = row.get("due_on")
    return day is not None and day < today - timedelta(days=1)


def money_words(amount: Decimal | None, currency: str | None) -> str:
    """An amount for people, without a locale: "42,300.00 USD"."""
    if amount is None:
        return "no amount"
    return f"{amount:,.2f} {currency or ''}".rstrip()


def words(value: Any) -> str | None:
    """A stored value as text for people; None stays None."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:,.4f}".rstrip("0").rstrip(".")
        case _:
            return str(value)

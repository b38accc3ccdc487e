"""What people and tools are told of events: which lines of the history leave, and as what.

Pure. The kinds are a closed set, listed in ``docs/outputs/events.md`` for whoever receives them.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.core import changes
from app.core.words import kept_due
from connectors.sdk.records import DueDate, Money


class EventKind(StrEnum):
    """What can be told. Names are for ever: tools know them."""

    ITEM_NEW = "item.new"
    ITEM_DUE_CHANGED = "item.due_changed"
    ITEM_CHANGED = "item.changed"
    ITEM_CLOSED = "item.closed"
    ITEM_REOPENED = "item.reopened"
    ITEM_GONE = "item.gone"
    ITEM_RETURNED = "item.returned"
    ITEM_DONE = "item.done"
    ITEM_SNOOZED = "item.snoozed"
    ITEM_WAITING = "item.waiting"
    ITEM_NOT_APPLICABLE = "item.not_applicable"
    ITEM_JOINED = "item.joined"
    ITEM_ASSIGNED = "item.assigned"
    ITEM_BACKED_UP = "item.backed_up"
    ITEM_COMMENTED = "item.commented"
    ITEM_UNDONE = "item.undone"
    PROGRAM_NEW = "program.new"
    PROGRAM_CHANGED = "program.changed"
    PROGRAM_ELIGIBILITY_LOST = "program.eligibility_lost"
    PROGRAM_ELIGIBILITY_GAINED = "program.eligibility_gained"
    PROGRAM_GONE = "program.gone"
    PROGRAM_RETURNED = "program.returned"
    FUND_NEW = "fund.new"
    FUND_CHANGED = "fund.changed"
    FUND_GONE = "fund.gone"
    FUND_RETURNED = "fund.returned"
    CERTIFICATION_NEW = "certification.new"
    CERTIFICATION_CHANGED = "certification.changed"
    CERTIFICATION_GONE = "certification.gone"
    CERTIFICATION_RETURNED = "certification.returned"
    CONTACT_NEW = "contact.new"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_GONE = "contact.gone"
    CONTACT_RETURNED = "contact.returned"
    SOURCE_FAILING = "source.failing"
    SOURCE_BROKEN = "source.broken"
    SOURCE_NEEDS_SIGN_IN = "source.needs_sign_in"
    SOURCE_RECOVERED = "source.recovered"
    OUTPUT_STOPPED = "output.stopped"
    INBOX_MANY = "inbox.many"


ITEM, SOURCE, OUTPUT, INBOX = "item", "source", "output", "inbox"
RECORDS = ("program", "fund", "certification", "contact")

OF_ITEM: Mapping[str, EventKind] = {
    changes.NEW: EventKind.ITEM_NEW,
    changes.DUE_MOVED: EventKind.ITEM_DUE_CHANGED,
    changes.CHANGED: EventKind.ITEM_CHANGED,
    changes.LOST: EventKind.ITEM_CHANGED,
    changes.SAID_AGAIN: EventKind.ITEM_CHANGED,
    changes.CLOSED: EventKind.ITEM_CLOSED,
    changes.REOPENED: EventKind.ITEM_REOPENED,
    changes.GONE: EventKind.ITEM_GONE,
    changes.RETURNED: EventKind.ITEM_RETURNED,
    "reopened": EventKind.ITEM_REOPENED,
    "woken": EventKind.ITEM_REOPENED,
    "done": EventKind.ITEM_DONE,
    "snoozed": EventKind.ITEM_SNOOZED,
    "waiting": EventKind.ITEM_WAITING,
    "not applicable": EventKind.ITEM_NOT_APPLICABLE,
    "joined": EventKind.ITEM_JOINED,
    "assigned": EventKind.ITEM_ASSIGNED,
    "assigned by rule": EventKind.ITEM_ASSIGNED,
    "handed over": EventKind.ITEM_ASSIGNED,
    "backup chosen": EventKind.ITEM_BACKED_UP,
    "backup handed over": EventKind.ITEM_BACKED_UP,
    "noted": EventKind.ITEM_COMMENTED,
    "undone": EventKind.ITEM_UNDONE,
}
"""Lines of an item's history; those of other kinds stay inside."""
OF_RECORD: Mapping[str, str] = {
    changes.NEW: "new",
    changes.DUE_MOVED: "changed",
    changes.CHANGED: "changed",
    changes.ELIGIBILITY: "changed",
    changes.GONE: "gone",
    changes.RETURNED: "returned",
}
OF_SOURCE: Mapping[str, EventKind] = {
    "failing": EventKind.SOURCE_FAILING,
    "broken": EventKind.SOURCE_BROKEN,
    "needs sign-in": EventKind.SOURCE_NEEDS_SIGN_IN,
    "well again": EventKind.SOURCE_RECOVERED,
}
STOPPED, STARTED = "stopped", "started"
"""Lines of an output's history: we stopped it, and somebody started it again."""
OF_OUTPUT: Mapping[str, EventKind] = {STOPPED: EventKind.OUTPUT_STOPPED}
OF_ELIGIBILITY = {
    "no": EventKind.PROGRAM_ELIGIBILITY_LOST,
    "yes": EventKind.PROGRAM_ELIGIBILITY_GAINED,
}

LINES = frozenset({*OF_ITEM, *OF_RECORD, *OF_SOURCE, *OF_OUTPUT})
"""Kinds of history that may be told; lines of all others need not even be read."""
URGENT = "urgent"
"""Among what a channel wants: whatever cannot wait for the next digest."""
OF_SOURCES = frozenset(OF_SOURCE.values())
TO_PEOPLE: frozenset[str] = frozenset({URGENT, *OF_SOURCES, EventKind.OUTPUT_STOPPED})
"""What mail and chat tell where nothing else was chosen; of sources a person's mail only admins, of
an output whoever can start it again.
"""
TO_TOOLS: frozenset[str] = frozenset(EventKind)
"""What webhooks tell where nothing else was chosen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One event as it is told.

    event_id    of the line of history: the same event has it wherever it is told
    subject     "item", "program", "fund", "certification", "contact", "source", "output" or "inbox"
    title       what people call it; of a source or an output its name
    due         the date or instant that it is due now, as the history writes it
    field, old, new, note  what changed, as the history has it
    who         who did it; None for a source
    path        its page, below the inbox's address
    """

    event_id: int
    at: datetime
    kind: EventKind
    subject: str
    subject_id: int
    title: str
    vendor: str | None = None
    program: str | None = None
    account: str | None = None
    source: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    due: str | None = None
    owner: str | None = None
    field: str | None = None
    old: str | None = None
    new: str | None = None
    note: str | None = None
    who: str | None = None
    path: str = "/inbox"

    @property
    def money(self) -> Money | None:
        """The money at stake."""
        return None if self.amount is None else Money(amount=self.amount, currency=self.currency)

    @property
    def cannot_wait(self) -> bool:
        """Whether somebody should hear of it before the next digest."""
        if self.kind == EventKind.ITEM_DUE_CHANGED:
            return sooner(self.old, self.new)
        return self.kind in (
            EventKind.PROGRAM_ELIGIBILITY_LOST,
            EventKind.SOURCE_NEEDS_SIGN_IN,
            EventKind.OUTPUT_STOPPED,
        )


def kind_of(
    subject: str, kind: str, *, new: str | None = None, old: str | None = None
) -> EventKind | None:
    """What a line of history is told as; None for one that stays inside."""
    if subject == ITEM:
        return OF_ITEM.get(kind)
    if subject == SOURCE:
        return OF_SOURCE.get(kind)
    if subject == OUTPUT:
        return OF_OUTPUT.get(kind)
    if subject not in RECORDS or kind not in OF_RECORD:
        return None
    if kind == changes.ELIGIBILITY and subject == "program" and old != new:
        # That a source no longer says it is not that it was lost.
        return OF_ELIGIBILITY.get(new or "", EventKind.PROGRAM_CHANGED)
    return EventKind(f"{subject}.{OF_RECORD[kind]}")


def is_wanted(notice: Notice, wants: Collection[str]) -> bool:
    """Whether it is one of what a channel wants. That more happened than is told wants to know
    who wants anything that can happen so often.
    """
    if notice.kind == EventKind.INBOX_MANY:
        return not TO_PEOPLE.issuperset(wants)
    return notice.kind in wants or (URGENT in wants and notice.cannot_wait)


def sooner(old: str | None, new: str | None) -> bool:
    """Whether a date of the history became an earlier one."""
    before, after = _moment(old), _moment(new)
    return before is not None and after is not None and after < before


def _moment(text: str | None) -> tuple[date, datetime | None] | None:
    due = kept_due(text or "")
    if due is None:
        return None
    # A day lasts to its end: an instant within it is earlier.
    end = datetime.max.replace(tzinfo=UTC)
    return (due.on, end) if isinstance(due, DueDate) else (due.at.date(), due.at)


# In the ledger, and for tools


def as_kept(notice: Notice) -> dict[str, Any]:
    """As the ledger keeps it, in JSON; what is not there is left out."""
    told = {name: value for name, value in asdict(notice).items() if value is not None}
    told["at"] = notice.at.isoformat()
    if notice.amount is not None:
        told["amount"] = str(notice.amount)
    return told


def from_kept(told: Mapping[str, Any]) -> Notice:
    """What ``as_kept`` kept."""
    amount = told.get("amount")
    return Notice(
        **{
            **told,
            "at": datetime.fromisoformat(told["at"]),
            "kind": EventKind(told["kind"]),
            "amount": None if amount is None else Decimal(amount),
        }
    )


def payload(notice: Notice, home: str) -> dict[str, Any]:
    """The event as tools get it: ``type``, ``timestamp`` and ``data``. ``home`` is the inbox's own
    address. Dates are ISO dates, instants are RFC 3339 in UTC, amounts are decimal text.
    """
    money = notice.money
    amount = None if money is None else {"value": str(money.amount), "currency": money.currency}
    return {
        "type": str(notice.kind),
        "timestamp": rfc3339(notice.at),
        "data": {
            "event_id": notice.event_id,
            "subject": notice.subject,
            "id": notice.subject_id,
            "title": notice.title,
            "url": f"{home}{notice.path}",
            "vendor": notice.vendor,
            "program": notice.program,
            "account": notice.account,
            "source": notice.source,
            "amount": amount,
            "due": _iso(notice.due),
            "owner": notice.owner,
            "actor": notice.who,
            "field": notice.field,
            "old": _iso(notice.old),
            "new": _iso(notice.new),
            "note": notice.note,
            "urgent": notice.cannot_wait,
        },
    }


def rfc3339(at: datetime) -> str:
    """The instant in UTC, to the second: "2026-11-22T08:15:00Z"."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _iso(text: str | None) -> str | None:
    due = kept_due(text) if text else None
    if due is None:
        return text
    return due.on.isoformat() if isinstance(due, DueDate) else rfc3339(due.at)

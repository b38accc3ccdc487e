"""What the coming invoices will hold: one deadline for each month and currency.

Pax8 lists the items of drafts, and says that it makes the final invoice on the 5th of the month.
Until then a wrong charge can still be corrected. An item by itself asks for nothing, so what
becomes a deadline is the draft: the sum of its items, with the customers that make most of it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sdk.mapping import (
    BadField,
    facts_of,
    joined,
    money_of,
    shown_money,
    text_of,
)
from connectors.sdk.records import Category, Deadline, DueDate, Fact

FINAL_DAY = 5
FINAL_SAYS = "final invoice generated on the 5th of the month"
ZONE = "America/Denver"
"""Where Pax8's months begin: its stamps carry the offsets of Mountain Time."""

_CUSTOMERS_SHOWN = 10


def today_of(now: datetime) -> date:
    """The day it is at Pax8, which decides what "next month" means."""
    return now.astimezone(ZoneInfo(ZONE)).date()


def month_of(today: date, offset: int) -> date:
    """The first day of the month that a ``monthOffset`` asks for."""
    later = today.month - 1 + offset
    return date(today.year + later // 12, later % 12 + 1, 1)


@dataclass
class Draft:
    """One month in one currency, as far as its items have come."""

    month: date
    currency: str | None
    items: int = 0
    total: Decimal = Decimal(0)
    by_customer: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, amount: Decimal, customer: str | None) -> None:
        self.items += 1
        self.total += amount
        if customer:
            self.by_customer[customer] += amount

    def deadline(self, today: date, unread: int) -> Deadline:
        """The draft as it stands; ``unread`` items of the month are in no sum."""
        named = _named(self.month, self.currency)
        due = self.month.replace(day=FINAL_DAY)
        return Deadline(
            external_id=named,
            title=f"Check the draft of Pax8's invoice of {due.isoformat()}",
            category=Category.INVOICE,
            reference=f"draft {named}",
            closed=today > due,
            due=DueDate(on=due, raw=FINAL_SAYS),
            amount=money_of(self.total, self.currency, field="amountDue"),
            amount_label="draft",
            derived_from=f"draft items of {self.month:%Y-%m}",
            facts=facts_of(
                ("Items", self.items),
                ("Items that cannot be read", unread or None),
            )
            + tuple(self._customers()),
        )

    def _customers(self) -> Iterator[Fact]:
        ranked = sorted(self.by_customer.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
        for customer, amount in ranked[:_CUSTOMERS_SHOWN]:
            yield from facts_of((customer, shown_money(amount, self.currency)))
        if len(ranked) > _CUSTOMERS_SHOWN:
            yield Fact("More customers", str(len(ranked) - _CUSTOMERS_SHOWN))


class Month:
    """All drafts of one month."""

    def __init__(self, month: date) -> None:
        self.month = month
        self._drafts: dict[str | None, Draft] = {}

    def add(self, row: Any) -> None:
        """Counts an item; raises ``BadField`` where it cannot be read or names no amount."""
        if not isinstance(row, Mapping):
            raise BadField("an item must be an object")
        amount = money_of(row.get("amountDue"), row.get("currencyCode"), field="amountDue")
        if amount is None:
            raise BadField("amountDue is missing")
        customer = text_of(row.get("companyName"))
        draft = self._drafts.setdefault(amount.currency, Draft(self.month, amount.currency))
        draft.add(amount.amount, customer)

    def draft_of(self, row: Mapping[str, Any]) -> str:
        """The id of the draft that an item belongs to."""
        return _named(self.month, text_of(row.get("currencyCode")))

    def deadlines(self, today: date, unread: int) -> tuple[Deadline, ...]:
        """The drafts; ``unread`` items of the month could not be counted."""
        ranked = sorted(self._drafts.items(), key=lambda pair: pair[0] or "")
        return tuple(draft.deadline(today, unread) for _, draft in ranked)


def _named(month: date, currency: str | None) -> str:
    return joined(f"{month:%Y-%m}", currency, by=":")

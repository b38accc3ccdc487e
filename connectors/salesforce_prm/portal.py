"""What every row needs to know of its portal, and how a field of a row is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.salesforce_prm.config import SalesforcePrmConfig
from connectors.sdk.mapping import BadField, date_of, decimal_of, link_of, money_of, text_of
from connectors.sdk.records import Money

PAST = timedelta(days=90)
"""How long something stays open after its date, where Salesforce has no word for "over"."""

FAR = timedelta(days=365 * 20)


@dataclass(frozen=True, kw_only=True)
class Portal:
    """``today`` is the UTC date of the read."""

    config: SalesforcePrmConfig
    today: date

    @property
    def vendor(self) -> str:
        return self.config.vendor

    @property
    def window(self) -> tuple[date, date]:
        """The dates between which contracts and registrations are read."""
        return self.today - PAST, self.today + FAR

    def link(self, record_id: str) -> str | None:
        """Where a record is in the portal; only the one who configured it knows how to say it."""
        if self.config.record_link is None or not record_id.isalnum():
            return None
        return link_of(self.config.record_link.replace("{id}", record_id))

    def currency(self, row: Any) -> str | None:
        """The row's currency, or the one that a person said the portal has."""
        code = text_of(at(row, "CurrencyIsoCode")) or self.config.currency
        known = money_of(0, code, field="CurrencyIsoCode")
        return known.currency if known else None

    def money(self, row: Any, path: str) -> Money | None:
        return money_of(at(row, path), self.currency(row), field=path)

    def is_over(self, on: date | None) -> bool:
        """Whether a date is so long ago that nothing can be done about it any more."""
        return on is not None and on < self.today - PAST


def at(row: Any, path: str) -> Any:
    """What stands at a path such as ``Budget.EndDate``; None where a step is empty or not asked."""
    here = row
    for step in path.split("."):
        if here is None:
            return None
        if not isinstance(here, Mapping):
            raise BadField(f"field {path} is not shaped as expected")
        here = here.get(step)
    return here


def word(row: Any, path: str, *, limit: int = 500) -> str | None:
    """The text at a path."""
    return text_of(at(row, path), limit=limit)


def number(row: Any, path: str) -> Decimal | None:
    """The exact number at a path."""
    return decimal_of(at(row, path), field=path)


def day_of(row: Any, path: str) -> date | None:
    """The calendar date at a path."""
    return date_of(at(row, path), field=path)


def left(given: Decimal | None, used: Decimal | None) -> Decimal | None:
    """What is left of an amount; not known unless both numbers are."""
    return None if given is None or used is None else given - used


def shown(amount: Decimal | None, currency: str | None) -> str | None:
    """An amount as a fact."""
    return None if amount is None else " ".join(filter(None, (f"{amount:,f}", currency)))

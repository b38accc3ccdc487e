"""One row under a plan: each getter reads one field, or raises a ``BadCell`` that names it."""

from datetime import date
from decimal import Decimal

from connectors.sdk.mapping import decimal_of, text_of
from connectors.sdk.records import Category, Due, Fact, Kind, Money
from connectors.sdk.tables.amounts import currency_of
from connectors.sdk.tables.cells import BadCell, is_plain, shown, word
from connectors.sdk.tables.columns import TELLING_A_ROW
from connectors.sdk.tables.fields import FIELDS
from connectors.sdk.tables.layout import letters
from connectors.sdk.tables.plan import Plan
from connectors.sdk.tables.wire import Cell, Day, Number, Row
from connectors.sdk.tables.words import (
    CATEGORIES,
    CROSSES,
    KINDS,
    NO,
    TICKS,
    YES,
    is_none,
    normal,
)

LONG = 2000
"""So much of a fact is kept; other texts are single lines of at most 500 characters."""


class Reader:
    """The row under a plan. Every getter takes a field's name; an unmapped field is empty."""

    __slots__ = ("_currency", "_kind", "cells", "plan", "used")

    def __init__(self, plan: Plan, row: Row) -> None:
        self.plan = plan
        self.cells = row.cells
        self.used: set[str] = set()
        self._kind: Kind | None = None
        self._currency: str | None = ""

    def cell(self, name: str) -> Cell:
        """The cell of a field's column; reading it marks the field as used."""
        place = self.plan.at.get(name)
        if place is None or place >= len(self.cells):
            return None
        self.used.add(name)
        return self.cells[place]

    def label(self, name: str) -> str:
        return self.plan.label(name) if name in self.plan.at else FIELDS[name].title

    def text(self, name: str, *, limit: int = 500) -> str | None:
        cell = self.cell(name)
        if cell is None:
            return None
        if isinstance(cell, str) and len(cell) <= limit and is_plain(cell):
            return cell.strip() or None
        return text_of(word(cell, self.label(name)), limit=limit)

    def due(self, name: str) -> Due | None:
        cell = self.cell(name)
        return self.plan.days[name].due(cell) if cell is not None else None

    def day(self, name: str) -> date | None:
        cell = self.cell(name)
        return self.plan.days[name].day(cell) if cell is not None else None

    def number(self, name: str) -> tuple[Decimal | None, str]:
        """The number and its unit."""
        cell = self.cell(name)
        found = self.plan.numbers[name].number(cell) if cell is not None else None
        return (exact(found[0], cell, self.label(name)), found[1]) if found else (None, "")

    def money(self, name: str) -> Money | None:
        cell = self.cell(name)
        if cell is None:
            return None
        money = self.plan.numbers[name].money(cell, named=self.currency, default=self.default)
        if money is None:
            return None
        return Money(amount=exact(money.amount, cell, self.label(name)), currency=money.currency)

    def flag(self, name: str) -> bool | None:
        """Yes, no, or None for an empty cell; a date ("done on") is a yes."""
        cell = self.cell(name)
        if cell is None or isinstance(cell, bool):
            return cell
        if isinstance(cell, Day):
            return True
        text = word(cell, self.label(name))
        if text in TICKS or normal(text) in YES:
            return True
        if text in CROSSES or normal(text) in NO or not normal(text):
            return False
        raise BadCell(self.label(name), "neither yes nor no", f"“{text}” is neither yes nor no.")

    @property
    def default(self) -> str | None:
        return self.plan.mapping.currency or self.plan.defaults.currency

    @property
    def currency(self) -> str | None:
        """The row's own currency, from its currency column."""
        if self._currency == "":
            own = self.text("currency") or ""
            self._currency = currency_of(own, self.default, column=self.label("currency"))
        return self._currency

    @property
    def vendor(self) -> str | None:
        named = self.plan.sheet if self.plan.mapping.sheet_names == "vendor" else None
        return self.text("vendor") or named or self.plan.mapping.vendor or self.plan.defaults.vendor

    @property
    def program(self) -> str | None:
        named = self.plan.sheet if self.plan.mapping.sheet_names == "program" else None
        own = self.text("program") or named or self.plan.mapping.program
        return own or self.plan.defaults.program

    @property
    def kind(self) -> Kind:
        """The row's kind: its own word, else the sheet's, else what the row holds tells it."""
        if self._kind is None:
            self._kind = self._own_kind()
        return self._kind

    def _own_kind(self) -> Kind:
        text = self.text("kind")
        if not text:
            return self.plan.kind or self._told_kind()
        found = KINDS.get(normal(text))
        if found is None and normal(text) in CATEGORIES:
            found = Kind.DEADLINE
        if found is None:
            kinds = ", ".join(Kind)
            raise BadCell(
                self.label("kind"), "not a kind", f"“{text}” is not a kind of row ({kinds})."
            )
        return found

    def _told_kind(self) -> Kind:
        """By the cells that are filled, whether or not they can be read: the key needs the kind."""
        for name, kind in TELLING_A_ROW:
            place = self.plan.at.get(name, len(self.cells))
            text = shown(self.cells[place]) if place < len(self.cells) else ""
            if text and not is_none(text):
                return kind
        raise BadCell(
            self.label("kind"),
            "no kind",
            "the row does not say what it is, and no due date makes it a deadline.",
        )

    def category(self) -> Category:
        """The deadline's category: its own word, else the kind column's, else the default."""
        for name in ("category", "kind"):
            found = CATEGORIES.get(normal(self.text(name) or ""))
            if found:
                return found
            if name == "category":
                self.used.discard(name)  # a word that is not known stays as a fact
        return self.plan.mapping.category or Category.OTHER

    def facts(self) -> tuple[Fact, ...]:
        """All that has no field of its own in this kind of row, with its header."""
        unused = {place for name, place in self.plan.at.items() if name not in self.used}
        labels = self.plan.header.labels
        facts = []
        for place, cell in enumerate(self.cells):
            if cell is None or place in self.plan.skipped:
                continue
            beyond = place >= len(labels)
            if beyond or place in self.plan.fact_places or place in unused:
                label = f"Column {letters(place)}" if beyond else labels[place]
                text = shown(cell)
                value = text if is_plain(text) else text_of(text, limit=LONG)
                if value:
                    facts.append(Fact(label=label, value=value))
        return tuple(facts)


def exact(value: Decimal, cell: Cell, column: str) -> Decimal:
    """The number in its one canonical form.

    A text is taken as it stands. A numeric cell is a binary number that was computed, so it
    is rounded to the four decimals that are stored.
    """
    if isinstance(cell, Number):
        value = round(value, 4)
    found = decimal_of(value, field=column)
    assert found is not None  # a Decimal is never empty
    return found

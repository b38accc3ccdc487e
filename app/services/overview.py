"""Overview: what will we lose this quarter, and what was saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from app.core import charts, currencies
from app.core.columns import NO_DUE_DAY
from app.core.money import summed
from app.core.pace import Standing
from app.core.quarters import Quarter, Week, quarter_of, weeks_ahead
from app.core.words import Clock
from app.services import due_days, outcomes, tracking
from app.services.lines import Sources
from app.services.listing import items
from app.services.outcomes import LOST, SAVED
from app.services.pages import SourceLine, Stake
from app.services.pages.views import NONE
from app.services.revisions import Until, remembered
from app.services.tracking import GoalRow
from connectors.sdk.records import Money

VENDORS = 8
GOALS = 8
LEAST = Decimal("0.01")
"""What counts as money at stake: no credit, and no amount of nothing."""
Query = Mapping[str, str]
"""The address of an inbox view that lists what a number counts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A sum in one currency, the items that it adds up, and its part of the longest bar."""

    money: Money
    query: Query
    share: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekRow:
    """What is due in one week; ``week`` is None for what was due before today."""

    week: Week | None
    count: int
    query: Query
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a currency's money in the quarter; parts of a bar are (begin, length)."""

    currency: str | None
    saved: Cell | None
    lost: Cell | None
    ahead: Cell | None
    bar: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class VendorRow:
    """What a vendor's open items are worth until the quarter ends, and who told it."""

    name: str
    count: int
    query: Query
    cells: tuple[Cell, ...]
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OverviewPage:
    """Money at stake by week and vendor, what the quarter saved and lost, goals behind pace.

    ``stake`` is what is overdue or due until the quarter ends. ``counts``: the items of each
    outcome, those without an amount, too.
    """

    quarter: Quarter
    stake: tuple[Cell, ...]
    currencies: tuple[str | None, ...]
    weeks: tuple[WeekRow, ...]
    outcomes: tuple[Outcome, ...]
    counts: Mapping[str, int]
    queries: Mapping[str, Query]
    vendors: tuple[VendorRow, ...]
    more_vendors: int
    goals: tuple[GoalRow, ...]
    more_goals: int
    doubtful: tuple[SourceLine, ...]
    sources: int
    read_at: datetime | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (any(row.count for row in self.weeks) or any(self.counts.values()) or self.goals)


class Sum(NamedTuple):
    """Open items of one vendor, currency and source that are due in one ``span``."""

    span: int
    vendor: str | None
    currency: str | None
    source: int
    amount: Decimal
    priced: int
    number: int


def overview_page(session: Session, *, user_id: int, clock: Clock) -> OverviewPage:
    """The whole page, for the calendar quarter that today lies in."""
    known = Sources(session, now=clock.now)
    quarter = quarter_of(clock.today)
    made = remembered(
        session,
        ("overview", clock.today, clock.zone.key, due_days.passed(session, clock)),
        lambda: _Made(session, quarter, clock),
    )
    behind = _behind(session, user_id, clock)
    vendors = made.vendors(known)
    return OverviewPage(
        quarter=quarter,
        stake=made.stake,
        currencies=made.currencies,
        weeks=made.weeks,
        outcomes=made.outcomes,
        counts=made.counts,
        queries={what: _of(outcome=outcomes.name_of(what, quarter)) for what in (SAVED, LOST)},
        vendors=vendors[:VENDORS],
        more_vendors=max(len(vendors) - VENDORS, 0),
        goals=behind[:GOALS],
        more_goals=max(len(behind) - GOALS, 0),
        doubtful=known.doubtful,
        sources=len(known.lines),
        read_at=known.read_at,
    )


def _behind(session: Session, user_id: int, clock: Clock) -> tuple[GoalRow, ...]:
    page = tracking.goals_page(session, user_id=user_id, clock=clock)
    title = tracking.STANDINGS[Standing.BEHIND]
    return next((rows for head, rows in page.groups if head == title), ())


class _Made:
    """What the numbers say; nothing in it changes without a write, but with the day."""

    def __init__(self, session: Session, quarter: Quarter, clock: Clock) -> None:
        self.quarter, self.ahead = quarter, weeks_ahead(clock.today)
        self.yesterday = clock.today - timedelta(days=1)
        self.spans = _spans(self.yesterday, self.ahead, quarter)
        key = ("open sums", *self.spans, clock.zone.key, due_days.passed(session, clock))
        self.sums: list[Sum] = remembered(
            session, key, lambda: _sums(session, self.spans, clock), until=Until.OPENED
        )
        found = {what: _outcome(session, what, quarter, clock) for what in (SAVED, LOST)}
        self.counts = {what: count for what, (count, _) in found.items()}
        spent = {what: money for what, (_, money) in found.items()}
        of_quarter = [one for one in self.sums if self.spans[one.span] <= quarter.last]
        stake = _money(of_quarter)
        until = _of(due_to=quarter.last)
        self.stake = tuple(_cell(money, until) for money in stake)
        self.currencies = _in_order([*self.sums, *of_quarter], spent)
        self.weeks = tuple(self._weeks())
        later = [one for one in of_quarter if self.spans[one.span] != self.yesterday]
        self.outcomes = tuple(self._outcomes(spent, _money(later), clock))

    def _weeks(self) -> Iterable[WeekRow]:
        before = [one for one in self.sums if self.spans[one.span] == self.yesterday]
        rows: list[tuple[Week | None, list[Sum], Query]] = [
            (None, before, _of(due_to=self.yesterday))
        ]
        for ahead in self.ahead:
            within = [one for one in self.sums if ahead.first <= self.spans[one.span] <= ahead.last]
            rows.append((ahead, within, _of(due_from=ahead.first, due_to=ahead.last)))
        columns = [
            charts.shares([_amount(members, currency) for _, members, _ in rows])
            for currency in self.currencies
        ]
        for number, (week, members, query) in enumerate(rows):
            cells = (
                _cell(Money(amount=amount, currency=currency), query, shares[number])
                if (amount := _amount(members, currency))
                else None
                for currency, shares in zip(self.currencies, columns, strict=True)
            )
            count = sum(one.number for one in members)
            yield WeekRow(week=week, count=count, query=query, cells=tuple(cells))

    def _outcomes(
        self, spent: Mapping[str, Stake], later: Stake, clock: Clock
    ) -> Iterable[Outcome]:
        ahead = _of(due_from=clock.today, due_to=self.quarter.last)
        for currency in self.currencies:
            each = [
                next((one for one in moneys if one.currency == currency), None)
                for moneys in (spent[SAVED], spent[LOST], later)
            ]
            if any(each):
                queries = [*(_of(outcome=outcomes.name_of(w, self.quarter)) for w in spent), ahead]
                saved, lost, still = (
                    _cell(money, query) if money else None
                    for money, query in zip(each, queries, strict=True)
                )
                bar = charts.pieces([money.amount if money else Decimal(0) for money in each])
                yield Outcome(currency=currency, saved=saved, lost=lost, ahead=still, bar=bar)

    def vendors(self, known: Sources) -> tuple[VendorRow, ...]:
        """All vendors with open items until the quarter ends, the ones of most worth first."""
        by_vendor: dict[str | None, list[Sum]] = {}
        for one in self.sums:
            if self.spans[one.span] <= self.quarter.last and one.priced:
                by_vendor.setdefault(one.vendor, []).append(one)
        rows = []
        for vendor, members in by_vendor.items():
            query = _of(vendor=vendor or NONE, due_to=self.quarter.last, amount_from=LEAST)
            money = _money(members)
            told = {one.source: known.lines.get(one.source) for one in members}
            row = VendorRow(
                name=vendor or "No vendor named",
                count=sum(one.priced for one in members),
                query=query,
                cells=tuple(_cell(one, query) for one in money),
                sources=tuple(line for _, line in sorted(told.items()) if line is not None),
            )
            rows.append((_worth(money), row))
        rows.sort(key=lambda one: (-one[0], one[1].name))
        return tuple(row for _, row in rows)


def _spans(yesterday: date, ahead: tuple[Week, ...], quarter: Quarter) -> list[date]:
    """The last days of the times that sums are made for: none holds days of two weeks, or some
    of this quarter and some of the next.
    """
    return sorted({yesterday, quarter.last, *(week.last for week in ahead)})


def _sums(session: Session, spans: list[date], clock: Clock) -> list[Sum]:
    """One look at all open items that are due until the last of the spans."""
    day, at = items.c.sort_on, items.c.due_at
    ends = [clock.begins(last + timedelta(days=1)) for last in spans]
    span = sa.case(
        (at.is_(None), sa.case(*((day <= last, n) for n, last in enumerate(spans)), else_=-1)),
        *((at < end, number) for number, end in enumerate(ends)),
        else_=-1,
    )
    is_priced = items.c.amount >= LEAST
    statement = (
        sa.select(
            span,
            items.c.vendor,
            sa.case((is_priced, items.c.currency)),
            items.c.connection_id,
            sa.func.sum(sa.case((is_priced, items.c.amount))),
            sa.func.count(sa.case((is_priced, 1))),
            sa.func.count(),
        )
        .where(
            items.c.is_open,
            due_days.still_on(clock),
            due_days.until(spans[-1], clock),
            day < NO_DUE_DAY,
        )
        .group_by(*(sa.literal_column(str(number)) for number in range(1, 5)))
    )
    return [
        Sum(
            span=span,
            vendor=vendor,
            currency=currency,
            source=source,
            amount=amount or Decimal(0),
            priced=priced,
            number=number,
        )
        for span, vendor, currency, source, amount, priced, number in session.execute(statement)
    ]


def _outcome(session: Session, what: str, quarter: Quarter, clock: Clock) -> tuple[int, Stake]:
    """How many items had that outcome, and their money."""
    priced = items.c.amount >= LEAST
    statement = (
        sa.select(
            sa.case((priced, items.c.currency)),
            sa.func.sum(sa.case((priced, items.c.amount))),
            sa.func.count(),
        )
        .where(outcomes.condition(outcomes.name_of(what, quarter), clock))
        .group_by(sa.literal_column("1"))
    )
    rows = session.execute(statement).all()
    money = (Money(amount=amount, currency=currency) for currency, amount, _ in rows if amount)
    return sum(count for _, _, count in rows), summed(money)


def _money(sums: Iterable[Sum]) -> Stake:
    return summed(Money(amount=one.amount, currency=one.currency) for one in sums if one.amount)


def _amount(sums: Iterable[Sum], currency: str | None) -> Decimal:
    return sum((one.amount for one in sums if one.currency == currency), Decimal(0))


def _in_order(sums: Iterable[Sum], spent: Mapping[str, Stake]) -> tuple[str | None, ...]:
    """All currencies, the one with the most money first as far as they can be compared."""
    found = summed([*_money(sums), *(money for moneys in spent.values() for money in moneys)])
    return tuple(one.currency for one in sorted(found, key=lambda one: -_worth((one,))))


def _worth(stake: Stake) -> float:
    """For putting in an order alone: the largest of the sums, by their currencies' magnitude."""
    return max((currencies.counted(money) or 0.0 for money in stake), default=0.0)


def _cell(money: Money, query: Query, share: float = 0.0) -> Cell:
    narrower = {**query, **_of(currency=money.currency or NONE, amount_from=LEAST)}
    return Cell(money=money, query=narrower, share=share)


def _of(**said: object) -> Query:
    return {name: str(value) for name, value in said.items()}

"""What the pages Goals and Reports show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import floor
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import pace
from app.core.columns import NO_DUE_DAY
from app.core.words import Clock, quantity_words
from app.services import inbox, listing
from app.services.listing import Sources, items, joined, states
from app.services.pages import Person, Row, SourceLine, State
from connectors.sdk.records import Kind

BEHIND, UNTOLD, ON_PACE, REACHED, OVER = "behind", "untold", "on pace", "reached", "over"
STANDINGS: Mapping[str, str] = {
    BEHIND: "Behind pace",
    ON_PACE: "On pace",
    UNTOLD: "Pace not known",
    REACHED: "Reached",
    OVER: "Over",
}
DONE_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class GoalRow:
    """One goal. ``share`` is actual of target, ``pace`` the part of its period that is over.

    ``told`` is "64 of 70 points"; ``standing`` a key of ``STANDINGS``; ``verdict`` says it in
    words with the gap.
    """

    row: Row
    told: str
    share: float | None
    pace: float | None
    standing: str
    verdict: str
    start: date | None
    end: date | None
    source: SourceLine | None

    @property
    def says(self) -> str:
        """The bar in one sentence, for those who do not see it."""
        parts = [self.told]
        if self.percent is not None:
            parts.append(f"{self.percent} % reached")
        if self.pace is not None:
            parts.append(f"{self.pace:.0%} of the period is over")
        return ", ".join(parts)

    @property
    def percent(self) -> int | None:
        """The share in whole percent; never 100 before it is all."""
        return None if self.share is None else floor(self.share * 100 + 1e-9)


@dataclass(frozen=True, kw_only=True, slots=True)
class GoalsPage:
    """All goals that the sources list, by standing, the ones behind first."""

    groups: tuple[tuple[str, tuple[GoalRow, ...]], ...]
    doubtful: tuple[SourceLine, ...]
    sources: int

    @property
    def behind(self) -> int:
        """How many are behind their pace."""
        return next((len(rows) for title, rows in self.groups if title == STANDINGS[BEHIND]), 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRow:
    """One report: to whom, on which period, how often; ``status`` is the source's word."""

    row: Row
    version: int
    recipient: str | None
    period: str | None
    cadence: str | None
    status: str | None
    source: SourceLine | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportsPage:
    """What is due to whom: overdue, this week, later; then what was done lately."""

    groups: tuple[tuple[str, tuple[ReportRow, ...]], ...]
    done: tuple[ReportRow, ...]
    doubtful: tuple[SourceLine, ...]
    sources: int
    people: tuple[Person, ...]

    @property
    def open(self) -> int:
        """How many are to be done."""
        return sum(len(rows) for _title, rows in self.groups)


def goals_page(session: Session, *, user_id: int, clock: Clock) -> GoalsPage:
    """Every live goal with its pace."""
    extra = (items.c.target, items.c.actual, items.c.unit, items.c.period_start, items.c.period_end)
    found = _listed(session, Kind.GOAL, extra, user_id)
    known = Sources(session, now=clock.now)
    rows = [
        _goal(stored, row, known, clock)
        for stored, row in zip(found, listing.rows_of(session, found, known, clock), strict=True)
    ]
    return GoalsPage(
        groups=tuple(
            (title, members)
            for key, title in STANDINGS.items()
            if (members := tuple(sorted((r for r in rows if r.standing == key), key=_urgency)))
        ),
        doubtful=known.doubtful,
        sources=len(known.lines),
    )


def _urgency(goal: GoalRow) -> tuple[float, date, int]:
    """The furthest behind first, then what ends first."""
    gap = (goal.pace or 0.0) - (goal.share or 0.0) if goal.standing == BEHIND else 0.0
    return -gap, goal.end or NO_DUE_DAY, goal.row.id


def _goal(stored: Any, row: Row, known: Sources, clock: Clock) -> GoalRow:
    share = pace.share(stored.target, stored.actual)
    expected = pace.pace(stored.period_start, stored.period_end, clock.today)
    standing = _standing(stored, row, share, expected, clock)
    return GoalRow(
        row=row,
        told=_told(stored.actual, stored.target, stored.unit),
        share=share,
        pace=expected,
        standing=standing,
        verdict=_verdict(stored, standing, expected),
        start=stored.period_start,
        end=stored.period_end,
        source=known.lines.get(stored.connection_id),
    )


def _standing(
    stored: Any, row: Row, share: float | None, expected: float | None, clock: Clock
) -> str:
    if share is not None and share >= 1:
        return REACHED
    if row.state is State.DONE or (stored.period_end and stored.period_end < clock.today):
        return OVER
    if share is None or expected is None:
        return UNTOLD
    return BEHIND if pace.is_behind(share, expected) else ON_PACE


def _verdict(stored: Any, standing: str, expected: float | None) -> str:
    if standing == UNTOLD:
        told = ((stored.target, "target"), (stored.actual, "actual"))
        unknown = [name for value, name in told if value is None]
        return f"no {' and no '.join(unknown)} given" if unknown else "no period given"
    if standing == BEHIND:
        short = pace.missing(stored.target, stored.actual, expected)
        return f"{quantity_words(_plain(short), stored.unit)} behind" if short else "behind"
    if standing == OVER and None not in (stored.target, stored.actual):
        left = quantity_words(stored.target - stored.actual, stored.unit)
        return f"ended {left} short" if stored.target > stored.actual else "ended"
    return standing


def _plain(number: Decimal) -> Decimal:
    """A gap as one would say it: whole from ten up, one decimal below."""
    return number.quantize(Decimal(1)) if number >= 10 else number


def _told(actual: Decimal | None, target: Decimal | None, unit: str | None) -> str:
    """ "$412,000 of $600,000", "64 of 70 points", "64 points, no target told"."""
    if actual is None:
        return f"{quantity_words(target, unit)} to reach" if target is not None else "not told"
    if target is None:
        return f"{quantity_words(actual, unit)}, no target told"
    reached = quantity_words(actual, unit)
    return f"{reached.removesuffix(f' {unit}')} of {quantity_words(target, unit)}"


REPORT_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Overdue": ("overdue",),
    "This week": ("week",),
    "Later": ("month", "later"),
    "No date": ("undated",),
}


def reports_page(session: Session, *, user_id: int, clock: Clock) -> ReportsPage:
    """Every live report: the open ones by due date, and those done in the last thirty days."""
    extra = (
        items.c.recipient,
        items.c.period,
        items.c.cadence,
        items.c.status,
        states.c.version,
        states.c.done_at,
        items.c.changed_at,
    )
    found = _listed(session, Kind.REPORTING, extra, user_id)
    known = Sources(session, now=clock.now)
    lines = listing.rows_of(session, found, known, clock)
    rows = [
        (listing.group_of(stored, clock), stored, _report(stored, row, known))
        for stored, row in zip(found, lines, strict=True)
    ]
    return ReportsPage(
        groups=tuple(
            (title, members)
            for title, keys in REPORT_GROUPS.items()
            if (members := tuple(r for key, _, r in rows if key in keys and _is_open(r)))
        ),
        done=tuple(_lately(((stored, r) for _, stored, r in rows), clock)),
        doubtful=known.doubtful,
        sources=len(known.lines),
        people=inbox.people(session),
    )


def _is_open(report: ReportRow) -> bool:
    return report.row.state in (State.OPEN, State.SNOOZED)


def _lately(rows: Iterable[tuple[Any, ReportRow]], clock: Clock) -> list[ReportRow]:
    """What was done lately, the newest first."""
    done = [
        (stored.done_at or stored.changed_at, report)
        for stored, report in rows
        if report.row.state is State.DONE
    ]
    done.sort(key=lambda pair: pair[0], reverse=True)
    return [report for at, report in done if at > clock.now - DONE_FOR]


def _report(stored: Any, row: Row, known: Sources) -> ReportRow:
    return ReportRow(
        row=row,
        version=stored.version or 0,
        recipient=stored.recipient,
        period=stored.period,
        cadence=stored.cadence,
        status=stored.status,
        source=known.lines.get(stored.connection_id),
    )


def _listed(
    session: Session, kind: Kind, extra: tuple[sa.ColumnElement[Any], ...], user_id: int
) -> list[Any]:
    """The live items of a kind by date, with the columns of a line and some of their own."""
    statement = (
        sa.select(*listing.SHOWN, *extra)
        .select_from(joined(user_id))
        .where(items.c.kind == kind, items.c.removed_at.is_(None))
    )
    return list(session.execute(listing.ordered(statement, "all", None)).all())

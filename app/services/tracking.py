"""What the pages Goals and Reports show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core import pace
from app.core.charts import GoalChart
from app.core.columns import NO_DUE_DAY
from app.core.pace import Standing
from app.core.words import Clock, goal_words, is_word, number_words, percent_words, quantity_words
from app.services import actuals, goal_charts, goals, lines, listing
from app.services.lines import Sources
from app.services.listing import items, states
from app.services.pages import GROUPS, Row, SourceLine, State
from connectors.sdk.records import Kind

STANDINGS: Mapping[Standing, str] = {
    Standing.BEHIND: "Behind pace",
    Standing.ON_PACE: "On pace",
    Standing.UNTOLD: "Pace not known",
    Standing.REACHED: "Reached",
    Standing.OVER: "Over",
}
SNOOZED = "Snoozed"
DONE_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class GoalRow:
    """One goal. ``share`` is actual of target, ``pace`` the part of its period that is over.

    ``told`` is "64 of 70 points"; ``verdict`` says its standing in words with the gap.
    ``counted``: where people enter here what is reached, that as a field takes it. ``chart``: how
    it came to it, where there is a period to show.
    """

    row: Row
    counted: str | None
    told: str
    share: float | None
    pace: float | None
    standing: Standing
    verdict: str
    start: date | None
    end: date | None
    source: SourceLine | None
    chart: GoalChart | None = None

    @property
    def says(self) -> str:
        """The bar in one sentence, for those who do not see it."""
        parts = [self.told]
        if self.share is not None:
            parts.append(f"{percent_words(self.share)} reached")
        if self.pace is not None:
            parts.append(f"{percent_words(self.pace)} of the period is over")
        return ", ".join(parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class GoalsPage:
    """All goals that the sources list, by standing, the ones behind first."""

    groups: tuple[tuple[str, tuple[GoalRow, ...]], ...]
    doubtful: tuple[SourceLine, ...]
    read_at: datetime | None

    @property
    def behind(self) -> int:
        """How many are behind their pace."""
        return next(
            (len(rows) for title, rows in self.groups if title == STANDINGS[Standing.BEHIND]), 0
        )

    @property
    def charted(self) -> bool:
        """Whether any goal is shown over its period."""
        drawn = (Standing.BEHIND, Standing.ON_PACE)
        return any(row.chart and row.standing in drawn for _, rows in self.groups for row in rows)


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
    """What is due to whom: overdue, this week, this month, later; then what was done lately."""

    groups: tuple[tuple[str, tuple[ReportRow, ...]], ...]
    done: tuple[ReportRow, ...]
    doubtful: tuple[SourceLine, ...]
    read_at: datetime | None

    @property
    def due(self) -> int:
        """How many are overdue or due within ``days``; what is snoozed counts nowhere."""
        return sum(len(rows) for title, rows in self.groups if title in DUE_GROUPS)

    @property
    def later(self) -> int:
        """How many more are to be sent, further off or without a date."""
        open_ = sum(len(rows) for title, rows in self.groups if title != SNOOZED)
        return open_ - self.due

    @property
    def days(self) -> int:
        """Within how many days ``due`` is."""
        return listing.MONTH


def goals_page(session: Session, *, user_id: int, clock: Clock) -> GoalsPage:
    """Every live goal with its pace."""
    extra = (items.c.target, items.c.actual, items.c.unit, items.c.period_start, items.c.period_end)
    found = _listed(session, Kind.GOAL, extra, user_id)
    known = Sources(session, now=clock.now)
    drawn = goal_charts.charts_of(session, found, clock)
    rows = [
        replace(_goal(stored, row, known, clock), chart=drawn.get(stored.id))
        for stored, row in zip(found, lines.rows_of(session, found, known, clock), strict=True)
    ]
    return GoalsPage(
        groups=tuple(
            (title, members)
            for title in (*STANDINGS.values(), SNOOZED)
            if (members := tuple(sorted((r for r in rows if _title(r) == title), key=_urgency)))
        ),
        doubtful=known.doubtful,
        read_at=known.read_at,
    )


def _title(goal: GoalRow) -> str:
    """Under which head a goal stands: what is snoozed counts nowhere until it is back."""
    return SNOOZED if goal.row.state is State.SNOOZED else STANDINGS[goal.standing]


def _urgency(goal: GoalRow) -> tuple[float, date, int]:
    """The furthest behind first, then what ends first."""
    gap = (goal.pace or 0.0) - (goal.share or 0.0) if goal.standing is Standing.BEHIND else 0.0
    return -gap, goal.end or NO_DUE_DAY, goal.row.id


def _goal(stored: Any, row: Row, known: Sources, clock: Clock) -> GoalRow:
    share = pace.share(stored.target, stored.actual)
    expected = pace.pace(stored.period_start, stored.period_end, clock.today)
    standing = goals.stands(stored, row.state, clock)
    return GoalRow(
        row=row,
        counted=actuals.shown(known.connector(stored.connection_id), stored.actual),
        told=goal_words(stored.actual, stored.target, stored.unit),
        share=share,
        pace=expected,
        standing=standing,
        verdict=_verdict(stored, standing, expected, clock),
        start=stored.period_start,
        end=stored.period_end,
        source=known.lines.get(stored.connection_id),
    )


def _verdict(stored: Any, standing: Standing, expected: float | None, clock: Clock) -> str:
    match standing:
        case Standing.UNTOLD:
            return _untold(stored)
        case Standing.BEHIND:
            short = pace.missing(stored.target, stored.actual, expected)
            return f"{_gap(_plain(short), stored.unit)} behind" if short else "behind"
        case Standing.ON_PACE if stored.period_start > clock.today:
            return "not begun yet"
        case Standing.OVER if None not in (stored.target, stored.actual):
            left = stored.target - stored.actual
            return f"ended {_gap(left, stored.unit)} short" if left > 0 else "ended"
        case Standing.OVER:
            return "ended"
    return standing


def _untold(stored: Any) -> str:
    """Why nobody can say how it stands."""
    told = ((stored.target, "target"), (stored.actual, "actual"))
    unknown = [name for value, name in told if value is None]
    if unknown:
        return f"no {' and no '.join(unknown)} given"
    if stored.target <= 0:
        return "its target is nothing"
    if stored.period_start is None or stored.period_end is None:
        return "no period given"
    return "its period ends before it begins"


def _gap(number: Decimal, unit: str | None) -> str:
    """ "$120,603", "3 people"; "1" alone, for a unit is given in the plural."""
    if number == 1 and unit and is_word(unit):
        return number_words(number)
    return quantity_words(number, unit)


def _plain(number: Decimal) -> Decimal:
    """A gap as one would say it: whole from ten up, one decimal below."""
    return number.quantize(Decimal(1)) if number >= 10 else number


DUE_GROUPS = tuple(GROUPS[key] for key in ("overdue", "week", "month"))


def reports_page(session: Session, *, user_id: int, clock: Clock) -> ReportsPage:
    """Every live report: the open ones by due date, and those done in the last thirty days."""
    extra = (
        items.c.recipient,
        items.c.period,
        items.c.cadence,
        items.c.status,
        states.c.done_at,
        items.c.changed_at,
    )
    found = _listed(session, Kind.REPORTING, extra, user_id)
    known = Sources(session, now=clock.now)
    shown = lines.rows_of(session, found, known, clock)
    rows = [
        (_head(stored, row, clock), stored, _report(stored, row, known))
        for stored, row in zip(found, shown, strict=True)
    ]
    return ReportsPage(
        groups=tuple(
            (title, members)
            for title in (*GROUPS.values(), SNOOZED)
            if (members := tuple(r for head, _, r in rows if head == title and _is_open(r)))
        ),
        done=tuple(_lately(((stored, r) for _, stored, r in rows), clock)),
        doubtful=known.doubtful,
        read_at=known.read_at,
    )


def _head(stored: Any, row: Row, clock: Clock) -> str:
    """Under which head a report stands."""
    return SNOOZED if row.state is State.SNOOZED else GROUPS[lines.group_of(stored, clock)]


def _is_open(report: ReportRow) -> bool:
    return report.row.state.unsettled


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
    live = (listing.tracked(kind), items.c.removed_at.is_(None))
    statement = listing.select_lines(user_id, *extra).where(*live)
    return list(session.execute(listing.ordered(statement, "all")).all())

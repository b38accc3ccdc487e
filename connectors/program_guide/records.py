"""From a guide to records: the program, the goals of the tier aimed at, what is due in a year.

Where sources disagree nothing is picked in silence: the safer of the two is taken (the earlier
date, the higher number), and the record says what each source says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.program_guide.guide import (
    DateGuide,
    GoalGuide,
    Guide,
    Said,
    SaidNumber,
    SaidRhythm,
    SaidYear,
)
from connectors.program_guide.settings import ProgramGuideConfig
from connectors.sdk.due_rules import DueRule
from connectors.sdk.fiscal import FiscalYear, Period, Span, add_months
from connectors.sdk.records import (
    AnyRecord,
    Category,
    Deadline,
    DueDate,
    Fact,
    Goal,
    Notice,
    Program,
    ReportingRequirement,
)
from connectors.sdk.repeats import Every, Occurrence, occurrences
from connectors.sdk.repeats import parse as parsed
from connectors.sdk.rrule import Repetition

AHEAD = timedelta(days=400)
BEHIND = timedelta(days=31)
_SAME = timedelta(days=20)
"""Two sources that are no farther apart speak of the same date."""
_DISAGREE = "Sources disagree, the safer is taken: "


@dataclass(frozen=True, kw_only=True)
class Follower:
    """A guide as one partner follows it, on one day."""

    guide: Guide
    config: ProgramGuideConfig
    today: date

    @property
    def window(self) -> tuple[date, date]:
        """The due dates that are worked out."""
        return self.today - BEHIND, self.today + AHEAD

    @property
    def year(self) -> FiscalYear | None:
        """The program's fiscal year, if anybody says it."""
        return self.guide.year or self.config.year

    def lasting(self) -> Iterator[AnyRecord]:
        """The program, its goals, what has no date yet, and a word when the guide is old."""
        yield self._program()
        for goal in self.guide.goals:
            if said := goal.tiers.get(self.config.tier):
                yield self._goal(goal, said)
        for part in self._parts():
            if missing := self._missing(part):
                yield self._due(part, None, part.says, need=missing)
        if old := self.old():
            yield self._old(old)

    def dated(self) -> Iterator[AnyRecord]:
        """What is due from a month ago to thirteen months ahead."""
        for part in self._parts():
            if not self._missing(part):
                yield from self._series(part)

    def old(self) -> list[Said]:
        """What nobody verified in the last twelve months, the oldest first."""
        found = [said for said in self.guide.said if not said.is_fresh(self.today)]
        return sorted(found, key=lambda said: said.verified_on or date.min)

    def _parts(self) -> Iterator[DateGuide]:
        for part in self.guide.dates:
            if not part.tiers or self.config.tier in part.tiers:
                yield part

    def _program(self) -> Program:
        period = self.year.period(Span.YEAR, self.today) if self.year else None
        facts = [Fact(label=each.label, value=_told(each.says)) for each in self.guide.facts]
        if said := self.guide.fiscal_year:
            facts.insert(0, Fact(label="Fiscal year", value=_told_years(said)))
        aimed = [Fact(label="Tier aimed at", value=self.config.tier)] if self.config.tier else []
        return Program(
            external_id=self._id("program"),
            title=self.guide.program,
            vendor=self.guide.vendor,
            program=self.guide.program,
            tier=self.config.held.strip() or None,
            period_start=period.first if period else None,
            period_end=period.last if period else None,
            facts=(*aimed, *facts),
        )

    def _goal(self, goal: GoalGuide, said: Sequence[SaidNumber]) -> Goal:
        period = self.year.period(goal.period, self.today) if self.year and goal.period else None
        target = max(each.value for each in said)
        differ = len({each.value for each in said}) > 1
        told = _DISAGREE + "; ".join(f"{each.value:f} ({each.name})" for each in said) + "."
        return Goal(
            external_id=self._id(goal.id),
            title=goal.title,
            target=target,
            actual=self.config.actual(goal.id, period.key if period else ""),
            unit=goal.unit,
            period_start=period.first if period else None,
            period_end=period.last if period else None,
            summary=" ".join(filter(None, (told if differ else None, goal.note))) or None,
            facts=(Fact(label="Tier", value=self.config.tier), *_texts(said), *_sources(said)),
            **self._whose(),
        )

    def _missing(self, part: DateGuide) -> str:
        """What only the partner can say before this has dates."""
        for said in part.says:
            match parsed(said.repeats):
                case DueRule() if self.year is None:
                    return "the vendor's fiscal year"
                case Every() if self.config.since is None:
                    return "your anniversary in the program"
        return ""

    def _series(self, part: DateGuide) -> Iterator[AnyRecord]:
        first, last = self.window
        said, *others = part.says
        theirs = [list(self._dates(each, first - _SAME, last + _SAME)) for each in others]
        for each in self._dates(said, first - _SAME, last + _SAME):
            near = [_nearest(each.on, dates) for dates in theirs]
            days = {said: each.on} | {
                other: day for other, day in zip(others, near, strict=True) if day is not None
            }
            if first <= min(days.values()) <= last:
                yield self._due(part, each, list(days), days=days)

    def _dates(self, said: SaidRhythm, first: date, last: date) -> Iterator[Occurrence]:
        rhythm = parsed(said.repeats)
        begin = date(first.year, 1, 1) if isinstance(rhythm, Repetition) else None
        if isinstance(rhythm, Every):
            begin = _turned(self.config.since or first, first)
        year = self.year or FiscalYear()
        free = self.config.free_days
        return occurrences(rhythm, begin=begin, first=first, last=last, year=year, holidays=free)

    def _due(
        self,
        part: DateGuide,
        each: Occurrence | None,
        said: Sequence[SaidRhythm],
        *,
        days: dict[SaidRhythm, date] | None = None,
        need: str = "",
    ) -> AnyRecord:
        period = each.period if each else None
        due = min(days.values()) if days else None
        shared: dict[str, Any] = {
            "external_id": self._id(part.id) + (f"/{each.key}" if each else ""),
            "title": _titled(part.title, period),
            "due": DueDate(on=due, raw=due.isoformat()) if due else None,
            "summary": _summary(part, days or {}, need),
            "facts": (*_texts(said), *_sources(said)),
            **self._whose(),
        }
        if part.kind == "report":
            return ReportingRequirement(
                **shared,
                recipient=part.recipient,
                period=period.label if period else None,
                cadence=said[0].repeats,
            )
        other = Category.EVENT if part.kind == "review" else Category.OTHER
        return Deadline(**shared, category=part.category or other)

    def _old(self, old: Sequence[Said]) -> Notice:
        count, all_of = len(old), len(self.guide.said)
        known = [said.verified_on for said in old if said.verified_on]
        dated = f"The oldest was last verified in {min(known).year}. " if known else ""
        undated = sum(said.verified_on is None for said in old)
        none = f"{undated} carry no date at all. " if undated else ""
        stale = add_months(min(known), 12) if known else None
        return Notice(
            external_id=self._id("verify"),
            title=f"The guide of {self.guide.title} was not verified for 12 months",
            published=DueDate(on=stale, raw=stale.isoformat()) if stale else None,
            summary=f"{count} of its {all_of} statements are that old or undated. {dated}{none}"
            "Compare them with the vendor's own pages before you rely on them.",
            facts=tuple(
                Fact(label=said.last_verified, value=said.source) for said in _distinct(old)[:20]
            ),
            **self._whose(),
        )

    def _id(self, part: str) -> str:
        return f"{self.config.key}/{part}"

    def _whose(self) -> dict[str, Any]:
        return {"vendor": self.guide.vendor, "program": self.guide.program}


def _turned(since: date, first: date) -> date:
    """An anniversary of the year of ``first``: what is counted from it needs no older one."""
    return add_months(since, 12 * (first.year - since.year))


def _nearest(day: date, dates: Sequence[Occurrence]) -> date | None:
    """The date of another source that is about the same time."""
    near = [each.on for each in dates if abs(each.on - day) <= _SAME]
    return min(near, key=lambda each: abs(each - day), default=None)


def _titled(title: str, period: Period | None) -> str:
    return f"{title}, {period.label}" if period else title


def _summary(part: DateGuide, days: dict[SaidRhythm, date], need: str) -> str | None:
    parts = [part.note]
    if len(set(days.values())) > 1:
        told = "; ".join(f"{day.isoformat()} ({said.name})" for said, day in days.items())
        parts.insert(0, f"{_DISAGREE}{told}.")
    if need:
        parts.insert(0, f"It has no date yet: edit the source and say {need}.")
    return " ".join(filter(None, parts)) or None


def _texts(said: Sequence[Said]) -> Iterator[Fact]:
    for each in said:
        if each.text:
            yield Fact(label="The source says", value=each.text)


def _sources(said: Sequence[Said]) -> Iterator[Fact]:
    for each in _distinct(said):
        yield Fact(label="According to", value=each.source)
        if each.page:
            yield Fact(label="Where in it", value=each.page)
        yield Fact(label="Last verified", value=each.last_verified)


def _told(said: Sequence[Said]) -> str:
    """Statements with their sources, as one value; several of them disagree."""
    return (_BOTH if len(said) > 1 else "") + " ".join(map(_with_source, said))


def _told_years(said: Sequence[SaidYear]) -> str:
    """The one that counts, first."""
    return " ".join(f"{one.year}. {_with_source(one)}" for one in said)


def _with_source(said: Said) -> str:
    seen = "undated" if said.verified_on is None else f"verified {said.last_verified}"
    return f"{said.text or ''} {said.source} ({seen})".strip()


_BOTH = "Sources disagree: "


def _distinct(said: Sequence[Said]) -> list[Said]:
    return list({(each.source, each.page, each.last_verified): each for each in said}.values())

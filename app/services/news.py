"""The page of changes: what the sources changed since somebody looked, grouped by program.

A thing that changed stands on it once, however often it changed: on the page on which its newest
change lies, with what it was at the beginning of the span and what it is now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.changes import DUE_MOVED
from app.core.money import money_of, summed
from app.core.news import PLAIN, Line, Told, Weight, fold, weight_of
from app.core.retention import RUNS
from app.core.whole import whole
from app.core.words import Clock
from app.models import User
from app.services import choices, looks, news_walk
from app.services.lines import Sources
from app.services.listing import NEW_FOR, at_stake, items
from app.services.looks import Span
from app.services.news_walk import Key
from app.services.pages import (
    ChangesPage,
    ChangesView,
    FirstRead,
    NewOnes,
    NewThing,
    ProgramChanges,
    Section,
    Stake,
    Thing,
)
from app.services.revisions import Until, remembered

SECTIONS: Mapping[Weight, tuple[str, str]] = {
    Weight.STANDING: ("standing", "Eligibility and tier"),
    Weight.DATES: ("dates", "Moved deadlines"),
    Weight.LISTING: ("listing", "Gone or back at the source"),
    Weight.PEOPLE: ("people", "Your contacts at the vendors"),
}
FIRST_FEW = 5
runs = SQLModel.metadata.tables["sync_runs"]
connections = SQLModel.metadata.tables["connections"]
Group = tuple[str, str, str]
"""Vendor, program and source by which changes stand together; the source only without both."""


def changes_page(
    session: Session,
    view: ChangesView,
    *,
    user_id: int,
    clock: Clock,
    after: str = "",
    up_to: str = "",
) -> ChangesPage:
    """What changed in the view's span. ``after`` (and ``up_to``, which it then needs) is the place
    where the page before ended.
    """
    user = session.get_one(User, user_id)
    span = _span(session, user, view, up_to, clock)
    place = whole(after)
    reader = _Reader(session, span, view, clock)
    things = reader.things(span.high if place is None else place)
    first_reads, fresh, cut = ((), {}, False) if place is not None else reader.new()
    matter = [thing for thing in things if thing.weight.matters]
    others = [thing for thing in things if not thing.weight.matters]
    known = reader.known
    return ChangesPage(
        view=view,
        since=span.at,
        first=span.first,
        up_to=span.high,
        seen=user.changes_seen_id >= span.high,
        changed=looks.changed(session, span),
        new=sum(ones.count for ones in fresh.values()),
        cut=cut,
        sections=_sections(matter, reader.worth),
        programs=_programs(others, fresh, reader),
        first_reads=first_reads,
        more_matters=None if reader.more is None else str(reader.more),
        after=None if reader.onward is None else str(reader.onward),
        continued=place is not None,
        doubtful=known.doubtful,
        sources=len(known.lines),
        read_at=known.read_at,
        choices=choices.choices(session),
    )


def _span(session: Session, user: User, view: ChangesView, up_to: str, clock: Clock) -> Span:
    span = looks.span_of(session, user, view.since, clock=clock)
    high = whole(up_to)
    if high is None:
        return span
    return Span(low=span.low, high=min(high, span.high), at=span.at, first=span.first)


class _Reader:
    """Reads one page of a span."""

    def __init__(self, session: Session, span: Span, view: ChangesView, clock: Clock) -> None:
        self.session = session
        self.span = span
        self.view = view
        self.clock = clock
        self.known = Sources(session, now=clock.now)
        self.more: int | None = None
        self.onward: int | None = None
        self.worth: Worth = {}

    def things(self, high: int) -> list[Thing]:
        """Those whose newest change of their sort lies at or below ``high``, the newest first."""
        continued, only = high < self.span.high, self.view.only
        heavy: tuple[Key, ...] = ()
        light: tuple[Key, ...] = ()
        if only or not continued:
            heavy, self.more = news_walk.weighty(self.session, self.span, self.view, high=high)
        if not only:
            light, self.onward = news_walk.plain(self.session, self.span, self.view, high=high)
        keys = tuple(dict.fromkeys((*heavy, *light)))
        told = news_walk.told(self.session, keys, self.span)
        rows = news_walk.rows(self.session, keys)
        things = []
        for key in keys:
            lines = fold(key[0], told.get(key, ()))
            if not lines or key not in rows:
                continue
            walked = _walked(key[0], told[key], heavily=weight_of(lines).matters)
            among = heavy if weight_of(lines).matters else () if only else light
            alone = not only and key in heavy and not walked  # changed and changed back
            if (key in among and max(walked, default=0) <= high) or alone:
                things.append(self._thing(key, rows[key], lines))
        return self._worth(_without_twice_told(things, rows))

    def _thing(self, key: Key, row: Any, lines: tuple[Line, ...]) -> Thing:
        subject, id_ = key
        mixed = any(line.field == "Currency" for line in lines)
        return Thing(
            subject=subject,
            id=id_,
            title=f"{row.title} — {row.person}" if getattr(row, "person", None) else row.title,
            tile=self.known.tile(row.connection_id, row.vendor),
            vendor=row.vendor,
            program=row.program or (row.title if subject == "program" else None),
            connection_id=row.connection_id,
            source_name=self.known.name(row.connection_id),
            source=self.known.lines.get(row.connection_id),
            lines=lines,
            stake=_stake(subject, row),
            currency=None if mixed else getattr(row, "currency", None),
            derived_from=getattr(row, "derived_from", None),
        )

    def _worth(self, things: list[Thing]) -> list[Thing]:
        """Programs with the money of their open items."""
        programs = [one for one in things if one.subject == "program"]
        if not programs:
            return things
        self.worth = worth = _open_money(self.session, programs)
        return [_with_money(one, worth) if one.subject == "program" else one for one in things]

    def new(self) -> tuple[tuple[FirstRead, ...], dict[Group, NewOnes], bool]:
        """What was listed for the first time, by program, and the sources that were."""
        if self.view.only:
            return (), {}, False
        found = news_walk.new(self.session, self.span)
        rows = news_walk.rows(self.session, ((one.subject, one.subject_id) for one in found))
        begun = _first_runs(self.session, self.clock)
        first: dict[int, int] = {}
        fresh: dict[Group, list[tuple[Key, Any]]] = {}
        for one in found[: news_walk.NEW_LOOKED_AT]:
            key = (one.subject, one.subject_id)
            row = rows.get(key)
            if row is None or not self._fits(one.subject, row):
                continue
            began = begun.get(row.connection_id)
            if began is not None and (one.run_id or 0) <= began:
                first[row.connection_id] = began
            else:
                fresh.setdefault(self._group(one.subject, row), []).append((key, row))
        cut = len(found) > news_walk.NEW_LOOKED_AT
        ones = {group: self._ones(group, members) for group, members in fresh.items()}
        return self._first_reads(first), ones, cut

    def _fits(self, subject: str, row: Any) -> bool:
        """Whether the filters let it through."""
        programs = (row.program, row.title if subject == "program" else None)
        return self.view.vendor in ("", row.vendor) and self.view.program in ("", *programs)

    def _group(self, subject: str, row: Any) -> Group:
        program = row.program or (row.title if subject == "program" else "")
        return _group(row.vendor, program, row.connection_id)

    def _ones(self, group: Group, members: Sequence[tuple[Key, Any]]) -> NewOnes:
        vendor, program, source = group
        recent = self.span.at is not None and self.span.at >= self.clock.now - NEW_FOR
        view = {"tab": "new" if recent else "", "vendor": vendor, "program": program}
        has_items = any(key[0] == "item" for key, _row in members)
        return NewOnes(
            count=len(members),
            shown=tuple(
                NewThing(subject=key[0], id=key[1], title=row.title)
                for key, row in members[:FIRST_FEW]
            ),
            view={**view, "source": source} if has_items else {},
        )

    def _first_reads(self, first: Mapping[int, int]) -> tuple[FirstRead, ...]:
        """Each with all that its first run brought."""
        if not first:
            return ()
        brought = sa.select(runs.c.connection_id, runs.c.id, runs.c.new).where(
            runs.c.id.in_(list(first.values()))
        )
        return tuple(
            FirstRead(
                source=self.known.lines[connection_id],
                tile=self.known.tile(connection_id, None),
                count=count,
                run_id=run_id,
            )
            for connection_id, run_id, count in self.session.execute(brought)
            if connection_id in self.known.lines
        )

    def group_of(self, thing: Thing) -> Group:
        """By what it stands together with others."""
        return _group(thing.vendor, thing.program, thing.connection_id)

    def title(self, group: Group) -> str:
        """How people call it."""
        vendor, program, source = group
        if source:
            return self.known.name(int(source))
        return " · ".join(dict.fromkeys(filter(None, (vendor, program))))


def _group(vendor: str | None, program: str | None, connection_id: int) -> Group:
    source = "" if program or vendor else str(connection_id)
    return (vendor or "", program or "", source)


def _walked(subject: str, told: Sequence[Told], *, heavily: bool) -> list[int]:
    """The events by which the walk over the weighty, or over the other changes, finds it."""
    return [
        one.id
        for one in told
        if (news_walk.is_weighty(subject, one) if heavily else one.kind in PLAIN)
    ]


def _without_twice_told(things: Sequence[Thing], rows: Mapping[Key, Any]) -> list[Thing]:
    """A record whose date moved has its derived deadline, which tells it with its money."""
    derived = {
        (rows[thing.subject, thing.id].connection_id, thing.derived_from)
        for thing in things
        if thing.derived_from
    }
    left = []
    for thing in things:
        row = rows[thing.subject, thing.id]
        lines = thing.lines
        if (row.connection_id, f"{thing.subject} {row.external_id}") in derived:
            lines = tuple(line for line in lines if line.kind != DUE_MOVED)
        if lines:
            left.append(replace(thing, lines=lines))
    return left


def _stake(subject: str, row: Any) -> Stake:
    if subject == "item":
        money = money_of(row.amount, row.currency)
    elif subject == "fund":
        money = money_of(row.allocated if row.remaining is None else row.remaining, row.currency)
    else:
        money = None
    return () if money is None else (money,)


Worth = Mapping[tuple[str | None, str], tuple[Stake, int]]


def _open_money(session: Session, programs: Sequence[Thing]) -> Worth:
    """The open items of these programs: their money, one sum a currency, and how many."""
    names = sorted({name for one in programs for _vendor, name in _names(one)})

    def make() -> Worth:
        statement = (
            sa.select(
                items.c.vendor,
                items.c.program,
                items.c.currency,
                sa.func.sum(at_stake),
                sa.func.count(),
            )
            .where(items.c.is_open, items.c.program.in_(names))
            .group_by(items.c.vendor, items.c.program, items.c.currency)
        )
        found: dict[tuple[str | None, str], list[Any]] = {}
        for vendor, program, currency, amount, count in session.execute(statement):
            found.setdefault((vendor, program), []).append((money_of(amount, currency), count))
        return {
            key: (
                summed(money for money, _count in sums if money is not None),
                sum(count for _money, count in sums),
            )
            for key, sums in found.items()
        }

    return remembered(session, ("program money", *names), make, until=Until.OPENED)


def _with_money(program: Thing, worth: Worth) -> Thing:
    none: tuple[Stake, int] = ((), 0)
    found = [worth.get(key, none) for key in _names(program)]
    return replace(
        program,
        stake=summed(money for stake, _count in found for money in stake),
        open_items=sum(count for _stake, count in found),
    )


def _names(program: Thing) -> dict[tuple[str | None, str], None]:
    """The vendor and program by which items say that they belong to it."""
    return dict.fromkeys((program.vendor, name) for name in (program.program or "", program.title))


def _together(things: Sequence[Thing], worth: Worth) -> Stake:
    """Their money; what is open in a program of which several records changed counts once."""
    programs = dict.fromkeys(
        key for one in things if one.subject == "program" for key in _names(one)
    )
    none: tuple[Stake, int] = ((), 0)
    stakes = [one.stake for one in things if one.subject != "program"]
    stakes += [worth.get(key, none)[0] for key in programs]
    return summed(money for stake in stakes for money in stake)


def _first_runs(session: Session, clock: Clock) -> dict[int, int]:
    """The run by which each connection that is not old brought its first things."""

    def make() -> dict[int, int]:
        run = (
            sa.select(runs.c.id)
            .where(runs.c.connection_id == connections.c.id, runs.c.new > 0)
            .order_by(runs.c.id)
            .limit(1)
            .scalar_subquery()
        )
        young = connections.c.created_at > clock.now - RUNS
        found = session.execute(sa.select(connections.c.id, run).where(young))
        return {id_: first for id_, first in found if first is not None}

    return remembered(session, ("first runs", clock.today), make, until=Until.TOLD)


def _sections(things: Sequence[Thing], worth: Worth) -> tuple[Section, ...]:
    made = []
    for weight, (key, title) in SECTIONS.items():
        members = tuple(thing for thing in things if thing.weight == weight)
        if members:
            stake = _together(members, worth)
            made.append(Section(key=key, title=title, things=members, stake=stake))
    return tuple(made)


def _programs(
    things: Iterable[Thing], fresh: Mapping[Group, NewOnes], reader: _Reader
) -> tuple[ProgramChanges, ...]:
    groups: dict[Group, list[Thing]] = {group: [] for group in fresh}
    for thing in things:
        groups.setdefault(reader.group_of(thing), []).append(thing)
    made = [
        ProgramChanges(
            title=reader.title(group),
            things=tuple(one for one in members if one.weight is Weight.VALUES),
            small=tuple(one for one in members if one.weight is not Weight.VALUES),
            new=fresh.get(group),
        )
        for group, members in groups.items()
    ]
    return tuple(sorted(made, key=lambda one: one.title.casefold()))

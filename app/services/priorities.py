"""Settings, Priorities: what weighs how much, and what Today would look like."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.priority import WEIGHS
from app.core.words import Clock
from app.errors import Invalid
from app.services import today, weights
from app.services.lines import Sources
from app.services.listing import items
from app.services.pages import Row, SourceLine
from app.services.revisions import Until, remembered
from app.services.weights import Key, Steps

MOST = 1000
"""Vendors and programs that the page lists; those with the most open items."""
programs = SQLModel.metadata.tables["programs"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slider:
    """What one vendor or program weighs. ``follows``: a program that weighs as its vendor."""

    vendor: str
    program: str
    step: int
    open: int
    follows: bool = False

    @property
    def key(self) -> Key:
        """What its weight is stored under."""
        return self.vendor, self.program


@dataclass(frozen=True, kw_only=True, slots=True)
class Vendor:
    """A vendor with its programs."""

    slider: Slider
    programs: tuple[Slider, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One line of the preview: its place with these weights, and the place that it has now.

    ``was`` is None where Today does not show it now; ``why`` is the product that ranks it.
    """

    number: int
    was: int | None
    row: Row
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PrioritiesPage:
    """All weights, the preview, and ``left``: what Today shows now and would not any more.

    ``saved``: the weights are those that Today counts with.
    """

    vendors: tuple[Vendor, ...]
    preview: tuple[Place, ...]
    left: tuple[Row, ...]
    saved: bool
    doubtful: tuple[SourceLine, ...]
    read_at: datetime | None

    @property
    def words(self) -> Mapping[int, str]:
        """The steps, from the least to the most, in words."""
        return {
            step: weighs.removeprefix("weighs ").capitalize() for step, weighs in WEIGHS.items()
        }


def priorities_page(
    session: Session, *, user_id: int, clock: Clock, steps: Steps | None = None
) -> PrioritiesPage:
    """The page with these weights, or with those that are set."""
    known = Sources(session, now=clock.now)
    set_ = weights.steps(session)
    wanted = set_ if steps is None else steps
    now = today.first(session, set_, known, user_id=user_id, clock=clock)
    then = (
        now if wanted == set_ else today.first(session, wanted, known, user_id=user_id, clock=clock)
    )
    places = {row.id: number for number, (_, row, _) in enumerate(now, 1)}
    stay = {row.id for _, row, _ in then}
    return PrioritiesPage(
        vendors=_vendors(session, wanted),
        preview=tuple(
            Place(number=number, was=places.get(row.id), row=row, why=rank.reasons[0])
            for number, (rank, row, _) in enumerate(then, 1)
        ),
        left=tuple(row for _, row, _ in now if row.id not in stay),
        saved=wanted == set_,
        doubtful=known.doubtful,
        read_at=known.read_at,
    )


def _vendors(session: Session, steps: Steps) -> tuple[Vendor, ...]:
    """Every vendor that the store holds, by name, each with its programs."""
    counts = {**dict.fromkeys(steps, 0), **held(session)}
    names = sorted({vendor for vendor, _ in counts}, key=lambda name: (not name, name.casefold()))
    return tuple(
        Vendor(
            slider=_slider((name, ""), steps, sum(_of(counts, name).values())),
            programs=tuple(
                _slider((name, program), steps, count)
                for program, count in sorted(
                    _of(counts, name).items(), key=lambda one: one[0].casefold()
                )
                if program
            ),
        )
        for name in names
    )


def _of(counts: Mapping[Key, int], vendor: str) -> dict[str, int]:
    return {program: count for (whose, program), count in counts.items() if whose == vendor}


def _slider(key: Key, steps: Steps, count: int) -> Slider:
    vendor, program = key
    step = weights.weighed(steps, vendor, program).step
    follows = bool(program) and key not in steps
    return Slider(vendor=vendor, program=program, step=step, open=count, follows=follows)


def held(session: Session) -> Mapping[Key, int]:
    """The vendors and programs of open items and of memberships, with their open items."""

    def make() -> Mapping[Key, int]:
        vendor = sa.func.coalesce(items.c.vendor, "")
        program = sa.func.coalesce(items.c.program, "")
        counted = sa.select(vendor, program, sa.func.count()).where(items.c.is_open)
        most = counted.group_by(vendor, program).order_by(sa.func.count().desc()).limit(MOST)
        member = sa.select(programs.c.vendor, programs.c.program, programs.c.title).where(
            programs.c.removed_at.is_(None), programs.c.vendor.is_not(None)
        )
        found: dict[Key, int] = {}
        for whose, what, title in session.execute(member.limit(MOST)):
            found[whose, what or title] = 0
        found |= {(whose, what): count for whose, what, count in session.execute(most)}
        return found

    return remembered(session, ("held vendors",), make, until=Until.OPENED)


def chosen(session: Session, moved: Mapping[Key, int], shown: Mapping[Key, int]) -> Steps:
    """The weights that a form means. Raises ``Invalid``.

    ``moved`` is where each slider stands, ``shown`` where those of programs stood that weighed as
    their vendors. A program whose slider was left there, or stands where its vendor's stands,
    weighs as its vendor. What the form does not list stays as it is.
    """
    stored = weights.steps(session)
    allowed = {*held(session), *stored}
    allowed |= {(vendor, "") for vendor, _ in allowed}
    if not moved.keys() <= allowed:
        raise Invalid("There is no such vendor or program.", remedy="Open the page again.")
    steps = {key: step for key, step in stored.items() if key not in moved}
    steps |= {key: step for key, step in moved.items() if not key[1] and step}
    for key, step in moved.items():
        vendors = steps.get((key[0], ""), 0)
        if key[1] and step not in (shown.get(key), vendors):
            steps[key] = step
    return steps

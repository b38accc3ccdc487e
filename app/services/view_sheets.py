"""A view of the inbox as a spreadsheet: every item of it, a page at a time.

A date is a date, an amount a number, a moment what the reader's wall clock shows. No text becomes a
formula, whatever it begins with.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, NamedTuple

from sqlmodel import Session

from app.core.columns import NO_DUE_DAY
from app.core.words import Clock, due_day
from app.errors import Invalid
from app.services import comments
from app.services.lines import Sources, due_of, state_of
from app.services.listing import COMMON, Listing, backups, items
from app.services.pages import SourceLine, View
from app.services.pages.views import TABS
from connectors.sdk.records import DueInstant
from connectors.sdk.tables.wire import Cell, Day, Number
from connectors.sdk.tables.writing import Given, as_text, raw, write_csv, write_xlsx

MOST = 100_000
"""Rows of one spreadsheet."""
PAGE = 1_000
ROWS = Listing(
    *COMMON,
    items.c.due_on,
    items.c.due_at,
    items.c.amount,
    items.c.target,
    items.c.actual,
    items.c.unit,
    backups.c.name.label("backup_name"),
)
MONEY = "#,##0.00##"


class Seen(NamedTuple):
    """What a cell is made of: the stored row, its newest note, its source, the reader's clock and
    the address of the inbox.
    """

    row: Any
    note: str
    source: SourceLine | None
    clock: Clock
    home: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """``head`` may name the zone of its moments as ``{zone}``."""

    head: str
    cell: Callable[[Seen], Cell]
    width: int = 14
    code: str = ""


def _number(value: int) -> Number:
    return Number(str(value))


def _wall(at: datetime, clock: Clock) -> Day:
    """A moment as the clock on the reader's wall shows it."""
    return Day(clock.local(at).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds"))


def _due(seen: Seen) -> Cell:
    """When it is due; of a goal, the last day of its period."""
    due = due_of(seen.row)
    if isinstance(due, DueInstant):
        return _wall(due.at, seen.clock)
    on = due.on if due is not None else seen.row.sort_on
    return Day(on.isoformat()) if on != NO_DUE_DAY else None


def _days_left(seen: Seen) -> Cell:
    """Until the day that it is due, of what asks for something; below zero when it is late."""
    due = due_of(seen.row)
    if due is None or not state_of(seen.row).asks:
        return None
    return _number((due_day(due, seen.clock) - seen.clock.today).days)


def _decimal(name: str) -> Callable[[Seen], Cell]:
    def cell(seen: Seen) -> Cell:
        value: Decimal | None = getattr(seen.row, name)
        return None if value is None else Number(format(value, "f"))

    return cell


def _as_of(seen: Seen) -> Cell:
    as_of = seen.source.as_of if seen.source else None
    return None if as_of is None else _wall(as_of, seen.clock)


def _of(name: str) -> Callable[[Seen], Cell]:
    return lambda seen: getattr(seen.row, name)


COLUMNS: tuple[Column, ...] = (
    Column(head="ID", cell=lambda seen: _number(seen.row.id), width=9),
    Column(head="Title", cell=_of("title"), width=48),
    Column(head="Vendor", cell=_of("vendor"), width=18),
    Column(head="Program", cell=_of("program"), width=22),
    Column(head="Kind", cell=_of("kind")),
    Column(head="Category", cell=_of("category")),
    Column(head="Customer", cell=_of("account"), width=22),
    Column(head="Reference", cell=_of("reference"), width=18),
    Column(head="Due (times in {zone})", cell=_due, width=20),
    Column(head="Days left", cell=_days_left, width=10),
    Column(head="Amount", cell=_decimal("amount"), width=16, code=MONEY),
    Column(head="Currency", cell=_of("currency"), width=10),
    Column(head="Amount is", cell=_of("amount_label"), width=14),
    Column(head="Target", cell=_decimal("target"), code=MONEY),
    Column(head="Reached", cell=_decimal("actual"), code=MONEY),
    Column(head="Unit", cell=_of("unit"), width=10),
    Column(head="State", cell=lambda seen: str(state_of(seen.row)), width=16),
    Column(head="Owner", cell=_of("owner_name")),
    Column(head="Backup", cell=_of("backup_name")),
    Column(head="Note", cell=lambda seen: seen.note or None, width=30),
    Column(
        head="Source",
        cell=lambda seen: seen.source.name if seen.source else "removed connection",
        width=24,
    ),
    Column(head="As of ({zone})", cell=_as_of, width=20),
    Column(
        head="Fresh",
        cell=lambda seen: seen.source is not None and seen.source.health.trusted,
        width=8,
    ),
    Column(head="Link", cell=lambda seen: f"{seen.home}/items/{seen.row.id}", width=36),
)


@dataclass(kw_only=True)
class Sheet:
    """The sheet of one view. ``count`` and ``cut`` are known when its rows were read."""

    session: Session
    view: View
    user_id: int
    clock: Clock
    home: str
    title: str
    most: int = MOST
    count: int = 0
    cut: bool = False

    def rows(self) -> Iterator[Sequence[Cell]]:
        """All of them up to ``most``, in the order of the list."""
        known = Sources(self.session, now=self.clock.now)
        after: str | None = ""
        while after is not None:
            page = ROWS.page(
                self.session,
                self.view,
                user_id=self.user_id,
                clock=self.clock,
                after=after,
                limit=min(PAGE, self.most - self.count),
            )
            notes = comments.newest_of(self.session, [row.id for row in page.rows])
            for row in page.rows:
                yield self._cells(row, notes, known)
            self.count += len(page.rows)
            after = page.after
            if after is not None and self.count >= self.most:
                self.cut, after = True, None

    def _cells(self, row: Any, notes: Mapping[int, str], known: Sources) -> list[Cell]:
        source = known.lines.get(row.connection_id)
        seen = Seen(row, notes.get(row.id, ""), source, self.clock, self.home)
        return [column.cell(seen) for column in COLUMNS]

    def given(self, *, last_word: bool) -> Given:
        """The sheet to write; with ``last_word`` its last line says when it is cut."""
        zone = self.clock.zone.key

        def rows() -> Iterator[Sequence[Cell]]:
            yield from self.rows()
            if self.cut and last_word:
                yield [None, self.sentence]

        return Given(
            name=self.title,
            headers=[column.head.format(zone=zone) for column in COLUMNS],
            rows=rows(),
            widths=[column.width for column in COLUMNS],
            formats=[column.code for column in COLUMNS],
            filters=True,
        )

    def both(self) -> Iterator[Given]:
        """The sheet, and when its rows were read what it is."""
        yield self.given(last_word=False)
        yield self.about()

    @property
    def sentence(self) -> str:
        """What is said where it is cut."""
        return f"The view has more than {self.most:,} items: the first of them are here."

    def about(self) -> Given:
        """A sheet that says what the other one is, and how fresh its sources were."""

        def rows() -> Iterator[Sequence[Cell]]:
            yield ["View", self.title]
            yield ["Address", f"{self.home}/inbox"]
            yield from ([f"  {name}", value] for name, value in self.view.query().items())
            yield ["Items", _number(self.count)]
            if self.cut:
                yield ["Not whole", self.sentence]
            yield [f"Made ({self.clock.zone.key})", _wall(self.clock.now, self.clock)]
            yield []
            yield ["Source", "State", f"As of ({self.clock.zone.key})"]
            for line in Sources(self.session, now=self.clock.now).lines.values():
                as_of = _wall(line.as_of, self.clock) if line.as_of else None
                yield [line.name, str(line.health), as_of]

        return Given(
            name="About", headers=("What this is", "", ""), rows=rows(), widths=(30, 40, 20)
        )


def title_of(view: View) -> str:
    """What a file of the view is called."""
    return "Inbox" if view.tab == "all" else TABS[view.tab]


def write(sheet: Sheet, target: BinaryIO, *, as_csv: bool, for_programs: bool = False) -> None:
    """The view as XLSX or as CSV. ``for_programs``: each text exactly as it is, and nothing that
    is no row; raises ``Invalid`` where it would have to be cut.
    """
    if not as_csv:
        write_xlsx(sheet.both(), target)
        return
    given = sheet.given(last_word=not for_programs)
    write_csv(given, target, told=raw if for_programs else as_text, mark=not for_programs)
    if sheet.cut and for_programs:
        raise Invalid(sheet.sentence, remedy="Narrow the view, or page through the JSON feed.")

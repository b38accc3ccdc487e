"""What the cells of a column say about how they are to be read.

Each text allows some date orders and some decimal marks. What all texts of the column
allow is what the column may mean; where exactly one is left, it is known, and where two
are left that would read some cell differently, a person must say.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.sdk.tables.amounts import Mark, shared_by, written
from connectors.sdk.tables.cells import shown
from connectors.sdk.tables.dates import Order, readings
from connectors.sdk.tables.fields import NUMERIC, Type
from connectors.sdk.tables.wire import Cell, Day, Fault, Number
from connectors.sdk.tables.words import is_none, normal

DISTINCT = 60
"""So many different texts are kept, to see whether a column holds only known words."""

SAMPLES = 5


@dataclass
class Evidence:
    """Counts over one column. ``orders`` and ``marks`` are what is still possible.

    ``two_dates`` and ``two_numbers`` are the first texts that have two readings.
    """

    filled: int = 0
    days: int = 0
    numbers: int = 0
    date_texts: int = 0
    number_texts: int = 0
    faults: int = 0
    orders: frozenset[Order] = frozenset(Order)
    marks: frozenset[Mark] = frozenset(Mark)
    two_dates: str = ""
    two_numbers: str = ""
    signs: set[str] = field(default_factory=set)
    texts: dict[str, None] = field(default_factory=dict)
    samples: list[str] = field(default_factory=list)

    def see(self, cell: Cell) -> None:
        """Take one cell into account."""
        text = shown(cell)
        if not text or is_none(text):
            return
        self.filled += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(text[:120])
        self.days += isinstance(cell, Day)
        self.faults += isinstance(cell, Fault)
        if isinstance(cell, Number):
            self.numbers += 1
            self._sign(cell.mark)
        elif isinstance(cell, str):
            self._text(text[:60])

    def narrow(self, cell: Cell, type_: Type) -> None:
        """Take one cell into account for what is still possible, and for nothing else."""
        if isinstance(cell, str) and not is_none(cell):
            see = self.see_date if type_ is Type.DATE else self.see_number
            see(cell.strip()[:60])

    def _text(self, text: str) -> None:
        if len(self.texts) <= DISTINCT:
            self.texts.setdefault(normal(text))
        self.see_date(text)
        self.see_number(text)

    def see_date(self, text: str) -> None:
        """Narrow the date orders by one text."""
        found = readings(text)
        if not found:
            return
        self.date_texts += 1
        self.orders &= found.keys()
        if not self.two_dates and len(set(found.values())) > 1:
            self.two_dates = text

    def see_number(self, text: str) -> None:
        """Narrow the decimal marks by one text."""
        if text.isdecimal():
            self.number_texts += 1
            return
        found = written(text)
        if found is None:
            return
        self.number_texts += 1
        self.marks &= found.values.keys()
        self._sign(found.unit)
        if not self.two_numbers and len(set(found.values.values())) > 1:
            self.two_numbers = text

    def _sign(self, sign: str) -> None:
        if sign and len(shared_by(sign)) > 1:
            self.signs.add(sign)

    @property
    def order(self) -> Order | None:
        """The date order, where the column leaves only one."""
        return next(iter(self.orders)) if len(self.orders) == 1 else None

    @property
    def mark(self) -> Mark | None:
        """The decimal mark, where the column leaves only one."""
        return next(iter(self.marks)) if len(self.marks) == 1 else None

    def asks_order(self) -> bool:
        """Whether some date of the column has two readings and nothing decides."""
        return bool(self.two_dates) and self.order is None

    def fits(self, type_: Type) -> float:
        """From 0 to 1: the share of the cells that can be of that type; 1 for an empty column."""
        if not self.filled or type_ in {Type.CHOICE, Type.FLAG}:
            return 1.0
        dates = self.days + self.date_texts
        if type_ is Type.DATE:
            return dates / self.filled
        if type_ in NUMERIC:
            return max(0.0, self.numbers + self.number_texts) / self.filled
        if type_ is Type.WORDS:
            return 1 - (dates + self.numbers + self.number_texts) / self.filled
        return 1 - dates / self.filled


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its header, its letter, five values, and what all its cells say."""

    header: str
    letter: str
    samples: tuple[str, ...]
    evidence: Evidence = field(repr=False)


def common_mark(columns: Iterable[Evidence]) -> Mark | None:
    """The decimal mark of a sheet: what its sure columns say, where they agree."""
    marks = {evidence.mark for evidence in columns} - {None}
    return marks.pop() if len(marks) == 1 else None

"""Where the table begins: the header row, its labels, its fingerprint.

Above the header may stand titles and notes; the header itself may take two rows, the
upper one naming groups ("Period" over "Start" and "End").
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from connectors.sdk.tables.amounts import written
from connectors.sdk.tables.cells import shown
from connectors.sdk.tables.dates import readings
from connectors.sdk.tables.wire import Cell, Day, Number, Row
from connectors.sdk.tables.words import BY_ALIAS, OURS, normal

SEARCHED = 40
"""How many rows that hold something are searched for the header."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header. ``labels`` has one unique label for each column, counted from the first.

    ``fingerprint`` knows the words, not their order, case or punctuation: a moved column
    or a moved table needs no new mapping, nor do the columns that we add when we give it back.
    """

    row: int
    labels: tuple[str, ...]
    named: tuple[bool, ...]
    fingerprint: str

    @property
    def headers(self) -> tuple[str, ...]:
        """The labels that the file itself gives."""
        return tuple(label for label, named in zip(self.labels, self.named, strict=True) if named)

    @property
    def named_places(self) -> frozenset[int]:
        """Where those stand."""
        return frozenset(place for place, named in enumerate(self.named) if named)

    def wide(self, width: int) -> tuple[str, ...]:
        """The labels of so many columns: rows may reach beyond the header."""
        beyond = range(len(self.labels), width)
        return (*self.labels, *(f"Column {letters(place)}" for place in beyond))


def find_header(
    rows: Sequence[Row], *, known: Collection[str] = (), fixed: int | None = None
) -> Header | None:
    """The header among a sheet's first rows; None where there is none.

    A header that has been mapped (``known`` fingerprints) wins over everything, else the row
    with most words that are known above columns, else the first full row of plain words.
    """
    candidates = [
        header_at(rows, place) for place, row in enumerate(rows) if fixed in (None, row.number)
    ]
    if fixed is not None:
        return candidates[0] if candidates else None
    for header in candidates:
        if header.fingerprint in known:
            return header
    scored = [(_score(header, row), header) for header, row in zip(candidates, rows, strict=True)]
    best = max(scored, key=lambda item: item[0], default=None)
    if best and best[0] >= 2:
        return best[1]
    return _plain_words(candidates, rows)


def header_at(rows: Sequence[Row], place: int) -> Header:
    """The header, if that row is one."""
    row = rows[place]
    above = rows[place - 1] if place and rows[place - 1].number == row.number - 1 else None
    texts = _with_groups(row, above)
    while texts and not texts[-1]:
        texts.pop()
    named = tuple(bool(text) for text in texts)
    labels = _unique([text or f"Column {letters(i)}" for i, text in enumerate(texts)])
    own = [
        label for label, has in zip(labels, named, strict=True) if has and normal(label) not in OURS
    ]
    return Header(row=row.number, labels=labels, named=named, fingerprint=fingerprint(own))


def fingerprint(headers: Collection[str]) -> str:
    """16 hex digits of the set of headers."""
    words = "\x1f".join(sorted(map(normal, headers)))
    return blake2b(words.encode(), digest_size=8).hexdigest()


def letters(column: int) -> str:
    """The column as spreadsheets name it: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _with_groups(row: Row, above: Row | None) -> list[str]:
    own = [" ".join(shown(cell).split())[:200] for cell in row.cells]
    upper = [" ".join(shown(cell).split())[:200] for cell in above.cells] if above else []
    spread = Counter(text for text in upper if text)
    return [
        _joined(text, upper[i] if i < len(upper) else "", spread, len(own))
        for i, text in enumerate(own)
    ]


def _joined(own: str, upper: str, spread: Counter[str], width: int) -> str:
    """A group is a text that is merged over some columns, but not over all of them."""
    group = 2 <= spread[upper] < width and len(spread) > 1
    return f"{upper} {own}" if upper and own and upper != own and group else own


def _unique(labels: list[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    unique = []
    for label in labels:
        seen[normal(label)] += 1
        count = seen[normal(label)]
        unique.append(label if count == 1 else f"{label} ({count})")
    return tuple(unique)


def _score(header: Header, row: Row) -> int:
    """How many different fields the row names; 0 for what cannot be a header."""
    cells = [cell for cell in row.cells if cell is not None]
    if len(set(map(_comparable, cells))) * 2 <= len(cells) or _values(cells) * 2 > len(cells):
        return 0
    return len(
        {BY_ALIAS[normal(label)][0] for label in header.headers if normal(label) in BY_ALIAS}
    )


def _plain_words(candidates: list[Header], rows: Sequence[Row]) -> Header | None:
    widest = max((len(row.cells) for row in rows), default=0)
    for header, row in zip(candidates, rows, strict=True):
        cells = [cell for cell in row.cells if cell is not None]
        distinct = len(set(map(_comparable, cells)))
        if distinct == len(cells) >= max(2, widest * 0.6) and not _values(cells):
            return header
    return None


def _comparable(cell: Cell) -> str:
    return normal(shown(cell))


def _values(cells: Iterable[Cell]) -> int:
    return sum(_is_value(cell) for cell in cells)


def _is_value(cell: Cell) -> bool:
    """Whether a cell is a date or a number, which headers hardly ever are."""
    if isinstance(cell, str):
        return bool(readings(cell[:60]) or written(cell[:60]))
    return isinstance(cell, Day | Number)

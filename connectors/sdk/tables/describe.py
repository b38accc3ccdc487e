"""The columns of a sheet with what all their cells say."""

from collections.abc import Iterator

from connectors.sdk.tables.cells import shown
from connectors.sdk.tables.evidence import Column, Evidence
from connectors.sdk.tables.fields import Type
from connectors.sdk.tables.layout import Header, letters
from connectors.sdk.tables.reading import Sheet
from connectors.sdk.tables.wire import Row

FULL = 1_000
"""So many rows are looked at in full; of the rest only texts that may be dates or numbers."""


def body(sheet: Sheet, header: Header) -> Iterator[Row]:
    """The rows below the header; a header that is repeated further down is no row."""
    labels = [
        label if named else "" for label, named in zip(header.labels, header.named, strict=True)
    ]
    first = next((place for place, label in enumerate(labels) if label), 0)
    for row in sheet.rows():
        if row.number <= header.row:
            continue
        alike = first < len(row.cells) and shown(row.cells[first]) == labels[first]
        if not alike or [" ".join(shown(cell).split()) for cell in row.cells] != labels:
            yield row


def columns_of(sheet: Sheet, header: Header) -> tuple[Column, ...]:
    """A column for each label of the header."""
    seen = [Evidence() for _ in header.labels]
    watched: list[tuple[int, Type]] = []
    for count, row in enumerate(body(sheet, header)):
        if count < FULL:
            for evidence, cell in zip(seen, row.cells, strict=False):
                evidence.see(cell)
            continue
        if count == FULL:
            watched = [(i, type_) for i, e in enumerate(seen) if (type_ := _worth(e))]
        for place, type_ in watched:
            if place < len(row.cells):
                seen[place].narrow(row.cells[place], type_)
    return tuple(
        Column(
            header=label,
            letter=letters(place),
            samples=tuple(seen[place].samples),
            evidence=seen[place],
        )
        for place, label in enumerate(header.labels)
    )


def _worth(evidence: Evidence) -> Type | None:
    """What more rows could decide about a column."""
    for type_ in (Type.DATE, Type.NUMBER):
        if evidence.filled and evidence.fits(type_) >= 0.5:
            return type_
    return None

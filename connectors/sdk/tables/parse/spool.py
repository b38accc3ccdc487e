"""Writes rows to the spool file and counts them against the limits."""

import os

import msgspec

from connectors.sdk.tables.wire import Cell, Limits, Refused, Row, SheetEntry

FLUSH = 1 << 18


class RefusedError(Exception):
    """Ends the child with a sentence instead of rows."""

    def __init__(self, sentence: str, *, remedy: str = "", damaged: bool = False) -> None:
        super().__init__(sentence)
        self.refused = Refused(sentence=sentence, remedy=remedy, damaged=damaged)


SPLIT = "Split it into smaller files."


class Spool:
    """The rows of all sheets, one after the other, in an open file."""

    def __init__(self, descriptor: int, limits: Limits) -> None:
        self.limits = limits
        self.sheets: list[SheetEntry] = []
        self._descriptor = descriptor
        self._encoder = msgspec.json.Encoder()
        self._buffer = bytearray()
        self._written = 0
        self._rows = 0
        self._cells = 0

    def start(self, name: str, *, hidden: bool = False) -> None:
        """Begin a sheet; the sheet before it ends here."""
        if len(self.sheets) >= self.limits.sheets:
            raise RefusedError(f"The file has more than {self.limits.sheets} sheets.", remedy=SPLIT)
        self.sheets.append(
            SheetEntry(name=name, hidden=hidden, offset=self._position(), length=0, rows=0)
        )

    def row(self, number: int, cells: list[Cell], note: str = "") -> None:
        """Add a row; an empty one is left out, empty cells at its end too."""
        while cells and cells[-1] is None:
            cells.pop()
        if not cells and not note:
            return
        self._count(len(cells))
        note = note or self._too_long(cells)
        self._encoder.encode_into(Row(number, cells, note), self._buffer, len(self._buffer))
        self._buffer += b"\n"
        if len(self._buffer) >= FLUSH:
            self._flush()

    def end(self) -> None:
        """End the sheet that was started last."""
        entry = self.sheets[-1]
        rows = self._rows - sum(sheet.rows for sheet in self.sheets[:-1])
        self.sheets[-1] = msgspec.structs.replace(
            entry, length=self._position() - entry.offset, rows=rows
        )
        self._flush()

    def _position(self) -> int:
        return self._written + len(self._buffer)

    def _count(self, cells: int) -> None:
        self._rows += 1
        self._cells += cells
        limits = self.limits
        if self._rows > limits.rows:
            raise RefusedError(f"The file has more than {limits.rows:,} rows.", remedy=SPLIT)
        if cells > limits.columns:
            raise RefusedError(f"A row has more than {limits.columns} columns.", remedy=SPLIT)
        if self._cells > limits.cells:
            raise RefusedError(f"The file has more than {limits.cells:,} cells.", remedy=SPLIT)

    def _too_long(self, cells: list[Cell]) -> str:
        """Cut cells that are longer than a spreadsheet's, and say so."""
        limit = self.limits.cell_chars
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and len(cell) > limit:
                cells[place] = cell[:200]
                return f"A cell holds {len(cell):,} characters; a spreadsheet's holds {limit:,}."
        return ""

    def _flush(self) -> None:
        view = memoryview(self._buffer)
        while view:
            view = view[os.write(self._descriptor, view) :]
        view.release()
        self._written += len(self._buffer)
        self._buffer.clear()

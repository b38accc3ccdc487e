"""Records on their way from the network to the database, outside memory when they are many."""

import struct
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

import msgspec

from connectors.sdk.records import Kind

BATCH = 2_000
IN_MEMORY = 5 * BATCH
"""Rows that wait as they are: most syncs have fewer, and need no file."""
_LENGTH = struct.Struct(">I")


class New(msgspec.Struct, array_like=True, gc=False):
    """One row to insert: the plain values of its kind's columns."""

    external_id: str
    content_hash: bytes
    values: tuple[Any, ...]


class Changed(msgspec.Struct, array_like=True, gc=False):
    """One row to update. ``encoded`` is the record's JSON: its history needs real values."""

    id: int
    content_hash: bytes
    encoded: bytes


class Batch(msgspec.Struct):
    """Records of one kind that differ from what is stored."""

    kind: Kind
    new: list[New] = msgspec.field(default_factory=list)
    changed: list[Changed] = msgspec.field(default_factory=list)


class Spool:
    """Add rows, then read them once, in batches. Close it."""

    def __init__(self) -> None:
        self._kept: list[Batch] = []
        self._file: IO[bytes] | None = None
        self._encoder = msgspec.msgpack.Encoder()
        self._open: dict[Kind, Batch] = {}

    def add(self, kind: Kind, row: New | Changed) -> None:
        """Add one row."""
        batch = self._open.get(kind)
        if batch is None:
            batch = self._open[kind] = Batch(kind=kind)
        rows: list[Any] = batch.new if type(row) is New else batch.changed
        rows.append(row)
        if len(batch.new) + len(batch.changed) == BATCH:
            self._put_away(batch)

    def batches(self) -> Iterator[Batch]:
        """All rows, at most ``BATCH`` of one kind at a time."""
        for batch in list(self._open.values()):
            self._put_away(batch)
        yield from self._kept
        if self._file is None:
            return
        decoder = msgspec.msgpack.Decoder(Batch)
        self._file.seek(0)
        while head := self._file.read(_LENGTH.size):
            yield decoder.decode(self._file.read(_LENGTH.unpack(head)[0]))

    def _put_away(self, batch: Batch) -> None:
        del self._open[batch.kind]
        if len(self._kept) < IN_MEMORY // BATCH:
            self._kept.append(batch)
            return
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115  (closed by close)
        data = self._encoder.encode(batch)
        self._file.write(_LENGTH.pack(len(data)))
        self._file.write(data)

    def close(self) -> None:
        """Give memory and disk back."""
        self._kept.clear()
        if self._file is not None:
            self._file.close()

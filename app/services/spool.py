"""Records on their way from the network to the database, outside memory when they are many."""

import struct
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple

import msgspec

IN_MEMORY = 4 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class New(NamedTuple):
    """One row to insert: the plain values of its source columns."""

    external_id: str
    content_hash: bytes
    values: tuple[Any, ...]


class Changed(NamedTuple):
    """One row to update. ``encoded`` is the record's JSON: its history needs real values."""

    id: int
    content_hash: bytes
    encoded: bytes


class Batch(msgspec.Struct):
    """What differs of one comparison, all of one table."""

    table: str
    new: list[New]
    changed: list[Changed]


class Spool:
    """Append batches, then read them once, in order. Close it."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (closed by close)
        self._encoder = msgspec.msgpack.Encoder()

    def append(self, batch: Batch) -> None:
        """Add one batch."""
        data = self._encoder.encode(batch)
        self._file.write(_LENGTH.pack(len(data)))
        self._file.write(data)

    def batches(self) -> Iterator[Batch]:
        """All batches."""
        decoder = msgspec.msgpack.Decoder(Batch)
        self._file.seek(0)
        while head := self._file.read(_LENGTH.size):
            yield decoder.decode(self._file.read(_LENGTH.unpack(head)[0]))

    def close(self) -> None:
        """Give memory and disk back."""
        self._file.close()

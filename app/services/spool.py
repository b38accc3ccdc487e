"""Records on their way from the network to the database, outside memory when they are many."""

import struct
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import NamedTuple

import msgspec

IN_MEMORY = 4 * 1024 * 1024
_LENGTH = struct.Struct(">I")


class Entry(NamedTuple):
    """One record to write. ``id`` is 0 for a new one; ``encoded`` is the record's JSON."""

    table: str
    id: int
    external_id: str
    content_hash: bytes
    encoded: bytes


class Spool:
    """Append entries, then read them once, in order and in batches. Close it."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (closed by close)
        self._encoder = msgspec.msgpack.Encoder()
        self.count = 0

    def append(self, entry: Entry) -> None:
        """Add one entry."""
        data = self._encoder.encode(entry)
        self._file.write(_LENGTH.pack(len(data)))
        self._file.write(data)
        self.count += 1

    def batches(self, size: int) -> Iterator[list[Entry]]:
        """All entries, at most ``size`` at a time."""
        decoder = msgspec.msgpack.Decoder(tuple[str, int, str, bytes, bytes])
        self._file.seek(0)
        batch: list[Entry] = []
        while head := self._file.read(_LENGTH.size):
            batch.append(Entry(*decoder.decode(self._file.read(_LENGTH.unpack(head)[0]))))
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch

    def close(self) -> None:
        """Give memory and disk back."""
        self._file.close()

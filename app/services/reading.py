"""One read of one stream, compared with what is stored while the pages come in.

Comparing happens between the pages and outside any write transaction. That is safe
because the connection's lease makes this sync the only writer of source columns. Memory
holds ids and hashes; records that must be written are spooled.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import orjson
from sqlmodel import Session

from app.core.columns import COLUMNS, TABLE_OF, table_of
from app.core.derive import deadline_of, derived_ids
from app.core.storable import NotStorable, bad_id, storable
from app.services.bulk import Bulk, Known
from app.services.spool import Changed, New, Spool
from connectors.sdk.connector import Complete, Page, Quarantined
from connectors.sdk.records import AnyRecord, content_hash, encode
from connectors.sdk.redact import Screen

COMPARED = 5000
"""Records that are compared with what is stored at once."""
MOST_QUARANTINED = 500
"""Quarantined rows of one read that are kept with their raw text; all are counted."""

Reader = Callable[[], AbstractContextManager[Session]]


class Waiting(msgspec.Struct, gc=False):
    """A record's content hash and its JSON."""

    digest: bytes
    encoded: bytes


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What one read of a stream brought, as numbers for the source's page.

    Nothing is dropped without being counted:
    read + derived = new + changed + unchanged + quarantined + duplicates.
    ``not_offered`` says why there is nothing to read, where that is no failure.
    """

    read: int = 0
    derived: int = 0
    duplicates: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    held: int = 0
    removed: int = 0
    returned: int = 0
    complete: bool = False
    not_offered: str | None = None
    error: str | None = None
    error_kind: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For ``SyncRun.streams``."""
        return asdict(self)


@dataclass(kw_only=True)
class Seen:
    """What this read listed of one table: its external ids, how many of them are stored and
    live, and the rows that were missing or removed and are back. ``stored``: whether any row
    of the stream was there before; None until something is compared.
    """

    stored: bool | None = None
    ids: set[str] = field(default_factory=set)
    live: int = 0
    back: list[int] = field(default_factory=list)


class StreamReading:
    """Collects one read of one stream. Use as a context manager: it holds a temporary file."""

    def __init__(
        self,
        reader: Reader,
        *,
        connection_id: int,
        stream: str,
        zone: ZoneInfo,
        lists_all: bool = True,
        prose: bool = False,
        screen: Screen | None = None,
    ) -> None:
        """``reader`` opens a read transaction; ``lists_all`` is False for a stream whose
        finished read proves nothing about what it does not list; ``prose`` for one whose
        notices may name deadlines in their text. ``screen`` knows the
        connection's secrets: a platform may quote them in what it lists.
        """
        self.prose = prose
        self.screen = screen or Screen(())
        self.connection_id = connection_id
        self.stream = stream
        self.zone = zone
        self.outcome = Outcome()
        self.complete: Complete | None = None
        self.repeats = False
        self.quarantined: list[Quarantined] = []
        self.spared: set[str] = set()
        self.seen: dict[str, Seen] = {}
        self.spool = Spool()
        self._reader = reader
        self._waiting: dict[str, dict[str, Waiting]] = {}
        self._counted = 0
        self._salt = zone.key.encode()
        self._proves = lists_all

    def __enter__(self) -> "StreamReading":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.spool.close()

    def add(self, page: Page) -> None:
        """Take one page in. Memory holds ids and hashes; records that differ are spooled."""
        for record in page.records:
            self.outcome.read += 1
            self._take(record)
            derived = deadline_of(record)
            if derived is not None and bad_id(record.external_id) is None:
                self.outcome.derived += 1
                self._take(derived)
        for row in page.quarantined:
            self.outcome.read += 1
            self._set_aside(row)

    def end(self, complete: Complete) -> None:
        """The stream was read to its proven end."""
        self.complete = complete
        self.outcome.complete = True

    def repeat(self) -> None:
        """The source proved that its list is still the one of the last complete read."""
        self.repeats = True
        self.outcome.complete = True

    def skip(self, why: str) -> None:
        """The platform does not offer this list: nothing was read, and nothing is proven."""
        self.outcome.not_offered = why

    def give_up(self) -> None:
        """What was read stands, but it is not the whole list."""
        self.complete, self.repeats = None, False
        self.outcome.complete = False

    @property
    def proves_absence(self) -> bool:
        """Whether what was not listed is missing: an unreadable row without an id could be it."""
        return self.complete is not None and self._proves

    def _set_aside(self, row: Quarantined) -> None:
        self.outcome.quarantined += 1
        if row.external_id is None or bad_id(row.external_id):
            row = replace(row, external_id=None)
            self._proves = False
        else:
            self.spared.update((row.external_id, *derived_ids(row.external_id)))
        if len(self.quarantined) < MOST_QUARANTINED:
            self.quarantined.append(row)

    def _take(self, record: AnyRecord) -> None:
        table = table_of(record)
        if reason := bad_id(record.external_id):
            self._set_aside(Quarantined(reason=reason, raw=repr(record)))
            return
        seen = self.seen.get(table)
        if seen is None:
            seen = self.seen[table] = Seen()
            self._waiting[table] = {}
        if record.external_id in seen.ids:
            self.outcome.duplicates += 1  # pages overlap when a list moves while it is read
            return
        try:
            encoded = encode(record)
        except (TypeError, ValueError, OverflowError, NotImplementedError) as error:
            reason = f"A field cannot be stored ({error})."
            self._set_aside(
                Quarantined(reason=reason, raw=repr(record), external_id=record.external_id)
            )
            return
        if self.screen.suspects(encoded):
            encoded = _hushed(encoded, self.screen)
        seen.ids.add(record.external_id)
        self._waiting[table][record.external_id] = Waiting(
            content_hash(encoded + self._salt), encoded
        )
        self._counted += 1
        if self._counted >= COMPARED:
            self.flush()

    def flush(self) -> None:
        """Compare what waits with what is stored, and keep what differs."""
        waiting = {table: records for table, records in self._waiting.items() if records}
        self._waiting, self._counted = {table: {} for table in self.seen}, 0
        with self._reader() as session:
            for table, records in waiting.items():
                self._compare(Bulk(session, table), table, records)

    def _compare(self, bulk: Bulk, table: str, waiting: dict[str, Waiting]) -> None:
        seen = self.seen[table]
        if seen.stored is None:
            seen.stored = bulk.holds(self.connection_id, self.stream)
        differing: Mapping[str, Known | None] = dict.fromkeys(waiting)
        if seen.stored:
            hashes = {external_id: one.digest for external_id, one in waiting.items()}
            differing = bulk.differing(self.connection_id, self.stream, hashes)
        seen.live += len(waiting) - len(differing)
        self.outcome.unchanged += len(waiting) - len(differing)
        plain = {kind: bulk.plain(*COLUMNS[kind]) for kind, its in TABLE_OF.items() if its == table}
        for external_id, known in differing.items():
            if known is not None:
                _note(seen, known)
                if known.same:
                    self.outcome.unchanged += 1
                    continue
            one = waiting[external_id]
            try:
                kind, values = storable(one.encoded, self.zone)
                row = plain[kind](values)
            except NotStorable as why:
                raw = one.encoded.decode()
                self._set_aside(Quarantined(reason=str(why), raw=raw, external_id=external_id))
                continue
            if known is None:
                self.spool.add(kind, New(external_id, one.digest, row))
            else:
                self.spool.add(kind, Changed(known.id, one.digest, one.encoded))


def _hushed(encoded: bytes, screen: Screen) -> bytes:
    """The record without the connection's secrets (P8). Its id stays: it tells records apart."""
    record = orjson.loads(encoded)
    clean = {**screen.clean(record), "external_id": record["external_id"]}
    if clean.get("url") != record.get("url"):
        clean["url"] = None
    return orjson.dumps(clean)


def _note(seen: Seen, known: Known) -> None:
    if known.removed:
        seen.back.append(known.id)
        return
    seen.live += 1
    if known.missing_reads:
        seen.back.append(known.id)

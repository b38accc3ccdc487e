"""From one stream's read to stored rows with history, in one transaction (P3)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core import changes as history
from app.core.columns import COLUMNS, NOTHING, TABLE_OF, columns_of
from app.core.folding import SEARCHED, folded
from app.core.storable import clean
from app.models import Event, ItemState, QuarantinedRow, StreamState, TeamState
from app.services import acts, differing, events, matters, pairs, rules, search, states, waking
from app.services.absence import Absence
from app.services.bulk import Bulk, chunks
from app.services.reading import Outcome, StreamReading
from app.services.spool import Batch, Changed, New
from connectors.sdk.connector import Quarantined
from connectors.sdk.records import Kind, decode
from connectors.sdk.redact import mask

INSERTED = (
    *("id", "external_id", "content_hash", "connection_id", "stream", "missing_reads"),
    *("first_seen_at", "changed_at"),
)
"""Columns of a new row that do not come from its record, in the order they are written."""
STAMPS = INSERTED[-2:]


def apply(session: Session, reading: StreamReading, *, run_id: int, now: datetime) -> Outcome:
    """Write one stream's read: rows, history, people's reopened items, removals, quarantine.

    The caller has proven (by the fence) that this sync still holds the connection.
    """
    writer = _Writer(session, reading, run_id=run_id, now=now)
    absence = Absence(session, reading, run_id=run_id, now=now)
    for batch in reading.spool.batches():
        writer.write(batch)
    writer.bring_back()
    absence.judge()
    writer.keep_quarantined()
    writer.keep_state()
    if writer.notices:
        session.flush()
        matters.refresh(session, writer.notices, prose=reading.prose, now=now)
    return reading.outcome


class _Writer:
    """One stream's write transaction, step by step."""

    def __init__(
        self, session: Session, reading: StreamReading, *, run_id: int, now: datetime
    ) -> None:
        self.session = session
        self.reading = reading
        self.outcome = reading.outcome
        self.run_id = run_id
        self.now = now
        self.notices: list[int] = []
        self.key: dict[str, Any] = {
            "connection_id": reading.connection_id,
            "stream": reading.stream,
        }

    def write(self, batch: Batch) -> None:
        """Insert the new and update the changed records of one batch, with their history."""
        if batch.new:
            self._insert(batch.kind, batch.new)
        if batch.changed:
            self._update(TABLE_OF[batch.kind], batch.changed)

    def _insert(self, kind: Kind, new: Sequence[New]) -> None:
        table, names = TABLE_OF[kind], COLUMNS[kind]
        bulk = Bulk(self.session, table)
        now = bulk.plain(*STAMPS)((self.now, self.now))
        shared = (self.reading.connection_id, self.reading.stream, 0, *now)
        ids = bulk.next_ids(len(new))
        pairs = zip(ids, new, strict=True)
        if table == "items":
            closed = names.index("closed")
            rows: list[tuple[Any, ...]] = [
                (id_, r.external_id, r.content_hash, *shared, *r.values, not r.values[closed])
                for id_, r in pairs
            ]
            filled = (*INSERTED, *names, "is_open")
            if search.folds(self.session):
                searched = itemgetter(*map(filled.index, SEARCHED))
                rows = [(*row, folded(searched(row))) for row in rows]
                filled += ("folded",)
            bulk.insert(filled, rows)
            search.add(self.session, ids)
        else:
            rows = [(id_, r.external_id, r.content_hash, *shared, *r.values) for id_, r in pairs]
            bulk.insert((*INSERTED, *names), rows)
        if kind == Kind.NOTICE:
            self.notices += ids
        events.record_new(self.session, table, ids, run_id=self.run_id, at=self.now)
        if table == "items" and self.assigner:
            traits = rules.traits_of(kind, names)
            born = [(id_, traits(r.values)) for id_, r in zip(ids, new, strict=True)]
            self.assigner.assign(born, at=self.now, run_id=self.run_id)
        self.outcome.new += len(rows)

    @cached_property
    def assigner(self) -> rules.Assigner:
        """Asked for with the first new items: most syncs bring none."""
        return rules.Assigner(self.session)

    def _update(self, table: str, changed: Sequence[Changed]) -> None:
        target = SQLModel.metadata.tables[table]
        ids = [entry.id for entry in changed]
        beside = differing.beside(self.session, ids) if table == "items" else set()
        if beside:  # held with them, in one order
            states.hold(self.session, beside.union(ids))
        statement = sa.select(target).where(target.c.id.in_(ids))
        if table == "items":  # people act on them meanwhile; see acts
            statement = statement.order_by(target.c.id).with_for_update(key_share=True)
        stored = {row["id"]: dict(row) for row in self.session.execute(statement).mappings()}
        rows = [self._row(table, entry) for entry in changed]
        lines = [
            (row["id"], change)
            for row in rows
            for change in history.changes(stored[row["id"]], row)
        ]
        seen = {id_ for id_, _change in lines}
        for row in rows:
            if row["id"] not in seen:  # what nobody can see of it changed, such as how a date is
                row["changed_at"] = stored[row["id"]]["changed_at"]  # written
        back = [row["id"] for row in rows if stored[row["id"]]["removed_at"] is not None]
        lines += [(id_, history.Change(kind=history.RETURNED)) for id_ in back]
        self.outcome.returned += len(back)
        if table == "items":
            if beside:
                self._part(stored, rows)
            self._reopen(stored, rows)
            if search.folds(self.session):
                for row in rows:
                    row["folded"] = folded(row[name] for name in SEARCHED)
            found_by = [row["id"] for row in rows if search.differ(stored[row["id"]], row)]
            search.forget(self.session, found_by)
        self._write(Bulk(self.session, table), rows)
        if table == "items":
            search.add(self.session, found_by)
            self.notices += [row["id"] for row in rows if row["kind"] == Kind.NOTICE]
        self._record(table, lines)
        self.outcome.changed += len(rows)

    def _row(self, table: str, entry: Changed) -> dict[str, Any]:
        return {
            **NOTHING[table],
            **columns_of(decode(entry.encoded), self.reading.zone),
            "content_hash": entry.content_hash,
            "changed_at": self.now,
            "missing_reads": 0,
            "removed_at": None,
            "id": entry.id,
        }

    def _write(self, bulk: Bulk, rows: Sequence[dict[str, Any]]) -> None:
        names = tuple(sorted(rows[0].keys() - {"id"}))
        plain = bulk.plain(*names, "id")
        bulk.update(names, [plain(map(row.__getitem__, plain.names)) for row in rows])

    def _reopen(self, stored: Mapping[int, Any], rows: list[dict[str, Any]]) -> None:
        """Decide what is open; a material change brings what is settled or snoozed back (P6)."""
        kept = {
            state.item_id: state
            for state in self.session.exec(
                select(ItemState).where(col(ItemState.item_id).in_([row["id"] for row in rows]))
            )
        }
        for row in rows:
            was = stored[row["id"]]
            material = history.reopening(was, row) is not None or row["closed"] != was["closed"]
            row["material_at"] = self.now if material else was["material_at"]
            state = kept.get(row["id"])
            if state is not None and state.state not in (*states.ASKS, TeamState.JOINED):
                settled = state.state in (TeamState.DONE, TeamState.NOT_APPLICABLE)
                today = self.now.date() if settled else None
                because = history.reopening(was, row, today=today)
                if because is not None and not row["closed"]:
                    self._bring_to_people(state, because)
            asks = state is None or state.state in states.ASKS
            row["is_open"] = asks and not row["closed"]

    def _part(self, stored: Mapping[int, Any], rows: list[dict[str, Any]]) -> None:
        """Bring back what was joined with another and gives another date or amount now."""
        parted = differing.apart(self.session, stored, rows)
        for state, because in parted:
            self._bring_to_people(state, because)
        if parted:
            ids = [state.item_id for state, _because in parted]
            self.session.flush()
            states.refresh_open(self.session, ids)
            pairs.ask_again(self.session, ids)

    def _bring_to_people(self, state: ItemState, because: str) -> None:
        line = Event(
            subject="item",
            subject_id=state.item_id,
            at=self.now,
            kind=acts.REOPENED,
            run_id=self.run_id,
            note=because,
        )
        waking.bring_back(self.session, state, line)

    def bring_back(self) -> None:
        """Rows that were missing or removed and are listed again as they were."""
        for table, seen in self.reading.seen.items():
            target = SQLModel.metadata.tables[table]
            for ids in chunks(seen.back):
                gone = sa.select(target.c.id).where(
                    target.c.id.in_(ids), target.c.removed_at.is_not(None)
                )
                returned = list(self.session.execute(gone).scalars())
                self.session.execute(
                    sa.update(target)
                    .where(target.c.id.in_(ids))
                    .values(missing_reads=0, removed_at=None)
                )
                if table == "items":
                    states.refresh_open(self.session, returned)
                self._record(
                    table, [(id_, history.Change(kind=history.RETURNED)) for id_ in returned]
                )
                self.outcome.returned += len(returned)

    def keep_quarantined(self) -> None:
        """List each unreadable row once; a complete read that no longer brings it resolves it."""
        scope = (
            col(QuarantinedRow.connection_id) == self.reading.connection_id,
            col(QuarantinedRow.stream) == self.reading.stream,
        )
        known = {
            row.fingerprint: row for row in self.session.exec(select(QuarantinedRow).where(*scope))
        }
        seen = set()
        for bad in self.reading.quarantined:
            fingerprint = _fingerprint(bad)
            seen.add(fingerprint)
            row = known.get(fingerprint) or QuarantinedRow(
                **self.key,
                fingerprint=fingerprint,
                reason="",
                raw="",
                run_id=self.run_id,
                first_seen_at=self.now,
                last_seen_at=self.now,
            )
            row.external_id = bad.external_id
            row.place, row.reason = clean(bad.where), clean(mask(bad.reason))
            row.raw = clean(mask(bad.raw))
            row.run_id, row.last_seen_at, row.resolved_at = self.run_id, self.now, None
            known[fingerprint] = row
            self.session.add(row)
        if self.reading.complete is not None:
            for fingerprint, row in known.items():
                if fingerprint not in seen and row.resolved_at is None:
                    row.resolved_at = self.now

    def keep_state(self) -> None:
        """The stream's cursor moves in the same transaction as the rows it covers."""
        state = stream_state(self.session, self.reading.connection_id, self.reading.stream)
        if not self.outcome.complete:
            return
        if self.reading.complete is not None:
            left = dict(self.reading.complete.state)
            quotes = self.reading.screen.suspects(orjson.dumps(left, default=str))
            state.state = {} if quotes else left  # without it the next read asks for all anew
        state.complete_reads += 1
        state.last_complete_at = self.now
        if self.reading.proves_absence or self.reading.repeats:
            state.held_since = (state.held_since or self.now) if self.outcome.held else None
            state.held = self.outcome.held

    def _record(self, table: str, lines: Sequence[tuple[int, history.Change]]) -> None:
        events.record(self.session, table, lines, run_id=self.run_id, at=self.now)


def stream_state(session: Session, connection_id: int, stream: str) -> StreamState:
    """The stream's state, made when it is missing."""
    found = session.exec(
        select(StreamState).where(
            StreamState.connection_id == connection_id, StreamState.stream == stream
        )
    ).first()
    if found is None:
        found = StreamState(connection_id=connection_id, stream=stream)
        session.add(found)
    return found


def _fingerprint(row: Quarantined) -> str:
    text = f"id\0{row.external_id}" if row.external_id else f"raw\0{row.raw}"
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()

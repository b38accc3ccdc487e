"""What a read did not list: counted, held for a person, or shown as removed (P2)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core import changes, removal
from app.core.columns import TABLES
from app.services import events, pairs, waking
from app.services.bulk import chunks
from app.services.reading import Seen, StreamReading
from connectors.sdk.connector import Complete


class Absence:
    """One stream's absences, judged in the write transaction of its read."""

    def __init__(
        self, session: Session, reading: StreamReading, *, run_id: int, now: datetime
    ) -> None:
        """To be made before anything of the read is written: it counts what is live."""
        self.session = session
        self.reading = reading
        self.run_id = run_id
        self.now = now
        self.live = self._count_live()

    def judge(self) -> None:
        """To be called when everything that was listed is written."""
        self._spare()
        if self.reading.repeats:
            self._mark_still_missing()
        elif self.reading.proves_absence:
            self._mark_missing()
        elif self.reading.complete is not None:
            self._start_counting_again()

    def _count_live(self) -> dict[str, int]:
        tables = [SQLModel.metadata.tables[name] for name in TABLES]
        counts = [
            sa.select(sa.func.count()).where(*self._live(table)).scalar_subquery()
            for table in tables
        ]
        return dict(zip(TABLES, self.session.execute(sa.select(*counts)).one(), strict=True))

    def _live(self, table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            table.c.connection_id == self.reading.connection_id,
            table.c.stream == self.reading.stream,
            table.c.removed_at.is_(None),
        )

    def _spare(self) -> None:
        """Rows that were listed and could not be read are not missing."""
        for ids in chunks(sorted(self.reading.spared)):
            for name in TABLES:
                table = SQLModel.metadata.tables[name]
                listed = (table.c.external_id.in_(ids), table.c.missing_reads > 0)
                self.session.execute(
                    sa.update(table).where(*self._live(table), *listed).values(missing_reads=0)
                )

    def _start_counting_again(self) -> None:
        """A whole read that proves no absence stands between two that do: not two in a row."""
        for name, live in self.live.items():
            if live:
                self._restart(SQLModel.metadata.tables[name])

    def _restart(self, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> None:
        once = (table.c.missing_reads > 0, table.c.missing_reads < removal.READS)
        self.session.execute(
            sa.update(table).where(*self._live(table), *once, *conditions).values(missing_reads=0)
        )

    def _mark_missing(self) -> None:
        """Count what a complete read did not list; remove it after two, below the brake (P2)."""
        held = 0
        for table, live in self.live.items():
            seen = self.reading.seen.get(table, Seen())
            if live == seen.live:
                continue
            first, again, beyond = self._missing(table, seen)
            target = SQLModel.metadata.tables[table]
            for ids in chunks(beyond):
                self._restart(target, target.c.id.in_(ids))
            held += self._missed(table, live, first, again)
        self.reading.outcome.held = held

    def _mark_still_missing(self) -> None:
        """The list is as it was: what it did not hold then is missing once more."""
        held = 0
        for table, live in self.live.items():
            target = SQLModel.metadata.tables[table]
            missing = sa.select(target.c.id).where(*self._live(target), target.c.missing_reads > 0)
            again = list(self.session.execute(missing).scalars())
            held += self._missed(table, live, [], again)
        self.reading.outcome.held = held

    def _missed(self, table: str, live: int, first: list[int], again: list[int]) -> int:
        """Count these reads up, remove what the brake lets through; how many are held."""
        verdict = removal.decide(live=live, missing=len(again))
        target = SQLModel.metadata.tables[table]
        for ids in chunks([*first, *again]):
            self.session.execute(
                sa.update(target)
                .where(target.c.id.in_(ids), target.c.missing_reads < removal.READS)
                .values(missing_reads=target.c.missing_reads + 1)
            )
        if verdict.removed:
            remove(self.session, table, again, run_id=self.run_id, now=self.now)
            self.reading.outcome.removed += verdict.removed
        return verdict.held

    def _missing(self, table: str, seen: Seen) -> tuple[list[int], list[int], list[int]]:
        """Ids that this read missed for the first time, that it missed again, and that lie
        beyond its window: of those it says nothing.
        """
        assert self.reading.complete is not None
        complete = self.reading.complete
        spared = self.reading.spared
        target = SQLModel.metadata.tables[table]
        due = target.c.get("due_on", sa.null())
        statement = sa.select(target.c.id, target.c.external_id, target.c.missing_reads, due).where(
            *self._live(target)
        )
        first: list[int] = []
        again: list[int] = []
        beyond: list[int] = []
        for id_, external_id, missing_reads, due_on in self.session.execute(statement):
            if external_id in seen.ids or external_id in spared:
                continue
            if not _covers(complete, due_on):
                beyond.append(id_)
            else:
                (again if missing_reads + 1 >= removal.READS else first).append(id_)
        return first, again, beyond


def _covers(complete: Complete, due_on: date | None) -> bool:
    """Whether a row that is due then would have been listed by that read."""
    if complete.window is None:
        return True
    if due_on is None:
        return complete.undated
    first, last = complete.window
    return first <= due_on <= last


def remove(
    session: Session,
    table: str,
    ids: Sequence[int],
    *,
    now: datetime,
    run_id: int | None = None,
    actor_id: int | None = None,
    act_id: int | None = None,
) -> None:
    """Show these rows as removed at the source. Nothing is ever deleted (P1)."""
    target = SQLModel.metadata.tables[table]
    values: dict[str, Any] = {"removed_at": now}
    if table == "items":
        values["is_open"] = False
    for chunk in chunks(ids):
        session.execute(sa.update(target).where(target.c.id.in_(chunk)).values(**values))
    if table == "items":
        for chunk in chunks(ids):
            waking.let_go(session, chunk, now=now)
            pairs.ask_again(session, chunk)
    gone = [(id_, changes.Change(kind=changes.GONE)) for id_ in ids]
    by = {"run_id": run_id, "actor_id": actor_id, "act_id": act_id}
    events.record(session, table, gone, at=now, **by)

"""What an import will do, before it does it: row by row compared with what is stored."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.changes import changes
from app.core.columns import NOTHING, TABLE_OF, columns_of
from app.core.storable import bad_id, refusal_of
from app.errors import Invalid
from app.models import Connection
from app.services import imports
from app.services.bulk import chunks
from app.services.imports import PreviewRow
from app.services.reading import Reader, StreamReading
from app.services.spool import Batch
from connectors.sdk.connector import Page
from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.records import AnyRecord, decode
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.scan import Bad, Line
from connectors.sdk.tables.words import REPAIR
from connectors.spreadsheet import putting_in
from connectors.spreadsheet.connector import MANIFEST
from connectors.spreadsheet.giving_back import give_back
from connectors.spreadsheet.onboarding import SHOWN, Preview, preview
from connectors.spreadsheet.settings import SpreadsheetConfig

SKIPPED = frozenset({"a total", "a repeated row"})
"""What is no row of its own: nobody has to repair it."""
NOBODY = 0
"""No connection has this id: everything is new to it."""


@dataclass(frozen=True, kw_only=True)
class Repair:
    """Rows that one repair mends: what is wrong, how many, and the first of them."""

    what: str
    count: int
    first: str


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What a sync would do with a file: counts over all rows, the first ones as they will look.

    ``skipped`` rows are totals and repetitions; ``bad`` ones cannot be read.
    """

    rows: tuple[PreviewRow, ...]
    created: int
    updated: int
    unchanged: int
    skipped: int
    bad: int
    repairs: tuple[Repair, ...]
    unproven: str

    @property
    def read(self) -> int:
        """Rows that can be read."""
        return self.created + self.updated + self.unchanged


def options_of(
    present: Connection | None,
    mappings: Mapping[str, SheetMapping],
    *,
    vendor: str | None,
    currency: str | None,
) -> Options:
    """How the file is read once it is saved: as ``imports.save`` will store it."""
    values = imports.values_of(
        present, file_name="any.csv", mappings=mappings, vendor=vendor, currency=currency
    )
    return SpreadsheetConfig.model_validate(values).options


def foresee(
    file: Path, options: Options, *, reader: Reader, connection_id: int | None, zone: ZoneInfo
) -> Foreseen:
    """Read all of it and store nothing. ``connection_id`` is the source that it renews.

    Raises ``ConnectorError``. It takes a child process and seconds: outside transactions.
    """
    own: set[str] = set()
    with StreamReading(
        reader,
        connection_id=connection_id or NOBODY,
        stream=MANIFEST.streams[0].name,
        zone=zone,
    ) as reading:

        def take(record: AnyRecord) -> None:
            own.add(record.external_id)
            reading.add(Page(records=(record,)))

        seen = preview(file, options, shown=SHOWN, each=take)
        reading.flush()
        new, changed = _compared(reading, reader)
        changed |= _returning(reading, reader)
    refused = {id_ for id_ in own if id_ in reading.spared or bad_id(id_)}
    skipped = sum(one.count for one in seen.problems if one.problem in SKIPPED)
    created, updated = len(new & own), len(changed & own)
    return Foreseen(
        rows=imports.rows_of(seen),
        created=created,
        updated=updated,
        unchanged=len(own) - created - updated - len(refused),
        skipped=skipped,
        bad=seen.bad - skipped + len(refused),
        repairs=(*_repairs(seen), *_refusals(reading, own)),
        unproven=seen.unproven,
    )


def _compared(reading: StreamReading, reader: Reader) -> tuple[set[str], set[str]]:
    """The ids of what is new, and of what is stored otherwise; derived ones among them."""
    new: set[str] = set()
    changed: set[str] = set()
    with reader() as session:
        for batch in reading.spool.batches():
            new.update(row.external_id for row in batch.new)
            changed.update(_changed(session, batch, reading.zone))
    return new, changed


def _changed(session: Session, batch: Batch, zone: ZoneInfo) -> Iterator[str]:
    """The ids of what will have a change in its history: not of what nobody can see, such as how
    a date is written, or in which order the facts come.
    """
    name = TABLE_OF[batch.kind]
    table = SQLModel.metadata.tables[name]
    found = session.execute(
        sa.select(table).where(table.c.id.in_([one.id for one in batch.changed]))
    )
    stored = {row["id"]: dict(row) for row in found.mappings()}
    for one in batch.changed:
        record = decode(one.encoded)
        if changes(stored[one.id], {**NOTHING[name], **columns_of(record, zone)}):
            yield record.external_id


def _returning(reading: StreamReading, reader: Reader) -> set[str]:
    """The ids of what is shown as removed, and comes back."""
    found: set[str] = set()
    with reader() as session:
        for name, seen in reading.seen.items():
            table = SQLModel.metadata.tables[name]
            removed = sa.select(table.c.external_id).where(table.c.removed_at.is_not(None))
            for some in chunks(seen.back):
                found.update(session.execute(removed.where(table.c.id.in_(some))).scalars())
    return found


def _repairs(seen: Preview) -> Iterator[Repair]:
    for one in seen.problems:
        if one.problem not in SKIPPED:
            yield Repair(
                what=f"{one.column}: {one.problem}".lstrip(": "),
                count=one.count,
                first=f"{one.first.where}: {one.first.reason}".lstrip(": "),
            )


def _refusals(reading: StreamReading, own: set[str]) -> Iterator[Repair]:
    """The same of rows that can be read, but not be stored."""
    reasons = (
        row.reason
        for row in reading.quarantined
        if row.external_id is None or row.external_id in own
    )
    for reason, count in Counter(reasons).items():
        yield Repair(what=reason.rstrip("."), count=count, first="")


def put_in(
    config: ConnectorConfig, folder: Path, *, repaired: Path, now: datetime, into: Path
) -> Path:
    """The source's file with the repaired rows in it, under the same name in the folder ``into``.

    Raises ``ConnectorError``, and ``Invalid`` for a source that reads no uploaded file.
    """
    if not isinstance(config, SpreadsheetConfig) or not config.file:
        raise Invalid("Only into a file can rows be put back.", remedy="Import it as a new source.")
    name, found = imports.fetched(config, private_hosts=(), now=now, files=folder)
    assert isinstance(found, Path)  # it is no address
    as_csv = not Path(name).suffix.lower().startswith(".xls")
    target = into / (Path(name).name if as_csv else f"{Path(name).stem}.xlsx")
    with target.open("wb") as file:
        putting_in.put_in(found, repaired, config.options, file, as_csv=as_csv)
    return target


def write_repairs(
    file: Path, options: Options, target: BinaryIO, *, zone: ZoneInfo, as_csv: bool
) -> None:
    """Only the rows that cannot be read or stored, each with the reason in a column behind it: they
    can be repaired there and imported alone. Raises ``ConnectorError``.
    """

    def more(line: Line) -> tuple[str] | None:
        if isinstance(line.result, Bad):
            row = line.result.row
            told = f"{row.where}: {row.reason}".lstrip(": ")
            return None if line.result.problem in SKIPPED else (told,)
        refusal = refusal_of(line.result, zone)
        return (f"row {line.row.number}: {refusal}",) if refusal else None

    give_back(file, options, target, headers=(REPAIR,), more=more, as_csv=as_csv, alone=False)

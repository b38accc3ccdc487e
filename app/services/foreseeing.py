"""What an import will do, before it does it: row by row compared with what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from app.errors import Invalid
from app.models import Connection
from app.services import imports
from app.services.imports import PreviewRow
from app.services.reading import Reader, StreamReading
from connectors.sdk.connector import Page
from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.records import AnyRecord
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.scan import Bad, Line
from connectors.sdk.tables.words import REPAIR
from connectors.spreadsheet import putting_in
from connectors.spreadsheet.connector import MANIFEST
from connectors.spreadsheet.giving_back import give_back
from connectors.spreadsheet.onboarding import SHOWN, preview
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
        created = updated = 0
        changed_ids: set[int] = set()
        for batch in reading.spool.batches():
            created += sum(new.external_id in own for new in batch.new)
            changed_ids.update(row.id for row in batch.changed)
        updated = min(len(changed_ids), len(own) - created)
    skipped = sum(one.count for one in seen.problems if one.problem in SKIPPED)
    repairs = tuple(
        Repair(
            what=f"{one.column}: {one.problem}".lstrip(": "),
            count=one.count,
            first=f"{one.first.where}: {one.first.reason}".lstrip(": "),
        )
        for one in seen.problems
        if one.problem not in SKIPPED
    )
    return Foreseen(
        rows=imports.rows_of(seen),
        created=created,
        updated=updated,
        unchanged=len(own) - created - updated,
        skipped=skipped,
        bad=seen.bad - skipped,
        repairs=repairs,
        unproven=seen.unproven,
    )


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


def write_repairs(file: Path, options: Options, target: BinaryIO, *, as_csv: bool) -> None:
    """Only the rows that cannot be read, each with the reason in a column behind it: they can be
    repaired there and imported alone. Raises ``ConnectorError``.
    """

    def more(line: Line) -> tuple[str] | None:
        result: Any = line.result
        if not isinstance(result, Bad) or result.problem in SKIPPED:
            return None
        return (f"{result.row.where}: {result.row.reason}".lstrip(": "),)

    give_back(file, options, target, headers=(REPAIR,), more=more, as_csv=as_csv)

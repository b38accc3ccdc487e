"""Importing a spreadsheet: see what it will bring, save it as a source, remember its columns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from app.core.tiles import Tile, tile_for
from app.core.words import goal_words
from app.errors import Invalid
from app.models import ColumnMapping, Connection
from app.secrets import Vault
from app.services import configs, sources
from app.services.checking import PATIENCE
from app.services.import_plans import in_common
from app.services.sources import ScheduleInput
from app.services.unique import free_name
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import ConnectorError
from connectors.sdk.http import HttpSession
from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.policy import policy_of
from connectors.sdk.records import (
    AnyRecord,
    Certification,
    Due,
    Fund,
    Goal,
    ItemRecord,
    Money,
    Program,
    kind_of,
)
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.plan import Defaults
from connectors.spreadsheet.connector import MANIFEST
from connectors.spreadsheet.onboarding import Preview, inspect, preview
from connectors.spreadsheet.settings import SpreadsheetConfig
from connectors.spreadsheet.source import fetch, path_of, place_of

CONNECTOR = "spreadsheet"
SHOWN = 10
EVERY_MINUTES = 30 * 24 * 60
"""An uploaded file does not change by itself: it is read again only to see that it is there."""


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """One row as it will look."""

    kind: str
    title: str
    tile: Tile
    whose: str
    due: Due | None
    money: Money | None
    more: str


# Preview


def foresee(
    file: Path, mappings: Mapping[str, SheetMapping], *, vendor: str | None, currency: str | None
) -> Preview:
    """What a sync would read; raises ``ConnectorError``."""
    defaults = Defaults(vendor=vendor or None, currency=currency or None)
    return preview(file, Options(mapping=mappings, defaults=defaults), shown=SHOWN)


def rows_of(seen: Preview) -> tuple[PreviewRow, ...]:
    """The first rows as they will look."""
    return tuple(_row(record) for record in seen.records)


def _row(record: AnyRecord) -> PreviewRow:
    due: Due | None = None
    money: Money | None = None
    more = record.status or ""
    match record:
        case Goal(target=target, actual=actual, unit=unit):
            told = target is not None or actual is not None
            more = goal_words(actual, target, unit) if told else more
        case Fund(lapses=due, remaining=left, currency=currency) if left is not None:
            money = Money(amount=left, currency=currency)
        case Certification(expires=due, person=person):
            more = person or more
        case Program(tier=tier):
            more = tier or more
    if isinstance(record, ItemRecord):
        due, money = record.due, record.amount
    return PreviewRow(
        kind=kind_of(record),
        title=record.title,
        tile=tile_for(record.vendor or record.title),
        whose=" · ".join(filter(None, (record.vendor, record.program))),
        due=due,
        money=money,
        more=more,
    )


def fetched(
    config: ConnectorConfig,
    *,
    private_hosts: Collection[str],
    now: datetime,
    files: Path,
    patience: float = PATIENCE,
) -> tuple[str, Path | bytes]:
    """The file of a source, by its name: where it lies, or its bytes from its address.

    It may ask the network, so no transaction may be open. Raises ``ConnectorError``, also when
    the address takes longer than ``patience`` seconds: somebody waits in front of a page.
    """
    if not isinstance(config, SpreadsheetConfig):
        raise Invalid("Only spreadsheets have columns.")
    policy = replace(policy_of(MANIFEST, config, private_hosts), total_timeout=patience)
    with HttpSession(policy) as http:
        found = fetch(config, ReadContext(http=http, now=now, files=files), always=True)
    assert found is not None  # all of it was asked for
    return place_of(config).strip("“”"), found.file


# What is remembered, and saving


def remembered(session: Session) -> dict[str, SheetMapping]:
    """Every mapping that was ever saved, by the fingerprint of its header."""
    return {
        row.fingerprint: SheetMapping.model_validate(row.mapping)
        for row in session.exec(select(ColumnMapping))
    }


def knowing_columns(session: Session, config: ConnectorConfig) -> ConnectorConfig:
    """The settings of a source to which tables come by the way, such as a mailbox, with what was
    ever said of their columns; any other settings as they are. What they say themselves counts.
    """
    setting = type(config).model_fields.get("mapping")
    if setting is None or setting.annotation != dict[str, SheetMapping]:
        return config
    if isinstance(config, SpreadsheetConfig):
        return config
    own: Mapping[str, SheetMapping] = getattr(config, "mapping", {})
    return config.model_copy(update={"mapping": {**remembered(session), **own}})


def targets(session: Session) -> list[Connection]:
    """The spreadsheet sources that read an uploaded file: those that a file can renew."""
    statement = select(Connection).where(
        Connection.connector == CONNECTOR,
        col(Connection.removed_at).is_(None),
        col(Connection.sample).is_(False),
    )
    found = session.exec(statement.order_by(Connection.name))
    return [one for one in found if one.config.get("file")]


def reading_such(
    session: Session, fingerprints: Collection[str], *, uploads: Path
) -> Connection | None:
    """The one source that reads sheets with such a header: next month's file belongs to it."""
    marks = set(filter(None, fingerprints))
    found = [one for one in targets(session) if marks & _marks(one, uploads)]
    return found[0] if len(found) == 1 else None


def _marks(source: Connection, uploads: Path) -> set[str]:
    """The headers of the sheets that it reads: those of its file, as long as nobody had to say what
    its columns mean.
    """
    if said := source.config.get("mapping"):
        return _read(said)
    try:
        book = inspect(path_of(source.config["file"], uploads / str(source.id)))
    except (ConnectorError, OSError):  # gone, or no table any more: its own page says so
        return set()
    return {sheet.fingerprint for sheet in book.sheets} - {""}


def lying(source: Connection) -> str:
    """The operator's own file that the source reads, by its path; empty for an upload."""
    file = str(source.config.get("file") or "")
    return file if Path(file).is_absolute() else ""


def reading_alike(session: Session, sheets: Collection[Collection[str]]) -> Connection | None:
    """The source that reads sheets whose columns have most in common with these, a few renamed or
    new: a person says whether the file belongs to it.
    """
    found: dict[int, Connection] = {}
    for one in targets(session):
        mappings = [SheetMapping.model_validate(m) for m in one.config.get("mapping", {}).values()]
        common = max((in_common(headers, m) for headers in sheets for m in mappings), default=0)
        found.setdefault(common, one)
    return found[max(found)] if any(found) else None


def _read(mapping: Mapping[str, Any]) -> set[str]:
    """The headers of the sheets that are read: many files have the same list to choose from."""
    return {mark for mark, one in mapping.items() if not one.get("ignore")}


def check(
    session: Session,
    connection_id: int | None,
    *,
    vendor: str | None,
    currency: str | None,
    name: str = "",
) -> None:
    """What can be refused before the file is looked into. Raises ``Invalid`` with its fields."""
    if connection_id is None and name in _names(session):
        told = "A source has this name. Choose it above, or another name."
        raise Invalid("The name is taken.", fields={"name": told})
    said = {"vendor": vendor, "currency": currency}
    configs.validate(MANIFEST, values_of(None, file_name="any.csv", mappings={}, **said))
    if connection_id is not None and connection_id not in {one.id for one in targets(session)}:
        told = "No file renews this source. Choose another one, or a new one."
        raise Invalid("The file cannot be imported there.", fields={"into": told})


def name_for(session: Session, file_name: str) -> str:
    """What the source of a file is called where nobody says it."""
    return free_name(Path(file_name).stem, _names(session))


def _names(session: Session) -> set[str]:
    return {one.name for one in sources.every(session)}


def values_of(
    present: Connection | None,
    *,
    file_name: str | None,
    mappings: Mapping[str, SheetMapping],
    vendor: str | None,
    currency: str | None,
) -> dict[str, Any]:
    """The settings of the source once the file is imported into it; what is not said stays."""
    before = dict(present.config) if present is not None else {}
    dumped = {mark: one.model_dump(mode="json") for mark, one in mappings.items()}
    said = {"file": file_name, "vendor": vendor, "currency": currency}
    told = {key: text for key, text in said.items() if text}
    return before | told | {"mapping": {**before.get("mapping", {}), **dumped}}


def save(
    session: Session,
    *,
    file_name: str | None,
    name: str,
    connection_id: int | None,
    mappings: Mapping[str, SheetMapping],
    vendor: str | None,
    currency: str | None,
    vault: Vault,
    now: datetime,
    asked_by_id: int | None = None,
) -> Connection:
    """Make or renew the source of a file, and remember its columns.

    Without a ``file_name`` the source keeps the file or the address that it has.
    Raises ``Invalid``, ``Conflict`` or ``NotFound``.
    """
    for mark, mapping in mappings.items():
        dumped = mapping.model_dump(mode="json")
        session.merge(ColumnMapping(fingerprint=mark, mapping=dumped, saved_at=now))
    present = sources.get(session, connection_id) if connection_id is not None else None
    if present is not None and present.connector != CONNECTOR:
        raise Invalid(f"{present.name} is no spreadsheet.", remedy="Choose another name.")
    values = values_of(
        present, file_name=file_name, mappings=mappings, vendor=vendor, currency=currency
    )
    if present is None:
        schedule = ScheduleInput(interval_minutes=EVERY_MINUTES)
        return sources.add(
            session,
            name=name,
            connector=CONNECTOR,
            values=values,
            vault=vault,
            now=now,
            schedule=schedule,
            asked_by_id=asked_by_id,
        )
    assert present.id is not None
    return sources.edit(
        session,
        present.id,
        name=present.name,
        values=values,
        vault=vault,
        now=now,
        asked_by_id=asked_by_id,
    )

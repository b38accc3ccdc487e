"""Attached tables: their rows as records, the newest mail's version of each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from typing import Any

import msgspec

from connectors.mailbox.attachments import table_name
from connectors.mailbox.message import Attachment
from connectors.sdk.connector import Page, Quarantined
from connectors.sdk.errors import ConfigInvalid, ConnectorError
from connectors.sdk.records import AnyRecord, Fact
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.reading import open_table
from connectors.sdk.tables.scan import Bad, Scan
from connectors.sdk.tables.wire import Limits

LIMITS = Limits(file_bytes=9 << 20, inflated_bytes=96 << 20, rows=20_000, cells=600_000)
_PAGE = 500
_BY_WORDS = re.compile(r":[0-9a-f]{20}$")
_MAP = (
    "import the file once as a spreadsheet: what you say of its columns is remembered for all mail"
)


@dataclass(kw_only=True)
class Read:
    """What one table gave. ``remark`` says what was not read and why; it may be empty."""

    records: list[AnyRecord] = field(default_factory=list)
    bad: list[Quarantined] = field(default_factory=list)
    remark: str = ""


def read(attachment: Attachment, *, sender: str, where: str, options: Options) -> Read:
    """All rows of one table; what stands in the way is its remark. ``where`` names its mail."""
    found = Read()
    scope = _Scope(sender, table_name(attachment))
    came = Fact("Attached to", f"a mail of {sender}")
    try:
        with open_table(attachment.data(), limits=LIMITS) as table:
            scan = Scan(table, options)
            for result in scan.results():
                if isinstance(result, Bad):
                    found.bad.append(_placed(result.row, scope, f"{where}, {attachment.name}"))
                else:
                    known = scope.id(result.external_id)
                    facts = (*result.facts, came)
                    found.records.append(
                        msgspec.structs.replace(result, external_id=known, facts=facts)
                    )
            problem = scan.unproven([])
    except ConnectorError as error:
        problem = error
    if problem is not None:
        fix = _MAP if isinstance(problem, ConfigInvalid) else problem.remedy
        found.remark = f"{problem.message} Remedy: {fix.rstrip('.')}."
    return found


class _Scope:
    """Ids of one sender's rows: in every file, month and folder the same.

    A row without an id is known by its words, one with an id by that and by its table's name:
    each table counts from 1.
    """

    def __init__(self, sender: str, table: str) -> None:
        self._domain = sender.rpartition("@")[2]
        self._table = table

    def id(self, key: str) -> str:
        by_words = _BY_WORDS.search(key)
        scope = (self._domain,) if by_words else (self._domain, self._table)
        return f"row:{_digest(*scope, size=6)}:{key}"


def _placed(row: Quarantined, scope: _Scope, where: str) -> Quarantined:
    known = scope.id(row.external_id) if row.external_id else None
    return replace(row, where=f"{where} {row.where}"[:300], external_id=known)


class Newest:
    """The rows of one read. A row of an older mail never takes the place of a newer one's, also
    where the older mail comes to the folder later.

    ``known`` is the state: by a digest of the id, when the mail arrived (seconds).
    """

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = dict(known)
        self._rows: dict[str, AnyRecord] = {}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "Newest":
        """What a state says; nothing where it is not understood."""
        known = state.get("rows")
        fine = isinstance(known, dict) and all(type(at) is int for at in known.values())
        return cls(known if isinstance(known, dict) and fine else {})

    def take(self, records: list[AnyRecord], arrived: datetime | None) -> None:
        at = int(arrived.timestamp()) if arrived else 0
        for record in records:
            mark = _digest(record.external_id, size=8)
            if at >= self._known.get(mark, 0):
                self._known[mark] = at
                self._rows[record.external_id] = record

    def pages(self) -> Iterator[Page]:
        rows = iter(self._rows.values())
        while some := tuple(islice(rows, _PAGE)):
            yield Page(records=some)

    def state(self, since: date) -> dict[str, int]:
        """Without rows that no older mail can come for: those are not read any more."""
        first = datetime(since.year, since.month, since.day, tzinfo=UTC) - timedelta(days=1)
        return {mark: at for mark, at in self._known.items() if at >= first.timestamp()}


def _digest(*parts: str, size: int) -> str:
    text = "\0".join(parts).encode("utf-8", "replace")
    return blake2b(text, digest_size=size).hexdigest()

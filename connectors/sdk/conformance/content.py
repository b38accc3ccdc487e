"""What the records hold: the same each time, exact, harmless."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import msgspec

from connectors.sdk.conformance.results import Failed, demand
from connectors.sdk.conformance.shapes import rows_in
from connectors.sdk.conformance.stage import Case, Reading, Stage
from connectors.sdk.mapping import BadField, decimal_of, money_of
from connectors.sdk.records import (
    AnyRecord,
    DueDate,
    DueInstant,
    Money,
    encode,
    kind_of,
    validate,
)


def reading_twice_is_the_same(case: Case) -> None:
    """C05: each stream reads to its end, has rows, and gives the same ids and hashes again."""
    with case.stage() as stage:
        for stream, first in case.undisturbed().items():
            demand(first.whole, f"{stream}: undisturbed it ends with {first.outcome()}")
            demand(first.records, f"{stream}: the sandbox's story has no row that is read")
            demand(
                len(first.hashes) == len(first.records), f"{stream}: two records have the same id"
            )
            kinds = case.specs[stream].kinds
            others = {kind_of(record) for record in first.records} - kinds
            demand(not others, f"{stream}: gives {others}, which the manifest does not name")
            for again in (stage.read(stream), stage.read(stream)):
                _same(first.hashes, again.hashes, stream, "read again")


def ids_do_not_depend_on_order(case: Case) -> None:
    """C06: rows in another order are the same rows."""
    shuffled = 0
    with case.stage() as stage:
        for stream, first in case.undisturbed().items():
            if case.offered("shuffle"):
                continue
            for answer in stage.answers(stream):
                rows = rows_in(answer.content_type, answer.body)
                if rows is not None and len(rows) > 1:
                    shuffled += 1
                    with stage.instead_of(answer, rows.reversed()):
                        _same(first.hashes, stage.read(stream).hashes, stream, "reversed")
        if case.offered("shuffle"):
            case.offered("shuffle")(stage.sandbox)
            for stream, first in case.undisturbed().items():
                shuffled += 1
                _same(first.hashes, stage.read(stream).hashes, stream, "shuffled")
    demand(shuffled, "no rows could be put into another order: define shuffle in the sandbox")


def _same(first: Mapping[str, bytes], again: Mapping[str, bytes], stream: str, how: str) -> None:
    gone, new = sorted(first.keys() - again.keys()), sorted(again.keys() - first.keys())
    demand(not gone, f"{stream}: {how}, {len(gone)} ids are gone ({', '.join(gone[:3])})")
    demand(not new, f"{stream}: {how}, {len(new)} ids are new ({', '.join(new[:3])})")
    changed = sorted(key for key in first if first[key] != again[key])
    demand(not changed, f"{stream}: {how}, records changed ({', '.join(changed[:3])})")


def dates_carry_their_kind(case: Case) -> None:
    """C11: a date is a date, an instant is in UTC, a zone exists, the raw text is kept."""
    zones = available_timezones()
    for stream, record in _all_records(case):
        validate(record)
        where = f"{stream} {record.external_id}"
        for due in _fields_of(record, DueDate | DueInstant):
            demand(due.raw, f"{where}: a date does not keep the platform's own text")
            demand(due.zone is None or due.zone in zones, f"{where}: no such zone: {due.zone!r}")
            if isinstance(due, DueDate):
                demand(type(due.on) is not datetime, f"{where}: a due date holds a time of day")
            else:
                demand(due.at.tzinfo is UTC, f"{where}: a due instant is not in UTC")


def money_is_exact(case: Case) -> None:
    """C12: amounts are Decimals that storage can hold, currencies are ISO 4217 codes."""
    for stream, record in _all_records(case):
        try:
            for money in _fields_of(record, Money):
                money_of(money.amount, money.currency, field="amount")
                demand(type(money.amount) is Decimal, f"{stream}: {money.amount!r} is no Decimal")
            for number in _fields_of(record, Decimal):
                decimal_of(number, field="number")
        except BadField as error:
            raise Failed(f"{stream} {record.external_id}: {error}") from None


def _all_records(case: Case) -> Iterator[tuple[str, AnyRecord]]:
    for stream, reading in case.undisturbed().items():
        for record in reading.records:
            yield stream, record


def _fields_of(record: AnyRecord, kind: Any) -> list[Any]:
    values = (getattr(record, name) for name in record.__struct_fields__)
    return [value for value in values if isinstance(value, kind)]


def output_is_golden(case: Case, golden: Path, *, update: bool) -> None:
    """C21: the records of the story are those that were looked at and stored."""
    with case.stage() as stage:
        found = {stream: _plain(stage, stage.read(stream)) for stream in case.streams}
    if update:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    demand(golden.is_file(), f"there is no {golden.name} to compare with: look at one and store it")
    stored = json.loads(golden.read_text(encoding="utf-8"))
    for stream in sorted({*found, *stored}):
        _compare(stream, stored.get(stream, {}), found.get(stream, {}))


def _plain(stage: Stage, reading: Reading) -> dict[str, Any]:
    """Everything of a reading as JSON, the sandbox's own address left out."""
    records = sorted(reading.records, key=lambda record: record.external_id)
    whole = {
        "records": [msgspec.Raw(encode(record)) for record in records],
        "quarantined": reading.quarantined,
        "ended": reading.outcome(),
    }
    text = msgspec.json.encode(whole, order="deterministic").decode()
    plain: dict[str, Any] = json.loads(text.replace(stage.url, "https://sandbox.example"))
    return plain


def _compare(stream: str, stored: dict[str, Any], found: dict[str, Any]) -> None:
    before = {record["external_id"]: record for record in stored.get("records", [])}
    after = {record["external_id"]: record for record in found.get("records", [])}
    for key in sorted({*before, *after}):
        old, new = before.get(key, {}), after.get(key, {})
        for name in sorted({*old, *new}):
            demand(
                old.get(name) == new.get(name),
                f"{stream} {key}: {name} was {old.get(name)!r}, is {new.get(name)!r}",
            )
    for name in ("quarantined", "ended"):
        was, now = stored.get(name), found.get(name)
        demand(was == now, f"{stream}: {name} was {was!r}, is {now!r}")

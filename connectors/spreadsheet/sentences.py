"""Records and counts in words, for the checks of a connection."""

from connectors.sdk.records import (
    AnyRecord,
    Certification,
    Due,
    DueDate,
    Fund,
    Goal,
    ItemRecord,
    Money,
    kind_of,
)
from connectors.sdk.tables.dates import in_words


def count_of(number: int, noun: str) -> str:
    """ "1 row", "12 rows"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def sentence_of(record: AnyRecord) -> str:
    """One record as it will look: kind, title, vendor, date, money or numbers."""
    parts = [record.title, record.vendor or "", *_numbers(record)]
    return f"{kind_of(record).capitalize()}: {' · '.join(part for part in parts if part)}"


def _numbers(record: AnyRecord) -> list[str]:
    if isinstance(record, Certification):
        return [record.person or "", _when("expires", record.expires)]
    if isinstance(record, Fund):
        return [_when("lapses", record.lapses)]
    if not isinstance(record, ItemRecord):
        return []
    return [_when("due", record.due), _money(record.amount), _goal(record)]


def _when(verb: str, due: Due | None) -> str:
    if due is None:
        return ""
    if isinstance(due, DueDate):
        return f"{verb} {in_words(due.on)}"
    return f"{verb} {in_words(due.at.date())} {due.at:%H:%M} UTC"


def _money(money: Money | None) -> str:
    return f"{money.amount:,f} {money.currency or ''}".strip() if money else ""


def _goal(record: ItemRecord) -> str:
    if not isinstance(record, Goal) or record.target is None:
        return ""
    actual = f"{record.actual:,f} of " if record.actual is not None else "target "
    return f"{actual}{record.target:,f} {record.unit}".strip()

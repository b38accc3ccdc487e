"""The rows that are measured: JSON pages of some 25 columns, with a JSON column among them."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import orjson

from connectors.sdk.connector import Check, Complete, Page, ReadContext
from connectors.sdk.manifest import ConnectorConfig, Manifest, PlatformType, StreamSpec
from connectors.sdk.records import Category, Deadline, DueDate, Fact, Kind, Money

PAGE = 100
START = date(2026, 1, 1)
VENDORS = ("Microsoft", "AWS", "Cisco", "Fortinet", "Sophos", "Dell", "HPE", "VMware")
CATEGORIES = tuple(Category)


def row(number: int, *, changed: bool = False) -> dict[str, Any]:
    """One row as a platform would send it."""
    vendor = VENDORS[number % len(VENDORS)]
    return {
        "id": f"R-{number:07d}",
        "title": f"Renew {vendor} contract {number} of customer {number % 5000}",
        "url": f"https://portal.example.com/renewals/{number}",
        "vendor": vendor,
        "program": f"{vendor} program {number % 3}",
        "status": "Open" if number % 7 else "Quoted",
        "account": f"Customer {number % 5000}",
        "reference": f"renewal {4_000_000 + number} · quote QUO-{number % 90_000}",
        "due": (START + timedelta(days=number * 7919 % 720)).isoformat(),
        "amount": f"{100 + number * 37 % 90_000}.{number % 100:02d}",
        "currency": ("USD", "EUR")[number % 2],
        "label": "order",
        "category": CATEGORIES[number % len(CATEGORIES)],
        "summary": f"{number % 64} seats, {'changed' if changed else 'as before'}",
        "facts": [["Seats", str(number % 64)], ["Term", "P1Y"], ["Serial", f"SN{number:09d}"]],
    }


def pages(count: int, *, every: int = 0) -> Iterator[bytes]:
    """JSON pages of so many rows; with ``every``, each row of that stride is changed."""
    for start in range(0, count, PAGE):
        rows = range(start, min(start + PAGE, count))
        yield orjson.dumps(
            [row(number, changed=bool(every) and number % every == 0) for number in rows]
        )


class BenchConfig(ConnectorConfig):
    """No settings."""


class Row(msgspec.Struct):
    """A row as our connector takes it in: typed while the page is parsed."""

    id: str
    title: str
    url: str
    vendor: str
    program: str
    status: str
    account: str
    reference: str
    due: str
    amount: Decimal
    currency: str
    label: str
    category: Category
    summary: str
    facts: tuple[Fact, ...]


_decoder = msgspec.json.Decoder(list[Row])


class Renewals:
    """A connector over JSON pages in memory: what is measured is everything behind the network."""

    def __init__(self, listed: Iterable[bytes] = ()) -> None:
        self.pages = listed

    manifest = Manifest(
        id="bench",
        version="1",
        name="Bench",
        platform=PlatformType.GENERIC,
        summary="Rows to measure with.",
        vendor=None,
        badge="BE",
        colour="#475569",
        config=BenchConfig,
        hosts=(),
        streams=(StreamSpec(name="renewals", title="Renewals", kinds=frozenset({Kind.DEADLINE})),),
        interval=timedelta(hours=1),
        minimum_interval=timedelta(minutes=5),
    )

    def read(self, stream: str, config: Any, context: ReadContext) -> Iterator[Page | Complete]:
        """All pages."""
        for page in self.pages:
            yield Page(records=tuple(map(record, _decoder.decode(page))))
        yield Complete()

    def check(self, config: Any, context: ReadContext) -> Iterator[Check]:
        """Nothing to check."""
        yield from ()


def record(row: Row) -> Deadline:
    """A row, normalised as a connector does it."""
    return Deadline(
        external_id=row.id,
        title=row.title,
        url=row.url,
        vendor=row.vendor,
        program=row.program,
        status=row.status,
        account=row.account,
        reference=row.reference,
        due=DueDate(on=date.fromisoformat(row.due), raw=row.due),
        amount=Money(amount=row.amount, currency=row.currency),
        amount_label=row.label,
        category=row.category,
        summary=row.summary,
        facts=row.facts,
    )

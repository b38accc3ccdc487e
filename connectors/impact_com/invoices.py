"""From invoices to deadlines: each line says by when a brand owes the partner what."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.impact_com.programs import Names
from connectors.sdk.mapping import (
    BadField,
    due_of,
    facts_of,
    joined,
    known,
    money_of,
    required,
    shown_day,
    shown_money,
    shown_number,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline

Row = Mapping[str, Any]

_SORTS = {"BONUS": "Bonus"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an invoice; ``line`` is as it came, ``trouble`` why an invoice has none."""

    external_id: str
    invoice: Row
    line: Any = None
    trouble: str = ""


def lines(row: Any) -> Iterator[Line]:
    """The lines, which have no ids: known by program, sort and month, and by which of those."""
    number = required(row, "Id")
    found = row.get("LineItems")
    if not isinstance(found, list):
        yield Line(external_id=number, invoice=row, trouble="LineItems are not a list")
        return
    seen: Counter[str] = Counter()
    for line in found:
        named = _named(line)
        seen[named] += 1
        which = f":{seen[named]}" if seen[named] > 1 else ""
        yield Line(external_id=f"{number}:{named}{which}", invoice=row, line=line)


def payout(item: Line, names: Mapping[str, Names]) -> Deadline:
    """A payout that is owed."""
    line = item.line
    if item.trouble or not isinstance(line, Mapping):
        raise BadField(item.trouble or "a line must be an object")
    number, status = required(item.invoice, "Id"), text_of(line.get("Status"))
    sort = text_of(line.get("Description"))
    program, currency = text_of(line.get("CampaignName")), item.invoice.get("Currency")
    return Deadline(
        external_id=item.external_id,
        title=titled(_SORTS.get(sort or "", "Payout"), f"for {_month(line) or number}", program),
        category=Category.INVOICE,
        vendor=names.get(text_of(line.get("CampaignId")) or "", Names()).brand,
        program=program,
        reference=f"invoice {number}",
        status=status,
        closed=bool(known(status, {"PAID": True}, default=False)),
        due=due_of(line.get("DueDate"), field="DueDate"),
        amount=money_of(line.get("TotalItemAmount"), currency, field="TotalItemAmount"),
        amount_label="owed to you",
        facts=facts_of(
            ("Sort", sort),
            ("Actions", shown_number(line.get("Actions"))),
            ("Before VAT", shown_money(line.get("NetItemAmount") or None, currency)),
            ("VAT", shown_money(line.get("VatItemAmount") or None, currency)),
            ("Paid on", shown_day(line.get("PaidDate"))),
            ("Invoice made on", shown_day(item.invoice.get("CreatedDate"))),
            ("Recipient", item.invoice.get("RecipientName")),
        ),
    )


def _month(line: Row) -> str | None:
    """ "2021-04" of "42021": month, then four digits of the year; anything else as it came."""
    told = text_of(line.get("EventMonthYear")) or ""
    month, year = told[:-4], told[-4:]
    if told.isascii() and told.isdecimal() and month and 1 <= int(month) <= 12:
        return f"{year}-{int(month):02d}"
    return told or None


def _named(line: Any) -> str:
    try:
        fields = ("CampaignId", "Description", "EventMonthYear")
        return joined(*(text_of(line.get(name)) for name in fields), by=":") or "line"
    except (BadField, AttributeError):
        return "line"

"""One row makes one record: its key, and a maker for each kind."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from connectors.sdk.mapping import link_of
from connectors.sdk.records import (
    AnyRecord,
    Certification,
    Contact,
    Deadline,
    Fund,
    Goal,
    Kind,
    Notice,
    Program,
    ReportingRequirement,
)
from connectors.sdk.tables.amounts import CODES, currency_of, shared_by
from connectors.sdk.tables.cells import BadCell, shown, word
from connectors.sdk.tables.reader import LONG, Reader
from connectors.sdk.tables.words import CLOSED, TOTALS, normal


def key_of(reader: Reader) -> str:
    """The row's external id: its kind and its id, or its kind and a digest of its key columns.

    Depends on what the cells say and on nothing else: not on the row's place, its dates, or
    the connection's defaults. ``BadCell`` where the row has no key.
    """
    plan = reader.plan
    kind = reader.kind
    if "id" in plan.at:
        own = reader.text("id", limit=200)
        if not own:
            raise BadCell(reader.label("id"), "no id", "the row has no id.")
        return f"{kind}:{own}"
    texts = [
        word(reader.cells[place], plan.header.labels[place])  # an error cell is no part of a key
        for place in plan.key
        if place < len(reader.cells)
    ]
    if plan.mapping.sheet_names:
        texts.append(plan.sheet)
    words = "\x1f".join(text.casefold() for text in texts)
    if not words.strip("\x1f"):
        raise BadCell(reader.label("title"), "no title", "the row has no title.")
    return f"{kind}:{blake2b(words.encode(), digest_size=10).hexdigest()}"


def is_total(reader: Reader) -> bool:
    """Whether the row adds up others: its title says so, or, where it has none, any cell does."""
    title = reader.cell("title")
    texts = (title,) if shown(title) else reader.cells
    return any(isinstance(text, str) and normal(text) in TOTALS for text in texts)


def record_of(reader: Reader, external_id: str) -> AnyRecord:
    """The record of one row; ``BadCell`` where a cell of it cannot be read."""
    title = reader.text("title")
    if not title and reader.kind is Kind.PROGRAM:
        title = reader.text("program")  # a program's name is its title
    if not title:
        raise BadCell(reader.label("title"), "no title", "the row has no title.")
    reader.used.update(("id", "kind", "currency"))
    make, fields = MAKERS[reader.kind]
    return make(external_id=external_id, title=title, **fields(reader))


def _common(r: Reader) -> dict[str, Any]:
    """What all records share; called last, since facts are what nothing else has read."""
    link = link_of(r.text("url", limit=LONG))
    if link is None:
        r.used.discard("url")  # not a web address: kept as a fact
    return {
        "url": link,
        "vendor": r.vendor,
        "program": r.program,
        "status": r.text("status"),
        "facts": r.facts(),
    }


def _item(r: Reader) -> dict[str, Any]:
    status = normal(r.text("status") or "")
    return {
        "account": r.text("account"),
        "reference": r.text("reference"),
        "closed": r.flag("closed") or status in CLOSED,
        "due": r.due("due"),
        "amount": r.money("amount"),
        "summary": r.text("summary", limit=LONG),
        **_common(r),
    }


def _deadline(r: Reader) -> dict[str, Any]:
    return {"category": r.category(), **_item(r)}


def _goal(r: Reader) -> dict[str, Any]:
    target, target_unit = r.number("target")
    actual, actual_unit = r.number("actual")
    return {
        "target": target,
        "actual": actual,
        "unit": _unit(r, target_unit, actual_unit),
        "period_start": r.day("period_start"),
        "period_end": r.day("period_end"),
        **_item(r),
    }


def _unit(r: Reader, *written: str) -> str:
    """The goal's unit: its column, else what stands in the cells, else its currency column."""
    own = r.text("unit") or ""
    units = {_code(r, unit) for unit in (own, *written) if unit}
    if len(units) > 1:
        found = " and ".join(sorted(units))
        raise BadCell(r.label("target"), "two units in one row", f"the row says {found}.")
    return units.pop() if units else r.currency or ""


def _code(r: Reader, unit: str) -> str:
    """A currency's sign as its code; any other unit as it stands."""
    if unit.upper() in CODES or shared_by(unit):
        return currency_of(unit, r.currency or r.default, column=r.label("target")) or unit
    return unit


def _reporting(r: Reader) -> dict[str, Any]:
    return {
        "recipient": r.text("recipient"),
        "period": r.text("period"),
        "cadence": r.text("cadence"),
        **_item(r),
    }


def _notice(r: Reader) -> dict[str, Any]:
    return {"published": r.due("published"), **_item(r)}


def _program(r: Reader) -> dict[str, Any]:
    return {
        "tier": r.text("tier"),
        "eligible": r.flag("eligible"),
        "period_start": r.day("period_start"),
        "period_end": r.day("period_end"),
        **_common(r),
    }


SUMS = ("allocated", "requested", "claimed", "paid", "remaining")


def _fund(r: Reader) -> dict[str, Any]:
    sums: dict[str, Decimal | None] = {}
    currencies = {r.currency} - {None}
    for name in SUMS:
        sums[name], sign = r.number(name)
        own = currency_of(sign, r.currency or r.default, column=r.label(name))
        currencies |= {own} - {None}
    if len(currencies) > 1:
        raise BadCell(
            r.label("currency"), "two currencies in one row", "the row's sums differ in currency."
        )
    some = any(value is not None for value in sums.values())
    currency = currencies.pop() if currencies else r.default if some else None
    fund_type = r.text("fund_type")
    return {
        "fund_type": fund_type,
        "currency": currency,
        **sums,
        "lapses": r.due("due"),
        **_common(r),
    }


def _certification(r: Reader) -> dict[str, Any]:
    return {
        "person": r.text("person"),
        "issued_on": r.day("issued_on"),
        "expires": r.due("due"),
        **_common(r),
    }


def _contact(r: Reader) -> dict[str, Any]:
    return {
        "role": r.text("role"),
        "email": r.text("email"),
        "phone": r.text("phone"),
        **_common(r),
    }


MAKERS: Mapping[Kind, tuple[type[AnyRecord], Callable[[Reader], dict[str, Any]]]] = {
    Kind.DEADLINE: (Deadline, _deadline),
    Kind.GOAL: (Goal, _goal),
    Kind.REPORTING: (ReportingRequirement, _reporting),
    Kind.NOTICE: (Notice, _notice),
    Kind.PROGRAM: (Program, _program),
    Kind.FUND: (Fund, _fund),
    Kind.CERTIFICATION: (Certification, _certification),
    Kind.CONTACT: (Contact, _contact),
}

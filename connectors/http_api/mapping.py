"""From a row to a record, by a stream's plan. A field that cannot be read costs its row."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connectors.http_api.compiling import Plan, Source
from connectors.http_api.fields import NEEDED, RECORDS, Reader
from connectors.http_api.model import Declaration, Rule
from connectors.http_api.tables import MISFIT
from connectors.http_api.values import READERS, id_of, known_category, line_of, plain_number, yes_of
from connectors.sdk import mapping
from connectors.sdk.mapping import BadField
from connectors.sdk.records import AnyRecord, Fact, Money

UNKNOWN = "Category"
"""The fact that tells a category which the words do not know, as it came."""


class Mapper:
    """Makes the records of one stream. ``details`` adds to a row what is asked for it alone."""

    def __init__(
        self, plan: Plan, told: Declaration, details: Callable[[Any], Any] | None = None
    ) -> None:
        self._plan = plan
        self._details = details
        self._vendor = told.vendor
        self._record: Any = RECORDS[plan.kind]
        self._fields = {name: _completed(one, told) for name, one in plan.fields.items()}

    def id_of(self, row: Any) -> str | None:
        """The row's id, as far as it can be told."""
        source = self._fields["id"]
        return id_of(_value(source, row), source.rule, "id")

    def __call__(self, row: Any) -> AnyRecord | None:
        """The row's record; None where ``when`` leaves it out. Raises ``BadField``."""
        if isinstance(row, dict) and MISFIT in row:
            raise BadField(f"it has {row[MISFIT]}")
        if self._plan.when and not yes_of(self._plan.when(row), Rule(), "when"):
            return None
        if self._details:
            row = self._details(row)
        values = {name: _read(name, source, row) for name, source in self._fields.items()}
        for name in NEEDED:
            if values[name] is None:
                raise BadField(f"field {name} is empty or missing")
        values["external_id"] = values.pop("id")
        values["vendor"] = values.get("vendor") or self._vendor
        values["facts"] = self._facts(row)
        given = {name: value for name, value in values.items() if value is not None}
        record: AnyRecord = self._record(**given)
        return record

    def _facts(self, row: Any) -> tuple[Fact, ...]:
        told = {label: _value(source, row) for label, source in self._plan.facts.items()}
        if category := self._fields.get("category"):
            word = _value(category, row)
            if known_category(word, category.rule) is None:
                told.setdefault(UNKNOWN, word)
        lines = ((mapping.text_of(label), line_of(value)) for label, value in told.items())
        return tuple(Fact(label=label, value=text) for label, text in lines if label and text)


def apart(mapper: Mapper) -> Callable[[Any], AnyRecord | None]:
    """The mapper for one page, on which two rows with one id are two things or the same row.

    Across pages the same id is no mistake: lists move while they are read.
    """
    seen: dict[str, AnyRecord] = {}

    def make(row: Any) -> AnyRecord | None:
        record = mapper(row)
        if record and seen.setdefault(record.external_id, record) != record:
            raise BadField("another row on this page has the same id: a path must tell them apart")
        return record

    return make


def _read(name: str, source: Source, row: Any) -> Any:
    value = _value(source, row)
    if source.reader is Reader.MONEY:
        return _money(name, source, value, row)
    return READERS[source.reader](value, source.rule, name)


def _money(name: str, source: Source, value: Any, row: Any) -> Money | None:
    currency = source.rule.currency and source.rule.currency.constant
    if source.currency is not None:
        currency = source.currency(row)
    return mapping.money_of(plain_number(value, source.rule, name), currency, field=name)


def _value(source: Source, row: Any) -> Any:
    return source.rule.constant if source.path is None else source.path(row)


def _completed(source: Source, told: Declaration) -> Source:
    """With what the declaration says for all its fields."""
    rule = source.rule
    wide = {"numbers": rule.numbers or told.numbers, "zone": rule.zone or told.zone}
    return replace(source, rule=rule.model_copy(update=wide))

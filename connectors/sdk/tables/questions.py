"""The questions that only a person can answer, each with the readings to choose from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connectors.sdk.records import Kind
from connectors.sdk.tables import amounts, dates
from connectors.sdk.tables.amounts import shared_by
from connectors.sdk.tables.evidence import Column, common_mark
from connectors.sdk.tables.fields import FIELDS, NUMERIC, Type
from connectors.sdk.tables.meaning import names_rows


class Topic(StrEnum):
    """What is asked."""

    TITLE = "title"
    KIND = "kind"
    DATE_ORDER = "date_order"
    DECIMAL = "decimal"
    CURRENCY = "currency"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer: the value to give back and its words."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """One open question. ``header`` names the column it is about, if one."""

    topic: Topic
    header: str = ""
    text: str
    choices: tuple[Choice, ...]

    @property
    def id(self) -> str:
        """The name under which its answer is given: "date_order:Due"."""
        return f"{self.topic}:{self.header}" if self.header else self.topic

    def put(self, columns: dict[str, str], settings: dict[str, Any], answer: str | None) -> None:
        """Write an answer into a mapping in the making."""
        if not answer:
            return
        if self.topic is Topic.TITLE:
            columns[answer] = "title"
        elif self.topic is Topic.DATE_ORDER:
            settings.setdefault("date_orders", {})[self.header] = answer
        else:
            settings[self.topic] = answer


def open_questions(
    fields: Mapping[str, Column],
    headers: Iterable[str],
    *,
    kind: Kind | None,
    currency: str | None,
) -> tuple[Question, ...]:
    """What has to be asked before the rows can be read; ``fields`` are the mapped columns."""
    questions: list[Question] = []
    if not names_rows(fields, kind):
        questions.append(_title(headers))
    if kind is None and "kind" not in fields:
        questions.append(_kind())
    typed = {name: column for name, column in fields.items() if name in FIELDS}
    for name, column in typed.items():
        if FIELDS[name].type is Type.DATE and column.evidence.asks_order():
            questions.append(date_order(column.header, column.evidence.two_dates))
    numbers = [c for n, c in typed.items() if FIELDS[n].type in NUMERIC]
    questions += _decimal(numbers)
    if "currency" not in fields:
        questions += _currency(numbers, currency)
    return tuple(questions)


def _title(headers: Iterable[str]) -> Question:
    choices = tuple(Choice(value=header, label=header) for header in headers)
    return Question(
        topic=Topic.TITLE, text="Which column says what each row is about?", choices=choices
    )


def _kind() -> Question:
    choices = tuple(Choice(value=kind, label=kind.capitalize()) for kind in Kind)
    return Question(topic=Topic.KIND, text="What is each row of this sheet?", choices=choices)


def date_order(header: str, text: str) -> Question:
    """How "03/04/2026" is to be read in one column."""
    choices = tuple(
        Choice(value=order, label=f"{dates.in_words(day)} ({dates.ORDER_WORDS[order]})")
        for order, day in dates.readings(text).items()
    )
    days = " or ".join(dates.in_words(day) for day in dates.readings(text).values())
    question = f"In the column “{header}”, is “{text}” {days}?"
    return Question(topic=Topic.DATE_ORDER, header=header, text=question, choices=choices)


def _decimal(columns: list[Column]) -> list[Question]:
    """One decimal mark for all columns of a file: one that is sure in a column is sure."""
    if common_mark(column.evidence for column in columns):
        return []
    for column in columns:
        text = column.evidence.two_numbers
        if found := amounts.written(text) if text else None:
            choices = tuple(
                Choice(value=mark, label=f"{value:f} (the decimal mark is “{mark}”)")
                for mark, value in found.values.items()
            )
            values = " or ".join(f"{value:f}" for value in found.values.values())
            question = f"In the column “{column.header}”, is “{text}” {values}?"
            return [Question(topic=Topic.DECIMAL, text=question, choices=choices)]
    return []


def _currency(columns: list[Column], default: str | None) -> list[Question]:
    """Which currency a sign means that several share, where no default says it."""
    for column in columns:
        for sign in sorted(column.evidence.signs):
            codes = shared_by(sign)
            if default not in codes:
                choices = tuple(Choice(value=code, label=code) for code in codes)
                text = f"Which currency is “{sign}” in the column “{column.header}”?"
                return [Question(topic=Topic.CURRENCY, text=text, choices=choices)]
    return []

"""What the columns of a file mean, decided with a person: suggestions, choices, open questions.

Looking into a file takes a child process and seconds, so it happens outside transactions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.records import Kind
from connectors.sdk.tables.columns import NEAR, SURE, SheetSuggestion, Suggestion
from connectors.sdk.tables.evidence import DISTINCT, Column
from connectors.sdk.tables.fields import FACT, FIELDS, SKIP, Type
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.questions import Question, Topic, open_questions
from connectors.sdk.tables.words import normal
from connectors.spreadsheet.onboarding import SheetView, Workbook, inspect, suggest_sheet


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a person says of all sheets with one header; answers are by the question's id."""

    use: bool
    columns: Mapping[str, str]
    kind: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    sheet_names: str = ""


@dataclass(frozen=True, kw_only=True)
class ColumnLine:
    """One column: what is in it, what it means, and how sure the suggestion was."""

    header: str
    letter: str
    samples: tuple[str, ...]
    field: str
    sure: str
    why: str


@dataclass(frozen=True, kw_only=True)
class SheetPlan:
    """All sheets with one header, and how they are to be read.

    ``mapping`` is None while something is open: then ``error`` or unanswered ``questions`` say
    what. ``known``: the same header was mapped before.
    """

    fingerprint: str
    names: tuple[str, ...]
    rows: int
    choice: Choice
    columns: tuple[ColumnLine, ...]
    questions: tuple[Question, ...]
    mapping: SheetMapping | None
    error: str
    known: bool

    @property
    def open(self) -> tuple[Question, ...]:
        """The questions that have no answer; a page asks for title and kind in their own fields."""
        return tuple(q for q in self.questions if not _answered(q, self.choice))


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """A file and what is read of it. ``bare`` names sheets without a row of headers."""

    format: str
    notes: tuple[str, ...]
    sheets: tuple[SheetPlan, ...]
    bare: tuple[str, ...]

    @property
    def mappings(self) -> dict[str, SheetMapping] | None:
        """By fingerprint, for the connection's settings; None while something is open."""
        found = {sheet.fingerprint: sheet.mapping for sheet in self.sheets}
        whole = {name: mapping for name, mapping in found.items() if mapping is not None}
        used = any(not mapping.ignore for mapping in whole.values())
        return whole if used and len(whole) == len(found) else None


def look(file: Path, *, home: str = "") -> Workbook:
    """What is in a file; raises ``ConnectorError`` for one that cannot be read, and for a list that
    was exported from the inbox at ``home``: all of it is there already.
    """
    book = inspect(file)
    if home and any(_is_ours(sheet, f"{home}/items/") for sheet in book.sheets):
        raise ConfigInvalid(
            "This list was exported from this inbox: its items would be added a second time.",
            remedy="To change what a spreadsheet brought, export it from its source's page.",
        )
    return book


def _is_ours(sheet: SheetView, below: str) -> bool:
    """Whether it has the columns of ``view_sheets``, and its links lead to items below there."""
    samples = {column.header: column.samples for column in sheet.columns}
    links = samples.get("Link", ())
    ours = samples.keys() >= {"Days left", "Fresh"} and links
    return bool(ours) and all(link.startswith(below) for link in links)


def plan(
    book: Workbook,
    known: Mapping[str, SheetMapping],
    choices: Mapping[str, Choice] = MappingProxyType({}),
    *,
    currency: str | None = None,
) -> ImportPlan:
    """How a file is to be read: as chosen, else as remembered, else as its columns suggest.

    ``choices`` are by fingerprint. ``currency`` is that of amounts which name none.
    """
    groups: dict[str, list[SheetView]] = {}
    for sheet in book.sheets:
        if sheet.fingerprint:
            groups.setdefault(sheet.fingerprint, []).append(sheet)
    alone = len(groups) == 1
    return ImportPlan(
        format=book.format,
        notes=tuple(filter(None, (*book.notes, book.cut))),
        sheets=tuple(
            _sheet(sheets, known, choices.get(mark), currency, alone=alone)
            for mark, sheets in groups.items()
        ),
        bare=tuple(s.name for s in book.sheets if not s.fingerprint and s.rows and s.name),
    )


def _sheet(
    sheets: list[SheetView],
    remembered: Mapping[str, SheetMapping],
    choice: Choice | None,
    currency: str | None,
    *,
    alone: bool,
) -> SheetPlan:
    first = max(sheets, key=lambda sheet: sheet.rows)
    known = remembered.get(first.fingerprint)
    suggestion = guessed(first, suggest_sheet(first, currency=currency))
    if choice is None and known is not None:
        choice = _remembered(known)
    elif choice is None:
        choice = _suggested(first, suggestion, alone=alone)
        choice = _as_alike(first, choice, remembered.values())
    fields = {means: c for c in first.columns if (means := choice.columns.get(c.header, FACT))}
    kind = Kind(choice.kind) if choice.kind in set(Kind) else None
    headers = tuple(column.header for column in first.columns)
    asked = open_questions(_typed(fields), headers, kind=kind, currency=currency)
    mapping, error = _mapping(choice, kind, asked, known)
    return SheetPlan(
        fingerprint=first.fingerprint,
        names=tuple(sheet.name for sheet in sheets if sheet.name),
        rows=sum(sheet.rows for sheet in sheets),
        choice=choice,
        columns=_columns(first, suggestion, choice),
        questions=asked,
        mapping=mapping,
        error=error,
        known=known is not None,
    )


def _typed(fields: Mapping[str, Column]) -> dict[str, Column]:
    return {name: column for name, column in fields.items() if name in FIELDS}


def _suggested(sheet: SheetView, suggestion: SheetSuggestion, *, alone: bool) -> Choice:
    columns = {
        one.header: one.field if one.confidence >= NEAR else FACT for one in suggestion.columns
    }
    return Choice(
        use=suggestion.recognised or (alone and not sheet.hidden),
        columns=columns,
        kind=suggestion.kind or "",
    )


def _remembered(mapping: SheetMapping) -> Choice:
    orders = {f"{Topic.DATE_ORDER}:{name}": str(o) for name, o in mapping.date_orders.items()}
    marks = {Topic.DECIMAL: mapping.decimal, Topic.CURRENCY: mapping.currency}
    answers = orders | {str(topic): str(value) for topic, value in marks.items() if value}
    return Choice(
        use=not mapping.ignore,
        columns=mapping.columns,
        kind=mapping.kind or "",
        answers=answers,
        sheet_names=mapping.sheet_names,
    )


def in_common(headers: Iterable[str], mapping: SheetMapping) -> int:
    """How many of the columns that a mapping uses are among these; 0 where these are the columns
    of something else: of what changed, two of three are there still.
    """
    used = {normal(header) for header, means in mapping.columns.items() if means in FIELDS}
    there = used & set(map(normal, headers))
    alike = not mapping.ignore and len(there) > 1 and 3 * len(there) >= 2 * len(used)
    return len(there) if alike else 0


def _as_alike(sheet: SheetView, choice: Choice, remembered: Iterable[SheetMapping]) -> Choice:
    """The choice with what was said of the same columns under a header that was almost this one."""
    headers = [column.header for column in sheet.columns]
    nearest = max(remembered, key=lambda one: in_common(headers, one), default=None)
    if nearest is None or not in_common(headers, nearest):
        return choice
    before = _remembered(nearest)
    said = {normal(header): means for header, means in before.columns.items()}
    kept = {header: said[normal(header)] for header in headers if normal(header) in said}
    taken = set(kept.values()) & FIELDS.keys()
    new = {h: FACT if means in taken else means for h, means in choice.columns.items()}
    return replace(before, columns=new | kept, use=True, kind=before.kind or choice.kind)


def _mapping(
    choice: Choice,
    kind: Kind | None,
    asked: tuple[Question, ...],
    known: SheetMapping | None,
) -> tuple[SheetMapping | None, str]:
    """The mapping, or the sentence that says what is still open."""
    if not choice.use:
        return SheetMapping(columns=dict(choice.columns), ignore=True), ""
    columns = dict(choice.columns)
    settings: dict[str, Any] = {"kind": kind, "sheet_names": choice.sheet_names}
    if known and set(known.key) <= set(columns):
        settings["key"] = known.key
    for question in asked:
        if not _answered(question, choice):
            return None, OPEN.get(question.topic, question.text)
        question.put(columns, settings, choice.answers[question.id])
    try:
        return SheetMapping.model_validate({**settings, "columns": columns}), ""
    except ValidationError as error:
        told = error.errors(include_input=False, include_url=False)[0]["msg"]
        text = told.removeprefix("Value error, ")
        return None, f"{text[:1].upper()}{text[1:]}."


OPEN = {
    Topic.TITLE: "Choose which column is the title of a row.",
    Topic.KIND: "Say what the rows are, or which column says it.",
}


def _answered(question: Question, choice: Choice) -> bool:
    return choice.answers.get(question.id, "") in {one.value for one in question.choices}


def _columns(
    sheet: SheetView, suggestion: SheetSuggestion, choice: Choice
) -> tuple[ColumnLine, ...]:
    told = {one.header: one for one in suggestion.columns}
    return tuple(
        ColumnLine(
            header=column.header,
            letter=column.letter,
            samples=tuple(dict.fromkeys(column.samples))[:3],
            field=choice.columns.get(column.header, FACT),
            sure=_sureness(told[column.header], choice),
            why=told[column.header].why,
        )
        for column in sheet.columns
    )


def _sureness(suggestion: Suggestion, choice: Choice) -> str:
    """ "sure", "likely", "guess", or "" where the person or memory chose something else."""
    if suggestion.field == FACT or choice.columns.get(suggestion.header) != suggestion.field:
        return ""
    if suggestion.confidence >= SURE:
        return "sure"
    return "likely" if suggestion.confidence >= LIKELY else "guess"


LIKELY = 0.7
"""Below this a suggestion is a guess."""
GUESSES = (
    ("due", Type.DATE, "its cells are dates"),
    ("title", Type.WORDS, "its cells are words, hardly two alike"),
)


def guessed(sheet: SheetView, suggestion: SheetSuggestion) -> SheetSuggestion:
    """With what only the cells say, where no header says it: one column of dates, one of words.

    For a person to confirm: a source without one never uses a guess.
    """
    columns = list(suggestion.columns)
    for name, type_, why in GUESSES:
        if any(one.field == name for one in columns):
            continue
        fit = [at for at, one in enumerate(columns) if one.field == FACT and _is(sheet, at, type_)]
        if len(fit) == 1 or (fit and type_ is Type.WORDS):
            at = fit[0]
            columns[at] = replace(columns[at], field=name, confidence=NEAR, why=why)
    return replace(suggestion, columns=tuple(columns))


def _is(sheet: SheetView, at: int, type_: Type) -> bool:
    seen = sheet.columns[at].evidence
    if not seen.filled or seen.fits(type_) < 0.8:
        return False
    return type_ is Type.DATE or len(seen.texts) * 2 > min(seen.filled, DISTINCT)


MEANINGS: tuple[tuple[str, str], ...] = (
    (FACT, "Keep as a fact"),
    (SKIP, "Leave out"),
    *((name, one.title) for name, one in FIELDS.items()),
)
"""What a column can be said to mean: value and words."""
KINDS: tuple[tuple[str, str], ...] = tuple((kind, f"{kind.capitalize()}s") for kind in Kind)


def answered(choice: Choice, questions: Iterable[Question], said: Mapping[Topic, str]) -> Choice:
    """The choice with one answer for every question of a topic."""
    answers = {q.id: said[q.topic] for q in questions if said.get(q.topic)}
    return replace(choice, answers={**choice.answers, **answers})

"""What the columns of a sheet seem to mean, how sure that is, and what only a person can say.

Pure. A suggestion may be used without a person only where it is ``ready``: a title, a kind,
every used column recognised beyond doubt, and no question open.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from connectors.sdk.records import Kind
from connectors.sdk.tables.evidence import DISTINCT, Column, Evidence
from connectors.sdk.tables.fields import FACT, FIELDS
from connectors.sdk.tables.meaning import SheetMapping, names_rows
from connectors.sdk.tables.questions import Question, open_questions
from connectors.sdk.tables.words import ALIASES, BY_ALIAS, CATEGORIES, KINDS, normal

SURE = 0.85
"""From this confidence a suggestion is used without asking."""
NEAR = 0.6
"""From this confidence it is shown at all."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """What one column seems to mean. ``field`` is "fact" where nothing is recognised."""

    header: str
    field: str
    confidence: float
    why: str


@dataclass(frozen=True, kw_only=True)
class SheetSuggestion:
    """The whole sheet: a suggestion for each column, the kind of its rows, open questions.

    ``mapping`` is the mapping with the answers put in; an answer is a choice's value by the
    question's id. Unanswered questions stay open in it.
    """

    columns: tuple[Suggestion, ...]
    kind: Kind | None
    questions: tuple[Question, ...]
    key: tuple[str, ...]

    @property
    def recognised(self) -> bool:
        """Whether the sheet looks like a table of ours at all: two sure columns, one the title."""
        sure = {s.field for s in self.columns if s.field != FACT and s.confidence >= SURE}
        return len(sure) >= 2 and names_rows(sure, self.kind)

    @property
    def ready(self) -> bool:
        """Whether it may be used without a person."""
        used = [s for s in self.columns if s.field != FACT]
        return self.recognised and not self.questions and all(s.confidence >= SURE for s in used)

    def mapping(self, answers: Mapping[str, str] | None = None) -> SheetMapping:
        """The mapping to remember; raises ``ValueError`` where no column is the title."""
        columns = {s.header: s.field for s in self.columns}
        settings: dict[str, object] = {"kind": self.kind, "key": self.key}
        for question in self.questions:
            question.put(columns, settings, (answers or {}).get(question.id))
        return SheetMapping.model_validate({**settings, "columns": columns})


def suggest(
    columns: Sequence[Column], *, sheet: str = "", currency: str | None = None
) -> SheetSuggestion:
    """Suggestions for the columns of one sheet. ``currency`` is the connection's default."""
    chosen = _assigned(columns)
    suggestions = tuple(_suggestion(column, chosen.get(column.header)) for column in columns)
    fields = {s.field: column for s, column in zip(suggestions, columns, strict=True)}
    fields.pop(FACT, None)
    kind = kind_of_sheet(sheet, fields)
    headers = tuple(column.header for column in columns)
    questions = open_questions(fields, headers, kind=kind, currency=currency)
    return SheetSuggestion(columns=suggestions, kind=kind, questions=questions, key=_key(fields))


def kind_of_sheet(sheet: str, fields: Container[str]) -> Kind | None:
    """What rows without a kind of their own are: the sheet's name says it, or its columns."""
    named = KINDS.get(normal(sheet))
    if named or "kind" in fields:
        return named  # each row says it, and of one that does not see TELLING_A_ROW
    return next((kind for field, kind in TELLING if field in fields), None)


TELLING = (
    ("target", Kind.GOAL),
    ("recipient", Kind.REPORTING),
    ("cadence", Kind.REPORTING),
    ("person", Kind.CERTIFICATION),
    ("email", Kind.CONTACT),
    ("allocated", Kind.FUND),
    ("claimed", Kind.FUND),
    ("remaining", Kind.FUND),
    ("tier", Kind.PROGRAM),
    ("published", Kind.NOTICE),
    ("due", Kind.DEADLINE),
)
"""Columns that only one kind of row has, first match wins; a date alone makes a deadline."""

TELLING_A_ROW = (
    ("target", Kind.GOAL),
    ("recipient", Kind.REPORTING),
    ("cadence", Kind.REPORTING),
    ("due", Kind.DEADLINE),
    ("published", Kind.NOTICE),
)
"""What tells a row that leaves its kind empty in a table of many kinds, first match wins.

Only items are told so: a name or an e-mail address stands beside a deadline as often as it
makes a certification or a contact, and something with a due date is better seen as a deadline.
"""

KEY = (
    "vendor", "program", "account", "title", "reference", "period", "period_start", "person",
    "email",
)  # fmt: skip
"""What tells rows apart where there is no id: never the row number, never the due date."""


def _key(fields: Mapping[str, Column]) -> tuple[str, ...]:
    if "id" in fields:
        return ()
    return tuple(fields[name].header for name in KEY if name in fields)


def _assigned(columns: Sequence[Column]) -> dict[str, tuple[str, float]]:
    """Each field to the column that fits it best; best fit first, earlier column on a tie."""
    offers = [
        (-confidence, place, column.header, name)
        for place, column in enumerate(columns)
        for name, confidence in _candidates(column)
    ]
    chosen: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    for negative, _, header, name in sorted(offers):
        if header not in chosen and name not in taken:
            chosen[header] = (name, -negative)
            taken.add(name)
    return chosen


def _candidates(column: Column) -> Iterable[tuple[str, float]]:
    """Fields by the header's words, each weighed by whether the cells can be that at all."""
    words = normal(column.header)
    for name, spec in FIELDS.items():
        likeness = _likeness(words, name)
        if likeness < NEAR:
            continue
        fit = column.evidence.fits(spec.type)
        if name == "kind" and not _known_words(column.evidence):
            fit = 0.0  # "Type" is what people call any column; an unknown category does no harm
        confidence = likeness if fit >= 0.5 else likeness * 0.5
        if confidence >= NEAR:
            yield name, round(confidence, 2)


def _likeness(words: str, name: str) -> float:
    """1 for an alias, less for a word that is spelt like one, 0 for anything else."""
    if name in BY_ALIAS.get(words, ()):
        return 1.0
    best = max(fuzz.ratio(words, alias) for alias in ALIASES[name]) / 100
    return best * 0.95 if best >= 0.85 and len(words) > 4 else 0.0


def _known_words(evidence: Evidence) -> bool:
    """Whether a column holds mostly words for kinds and categories."""
    if not evidence.texts or len(evidence.texts) > DISTINCT:
        return not evidence.filled
    return sum(text in KINDS or text in CATEGORIES for text in evidence.texts) * 2 > len(
        evidence.texts
    )


def _suggestion(column: Column, chosen: tuple[str, float] | None) -> Suggestion:
    if chosen is None:
        return Suggestion(
            header=column.header, field=FACT, confidence=0.0, why="kept as it is, with its header"
        )
    name, confidence = chosen
    why = "the header says so" if confidence == 1.0 else "the header is similar"
    return Suggestion(header=column.header, field=name, confidence=confidence, why=why)

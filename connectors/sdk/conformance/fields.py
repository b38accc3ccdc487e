"""Hostile rows: a damaged field costs its own row, and no text does harm."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from connectors.sdk.conformance.results import Failed, demand
from connectors.sdk.conformance.shapes import (
    Damage,
    JsonRows,
    Place,
    Rows,
    detail_in,
    rows_in,
)
from connectors.sdk.conformance.stage import Answered, Case, Reading, Stage
from connectors.sdk.manifest import Completeness
from connectors.sdk.mapping import clean_html, link_of, text_of
from connectors.sdk.records import AnyRecord, SafeHtml, encode

T = TypeVar("T")

_ROWS_TRIED = 3
_FEW_FIELDS = 8

HOSTILE = " ".join(
    (
        "alert(1) <script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "<svg/onload=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<p style='position:fixed' hx-get='/x' onclick='alert(1)'>x</p>",
        "\u202egnp.exe\u202c \u2028",
        "{{ 7 * 7 }} ${7*7} =HYPERLINK(1)",
    )
)


def a_bad_field_costs_its_row(case: Case) -> None:
    """C10: each field of each kind of row dropped, null, of another type, huge."""
    damaged = 0
    with case.stage() as stage:
        for stream, whole in case.undisturbed().items():
            for answer in stage.answers(stream):
                rows = _rows_of(case, answer)
                if rows is not None:
                    spec = case.specs[stream]
                    proves = spec.completeness is not Completeness.UNKNOWN
                    lacks = case.offered("optional", "(?!)")
                    damaged += _damage(stage, whole, answer, rows, proves=proves, lacks=lacks)
    demand(damaged, "no answer has rows that can be damaged: say in the bypasses why none can")


def texts_do_no_harm(case: Case) -> None:
    """C20: whatever a text field holds, HTML comes out clean and links lead to the web."""
    came_through = False
    with case.stage() as stage:
        for stream, whole in case.undisturbed().items():
            _are_harmless(whole)
            for answer in stage.answers(stream):
                rows = _rows_of(case, answer)
                for reading in _hostile(stage, whole, answer, rows):
                    _are_harmless(reading)
                    came_through = came_through or "alert(1)" in str(reading.records)
    demand(came_through, "no hostile text came as far as a record: say in the bypasses why not")


def _rows_of(case: Case, answer: Answered) -> Rows | None:
    """The rows that an answer lists; of an answer about one row, that row."""
    details: str | None = case.offered("details")
    read = detail_in if details and re.search(details, answer.path) else rows_in
    return read(answer.content_type, answer.body)


def _damage(
    stage: Stage, whole: Reading, answer: Answered, rows: Rows, *, proves: bool, lacks: str
) -> int:
    """Damages the first row that records are made of; returns how often.

    ``proves``: an end of this stream proves absence. Where it does not, what only a detail
    tells may be missing from a read. ``lacks`` matches the fields that a row need not have:
    the record that such a field makes may go with it.
    """
    tried = 0
    for row in range(min(len(rows), _ROWS_TRIED)):
        with stage.instead_of(answer, rows.broken(row)):
            reading = stage.read(whole.stream)
        own = _touched(whole, reading)
        what = f"{answer.path}: row {row} is no row"
        _is_contained(whole, reading, own, what, may_go=rows.optional)
        tried += 1
        if own:
            chosen = list(_chosen(rows.damages(row)))
            for what, reading in _damaged(_Tries(stage, whole, answer), rows, row, chosen):
                left_out = what.endswith((" dropped", " null"))
                absent = rows.optional and (not proves or left_out)
                absent = absent or (left_out and bool(re.match(lacks, what)))
                _is_contained(whole, reading, own, f"{answer.path}: {what}", may_go=absent)
                tried += 1
            break
    return tried


def _chosen(fields: list[list[Damage]]) -> Iterator[Damage]:
    """All damages of a row of few fields; of one with many, two to each field, in turn."""
    for index, damages in enumerate(fields):
        if len(fields) <= _FEW_FIELDS:
            yield from damages
        else:
            yield damages[index % len(damages)]
            yield damages[(index + 2) % len(damages)]


def _damaged(
    tries: "_Tries", rows: Rows, row: int, damages: list[Damage]
) -> Iterator[tuple[str, Reading]]:
    """(what was done, the read with it) for each of the damages."""
    if not isinstance(rows, JsonRows):
        for damage in damages:
            yield damage.what, tries.read(damage.made())
        return
    turns: Counter[Place] = Counter()
    beside: dict[tuple[int, int], list[Damage]] = {}  # neither one field twice nor one in another
    for damage in damages:
        beside.setdefault((len(damage.place), turns[damage.place]), []).append(damage)
        turns[damage.place] += 1

    def body(some: Sequence[Damage]) -> bytes:
        return rows.changed(row, [damage.change for damage in some if damage.change])

    for some in beside.values():
        for damage, reading in tries.each(some, body, lambda damage: damage.held):
            yield damage.what, reading


def _hostile(
    stage: Stage, whole: Reading, answer: Answered, rows: Rows | None
) -> Iterator[Reading]:
    """The reads with hostile text in each field."""
    tries = _Tries(stage, whole, answer)
    if isinstance(rows, JsonRows):
        held = rows.texts()

        def body(places: Sequence[Place]) -> bytes:
            return rows.texts_at(places, _with_hostile)

        texts = [place for place in held if any(isinstance(text, str) for text in held[place])]
        yield from (reading for _, reading in tries.each(texts, body, held.__getitem__))
    elif rows is not None:
        yield from (tries.read(answer) for _, answer in rows.texts_changed(_with_hostile))


def _with_hostile(text: str) -> str:
    return f"{text} {HOSTILE}"


_TOGETHER = 8


class _Tries:
    """Reads with one answer changed.

    Most fields of a platform's rows are read by no connector. So those whose value stands in
    no record are changed several at once: if the read then takes the same requests and gives
    the same records, to the byte, none of them matters. If anything at all is other, each
    half is tried again, down to a single field, so what is found is always found of one.
    """

    def __init__(self, stage: Stage, whole: Reading, answer: Answered) -> None:
        self._stage = stage
        self._whole = whole
        self._answer = answer
        self._shown = "\n".join(encode(record).decode() for record in whole.records)

    def read(self, body: bytes) -> Reading:
        with self._stage.instead_of(self._answer, body):
            return self._stage.read(self._whole.stream)

    def each(
        self, items: list[T], body: Callable[[Sequence[T]], bytes], held: Callable[[T], Any]
    ) -> Iterator[tuple[T, Reading]]:
        """(item, the read with it), of those that change nothing one for several."""
        quiet = [item for item in items if not self._shows(held(item))]
        for item in items:
            if item not in quiet:
                yield item, self.read(body([item]))
        for start in range(0, len(quiet), _TOGETHER):
            yield from self._halved(quiet[start : start + _TOGETHER], body)

    def _halved(
        self, items: list[T], body: Callable[[Sequence[T]], bytes]
    ) -> Iterator[tuple[T, Reading]]:
        reading = self.read(body(items))
        if len(items) == 1 or _is_same(self._whole, reading):
            yield from ((item, reading) for item in items)
            return
        half = len(items) // 2
        yield from self._halved(items[:half], body)
        yield from self._halved(items[half:], body)

    def _shows(self, held: Any) -> bool:
        """Whether something of it stands in a record: only a guess, which saves reads."""
        if isinstance(held, dict | list):
            return any(map(self._shows, held.values() if isinstance(held, dict) else held))
        return held not in (None, True, False, "") and str(held)[:10] in self._shown


def _is_same(whole: Reading, reading: Reading) -> bool:
    """Whether nothing at all is other than in an undisturbed read."""
    return (
        reading.error is None
        and type(reading.ended) is type(whole.ended)
        and reading.asked == whole.asked
        and reading.hashes == whole.hashes
        and reading.quarantined == whole.quarantined
    )


def _touched(whole: Reading, reading: Reading) -> set[str]:
    """The records that are other, or not there, compared with an undisturbed read."""
    return {key for key, value in whole.hashes.items() if reading.hashes.get(key) != value}


def _is_contained(
    whole: Reading, reading: Reading, own: set[str], what: str, *, may_go: bool
) -> None:
    """Only the row's own records changed, and none of them went without a word."""
    where = f"{whole.stream}: {what}"
    if reading.error is not None:
        raise Failed(f"{where}: the whole read fails with {reading.outcome()}")
    others = sorted(_touched(whole, reading) - own)
    demand(not others, f"{where}: other rows suffer ({', '.join(others[:3])})")
    lost = sorted(whole.hashes.keys() - reading.hashes.keys())
    # A damaged id makes other records; the row is not lost, it is read under the id that came.
    new = reading.hashes.keys() - whole.hashes.keys()
    demand(
        not lost or reading.quarantined or new or may_go,
        f"{where}: {', '.join(lost[:3])} vanished without being quarantined",
    )


def _are_harmless(reading: Reading) -> None:
    for record in reading.records:
        for name, problem in _harm(record):
            raise Failed(f"{reading.stream} {record.external_id[:60]}: {name} {problem}")


def _harm(record: AnyRecord) -> Iterator[tuple[str, str]]:
    body = getattr(record, "body", None)
    if body is not None and (not isinstance(body, SafeHtml) or clean_html(body) != body):
        yield "body", "did not go through clean_html"
    if record.url is not None and link_of(record.url) != record.url:
        yield "url", "is no web link"
    for name, text in _texts_of(record):
        cleaned = text_of(text, limit=100_000) or ""
        if cleaned != text:
            pairs = enumerate(zip(cleaned, text, strict=False))
            at = next((index for index, (a, b) in pairs if a != b), len(cleaned))
            found = text[max(0, at - 40) : at + 40]
            yield name, f"is not plain text as text_of makes it: {found!r}"


def _texts_of(record: AnyRecord) -> Iterator[tuple[str, str]]:
    """Every plain text of a record, by field; of several lines each. Ids are verbatim."""
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, str) and name not in {"body", "external_id", "url"}:
            yield from ((name, line) for line in value.split("\n"))
    for fact in record.facts:
        yield "fact", fact.label
        yield "fact", fact.value

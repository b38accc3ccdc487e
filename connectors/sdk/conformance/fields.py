"""Hostile rows: a damaged field costs its own row, and no text does harm."""

import re
from collections.abc import Iterator

from connectors.sdk.conformance.results import Failed, demand
from connectors.sdk.conformance.shapes import Damage, Rows, detail_in, rows_in
from connectors.sdk.conformance.stage import Answered, Case, Reading, Stage
from connectors.sdk.manifest import Completeness
from connectors.sdk.mapping import clean_html, link_of, text_of
from connectors.sdk.records import AnyRecord, SafeHtml

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
                changed = () if rows is None else rows.texts_changed(lambda t: f"{t} {HOSTILE}")
                for _, body in changed:
                    with stage.instead_of(answer, body):
                        reading = stage.read(stream)
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
            for what, made in _chosen(rows.damages(row)):
                with stage.instead_of(answer, made()):
                    reading = stage.read(whole.stream)
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

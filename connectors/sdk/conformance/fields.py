"""Hostile rows: a damaged field costs its own row, and no text does harm."""

from collections.abc import Iterator

from connectors.sdk.conformance.results import Failed, demand
from connectors.sdk.conformance.shapes import Rows, rows_in
from connectors.sdk.conformance.stage import Answered, Case, Reading, Stage
from connectors.sdk.mapping import clean_html, link_of, text_of
from connectors.sdk.records import AnyRecord, SafeHtml

_ROWS_TRIED = 3

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<p style='position:fixed' hx-get='/x' onclick='alert(1)'>x</p>",
    "\u202egnp.exe\u202c \x00\x07\u2028",
    "{{ 7 * 7 }} ${7*7} =HYPERLINK(1)",
)


def a_bad_field_costs_its_row(case: Case) -> None:
    """C10: each field of each kind of row dropped, null, of another type, huge."""
    damaged = 0
    with case.stage() as stage:
        for stream, whole in case.undisturbed().items():
            for answer in stage.answers(stream):
                rows = rows_in(answer.content_type, answer.body)
                if rows is not None:
                    damaged += _damage(stage, whole, answer, rows)
    demand(damaged, "no answer has rows that can be damaged: say in the bypasses why none can")


def _damage(stage: Stage, whole: Reading, answer: Answered, rows: Rows) -> int:
    """Damages the first row that records are made of; returns how often."""
    tried = 0
    for row in range(min(len(rows), _ROWS_TRIED)):
        with stage.instead_of(answer, rows.broken(row)):
            reading = stage.read(whole.stream)
        own = _touched(whole, reading)
        _is_contained(whole, reading, own, f"{answer.path}: row {row} is no row")
        tried += 1
        if own:
            for what, body in rows.damaged(row):
                with stage.instead_of(answer, body):
                    reading = stage.read(whole.stream)
                _is_contained(whole, reading, own, f"{answer.path}: {what}")
                tried += 1
            break
    return tried


def _touched(whole: Reading, reading: Reading) -> set[str]:
    """The records that are other, or not there, compared with an undisturbed read."""
    return {key for key, value in whole.hashes.items() if reading.hashes.get(key) != value}


def _is_contained(whole: Reading, reading: Reading, own: set[str], what: str) -> None:
    """Only the row's own records changed, and none of them went without a word."""
    if reading.error is not None:
        raise Failed(f"{whole.stream}: {what}: the whole read fails with {reading.outcome()}")
    others = _touched(whole, reading) - own
    demand(
        not others, f"{whole.stream}: {what}: other rows suffer ({', '.join(sorted(others)[:3])})"
    )
    lost = whole.hashes.keys() - reading.hashes.keys()
    # A damaged id makes other records; the row is not lost, it is read under the id that came.
    new = reading.hashes.keys() - whole.hashes.keys()
    demand(
        not lost or reading.quarantined or new,
        f"{whole.stream}: {what}: {', '.join(sorted(lost)[:3])} vanished without being quarantined",
    )


def texts_do_no_harm(case: Case) -> None:
    """C20: whatever a text field holds, HTML comes out clean and links lead to the web."""
    with case.stage() as stage:
        for stream, whole in case.undisturbed().items():
            _are_harmless(whole, "the story")
            for answer in stage.answers(stream):
                rows = rows_in(answer.content_type, answer.body)
                for payload in PAYLOADS if rows is not None else ():
                    assert rows is not None
                    body = rows.texts_changed(lambda text, more=payload: f"{text} {more}")  # type: ignore[misc]  # the default binds the loop's value
                    with stage.instead_of(answer, body):
                        _are_harmless(stage.read(stream), payload)


def _are_harmless(reading: Reading, payload: str) -> None:
    for record in reading.records:
        for name, problem in _harm(record):
            raise Failed(f"{reading.stream} {record.external_id}: {name} {problem} ({payload!r})")


def _harm(record: AnyRecord) -> Iterator[tuple[str, str]]:
    body = getattr(record, "body", None)
    if body is not None and (not isinstance(body, SafeHtml) or clean_html(body) != body):
        yield "body", "did not go through clean_html"
    if record.url is not None and link_of(record.url) != record.url:
        yield "url", "is no web link"
    lines = (getattr(record, "summary", None) or "").split("\n")
    for name, text in (
        ("title", record.title),
        *(("summary", line) for line in lines),
        *(("fact", part) for fact in record.facts for part in (fact.label, fact.value)),
    ):
        if (text_of(text, limit=100_000) or "") != text:
            yield name, "is not plain text as text_of makes it"

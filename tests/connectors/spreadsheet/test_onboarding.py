"""Looking into a file, suggesting what its columns mean, asking what nobody can know."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.sdk.connector import Complete
from connectors.sdk.errors import ConfigInvalid, FormatChanged
from connectors.sdk.records import Kind, Money
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.columns import SheetSuggestion
from connectors.sdk.tables.meaning import SheetMapping
from connectors.sdk.tables.plan import Defaults
from connectors.sdk.tables.questions import Question, Topic
from connectors.spreadsheet.onboarding import SheetView, inspect, preview, suggest_sheet
from tests.connectors.spreadsheet.files import Cells, Read, csv_of, xlsx_of

DAY = date(2026, 4, 3)


def sheet_of(*rows: Cells) -> SheetView:
    (sheet,) = inspect(csv_of(*rows)).sheets
    return sheet


def suggested(*rows: Cells, currency: str | None = None) -> SheetSuggestion:
    return suggest_sheet(sheet_of(*rows), currency=currency)


def meanings(*headers: str) -> dict[str, str]:
    return {s.header: s.field for s in suggested(headers, tuple("?" * len(headers))).columns}


# --- inspect ---------------------------------------------------------------------------------


def test_a_file_is_described_with_samples_and_letters() -> None:
    sheet = sheet_of(
        ("Obligations",), ("Title", "", "Due"), *((f"T{n}", "x", "2026-04-03") for n in range(9))
    )

    assert (sheet.header_row, sheet.rows) == (2, 9)
    assert [(c.header, c.letter) for c in sheet.columns] == [
        ("Title", "A"),
        ("Column B", "B"),
        ("Due", "C"),
    ]
    assert sheet.columns[0].samples == ("T0", "T1", "T2", "T3", "T4")


def test_columns_of_the_same_name_are_told_apart() -> None:
    sheet = sheet_of(("Title", "Date", "date "), ("A", "2026-04-03", "2026-04-04"))

    assert [c.header for c in sheet.columns] == ["Title", "Date", "date (2)"]


def test_a_sheet_without_a_header_has_no_columns() -> None:
    sheet = sheet_of(("only one",), ("word",), ("a row",))

    assert (sheet.header_row, sheet.columns, sheet.fingerprint) == (None, (), "")


def test_the_fingerprint_knows_the_words_and_not_their_order_or_case() -> None:
    first = sheet_of(("Title", "Due"), ("A", "2026-04-03")).fingerprint

    assert sheet_of(("note",), (), ("DUE:", " title"), ("2026-04-03", "A")).fingerprint == first
    assert sheet_of(("Title", "Due", "X"), ("A", "2026-04-03", "")).fingerprint != first


# --- suggest ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        ("Title", "Vendor", "Customer", "Status"),
        ("Titel", "Hersteller", "Kunde", "Zustand"),
        ("Intitulé", "Fournisseur", "Client", "Statut"),
        ("Título", "Fabricante", "Cliente", "Estado"),
        ("Onderwerp", "Leverancier", "Klant", "Status"),
    ],
    ids=["English", "German", "French", "Spanish", "Dutch"],
)
def test_headers_are_recognised_in_five_languages(headers: tuple[str, ...]) -> None:
    assert list(meanings(*headers).values()) == ["title", "vendor", "account", "status"]


def test_a_misspelt_header_is_suggested_with_less_confidence() -> None:
    found = {s.header: s for s in suggested(("Titel", "Manufaturer"), ("A", "B")).columns}

    assert found["Titel"].confidence == 1.0
    assert found["Manufaturer"].field == "vendor"
    assert 0.6 <= found["Manufaturer"].confidence < 1.0


def test_a_header_that_says_nothing_is_kept_as_a_fact() -> None:
    assert meanings("Title", "Due", "Frobnication")["Frobnication"] == "fact"


def test_the_cells_decide_between_two_meanings_of_a_header() -> None:
    words = suggested(("Deadline", "Date"), ("Claim MDF", "2026-04-03"))
    days = suggested(("Task", "Deadline"), ("Claim MDF", "2026-04-03"))

    assert [s.field for s in words.columns] == ["title", "due"]
    assert [s.field for s in days.columns] == ["title", "due"]


def test_a_type_column_of_unknown_words_is_no_kind() -> None:
    unknown = suggested(("Title", "Due", "Type"), ("A", "2026-04-03", "frob"))
    assert [s.field for s in unknown.columns] == ["title", "due", "fact"]
    known = suggested(("Title", "Type", "Due"), ("A", "Renewal", "2026-04-03"))
    assert [s.field for s in known.columns] == ["title", "kind", "due"]


def test_a_column_means_one_thing_and_a_thing_has_one_column() -> None:
    fields = list(meanings("Title", "Name", "Subject", "Due", "Deadline").values())

    assert fields.count("title") == 1
    assert fields.count("fact") >= 2


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        (("Title", "Target"), Kind.GOAL),
        (("Title", "Recipient"), Kind.REPORTING),
        (("Title", "Holder"), Kind.CERTIFICATION),
        (("Name", "E-Mail"), Kind.CONTACT),
        (("Title", "Allocated"), Kind.FUND),
        (("Title", "Tier"), Kind.PROGRAM),
        (("Title", "Published on"), Kind.NOTICE),
    ],
)
def test_columns_tell_what_the_rows_are(headers: tuple[str, str], kind: Kind) -> None:
    value = {Kind.GOAL: "5", Kind.FUND: "5", Kind.NOTICE: "2026-04-03"}.get(kind, "x")

    found = suggested(headers, ("A", value))

    assert (found.kind, found.questions) == (kind, ())


def test_a_plain_list_of_deadlines_is_ready() -> None:
    found = suggested(("Title", "Vendor", "Due"), ("A", "Dell", "13/04/2026"))

    assert found.ready
    assert found.key == ("Vendor", "Title")
    assert found.mapping().columns == {"Title": "title", "Vendor": "vendor", "Due": "due"}


def test_a_similar_header_is_not_used_without_a_person() -> None:
    found = suggested(("Title", "Due", "Vendorr ID"), ("A", "2026-04-03", "x"))

    vague = [s for s in found.columns if 0 < s.confidence < 0.85]
    assert found.ready == (not vague)


# --- questions: each open one holds the rows back, each answer lets them land ----------------


def only(found: SheetSuggestion, topic: Topic) -> Question:
    (question,) = found.questions
    assert question.topic is topic
    assert not found.ready
    return question


def read_with(data: bytes, answers: dict[str, str]) -> tuple[list[Any], list[str]]:
    sheet = inspect(data).sheets[0]
    mapping = suggest_sheet(sheet).mapping(answers)
    seen = preview(data, Options(mapping={sheet.fingerprint: mapping}))
    return list(seen.records), [bad.reason for bad in seen.quarantined]


def test_the_date_order_is_asked_with_both_readings(read: Read) -> None:
    data = csv_of(("Title", "Due"), ("A", "03/04/2026"), ("B", "05/06/2026"))
    question = only(suggest_sheet(inspect(data).sheets[0]), Topic.DATE_ORDER)

    assert question.id == "date_order:Due"
    assert question.text == "In the column “Due”, is “03/04/2026” 3 April 2026 or 4 March 2026?"
    assert [c.value for c in question.choices] == ["dmy", "mdy"]
    assert isinstance(read(data).error, ConfigInvalid), "without an answer nothing is read"

    for answer, days in (("dmy", (3, 5)), ("mdy", (4, 6))):
        records, reasons = read_with(data, {question.id: answer})
        assert [r.due.on.day for r in records] == list(days)
        assert reasons == []


def test_an_unanswered_date_order_lists_only_the_rows_that_it_touches() -> None:
    data = csv_of(("Title", "Due"), ("A", "03/04/2026"), ("B", "2026-06-05"), ("C", "04/04/2026"))

    records, reasons = read_with(data, {})

    assert [r.title for r in records] == ["B", "C"]
    assert reasons == [
        "Due: “03/04/2026” may be 3 April 2026 or 4 March 2026; say which order this column has."
    ]


@pytest.mark.parametrize(("other", "day"), [("13/04/2026", 3), ("04/13/2026", 4)])
def test_one_date_of_the_column_decides_for_all(other: str, day: int) -> None:
    rows = [("Title", "Due"), ("A", "03/04/2026"), *[("x", "01/01/2026")] * 1500, ("B", other)]
    rows = [(f"{title} {n}", due) if n else (title, due) for n, (title, due) in enumerate(rows)]
    found = suggested(*rows)

    assert found.ready, "the whole column is looked at, not its first rows"
    assert preview(csv_of(*rows)).records[0].due.on.day == day


def test_dates_that_contradict_each_other_decide_nothing() -> None:
    data = csv_of(("Title", "Due"), ("A", "13/04/2026"), ("B", "04/13/2026"), ("C", "03/04/2026"))

    only(suggest_sheet(inspect(data).sheets[0]), Topic.DATE_ORDER)
    records, reasons = read_with(data, {})
    assert [r.title for r in records] == ["A", "B"]
    assert len(reasons) == 1


def test_each_date_column_has_its_own_order() -> None:
    data = csv_of(
        ("Goal", "Target", "Start", "End"),
        ("A", "5", "13/01/2026", "03/04/2026"),
    )
    question = only(suggest_sheet(inspect(data).sheets[0]), Topic.DATE_ORDER)

    (goal,), _ = read_with(data, {question.id: "mdy"})

    assert question.header == "End"
    assert goal.period_start == date(2026, 1, 13)
    assert goal.period_end == date(2026, 3, 4)


def test_the_decimal_mark_is_asked_with_both_readings() -> None:
    data = csv_of(("Title", "Due", "Amount"), ("A", "2026-04-03", "1.234"), delimiter=";")
    question = only(suggest_sheet(inspect(data).sheets[0]), Topic.DECIMAL)

    assert question.text == "In the column “Amount”, is “1.234” 1.234 or 1234?"
    (record,), _ = read_with(data, {"decimal": ","})
    assert record.amount == Money(amount=Decimal(1234))
    records, reasons = read_with(data, {})
    assert (records, len(reasons)) == ([], 1)


def test_one_number_decides_for_the_sheet() -> None:
    data = csv_of(
        ("Goal", "Target", "Actual"), ("A", "1.234", "12,5"), ("B", "5", "7"), delimiter=";"
    )

    assert suggest_sheet(inspect(data).sheets[0]).ready
    assert preview(data).records[0].target == Decimal(1234)


def test_the_meaning_of_a_shared_sign_is_asked() -> None:
    data = csv_of(("Title", "Due", "Amount"), ("A", "2026-04-03", "$5"), ("B", "2026-04-03", "€6"))
    question = only(suggest_sheet(inspect(data).sheets[0]), Topic.CURRENCY)

    assert question.choices[0].value == "USD"
    records, reasons = read_with(data, {"currency": "CAD"})
    assert [r.amount.currency for r in records] == ["CAD", "EUR"]
    records, reasons = read_with(data, {})
    assert [r.title for r in records] == ["B"]
    assert "several currencies" in reasons[0]


def test_a_default_currency_or_a_currency_column_answers_it() -> None:
    assert suggested(("Title", "Due", "Amount"), ("A", "2026-04-03", "$5"), currency="USD").ready
    assert not suggested(
        ("Title", "Due", "Amount"), ("A", "2026-04-03", "$5"), currency="EUR"
    ).ready
    assert suggested(("Title", "Due", "Amount", "Currency"), ("A", "2026-04-03", "$5", "USD")).ready


def test_the_title_is_asked_where_no_column_is_one() -> None:
    data = csv_of(("Vendor", "Frobnication", "Due"), ("Dell", "Claim", "2026-04-03"))
    question = only(suggest_sheet(inspect(data).sheets[0]), Topic.TITLE)

    assert "Frobnication" in [c.value for c in question.choices]
    (record,), _ = read_with(data, {"title": "Frobnication"})
    assert record.title == "Claim"


def test_the_kind_is_asked_where_nothing_tells_it() -> None:
    data = csv_of(("Title", "Vendor"), ("A", "Dell"))
    question = only(suggest_sheet(inspect(data).sheets[0]), Topic.KIND)

    assert {c.value for c in question.choices} == set(Kind)
    (record,), _ = read_with(data, {"kind": "goal"})
    assert record.external_id.startswith("goal:")


# --- preview ---------------------------------------------------------------------------------


def test_a_preview_counts_all_and_groups_what_one_repair_mends() -> None:
    rows = [(f"T{n}", "soon" if n % 3 == 0 else "2026-04-03", "5" if n else "x") for n in range(60)]
    columns = {"Title": "title", "Due": "due", "Amount": "amount"}
    data = csv_of(("Title", "Due", "Amount"), *rows)
    mapping = SheetMapping.model_validate({"columns": columns, "kind": "deadline"})

    seen = preview(data, Options(mapping={inspect(data).sheets[0].fingerprint: mapping}))

    assert (seen.read, seen.bad, len(seen.records)) == (40, 20, 20)
    assert [(p.column, p.problem, p.count) for p in seen.problems] == [("Due", "not a date", 20)]
    assert seen.problems[0].first.where == "row 2"
    assert seen.unproven == ""


def test_a_preview_says_that_a_file_is_cut() -> None:
    seen = preview(csv_of(("Title", "Due"), ("A", "2026-04-03")) + b"B")

    assert "ends in the middle" in seen.unproven


def test_a_preview_uses_the_connections_defaults() -> None:
    data = csv_of(("Title", "Due"), ("A", "2026-04-03"))

    seen = preview(data, Options(defaults=Defaults(vendor="Dell")))

    assert seen.records[0].vendor == "Dell"


# --- the remembered mapping ------------------------------------------------------------------

MAPPING = {"columns": {"Was": "title", "Wann": "due", "Wer": "fact"}, "date_order": "dmy"}
FILE = csv_of(("Was", "Wann", "Wer"), ("A", "03.04.2026", "Jo"))


def remembered() -> dict[str, object]:
    return {inspect(FILE).sheets[0].fingerprint: MAPPING}


def test_a_mapping_is_found_by_the_header(read: Read) -> None:
    again = csv_of(("Export of May",), (), ("wer", "WANN", "Was"), ("Jo", "03.04.2026", "A"))

    assert read(again, mapping=remembered()).one().due.on == DAY


def test_a_mapping_given_as_text_is_the_same(read: Read) -> None:
    fingerprint = inspect(FILE).sheets[0].fingerprint
    text = f'{{"{fingerprint}": {{"columns": {{"Was": "title", "Wann": "due"}}, "kind": "goal"}}}}'

    assert isinstance(
        read(csv_of(("Was", "Wann", "Wer"), ("A", "2026-04-03", "")), mapping=text).end, Complete
    )


def test_a_new_column_that_nobody_would_map_does_not_stop_the_source(read: Read) -> None:
    more = csv_of(("Was", "Wann", "Wer", "Wetter"), ("A", "03.04.2026", "Jo", "rain"))

    record = read(more, mapping=remembered()).one()

    assert [(f.label, f.value) for f in record.facts] == [("Wer", "Jo"), ("Wetter", "rain")]


def test_a_new_column_that_looks_like_a_field_is_asked_about(read: Read) -> None:
    more = csv_of(("Was", "Wann", "Wer", "Betrag"), ("A", "03.04.2026", "Jo", "5"))

    assert isinstance(read(more, mapping=remembered()).error, FormatChanged)


def test_a_mapped_column_that_is_gone_is_named(read: Read) -> None:
    less = csv_of(("Was", "Wer"), ("A", "Jo"))

    error = read(less, mapping=remembered()).error

    assert isinstance(error, FormatChanged)
    assert "missing: “Wann”" in str(error)


def test_a_sheet_can_be_left_out_for_good(read: Read) -> None:
    data = xlsx_of(
        {"One": [("Title", "Due"), ("A", DAY)], "Ideas": [("Title", "Vendor"), ("B", "x")]}
    )
    assert isinstance(read(data).error, ConfigInvalid)
    fingerprint = inspect(data).sheets[1].fingerprint

    found = read(data, mapping={fingerprint: {"ignore": True}})

    assert found.titles == ["A"]
    assert isinstance(found.end, Complete)


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"columns": {"A": "titel"}}, "is not something a column can mean"),
        ({"columns": {"A": "title", "B": "title"}}, "two columns are mapped to “Title”"),
        ({"columns": {"A": "due"}}, "no column is mapped to the title"),
        ({"columns": {"A": "title"}, "key": ["B"]}, "a column that is not there: “B”"),
        ({"columns": {"A": "title"}, "currency": "EURO"}, "not an ISO 4217 currency code"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(
    mapping: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        SheetMapping.model_validate(mapping)

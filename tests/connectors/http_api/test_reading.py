"""Pages to their proven end, and rows to records; what does not fit costs its row or its end."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.records import (
    Category,
    Deadline,
    DueDate,
    DueInstant,
    Fact,
    Money,
    SafeHtml,
)
from tests.connectors.http_api.conftest import Api, Read

HEAD = """\
name: Contoso
base: "{base}"
streams:
  things:
    path: /things
"""
ROWS = [{"id": str(number)} for number in range(1, 6)]


def read(api: Api, keys: str, fields: str = "{id: id, title: id}", kind: str = "deadline") -> Read:
    stream = "".join(f"    {line}\n" for line in keys.splitlines())
    text = f"{HEAD}    kind: {kind}\n{stream}    map: {fields}\n"
    return api.read(api.config(text), "things")


def ids(found: Read) -> list[str]:
    return [record.external_id for record in found.records]


# Pagers


def by_page(request: Request, body: bytes) -> Response:
    page = int(request.query_params["p"])
    return JSONResponse({"rows": ROWS[2 * page - 2 : 2 * page], "of": {"rows": 5, "pages": 3}})


def by_cursor_in_a_header(request: Request, body: bytes) -> Response:
    start = int(request.query_params.get("after", 0))
    more = {"X-Next": str(start + 2)} if start < 4 else {}
    return JSONResponse({"rows": ROWS[start : start + 2]}, headers=more)


def by_link_header(request: Request, body: bytes) -> Response:
    start = int(request.query_params.get("start", 0))
    more = {"Link": f'<?start={start + 2}>; rel="next"'} if start < 4 else {}
    return JSONResponse({"rows": ROWS[start : start + 2]}, headers=more)


def by_odata(request: Request, body: bytes) -> Response:
    start = int(request.query_params.get("$skip", 0))
    more = {"@odata.nextLink": f"?$skip={start + 2}"} if start < 4 else {}
    return JSONResponse({"value": ROWS[start : start + 2], **more})


def by_offset_in_the_body(request: Request, body: bytes) -> Response:
    asked = json.loads(body)
    start, size = asked["offset"], asked["limit"]
    assert asked["query"] == "all"
    return JSONResponse({"rows": ROWS[start : start + size]})


@pytest.mark.parametrize(
    ("answer", "keys"),
    [
        (by_page, "rows: rows\npager: {type: page, param: p, pages: of.pages}"),
        (by_page, "rows: rows\ntotal: of.rows\npager: {type: page, param: p}"),
        (by_cursor_in_a_header, "rows: rows\npager: {type: cursor, param: after, header: X-Next}"),
        (by_link_header, "rows: rows\npager: {type: link_header}"),
        (by_odata, "pager: {type: odata}"),
        (
            by_offset_in_the_body,
            (
                "method: POST\nbody: {query: all}\nrows: rows\n"
                "pager: {type: offset, size: 2, in: body}"
            ),
        ),
    ],
)
def test_every_pager_reads_all_pages(api: Api, answer: Any, keys: str) -> None:
    api.answers["things"] = answer

    found = read(api, keys)

    assert found.error is None
    assert ids(found) == ["1", "2", "3", "4", "5"]
    assert found.end is not None


def test_a_link_to_another_host_ends_the_read_unproven(api: Api) -> None:
    api.answers["things"] = lambda request, body: JSONResponse(
        {"rows": ROWS, "next": "https://elsewhere.example/things?page=2"}
    )

    found = read(api, "rows: rows\npager: {type: next_link, next: next}")

    assert ids(found) == ["1", "2", "3", "4", "5"]
    assert isinstance(found.error, Incomplete)


@pytest.mark.promise("P2")
@pytest.mark.parametrize("total", [4, 6])
def test_a_total_that_is_not_what_came_proves_nothing(api: Api, total: int) -> None:
    api.answers["things"] = lambda request, body: JSONResponse({"rows": ROWS, "count": total})

    found = read(api, "rows: rows\ntotal: count")

    assert isinstance(found.error, Incomplete)
    assert found.end is None


@pytest.mark.parametrize("body", [{}, {"rows": None}, {"rows": {"1": {}}}, {"rows": "none"}])
def test_a_list_that_is_not_there_is_no_empty_list(api: Api, body: dict[str, Any]) -> None:
    api.answers["things"] = lambda request, _: JSONResponse(body)

    assert isinstance(read(api, "rows: rows").error, FormatChanged)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("rows: data.rows", 'There is no list at data.rows; there is one at data."all items".'),
        ("", 'The answer itself is no list; there is one at data."all items".'),
    ],
)
def test_where_there_is_no_list_those_that_there_are_are_named(
    api: Api, keys: str, said: str
) -> None:
    body = {"data": {"tags": ["a"], "all items": [{"id": 1}]}, "count": 1}
    api.answers["things"] = lambda request, _: JSONResponse(body)

    error = read(api, keys).error

    assert isinstance(error, FormatChanged)
    assert error.message == said


def test_a_window_asks_for_days_around_today_and_proves_those_inside(api: Api) -> None:
    api.answers["things"] = lambda request, body: JSONResponse(ROWS)

    found = read(api, "completeness: window\nwindow: {from: f, to: t, back: 2, ahead: 10}")

    assert dict(api.heard[0][0].query_params) == {"f": "2026-11-20", "t": "2026-12-02"}
    assert found.end is not None
    assert found.end.window == (date(2026, 11, 21), date(2026, 12, 1))


def test_a_path_may_end_in_a_verb_behind_a_colon(api: Api) -> None:
    api.answers["things:search"] = lambda request, body: JSONResponse(ROWS)
    text = f"{HEAD}    kind: notice\n    map: {{id: id, title: id}}\n"

    found = api.read(api.config(text.replace("/things", "/things:search")), "things")

    assert len(found.records) == 5


# Rows


def deadline(api: Api, row: dict[str, Any], fields: str) -> Deadline:
    api.answers["things"] = lambda request, body: JSONResponse([{"id": 1, "t": "T"} | row])
    found = read(api, "", f"{{id: id, title: t, {fields}}}")
    assert found.bad == []
    (record,) = found.records
    assert isinstance(record, Deadline)
    return record


@pytest.mark.promise("P7")
@pytest.mark.parametrize(
    ("value", "rule", "due"),
    [
        ("2027-03-01", "d", DueDate(on=date(2027, 3, 1), raw="2027-03-01")),
        (
            "01.03.2027",
            "{path: d, format: '%d.%m.%Y'}",
            DueDate(on=date(2027, 3, 1), raw="01.03.2027"),
        ),
        (
            "3/1/27 11:30 PM",
            "{path: d, format: '%m/%d/%y %I:%M %p', zone: America/New_York}",
            DueDate(on=date(2027, 3, 1), zone="America/New_York", raw="3/1/27 11:30 PM"),
        ),
        (
            "01.03.2027 23:30 +0100",
            "{path: d, format: '%d.%m.%Y %H:%M %z'}",
            DueInstant(at=datetime(2027, 3, 1, 22, 30, tzinfo=UTC), raw="01.03.2027 23:30 +0100"),
        ),
        (20270301, "{path: d, format: '%Y%m%d'}", DueDate(on=date(2027, 3, 1), raw="20270301")),
        ("", "{path: d, format: '%d.%m.%Y'}", None),
    ],
)
def test_a_date_is_the_day_that_was_written_and_keeps_its_text(
    api: Api, value: Any, rule: str, due: Any
) -> None:
    assert deadline(api, {"d": value}, f"due: {rule}").due == due


@pytest.mark.parametrize(
    ("value", "style", "amount"),
    [
        ("1.234,50", "1.234,50", "1234.5"),
        ("1\u00a0234\u00a0567,8", "1.234,50", "1234567.8"),
        ("12'500,00", "1.234,50", "12500"),
        ("1,234.50", "1,234.50", "1234.5"),
        ("-980.10", "1,234.50", "-980.1"),
        (1234.56, "1.234,50", "1234.56"),
    ],
)
def test_money_is_exact_in_the_way_of_writing_that_was_declared(
    api: Api, value: Any, style: str, amount: str
) -> None:
    rule = f"amount: {{path: v, currency: c, numbers: '{style}'}}"

    assert deadline(api, {"v": value, "c": "eur"}, rule).amount == Money(
        amount=Decimal(amount), currency="EUR"
    )


@pytest.mark.parametrize(
    ("fields", "row", "reason"),
    [
        ("amount: v", {"v": "1.234,50"}, "field amount is not a number"),
        ("amount: {path: v, numbers: '1,234.50'}", {"v": "1.23,4"}, "not a number like 1,234.50"),
        ("amount: {path: v, currency: c}", {"v": 1, "c": "EURO"}, "not an ISO 4217 code"),
        ("closed: c", {"c": "perhaps"}, "field closed is neither true nor false: 'perhaps'"),
        ("due: d", {"d": "06/07/2027"}, "field due is not a date"),
        ("summary: \"join(' ', s)\"", {"s": [1]}, "the path join(' ', s) cannot be followed"),
        ("status: s", {"s": ["a"]}, "a text was expected"),
        ("amount: {path: v, divide: 100}", {"v": "10 cents"}, "field amount is not a number"),
        ("due: {path: d, day: true}", {"d": "soon"}, "field due is not a date"),
        ("status: s", {"s": {"code": 1}}, "a text was expected"),
    ],
)
def test_a_row_whose_field_cannot_be_read_is_set_aside_with_the_reason(
    api: Api, fields: str, row: dict[str, Any], reason: str
) -> None:
    api.answers["things"] = lambda request, body: JSONResponse(
        [{"id": 1, "t": "T"} | row, {"id": 2, "t": "T"}]
    )

    found = read(api, "", f"{{id: id, title: t, {fields}}}")

    bad = found.bad[0]
    assert reason in bad.reason
    assert bad.external_id == "1"


@pytest.mark.parametrize(
    ("value", "amount"), [(123456, "1234.56"), ("99", "0.99"), (-5, "-0.05"), (None, None)]
)
def test_cents_are_said_to_be_cents(api: Api, value: Any, amount: str | None) -> None:
    rule = "amount: {path: v, currency: {constant: EUR}, divide: 100}"

    found = deadline(api, {"v": value}, rule).amount

    assert found == (amount and Money(amount=Decimal(amount), currency="EUR"))


@pytest.mark.promise("P7")
@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("2027-03-01T00:00:00Z", "{path: d, day: true}"),
        ("2027-03-01T23:59:59-08:00", "{path: d, day: true}"),
        (1803859200, "{path: d, day: true}"),
        ("1803859200000", "{path: d, day: true}"),
        ("01.03.2027 23:30 +0100", "{path: d, day: true, format: '%d.%m.%Y %H:%M %z'}"),
    ],
)
def test_a_day_written_as_a_moment_stays_that_day(api: Api, value: Any, rule: str) -> None:
    assert deadline(api, {"d": value}, f"due: {rule}").due == DueDate(
        on=date(2027, 3, 1), raw=str(value)
    )


def test_rows_without_an_id_or_with_anothers_cost_themselves_only(api: Api) -> None:
    rows: list[Any] = [
        {"id": 1, "t": "One"},
        {"t": "None"},
        {"id": "", "t": "Empty"},
        {"id": 1, "t": "Another"},
        {"id": 1, "t": "One"},
        {"id": True, "t": "Odd"},
        "a text",
        None,
        {"id": 2, "t": "Two"},
    ]
    api.answers["things"] = lambda request, body: JSONResponse(rows)

    found = read(api, "", "{id: id, title: t}")

    assert [record.title for record in found.records] == ["One", "One", "Two"]
    assert len(found.bad) == 6
    reasons = " ".join(row.reason for row in found.bad)
    assert "field id is empty or missing" in reasons
    assert "another row on this page has the same id" in reasons


def test_words_become_categories_and_unknown_ones_stay_to_be_seen(api: Api) -> None:
    rule = "category: {path: k, words: {Subscription end: renewal}, default: compliance}"

    assert deadline(api, {"k": "subscription_end"}, rule).category is Category.RENEWAL
    assert deadline(api, {"k": "Invoice"}, rule).category is Category.INVOICE
    other = deadline(api, {"k": "Audit"}, rule)
    assert other.category is Category.COMPLIANCE
    assert other.facts == (Fact(label="Category", value="Audit"),)


def test_facts_text_and_html_come_out_readable_and_clean(api: Api) -> None:
    row = {
        "n": "<p>Pay <b>now</b></p><script>x</script>",
        "tags": ["a", "b"],
        "yes": True,
        "big": {"x": 1},
        "none": None,
    }
    fields = (
        "summary: {path: n, html: true}, body: n, url: n, "
        "facts: {Tags: tags, Renews: yes, Detail: big, Nothing: none}"
    )

    record = deadline(api, row, fields)

    assert record.summary == "Pay now"
    assert record.body == SafeHtml("<p>Pay <b>now</b></p>")
    assert record.url is None
    assert [(fact.label, fact.value) for fact in record.facts] == [
        ("Tags", "a, b"),
        ("Renews", "yes"),
        ("Detail", '{"x":1}'),
    ]


def test_rows_can_be_left_out_and_constants_put_in(api: Api) -> None:
    api.answers["things"] = lambda request, body: JSONResponse(
        [{"id": 1, "size": 10.5}, {"id": 2, "size": 9}]
    )

    found = read(
        api,
        "when: size > `10`",
        "{id: id, title: {constant: Quota}, program: {constant: Gold}, "
        "facts: {Size: to_string(size)}}",
        "notice",
    )

    (record,) = found.records
    assert (record.external_id, record.title, record.program) == ("1", "Quota", "Gold")
    assert record.facts == (Fact(label="Size", value="10.5"),)


# CSV


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('id;t\n1;"open', Incomplete),
        ("<!doctype html><html>", FormatChanged),
        ('{"error": "no"}', FormatChanged),
        ("", FormatChanged),
        ("No data for this period", FormatChanged),
        ("id;id\n1;2", FormatChanged),
        (b"id;t\n1;\xff\xfe", FormatChanged),
    ],
)
def test_what_is_no_whole_table_is_no_empty_table(
    api: Api, body: str | bytes, error: type[Exception]
) -> None:
    api.answers["things"] = lambda request, _: Response(body, media_type="text/csv")

    keys = "format: csv\ncompleteness: full list\ncsv: {delimiter: ';'}"
    found = read(api, keys, "{id: id, title: t}")

    assert isinstance(found.error, error)
    assert found.end is None


def test_lines_of_json_are_rows(api: Api) -> None:
    body = b'{"id": 1, "t": "One"}\r\n\n{"id": 2, "t": "Zw\xc3\xb6lf"}\n'
    api.answers["things"] = lambda request, _: Response(body, media_type="application/x-ndjson")

    found = read(api, "format: json lines\ncompleteness: full list", "{id: id, title: t}")

    assert [record.title for record in found.records] == ["One", "Zwölf"]
    assert found.end is not None


@pytest.mark.promise("P2")
@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"id": 1}\n{"id": 2', Incomplete),
        ('{"id": 1}\nnonsense\n{"id": 2}\n', FormatChanged),
        ("<html>Sign in</html>", FormatChanged),
    ],
)
def test_lines_that_are_no_json_prove_nothing(api: Api, body: str, error: type[Exception]) -> None:
    api.answers["things"] = lambda request, _: Response(body, media_type="application/x-ndjson")

    found = read(api, "format: json lines\ncompleteness: full list")

    assert type(found.error) is error
    assert found.end is None


def test_xml_is_called_by_its_name_with_what_helps(api: Api) -> None:
    api.answers["things"] = lambda request, _: Response(
        '<?xml version="1.0"?><things/>', media_type="application/xml"
    )

    found = read(api, "")

    assert found.error is not None
    assert "answered in XML" in found.error.message
    assert "Ask it for JSON" in found.error.remedy


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_and_nested_nulls_are_read(api: Api, charset: str) -> None:
    text = '[{"id": 1, "t": "Müller", "a": null}, {"id": 2, "t": "B", "a": {"b": null}}]'
    api.answers["things"] = lambda request, _: Response(
        text.encode(charset), media_type="application/json"
    )

    found = read(api, "", "{id: id, title: t, amount: {path: a.b.c, currency: a.currency}}")

    assert found.bad == []
    assert [record.title for record in found.records] == ["Müller", "B"]


def test_a_table_below_a_title_and_with_a_byte_order_mark_is_read(api: Api) -> None:
    body = "\ufeffExport of today\nid,t\n1,One\n"
    api.answers["things"] = lambda request, _: Response(body, media_type="text/csv")

    found = read(api, "format: csv\ncsv: {skip: 1}", "{id: id, title: t}")

    assert [(one.external_id, one.title) for one in found.records] == [("1", "One")]

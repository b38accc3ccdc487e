"""Rows are found in whatever an answer is written in, and damaged one field at a time."""

import json

import pytest

from connectors.sdk.conformance.shapes import JsonRows, Rows, detail_in, list_places, rows_in

CALENDAR = "\r\n".join(
    [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        "UID:one",
        "SUMMARY;LANGUAGE=en:A long",
        "  title",
        "DTSTART;VALUE=DATE:20260302",
        "END:VEVENT",
        "BEGIN:VTODO",
        "UID:two",
        "END:VTODO",
        "END:VCALENDAR",
        "",
    ]
).encode()


def damages(rows: Rows) -> dict[str, bytes]:
    """All that can be done to the first row."""
    return {damage.what: damage.made() for field in rows.damages(0) for damage in field}


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ({"total": 2, "items": [{"id": 1}, {"id": 2}]}, [("items",)]),
        ([{"id": 1}, {"id": 2}], [()]),
        ([{"total": 1, "items": [{"id": 1}]}], [(0, "items")]),  # an answer wrapped in a list
        ({"data": {"rows": [{"id": 1, "parts": [{"n": 1}]}]}}, [("data", "rows")]),
        ({"a": [{"id": 1}], "b": [{"id": 2}]}, [("a",), ("b",)]),
        ({"access_token": "x", "scopes": ["a", "b"]}, []),
        ({"items": []}, []),
        ("text", []),
    ],
)
def test_the_rows_of_json_are_its_outermost_list_of_objects(
    document: object, places: list[tuple[str | int, ...]]
) -> None:
    assert list_places(document) == places


def test_every_field_of_a_json_row_is_damaged_in_each_way() -> None:
    body = json.dumps({"items": [{"id": 1, "at": {"city": "Oslo"}, "parts": [{"n": "1"}]}, {}]})
    rows = rows_in("application/json", body.encode())
    assert rows is not None
    damaged = {what: json.loads(answer)["items"] for what, answer in damages(rows).items()}
    assert len(damaged) == 5 * 4 + 2
    assert "id" not in damaged["id dropped"][0]
    assert damaged["at.city null"][0]["at"] == {"city": None}
    assert damaged["id of another type"][0]["id"] == {"un": ["expected"]}
    assert damaged["parts of another type"][0]["parts"] == "text"
    assert len(damaged["parts.0.n huge"][0]["parts"][0]["n"]) == 100_000
    assert damaged["at.city with a NUL character"][0]["at"] == {"city": "Oslo\0"}
    assert all(items[1] == {} for items in damaged.values())


def test_the_list_itself_can_be_forgotten() -> None:
    rows = rows_in("application/json", b'{"total": 1, "items": [{"id": 1}]}')
    assert isinstance(rows, JsonRows)
    assert json.loads(rows.without_list()) == {"total": 1}


def test_a_detail_is_a_row_by_itself() -> None:
    detail = detail_in("application/json", b'{"id": 1, "parts": [{"n": 1}]}')
    assert detail is not None
    assert json.loads(damages(detail)["id dropped"]) == {"parts": [{"n": 1}]}
    assert detail.broken(0) == b"{}"
    assert detail_in("application/json", b"[1]") is None
    assert detail_in("text/html", b"{}") is None


def test_lines_of_csv_are_rows() -> None:
    rows = rows_in(
        "text/csv; charset=utf-8", "Id;Due\r\n1;2026-03-02\r\n2;x\r\n".encode("utf-8-sig")
    )
    assert rows is not None
    assert len(rows) == 2
    assert rows.reversed() == b"Id;Due\r\n2;x\r\n1;2026-03-02\r\n"
    damaged = damages(rows)
    assert "Id dropped" not in damaged
    assert damaged["Due dropped"] == b"Id;Due\r\n1\r\n2;x\r\n"
    assert damaged["Id null"] == b"Id;Due\r\n;2026-03-02\r\n2;x\r\n"
    changed = dict(rows.texts_changed(str.upper))
    assert changed["Due"] == b"Id;Due\r\n1;2026-03-02\r\n2;X\r\n"


def test_components_of_a_calendar_are_rows() -> None:
    rows = rows_in("text/calendar", CALENDAR)
    assert rows is not None
    assert len(rows) == 2
    damaged = damages(rows)
    assert b"SUMMARY" not in damaged["SUMMARY dropped"]
    assert b"\r\nSUMMARY;LANGUAGE=en:\r\n" in damaged["SUMMARY null"]
    assert rows.reversed().index(b"UID:two") < rows.reversed().index(b"UID:one")
    changed = dict(rows.texts_changed(lambda text: f"{text}!"))
    assert b"SUMMARY;LANGUAGE=en:A long title!\r\n" in changed["SUMMARY"]
    for answer in (rows.broken(1), *damaged.values(), *changed.values()):
        assert answer.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
        assert answer.endswith(b"END:VCALENDAR\r\n")


def test_an_answer_of_another_kind_has_no_rows() -> None:
    assert rows_in("text/html", b"<ul><li>1</li></ul>") is None
    assert rows_in("application/json", b"{") is None

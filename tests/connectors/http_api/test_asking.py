"""How lists are asked for: places and days in requests, flags, details, limits, what changed."""

import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.http_api.connector import MANIFEST
from connectors.sdk.connector import Complete, Unchanged
from connectors.sdk.errors import FormatChanged, Incomplete, Unavailable
from connectors.sdk.manifest import Completeness, RateLimit
from connectors.sdk.policy import policy_of
from tests.connectors.http_api.conftest import Api, Read

HEAD = """\
name: Contoso
base: "{base}"
streams:
  things:
"""
ROWS = [{"id": str(number)} for number in range(1, 6)]


def declared(keys: str, fields: str = "{id: id, title: id}", path: str = "/things") -> str:
    stream = "".join(f"    {line}\n" for line in keys.splitlines())
    return f"{HEAD}    kind: notice\n    path: {path}\n{stream}    map: {fields}\n"


def read(api: Api, keys: str, fields: str = "{id: id, title: id}", path: str = "/things") -> Read:
    return api.read(api.config(declared(keys, fields, path)), "things")


def ids(found: Read) -> list[str]:
    return [record.external_id for record in found.records]


# Places and days


def test_days_are_counted_from_today_in_path_query_and_body(api: Api) -> None:
    api.answers["2026/things"] = lambda request, body: JSONResponse(ROWS)
    keys = (
        "method: POST\n"
        "params: {from: '{today-7d}', to: '{today+90d:%d.%m.%Y}'}\n"
        "body: {filter: {since: ['{today}T00:00:00Z'], share: 1.5, query: '{ things { id } }'}}"
    )

    found = read(api, keys, path="'/{today:%Y}/things'")

    request, body = api.heard[0]
    assert ids(found) == ["1", "2", "3", "4", "5"]
    assert dict(request.query_params) == {"from": "2026-11-15", "to": "20.02.2027"}
    assert json.loads(body) == {
        "filter": {"since": ["2026-11-22T00:00:00Z"], "share": 1.5, "query": "{ things { id } }"}
    }


@pytest.mark.promise("P2")
def test_what_is_asked_by_days_proves_nothing_unless_it_is_said(api: Api) -> None:
    def proves(keys: str) -> Completeness:
        config = api.config(declared(keys))
        return config.loaded.plans["things"].spec.completeness

    asked = "params: {since: '{today-7d}'}\ntotal: n"
    assert proves(asked) is Completeness.UNKNOWN
    assert proves(f"{asked}\ncompleteness: full list") is Completeness.FULL_LIST
    assert proves("total: n") is Completeness.FULL_LIST


def test_a_graphql_cursor_goes_into_the_variables(api: Api) -> None:
    def answer(request: Request, body: bytes) -> Response:
        asked = json.loads(body)
        start = int(asked["variables"].get("after", 0))
        assert asked["variables"]["first"] == 2
        info = {"hasNextPage": start < 4, "endCursor": str(start + 2)}
        return JSONResponse({"data": {"things": {"nodes": ROWS[start : start + 2], "info": info}}})

    api.answers["things"] = answer
    keys = (
        "method: POST\nbody: {query: 'query { things }', variables: {first: 2}}\n"
        "rows: data.things.nodes\n"
        "pager: {type: cursor, param: variables.after, in: body,"
        " next: data.things.info.hasNextPage && data.things.info.endCursor}"
    )

    found = read(api, keys)

    assert ids(found) == ["1", "2", "3", "4", "5"]
    assert found.end is not None
    assert len(api.heard) == 3


def test_page_and_window_may_stand_in_the_path(api: Api) -> None:
    for number in (1, 2, 3):
        rows = ROWS[2 * number - 2 : 2 * number]
        where = f"things/2026-11-20/2026-12-02/page/{number}"
        api.answers[where] = lambda request, body, rows=rows: JSONResponse(rows)
    keys = (
        "window: {from: first, to: last, back: 2, ahead: 10, in: path}\n"
        "completeness: window\n"
        "pager: {type: page, param: n, in: path, size_param: size, size: 2}"
    )

    found = read(api, keys, path="/things/{first}/{last}/page/{n}")

    assert ids(found) == ["1", "2", "3", "4", "5"]
    assert api.heard[0][0].query_params["size"] == "2"


# Where a list ends


@pytest.mark.parametrize("pager", ["type: page, param: p", "type: offset, size: 2, param: o"])
def test_a_flag_says_whether_pages_follow(api: Api, pager: str) -> None:
    def answer(request: Request, body: bytes) -> Response:
        asked = request.query_params
        start = int(asked["o"]) if "o" in asked else 2 * int(asked["p"]) - 2
        return JSONResponse({"rows": ROWS[start : start + 2], "more": start < 4})

    api.answers["things"] = answer

    found = read(api, f"rows: rows\npager: {{{pager}, more: more}}")

    assert ids(found) == ["1", "2", "3", "4", "5"]
    assert found.end is not None
    assert len(api.heard) == 3


@pytest.mark.promise("P2")
@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([{"rows": ROWS[:2], "more": True}, {"rows": [], "more": True}], Incomplete),
        ([{"rows": ROWS[:2], "more": {"next": 2}}], FormatChanged),
    ],
)
def test_a_flag_that_cannot_be_believed_proves_nothing(
    api: Api, answers: list[dict[str, Any]], error: type[Exception]
) -> None:
    api.answers["things"] = lambda request, body: JSONResponse(
        answers[int(request.query_params["page"]) - 1]
    )

    found = read(api, "rows: rows\npager: {type: page, more: more}")

    assert isinstance(found.error, error)
    assert found.end is None


@pytest.mark.promise("P2")
def test_a_total_that_changes_between_pages_proves_nothing(api: Api) -> None:
    def answer(request: Request, body: bytes) -> Response:
        page = int(request.query_params["page"])
        return JSONResponse({"rows": ROWS[2 * page - 2 : 2 * page], "total": 4 + page % 2})

    api.answers["things"] = answer

    found = read(api, "rows: rows\ntotal: total\npager: {type: page}")

    assert isinstance(found.error, Incomplete)


def test_no_content_is_an_empty_list_and_an_empty_answer_is_none(api: Api) -> None:
    keys = "rows: rows\ntotal: total\ncompleteness: full list\npager: {type: page}"
    api.answers["things"] = lambda request, body: Response(status_code=204)
    empty = read(api, keys)
    api.answers["things"] = lambda request, body: Response(b"")
    nothing = read(api, keys)

    assert (empty.records, empty.error) == ([], None)
    assert empty.end is not None
    assert isinstance(nothing.error, FormatChanged)


def test_a_failure_with_status_200_is_no_list(api: Api) -> None:
    answer: dict[str, Any] = {"rows": ROWS, "errors": [{"message": "No such field: nmae"}]}
    api.answers["things"] = lambda request, body: JSONResponse(answer)
    refused = read(api, "rows: rows\nerror: errors[0].message")
    answer["errors"] = []

    assert isinstance(refused.error, Unavailable)
    assert refused.error.message == "The platform answered that it failed: No such field: nmae."
    assert ids(read(api, "rows: rows\nerror: errors[0].message")) == ["1", "2", "3", "4", "5"]


# Rows in rows, and a request for each


def test_rows_inside_rows_know_the_row_around_them(api: Api) -> None:
    rows = [
        {"id": "a", "name": "Hartwell", "things": [{"id": 1}, {"id": 2}]},
        {"id": "b", "name": "None", "things": None},
        {"id": "c", "name": "Odd", "things": "many"},
    ]
    api.answers["things"] = lambda request, body: JSONResponse({"rows": rows, "count": 3})

    found = read(
        api,
        "rows: rows\ntotal: count\neach: things",
        "{id: \"join('/', [parent.id, to_string(id)])\", title: parent.name}",
    )

    assert ids(found) == ["a/1", "a/2"]
    assert [record.title for record in found.records] == ["Hartwell", "Hartwell"]
    assert "no list at things" in found.bad[0].reason
    assert found.end is not None


def test_a_row_inside_a_row_that_cannot_be_read_is_kept_without_its_neighbours(api: Api) -> None:
    many = [{"id": str(number), "d": "soon"} for number in range(3_000)]
    row = {"id": "a", "name": "Hartwell", "in": {"things": many}}
    api.answers["things"] = lambda request, body: JSONResponse([row])

    found = read(api, "each: in.things", "{id: id, title: parent.name, due: d}")

    assert len(found.bad) == 3_000
    assert found.bad[7].raw == '{"id":"7","d":"soon","parent":{"id":"a","name":"Hartwell"}}'


def details(request: Request, body: bytes) -> Response:
    return JSONResponse(ROWS)


def test_a_detail_is_asked_for_each_row_that_is_not_left_out(api: Api) -> None:
    api.answers["things"] = details
    for number in (1, 2, 4):
        answer = {"name": f"Deal {number}"}
        api.answers[f"things/{number}/full"] = lambda request, body, a=answer: JSONResponse(a)

    found = read(
        api,
        "when: id != '5'\ndetail: {path: '/things/{id}/full', most: 4}",
        "{id: id, title: detail.name}",
    )

    assert [record.title for record in found.records] == ["Deal 1", "Deal 2", "Deal 4"]
    assert [row.external_id for row in found.bad] == ["3"]
    assert "its detail cannot be read" in found.bad[0].reason
    assert found.end is not None


@pytest.mark.promise("P2")
def test_more_rows_than_may_be_asked_for_prove_nothing(api: Api) -> None:
    api.answers["things"] = details
    for number in range(1, 6):
        api.answers[f"things/{number}"] = lambda request, body: JSONResponse({})

    found = read(api, "completeness: full list\ndetail: {path: '/things/{id}', most: 4}")

    assert isinstance(found.error, Incomplete)
    assert len(api.heard) == 1 + 4


# What changed, and how often


def test_a_list_that_did_not_change_is_not_sent_again(api: Api) -> None:
    def answer(request: Request, body: bytes) -> Response:
        if request.headers.get("if-none-match") == '"7"':
            return Response(status_code=304)
        return JSONResponse(ROWS, headers={"ETag": '"7"'})

    api.answers["things"] = answer
    config = api.config(declared("completeness: full list\nparams: {a: 1}"))
    other = api.config(declared("completeness: full list\nparams: {a: 2}"))
    first = api.events(config, "things")[-1]
    assert isinstance(first, Complete)

    assert api.events(config, "things", first.state) == [Unchanged()]
    assert isinstance(api.events(other, "things", first.state)[-1], Complete)
    assert isinstance(api.events(config, "things", {**first.state, "day": "x"})[-1], Complete)


def test_pages_are_never_taken_for_unchanged(api: Api) -> None:
    api.answers["things"] = lambda request, body: JSONResponse(ROWS, headers={"ETag": '"7"'})

    found = read(api, "pager: {type: link_header}")

    assert found.end == Complete()


def test_the_declared_limit_holds_instead_of_ours(api: Api) -> None:
    text = declared("").replace("streams:", "rate: 90/hour\nstreams:")

    assert policy_of(MANIFEST, api.config(text)).rate == RateLimit(calls=90, seconds=3600)
    assert policy_of(MANIFEST, api.config(declared(""))).rate == MANIFEST.rate


# Where requests go


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    ("pager", "body", "headers"),
    [
        ("{type: next_link, next: next}", {"value": ROWS, "next": "PLACE"}, {}),
        ("{type: link_header}", {"value": ROWS}, {"Link": '<PLACE>; rel="next"'}),
        ("{type: odata}", {"value": ROWS, "@odata.nextLink": "PLACE"}, {}),
    ],
)
@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/latest", "https://elsewhere.example/x", "http://[::1]:1/x"]
)
def test_no_pager_leads_to_another_host(
    api: Api, place: str, pager: str, body: dict[str, Any], headers: dict[str, str]
) -> None:
    def put(told: dict[str, Any]) -> dict[str, Any]:
        return {name: place if value == "PLACE" else value for name, value in told.items()}

    link = {name: value.replace("PLACE", place) for name, value in headers.items()}
    api.answers["things"] = lambda request, _: JSONResponse(put(body), headers=link)
    rows = "" if "odata" in pager else "rows: value\n"

    found = read(api, f"{rows}pager: {pager}")

    assert found.end is None
    assert found.error is not None
    # OData's links are forced to our host, as gateways name their inner one: it is asked there.
    assert {request.url.hostname for request, _ in api.heard} == {api.host}


@pytest.mark.parametrize("place", ["http://169.254.169.254/", "https://elsewhere.example/"])
def test_no_redirect_leads_to_another_host(api: Api, place: str) -> None:
    api.answers["things"] = lambda request, body: Response(
        status_code=302, headers={"Location": place}
    )

    found = read(api, "")

    assert isinstance(found.error, FormatChanged)
    assert "where this connection may not go" in found.error.message


def test_a_private_address_needs_the_operators_word(api: Api) -> None:
    api.answers["things"] = lambda request, body: JSONResponse(ROWS)
    text = declared("").replace("{base}", "https://10.0.0.7/api")

    found = api.read(api.config(text), "things")

    assert found.error is not None
    assert api.heard == []

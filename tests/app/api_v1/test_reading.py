"""What a program reads from the API."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.services import acts, saved, tokens
from tests.app.api_v1.conftest import RECORDS
from tests.app.api_v1.program import HOME, Program, problem
from tests.support.scripted import deadline


def test_an_item_says_all_that_is_known_of_it(company: Program) -> None:
    renewal = company.id_of("renewal")
    answer = company.read(f"/items/{renewal}")
    item = answer["item"]

    assert item["url"] == f"{HOME}/items/{renewal}"
    assert item["due"] == {"kind": "date", "date": "2026-11-25"}
    assert item["amount"] == {"value": "12480.00", "currency": "EUR"}
    assert (item["state"], item["owner_id"], item["removed_at"]) == ("open", None, None)
    assert (item["facts"], item["source_url"]) == ({"Seats": "12"}, "https://portal.example/1")
    (source,) = answer["sources"]
    assert (source["id"], source["name"], source["stale"]) == (item["source_id"], "Scripted", False)
    assert source["last_success_at"] == "2026-11-21T09:00:00Z"

    call = company.read(f"/items/{company.id_of('call')}")["item"]
    assert call["due"] == {
        "kind": "instant",
        "at": "2026-11-21T17:00:00Z",
        "zone": "Europe/Berlin",
    }
    (goal,) = company.read("/goals")["goals"]
    assert goal["goal"]["target"] == "70"
    assert goal["goal"]["actual"] == "6.5"
    assert (goal["standing"], goal["share"]) == ("behind", 6.5 / 70)


def test_lists_take_the_filters_of_the_feed_and_page_by_cursor(company: Program) -> None:
    every = company.read("/items")["items"]
    assert [item["external_id"] for item in every][:4] == ["late", "call", "renewal", "report"]
    cisco = company.ids(vendor="Cisco")
    assert cisco == [item["id"] for item in every if item["vendor"] == "Cisco"]
    assert company.ids(tab="overdue") == [company.id_of("late")]
    assert company.ids(sort="money")[0] == company.id_of("renewal")
    assert company.ids(q="Report") == [company.id_of("report")]

    for asked in ({}, {"vendor": "Cisco"}, {"sort": "title"}, {"tab": "week"}):
        found: list[int] = []
        answer = company.get("/items", **asked, limit=1)
        while True:
            found += [item["id"] for item in answer.json()["items"]]
            onward = answer.json()["next"]
            assert (f'<{onward}>; rel="next"' in answer.headers["link"]) == bool(onward)
            if not onward:
                break
            answer = company.get(onward)
        assert found == company.ids(**asked)


def test_a_cursor_goes_on_with_its_own_question_alone(company: Program) -> None:
    onward = company.read("/items", limit=1, vendor="Cisco")["next"]
    cursor = onward.partition("cursor=")[2].partition("&")[0]
    for other in ({}, {"vendor": "HPE"}, {"vendor": "Cisco", "sort": "title"}):
        problem(company.get("/items", **other, cursor=cursor), 410)
    problem(company.get("/items", vendor="Cisco", cursor=cursor[:-2] + "__"), 410)
    problem(company.get("/goals", cursor=cursor), 410)


def test_records_of_all_kinds_are_listed_with_how_fresh_they_are(company: Program) -> None:
    (fund,) = company.read("/funds")["funds"]
    assert fund["allocated"] == {"value": "5000.50", "currency": "USD"}
    assert fund["lapses"] == {"kind": "date", "date": "2026-12-31"}
    (member,) = company.read("/programs", vendor="Cisco")["programs"]
    assert (member["tier"], member["eligible"]) == ("Gold", True)
    assert company.read("/programs", vendor="HPE")["programs"] == []
    (cert,) = company.read("/certifications")["certifications"]
    assert cert["person"] == "Rin"
    (contact,) = company.read("/contacts", source=cert["source_id"])["contacts"]
    assert contact["email"] == "lee@hpe.example"
    assert company.read("/contacts", program="(none)")["contacts"] == [contact]
    assert company.read("/contacts", vendor="(none)")["contacts"] == []
    assert [one["name"] for one in company.read("/sources")["sources"]] == ["Scripted"]
    assert [one["name"] for one in company.read("/people")["people"]] == ["Rin"]
    me = company.read("/me")
    assert (me["scopes"], me["person"]["id"]) == (["act", "read"], company.person)


def test_the_history_of_an_item_and_what_was_written_about_it(company: Program) -> None:
    id_ = company.id_of("notice")
    company.post(f"/items/{id_}/note", {"text": "Ask @Rin about it."})
    taken = company.post(f"/items/{id_}/note", {"text": "A slip"}).json()["act"]["id"]
    company.post(f"/acts/{taken}/undo")
    company.post(f"/items/{id_}/done")

    told = company.read(f"/items/{id_}/events", limit=2)
    lines = told["events"]
    while told["next"]:
        told = company.read(told["next"])
        lines += told["events"]
    assert [line["kind"] for line in lines] == ["new", "noted", "noted", "undone", "done"]
    assert [line["note"] for line in lines] == [None] * 5  # it may have been taken back
    assert {line["person_id"] for line in lines[1:]} == {company.person}
    (comment,) = company.read(f"/items/{id_}/comments")["comments"]
    assert comment["text"] == "Ask @Rin about it."


def test_what_is_the_same_has_no_body_and_every_write_makes_it_another(company: Program) -> None:
    id_ = company.id_of("notice")
    paths: dict[str, dict[str, Any]] = {
        "/items": {"vendor": "HPE"},
        f"/items/{id_}": {},
        "/events": {"limit": 3},
        "/goals": {},
        "/funds": {},
        "/sources": {},
        "/people": {},
    }
    tags = {path: company.get(path, **asked).headers.get("etag") for path, asked in paths.items()}
    for path, asked in paths.items():
        same = company.get(path, {"If-None-Match": tags[path]}, **asked)
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tags[path])
    company.post(f"/items/{id_}/done")
    for path, asked in paths.items():
        assert company.get(path, {"If-None-Match": tags[path]}, **asked).status_code == 200, path
    head = company.ask("HEAD", f"/items/{id_}")
    assert (head.status_code, head.headers["etag"]) == (
        200,
        company.get(f"/items/{id_}").headers["etag"],
    )


@pytest.mark.parametrize(
    ("path", "asked", "wrong"),
    [
        ("/items", {"limit": "201"}, "limit"),
        ("/items", {"vendors": "Cisco"}, "vendors"),
        ("/items", {"tab": "mine"}, "tab"),
        ("/items", {"updated_since": "yesterday"}, "updated_since"),
        ("/items", {"updated_since": "2026-11-01"}, "updated_since"),
        ("/items", {"updated_since": "start", "vendor": "Cisco"}, "vendor"),
        ("/items", {"view": "1", "vendor": "Cisco"}, "view"),
        ("/goals", {"vendor": "Cisco"}, "vendor"),
        ("/funds", {"removed": "yes"}, "removed"),
        ("/events", {"since": ""}, "since"),
        ("/goals", {"cursor": "x"}, "cursor"),
        ("/me", {"x": "1"}, "x"),
    ],
)
def test_a_wrong_parameter_is_named(
    company: Program, path: str, asked: dict[str, str], wrong: str
) -> None:
    document = problem(company.get(path, **asked), 422)
    assert [one["parameter"] for one in document["errors"]] == [wrong]


def test_a_saved_view_is_a_list_of_its_own(company: Program) -> None:
    problem(company.get("/items", view="7"), 404)
    clock = company.world.wall_clock()
    with company.world.database.write() as session:
        saved.save(session, "New", "tab=new", user_id=company.person, clock=clock, shared=True)
    before = company.get("/items", view="1")
    assert len(before.json()["items"]) == 8
    with company.world.database.write() as session:
        table = SQLModel.metadata.tables["items"]
        seen_at = company.world.clock() - timedelta(days=3) + timedelta(minutes=2)
        session.execute(sa.update(table).values(first_seen_at=seen_at))
    tag = company.get("/items", view="1").headers["etag"]
    company.world.clock.forward(minutes=3)
    after = company.get("/items", {"If-None-Match": tag}, view="1")
    assert (after.status_code, after.json()["items"]) == (200, [])


def test_every_refusal_is_a_problem(company: Program) -> None:
    client = company.client
    ours = {"Authorization": f"Bearer {company.token}"}
    problem(client.get("/api/v1/items"), 401)
    problem(client.get("/api/v1/items", headers={"Authorization": "Bearer pi_live_x"}), 401)
    problem(company.get("/nothing"), 404)
    problem(company.get("/items/999"), 404)
    problem(company.get("/items/x"), 404)
    wrong = company.ask("DELETE", "/items")
    assert "GET" in problem(wrong, 405)["detail"]
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "HEAD"}
    problem(company.get("/items", {"Accept": "text/html"}), 406)
    for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-origin"}):
        client.cookies.set("partner-inbox-session", "whatever it is")
        problem(client.post("/api/v1/items/1/done", headers=headers), 401)
    large = client.post("/api/v1/items/1/done", content=b"x" * 2_000_000, headers=ours)
    problem(large, 413)
    problem(client.get("/api/v1/items", headers={**ours, "Host": "evil.example"}), 400)


def test_a_token_reads_or_acts_as_it_was_made_to(company: Program) -> None:
    def made(session: Session, scope: str) -> str:
        now = company.world.clock()
        by = company.person
        return tokens.add_token(session, name=scope, scope=scope, user_id=by, now=now)

    with company.world.database.write() as session:
        reads, does = made(session, "read"), made(session, "act")
    id_ = company.id_of("notice")
    company.token = reads
    refused = company.post(f"/items/{id_}/done")
    assert 'scope="act"' in refused.headers["www-authenticate"]
    problem(refused, 403)
    company.token = does
    problem(company.get("/items"), 403)
    assert company.post(f"/items/{id_}/done").status_code == 200


def test_removed_and_settled_items_are_still_told_of(company: Program) -> None:
    world = company.world
    company.post(f"/items/{company.id_of('late')}/decline", {"reason": "Paid"})
    more = tuple(deadline(number) for number in range(10))
    world.connector.lists(*RECORDS, *more)
    world.sync()
    world.connector.lists(*(one for one in RECORDS if one.external_id != "report"), *more)
    for _ in range(2):
        world.sync()
    gone = company.read(f"/items/{company.id_of('report')}")["item"]
    assert gone["state"] == "removed at source"
    assert gone["removed_at"]
    assert company.ids(tab="removed") == [company.id_of("report")]
    assert len(company.read("/funds", removed="true")["funds"]) == 1
    assert company.id_of("late") in company.ids(tab="not-applicable")


def test_a_list_stays_whole_while_people_act_between_its_pages(company: Program) -> None:
    expected = company.ids()[1:]
    page = company.read("/items", limit=1)
    with company.world.database.write() as session:
        by: Any = {"user_id": company.person, "clock": company.world.wall_clock()}
        acts.done(session, [page["items"][0]["id"]], **by)
    found = []
    while page["next"]:
        page = company.read(page["next"])
        found += [item["id"] for item in page["items"]]
    assert found == expected


def test_what_a_source_no_longer_tells_is_said_of_it(company: Program) -> None:
    company.world.clock.forward(seconds=timedelta(days=2).total_seconds())
    answer = company.read("/items")
    assert [source["stale"] for source in answer["sources"]] == [True]

"""What a program does by the API: each act once, undone like a person's, on what it has seen."""

import gzip
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from httpx2 import Response
from sqlmodel import SQLModel

from app.core.retention import ANSWERS
from app.services import acts, people, pruning, tokens
from tests.app.api_v1.program import Program, problem


def act(answer: Response) -> dict[str, Any]:
    """The item after an act that must have been done."""
    assert answer.status_code == 200, answer.text
    item: dict[str, Any] = answer.json()["item"]
    assert answer.headers["etag"] == f'"{item["etag"]}"'
    return item


def test_each_act_is_done_as_by_a_person_and_can_be_undone(company: Program) -> None:
    id_ = company.id_of("renewal")
    before = company.read(f"/items/{id_}")["item"]
    done: list[tuple[str, Any, dict[str, Any]]] = [
        ("done", {"proof": "https://portal.example/r"}, {"state": "done"}),
        ("done", None, {"state": "done", "done_at": "2026-11-21T09:00:00Z"}),
        ("snooze", {"until": "2026-11-23"}, {"snoozed_until": "2026-11-23T08:00:00Z"}),
        (
            "snooze",
            {"until": "2026-11-23T08:00:00+01:00"},
            {"snoozed_until": "2026-11-23T07:00:00Z"},
        ),
        ("snooze", {"until": None}, {"state": "snoozed", "until_change": True}),
        ("wait", {}, {"state": "waiting on vendor", "waiting_since": "2026-11-21T09:00:00Z"}),
        ("decline", {"reason": " Not  ours "}, {"state": "not applicable", "reason": "Not ours"}),
        ("reopen", {}, {"state": "open"}),
        ("assign", {"owner_id": company.person}, {"owner_id": company.person, "state": "open"}),
        ("assign", {"owner_id": None}, {"owner_id": None}),
        ("note", {"text": "Asked."}, {"state": "open"}),
    ]
    for verb, body, expected in done:
        answer = company.post(f"/items/{id_}/{verb}", body)
        item = act(answer)
        assert {name: item[name] for name in expected} == expected
        undone = company.post(f"/acts/{answer.json()['act']['id']}/undo")
        assert undone.json()["item_ids"] == [id_]
        now = company.read(f"/items/{id_}")["item"]
        kept = ("updated_at", "etag")
        assert {**now, **dict.fromkeys(kept)} == {**before, **dict.fromkeys(kept)}


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("snooze", {}, "/until"),
        ("snooze", {"until": "2026-11-20"}, "/until"),
        ("snooze", {"until": "soon"}, "/until"),
        ("snooze", {"until": "2099-01-01"}, "/until"),
        ("snooze", {"until": "2026-12-01T08:00:00"}, "/until"),
        ("snooze", {"until": 5}, "/until"),
        ("decline", {"reason": " "}, "/reason"),
        ("decline", {"reason": "x" * 501}, "/reason"),
        ("decline", {"reason": "a\0b"}, "/reason"),
        ("decline", {}, "/reason"),
        ("assign", {"owner_id": 999}, "/owner_id"),
        ("assign", {"owner_id": True}, "/owner_id"),
        ("note", {"text": "x" * 4001}, "/text"),
        ("note", {"text": "x", "a/b": 1}, "/a~1b"),
        ("done", {"proof": "no address"}, "/proof"),
        ("done", [], ""),
        ("wait", {"until": None}, "/until"),
    ],
)
def test_a_wrong_field_is_pointed_to_and_nothing_is_done(
    company: Program, verb: str, body: Any, pointer: str
) -> None:
    id_ = company.id_of("renewal")
    before = company.read(f"/items/{id_}/events")
    document = problem(company.post(f"/items/{id_}/{verb}", body, Idempotency_Key="k"), 422)
    assert [one["pointer"] for one in document["errors"]] == [pointer]
    assert company.read(f"/items/{id_}/events") == before


def test_what_cannot_be_done_says_why(company: Program) -> None:
    id_ = company.id_of("renewal")
    problem(company.post("/items/999/done"), 404)
    problem(company.post("/acts/999/undo"), 404)
    first = company.post(f"/items/{id_}/wait").json()["act"]["id"]
    company.post(f"/items/{id_}/done")
    problem(company.post(f"/acts/{first}/undo"), 409)
    ours = {"Content-Type": "application/json"}
    problem(company.ask("POST", f"/items/{id_}/note", ours, content=b"{"), 400)
    problem(company.ask("POST", f"/items/{id_}/note", content=b"text=x"), 415)
    packed = {**ours, "Content-Encoding": "gzip"}
    refused = company.ask("POST", f"/items/{id_}/wait", packed, content=gzip.compress(b"{}"))
    assert "unpacked" in problem(refused, 415)["detail"]
    for key in ("", "x" * 256, "a\tb"):
        problem(company.post(f"/items/{id_}/done", Idempotency_Key=key), 422)
    for tag in ("", "no-quotes", '""', '"a" "b"'):
        problem(company.post(f"/items/{id_}/done", If_Match=tag), 422)


def test_the_same_request_with_the_same_key_is_done_once(company: Program) -> None:
    id_ = company.id_of("notice")
    first = company.post(f"/items/{id_}/note", {"text": "Once."}, Idempotency_Key="a")
    again = company.post(f"/items/{id_}/note", {"text": "Once."}, Idempotency_Key="a")
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert len(company.read(f"/items/{id_}/comments")["comments"]) == 1

    problem(company.post(f"/items/{id_}/note", {"text": "Other."}, Idempotency_Key="a"), 422)
    problem(company.post(f"/items/{id_}/done", {"text": "Once."}, Idempotency_Key="b"), 422)
    act(company.post(f"/items/{id_}/done", Idempotency_Key="b"))  # a refusal keeps no key
    with company.world.database.write() as session:
        other = tokens.add_token(
            session,
            name="Other",
            scope="act read",
            user_id=company.person,
            now=company.world.clock(),
        )
    company.token = other
    assert company.post(f"/items/{id_}/note", {"text": "Mine."}, Idempotency_Key="a").json()["act"]


def test_of_many_at_once_with_the_same_key_one_does_it_and_all_are_told(company: Program) -> None:
    id_ = company.id_of("notice")
    told: list[Response] = []
    begin = threading.Barrier(4)

    def ask() -> None:
        begin.wait()
        told.append(company.post(f"/items/{id_}/note", {"text": "Once."}, Idempotency_Key="a"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(one.status_code, one.content) for one in told} == {(200, told[0].content)}
    assert sum("idempotent-replayed" in one.headers for one in told) == 3
    assert len(company.read(f"/items/{id_}/comments")["comments"]) == 1


def test_a_kept_answer_is_kept_for_more_than_a_day_and_then_goes(company: Program) -> None:
    id_ = company.id_of("notice")
    company.post(f"/items/{id_}/note", {"text": "Once."}, Idempotency_Key="a")
    table = SQLModel.metadata.tables["kept_answers"]
    for passed, left in ((timedelta(hours=25), 1), (ANSWERS + timedelta(seconds=1), 0)):
        now = company.world.clock() + passed
        with company.world.database.write() as session:
            while (found := pruning.spent(session, now=now)) is not None:
                pruning.throw_away(session, found, now=now)
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == left


def test_an_item_that_was_changed_since_it_was_seen_is_not_acted_on(company: Program) -> None:
    id_ = company.id_of("renewal")
    page = company.get(f"/items/{id_}")
    seen = page.json()["item"]["etag"]
    with company.world.database.write() as session:
        by: Any = {"user_id": company.person, "clock": company.world.wall_clock()}
        acts.wait(session, [id_], **by)

    for tag in (f'"{seen}"', page.headers["etag"], f'W/"{seen}"', '"other"'):
        refused = company.post(f"/items/{id_}/done", If_Match=tag, Idempotency_Key="a")
        present = problem(refused, 412)["item"]
        assert present["state"] == "waiting on vendor"
        assert refused.headers["etag"] == f'"{present["etag"]}"'

    now = company.get(f"/items/{id_}")
    tags = ("*", now.headers["etag"], f'"x", "{now.json()["item"]["etag"]}"')
    item = act(company.post(f"/items/{id_}/done", If_Match=tags[1], Idempotency_Key="a"))
    assert act(company.post(f"/items/{id_}/wait", If_Match=f'"{item["etag"]}"'))
    assert act(company.post(f"/items/{id_}/done", If_Match=tags[0]))


def test_a_comment_does_not_stand_against_an_act(company: Program) -> None:
    id_ = company.id_of("renewal")
    tag = company.read(f"/items/{id_}")["item"]["etag"]
    assert act(company.post(f"/items/{id_}/note", {"text": "x"}))["etag"] == tag


def test_whoever_may_not_come_in_any_more_acts_no_more(company: Program) -> None:
    with company.world.database.write() as session:
        people.set_active(session, company.person, active=False)
    problem(company.post(f"/items/{company.id_of('renewal')}/done"), 401)
    problem(company.get("/items"), 401)


def test_an_undo_takes_no_condition_that_it_would_not_keep_to(company: Program) -> None:
    id_ = company.id_of("renewal")
    taken = company.post(f"/items/{id_}/wait").json()["act"]["id"]
    document = problem(company.post(f"/acts/{taken}/undo", If_Match='"seen"'), 422)
    assert [one["parameter"] for one in document["errors"]] == ["If-Match"]
    assert company.read(f"/items/{id_}")["item"]["state"] == "waiting on vendor"

"""How the feed says no: to whom, and to which questions."""

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from httpx2 import Response
from sqlmodel import SQLModel

from app.api.asking import PARAMETERS
from app.services import accounts, people, tokens
from tests.app.api.tool import Tool

MACHINE = ("/feed.json", "/healthz", "/readyz")


def problem(answer: Response, status: int) -> dict[str, Any]:
    """The document of a refusal, which has the headers of every other answer too."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-security-policy" in answer.headers
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["detail"]
    return document


@pytest.mark.parametrize("path", MACHINE)
def test_a_refusal_at_a_machines_address_is_a_problem_and_no_page(tool: Tool, path: str) -> None:
    client, ours = tool.client, {"Sec-Fetch-Site": "same-origin"}
    refused = client.delete(path, headers=ours)
    assert problem(refused, 405)["instance"] == path
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD"}
    problem(client.get(f"{path}/more"), 404)
    assert "another site" in problem(client.post(path), 403)["detail"]
    problem(client.get(path, headers={"Host": "evil.example"}), 400)
    problem(client.post(path, content=b"x" * 2_000_000, headers=ours), 413)
    assert client.head(f"{path}/more").content == b""


def test_a_bug_of_ours_is_a_problem_with_the_number_that_the_log_has(tool: Tool) -> None:
    @tool.app.get("/feed.json/broken")
    def broken() -> None:
        raise ZeroDivisionError("a secret detail")

    answer = tool.client.get("/feed.json/broken")

    assert problem(answer, 500)["request_id"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text


def test_a_page_stays_a_page(tool: Tool) -> None:
    for answer in (tool.client.get("/nowhere"), tool.client.get("/feeds")):
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")


def forbidden(tool: Tool, case: str) -> str | None:
    """The header that somebody without the right sends."""
    database, now = tool.world.database, tool.world.clock()
    table = SQLModel.metadata.tables["api_tokens"]
    with database.write() as session:
        match case:
            case "revoked":
                (token,) = tokens.tokens(session)
                assert token.id is not None
                tokens.revoke_token(session, token.id, now=now)
            case "expired":
                session.execute(sa.update(table).values(expires_at=now))
            case "of somebody who may not come in any more":
                user = accounts.add_user(session, email="lee@partner.example", name="Lee", now=now)
                assert user.id is not None
                session.execute(sa.update(table).values(user_id=user.id))
                people.set_active(session, user.id, active=False)
    return {
        "none": None,
        "empty": "Bearer ",
        "unknown": "Bearer pi_0000",
        "not a bearer": f"Basic {tool.token}",
        "cut": f"Bearer {tool.token[:-1]}",
    }.get(case, f"Bearer {tool.token}")


@pytest.mark.parametrize(
    "case",
    [
        *("none", "empty", "unknown", "not a bearer", "cut", "revoked", "expired"),
        "of somebody who may not come in any more",
    ],
)
def test_without_a_valid_token_nothing_is_told(company: Tool, case: str) -> None:
    tag = company.get().headers["etag"]
    header = forbidden(company, case)
    headers = {"Authorization": header} if header is not None else {}

    for more in ({}, {"If-None-Match": tag}, {"If-None-Match": "*"}):
        answer = company.client.get("/feed.json", headers={**headers, **more})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "etag" not in answer.headers
        assert answer.json()["status"] == 401
        assert "token add" in answer.json()["detail"]
        assert "Settings, Outputs, Tokens" in answer.json()["detail"]


def test_a_token_that_was_not_made_to_read_is_told_so(company: Tool) -> None:
    with company.world.database.write() as session:
        table = SQLModel.metadata.tables["api_tokens"]
        session.execute(sa.update(table).values(scope="act"))
    refused = company.get()
    assert "scope read" in problem(refused, 403)["detail"]
    assert 'error="insufficient_scope", scope="read"' in refused.headers["www-authenticate"]


def test_a_session_of_a_browser_does_not_open_the_feed(company: Tool) -> None:
    with company.world.database.write() as session:
        now = company.world.clock()
        user = accounts.add_user(session, email="lee@partner.example", name="Lee", now=now)
        assert user.id is not None
        cookie = accounts.open_session(session, user.id, now=now)
    company.client.cookies.set("partner-inbox-session", cookie)
    assert company.client.get("/inbox").status_code == 200
    assert company.client.get("/feed.json").status_code == 401


def test_the_last_use_of_a_token_is_noted_now_and_then(company: Tool) -> None:
    def used() -> datetime | None:
        with company.world.database.read() as session:
            return tokens.tokens(session)[0].used_at

    clock = company.world.clock
    first = clock()
    tag = company.get().headers["etag"]
    assert used() == first
    clock.forward(minutes=4)
    company.get()
    assert used() == first
    later = clock.forward(minutes=2)
    assert company.get({"If-None-Match": tag}).status_code == 304
    assert used() == later


BAD: dict[str, tuple[str, ...]] = {
    "tab": ("", "everything", "All", "mine", "week "),
    "limit": ("", "0", "-1", "201", "9999", "abc", "1.5", "9" * 30, "٣"),
    "source": ("", "Scripted", "-1", "0", "9" * 30),
    "after": (
        *("", "x", "2026-11-21", "2026-11-21_", "2026-13-01_5", "_5", "\0"),
        *("2026-11-21_" + "9" * 30, "2026-11-21_-1"),
    ),
    "kind": ("", "deadlines", "Goal"),
    **dict.fromkeys(("q", "vendor", "program"), ("", " ", "a\0b", "x" * 501)),
    **dict.fromkeys(("limits", "Tab", "page"), ("5", "")),
}


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_in_the_question_is_named_and_nothing_is_guessed(tool: Tool, name: str) -> None:
    for value in BAD[name]:
        answer = tool.get(**{name: value})
        problem = answer.json()

        assert answer.status_code == 422, value
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == 422
        assert problem["instance"] == "/feed.json"
        (wrong,) = problem["errors"]
        assert wrong["parameter"] == name
        assert problem["detail"] == f"{name}: {wrong['detail']}"
        if name not in PARAMETERS:
            assert all(known in wrong["detail"] for known in PARAMETERS)


def test_all_mistakes_are_named_at_once_and_a_doubled_filter_is_one(company: Tool) -> None:
    asked = "/feed.json?tab=week&tab=month&limit=0&vendor=Cisco"
    answer = company.client.get(asked, headers={"Authorization": f"Bearer {company.token}"})
    assert answer.status_code == 422
    told = {wrong["parameter"]: wrong["detail"] for wrong in answer.json()["errors"]}
    assert told == {"tab": "Only once.", "limit": "A whole number from 1 to 200."}


def test_the_type_of_a_problem_is_the_place_of_the_help_that_explains_it(company: Tool) -> None:
    for answer in (company.get(limit=0), company.client.get("/feed.json")):
        page, _, part = answer.json()["type"].partition("#")
        assert f'id="{part}"' in company.client.get(page).text

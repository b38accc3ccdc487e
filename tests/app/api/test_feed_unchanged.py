"""A tool that asks again: nothing new has no body, anything new has a new tag."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from app.services import acts, tokens
from tests.app.api.company import EVENING, act
from tests.app.api.tool import Tool


def test_the_same_question_with_the_same_tag_is_answered_without_a_body(company: Tool) -> None:
    tag = company.get().headers["etag"]
    assert re.fullmatch(r'W/"[\x21\x23-\x7e]+"', tag)

    bare = tag.removeprefix("W/")
    for told in 2 * (tag, bare, f'"other", {bare}', f'"other",{tag} , "x"', "*"):
        answer = company.get({"If-None-Match": told})
        assert (answer.status_code, answer.content) == (304, b""), told
        assert answer.headers["etag"] == tag
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["vary"] == "Authorization, Accept-Encoding"
    for told in ('"other"', tag[:-2] + '"', bare.strip('"')):
        assert company.get({"If-None-Match": told}).status_code == 200, told


def test_the_tag_is_new_for_every_other_question(company: Tool) -> None:
    after = re.search("after=([^&]+)", company.get(limit=1).json()["next_url"])
    assert after
    asked: list[dict[str, Any]] = [
        *({}, {"tab": "week"}, {"vendor": "Cisco"}, {"vendor": "HPE"}, {"program": "Cisco"}),
        *({"q": "Cisco"}, {"kind": "goal"}, {"source": "1"}, {"limit": 1}, {"after": after[1]}),
    ]
    tags = {company.get(**one).headers["etag"] for one in asked}
    assert len(tags) == len(asked)


def test_the_tag_is_new_after_every_write_that_a_page_could_show(company: Tool) -> None:
    tag = company.get().headers["etag"]
    act(company, acts.done, "Notice")
    answer = company.get({"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


def test_asking_alone_writes_nothing_that_makes_a_new_tag(company: Tool) -> None:
    tag = company.get().headers["etag"]
    company.world.clock.forward(minutes=6)  # the use of the token is noted
    assert company.get({"If-None-Match": tag}).status_code == 304


def test_the_tag_is_new_on_a_new_day_of_the_company(company: Tool) -> None:
    at = datetime(2026, 11, 21, 22, 59, tzinfo=UTC)  # 23:59 in Berlin
    keep_fresh(company, at)
    company.world.clock.time = at
    tag = company.get().headers["etag"]

    company.world.clock.forward(seconds=59)
    for _ in range(2):
        assert company.get({"If-None-Match": tag}).status_code == 304
    company.world.clock.forward(seconds=1)
    assert company.get({"If-None-Match": tag}).status_code == 200


def keep_fresh(tool: Tool, at: datetime) -> None:
    """All sources were read just before."""
    with tool.world.database.write() as session:
        table = SQLModel.metadata.tables["connections"]
        session.execute(sa.update(table).values(last_success_at=at - timedelta(minutes=1)))


def test_the_tag_is_new_when_a_source_goes_stale_by_time_alone(company: Tool) -> None:
    tag = company.get().headers["etag"]
    assert company.get({"If-None-Match": tag}).status_code == 304
    company.world.clock.forward(hours=2, seconds=1)
    answer = company.get({"If-None-Match": tag})

    assert answer.status_code == 200
    sources = answer.json()["_partner_inbox"]["sources"]
    assert [source["stale"] for source in sources] == [True, True]
    assert all(item["_partner_inbox"]["source"]["stale"] for item in answer.json()["items"])


def test_the_tag_of_what_is_overdue_is_new_when_something_becomes_so(company: Tool) -> None:
    keep_fresh(company, EVENING)
    company.world.clock.time = EVENING - timedelta(seconds=30)
    before = company.get(tab="overdue")
    tagged = {"If-None-Match": before.headers["etag"]}
    assert company.get(tagged, tab="overdue").status_code == 304
    company.world.clock.forward(minutes=1)
    after = company.get(tagged, tab="overdue")

    assert [item["title"] for item in before.json()["items"]] == ["Deadline late"]
    assert [item["title"] for item in after.json()["items"]] == ["Deadline late", "Deadline call"]


def test_head_tells_what_get_would(company: Tool) -> None:
    headers = {"Authorization": f"Bearer {company.token}"}
    got = company.get()
    told = company.client.head("/feed.json", headers=headers)
    assert told.status_code == 200
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert told.headers[name] == got.headers[name]
    tagged = headers | {"If-None-Match": got.headers["etag"]}
    assert company.client.head("/feed.json", headers=tagged).status_code == 304
    for path in ("/healthz", "/readyz"):
        assert company.client.head(path).status_code == 200


# Asked again and again


def polled(tool: Tool, headers: dict[str, str] | None = None) -> dict[str, str]:
    """Headers with which the feed was unchanged twice."""
    tagged = {"If-None-Match": tool.get(headers).headers["etag"]} | (headers or {})
    for _ in range(2):
        assert tool.get(tagged).status_code == 304
    return tagged


def test_each_answer_to_the_same_request_has_all_headers_and_a_number_of_its_own(
    company: Tool,
) -> None:
    tagged = {"If-None-Match": company.get().headers["etag"]}
    first, *others = [company.get(tagged).headers for _ in range(3)]

    for other in others:
        assert other["x-request-id"] != first["x-request-id"]
        same = {name: value for name, value in first.items() if name != "x-request-id"}
        assert {name: other[name] for name in same} == same
    assert "content-security-policy" in first


def test_a_write_ends_it(company: Tool) -> None:
    tagged = polled(company)
    act(company, acts.done, "Notice")
    assert company.get(tagged).status_code == 200


def test_a_token_that_is_revoked_ends_or_another_one_gets_nothing(company: Tool) -> None:
    database, now = company.world.database, company.world.clock()
    with database.write() as session:
        short = tokens.add_token(
            session, name="Short", scope="read", now=now, expires_at=now + timedelta(seconds=90)
        )
    ending = polled(company, {"Authorization": f"Bearer {short}"})
    lasting = polled(company)
    assert company.get(lasting | {"Authorization": "Bearer pi_other"}).status_code == 401

    company.world.clock.forward(seconds=90)
    assert company.get(ending).status_code == 401
    assert company.get(lasting).status_code == 304
    with database.write() as session:
        for token in tokens.tokens(session):
            tokens.revoke_token(session, token.id or 0, now=now)
    assert company.get(lasting).status_code == 401


def test_that_a_token_is_used_is_noted_however_often_it_asks(company: Tool) -> None:
    tagged = polled(company)
    company.world.clock.forward(minutes=6)
    assert company.get(tagged).status_code == 304
    with company.world.database.read() as session:
        assert tokens.tokens(session)[0].used_at == company.world.clock()


def test_a_database_that_is_gone_is_told_and_not_hidden_by_what_was_known(company: Tool) -> None:
    tagged = polled(company)
    with company.world.database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE revision RENAME TO away"))
    assert company.get(tagged).status_code == 500

"""The JSON feed as a tool meets it: over HTTP, with a token, on both databases."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from httpx2 import Response
from sqlmodel import SQLModel

from app.api.asking import PARAMETERS
from app.core import feeds
from app.models import SyncRun
from app.services import accounts, acts, feeding, people, tokens
from connectors.sdk import errors
from connectors.sdk.records import (
    Category,
    Deadline,
    DueDate,
    DueInstant,
    Fact,
    Goal,
    Money,
    Notice,
    ReportingRequirement,
)
from tests.app.api.conftest import HOME, Tool
from tests.support.scripted import deadline

TODAY = date(2026, 11, 21)
EVENING = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def on(days: int) -> DueDate:
    return DueDate(on=TODAY + timedelta(days=days))


CISCO = (
    deadline("renewal", vendor="Cisco", program="Select", due=on(4), category=Category.RENEWAL),
    deadline("late", vendor="Cisco", program="Select", due=on(-3), category=Category.INVOICE),
    deadline("call", vendor="Cisco", due=DueInstant(at=EVENING, zone="Europe/Berlin")),
    deadline("next year", vendor="Cisco", program="Premier", due=on(120)),
)
HPE = (
    Goal(external_id="goal", title="Sales goal", vendor="HPE", period_end=date(2026, 12, 31)),
    ReportingRequirement(external_id="report", title="Report", vendor="HPE", due=on(19)),
    Notice(external_id="notice", title="Notice", vendor="HPE"),
)


@pytest.fixture
def company(tool: Tool) -> Tool:
    """Two sources with seven items."""
    tool.world.connector.lists(*CISCO)
    tool.world.sync()
    tool.connect("Other", *HPE)
    return tool


def act(tool: Tool, verb: Any, title: str, *more: Any) -> None:
    """What a person does with the item of that title."""
    ids = [item.id for item in tool.world.items().values() if item.title == title]
    with tool.world.database.write() as session:
        found = accounts.user_by_email(session, "rin@partner.example") or accounts.add_user(
            session, email="rin@partner.example", name="Rin", now=tool.world.clock()
        )
        verb(session, ids, *more, user_id=found.id, clock=tool.world.wall_clock())


# --- which items -----------------------------------------------------------------------------


def test_every_combination_of_filters_gives_what_each_of_them_says(company: Tool) -> None:
    every = company.items()
    assert len(every) == len(CISCO) + len(HPE)
    source = str(company.world.named("Other").id)

    def fits(item: dict[str, Any], asked: dict[str, str]) -> bool:
        ours = item["_partner_inbox"]
        kinds = (ours["kind"], ours["category"])
        return all(
            (
                asked.get("vendor") in (None, ours["vendor"]),
                asked.get("program") in (None, ours["program"]),
                "kind" not in asked or asked["kind"] in kinds,
                "source" not in asked or ours["source"]["name"] == "Other",
                "q" not in asked or asked["q"] in item["title"].lower(),
            )
        )

    values = {
        "vendor": (None, "Cisco", "HPE"),
        "program": (None, "Select"),
        "kind": (None, "deadline", "renewal", "goal"),
        "source": (None, source),
        "q": (None, "deadline"),
    }
    for chosen in product(*values.values()):
        asked = {name: value for name, value in zip(values, chosen, strict=True) if value}
        expected = [item["title"] for item in every if fits(item, asked)]
        assert company.titles(**asked) == expected, asked


def test_every_tab_gives_its_items(company: Tool) -> None:
    act(company, acts.done, "Deadline next year")
    act(company, acts.snooze, "Report", company.world.clock() + timedelta(days=2))
    company.world.connector.lists(*HPE[1:])
    for _ in range(2):
        company.world.syncer.run(company.world.named("Other").id, trigger="test")
    open_items = ["Deadline late", "Deadline call", "Deadline renewal", "Notice"]

    told = {tab: company.titles(tab=tab) for tab in feeding.TABS}
    assert told == {
        "all": open_items,
        "overdue": ["Deadline late"],
        "week": ["Deadline call", "Deadline renewal"],
        "month": ["Deadline call", "Deadline renewal"],
        "new": open_items,
        "unowned": open_items,
        "snoozed": ["Report"],
        "done": ["Deadline next year"],
        "removed": ["Sales goal"],
    }
    states = {tab: company.items(tab=tab)[0]["_partner_inbox"]["state"] for tab in told}
    assert states["snoozed"] == "snoozed"
    assert states["done"] == "done"
    assert states["removed"] == "removed at source"


def test_a_tab_and_a_filter_narrow_together(company: Tool) -> None:
    assert company.titles(tab="week", vendor="Cisco", kind="renewal") == ["Deadline renewal"]
    assert company.titles(tab="overdue", vendor="HPE") == []


# --- page after page -------------------------------------------------------------------------

MANY = (
    *(deadline(f"same {number}", due=on(9)) for number in range(12)),
    *(deadline(f"open {number}", due=None) for number in range(9)),
    *(deadline(f"own {number}", due=on(number)) for number in range(5)),
)


@pytest.fixture
def many(tool: Tool) -> Tool:
    tool.world.connector.lists(*MANY)
    tool.world.sync()
    return tool


def ids(pages: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for page in pages for item in page["items"]]


@pytest.mark.parametrize("tab", ["all", "done"])
def test_next_url_leads_to_each_item_exactly_once(many: Tool, tab: str) -> None:
    if tab == "done":
        for record in MANY:
            act(many, acts.done, record.title)
    pages = list(many.pages(tab=tab, limit=4))

    assert [len(page["items"]) for page in pages] == [4] * 6 + [2]
    assert sorted(ids(pages)) == sorted(str(item.id) for item in many.world.items().values())
    assert ids(pages) == ids(list(many.pages(tab=tab, limit=200)))
    links = [page["next_url"] for page in pages[:-1]]
    assert len({pages[0]["feed_url"], *links}) == 1 + len(links)
    assert {page["_partner_inbox"]["revision"] for page in pages} == {
        pages[0]["_partner_inbox"]["revision"]
    }


def test_the_last_page_may_be_full(many: Tool) -> None:
    assert [len(page["items"]) for page in many.pages(limit=13)] == [13, 13]


@pytest.mark.parametrize("limit", [1, feeding.MOST])
def test_a_page_holds_as_many_as_asked(many: Tool, limit: int) -> None:
    assert len(many.items(limit=limit)) == min(limit, len(MANY))


def test_what_nobody_touches_comes_once_while_other_items_change_and_the_change_is_told(
    many: Tool,
) -> None:
    """Promised while people page: nothing untouched is lost or doubled, and a page says
    whether something was written since the page before, so that a tool can walk again.
    """
    world = many.world
    mine = {item.title: str(item.id) for item in world.items().values()}
    touched = {"Deadline same 11", "Deadline own 0", "Deadline own 4", "Deadline new"}
    changed = {
        "Deadline own 0": deadline("own 0", due=on(300)),  # was given: comes a second time
        "Deadline same 11": deadline("same 11", due=on(0)),  # was ahead: now lies behind
        "Deadline new": deadline("new", due=on(0)),
    }

    def between() -> None:
        kept = [record for record in MANY if record.title not in changed]
        world.connector.lists(*kept, *changed.values())
        world.sync()
        act(many, acts.done, "Deadline own 4")

    walk = many.pages(between, limit=4)
    pages = [next(walk), *walk]
    given = Counter(ids(pages))
    untouched = {id_ for title, id_ in mine.items() if title not in touched}

    assert {given[id_] for id_ in untouched} == {1}
    assert given[mine["Deadline own 0"]] == 2
    assert len({page["_partner_inbox"]["revision"] for page in pages}) > 1
    again = Counter(ids(list(many.pages(limit=4))))
    live = {str(item.id) for item in world.items().values() if item.title != "Deadline own 4"}
    assert again == dict.fromkeys(live, 1)


# --- the document ----------------------------------------------------------------------------

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FULL = deadline(
    "full",
    vendor="Cisco",
    program="Select",
    account="Contoso",
    reference="QUO-1",
    status="OPEN_UNCLAIMED",
    url="https://portal.example/1",
    category=Category.RENEWAL,
    due=DueInstant(at=EVENING, zone="Europe/Berlin"),
    amount=Money(amount=Decimal("12345678901234.1"), currency="USD"),
    amount_label="order",
    summary="One & <two>",
    facts=(Fact("Seats", "12"),),
)


def test_the_document_is_a_json_feed_with_the_types_of_version_1_1(company: Tool) -> None:
    answer = company.get(limit=3)
    page = answer.json()

    assert answer.headers["content-type"] == "application/feed+json"
    assert page["version"] == "https://jsonfeed.org/version/1.1"
    for name in ("title", "home_page_url", "feed_url", "next_url", "language"):
        assert isinstance(page[name], str)
        assert page[name]
    for item in page["items"]:
        for name in ("id", "url", "title", "content_text"):
            assert isinstance(item[name], str)
            assert item[name]
        assert STAMP.fullmatch(item["date_published"])
        assert STAMP.fullmatch(item["date_modified"])
        assert all(isinstance(tag, str) for tag in item["tags"])
        assert set(item["_partner_inbox"]) == set(feeds.ITEM_FIELDS)
    sources = page["_partner_inbox"]["sources"]
    assert [source["name"] for source in sources] == ["Other", "Scripted"]
    assert all(STAMP.fullmatch(source["last_success_at"]) for source in sources)
    assert not any(source["stale"] for source in sources)


def test_an_item_says_all_that_is_known_and_money_is_text(tool: Tool) -> None:
    tool.world.connector.lists(FULL)
    tool.world.sync()
    (item,) = tool.items()
    stored = tool.world.items()["full"]

    assert item["id"] == str(stored.id)
    assert item["url"] == f"{HOME}/items/{stored.id}"
    assert item["external_url"] == "https://portal.example/1"
    assert item["content_text"] == "One & <two>"
    assert item["tags"] == ["Cisco", "Select", "deadline", "renewal"]
    ours = item["_partner_inbox"]
    assert ours["amount"] == {"value": "12345678901234.10", "currency": "USD"}
    assert ours["due"] == {"kind": "instant", "at": "2026-11-21T18:00:00Z", "zone": "Europe/Berlin"}
    assert ours["facts"] == {"Seats": "12"}
    assert ours["status"] == "OPEN_UNCLAIMED"
    assert ours["owner"] is None
    assert ours["source"]["id"] == "full"
    assert ours["source"]["stream"] == "things"
    assert ours["source"]["stale"] is False


def test_a_due_date_is_a_date_or_a_moment_and_never_both(company: Tool) -> None:
    told = {item["title"]: item["_partner_inbox"]["due"] for item in company.items()}
    assert told["Deadline renewal"] == {"kind": "date", "date": "2026-11-25"}
    assert told["Deadline call"]["kind"] == "instant"
    assert told["Notice"] is None
    assert all(due is None or ("date" in due) != ("at" in due) for due in told.values())


def test_an_id_stays_through_change_removal_and_return(tool: Tool) -> None:
    world = tool.world

    def shown(tab: str, *records: Deadline) -> list[str]:
        world.connector.lists(*records, deadline("keeps the list from being empty", due=None))
        for _ in range(2):
            world.sync()
        return [i["id"] for i in tool.items(tab=tab) if i["title"].startswith(("Dead", "Moved"))]

    (first, _) = shown("all", deadline(1))
    moved = deadline(1, title="Moved", due=on(50))
    assert shown("all", moved)[0] == first
    assert shown("removed") == [first]
    assert shown("all", deadline(1))[0] == first


# --- nothing new -----------------------------------------------------------------------------


def test_the_same_question_with_the_same_tag_is_answered_without_a_body(company: Tool) -> None:
    tag = company.get().headers["etag"]
    assert re.fullmatch(r'"[\x21\x23-\x7e]+"', tag)

    for told in (tag, f"W/{tag}", f'"other", {tag}', f'"other",W/{tag} , "x"', "*"):
        answer = company.get({"If-None-Match": told})
        assert (answer.status_code, answer.content) == (304, b""), told
        assert answer.headers["etag"] == tag
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["vary"] == "Authorization"
    for told in ('"other"', tag[:-2] + '"', tag.strip('"')):
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
    company.world.clock.forward(minutes=1)
    after = company.get({"If-None-Match": before.headers["etag"]}, tab="overdue")

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


# --- how it says no before anybody looked at the question ------------------------------------

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


# --- who may ---------------------------------------------------------------------------------


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
            case "of another scope":
                session.execute(sa.update(table).values(scope="write"))
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
        *("of another scope", "of somebody who may not come in any more"),
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


# --- what cannot be answered -----------------------------------------------------------------

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


def test_a_source_that_failed_is_told_in_the_feed(company: Tool) -> None:
    company.world.connector.script["things"] = [errors.AuthFailed("The key was revoked.")]
    run = company.world.sync()
    assert isinstance(run, SyncRun)
    told = {one["name"]: one for one in company.get().json()["_partner_inbox"]["sources"]}
    assert told["Scripted"]["state"] == "needs sign-in"
    assert told["Scripted"]["stale"] is True
    assert told["Other"]["stale"] is False

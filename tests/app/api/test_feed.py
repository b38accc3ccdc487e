"""The JSON feed as a tool meets it: which items it holds, and what it says of each."""

import re
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from app.core import feeds
from app.models import SyncRun
from app.services import accounts, acts, feeding, people, today
from connectors.sdk import errors
from connectors.sdk.records import (
    Category,
    Deadline,
    DueInstant,
    Fact,
    Money,
)
from tests.app.api.company import CISCO, EVENING, HPE, act, on
from tests.app.api.tool import HOME, Tool
from tests.support.scripted import deadline


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
        "waiting": [],
        "snoozed": ["Report"],
        "done": ["Deadline next year"],
        "not-applicable": [],
        "removed": ["Sales goal"],
    }
    states = {
        tab: company.items(tab=tab)[0]["_partner_inbox"]["state"] for tab in told if told[tab]
    }
    assert states["snoozed"] == "snoozed"
    assert states["done"] == "done"
    assert states["removed"] == "removed at source"


def test_a_tab_and_a_filter_narrow_together(company: Tool) -> None:
    assert company.titles(tab="week", vendor="Cisco", kind="renewal") == ["Deadline renewal"]
    assert company.titles(tab="overdue", vendor="HPE") == []


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


def test_a_source_that_failed_is_told_in_the_feed(company: Tool) -> None:
    company.world.connector.script["things"] = [errors.AuthFailed("The key was revoked.")]
    run = company.world.sync()
    assert isinstance(run, SyncRun)
    told = {one["name"]: one for one in company.get().json()["_partner_inbox"]["sources"]}
    assert told["Scripted"]["state"] == "needs sign-in"
    assert told["Scripted"]["stale"] is True
    assert told["Other"]["stale"] is False


def test_priority_is_what_today_counts_and_only_of_what_is_open(company: Tool) -> None:
    act(company, acts.done, "Deadline late")
    told = {item["title"]: item["_partner_inbox"]["priority"] for item in company.items()}
    clock = company.world.wall_clock()
    with company.world.database.read() as session:
        page = today.today_page(session, user_id=0, clock=clock)
        ranks = {card.row.title: card for card in page.cards}
    assert ranks
    by_points = sorted(ranks, key=lambda title: -told[title])
    assert by_points == list(ranks)
    (done,) = company.items(tab="done")
    assert done["_partner_inbox"]["priority"] is None


def test_an_item_names_what_its_source_changed_lately(tool: Tool) -> None:
    world = tool.world
    for summary, days in (("One", 5), ("Two", 5), ("Two", 9), ("Three", 9)):
        world.connector.lists(deadline(1, summary=summary, due=on(days)), deadline(2))
        world.sync()
        world.clock.forward(minutes=1)

    def told() -> dict[str, list[str]]:
        return {i["title"]: i["_partner_inbox"]["changed_fields"] for i in tool.items()}

    assert told() == {"Deadline 1": ["Due", "Summary"], "Deadline 2": []}
    world.clock.forward(days=15)
    assert told() == {"Deadline 1": [], "Deadline 2": []}


def test_a_token_that_was_never_used_reads_while_others_write(company: Tool) -> None:
    with company.world.database.write():
        assert len(company.items()) == len(CISCO) + len(HPE)


def test_what_belongs_to_somebody_who_left_belongs_to_nobody(company: Tool) -> None:
    with company.world.database.write() as session:
        lee = accounts.add_user(
            session, email="lee@partner.example", name="Lee", now=company.world.clock()
        )
        session.flush()
    title = CISCO[0].title
    act(company, acts.assign, title, lee.id)
    assert owners(company)[title] == "Lee"
    with company.world.database.write() as session:
        people.set_active(session, lee.id or 0, active=False)

    assert owners(company)[title] is None
    assert title in [item["title"] for item in company.items(owner="nobody")]


def owners(tool: Tool) -> dict[str, str | None]:
    return {item["title"]: item["_partner_inbox"]["owner"] for item in tool.items()}

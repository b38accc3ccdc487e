"""From page to page of the feed: each item once, whatever changes meanwhile."""

from collections import Counter
from typing import Any

import pytest

from app.services import acts, feeding
from tests.app.api.company import act, on
from tests.app.api.tool import Tool
from tests.support.scripted import deadline

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

"""The inbox's addresses: from an address to a view, and from a page object to its links."""

from collections.abc import Mapping
from typing import Any

from app.services.pages import TABS, InboxPage, View
from app.web.templating import address

PATH = "/inbox"
PARTS = ("inbox", "results", "more", "detail")
FILTERS = ("q", "vendor", "program", "kind", "source")


def view_of(query: Mapping[str, str]) -> View:
    """The view that an address names; what it names wrongly is left out."""
    said = {name: query.get(name, "").strip()[:200] for name in FILTERS}
    tab = query.get("tab", "all")
    return View(tab=tab if tab in TABS else "all", **said)


def around_list(page: InboxPage) -> dict[str, Any]:
    """What the template names beside the page: the way back, the way to an item, the filters."""
    back = address(PATH, page.view.query())
    return {
        "back": back,
        "open": f"{back}{'&' if '?' in back else '?'}item=",
        "tab_title": "Inbox" if page.view.tab == "all" else TABS[page.view.tab],
        "chips": chips(page),
    }


def chips(page: InboxPage) -> list[tuple[str, str]]:
    """Each filter that is set: its words, and the address without it."""
    query = page.view.query()
    return [
        (_chip(page, name, query[name]), address(PATH, query, **{name: None}))
        for name in FILTERS
        if name in query
    ]


def _chip(page: InboxPage, name: str, value: str) -> str:
    if name == "q":
        return f"“{value}”"
    labels = {choice.value: choice.label for choice in page.choices.get(name, ())}
    return labels.get(value, value)

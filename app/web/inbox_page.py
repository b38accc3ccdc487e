"""The inbox's addresses: from an address to a view, and from a page object to its links."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.core.bounds import amount_of, day_of
from app.core.words import day_full
from app.services import outcomes
from app.services.addressed import OWNERS, query_of, view_from, view_of
from app.services.pages import TABS, InboxPage, View
from app.services.pages.views import BACKWARDS, GROUPINGS, NONE, SORTS, STATES
from app.web.templating import address

PATH = "/inbox"
PARTS = ("inbox", "results", "more", "detail")
__all__ = ["OWNERS", "PARTS", "PATH", "around_list", "title_of", "view_of", "viewed"]


def around_list(page: InboxPage) -> dict[str, Any]:
    """What the template names beside the page: the way back, the way to an item, the filters."""
    back = address(PATH, page.view.query())
    return {
        "back": back,
        "open": f"{back}{'&' if '?' in back else '?'}item=",
        "tab_title": title_of(page.view),
        "chips": chips(page),
        "sorts": SORTS,
        "groupings": GROUPINGS,
        "states": states_of(page.view.tab),
        "owners": OWNERS,
    }


def viewed(url: str) -> str | None:
    """The query of the view that an address of the inbox shows; None elsewhere."""
    parts = urlsplit(url)
    return query_of(view_from(parts.query)) if parts.path == PATH else None


def title_of(view: View) -> str:
    """What the window is called."""
    return "Inbox" if view.tab == "all" else TABS[view.tab]


def states_of(tab: str) -> Mapping[str, str]:
    """The states by which the tab's items can be narrowed."""
    if tab == "starred":
        return STATES
    if tab in ("snoozed", "waiting", *BACKWARDS):
        return {}
    return {state: STATES[state] for state in ("open", "waiting")}


def chips(page: InboxPage) -> list[tuple[str, str]]:
    """Each filter that is set: its words, and the address without it."""
    query = page.view.query()
    filters = {"q": page.view.q, **page.view.filters()}
    return [
        (_chip(page, name, value), address(PATH, query, **{name: None}))
        for name, value in filters.items()
        if value
    ]


def _chip(page: InboxPage, name: str, value: str) -> str:
    if name in ("vendor", "program") and value == NONE:
        return f"No {name}"
    if name in _WORDS:
        return _WORDS[name](value)
    match name:
        case "source":
            return page.names.get(value, "A source that is gone")
        case "owner":
            return OWNERS.get(value) or _owner(page, value)
        case "kind":
            return value[:1].upper() + value[1:]
    return value


def _owner(page: InboxPage, value: str) -> str:
    names = {str(person.id): person.name for person in page.people}
    return f"Owner: {names.get(value, 'somebody who is gone')}"


def _day(text: str) -> str:
    day = day_of(text)
    return day_full(day) if day else text


_WORDS: Mapping[str, Callable[[str], str]] = {
    "q": "“{}”".format,
    "state": STATES.__getitem__,
    "currency": lambda text: "No currency named" if text == NONE else f"In {text}",
    "outcome": outcomes.words,
    "amount_from": lambda text: f"From {amount_of(text):,f}",
    "amount_to": lambda text: f"Up to {amount_of(text):,f}",
    "due_from": lambda text: f"Due from {_day(text)}",
    "due_to": lambda text: f"Due until {_day(text)}",
}

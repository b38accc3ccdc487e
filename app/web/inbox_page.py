"""The inbox's addresses: from an address to a view, and from a page object to its links."""

from collections.abc import Callable, Mapping
from typing import Any

from app.core.bounds import amount_of, day_of
from app.core.whole import whole
from app.core.words import day_full
from app.services import outcomes
from app.services.pages import TABS, InboxPage, View
from app.services.pages.views import BACKUP, BACKWARDS, GROUPINGS, ME, NOBODY, NONE, SORTS, STATES
from app.web.templating import address

PATH = "/inbox"
PARTS = ("inbox", "results", "more", "detail")
LONGEST = 500
LONGEST_UNIT = 20
OWNERS = {ME: "Mine", BACKUP: "I am the backup", NOBODY: "Nobody owns it"}


def view_of(query: Mapping[str, str]) -> View:
    """The view that an address names; what it names wrongly is left out."""
    said = {name: query.get(name, "").strip()[:LONGEST] for name in View.__dataclass_fields__}
    for name, rights in (("state", STATES), ("sort", SORTS), ("group", GROUPINGS)):
        said[name] = said[name] if said[name] in rights else ""
    for name, read in (
        *dict.fromkeys(("amount_from", "amount_to"), amount_of).items(),
        *dict.fromkeys(("due_from", "due_to"), day_of).items(),
    ):
        said[name] = said[name] if read(said[name]) is not None else ""
    said["tab"] = said["tab"] if said["tab"] in TABS else "all"
    said["owner"] = said["owner"] if _is_owner(said["owner"]) else ""
    said["currency"] = said["currency"] if _is_currency(said["currency"]) else ""
    said["outcome"] = said["outcome"] if outcomes.parse(said["outcome"]) else ""
    said["q"] = said["q"][:200]
    return View(**said)


def _is_owner(text: str) -> bool:
    return text in OWNERS or whole(text) is not None


def _is_currency(text: str) -> bool:
    """A code, a unit such as points, or ``NONE`` for amounts of which none is named."""
    return text == NONE or (len(text) <= LONGEST_UNIT and text.isprintable())


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
    return value[:1].upper() + value[1:]


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

"""From an address to a view and back. What an address names wrongly is left out."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from app.core.bounds import amount_of, day_of
from app.core.storable import is_text
from app.core.whole import whole
from app.services import outcomes
from app.services.pages import TABS, View
from app.services.pages.views import BACKUP, GROUPINGS, ME, NOBODY, NONE, SORTS, STATES

LONGEST = 500
LONGEST_UNIT = 20
LONGEST_SEARCH = 200
MOST_FIELDS = 50
SAVED = "view="
"""Begins what stands for a saved view where one is followed; its number comes after it."""
OWNERS = {ME: "Mine", BACKUP: "I am the backup", NOBODY: "Nobody owns it"}


def view_of(query: Mapping[str, str]) -> View:
    """The view that an address names."""
    said = {name: query.get(name, "").strip()[:LONGEST] for name in View.__dataclass_fields__}
    for name, rights in (("state", STATES), ("sort", SORTS), ("group", GROUPINGS)):
        said[name] = said[name] if said[name] in rights else ""
    for name in ("amount_from", "amount_to"):
        said[name] = said[name] if amount_of(said[name]) is not None else ""
    for name in ("due_from", "due_to"):
        said[name] = said[name] if day_of(said[name]) is not None else ""
    said["tab"] = said["tab"] if said["tab"] in TABS else "all"
    said["owner"] = said["owner"] if _is_owner(said["owner"]) else ""
    said["currency"] = said["currency"] if _is_currency(said["currency"]) else ""
    said["outcome"] = said["outcome"] if outcomes.parse(said["outcome"]) else ""
    said["q"] = said["q"][:LONGEST_SEARCH]
    return View(**said)


def view_from(text: str) -> View:
    """The view that stands behind the "?" of an address."""
    try:
        told = parse_qsl(text, max_num_fields=MOST_FIELDS)
    except ValueError:
        return View()
    return view_of({name: value for name, value in told if is_text(value)})


def is_personal(view: View) -> bool:
    """Whether it asks what is the reader's own."""
    return view.tab in ("mine", "starred") or view.owner in (ME, BACKUP)


def query_of(view: View) -> str:
    """What stands behind the "?" for this view, always in the same order."""
    return urlencode(view.query())


def _is_owner(text: str) -> bool:
    return text in OWNERS or whole(text) is not None


def _is_currency(text: str) -> bool:
    """A code, a unit such as points, or ``NONE`` for amounts of which none is named."""
    return text == NONE or (len(text) <= LONGEST_UNIT and text.isprintable())

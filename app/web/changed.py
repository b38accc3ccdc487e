"""What an act changes on the page where the person is, place by place."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import QueryParams

from app.services import groups, inbox
from app.services.pages import GROUPS, LISTED, Act, View
from app.web import changes, decisions, goals, priorities, reports, saved, today
from app.web.addresses import here
from app.web.inbox import around, listed, opened
from app.web.inbox_page import PATH, view_of
from app.web.render import Place, part
from app.web.visit import Visit

WHOLE = {
    "/today": ("today", today.shown),
    "/decisions": ("decisions", decisions.shown),
    "/goals": ("goals", goals.shown),
    "/reports": ("reports", reports.shown),
    saved.PATH: ("views", saved.shown),
    "/settings/priorities": ("priorities", priorities.shown),
}
"""Pages that are short enough to be shown anew after an act: their block and its names."""


def changed(visit: Visit, act: Act, *, again: bool, keep_note: bool) -> list[Place]:
    """The places that look different now. ``again``: items may come back into a list."""
    parts = urlsplit(here(visit.request))
    if parts.path in WHOLE:
        name, shown = WHOLE[parts.path]
        return [part(visit, f"{name}.html", name, **shown(visit))]
    if parts.path.startswith("/items/"):
        item = opened(visit, parts.path.removeprefix("/items/"))
        return [part(visit, "item.html", "detail", item=item, keep_note=keep_note)] if item else []
    query = QueryParams(parse_qsl(parts.query))
    if parts.path == changes.PATH:
        return changes.again(visit, query)
    if parts.path == PATH:
        names = {"item": opened(visit, query.get("item")), "keep_note": keep_note}
        return _in_list(visit, act, view_of(query), names, again=again)
    return []


def _in_list(
    visit: Visit, act: Act, view: View, item: dict[str, Any], *, again: bool
) -> list[Place]:
    """The acted rows, the heads and tabs with their counts, and the open item.

    The whole list where rows come back, for they have their places in it, and where none
    is left, for then it says why it is empty.
    """
    names = item | ({} if again else around(visit, view))
    whole = again or not names["page"].heads
    if whole:
        names |= listed(visit, view)

    def parts(*blocks: str) -> list[Place]:
        return [part(visit, "inbox.html", name, **names) for name in blocks]

    if whole:
        return parts("inbox", "bulk", "detail")
    return [
        *_rows(visit, act, names),
        *_heads(visit, act, names),
        *parts("tabs", "stake", *(["narrowed"] if names["chips"] else []), "detail"),
    ]


def _rows(visit: Visit, act: Act, names: dict[str, Any]) -> Iterator[Place]:
    """Each acted row as it is now, or its going where it no longer belongs to the view."""
    macros = _macros(visit)
    view = names["page"].view
    current = names["item"].row.id if names["item"] else None
    rows = inbox.rows_in_view(visit.session, view, act.items, **visit.by)
    for item_id in act.items:
        if item_id in rows:
            html = macros.row(rows[item_id], names["open"], current, visit.clock)
            yield Place(target=f"#row-{item_id}", html=html)
        else:
            yield Place(target=f"#row-{item_id}", swap="delete")


def _heads(visit: Visit, act: Act, names: dict[str, Any]) -> Iterator[Place]:
    """Each group's head with its new count, or its going with the group's last row."""
    macros = _macros(visit)
    heads = {head.key: head for head in names["page"].heads}
    by_name = groups.keys_of(visit.session, names["page"].view, act.items)
    for key in by_name or (*GROUPS, LISTED):
        if key in heads:
            yield Place(target=f"#head-{key}", html=macros.group_head(heads[key]))
        else:
            yield Place(target=f"#head-{key}", swap="delete")


def _macros(visit: Visit) -> Any:
    return visit.site.templates.get_template("macros.html").module

"""Add an item, and edit or delete one that somebody entered: plain fields, no YAML."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.errors import Invalid
from app.services import own_items
from app.web.fields import Submitted
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.site import site_of
from app.web.visit import Visit, acting, reading
from connectors.own_items.entries import Entry
from connectors.sdk.fiscal import MONTHS
from connectors.sdk.records import Category

router = APIRouter()

KINDS = (
    ("deadline", "Deadline"),
    ("report", "Report"),
    ("review", "Review or meeting"),
    ("goal", "Goal"),
)
EVERY = tuple(f"every {span}" for span in ("week", "month", "quarter", "half-year", "year"))
RULE = "rule"
HOW = (
    ("no", "No, once"),
    *((text, text.capitalize()) for text in EVERY),
    (RULE, "By the vendor's fiscal calendar"),
)
UNITS = tuple(
    f"{unit} {side}" for side in ("after", "before") for unit in ("days", "working days", "weeks")
)
ANCHORS = tuple(
    f"{span} {edge}"
    for edge in ("end", "start")
    for span in ("quarter", "month", "half-year", "year")
)
_COUNTED = re.compile(r"(\d+) (.+? (?:after|before)) (.+ (?:end|start))")
_PLAIN = (
    *("title", "kind", "vendor", "program", "category", "account", "amount", "currency", "note"),
    *("url", "recipient", "date", "until", "remind", "target", "actual", "unit"),
)
_PAIRS: dict[str, Any] = {
    "kinds": KINDS,
    "hows": HOW,
    "units": tuple((text, text) for text in UNITS),
    "anchors": tuple((text, text) for text in ANCHORS),
    "months": (
        ("", "As kept for this vendor, else January"),
        *((str(n), name.capitalize()) for n, name in enumerate(MONTHS, start=1)),
    ),
    "categories": (("", "By its kind"), *((one.value, one.value.capitalize()) for one in Category)),
}


@router.get("/items/add")
def add_form(request: Request) -> Response:
    """The empty form; a date is today until another is chosen."""
    with reading(request) as visit:
        typed = {"kind": "deadline", "how": "no", "date": visit.clock.today.isoformat()}
        return _form(visit, typed)


@router.post("/items/add")
def add(request: Request, form: Submitted) -> Response:
    """One more entry; the source that holds them is made for the first."""
    typed = {name: str(value) for name, value in form.items()}
    site = site_of(request)
    try:
        with acting(request) as visit:
            saved = own_items.add(
                visit.session,
                _entry(typed),
                first_month=_month(typed),
                vault=site.vault,
                now=visit.clock.now,
                user_id=visit.user_id,
            )
    except Invalid as error:
        return _again(request, typed, error)
    site.wake()
    return see_other(request, f"/sources/{saved}", Toast(said=f"{_title(typed)} is added."))


@router.get("/items/{item_id:id}/edit")
def edit_form(request: Request, item_id: int) -> Response:
    """The entry that the item came from."""
    with reading(request) as visit:
        entry, month = own_items.entry_of(visit.session, item_id)
        return _form(visit, {**_typed(entry), "first_month": month}, item_id=item_id)


@router.post("/items/{item_id:id}/edit")
def edit(request: Request, item_id: int, form: Submitted) -> Response:
    """All its dates follow."""
    typed = {name: str(value) for name, value in form.items()}
    site = site_of(request)
    try:
        with acting(request) as visit:
            kept, _ = own_items.entry_of(visit.session, item_id)
            own_items.edit(
                visit.session,
                item_id,
                {**_unseen(kept), **_entry(typed)},
                first_month=_month(typed),
                vault=site.vault,
                now=visit.clock.now,
                user_id=visit.user_id,
            )
    except Invalid as error:
        return _again(request, typed, error, item_id=item_id)
    site.wake()
    return see_other(request, f"/items/{item_id}", Toast(said=f"{_title(typed)} is saved."))


@router.post("/items/{item_id:id}/delete")
def delete(request: Request, item_id: int) -> Response:
    """The entry and all its dates; they stay to be found as removed."""
    site = site_of(request)
    with acting(request) as visit:
        title = own_items.delete(
            visit.session,
            item_id,
            vault=site.vault,
            now=visit.clock.now,
            user_id=visit.user_id,
        )
    site.wake()
    return see_other(request, "/inbox", Toast(said=f"{title} was deleted."))


def _form(
    visit: Visit,
    typed: Mapping[str, str],
    *,
    item_id: int | None = None,
    error: Invalid | None = None,
) -> Response:
    return render(
        visit,
        "own_item.html",
        status=422 if error else 200,
        typed=typed,
        item_id=item_id,
        errors=_shown(error.fields) if error else {},
        wrong=error.message if error else "",
        vendors=own_items.vendors(visit.session),
        **_PAIRS,
    )


def _again(
    request: Request, typed: Mapping[str, str], error: Invalid, *, item_id: int | None = None
) -> Response:
    with reading(request) as visit:
        return _form(visit, typed, item_id=item_id, error=error)


def _shown(fields: Mapping[str, str]) -> dict[str, str]:
    """The sentences by the form's own fields."""
    return {("other" if name == "repeats" else name): text for name, text in fields.items()}


def _entry(typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as an entry; what was left empty is left out."""
    found = {
        name: text.replace("\r\n", "\n").strip()
        for name in _PLAIN
        if (text := typed.get(name, "")).strip()
    }
    if found.get("kind") != "goal":
        for name in ("target", "actual", "unit"):
            found.pop(name, None)
    repeats = _repeats(typed)
    return found if repeats == "no" else {**found, "repeats": repeats}


def _repeats(typed: Mapping[str, str]) -> str:
    how = typed.get("how", "no")
    if typed.get("other", "").strip():
        return typed["other"].strip()
    if how != RULE:
        return how
    count = typed.get("count", "").strip()
    if count in {"", "0"}:
        return typed.get("anchor", "")
    return f"{count} {typed.get('by', '')} {typed.get('anchor', '')}"


def _month(typed: Mapping[str, str]) -> str:
    """The fiscal year's first month, where the calendar of the vendor is asked at all."""
    month = typed.get("first_month", "")
    return month if typed.get("how") == RULE and month in dict(_PAIRS["months"]) else ""


def _typed(entry: Entry) -> dict[str, str]:
    """An entry as the form shows it."""
    values = entry.model_dump(mode="json", exclude_none=True)
    shown = {name: str(values[name]) for name in _PLAIN if name in values}
    return shown | _shown_rhythm(entry.repeats)


def _shown_rhythm(repeats: str) -> dict[str, str]:
    if repeats == "no" or repeats in EVERY:
        return {"how": repeats}
    found = _COUNTED.fullmatch(repeats)
    if found and found[2] in UNITS and found[3] in ANCHORS:
        return {"how": RULE, "count": found[1], "by": found[2], "anchor": found[3]}
    return {"how": RULE, "anchor": repeats} if repeats in ANCHORS else {"other": repeats}


def _unseen(entry: Entry) -> dict[str, Any]:
    """What an entry holds that the form does not show."""
    values = entry.model_dump(mode="json", exclude_defaults=True)
    return {name: values[name] for name in ("starts", "holidays") if name in values}


def _title(typed: Mapping[str, str]) -> str:
    return " ".join(typed.get("title", "").split())[:80]

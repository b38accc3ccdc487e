"""Add an item, and edit or delete one that somebody entered: plain fields, no YAML."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app.errors import Invalid
from app.services import actuals, own_dates, own_items
from app.services.own_dates import Dates
from app.services.own_items import Shown
from app.services.pages import Act
from app.web.addresses import local
from app.web.fields import Submitted
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.site import site_of
from app.web.visit import Visit, acting, reading
from connectors.sdk.fiscal import MONTHS, month_of
from connectors.sdk.records import Category
from connectors.sdk.repeats import words_of

router = page_router()

KINDS = (
    ("deadline", "Deadline"),
    ("report", "Report"),
    ("review", "Review or meeting"),
    ("goal", "Goal"),
)
EVERY = tuple(f"every {span}" for span in ("week", "month", "quarter", "half-year", "year"))
RULE = "rule"
DATES = "dates"
"""The button that shows the dates and saves nothing."""
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
        visit.real()
        typed = {"kind": "deadline", "how": "no", "date": visit.clock.today.isoformat()}
        return _form(visit, typed)


@router.post("/items/add")
def add(request: Request, form: Submitted) -> Response:
    """One more entry; the source that holds them is made for the first."""
    typed = _typed_in(form)
    if typed.get("then") == DATES:
        return _again(request, typed)
    site = site_of(request)
    try:
        with acting(request) as visit:
            act, entry_id = own_items.add(
                visit.session, _entry(typed), year=_year(typed), vault=site.vault, **_by(visit)
            )
    except Invalid as error:
        return _again(request, typed, error)
    site.show(act)
    source = act.source or 0
    with reading(request) as visit:
        first = own_dates.first(visit.session, source, entry_id, today=visit.clock.today)
        dates = own_dates.dates(visit.session, _entry(typed), _year(typed), since=visit.clock.today)
    if first is None:  # it comes later than is looked, or another process reads it at this moment
        said = f"{act.said} {dates.problem or 'Its dates come in a moment.'}"
        return see_other(request, f"/sources/{source}", Toast(said=said, undo=act.undo))
    return _told(request, f"/inbox?item={first}", act)


@router.get("/items/{item_id:id}/edit")
def edit_form(request: Request, item_id: int) -> Response:
    """The entry that the item came from; ``?only=1``: this one time of it."""
    with reading(request) as visit:
        shown = own_items.entry_of(visit.session, item_id)
        if shown.repeats and request.query_params.get("only"):
            return _once_form(visit, shown, _typed_once(shown), item_id)
        return _form(visit, _typed(shown), item_id=item_id)


@router.post("/items/{item_id:id}/edit")
def edit(request: Request, item_id: int, form: Submitted) -> Response:
    """Its date and all that follow; those before it stay."""
    typed = _typed_in(form)
    if typed.get("then") == DATES:
        return _again(request, typed, item_id=item_id)
    try:
        with acting(request) as visit:
            act = own_items.edit(
                visit.session, item_id, _entry(typed), year=_year(typed), **_by(visit)
            )
    except Invalid as error:
        return _again(request, typed, error, item_id=item_id)
    return _told(request, f"/items/{item_id}", act)


@router.post("/items/{item_id:id}/once")
def edit_once(request: Request, item_id: int, form: Submitted) -> Response:
    """What is different about this one time."""
    typed = _typed_in(form)
    try:
        with acting(request) as visit:
            shown = own_items.entry_of(visit.session, item_id)
            act = own_items.edit_once(
                visit.session, item_id, _differing(shown, typed), **_by(visit)
            )
    except Invalid as error:
        with reading(request) as visit:
            shown = own_items.entry_of(visit.session, item_id)
            return _once_form(visit, shown, typed, item_id, error=error)
    return _told(request, f"/items/{item_id}", act)


@router.post("/items/{item_id:id}/delete")
def delete(request: Request, item_id: int, form: Submitted) -> Response:
    """This time, all that follow, or everything; it stays to be found as removed."""
    what = str(form.get("what", own_items.ALL))
    with acting(request) as visit:
        act = own_items.delete(visit.session, item_id, what=what, **_by(visit))
    return _told(request, "/inbox", act)


@router.post("/items/{item_id:id}/actual")
def reached(request: Request, item_id: int, form: Submitted) -> Response:
    """How much of a goal is reached."""
    with acting(request) as visit:
        act = actuals.enter(
            visit.session,
            item_id,
            str(form.get("actual", "")),
            uploads=visit.site.settings.uploads,
            **_by(visit),
        )
    return _told(request, local(str(form.get("next", "")), f"/items/{item_id}"), act)


def _by(visit: Visit) -> dict[str, Any]:
    return {"now": visit.clock.now, "user_id": visit.user_id}


def _told(request: Request, after: str, act: Act) -> Response:
    site_of(request).show(act)
    return see_other(request, after, Toast(said=act.said, undo=act.undo))


def _typed_in(form: FormData) -> dict[str, str]:
    return {name: str(value) for name, value in form.items()}


def _form(
    visit: Visit,
    typed: Mapping[str, str],
    *,
    item_id: int | None = None,
    error: Invalid | None = None,
    dates: Dates | None = None,
) -> Response:
    shown = own_items.entry_of(visit.session, item_id) if item_id is not None else None
    return render(
        visit,
        "own_item.html",
        status=422 if error else 200,
        typed=typed,
        item_id=item_id,
        repeats=shown is not None and shown.repeats,
        from_on=shown.place.on if shown else None,
        errors=_shown(error.fields) if error else {},
        wrong=error.message if error else "",
        dates=dates,
        vendors=own_items.vendors(visit.session),
        **_PAIRS,
    )


def _once_form(
    visit: Visit,
    shown: Shown,
    typed: Mapping[str, str],
    item_id: int,
    *,
    error: Invalid | None = None,
) -> Response:
    return render(
        visit,
        "own_item_once.html",
        status=422 if error else 200,
        typed=typed,
        item_id=item_id,
        shown=shown,
        rhythm=words_of(shown.entry.rhythm),
        errors=error.fields if error else {},
        wrong=error.message if error else "",
    )


def _again(
    request: Request,
    typed: Mapping[str, str],
    error: Invalid | None = None,
    *,
    item_id: int | None = None,
) -> Response:
    """The form as it was filled in, with what is wrong or with the dates that it comes to."""
    with reading(request) as visit:
        dates = None
        if error is None:
            try:
                dates = _dates(visit, typed, item_id)
            except Invalid as problem:
                error = problem
        return _form(visit, typed, item_id=item_id, error=error, dates=dates)


def _dates(visit: Visit, typed: Mapping[str, str], item_id: int | None) -> Dates:
    since = visit.clock.today
    if item_id is not None and (on := own_items.entry_of(visit.session, item_id).place.on):
        since = min(on, since)
    return own_dates.dates(visit.session, _entry(typed), _year(typed), since=since)


def _shown(fields: Mapping[str, str]) -> dict[str, str]:
    """The sentences by the form's own fields."""
    places = {"repeats": "other", "year": "fiscal_end"}
    return {places.get(name, name): text for name, text in fields.items()}


def _entry(typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as an entry; what was left empty is left out."""
    found = {name: text for name in _PLAIN if (text := _clean(typed.get(name, "")))}
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


def _year(typed: Mapping[str, str]) -> str:
    """The vendor's fiscal year, where its calendar is asked at all."""
    month = typed.get("first_month", "")
    chosen = typed.get("fiscal_end", "").strip() or month
    asked = typed.get("how") == RULE or typed.get("other", "").strip()
    return chosen if asked and (chosen != month or month in dict(_PAIRS["months"])) else ""


def _typed(shown: Shown) -> dict[str, str]:
    """An entry as the form shows it, from the date of this item on."""
    values = shown.entry.model_dump(mode="json", exclude_none=True)
    typed = {name: str(values[name]) for name in _PLAIN if name in values}
    if shown.repeats and shown.place.on:
        typed["date"] = shown.place.on.isoformat()
        if shown.once.actual is not None:
            typed["actual"] = f"{shown.once.actual:f}"
    try:
        year = {"first_month": str(month_of(shown.year))} if shown.year else {"first_month": "1"}
    except ValueError:
        year = {"fiscal_end": shown.year}
    return typed | year | _shown_rhythm(shown.entry.repeats)


def _typed_once(shown: Shown) -> dict[str, str]:
    """This one time as its form shows it."""
    values = {
        name: getattr(shown.once, name) or getattr(shown.entry, name)
        for name in ("title", "amount", "note", "target")
    }
    values |= {"date": shown.once.date or shown.place.on, "actual": shown.once.actual}
    return {name: str(value) for name, value in values.items() if value is not None}


def _differing(shown: Shown, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed of one time, where it is another than that of all of them."""
    usual = {
        **{name: getattr(shown.entry, name) for name in ("title", "amount", "note", "target")},
        "date": shown.place.on,
        "actual": None,
    }
    found = {name: _clean(typed.get(name, "")) for name in usual}
    return {
        name: text
        for name, text in found.items()
        if text and text != ("" if usual[name] is None else str(usual[name]))
    }


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _shown_rhythm(repeats: str) -> dict[str, str]:
    if repeats == "no" or repeats in EVERY:
        return {"how": repeats}
    found = _COUNTED.fullmatch(repeats)
    if found and found[2] in UNITS and found[3] in ANCHORS:
        return {"how": RULE, "count": found[1], "by": found[2], "anchor": found[3]}
    return {"how": RULE, "anchor": repeats} if repeats in ANCHORS else {"other": repeats}

"""Items: lists of them, one of them, and all of them for whoever mirrors the inbox."""

import re
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

from app.api.asking import CURSOR, PARAMETERS, Parameters, opened
from app.api.problems import Problem
from app.api.v1.call import PLACES, Answer, Call, Json, begin_anew
from app.api.v1.cursors import PATTERN
from app.services import answers, feeding, mirroring
from app.services.listing import events
from app.services.mirroring import Gone, Walk
from app.services.pages import View

START = "start"
SINCE = f"{START}, a moment such as 2026-11-01T00:00:00Z, or what next and sync hold: nothing else."


def _is_cursor(text: str) -> bool:
    return re.fullmatch(PATTERN, text) is not None


def moment_of(text: str) -> datetime | None:
    """The moment that an RFC 3339 text names; None for any other."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None and 1 < at.year < 9999 else None


def _is_since(text: str) -> bool:
    return text == START or moment_of(text) is not None or _is_cursor(text)


LIMIT: Parameters = {"limit": PARAMETERS["limit"]}
PAGED: Parameters = {"cursor": (_is_cursor, CURSOR.replace("a next_url", "next")), **LIMIT}
SINCE_OF = (_is_since, SINCE)
LISTED: Parameters = {
    **{name: takes for name, takes in PARAMETERS.items() if name not in ("after", "limit")},
    "updated_since": SINCE_OF,
    **PAGED,
}
HISTORY: Parameters = {"since": SINCE_OF, **LIMIT}


def listed(call: Call) -> Answer:
    """A view's items, or what was touched since."""
    if "updated_since" in call.query:
        return _mirrored(call)
    view, reader = view_of(call)
    kind = f"items {_told(call)}"
    place = call.after(kind)
    found = answers.LISTED.page(
        call.session,
        view,
        user_id=reader,
        clock=call.clock,
        after=place[0] if place else "",
        limit=call.limit,
    )
    told = [answers.item(row, call.home) for row in found.rows]
    onward = call.link(cursor=call.cursor(kind, found.after)) if found.after else None
    return _page(call, told, onward)


def view_of(call: Call) -> tuple[View, int]:
    """Which items are asked for, and whom "mine" in it means. Raises ``Problem``."""
    asked = {name: text for name, text in call.query.items() if name not in (*PLACES, "limit")}
    saved = asked.pop("view", "")
    if not saved:
        return View(**asked), feeding.NOBODY
    if asked:
        raise call.wrong(view="It says which items and in which order: beside it only paging.")
    view, _name = opened(call.session, int(saved), call.token.user_id)
    return view, call.token.user_id or feeding.NOBODY


def _told(call: Call) -> str:
    """What a cursor of this question bears, so that it goes on with no other one."""
    asked = sorted((name, text) for name, text in call.query.items() if name not in PLACES)
    told = [pair for pair in asked if pair[0] != "limit"]
    return blake2b(orjson.dumps(told), digest_size=6).hexdigest()


def _page(call: Call, told: list[Json], onward: str | None, sync: str | None = None) -> Answer:
    beside = answers.beside(call.session, told, call.clock)
    body = {"items": told, **beside, "next": onward, "sync": sync}
    return Answer(body=body, next=onward)


def goals(call: Call) -> Answer:
    """The goals that their sources list, with how they stand today."""
    kind = "goals"
    place = call.after(kind)
    limit = call.limit
    found = answers.goals_behind(call.session, place[0] if place else 0, limit=limit + 1)
    told = [answers.goal(row, answers.item(row, call.home), call.clock) for row in found[:limit]]
    more = len(found) > limit
    onward = call.link(cursor=call.cursor(kind, told[-1]["id"])) if more else None
    beside = answers.beside(call.session, told, call.clock)
    return Answer(body={"goals": told, **beside, "next": onward}, next=onward)


def one(call: Call) -> Answer:
    """One item with what its source says at length."""
    told = found(call)
    text = answers.text_of(call.session, told["id"])
    beside = answers.beside(call.session, [told], call.clock)
    rest = {"text": text, **beside}
    around = blake2b(orjson.dumps(rest), digest_size=6).hexdigest()
    return Answer(body={"item": told, **rest}, tag=f'"{told["etag"]}.{around}"')


def found(call: Call) -> Json:
    """The item that the path names; raises ``Problem``."""
    told = answers.one(call.session, call.ids["item_id"], call.home)
    if told is None:
        raise Problem(404, "Not found", "There is no such item.", about="not-found")
    return told


def comments(call: Call) -> Answer:
    """What people wrote about it."""
    return Answer(body={"comments": answers.talk(call.session, found(call)["id"])})


def lines(call: Call) -> Answer:
    """Its history."""
    item_id = found(call)["id"]
    place = call.after(f"lines {item_id}")
    limit = call.limit
    told = answers.history(
        call.session,
        events.c.subject == "item",
        events.c.subject_id == item_id,
        events.c.id > (place[0] if place else 0),
        limit=limit + 1,
    )
    onward = None
    if len(told) > limit:
        onward = call.link(cursor=call.cursor(f"lines {item_id}", told[limit - 1]["id"]))
    return Answer(body={"events": told[:limit], "next": onward}, next=onward)


# Everything, and then along


def _mirrored(call: Call) -> Answer:
    """A page of a walk over everything, or over what was touched since."""
    beside = call.query.keys() - {"updated_since", "limit"}
    if beside:
        alone = "It gives all items, whatever they are: beside it only limit."
        raise call.wrong(**dict.fromkeys(sorted(beside), alone))
    walk, limit = _walk(call, "updated_since", "items", mirroring.everything), call.limit
    if walk.upto:
        touched = mirroring.touched(call.session, walk, limit + 1)
        more, touched = len(touched) > limit, touched[:limit]
        ids = [item_id for _line, item_id in touched]
        told = answers.these(call.session, ids, call.home)
        last = touched[-1][0] if touched else walk.upto
    else:
        rows = answers.rows(call.session, mirroring.behind(walk), limit=limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        told = [answers.item(row, call.home) for row in rows]
        last = rows[-1].id if rows else walk.after
    onward, sync = _onward(call, "updated_since", "items", walk._replace(after=last), more=more)
    return _page(call, told, onward, sync)


def history(call: Call) -> Answer:
    """A page of the history, or of what was added since."""
    walk, limit = _walk(call, "since", "events", mirroring.history), call.limit
    told = answers.history(call.session, *mirroring.lines_of(walk), limit=limit + 1)
    more, told = len(told) > limit, told[:limit]
    last = told[-1]["id"] if told else walk.upto
    onward, sync = _onward(call, "since", "events", walk._replace(after=last), more=more)
    return Answer(body={"events": told, "next": onward, "sync": sync}, next=onward)


def _walk(call: Call, name: str, kind: str, all_of_it: Any) -> Walk:
    """Where the walk is, that is to be begun or gone on with."""
    asked = call.query.get(name, START)
    try:
        if asked == START:
            begun: Walk = all_of_it(call.session)
            return begun
        at = moment_of(asked)
        if at is not None:
            walk = mirroring.since_moment(call.session, at)
            return walk if walk.upto else all_of_it(call.session)
        begins = call.place(f"{kind} since", asked)
        if begins is not None:
            return mirroring.since(call.session, *begins)
        goes_on = call.place(f"{kind} walk", asked)
        if goes_on is not None:
            return mirroring.go_on(call.session, Walk(*goes_on))
    except Gone:
        raise begin_anew(
            "That was too long ago, or a backup was put back or the sample wiped since."
        ) from None
    raise begin_anew("This is nothing that this inbox gave out, or not with its present key.")


def _onward(
    call: Call, name: str, kind: str, walk: Walk, *, more: bool
) -> tuple[str | None, str | None]:
    """Where the walk goes on; or, at its end, where to ask for what came since it began."""
    if more:
        return call.link(**{name: call.cursor(f"{kind} walk", *walk)}), None
    return None, call.link(**{name: call.cursor(f"{kind} since", walk.position)})

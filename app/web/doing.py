"""An act on one item or on many: done at once, after a preview, or not done, and why.

One answer for all verbs. Without a script it leads back to where it was sent from, with a toast;
by htmx it answers with the places of the page that changed.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.core.packing import pack
from app.core.words import plural
from app.errors import Invalid
from app.services import conflicts, events, selecting, states
from app.services.conflicts import Did
from app.services.mandatory import NeedsProof
from app.services.pages import Act
from app.services.states import Overtaken
from app.web.addresses import local
from app.web.changed import changed
from app.web.flash import Toast
from app.web.inbox_page import PATH
from app.web.render import Place, by_htmx, fragment, go_to, places, render, see_other
from app.web.sent import Sent
from app.web.verbs import Verb, person_of
from app.web.visit import Visit, acting, reading

ROW_BY_ROW = 20
"""Of more items the whole list is shown anew, not each of its rows."""
NOTHING = Act(said="", items=())


def answer(request: Request, sent: Sent, verb: Verb) -> Response:
    """Do it, or say what it would be done to, or what stands against it."""
    ids = sent.previewed or list(dict.fromkeys(sent.item))
    if not sent.ids and (sent.every or len(ids) > selecting.PREVIEW_ABOVE):
        with reading(request) as visit:
            ids = _chosen(visit, sent, ids)
            if len(ids) > selecting.PREVIEW_ABOVE or _unseen(sent, ids):
                return _preview(visit, sent, verb, ids)
    if not ids:
        raise Invalid("No item is chosen.", remedy="Choose at least one.")
    try:
        act, left = _act(request, sent, verb, ids)
    except Overtaken as error:
        return _overtaken(request, sent, verb, error)
    except NeedsProof as error:
        return _unproven(request, sent, error)
    if left:
        response = _partly(request, sent, act, left)
    else:
        response = told(request, act, sent.next, again=len(ids) > ROW_BY_ROW)
    if sent.every or sent.ids:  # the selection is over, and it stood in the address
        response.headers["HX-Replace-Url"] = local(sent.next, PATH)
    return response


def _chosen(visit: Visit, sent: Sent, ids: list[int]) -> list[int]:
    if not sent.every:
        return ids
    found = selecting.matching(visit.session, sent.of_view, **visit.by)
    without = sent.excluded
    return [id_ for id_ in found if id_ not in without]


def _unseen(sent: Sent, ids: list[int]) -> bool:
    """Whether something matches that came after the page was shown."""
    return bool(sent.every) and not set(ids) <= set(sent.shown)


def _act(request: Request, sent: Sent, verb: Verb, ids: list[int]) -> tuple[Act, Mapping[int, str]]:
    """What was done, and which of many items were left, each with the reason."""
    with acting(request, on_items=True) as visit:
        left = {}
        if not verb.own and (len(ids) > 1 or sent.was):
            states.hold(visit.session, ids)  # nobody changes them between the question and the act
        if sent.was:  # one may be quicker than the answer to the act before
            who = visit.user_id
            sent = sent.knowing(conflicts.unless_own(visit.session, sent.versions, user_id=who))
        if len(ids) > 1:
            left = _refused(visit, sent, verb, ids)
        rest = [id_ for id_ in ids if id_ not in left]
        return (verb.do(visit, sent, rest) if rest else NOTHING), left


def _refused(visit: Visit, sent: Sent, verb: Verb, ids: list[int]) -> dict[int, str]:
    if verb.own:
        return {}
    return selecting.refused(
        visit.session,
        ids,
        seen=sent.mark,
        versions={} if sent.ids else sent.versions,
        declines=verb.declines,
        settles=verb.settles,
        backup=person_of(sent.backup) if verb.backs_up else None,
        **visit.by,
    )


def told(
    request: Request, act: Act, after: str, *, again: bool = False, noted: bool = False
) -> Response:
    """Tell what was done, where the person is; a page of which no part is known is shown anew.

    ``again``: items may come back into lists. ``noted``: the note's field starts anew;
    after any other act it keeps what was typed so far.
    """
    toast = Toast(said=act.said, undo=act.undo)
    to = local(after, PATH)
    if not by_htmx(request):
        return see_other(request, to, toast)
    with reading(request) as visit:
        now = changed(visit, act, again=again, keep_note=not noted)
        return places(visit, *now, toast=toast) if now else go_to(request, to, toast)


# Many items


def _preview(visit: Visit, sent: Sent, verb: Verb, ids: list[int]) -> Response:
    """How many, what money, whose, which first; what is left out, and why."""
    left = _refused(visit, sent, verb, ids)
    page = selecting.preview(visit.session, ids, left, **visit.by)
    seen = events.newest(visit.session)
    names = {"preview": page, "does": verb.words(visit, sent), "verb": verb.path, "sent": sent}
    return _shown(visit, names | {"ids": pack(set(ids) - left.keys()), "seen": seen})


def _partly(request: Request, sent: Sent, act: Act, left: Mapping[int, str]) -> Response:
    """What was done, and what was left, row by row."""
    with reading(request) as visit:
        lines = selecting.left(visit.session, left, **visit.by)
        said = act.said or "Nothing was done"
        toast = Toast(said=f"{said}. {plural(len(left), 'item')} left as they are", undo=act.undo)
        names = {"preview": None, "said": said, "left": lines, "left_count": len(left)}
        return _shown(visit, names | {"sent": sent}, toast)


def _shown(visit: Visit, names: dict[str, Any], toast: Toast | None = None) -> Response:
    """In the list's place; without a script a page of its own."""
    names["back"] = local(names["sent"].next, PATH)
    if not by_htmx(visit.request):
        return render(visit, "bulk.html", **names | ({"toast": toast} if toast else {}))
    html = fragment(visit, "bulk.html", "preview", **names)
    bar = Place(target="#bulk", html='<form id="bulk" class="bulk"></form>')
    return places(visit, Place(target="#inbox", html=html), bar, toast=toast)


# What stands against it


def _overtaken(request: Request, sent: Sent, verb: Verb, error: Overtaken) -> Response:
    with reading(request) as visit:
        mine = Did(who="You", what=verb.words(visit, sent), at=visit.clock.now)
        fields = {**sent.again, **({"proof": sent.proof} if sent.proof else {})}
        return collision(
            visit, error, mine, to=f"/items/{verb.path}", after=sent.next, again=fields
        )


def collision(
    visit: Visit,
    error: Overtaken,
    mine: Did,
    *,
    to: str,
    after: str,
    again: Mapping[str, str],
    of: int = 1,
) -> Response:
    """Both sides, what stands now, and the choice between them. What was typed stays typed."""
    both = conflicts.collision(visit.session, error, mine, of, **visit.by)
    names = {"both": both, "to": to, "back": local(after, PATH), "again": again}
    return _asked(visit, "conflict", names, list(error.known), status=409)


def _unproven(request: Request, sent: Sent, error: NeedsProof) -> Response:
    """The sentence, and the field that settles it in one step."""
    with reading(request) as visit:
        id_ = next(iter(error.ids))
        names = {"problem": error, "id": id_, "sent": sent, "back": local(sent.next, PATH)}
        return _asked(visit, "needs_proof", names, [], status=422)


def _asked(
    visit: Visit, name: str, names: dict[str, Any], ids: list[int], *, status: int
) -> Response:
    """A question: beside the page as it stands now; without a script a page of its own."""
    if not by_htmx(visit.request):
        return render(visit, "asked.html", status=status, part=f"parts/{name}.html", **names)
    now = changed(visit, Act(said="", items=tuple(ids)), again=False, keep_note=True) if ids else []
    html = fragment(visit, "asked.html", "toast", part=f"parts/{name}.html", **names)
    response = places(visit, *now, question=html)
    response.status_code = status
    return response

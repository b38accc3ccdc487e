"""What the feed may be asked for. A machine is told of its mistake: nothing is guessed, so that
a mistyped filter does not give everything, and a broken cursor does not begin anew for ever.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session
from starlette.datastructures import QueryParams

from app.api.problems import Problem
from app.core.bounds import FIRST_YEAR, LAST_YEAR, amount_of, day_of
from app.core.storable import is_text
from app.core.whole import whole
from app.errors import NotFound
from app.services import addressed, feeding, orders, saved
from app.services.pages import View
from app.services.pages.views import NOBODY, SORTS, STATES
from connectors.sdk.records import Category, Kind

DEFAULT_LIMIT = 50
LONGEST = 500
KINDS = (*map(str, Kind), *map(str, Category))


def _is_words(text: str) -> bool:
    return len(text) <= LONGEST and bool(text.strip()) and is_text(text)


def _is_currency(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isupper()


WORDS = (_is_words, f"Text of 1 to {LONGEST} characters, or leave it out.")
AMOUNT = (
    lambda text: amount_of(text) is not None,
    "An amount: at most 13 digits, a point, at most 4 decimals.",
)
DAY = (
    lambda text: day_of(text) is not None,
    f"A date, YYYY-MM-DD, from {FIRST_YEAR} to {LAST_YEAR}.",
)
ALONE = "It says which items and in which order: beside it only after and limit."
CURSOR = "Only what a next_url holds. Begin anew without it."
Parameters = Mapping[str, tuple[Callable[[str], bool], str]]
"""Each parameter: which values it takes, and that in words."""
PARAMETERS: Parameters = {
    "view": (lambda text: bool(whole(text)), "The number of a saved view, as All views shows it."),
    "tab": (feeding.TABS.__contains__, f"One of: {', '.join(feeding.TABS)}."),
    "q": WORDS,
    "vendor": WORDS,
    "program": WORDS,
    "kind": (KINDS.__contains__, f"One of: {', '.join(KINDS)}."),
    "source": (lambda text: bool(whole(text)), "The number that the address of a source ends in."),
    "owner": (
        lambda text: text == NOBODY or bool(whole(text)),
        f"The number of a person, or {NOBODY}: a feed is nobody's own.",
    ),
    "state": (STATES.__contains__, f"One of: {', '.join(STATES)}."),
    "currency": (_is_currency, "An ISO 4217 code: three capital letters."),
    **dict.fromkeys(("amount_from", "amount_to"), AMOUNT),
    **dict.fromkeys(("due_from", "due_to"), DAY),
    "sort": (
        lambda text: bool(text) and text in SORTS,
        f"One of: {', '.join(filter(None, SORTS))}. By due date without it.",
    ),
    "after": (lambda text: 0 < len(text) <= orders.LONGEST and is_text(text), CURSOR),
    "limit": (
        lambda text: 1 <= (whole(text) or 0) <= feeding.MOST,
        f"A whole number from 1 to {feeding.MOST}.",
    ),
}
"""What the feed takes."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One page of one view. ``query`` is what was asked, without the cursor and the usual.

    ``saved`` is the number of a saved view, which takes the place of ``view``.
    """

    view: View = field(default_factory=View)
    saved: int | None = None
    after: str = ""
    limit: int = DEFAULT_LIMIT
    query: Mapping[str, str] = field(default_factory=dict)


def checked(given: QueryParams, parameters: Parameters) -> dict[str, str]:
    """What the address gives; raises ``Problem`` that names each parameter that is wrong."""
    wrong = {
        name: text for name in given if (text := _wrong(name, given.getlist(name), parameters))
    }
    if wrong:
        raise unanswerable(wrong)
    return dict(given)


def asked(given: QueryParams) -> Asked:
    """What the address asks for; raises ``Problem`` that names each parameter that is wrong."""
    told = checked(given, PARAMETERS)
    after, limit = told.pop("after", ""), int(told.pop("limit", DEFAULT_LIMIT))
    saved, paging = told.pop("view", ""), {} if limit == DEFAULT_LIMIT else {"limit": str(limit)}
    if saved:
        if told:
            raise unanswerable({"view": ALONE})
        query = {"view": saved} | paging
        return Asked(saved=whole(saved), after=after, limit=limit, query=query)
    view = View(**told)
    ours(view, after)
    return Asked(view=view, after=after, limit=limit, query=view.query() | paging)


def opened(session: Session, view_id: int, user_id: int | None) -> tuple[View, str]:
    """A saved view and its name: a shared one, or one of the person's whose token it is. Raises
    ``Problem``.
    """
    try:
        found = saved.seen(session, view_id, user_id or feeding.NOBODY)
    except NotFound:
        detail = "There is no such view, or it is not shared and this token is not its maker's."
        raise Problem(404, "There is no such view", detail, about="views") from None
    view = addressed.view_from(found.query)
    if user_id is None and addressed.is_personal(view):
        detail = "This view asks for its reader's own items, and this token is nobody's."
        raise Problem(422, "The view needs a reader", detail, about="views")
    return view, found.name


def ours(view: View, after: str) -> None:
    """Go on only with a cursor that this view gave; raises ``Problem``."""
    if after and orders.cursor_from(view, after) is None:
        raise unanswerable({"after": CURSOR})


def unanswerable(wrong: Mapping[str, str]) -> Problem:
    """What is wrong with which parameter."""
    text = " ".join(f"{name}: {sentence}" for name, sentence in wrong.items())
    return Problem(422, "The query cannot be answered", text, about="query", wrong=wrong)


def _wrong(name: str, values: list[str], parameters: Parameters) -> str | None:
    """What is wrong with a parameter, as a sentence."""
    if name not in parameters:
        known = f"There are: {', '.join(parameters)}." if parameters else "There is none."
        return f"There is no such parameter. {known}"
    takes, sentence = parameters[name]
    if len(values) > 1:
        return "Only once."
    return None if takes(values[0]) else sentence

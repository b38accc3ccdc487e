"""What the feed may be asked for. A machine is told of its mistake: nothing is guessed, so that
a mistyped filter does not give everything, and a broken cursor does not begin anew for ever.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import QueryParams

from app.api.problems import Problem
from app.core.storable import is_text
from app.core.whole import whole
from app.services import feeding, listing
from app.services.pages import View
from connectors.sdk.records import Category, Kind

DEFAULT_LIMIT = 50
LONGEST = 500
KINDS = (*map(str, Kind), *map(str, Category))


def _is_words(text: str) -> bool:
    return len(text) <= LONGEST and bool(text.strip()) and is_text(text)


WORDS = (_is_words, f"Text of 1 to {LONGEST} characters, or leave it out.")
PARAMETERS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "tab": (feeding.TABS.__contains__, f"One of: {', '.join(feeding.TABS)}."),
    "q": WORDS,
    "vendor": WORDS,
    "program": WORDS,
    "kind": (KINDS.__contains__, f"One of: {', '.join(KINDS)}."),
    "source": (lambda text: bool(whole(text)), "The number that the address of a source ends in."),
    "after": (
        lambda text: listing.cursor_from(text) is not None,
        "Only what a next_url holds. Begin anew without it.",
    ),
    "limit": (
        lambda text: 1 <= (whole(text) or 0) <= feeding.MOST,
        f"A whole number from 1 to {feeding.MOST}.",
    ),
}
"""Each parameter: which values it takes, and that in words."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One page of one view. ``query`` is what was asked, without the cursor and the usual."""

    view: View
    after: str = ""
    limit: int = DEFAULT_LIMIT
    query: Mapping[str, str] = field(default_factory=dict)


def asked(given: QueryParams) -> Asked:
    """What the address asks for; raises ``Problem`` that names each parameter that is wrong."""
    wrong = {name: text for name in given if (text := _wrong(name, given.getlist(name)))}
    if wrong:
        raise Problem(
            422,
            "The query cannot be answered",
            " ".join(f"{name}: {text}" for name, text in wrong.items()),
            about="query",
            wrong=wrong,
        )
    told = dict(given)
    after, limit = told.pop("after", ""), int(told.pop("limit", DEFAULT_LIMIT))
    view = View(**told)
    paging = {} if limit == DEFAULT_LIMIT else {"limit": str(limit)}
    return Asked(view=view, after=after, limit=limit, query=view.query() | paging)


def _wrong(name: str, values: list[str]) -> str | None:
    """What is wrong with a parameter, as a sentence."""
    if name not in PARAMETERS:
        return f"There is no such parameter. There are: {', '.join(PARAMETERS)}."
    takes, sentence = PARAMETERS[name]
    if len(values) > 1:
        return "Only once."
    return None if takes(values[0]) else sentence

"""Month names as prose writes them, in the languages that partners' mail comes in, from CLDR."""

import calendar
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale

from app.core.folding import fold

LANGUAGES = ("en", "de", "de_AT", "fr", "es", "it", "nl", "pt", "pl", "sv", "nb", "da")
_SURE_LENGTH = 4
_AS_PEOPLE_WRITE = {"sept": 9, "maerz": 3, "jaenner": 1}
_ORDINARY = frozenset({"may", "march", "mar"})
"""English words too, where they are written small."""


def _of(locale: Locale) -> Iterator[tuple[str, int]]:
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months[context][width].items():
                yield name.rstrip("."), int(number)


@cache
def months() -> Mapping[str, int]:
    """Each name and short name in small letters, with and without its accents. The form that means
    two months (none does today) would mean none.

    Made when it is first asked for: reading the languages takes as long as loading the web server.
    """
    found: dict[str, set[int]] = {}
    listed = [pair for language in LANGUAGES for pair in _of(Locale.parse(language))]
    for name, number in [*listed, *_AS_PEOPLE_WRITE.items()]:
        for form in {name.casefold(), fold(name)}:
            found.setdefault(form, set()).add(number)
    return {form: numbers.pop() for form, numbers in found.items() if len(numbers) == 1}


ENGLISH = frozenset(
    name.casefold() for name in (*calendar.month_name, *calendar.month_abbr, "sept") if name
)
"""The names that may stand before the day: other languages put the day first."""


def month_of(name: str) -> int:
    """The number of the month that a text calls so; raises ``KeyError``."""
    return months()[name.rstrip(".").casefold()]


def needs_year(name: str) -> bool:
    """Whether a text must name day and year for this to be a month and no other word.

    Short names of other languages are words elsewhere: Italian "set", Portuguese "out".
    """
    bare = name.rstrip(".")
    if bare in _ORDINARY:
        return True
    small = bare.casefold()
    return small not in ENGLISH and len(small) < _SURE_LENGTH and small not in _SHORT_IN_FULL


_SHORT_IN_FULL = frozenset({"mai", "maj", "mei"})
"""Whole names that are short."""

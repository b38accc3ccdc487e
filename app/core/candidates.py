"""Dates and amounts in prose: what a notice's text may mean, for a person to confirm.

Nothing here is a fact. A day and month whose order nothing settles is given in both readings; a
date without a year is taken only where its year cannot be another, and the note says so. Months
are known by their names in ``month_names.LANGUAGES``.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from app.core.amounts import amounts
from app.core.month_names import ENGLISH, month_of, months, needs_year
from app.core.sentences import sentences

LONGEST_SENTENCE = 400
MOST = 20
_SEARCHED = 60_000
_HALF_A_YEAR = timedelta(days=183)
_LATEST = timedelta(days=366 * 5)


def _any_of(names: frozenset[str]) -> str:
    listed = "|".join(sorted(names, key=lambda name: (-len(name), name)))
    return rf"(?P<month>(?i:{listed})\b\.?)"


_DAY = r"(?P<day>[0-3]?[0-9])(?i:\.|st|nd|rd|th|er|e|:e|:a|º|°|ª)?"
_FROM = r"(?P<from>[0-3]?[0-9](?i:\.|st|nd|rd|th|er|e)? ?(?:[-–]|to|bis|au|al|tot|do|till|til) ?)?"
_OF = r"(?i: of| de| del| do|'|’| d['’])?"
_YEAR = r"(?P<year>20[0-9]{2})"
_LEFT, _RIGHT = r"(?<![\w./-])", r"(?![\w/-]|[.:]\w| (?:Street|St|Road|Avenue|Square)\b)"
_SLASHED = r"(?P<a>[0-3]?[0-9])(?P<mark>[/-])(?P<b>[0-3]?[0-9])(?P=mark)(?P<year>20[0-9]{2})"


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """How texts write dates; the last one is in slashes."""
    name, english = _any_of(frozenset(months())), _any_of(ENGLISH)
    return tuple(
        re.compile(f"{_LEFT}{form}{_RIGHT}")
        for form in (
            r"(?P<year>20[0-9]{2})([-/])(?P<number>[01][0-9])\2(?P<day>[0-3][0-9])",
            rf"{_FROM}{_DAY}{_OF}[ -]?{name}(?:(?:,?[ -]|,)(?i:de |del |do )?{_YEAR})?",
            rf"{english} {_FROM}{_DAY}(?:,? {_YEAR})?",
            r"(?P<day>[0-3]?[0-9])\. ?(?P<number>[01]?[0-9])\. ?(?P<year>20[0-9]{2})",
            _SLASHED,
        )
    )


_FIGURE = re.compile("[0-9]")
_NUMBERED = re.compile(
    r"\b(?:v|ver|version|versie|versión|versão|wersja|release|build|rev|firmware|rfc|no|nr|n°|#"
    r"|tel|phone|fax|mobile)[.:]? ?$",
    re.I,
)
"""What stands before numbers that look like a date and are none."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One date that a text names, with its sentence.

    on, or_on   the date; with ``or_on`` it may as well be that one, and a person must choose
    raw         the date as the text writes it
    amount      the only amount beside it, with its ISO 4217 code where the text names one
    note        what was concluded and not read; empty where the text says all
    """

    sentence: str
    on: date
    raw: str
    or_on: date | None = None
    amount: Decimal | None = None
    currency: str | None = None
    note: str = ""


def candidates(text: str, *, told_on: date) -> tuple[Candidate, ...]:
    """The dates in a text from ``told_on``, when it was told, on; each once, in their order."""
    said = list(sentences(unicodedata.normalize("NFC", text[:_SEARCHED])))
    order = _order(said)
    found: dict[tuple[date, date | None], Candidate] = {}
    for sentence in filter(_FIGURE.search, said):
        for raw, days, note in _dates(sentence, told_on, order):
            key = (days[0], days[1] if len(days) > 1 else None)
            if key not in found:
                found[key] = _candidate(sentence, key, raw, note)
    return tuple(found.values())[:MOST]


def _candidate(sentence: str, days: tuple[date, date | None], raw: str, note: str) -> Candidate:
    beside = amounts(sentence)
    amount, currency = beside[0] if len(beside) == 1 else (None, None)
    return Candidate(
        sentence=_cut(sentence, raw),
        on=days[0],
        or_on=days[1],
        raw=raw,
        amount=amount,
        currency=currency,
        note=note,
    )


def _order(said: list[str]) -> str:
    """Which of day and month comes first in figures, as far as the text itself settles it."""
    slashed = _forms()[-1]
    seen = {
        "day" if int(match["a"]) > 12 else "month"
        for sentence in said
        for match in slashed.finditer(sentence)
        if (int(match["a"]) > 12) is not (int(match["b"]) > 12)
    }
    return seen.pop() if len(seen) == 1 else ""


def _dates(sentence: str, told_on: date, order: str) -> Iterator[tuple[str, tuple[date, ...], str]]:
    """Each date as written, its readings that are not past, and what was concluded."""
    for match in _matches(sentence):
        days, note = _readings(match, told_on, order)
        days = tuple(day for day in days if told_on <= day <= told_on + _LATEST)
        if days:
            yield match[0].rstrip(" ,"), days, note


def _matches(sentence: str) -> list[re.Match[str]]:
    """What looks like a date, in its order, no two over one another."""
    found = [match for form in _forms() for match in form.finditer(sentence)]
    kept: list[re.Match[str]] = []
    for match in sorted(found, key=lambda one: (one.start(), -one.end())):
        apart = not kept or match.start() >= kept[-1].end()
        if apart and not _NUMBERED.search(sentence, max(0, match.start() - 12), match.start()):
            kept.append(match)
    return kept


def _readings(match: re.Match[str], told_on: date, order: str) -> tuple[tuple[date, ...], str]:
    parts = match.groupdict()
    if parts.get("a"):
        return _in_figures(int(parts["a"]), int(parts["b"]), int(parts["year"]), order)
    month = int(parts["number"]) if parts.get("number") else month_of(parts["month"])
    note = "The text names a period: its end is taken. " if parts.get("from") else ""
    if parts["year"]:
        return _valid(int(parts["year"]), month, int(parts["day"])), note.strip()
    if needs_year(parts["month"]):
        return (), ""
    near = [
        day
        for year in (told_on.year, told_on.year + 1)
        for day in _valid(year, month, int(parts["day"]))
        if told_on <= day <= told_on + _HALF_A_YEAR
    ]
    return tuple(
        near
    ), f"{note}The text names no year: the one after the notice's own date is taken."


def _in_figures(a: int, b: int, year: int, order: str) -> tuple[tuple[date, ...], str]:
    day_first, month_first = _valid(year, b, a), _valid(year, a, b)
    if not day_first or not month_first or day_first == month_first:
        return day_first or month_first, ""
    if order:
        note = f"The {order} comes first, as in another date of the text."
        return (day_first if order == "day" else month_first), note
    return (*sorted((*day_first, *month_first)),), "Day and month may be in either order."


def _valid(year: int, month: int, day: int) -> tuple[date, ...]:
    try:
        return (date(year, month, day),)
    except ValueError:
        return ()


def _cut(sentence: str, around: str) -> str:
    """The sentence, or of a very long one what stands around the date."""
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    start = max(0, sentence.find(around) - LONGEST_SENTENCE // 2)
    return f"…{sentence[start : start + LONGEST_SENTENCE - 2].strip()}…"

"""Dates and amounts in prose: what a notice's text may mean, for a person to confirm.

Nothing here is a fact. A day and month whose order nothing settles is given in both readings; a
date without a year is taken only where its year cannot be another, and the note says so.
English month names.
"""

import re
from calendar import month_abbr, month_name
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

LONGEST_SENTENCE = 400
MOST = 20
_SEARCHED = 60_000
_HALF_A_YEAR = timedelta(days=183)
_LATEST = timedelta(days=366 * 5)

_MONTHS = (
    {name.casefold(): n for n, name in enumerate(month_name) if n}
    | {name.casefold(): n for n, name in enumerate(month_abbr) if n}
    | {"sept": 9}
)
_WORDS_TOO = {"may", "march", "mar"}
"""Small letters make these another word."""
_WRITTEN = {
    form
    for name in _MONTHS
    for form in (name.title(), name.upper(), *([] if name in _WORDS_TOO else [name]))
}
_MONTH = "(?P<month>" + "|".join(sorted(_WRITTEN, key=len, reverse=True)) + r")\.?"
_DAY = r"(?P<day>[0-3]?[0-9])(?i:st|nd|rd|th)?"
_YEAR = r"(?P<year>20[0-9]{2})"
_FORMS = tuple(
    re.compile(rf"(?<![\w./-]){form}(?![\w/-]|\.\w)")
    for form in (
        r"(?P<year>20[0-9]{2})-(?P<number>[01][0-9])-(?P<day>[0-3][0-9])",
        rf"{_DAY}(?: of)?[ -]{_MONTH}(?:,?[ -]{_YEAR})?",
        rf"{_MONTH} {_DAY}(?:,? {_YEAR})?",
        r"(?P<day>[0-3]?[0-9])\.(?P<number>[01]?[0-9])\.(?P<year>20[0-9]{2})",
        r"(?P<a>[0-3]?[0-9])/(?P<b>[0-3]?[0-9])/(?P<year>20[0-9]{2})",
    )
)
_SLASHED = _FORMS[-1]
_ABBREVIATED = r"(?<!\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\.)(?<!\bNo\.)(?<!\bSept\.)"
_ENDS = re.compile(rf"\n+|(?<=[.!?]){_ABBREVIATED}\s+(?=[\"“(]?[A-Z0-9])")
_NOT_SAID = re.compile(r"^[> *]*(?:Date|Sent|From|To|Subject):|\bwrote:|©|\bcopyright\b", re.I)
_SIGNS = {"€": "EUR", "£": "GBP", "US$": "USD", "$": None}
_CODES = "USD|EUR|GBP|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|INR|SGD|ZAR"
_NUMBER = r"(?P<{0}>[0-9]{{1,3}}(?:[.,' ][0-9]{{3}})+(?:[.,][0-9]{{2}})?|[0-9]+(?:[.,][0-9]{{2}})?)"
_AMOUNT = re.compile(
    rf"(?<![\w.,$€£])(?P<code>{_CODES}|US\$|\$|€|£) ?{_NUMBER.format('after')}(?![\w%]|[.,][0-9])"
    rf"|(?<![\w.,$€£]){_NUMBER.format('before')} ?(?P<behind>{_CODES}|€|£)(?!\w)"
)


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


Amount = tuple[Decimal, str | None]


def candidates(text: str, *, told_on: date) -> tuple[Candidate, ...]:
    """The dates in a text from ``told_on``, when it was told, on; each once, in their order."""
    sentences = [one for one in _sentences(text[:_SEARCHED]) if not _NOT_SAID.search(one)]
    order = _order(sentences)
    found: dict[tuple[date, date | None], Candidate] = {}
    for sentence in sentences:
        amounts = _amounts(sentence)
        amount, currency = amounts[0] if len(amounts) == 1 else (None, None)
        for raw, days, note in _dates(sentence, told_on, order):
            key = (days[0], days[1] if len(days) > 1 else None)
            found.setdefault(
                key,
                Candidate(
                    sentence=_cut(sentence, raw),
                    on=key[0],
                    or_on=key[1],
                    raw=raw,
                    amount=amount,
                    currency=currency,
                    note=note,
                ),
            )
    return tuple(found.values())[:MOST]


def _sentences(text: str) -> Iterator[str]:
    for part in _ENDS.split(text):
        sentence = " ".join(part.split())
        if sentence:
            yield sentence


def _order(sentences: list[str]) -> str:
    """Which of day and month comes first before a slash, as far as the text itself settles it."""
    seen = {
        "day" if int(match["a"]) > 12 else "month"
        for sentence in sentences
        for match in _SLASHED.finditer(sentence)
        if (int(match["a"]) > 12) is not (int(match["b"]) > 12)
    }
    return seen.pop() if len(seen) == 1 else ""


def _dates(sentence: str, told_on: date, order: str) -> Iterator[tuple[str, tuple[date, ...], str]]:
    """Each date as written, its readings that are not past, and what was concluded."""
    matches = [match for form in _FORMS for match in form.finditer(sentence)]
    for match in sorted(matches, key=lambda one: one.start()):
        days, note = _readings(match, told_on, order)
        days = tuple(day for day in days if told_on <= day <= told_on + _LATEST)
        if days:
            yield match[0], days, note


def _readings(match: re.Match[str], told_on: date, order: str) -> tuple[tuple[date, ...], str]:
    parts = match.groupdict()
    if parts.get("a"):
        return _slashed(int(parts["a"]), int(parts["b"]), int(parts["year"]), order)
    month = int(parts["number"]) if parts.get("number") else _MONTHS[parts["month"].casefold()]
    if parts["year"]:
        return _valid(int(parts["year"]), month, int(parts["day"])), ""
    near = [
        day
        for year in (told_on.year, told_on.year + 1)
        for day in _valid(year, month, int(parts["day"]))
        if told_on <= day <= told_on + _HALF_A_YEAR
    ]
    return tuple(near), "The text names no year: the one after the notice's own date is taken."


def _slashed(a: int, b: int, year: int, order: str) -> tuple[tuple[date, ...], str]:
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


def _amounts(sentence: str) -> list[Amount]:
    """The different amounts of money in a sentence."""
    found: dict[Amount, None] = {}
    for match in _AMOUNT.finditer(sentence):
        sign = match["code"] or match["behind"]
        number = _number(match["after"] or match["before"])
        found[number, _SIGNS.get(sign, sign)] = None
    return list(found)


def _number(text: str) -> Decimal:
    """ "12,500.00", "12.500,00", "12 500": what stands before three digits groups thousands."""
    whole, cents = text, ""
    if decimals := re.fullmatch(r"(.*)[.,]([0-9]{2})", text):
        whole, cents = decimals[1], decimals[2]
    return Decimal(re.sub(r"[^0-9]", "", whole) + (f".{cents}" if cents else ""))


def _cut(sentence: str, around: str) -> str:
    """The sentence, or of a very long one what stands around the date."""
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    start = max(0, sentence.find(around) - LONGEST_SENTENCE // 2)
    return f"…{sentence[start : start + LONGEST_SENTENCE - 2].strip()}…"

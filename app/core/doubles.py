"""Whether two sources give one deadline, perhaps with two dates. Pure.

It only suggests, each time with its reason in words; a person decides. A wrong suggestion costs
more than a missing one: where a source has two deadlines that fit, nothing is suggested. Nothing
is compared with everything: only what shares a clue and is due at about the same time is looked
at.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rapidfuzz.fuzz import ratio

from app.core.matters import SAY_NOTHING, references, words
from connectors.sdk.records import Category, Money

REFERRED, NEAR, PERIOD = timedelta(days=45), timedelta(days=14), timedelta(days=31)
"""How far apart two dates of one thing can be: with one number, without, of one named period."""
WINDOW = max(REFERRED, NEAR, PERIOD)
_MOST_NUMBERS, _MOST_WORDS = 4, 6
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9_/.-]*[A-Z0-9]", re.I)
_DAY = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")
_LEGAL = frozenset(
    (
        *("ag", "ab", "as", "bv", "co", "corp", "gmbh", "inc", "kg", "llc", "ltd", "nv", "oy"),
        *("plc", "sa", "sarl", "se", "spa", "srl"),
    )
)
"""Words of a company's name that say its form."""
_OF_ACTS = frozenset(
    (
        *("before", "by", "claim", "claims", "deadline", "due", "end", "ends", "expire"),
        *("expires", "expiry", "invoice", "it", "lapse", "lapses", "open", "order", "quote"),
        *("renew", "renewal", "renewals", "renews", "submit", "until", "use"),
    )
)
"""Words of a title that say no more than its category."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What one source states of a deadline.

    numbers  what people quote to each other, as it is compared
    amount   the money at stake
    """

    id: int
    source: str
    kind: str
    title: str
    due: date
    category: str | None = None
    vendor: str | None = None
    program: str | None = None
    account: str | None = None
    numbers: frozenset[str] = frozenset()
    amount: Money | None = None


def numbers(reference: str | None, title: str) -> frozenset[str]:
    """The numbers by which a deadline is known: all of its reference, those that a title quotes."""
    own = [one.upper() for one in _NUMBER.findall(reference or "") if _is_number(one)]
    quoted = [one.upper() for one in sorted(references(title))]
    return frozenset(list(dict.fromkeys([*own, *quoted]))[:_MOST_NUMBERS])


def _is_number(text: str) -> bool:
    return (
        5 <= len(text) <= 40
        and sum(letter.isdigit() for letter in text) >= 4
        and not _DAY.fullmatch(text)
    )


def clues(stated: Stated) -> frozenset[str]:
    """What the same deadline of another source would share, as texts to look up by."""
    found = {f"no {number}" for number in stated.numbers}
    category, account = _category(stated), _account(stated)
    if category and account:
        found.add(f"for {' '.join(sorted(account))} {category}")
    elif category:
        found |= {f"of {word} {category}" for word in words(stated.vendor or "")[:_MOST_WORDS]}
    return frozenset(found)


def because(a: Stated, b: Stated) -> str:
    """Why two sources seem to give one deadline, as a sentence; empty where they do not."""
    a, b = sorted((a, b), key=lambda one: one.id)
    if a.source == b.source or a.kind != b.kind or not _can_be_one(a, b):
        return ""
    apart = abs(a.due - b.due)
    if shared := sorted(a.numbers & b.numbers):
        return f"Both carry the number {shared[0]}." if apart <= REFERRED else ""
    if (a.numbers and b.numbers) or not (_category(a) and a.vendor and b.vendor):
        return ""
    if bool(a.account) != bool(b.account) or _category(a) != _category(b):
        return ""
    return _of_account(a, b, apart) if a.account else _of_program(a, b, apart)


def _can_be_one(a: Stated, b: Stated) -> bool:
    """A quote and the invoice after it, or two customers' orders, can carry one number."""
    sorts = {_category(a), _category(b)} - {""}
    accounts = {_account(a), _account(b)} - {frozenset()}
    return len(sorts) < 2 and len(accounts) < 2 and _one_vendor(a, b)


def _of_account(a: Stated, b: Stated, apart: timedelta) -> str:
    alike = apart <= NEAR and _same_words(a, b)
    return f"Both are {_a(a)} for {a.account}, and {alike}." if alike else ""


def _of_program(a: Stated, b: Stated, apart: timedelta) -> str:
    if a.program and b.program and words(a.program) != words(b.program):
        return ""
    whose = f"{_a(a)} of {a.program or b.program or a.vendor}"
    period = _figures(a) if _figures(a) == _figures(b) else frozenset()
    named = period and a.program and b.program and _category(a) == Category.FUND_CLAIM
    if named and apart <= PERIOD:
        return f"Both are {whose} for {' '.join(sorted(period)).upper()}."
    alike = apart <= NEAR and _same_words(a, b)
    return f"Both are {whose}, and {alike}." if alike else ""


def _same_words(a: Stated, b: Stated) -> str:
    """What is alike of them beside what they are, in words; empty where it is too little."""
    if _figures(a) != _figures(b):
        return ""
    one_amount = a.amount is not None and a.amount == b.amount and a.amount.amount > 0
    ours, theirs = _title(a, b), _title(b, a)
    if not ours and not theirs:
        return "they give the same amount" if one_amount and a.vendor == b.vendor else ""
    if _alike(ours, theirs):
        return "their titles say the same"
    return ""


def _alike(ours: set[str], theirs: set[str]) -> bool:
    """Whether two titles say the same, but for one word that is written otherwise or left out."""
    shared, left, right = ours & theirs, ours - theirs, theirs - ours
    if len(shared) < 2 or len(left) > 1 or len(right) > 1:
        return len(shared) == 1 and not left and not right
    return not (left and right) or ratio(left.pop(), right.pop()) >= 75


def suggestions(new: Iterable[Stated], near: Iterable[Stated]) -> Iterator[tuple[int, int, str]]:
    """Pairs (smaller id first) of which one is new, with the reason; each once, in their order.

    Of each only where it is the one deadline of its source that fits the other.
    """
    new = sorted(new, key=lambda one: one.id)
    everyone = {one.id: one for one in (*near, *new)}
    by_clue: dict[str, list[Stated]] = {}
    for one in everyone.values():
        for clue in clues(one):
            by_clue.setdefault(clue, []).append(one)

    def fitting(one: Stated) -> dict[str, dict[int, str]]:
        """By source what of it fits, with the reason."""
        others = {other.id: other for clue in clues(one) for other in by_clue.get(clue, ())}
        found: dict[str, dict[int, str]] = {}
        for other in others.values():
            why = because(one, other)
            if why:
                found.setdefault(other.source, {})[other.id] = why
        return found

    seen: set[tuple[int, int]] = set()
    for one in new:
        for fits in fitting(one).values():
            if len(fits) != 1:
                continue
            ((other, why),) = fits.items()
            pair = (min(one.id, other), max(one.id, other))
            back = fitting(everyone[other]).get(one.source, {})
            if pair not in seen and back.keys() == {one.id}:
                seen.add(pair)
                yield (*pair, why)


def differences(
    ours: tuple[date | None, Money | None], theirs: tuple[date | None, Money | None]
) -> frozenset[str]:
    """Which of date and amount two sources give otherwise; what only one gives is no other."""
    (day, money), (other_day, other_money) = ours, theirs
    found = set()
    if day and other_day and day != other_day:
        found.add("date")
    if money and other_money and money != other_money:
        found.add("amount")
    return frozenset(found)


def _category(stated: Stated) -> str:
    return "" if stated.category in (None, Category.OTHER) else str(stated.category)


def _account(stated: Stated) -> frozenset[str]:
    return frozenset(words(stated.account or "")) - _LEGAL


def _one_vendor(a: Stated, b: Stated) -> bool:
    """A vendor's business is a part of its name: "Cisco" and "Cisco Meraki"."""
    ours, theirs = set(words(a.vendor or "")), set(words(b.vendor or ""))
    return not (ours and theirs) or ours <= theirs or theirs <= ours


def _figures(stated: Stated) -> frozenset[str]:
    """The words of a title with figures, which tell one of a series from the next."""
    told = words(stated.title)
    return frozenset(word for word in told if any(letter.isdigit() for letter in word))


def _title(stated: Stated, other: Stated) -> set[str]:
    """The words of a title that say what it is about."""
    named = f"{stated.vendor or ''} {stated.program or ''} {stated.account or ''}"
    named = f"{named} {other.vendor or ''} {other.program or ''} {other.account or ''}"
    silent = SAY_NOTHING | _OF_ACTS | set(words(named)) | set(words(stated.category or ""))
    return set(words(stated.title)) - silent


def _a(stated: Stated) -> str:
    category = _category(stated)
    return f"{'an' if category[:1] in 'aeio' else 'a'} {category}"

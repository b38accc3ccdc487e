"""Whether two notices, or a notice and a known deadline, are about one matter. Pure.

It only suggests, each time with its reason in words; a person decides. Nothing is compared with
everything: only what shares a clue (a reference, or a day or another word beside a word of the
title) is looked at, and of each clue only so many.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from rapidfuzz.fuzz import token_sort_ratio

from app.core.folding import fold

NEAR = timedelta(days=45)
"""What was told further apart is not one announcement."""
_SOON, _MONTH, _OVER = timedelta(days=7), timedelta(days=30), timedelta(days=14)
_MOST_REFERENCES, _MOST_DAYS, _LONGEST_WORDS = 5, 4, 4
_FEWEST_WORDS, _NEARLY = 3, 88
_PASSED_ON = re.compile(
    r"^(?:\s*(?:re|fwd?|aw|wg|tr|rv|enc|res|sv|vs|vb|odp|pd|antw|doorst|r|i)(?:\[\d+\])?\s*:"
    r"|\s*\[[^\]]{1,40}\])+",
    re.I,
)
SAY_NOTHING = frozenset(
    (
        *("a", "an", "and", "are", "at", "by", "for", "from", "in", "is", "of", "on", "or", "our"),
        *("the", "this", "to", "with", "you", "your"),
        *("der", "die", "das", "und", "fur", "le", "la"),
        *("les", "des", "du", "de", "et", "pour", "el", "los", "para", "il", "di", "per", "het"),
        *("een", "en", "van", "do", "og", "och"),
        *("reminder", "final", "last", "chance", "urgent", "important", "action", "required"),
        *("notice", "erinnerung", "wichtig", "dringend", "rappel", "recordatorio", "promemoria"),
        *("herinnering", "lembrete", "przypomnienie", "paminnelse", "pamindelse"),
    )
)
"""Words of a title, without accents, that say nothing of its matter."""
_WORD = re.compile(r"[^\W_]+")
_REFERENCE = re.compile(
    r"(?<![\w+/.-])[A-Z]{2,6}[-_]?[0-9](?:[A-Z0-9]|[-_](?=[A-Z0-9])){3,20}(?![\w/])"
)
_NUMBERED = re.compile(
    r"(?:\b(?:no|nr|number|id|ref|reference|quote|order|deal|case|ticket|invoice|renewal|contract|"
    r"angebot|auftrag|devis|pedido|oferta|ordine|offerte)\b\.?|n°|#)[ :#]{0,3}"
    r"([0-9]{6,14})(?![\w/-]|[.,]\d)",
    re.I,
)
_STANDARD = re.compile(r"(?:ISO|IEC|EN|DIN|RFC|FY|CY|HY|Q)[-_]?[0-9]")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is known of a notice or a deadline, to tell whether another is about the same.

    source    who told it: the connection, of a mail with its sender's domain
    days      the dates that it names, of a deadline its own
    named     words in which it may name somebody else's program (folded)
    known     it is a deadline, not a notice
    """

    id: int
    source: str
    title: str
    told_on: date
    vendor: str | None = None
    program: str | None = None
    days: frozenset[date] = frozenset()
    references: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    known: bool = False


def references(text: str) -> frozenset[str]:
    """The numbers in a text that people quote to each other: "QUO-88121", "order 4419005"."""
    lettered = (
        match[0]
        for match in _REFERENCE.finditer(text)
        if sum(letter.isdigit() for letter in match[0]) > 3 and not _STANDARD.match(match[0])
    )
    found = dict.fromkeys([*lettered, *(match[1] for match in _NUMBERED.finditer(text))])
    return frozenset(list(found)[:_MOST_REFERENCES])


def words(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return _WORD.findall(fold(text))


def clues(told: Told) -> frozenset[str]:
    """What another about the same matter would share, as texts to look up."""
    own = set(_title(told, _names(told)))
    longest = sorted(sorted(own, key=lambda word: (-len(word), word))[:_LONGEST_WORDS])
    days = sorted(told.days)[:_MOST_DAYS]
    return frozenset(
        [
            *(f"ref {one}" for one in told.references),
            *(f"at {day} {word}" for day in days for word in longest),
            *(f"is {one} {other}" for one, other in combinations(longest, 2)),
        ]
    )


def twins(a: Told, b: Told) -> str:
    """Why two notices of two senders seem to be one, as a sentence; empty where they do not."""
    if a.source == b.source or a.known or b.known or not _one_program(a, b):
        return ""
    apart = abs(a.told_on - b.told_on)
    shared = sorted(a.references & b.references)
    alike = _nearly(a, b)
    if apart > NEAR or not (shared or alike):
        return ""
    what = f"both name {shared[0]}" if shared else "their titles are nearly the same"
    if days := sorted(a.days & b.days):
        return f"Both name {_said(days[0])}, and {what}."
    if a.days and b.days:
        return f"They name different dates, but {what}." if apart <= _SOON else ""
    if apart > _MONTH:
        return ""
    only = "only one names a date" if a.days or b.days else "neither names a date"
    return f"{what[:1].upper()}{what[1:]}; {only}."


def same_matter(notice: Told, known: Told) -> str:
    """Why a notice seems to be about a known deadline, as a sentence; empty where it does not.

    What was told before the deadline was, with another date, is no news of it, and long after it
    comes its next round.
    """
    over = known.days and max(known.days) + _OVER < notice.told_on
    before = notice.told_on < known.told_on and not notice.days & known.days
    if before or over or not _one_program(notice, known):
        return ""
    if shared := sorted(notice.references & known.references):
        return f"Both name {shared[0]}."
    names = _names(notice) | _names(known)
    title = set(_title(notice, names))
    if len(title) >= _FEWEST_WORDS and title == set(_title(known, names)):
        return "It has the same subject, for the same program."
    return ""


def stands(a: Told, b: Told) -> Told:
    """Which of two that are the same stands for both: what was not passed on, what names its
    program, what was known first.
    """
    return min(
        a, b, key=lambda told: (bool(_PASSED_ON.match(told.title)), not told.program, told.id)
    )


def suggestions(
    new: Iterable[Told], near: Iterable[Told], *, most: int = 8
) -> Iterator[tuple[int, int, str]]:
    """Pairs (smaller id first) of which one is new, with the reason; each once, in their order.

    Of one clue only the newest ``most`` of each source are looked at.
    """
    new = sorted(new, key=lambda one: one.id)
    by_clue: dict[str, dict[str, list[Told]]] = {}
    everyone = {one.id: one for one in (*near, *new)}
    for one in sorted(everyone.values(), key=lambda told: (told.told_on, told.id), reverse=True):
        for clue in clues(one):
            of_source = by_clue.setdefault(clue, {}).setdefault(one.source, [])
            if len(of_source) < most:
                of_source.append(one)
    seen: set[tuple[int, int]] = set()
    for one in new:
        others = {
            other.id: other
            for clue in clues(one)
            for source, listed in by_clue.get(clue, {}).items()
            if source != one.source
            for other in listed
        }
        for id_ in sorted(others):
            pair = (min(one.id, id_), max(one.id, id_))
            because = "" if pair in seen else twins(one, others[id_])
            seen.add(pair)
            if because:
                yield (*pair, because)


def _one_program(a: Told, b: Told) -> bool:
    """Whether they can be of one vendor's program: a distributor names the vendor."""
    ours, theirs = set(words(a.vendor or "")), set(words(b.vendor or ""))
    if ours and theirs and ours != theirs:
        return ours <= b.named or theirs <= a.named
    return not (a.program and b.program) or words(a.program) == words(b.program)


def _names(told: Told) -> frozenset[str]:
    return frozenset(words(f"{told.vendor or ''} {told.program or ''}"))


def _title(told: Told, without: frozenset[str]) -> list[str]:
    """The words of a title that say what it is about."""
    bare = _PASSED_ON.sub("", told.title)
    return [word for word in words(bare) if word not in without and word not in SAY_NOTHING]


def _nearly(a: Told, b: Told) -> bool:
    names = _names(a) | _names(b)
    ours, theirs = _title(a, names), _title(b, names)
    if min(len(set(ours)), len(set(theirs))) < _FEWEST_WORDS or _numbers(ours) != _numbers(theirs):
        return False
    return token_sort_ratio(" ".join(ours), " ".join(theirs)) >= _NEARLY


def _numbers(title: list[str]) -> set[str]:
    """The words with figures, which tell one of a series from the next: "Q3", "47"."""
    return {word for word in title if any(letter.isdigit() for letter in word)}


def _said(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"

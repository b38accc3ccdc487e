"""Who a comment names: "@Rin", "@Rin Sato" or "@rin.sato". Pure; nobody is ever guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.folding import fold

_AT = re.compile(r"(?<![\w@.])@(?=[^\W_])")
_GOES_ON = re.compile(r"[\w@]|[.\-][^\W_]")
"""Behind a name: then the word is a longer one, or an address of mail."""
_WORD = re.compile(r"[\w.\-]*\w")


@dataclass(frozen=True, kw_only=True, slots=True)
class Somebody:
    """A person who can be named."""

    id: int
    name: str
    email: str

    @property
    def names(self) -> tuple[str, ...]:
        """What they can be called: the whole name, the first one, the mail's local part."""
        return (self.name, self.name.split()[0], self.email.partition("@")[0])


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A place in a text that begins with an @. ``who`` are all whom it can mean: one person is
    named, several are not, and nobody is a name that nobody has.
    """

    start: int
    end: int
    text: str
    who: tuple[Somebody, ...]


def mentions(text: str, people: Sequence[Somebody]) -> tuple[Named, ...]:
    """Every @ of the text that begins a word, with whom it means. The longest name decides."""
    return tuple(_named(text, found.start(), people) for found in _AT.finditer(text))


def meant(found: Sequence[Named]) -> tuple[int, ...]:
    """The ids of the people who are named beyond doubt, each once."""
    return tuple(dict.fromkeys(one.who[0].id for one in found if len(one.who) == 1))


def handle(one: Somebody, people: Sequence[Somebody]) -> str:
    """What names this one and nobody else; the whole name where nothing does."""
    sure = (name for name in one.names if meant(mentions(f"@{name}", people)) == (one.id,))
    return next(sure, one.name)


def doubts(found: Sequence[Named]) -> Iterator[str]:
    """A sentence for each name that means nobody, or more than one."""
    for text, who in dict.fromkeys((one.text, one.who) for one in found if len(one.who) != 1):
        if who:
            yield f"{text} can be {' or '.join(one.name for one in who)}: nobody was told."
        else:
            yield f"Nobody here is called {text}."


def _named(text: str, at: int, people: Sequence[Somebody]) -> Named:
    begin, longest = at + 1, 0
    who: dict[int, Somebody] = {}
    for one in people:
        for name in one.names:
            end = begin + len(name)
            if len(name) < longest or not _says(text, begin, end, name):
                continue
            if len(name) > longest:
                longest, who = len(name), {}
            who[one.id] = one
    if not who:
        word = _WORD.match(text, begin)
        longest = len(word[0]) if word else 0
    end = begin + longest
    return Named(start=at, end=end, text=text[at:end], who=tuple(who.values()))


def _says(text: str, begin: int, end: int, name: str) -> bool:
    """Whether the name stands there as a whole, however its letters are written."""
    return fold(text[begin:end]) == fold(name) and not _GOES_ON.match(text, end)

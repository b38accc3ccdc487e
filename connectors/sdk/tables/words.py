"""The words that people use (``words.toml``), ready to be looked up."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from connectors.sdk.records import Category, Kind


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """A header or word as it is compared: no case, accents, punctuation or doubled spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w%]+|_", " ", plain).split())


def _normal(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(normal, words))


_words = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
_cells = _words["cells"]

ALIASES: dict[str, tuple[str, ...]] = {
    name: tuple(dict.fromkeys(map(normal, words))) for name, words in _words["headers"].items()
}
"""Field → the headers it is known by."""

BY_ALIAS: dict[str, tuple[str, ...]] = {}
"""Header → the fields it may be."""
for _name, _known in ALIASES.items():
    for _word in _known:
        BY_ALIAS[_word] = (*BY_ALIAS.get(_word, ()), _name)

KINDS = {normal(w): Kind(kind) for kind, words in _words["kinds"].items() for w in words}
CATEGORIES = {
    normal(w): Category(category) for category, words in _words["categories"].items() for w in words
}
YES = _normal(_cells["yes"])
NO = _normal(_cells["no"])
TICKS = frozenset("✓✔☑✅")
CROSSES = frozenset("✗✘☐❌")
CLOSED = _normal(_cells["closed"])
TOTALS = _normal(_cells["totals"])
NONE = frozenset(_cells["none"])
STATE, OWNER, NOTE, REPAIR = "Inbox state", "Inbox owner", "Inbox note", "What to repair"
"""Headers of what we add to a table that we give back."""
OURS = _normal((STATE, OWNER, NOTE, REPAIR))


def is_none(text: str) -> bool:
    """Whether a text stands for "nothing here"."""
    return text.strip().casefold() in NONE

"""The small coloured tile beside an item: two or three letters that stand for a vendor."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

# Dark enough that white letters keep a contrast of 4.5 on each.
PALETTE = (
    "#1d4ed8", "#0067b8", "#0f766e", "#166534", "#854d0e",
    "#b45309", "#b42318", "#9d174d", "#5b4bc4", "#475569",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """``letters`` on ``colour`` (``#rrggbb``)."""

    letters: str
    colour: str


@lru_cache(maxsize=1024)
def tile_for(name: str) -> Tile:
    """A tile for a name that brings none of its own; the same name always gets the same."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name)) or ["?"]
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[1][0]
    spot = blake2b(
        unicodedata.normalize("NFKC", name).casefold().strip().encode(), digest_size=2
    ).digest()
    return Tile(letters=letters.upper()[:2], colour=PALETTE[spot[0] % len(PALETTE)])

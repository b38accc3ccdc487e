"""Secrets that are easy to find again, in whatever form they come out."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Place = str
PART = 12
"""Letters of a secret that was cut off by which it is known still."""
SURVIVES = 16
"""Characters of a core at least, so that no other text holds it by chance."""


@dataclass(frozen=True, kw_only=True)
class Canary:
    """One planted secret. Looked for is its core, the longest run of letters, digits, - and _,
    which every way to write it keeps, or turns into one of few other texts.
    """

    name: str
    value: str

    @property
    def core(self) -> str:
        return max(re.findall(r"[\w-]+", self.value, re.ASCII), key=len)

    def forms(self) -> frozenset[bytes]:
        """Either end of the core in clear, the core in either case, in hex, and in base64."""
        core = self.core.encode()
        assert len(core) >= SURVIVES, f"{self.name} is too short to be told from other text"
        return frozenset(
            {core[:PART], core[-PART:], core.lower(), core.upper()}
            | {core.hex().encode(), core.hex().upper().encode()}
            | {_inside(core, offset) for offset in range(3)}
        )


def _inside(core: bytes, offset: int) -> bytes:
    """What of the core every base64 of a longer text keeps that has it at this offset."""
    coded = base64.b64encode(b"\0" * offset + core).rstrip(b"=")
    begin = -(-8 * offset // 6)
    end = 8 * (offset + len(core)) // 6
    return coded[begin:end]


def leaks(
    canaries: Iterable[Canary], places: Mapping[Place, str | bytes]
) -> list[tuple[Place, str, str]]:
    """Where a canary stands that must not: the place, whose secret, and what was found."""
    needles = [(one.name, form) for one in canaries for form in one.forms()]
    found = []
    for place, told in places.items():
        text = told if isinstance(told, bytes) else told.encode("utf-8", "surrogatepass")
        found += [(place, name, _around(text, form)) for name, form in needles if form in text]
    return found


def _around(text: bytes, form: bytes) -> str:
    at = text.index(form)
    return text[max(at - 120, 0) : at + len(form) + 40].decode("utf-8", "replace")

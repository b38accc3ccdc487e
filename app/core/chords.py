"""Keys as people write them and as pages compare them.

A chord is one key or two in a row: ``j``, ``Shift+e``, ``g i``, ``Mod+k`` (Ctrl, on a Mac Cmd).
A letter is small, and ``Shift+`` stands before it; any other character is written as it
appears (``?``, not Shift and the key it is on, which differ from keyboard to keyboard).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from app.errors import Invalid

NAMED = {
    "enter": "Enter",
    "return": "Enter",
    "esc": "Esc",
    "escape": "Esc",
    **dict.fromkeys(("up", "↑", "arrowup"), "Up"),
    **dict.fromkeys(("down", "↓", "arrowdown"), "Down"),
    **dict.fromkeys(("left", "←", "arrowleft"), "Left"),
    **dict.fromkeys(("right", "→", "arrowright"), "Right"),
    "comma": "Comma",
}
"""How a key that is no character may be written, and its name here."""
SHOWN = {"Up": "↑", "Down": "↓", "Left": "←", "Right": "→", "Mod": "Ctrl", "Comma": ","}
MOD = ("ctrl", "control", "cmd", "command", "mod", "⌘")
SHIFT = ("shift", "⇧")
FREE = frozenset({"k", "Enter", ".", "/", ";"})
"""With Ctrl or Cmd most keys belong to the browser; these may be had."""
MOST_STEPS = 2
MOST_CHORDS = 3


def read(text: str) -> tuple[str, ...]:
    """The chords of "j, Down" or "j or Down"; none of an empty text. Raises ``Invalid``."""
    found = dict.fromkeys(_chord(part) for part in re.split(r",|\bor\b", text) if part.strip())
    if len(found) > MOST_CHORDS:
        raise Invalid(f"At most {MOST_CHORDS} keys can do the same.")
    return tuple(found)


def write(chords: Iterable[str]) -> str:
    """As ``read`` takes them."""
    return ", ".join(chords)


def caps(chord: str) -> list[str]:
    """The keys to press one after the other, as a page shows them: ["g", "i"], ["Ctrl K"]."""
    return [_cap(step) for step in chord.split(" ")]


def is_plain(chord: str) -> bool:
    """Whether it is pressed without Ctrl or Cmd, so that speech input could set it off."""
    return not chord.startswith("Mod+")


def clashes(bound: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str, str]]:
    """Every two names that one key would set off: both names, both chords.

    Two chords clash when they are the same, or when one begins the other.
    """
    for (one, chords), (other, others) in combinations(bound.items(), 2):
        for chord in chords:
            yield from (
                (one, other, chord, second)
                for second in others
                if f"{chord} ".startswith(f"{second} ") or f"{second} ".startswith(f"{chord} ")
            )


def _chord(text: str) -> str:
    steps = [_step(step) for step in text.split()]
    if len(steps) > MOST_STEPS:
        raise Invalid(f"“{text.strip()}” is more than two keys in a row.")
    if len(steps) > 1 and not all(map(is_plain, steps)):
        raise Invalid(f"“{text.strip()}” cannot be pressed: Ctrl or Cmd goes with one key.")
    return " ".join(steps)


def _step(text: str) -> str:
    *before, key = [text] if text == "+" else text.replace("⌘", "⌘+").replace("⇧", "⇧+").split("+")
    held = {word.lower() for word in before if word}
    key = NAMED.get(key.lower(), key.lower())
    if held - {*MOD, *SHIFT} or (len(key) != 1 and key not in NAMED.values()):
        raise Invalid(
            f"“{text}” is not for pages: it belongs to the browser, or to tools that read the"
            " screen. Use a character, Enter, Esc or an arrow."
        )
    shift = bool(held & {*SHIFT})
    if shift and not key.isalpha():
        raise Invalid(f"Write the character that “{text}” types, such as ? or *.")
    if held & {*MOD}:
        if shift or key not in FREE:
            raise Invalid(f"“{text}” belongs to the browser. Ctrl or Cmd is free with k or Enter.")
        return f"Mod+{key}"
    return f"Shift+{key}" if shift and len(key) == 1 else key


def _cap(step: str) -> str:
    *held, key = [step] if step == "+" else step.split("+")
    return " ".join(SHOWN.get(part, part) for part in (*held, key))

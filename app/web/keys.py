"""What can be done with the keyboard: one table for everything that speaks of keys.

The cheat sheet, the script that binds the keys, the command palette, the hints on buttons,
the page where a person sets their own, and the tests all read it, so none can drift apart.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from markupsafe import Markup

from app.core import chords
from app.errors import Invalid
from app.models import User

MOVE, DECIDE, SELECT, WORD, GO, ANYWHERE = (
    "Move",
    "Decide",
    "Select",
    "On what waits for a word",
    "Go to",
    "Anywhere",
)


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """One thing that keys do.

    ``name`` is what a person's own keys are kept by; ``does`` is a verb of verbs.js, with its
    ``target``: a CSS selector to press, or a step. ``of_item``: never of another item than
    the one whose row has the focus. ``within``: only where the focus is in such a place, and
    there before all others.
    """

    name: str
    says: str
    group: str
    keys: tuple[str, ...]
    does: str = "press"
    target: str = ""
    of_item: bool = False
    within: bool = False


PROPOSE = "[data-act=propose]"
SELECT_ALL = "[data-act=select-all]"


def _item(name: str, says: str, *keys: str) -> Shortcut:
    """Presses what carries ``data-act=name`` for the item that one is on."""
    target = f"[data-act={name}]"
    return Shortcut(name=name, says=says, group=DECIDE, keys=keys, target=target, of_item=True)


def _word(name: str, says: str, *keys: str) -> Shortcut:
    """Presses what carries ``data-key=name`` in the box that has the focus."""
    target = f"[data-key={name}]"
    return Shortcut(name=name, says=says, group=WORD, keys=keys, target=target, within=True)


def _go(name: str, says: str, *keys: str) -> Shortcut:
    """Follows the entry of the navigation that carries ``data-go=name``."""
    target = f"[data-go={name}]"
    return Shortcut(name=f"go-{name}", says=says, group=GO, keys=keys, does="go", target=target)


def _does(does: str, group: str, name: str, says: str, *keys: str, target: str = "") -> Shortcut:
    return Shortcut(name=name, says=says, group=group, keys=keys, does=does, target=target)


SHORTCUTS: tuple[Shortcut, ...] = (
    _does("move", MOVE, "down", "Next item", "j", "Down", target="1"),
    _does("move", MOVE, "up", "Item before", "k", "Up", target="-1"),
    _does("open", MOVE, "open", "Open", "o", "Enter"),
    _does("back", MOVE, "back", "Back to the same place", "u", "Esc"),
    _does("read", MOVE, "next", "Read the next one", "]", target="1"),
    _does("read", MOVE, "prev", "Read the one before", "[", target="-1"),
    _item("done", "Done", "e"),
    _item("reopen", "Reopen", "Shift+e"),
    _item("snooze", "Snooze", "h"),
    _item("assign", "Assign", "a"),
    _item("take", "Take it", "i"),
    _item("backup", "Choose a backup", "b"),
    _item("wait", "Waiting on the vendor", "w"),
    _item("decline", "Not applicable", "n"),
    _item("proof", "Add a proof", "p"),
    _item("note", "Comment", "c"),
    _item("star", "Star", "s"),
    _item("read", "Mark as read", "Shift+i"),
    _item("unread", "Mark as unread", "Shift+u"),
    _item("source", "Open at the vendor", "v"),
    _does("focus", DECIDE, "propose", "To what waits for a word", "d", target=PROPOSE),
    _word("confirm", "Confirm", "c"),
    _word("same", "The same thing", "s"),
    _word("apart", "Two different things", "t"),
    _word("dismiss", "No, dismiss", "d"),
    _does("select", SELECT, "select", "This one", "x"),
    _does("range", SELECT, "range", "All up to here", "Shift+x"),
    _does("page", SELECT, "select-page", "All on the page", "* a"),
    _does("matching", SELECT, "select-all", "All that match", "* m", target=SELECT_ALL),
    _does("none", SELECT, "select-none", "Clear the selection", "* n"),
    _go("today", "Today", "g t"),
    _go("inbox", "Inbox", "g i"),
    _go("mine", "Mine", "g m"),
    _go("unowned", "Unowned", "g u"),
    _go("starred", "Starred", "g f"),
    _go("snoozed", "Snoozed", "g s"),
    _go("done", "Done", "g d"),
    _go("views", "All views", "g l"),
    _go("decisions", "To confirm", "g w"),
    _go("changes", "Changes", "g r"),
    _go("mentions", "Mentions", "g n"),
    _go("calendar", "Calendar", "g a"),
    _go("overview", "Overview", "g v"),
    _go("goals", "Goals", "g g"),
    _go("reports", "Reports", "g e"),
    _go("programs", "Programs", "g p"),
    _go("sources", "Sources", "g c"),
    _go("settings", "Settings", "g o"),
    _does("palette", ANYWHERE, "palette", "Find or do anything", "Mod+k"),
    _does("press", ANYWHERE, "search", "Search", "/", target="[type=search]"),
    _does("undo", ANYWHERE, "undo", "Undo", "z"),
    _does("press", ANYWHERE, "mark-seen", "Mark as seen", "m", target="[data-act=mark-seen]"),
    _does("submit", ANYWHERE, "submit", "Send the form one is in", "Mod+Enter"),
    _does("help", ANYWHERE, "help", "This list", "?"),
)
BY_NAME = {shortcut.name: shortcut for shortcut in SHORTCUTS}


@dataclass(frozen=True, kw_only=True)
class Keys:
    """One person's keyboard: the table with their own keys, without those that are off."""

    shortcuts: tuple[Shortcut, ...] = SHORTCUTS
    _shown: dict[str, Markup] = field(default_factory=dict, compare=False, repr=False)

    @property
    def groups(self) -> list[tuple[str, list[Shortcut]]]:
        """By heading, as the cheat sheet shows them."""
        return [(group, list(of)) for group, of in groupby(self.shortcuts, lambda s: s.group)]

    def hint(self, name: str) -> Markup:
        """The first key of what ``name`` does, for a button; nothing where it has none."""
        if name not in self._shown:
            keys = next((one.keys for one in self.shortcuts if one.name == name), ())
            self._shown[name] = caps(keys[0]) if keys else Markup()
        return self._shown[name]


def caps(chord: str) -> Markup:
    """The keys of a chord, each in its cap."""
    return Markup(" ").join(Markup("<kbd>{}</kbd>").format(cap) for cap in chords.caps(chord))


USUAL = Keys()
_reader: ContextVar[Keys] = ContextVar("keys", default=USUAL)


def keys_of(user: User) -> Keys:
    """The keyboard of this person. Who switched single keys off keeps those with Ctrl or Cmd."""
    if user.shortcuts and not user.keys:
        return USUAL
    own = (replace(one, keys=own_keys(user.keys, one)) for one in SHORTCUTS)
    if user.shortcuts:
        return Keys(shortcuts=tuple(own))
    held = (replace(one, keys=tuple(k for k in one.keys if not chords.is_plain(k))) for one in own)
    return Keys(shortcuts=tuple(one for one in held if one.keys))


def own_keys(own: Mapping[str, Any], shortcut: Shortcut) -> tuple[str, ...]:
    """The person's keys for it, or the usual ones."""
    return tuple(map(str, own.get(shortcut.name, shortcut.keys)))


def read_by(user: User) -> Keys:
    """From here on the hints of this request are that person's: macros do not know who reads."""
    keys = keys_of(user)
    _reader.set(keys)
    return keys


def hint(name: str) -> Markup:
    """``{{ hint("done") }}`` on a button: the key that the reader has for it."""
    if name not in BY_NAME:
        raise KeyError(name)
    return _reader.get().hint(name)


def choices(
    user: User, typed: Mapping[str, str] | None = None
) -> list[tuple[str, list[tuple[Shortcut, str]]]]:
    """Every act by heading, with the person's keys as they write them, or as just typed."""
    said = typed or {}

    def line(one: Shortcut) -> tuple[Shortcut, str]:
        return one, said.get(one.name, chords.write(own_keys(user.keys, one)))

    return [(group, [line(one) for one in of]) for group, of in USUAL.groups]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a person typed: keys by name where they differ from the usual, faults by name."""

    own: dict[str, list[str]]
    faults: dict[str, str]


def choice_of(typed: Mapping[str, str]) -> Choice:
    """Read a whole form; a name that is missing in it keeps its usual keys."""
    bound: dict[str, tuple[str, ...]] = {}
    faults: dict[str, str] = {}
    for one in SHORTCUTS:
        try:
            bound[one.name] = chords.read(typed[one.name]) if one.name in typed else one.keys
        except Invalid as error:
            faults[one.name] = error.message
    faults = _told_clashes(bound) | faults
    own = {name: list(keys) for name, keys in bound.items() if keys != BY_NAME[name].keys}
    return Choice(own=own, faults=faults)


def _told_clashes(bound: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """One sentence for each name whose key somebody else has, told where it was changed."""
    told: dict[str, str] = {}
    for within in (True, False):
        scope = {name: keys for name, keys in bound.items() if BY_NAME[name].within is within}
        for one, other, chord, second in chords.clashes(scope):
            usual = chord in BY_NAME[one].keys  # the newcomer is the one who gives way
            name, theirs, key, taken = (
                (other, one, second, chord) if usual else (one, other, chord, second)
            )
            begins = "does" if key == taken else f"begins or goes on “{taken}”, which does"
            told.setdefault(name, f"“{key}” {begins} “{BY_NAME[theirs].says}” already.")
    return told

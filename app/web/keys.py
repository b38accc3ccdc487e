"""Single-key shortcuts: one table that both the cheat sheet and the script read.

``app.js`` binds what the cheat sheet lists, so the two cannot drift apart. ``act`` is
"click" or "focus" with a CSS selector, "move" with a step, or "help".
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """``keys`` as people press them ("g i" is one after the other)."""

    keys: str
    says: str
    act: str
    target: str = ""


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut(keys="j", says="Next item", act="move", target="1"),
    Shortcut(keys="k", says="Previous item", act="move", target="-1"),
    Shortcut(keys="o", says="Open", act="open"),
    Shortcut(keys="u", says="Back to the list", act="click", target="[data-act=back]"),
    Shortcut(keys="e", says="Done", act="click", target="[data-act=done]"),
    Shortcut(keys="Shift+e", says="Reopen", act="click", target="[data-act=reopen]"),
    Shortcut(keys="h", says="Snooze", act="click", target="[data-act=snooze]"),
    Shortcut(keys="a", says="Assign", act="click", target="[data-act=assign]"),
    Shortcut(keys="i", says="Take it", act="click", target="[data-act=take]"),
    Shortcut(keys="c", says="Write a note", act="focus", target="[data-act=note]"),
    Shortcut(
        keys="p",
        says="What waits for a word: c confirms, s is the same thing, d is none",
        act="focus",
        target="[data-act=propose]",
    ),
    Shortcut(keys="v", says="Open at the source", act="click", target="[data-act=source]"),
    Shortcut(keys="x", says="Select", act="select"),
    Shortcut(keys="z", says="Undo", act="click", target="[data-act=undo]"),
    Shortcut(keys="/", says="Search", act="focus", target="[type=search]"),
    Shortcut(keys="g t", says="Go to Today", act="click", target="[data-go=today]"),
    Shortcut(keys="g i", says="Go to Inbox", act="click", target="[data-go=inbox]"),
    Shortcut(keys="g d", says="Go to To confirm", act="click", target="[data-go=decisions]"),
    Shortcut(keys="g m", says="Go to Mine", act="click", target="[data-go=mine]"),
    Shortcut(keys="g g", says="Go to Goals", act="click", target="[data-go=goals]"),
    Shortcut(keys="g r", says="Go to Reports", act="click", target="[data-go=reports]"),
    Shortcut(keys="g p", says="Go to Programs", act="click", target="[data-go=programs]"),
    Shortcut(keys="g c", says="Go to Sources", act="click", target="[data-go=sources]"),
    Shortcut(keys="?", says="This list", act="help"),
)

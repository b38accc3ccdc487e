"""What happened, as a line of a chat. What vendors and people wrote says nothing to the chat
itself: it mentions nobody, makes no link and no markup. Pure.
"""

import re

from app.core import notice_words
from app.core.notices import Notice
from app.core.words import Clock, short

SHOWN = 10
"""So many lines one message has."""
LONGEST_NOTE = 200
_SWAPPED = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "*": "∗", "|": "¦"})
_NAMES = re.compile(r"@(?=\w)|(?<=\w)://")
JOINER = "\N{WORD JOINER}"


def defused(text: str) -> str:
    """The text as nothing but text, in one line."""
    line = " ".join(text.split()).translate(_SWAPPED)
    return _NAMES.sub(lambda found: found[0][:1] + JOINER + found[0][1:], line)


def as_text(one: Notice, clock: Clock, home: str) -> str:
    """Some lines, the last of them the address that opens it."""
    return "\n".join(
        [defused(notice_words.headline(one, clock)), *_below(one, clock), _url(one, home)]
    )


def as_markdown(one: Notice, clock: Clock, home: str) -> str:
    """The title as a link, and what happened behind it."""
    title, happened = notice_words.title(one), notice_words.happened(one, clock)
    told = f"[{defused(title)}]({_url(one, home)}){_spaced(happened)}"
    return "  \n".join([told, *_below(one, clock)])


def _spaced(happened: str) -> str:
    gap = " " if happened.startswith(" ") else ""
    return f"{gap}{defused(happened)}"


def _below(one: Notice, clock: Clock) -> list[str]:
    note = short(notice_words.note(one, clock), LONGEST_NOTE)
    lines = (" · ".join(notice_words.details(one, clock)), note)
    return [defused(line) for line in lines if line]


def _url(one: Notice, home: str) -> str:
    return f"{home}{one.path}"

"""A mail in words, before it is text or HTML: both parts are made from one, and say the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from app.core.digests import fitting


class Said(NamedTuple):
    """Some words of a line, and how they stand there: "", late, soon, old, strong."""

    text: str
    tone: str = ""


Line = tuple[Said, ...]


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where to go on."""

    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing: its title, which leads to it, what stands beside the title, and lines below it."""

    title: str
    url: str = ""
    side: Line = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """Things of one sort below a head. ``count``: how many there are, more than are shown;
    ``apart``: they stand elsewhere as well, so that what is left out of them is not missing.
    """

    head: str
    entries: tuple[Entry, ...]
    count: int = 0
    more: Link | None = None
    apart: bool = False


@dataclass(frozen=True, kw_only=True)
class Outline:
    """A whole mail.

    ``preheader`` is what mail programs show beside the subject, ``worth`` the money that it is
    about, ``top`` what is to be known of the whole.
    """

    subject: str
    preheader: str
    worth: tuple[Line, ...]
    top: tuple[Line, ...]
    sections: tuple[Section, ...]
    more: Link | None = None
    foot: tuple[Link, ...] = field(default=())


def trimmed(outline: Outline, room: int, *, least: bool = False) -> Outline:
    """The outline with at most so many things in all, and how many more there are.

    ``least``: there may be more than were counted.
    """
    told = fitting([len(section.entries) for section in outline.sections], room)
    sections = tuple(
        replace(section, entries=section.entries[:count])
        for section, count in zip(outline.sections, told, strict=True)
        if count or section.more
    )
    left = sum(
        max(section.count, len(section.entries)) - count
        for section, count in zip(outline.sections, told, strict=True)
        if not section.apart
    )
    if not left or outline.more is None:
        return replace(outline, sections=sections, more=None)
    many = f"at least {left:,}" if least else f"{left:,}"
    more = replace(outline.more, text=f"and {many} more")
    return replace(outline, sections=sections, more=more)


def said(*texts: str | Said) -> Line:
    """A line of these, in their order."""
    return tuple(one if isinstance(one, Said) else Said(one) for one in texts)


def dotted(parts: Iterable[str | Said]) -> Line:
    """A line of these with a dot between; what is empty is left out."""
    line: list[Said] = []
    for part in parts:
        one = part if isinstance(part, Said) else Said(part)
        if one.text:
            line += [Said(" · "), one] if line else [one]
    return tuple(line)

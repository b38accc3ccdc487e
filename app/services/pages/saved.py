"""Saved views: those beside the navigation, and the page of all of them."""

from dataclasses import dataclass

from app.services.pages.views import View


@dataclass(frozen=True, kw_only=True, slots=True)
class Pinned:
    """A saved view beside the navigation; ``query`` stands behind the "?" of its address."""

    id: int
    name: str
    query: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedLine:
    """A saved view.

    owner      whose it is; None: the reader's own
    followed   of one's own, which outputs follow it, in words; empty: none does
    """

    id: int
    name: str
    view: View
    query: str
    count: int
    shared: bool
    owner: str | None
    is_pinned: bool
    followed: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedPage:
    """All saved views that somebody sees, the pinned ones first and in their order."""

    lines: tuple[SavedLine, ...]

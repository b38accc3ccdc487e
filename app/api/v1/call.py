"""One request to the API: who asks, when, for what; and the answer that it gets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel
from sqlmodel import Session
from starlette.requests import Request

from app.api.asking import Parameters, unanswerable
from app.api.problems import API, Problem
from app.api.v1 import cursors
from app.core.words import Clock
from app.services.tokens import TokenUse

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Call:
    """``query`` is what the address asks for, checked; ``ids`` what its path names; ``body`` what
    was sent, as the operation's shape.
    """

    request: Request
    session: Session
    token: TokenUse
    clock: Clock
    query: Mapping[str, str]
    ids: Mapping[str, int]
    body: BaseModel | None = None

    @property
    def home(self) -> str:
        """The address that all links begin with."""
        url: str = self.request.app.state.site.settings.public_url
        return url

    @property
    def limit(self) -> int:
        """How many one page is to have."""
        return int(self.query.get("limit", DEFAULT_LIMIT))

    def link(self, **more: str) -> str:
        """This address with what narrows it, and with this instead of where it was."""
        kept = {name: text for name, text in self.query.items() if name not in PLACES}
        query = urlencode({**kept, **more})
        return f"{self.home}{self.request.url.path}" + (f"?{query}" if query else "")

    def cursor(self, kind: str, *place: Any) -> str:
        """That place, signed."""
        return cursors.cursor(self.request.app.state.site.vault, kind, *place)

    def place(self, kind: str, text: str) -> list[Any] | None:
        """The place that a cursor names, if it is one of ours and of that kind."""
        return cursors.place(self.request.app.state.site.vault, kind, text)

    def after(self, kind: str) -> list[Any]:
        """The place that ``cursor`` names; empty without one. Raises ``begin_anew``."""
        given = self.query.get("cursor", "")
        if not given:
            return []
        found = self.place(kind, given)
        if found is None:
            raise begin_anew("This cursor is not of this question, or not of this inbox any more.")
        return found

    def wrong(self, **parameters: str) -> Problem:
        """The problem that these parameters are not to be answered."""
        return unanswerable(parameters)


DEFAULT_LIMIT = 50
PLACES = ("cursor", "updated_since", "since")
"""What says where a page begins."""


def begin_anew(why: str) -> Problem:
    """The problem that somebody cannot go on from where they were."""
    detail = f"{why} Drop what you have, and begin anew."
    return Problem(410, "Begin anew", detail, about="begin-anew")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A document. ``tag`` is its own ETag where it has one; ``next`` where it goes on."""

    body: Json
    tag: str = ""
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing that can be asked of the API.

    id         the operation's id, which stays
    path       below ``/api/v1``
    scope      what the token must have been made for
    parameters of the query
    body       the shape of what is sent: then it is a POST; None: a GET
    gives      the shape of the answer
    glances    whether SQLite finds it so quickly that no thread is needed
    on_items   whether it writes nothing but what people do with items
    """

    id: str
    path: str
    tag: str
    summary: str
    does: Callable[[Call], Answer]
    gives: type[BaseModel]
    says: str = ""
    scope: str = "read"
    parameters: Parameters = field(default_factory=dict)
    body: type[BaseModel] | None = None
    glances: bool = True
    on_items: bool = True

    @property
    def of_item(self) -> bool:
        """Whether it is about one item, whose etag a condition may name."""
        return "{item_id}" in self.path

    @property
    def address(self) -> str:
        """The whole path, as it is documented."""
        return f"{API}{self.path}"

    @property
    def method(self) -> str:
        """How it is asked."""
        return "GET" if self.body is None else "POST"

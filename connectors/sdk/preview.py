"""What a connector may show before anything is saved: the first page, and what becomes of it.

A connector that offers it has one method more than the contract asks for; forms then have a
button for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from connectors.sdk.connector import Page, ReadContext

ROWS = 10
"""Records, and as many rows that cannot be read, that a preview shows of a stream."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The first page of one stream.

    asked    method and address of the first request, without its query
    status   HTTP status of the answer; None where none came
    size     bytes of its body
    rows     rows on it, those included that are left out or cannot be read
    sample   its first rows as text, or its beginning where no rows were found; a platform may
             have quoted a secret in it, so whoever shows it masks it
    page     its first records, and its first rows that cannot be read
    note     what the answer says of the rest of the list, as a sentence
    problem  why there is no more; ``fix`` is what helps
    """

    stream: str
    title: str
    asked: str = ""
    status: int | None = None
    size: int = 0
    rows: int = 0
    sample: str = ""
    page: Page = field(default_factory=Page)
    note: str = ""
    problem: str = ""
    fix: str = ""


@runtime_checkable
class Previewing(Protocol):
    """A connector that shows what it would read."""

    def preview(self, config: Any, context: ReadContext) -> Iterator[Preview]:
        """The first page of every stream, each with one request beside the sign-in."""
        ...

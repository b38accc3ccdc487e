"""What a pager has seen so far, and whether that can be the whole list."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from connectors.sdk.errors import FormatChanged, Incomplete

T = TypeVar("T")

_SMALLEST_BODY = 2
"""An answer of "[]" may well come twice."""


class Tally:
    """Rows counted, pages recognised, totals compared. ``size`` is the page size asked for."""

    def __init__(self, *, size: int | None = None) -> None:
        self.rows = 0
        self.pages = 0
        self._size = size
        self._longest = 0
        self._short = False
        self._seen_pages: set[int] = set()
        self._seen_rows: set[int] = set()
        self._total: int | None = None
        self._page_count: int | None = None
        self._more: bool | None = None
        self._moved = False

    def page(self, rows: list[Any]) -> None:
        """Counts a page; raises ``Incomplete`` if it came before."""
        prints = [hash(msgspec.json.encode(row)) for row in rows]
        if rows:
            self._recognise(hash(tuple(prints)))
        self.pages += 1
        self.rows += len(rows)
        # Only against earlier pages: two equal rows on one page are the platform's choice.
        self._moved = self._moved or not self._seen_rows.isdisjoint(prints)
        self._seen_rows.update(prints)
        self._short = self._is_short(len(rows))
        self._longest = max(self._longest, len(rows))

    def body(self, body: bytes) -> None:
        """Counts a page of which only the bytes are known."""
        self.pages += 1
        if len(body) > _SMALLEST_BODY:
            self._recognise(hash(body))

    def announce(self, *, total: Any = None, pages: Any = None, more: bool | None = None) -> None:
        """Takes the platform's own count; a later one that differs means the list moved.

        ``more`` is its word whether pages follow this one.
        """
        self._more = more
        total, pages = _count(total), _count(pages)
        if total is not None:
            self._moved = self._moved or self._total not in (None, total)
            self._total = total
        if pages is not None:
            self._moved = self._moved or self._page_count not in (None, pages)
            self._page_count = pages

    @property
    def looks_ended(self) -> bool:
        """Whether a platform that refuses one page more only says that there is none."""
        told = (self._total, self._page_count, self._more)
        return self.pages > 0 and self._short and all(one is None for one in told)

    def at_end(self, rows: list[Any]) -> bool:
        """Whether to stop asking; raises ``Incomplete`` where more is said to follow nothing."""
        if self._more is not None:
            if self._more and not rows:
                raise Incomplete("The platform gave an empty page and says that more follow.")
            return not self._more
        if not rows:
            return True
        if self._total is not None:
            return self.rows >= self._total
        if self._page_count is not None:
            return self.pages >= self._page_count
        return self._short and len(rows) < self._longest

    def check(self) -> None:
        """Raises ``Incomplete`` unless the count fits what the platform announced."""
        if self._total is not None and self.rows != self._total:
            raise Incomplete(f"The platform announced {self._total:,} rows and gave {self.rows:,}.")
        if self._page_count is not None and self.pages < self._page_count:
            raise Incomplete(
                f"The platform announced {self._page_count:,} pages and gave {self.pages:,}."
            )
        if self._moved and (self._total is not None or self._page_count is not None):
            raise Incomplete("The platform's list changed while it was read.")

    def _is_short(self, count: int) -> bool:
        return count < max(self._longest, self._size or 0)

    def _recognise(self, fingerprint: int) -> None:
        if fingerprint in self._seen_pages:
            raise Incomplete("The platform gave the same page twice.")
        self._seen_pages.add(fingerprint)


def rows_of(items: Callable[[Any], list[Any]], body: Any) -> list[Any]:
    """The list in a body; raises ``FormatChanged`` where there is none."""
    try:
        rows = items(body)
    except (KeyError, IndexError, TypeError, AttributeError):
        raise FormatChanged("The list is missing from the platform's answer.") from None
    if not isinstance(rows, list):
        raise FormatChanged("The platform's answer holds no list where one was expected.")
    return rows


def ask(question: Callable[[Any], T | None] | None, body: Any) -> T | None:
    """What a pager's function says of a body; raises ``FormatChanged`` if it cannot say."""
    if question is None:
        return None
    try:
        return question(body)
    except (KeyError, IndexError, TypeError, AttributeError):
        raise FormatChanged("The paging fields are missing from the platform's answer.") from None


def _count(value: Any) -> int | None:
    """Platforms write counts as numbers and as strings."""
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None

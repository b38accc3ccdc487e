"""What every simulated platform needs: rows that change, a quota, tokens."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.sdk.sandbox.contract import SandboxClock

Row = dict[str, Any]


class Listing:
    """The rows of one list of a platform, each with a unique text in ``key``.

    ``drop`` takes rows off the list as if they were gone, ``restore`` puts them back where
    they were. ``change`` and ``add`` are how the platform lives on.
    """

    def __init__(self, rows: Iterable[Row], *, key: str = "id") -> None:
        self.key = key
        self._rows = {str(row[key]): dict(row) for row in rows}
        self._dropped: set[str] = set()

    def __len__(self) -> int:
        return len(self._rows) - len(self._dropped)

    def __iter__(self) -> Iterator[Row]:
        """The rows that are on the list now, in their order."""
        return (row for key, row in list(self._rows.items()) if key not in self._dropped)

    def find(self, key: object) -> Row | None:
        """The row of that key if it is on the list."""
        return None if str(key) in self._dropped else self._rows.get(str(key))

    def select(
        self,
        where: Callable[[Row], bool] | None = None,
        *,
        by: Callable[[Row], Any] | None = None,
        descending: bool = False,
    ) -> list[Row]:
        """The rows that match, sorted if ``by`` is given (stable, so pages do not flicker)."""
        found = [row for row in self if where is None or where(row)]
        return sorted(found, key=by, reverse=descending) if by else found

    def after(self, key: object) -> list[Row]:
        """The rows on the list behind that key's place, be it dropped itself: for cursors."""
        keys = list(self._rows)
        behind = set(keys[keys.index(str(key)) + 1 :]) if str(key) in self._rows else set()
        return [row for row in self if str(row[self.key]) in behind]

    def add(self, row: Row) -> None:
        self._rows[str(row[self.key])] = dict(row)

    def change(self, key: object, **fields: Any) -> Row:
        """Sets fields of a row; raises ``KeyError`` when there is none."""
        row = self._rows[str(key)]
        row.update(fields)
        return row

    def drop(self, count: int) -> list[str]:
        """Takes up to ``count`` rows off the front of the list; returns their keys."""
        gone = [str(row[self.key]) for row in self][:count]
        self._dropped.update(gone)
        return gone

    def restore(self) -> None:
        """Everything that ``drop`` took is back."""
        self._dropped.clear()

    def reverse(self) -> None:
        """The same rows in the opposite order: for ``Sandbox.shuffle``."""
        self._rows = dict(reversed(self._rows.items()))


def page_of(rows: list[Row], *, number: int, size: int, first: int = 1) -> list[Row]:
    """One page of rows; empty beyond the last."""
    start = (number - first) * size
    return rows[start : start + size] if start >= 0 else []


class Quota:
    """At most ``calls`` in any ``seconds`` of the sandbox's time, counted per ``what``.

    ``wait`` counts a call and says how many seconds too early it is; 0 lets it pass. The
    platform's own headers are the platform's to write, from ``limit`` and ``left``.
    """

    def __init__(self, clock: SandboxClock, *, calls: int, seconds: float) -> None:
        self._clock = clock
        self._window = timedelta(seconds=seconds)
        self._passed: dict[str, list[datetime]] = {}
        self.limit = calls
        self.refused = 0

    def wait(self, what: str = "") -> float:
        """0 when the call may pass, else the seconds until one may."""
        recent = self._recent(what)
        if len(recent) < self.limit:
            recent.append(self._clock.now())
            return 0.0
        self.refused += 1
        return (recent[0] + self._window - self._clock.now()).total_seconds()

    def left(self, what: str = "") -> int:
        """Calls that would pass now."""
        return self.limit - len(self._recent(what))

    def _recent(self, what: str) -> list[datetime]:
        since = self._clock.now() - self._window
        self._passed[what] = [at for at in self._passed.get(what, []) if at > since]
        return self._passed[what]


class Tokens:
    """Issues bearer tokens that end by the sandbox's clock.

    MARK     begins every token, so that a test can look for leaked ones
    issued   how many were issued
    uses     after so many uses a token is refused; None: time alone ends it
    """

    MARK = "sandbox-token-"

    def __init__(
        self, clock: SandboxClock, *, lifetime: timedelta, uses: int | None = None
    ) -> None:
        self._clock = clock
        self.lifetime = lifetime
        self.uses = uses
        self.issued = 0
        self._live: dict[str, tuple[datetime, int]] = {}

    def issue(self) -> str:
        self.issued += 1
        token = f"{self.MARK}{self.issued:04d}-of-this-run"
        self._live[token] = (self._clock.now() + self.lifetime, 0)
        return token

    def accepts(self, headers: Mapping[str, str], *, header: str = "authorization") -> bool:
        """Whether the header holds a live token (with or without "Bearer"); counts a use."""
        token = headers.get(header, "").removeprefix("Bearer ").strip()
        end, used = self._live.get(token, (self._clock.now(), 0))
        if end <= self._clock.now() or (self.uses is not None and used >= self.uses):
            return False
        self._live[token] = (end, used + 1)
        return True

    def revoke(self) -> None:
        """All tokens end now."""
        self._live.clear()

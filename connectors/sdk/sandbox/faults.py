"""What can be done to an answer, and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes

    @property
    def content_type(self) -> str:
        return dict(self.headers).get(b"content-type", b"").decode("latin-1")


class FaultKind(StrEnum):
    """What a fault plan can do to an answer.

    SLOW            headers at once, then a byte now and then
    TRUNCATED       the whole length announced, half of the body sent, connection closed
    CHUNK_CUT       the same of a body in chunks, which announces no length
    ENDLESS         the platform's own headers, then spaces for as long as the client stays on
    GZIP_CUT        a gzip body without its end, its shorter length announced: HTTP is satisfied
    GARBAGE         200 with JSON that stops in the middle
    LOGIN_PAGE      200 with HTML that asks to sign in
    DUPLICATE_PAGE  the last good answer on the same path once more, whatever was asked
    CHANGED         what ``Fault.change`` makes of the platform's own answer
    """

    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    THROTTLED = "429"
    BROKEN = "500"
    SLOW = "slow"
    TRUNCATED = "truncated"
    CHUNK_CUT = "chunk-cut"
    ENDLESS = "endless"
    GZIP_CUT = "gzip-cut"
    GARBAGE = "garbage"
    LOGIN_PAGE = "login-page"
    DUPLICATE_PAGE = "duplicate-page"
    CHANGED = "changed"


ON_THE_WIRE = frozenset(
    {FaultKind.SLOW, FaultKind.TRUNCATED, FaultKind.CHUNK_CUT, FaultKind.ENDLESS}
)
"""What happens to an answer on its way; all else is in the answer itself."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """From request number ``after`` (0-based, counted over matching paths) for ``times`` requests.

    path         a substring of the request path; the sign-in path is matched like any other
    seconds      how long SLOW drips before it cuts the connection, if the client stays on
    retry_after  seconds that THROTTLED names in its Retry-After; None: it names none
    change       of a CHANGED: from the platform's own answer to the one that is sent
    """

    kind: FaultKind
    path: str = ""
    after: int = 0
    times: int = 1
    seconds: float = 5.0
    retry_after: int | None = 30
    change: Callable[[Answer], Answer] = lambda answer: answer


class FaultPlan:
    """Counts requests and says which fault is due. The first in the plan wins."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._faults = tuple(faults)
        self._seen = [0] * len(faults)
        self.fired = 0

    def due(self, path: str) -> Fault | None:
        """The fault for this request, if any; each call counts one request."""
        found: Fault | None = None
        for index, fault in enumerate(self._faults):
            if fault.path in path:
                seen = self._seen[index]
                self._seen[index] += 1
                if found is None and fault.after <= seen < fault.after + fault.times:
                    found = fault
        return found

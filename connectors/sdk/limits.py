"""A platform's rate limit, kept by all sessions of the process together."""

import threading
from collections import deque

from connectors.sdk.manifest import RateLimit

SLACK = 0.01
"""Share of the window added to it: two requests can come closer together on the way."""


class Limits:
    """When each host may be asked next.

    A sliding window: a call may start when the ``calls``-th last one is ``seconds`` old, so
    that no window of that length ever holds more. Turns are booked ahead, in the order of
    asking, so that nobody starves. Of two platforms behind one host each has its own limit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[tuple[str, RateLimit], deque[float]] = {}

    def wait(self, host: str, rate: RateLimit, now: float, *, patience: float) -> float:
        """Books the next turn and returns the seconds until then.

        Where that is longer than ``patience``, nothing is booked.
        """
        with self._lock:
            turns = self._turns.setdefault((host, rate), deque(maxlen=rate.calls))
            turn = now
            if len(turns) == rate.calls:
                turn = max(now, turns[0] + rate.seconds * (1 + SLACK))
            if turn - now <= patience:
                turns.append(turn)
            return turn - now


SHARED = Limits()
"""The process's own."""

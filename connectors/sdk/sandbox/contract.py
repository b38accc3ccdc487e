"""What a simulated platform is."""

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any, Protocol

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class SandboxClock:
    """The time that a simulated platform believes in. ``move`` shifts it."""

    def __init__(self, start: datetime) -> None:
        """``start`` is aware; the clock stands still until it is moved."""
        self._now = start

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by


class RunningClock(SandboxClock):
    """A time that goes on by itself: in a minute that stands still a quota never comes back."""

    def __init__(self, start: datetime, *, seconds: Callable[[], float] = time.monotonic) -> None:
        super().__init__(start)
        self._seconds = seconds
        self._begun = seconds()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._seconds() - self._begun)


class Sandbox(Protocol):
    """One simulated platform: stateful, seeded, all dates relative to its clock.

    ``size`` is how many rows its largest stream holds beside the story (0: the story only).
    The same clock, seed and size give the same rows.

    A sandbox may define more, where its platform has it:

    sign_in      str, a part of the path of its token endpoint ("/oauth/")
    operation    (path, headers) -> str: what a request asks for, where the path does not
                 say it ("/ListOpportunities"); faults and the log then use it as the path.
                 Header names are in lower case.
    details      str, a regular expression of the paths whose answers are about one row of a list
                 ("/deals/(?!search)")
    optional     str, a regular expression of the fields ("dates\\.cancelBy") that a row of a list
                 need not have and that make a record of their own: without them there is none
    imap         ImapServer: a mailbox beside ``app``, on a port that the host writes into it
    speaks       "imap" where that is so: such a platform's requests are no HTTP to repeat
    shuffle      () -> None: list the same rows in another order from now on
    bypasses     Mapping[str, str]: check id ("C15") to the reason why it cannot be shown here
    """

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None: ...

    @property
    def app(self) -> ASGIApp: ...

    def config(self, base_url: str) -> Mapping[str, Any]:
        """Settings (plain JSON values, secrets in clear) with which a connection reaches it."""
        ...

    def advance(self) -> list[str]:
        """Let the platform change once; the sentences say what moved ("Bid 9912 expired")."""
        ...

    def drop(self, stream: str, count: int) -> list[str]:
        """Take ``count`` rows out of a stream's list; returns their external ids."""
        ...

    def restore(self, stream: str) -> None:
        """Put back what ``drop`` took."""
        ...

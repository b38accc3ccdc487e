"""A connection that speaks by lines, such as IMAP: guarded as HTTP is.

It comes from ``HttpSession.dial``, so that hosts, addresses, certificates, time and cancel are
those of the session.
"""

from collections.abc import Callable

import httpcore2

from connectors.sdk.errors import FormatChanged, Incomplete, Unavailable
from connectors.sdk.wire import Cut, Deadline

_CHUNK = 64 * 1024
LONGEST_LINE = 1024 * 1024
"""Bytes: a search may answer with some ten thousand numbers in one line."""


class Line:
    """Bytes in and out of one connection.

    ``begin`` opens the time and the size that one exchange may take; ``host`` is for messages.
    """

    def __init__(
        self,
        stream: httpcore2.NetworkStream,
        *,
        host: str,
        read_timeout: float,
        max_bytes: int,
        deadline: Callable[[], Deadline],
    ) -> None:
        self.host = host
        self._stream = stream
        self._read_timeout = read_timeout
        self._max_bytes = max_bytes
        self._deadline = deadline
        self._waiting = b""
        self.begin()

    def begin(self) -> None:
        """A new exchange: its time and its size are counted from here."""
        self._ends = self._deadline()
        self._left = self._max_bytes

    def write(self, data: bytes) -> None:
        """Raises ``Unavailable``."""
        try:
            self._stream.write(data, self._timeout())
        except httpcore2.TimeoutException:
            raise self._slow() from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise self._broken() from None

    def line(self) -> bytes:
        """Up to and with the next line feed; raises ``FormatChanged`` for one without end."""
        while b"\n" not in self._waiting:
            if len(self._waiting) > LONGEST_LINE:
                raise FormatChanged(f"{self.host} sent a line that is too long.")
            self._waiting += self._more()
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line + b"\n"

    def exactly(self, size: int) -> bytes:
        """So many bytes; raises ``Incomplete`` where it is more than an exchange may bring."""
        if size > self._left:
            most = f"{self._max_bytes // 1024 // 1024:,} MB"
            raise Incomplete(f"{self.host} sent more than {most} at once.")
        parts, missing = [self._waiting[:size]], size - len(self._waiting)
        self._waiting = self._waiting[size:]
        while missing > 0:
            part = self._more()
            parts.append(part[:missing])
            self._waiting = part[missing:]
            missing -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        self._stream.close()

    def _more(self) -> bytes:
        try:
            data = self._stream.read(_CHUNK, self._timeout())
        except httpcore2.TimeoutException:
            raise self._slow() from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise self._broken() from None
        if not data:
            raise self._broken()
        self._left -= len(data)
        if self._left < 0:
            most = f"{self._max_bytes // 1024 // 1024:,} MB"
            raise Incomplete(f"{self.host} sent more than {most} at once.")
        return data

    def _timeout(self) -> Cut:
        return Cut(self._read_timeout, self._ends)

    def _slow(self) -> Unavailable:
        return Unavailable(f"{self.host} did not answer in time.")

    def _broken(self) -> Unavailable:
        return Unavailable(f"{self.host} broke off the connection.")

"""Sockets of a session: opened to checked addresses only, cut by deadlines and by cancel."""

import logging
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import httpcore2

from connectors.sdk.addresses import Gate, Resolve
from connectors.sdk.errors import Cancelled, Unavailable

# At INFO they write whole addresses, query strings with keys included.
for _name in ("httpx2", "httpcore2", "httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Deadline:
    """The end of one request with its retries, on a clock that never jumps."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        return self._end - self._clock()

    def extend(self, seconds: float) -> None:
        """For time that was not the platform's to lose."""
        self._end += seconds


class Cut(float):
    """A timeout that is also cut by a deadline.

    httpcore fixes its timeouts when a request starts and hands them to the stream as they
    are, so a body that drips would never run out. The stream asks ``seconds`` anew for
    every read.
    """

    deadline: Deadline

    def __new__(cls, value: float, deadline: Deadline) -> "Cut":
        cut = super().__new__(cls, value)
        cut.deadline = deadline
        return cut


def seconds(timeout: float | None) -> float | None:
    """What is left of a timeout now; raises ``TimeoutError`` when nothing is."""
    if not isinstance(timeout, Cut):
        return timeout
    left = min(float(timeout), timeout.deadline.left())
    if left <= 0:
        raise TimeoutError
    return left


@cache
def default_tls(speaks: str = "http") -> ssl.SSLContext:
    """Certificates of the system; made once for each ``speaks``, because that takes a while."""
    context = httpcore2.default_ssl_context(_trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Wire(httpcore2.NetworkBackend):
    """Opens the sockets of one session, and can end them all from another thread."""

    def __init__(self, gate: Gate, resolve: Resolve) -> None:
        self._gate = gate
        self._resolve = resolve
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self.cancelled = threading.Event()

    def cancel(self) -> None:
        """Wakes every thread that waits on one of the sockets."""
        self.cancelled.set()
        with self._lock:
            sockets = list(self._sockets)
        for sock in sockets:
            with suppress(OSError):
                # The base class's: SSLSocket's own would drop the TLS state under a reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def check_cancelled(self) -> None:
        if self.cancelled.is_set():
            raise Cancelled("The sync was stopped.")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve once, check every address, connect to exactly a checked one."""
        addresses = self._lookup(host, port, timeout)
        self._gate.check_addresses(host, port, addresses)
        failure: OSError = OSError()
        for address in addresses:
            try:
                return Stream(self._open(address, port, timeout), host, self)
            except OSError as error:
                failure = error
            self.check_cancelled()
        if isinstance(failure, TimeoutError):
            raise Unavailable(f"{host} did not answer the connection in time.")
        if isinstance(failure, ConnectionRefusedError):
            raise Unavailable(f"{host} refused the connection.")
        raise Unavailable(f"{host} could not be reached over the network.")

    def _lookup(self, host: str, port: int, timeout: float | None) -> Sequence[str]:
        """In a thread of its own: the system's lookup knows neither timeout nor cancel."""
        answer: list[Sequence[str]] = []

        def ask() -> None:
            # UnicodeError: a label is longer than DNS allows.
            with suppress(OSError, UnicodeError):
                answer.append(self._resolve(host, port))

        thread = threading.Thread(target=ask, name="dns", daemon=True)
        thread.start()
        end = time.monotonic() + (timeout or 0.0)
        while thread.is_alive() and time.monotonic() < end:
            thread.join(0.1)
            self.check_cancelled()
        if thread.is_alive():
            raise Unavailable(f"The name {host} could not be looked up in time.")
        if not answer or not answer[0]:
            raise Unavailable(f"The name {host} is not known (DNS).")
        return answer[0]

    def _open(self, address: str, port: int, timeout: float | None) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        self.track(sock)
        try:
            sock.settimeout(seconds(timeout))
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            self.drop(sock)
            raise
        return sock

    def track(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.add(sock)
        if self.cancelled.is_set():  # it may have come between the caller's check and here
            self.drop(sock)
            self.check_cancelled()

    def drop(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.discard(sock)
        sock.close()


class Stream(httpcore2.NetworkStream):
    """One socket, as httpcore wants it."""

    def __init__(self, sock: socket.socket, host: str, wire: Wire) -> None:
        self._sock = sock
        self._host = host
        self._wire = wire

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._sock.settimeout(seconds(timeout))
            data = self._sock.recv(max_bytes)
        except TimeoutError:
            raise httpcore2.ReadTimeout from None
        except OSError:
            self._wire.check_cancelled()
            raise httpcore2.ReadError from None
        self._wire.check_cancelled()
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        try:
            self._sock.settimeout(seconds(timeout))
            self._sock.sendall(buffer)
        except TimeoutError:
            raise httpcore2.WriteTimeout from None
        except OSError:
            self._wire.check_cancelled()
            raise httpcore2.WriteError from None

    def close(self) -> None:
        self._wire.drop(self._sock)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """The certificate is checked against the name, though we connected to an address."""
        try:
            self._sock.settimeout(seconds(timeout))
            wrapped = ssl_context.wrap_socket(
                self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            self._wire.drop(self._sock)  # wrapping detached it: nothing is closed here
            self._wire.track(wrapped)
            self._sock = wrapped
            wrapped.do_handshake()
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise Unavailable(
                f"The certificate of {self._host} is not valid: {error.verify_message}.",
                remedy="Check the address; if it is right, the platform must renew it.",
            ) from None
        except TimeoutError:
            self.close()
            raise Unavailable(f"{self._host} did not finish the TLS handshake in time.") from None
        except OSError:
            self.close()
            self._wire.check_cancelled()
            raise Unavailable(f"{self._host} broke off the TLS handshake.") from None
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":
            return _readable(self._sock)
        return None


def _readable(sock: socket.socket) -> bool:
    """An idle connection that can be read was closed by the platform."""
    if sock.fileno() < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))

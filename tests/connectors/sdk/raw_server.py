"""A server that writes exactly the bytes that a test tells it to, right or wrong."""

import json as jsonlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came. ``headers`` have lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def json(self) -> Any:
        return jsonlib.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Raw:
    """Bytes for the wire, and whether the connection ends after them."""

    parts: Iterable[bytes]
    close: bool = False


Answer = Raw | Callable[[Asked], Raw]


def reply(
    body: bytes | str = b"",
    *,
    status: int = 200,
    length: int | None = -1,
    close: bool = False,
    headers: Iterable[tuple[str, str]] = (),
) -> Raw:
    """A well-formed answer. ``length`` lies about the body, or is left out with None."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers)]
    if length is not None:
        lines.append(f"Content-Length: {len(content) if length == -1 else length}")
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return Raw(parts=[head + content], close=close)


def json_reply(value: Any, **more: Any) -> Raw:
    headers = [("Content-Type", "application/json"), *more.pop("headers", [])]
    return reply(jsonlib.dumps(value), headers=headers, **more)


@dataclass
class RawServer:
    """Listens on loopback. Each request gets the next planned answer; the last one stays."""

    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._answers: list[Answer] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, 0), family=family)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def plan(self, *answers: Answer) -> None:
        with self._lock:
            self._answers = list(answers)

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        scheme = "https" if self.tls else "http"
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{scheme}://{name}:{self.port}{path}"

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(sock)
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError, ValueError), sock:  # ValueError: what came is no HTTP
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
                with self._lock:
                    self._open.add(sock)
            with sock, sock.makefile("rb") as lines:
                while (asked := _read(lines)) is not None:
                    raw = self._next(asked)
                    for part in raw.parts:
                        sock.sendall(part)
                    if raw.close:
                        return

    def _next(self, asked: Asked) -> Raw:
        with self._lock:
            self.asked.append(asked)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(asked) if callable(answer) else answer


def _read(lines: Any) -> Asked | None:
    start = lines.readline()
    if not start:
        return None
    method, target, _ = start.decode().split(" ", 2)
    headers = {}
    while (line := lines.readline().strip()) != b"":
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = lines.read(int(headers.get("content-length", 0)))
    return Asked(method=method, target=target, headers=headers, body=body)

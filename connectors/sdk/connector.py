"""The contract: one object, a manifest, ``read`` and ``check``.

``read`` is called once for each stream, in the manifest's order, with no transaction
open. It yields pages and ends the stream with ``Complete``, or yields ``Unchanged`` alone
where the source proved that nothing changed. A read that ends without ``Complete``, or that
raises, may add and update but removes nothing. A row that cannot be read is put into the
page's ``quarantined`` with its raw text; it is never raised. A list that the platform does not
offer to this sign-in ends with ``NotOffered``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from connectors.sdk.http import HttpSession
from connectors.sdk.manifest import ConnectorConfig, Manifest
from connectors.sdk.records import AnyRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """One row that could not be read.

    ``reason`` is a sentence for a person, ``raw`` the row as it came (JSON or text),
    ``where`` its place ("Sheet1 row 7", "page 3 row 12"), ``external_id`` its id if known:
    an item that exists under that id stays as it is.
    """

    reason: str
    raw: str
    where: str = ""
    external_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a stream. ``expected`` is the total that the platform announces, if any."""

    records: tuple[AnyRecord, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    expected: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """What was read is a copy that somebody handed over: it is as old as that, however often it is
    read.

    ``made_at`` is an aware instant; after ``renew_by`` the copy counts as stale, with None never.
    """

    made_at: datetime
    renew_by: datetime | None = None

    def __post_init__(self) -> None:
        if self.made_at.tzinfo is None or (self.renew_by and self.renew_by.tzinfo is None):
            raise ValueError("the age of a copy needs a zone")


@dataclass(frozen=True, kw_only=True, slots=True)
class Complete:
    """The stream was read to its proven end.

    ``window`` is the closed range of due dates that was asked for, where the platform
    lists by dates: only items due inside it can be missing, and with ``undated`` those that have
    no due date, which such a read lists as well. ``state`` replaces the
    stream's stored state, in the same transaction as its rows. ``copy`` is for what does not
    come from the platform itself, but from a copy of it, such as an uploaded file.
    """

    window: tuple[date, date] | None = None
    undated: bool = False
    state: Mapping[str, Any] = field(default_factory=dict)
    copy: Copy | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unchanged:
    """The source proved that nothing changed since the stream's state was stored (a 304).

    It ends a stream in place of ``Complete``, and no ``Page`` comes before it. What is stored
    stands and is as fresh as this read, and the state stays. It repeats the read that left the
    state: what that read did not list is now missing for the second time, by another answer of
    the source. (Without this, a row that left an otherwise still list would stay for ever.)
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class NotOffered:
    """The platform does not offer this list to this sign-in: a part that was not bought, an object
    that its administrator does not show. ``why`` is a sentence for a person.

    It ends a stream in place of ``Complete``, and no ``Page`` comes before it. It is no failure and
    proves nothing: what is stored stays. A connector yields it for what it never read; of a list
    that was offered before it raises ``Incomplete``, for what is stored grows old.
    """

    why: str


class CheckState(StrEnum):
    """How a named check went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One named check of a connection, and what a person does when it is not ok."""

    name: str
    state: CheckState
    text: str
    fix: str = ""


class Secrets(Protocol):
    """Secret settings that the platform itself replaces, such as a refresh token that is good
    for one use.
    """

    def current(self, name: str) -> str | None:
        """What is stored under that setting's name at this moment; None where nothing is."""

    def replace(self, name: str, *, used: str, new: str) -> None:
        """Keep ``new`` in place of ``used``; it is stored when this returns.

        A value that somebody else entered meanwhile stays.
        """


class InMemory:
    """Secrets that nobody stores: those of a form, and of whoever calls a connector by hand.

    ``replaced`` holds what the platform gave, by the setting's name: to be saved with the rest.
    """

    def __init__(self) -> None:
        self.replaced: dict[str, str] = {}

    def current(self, name: str) -> str | None:
        return self.replaced.get(name)

    def replace(self, name: str, *, used: str, new: str) -> None:
        self.replaced[name] = new


@dataclass(frozen=True, kw_only=True)
class ReadContext:
    """What a connector is given: a guarded HTTP session, its state and the time.

    now      aware UTC instant; a connector has no other clock
    state    what the last ``Complete`` of this stream left, else empty
    files    folder in which uploaded files of this connection lie
    secrets  where a secret goes that the platform replaces while it is used
    """

    http: HttpSession
    now: datetime
    state: Mapping[str, Any] = field(default_factory=dict)
    files: Path | None = None
    secrets: Secrets = field(default_factory=InMemory)


Event = Page | Complete | Unchanged | NotOffered
"""What ``read`` yields."""


class Connector(Protocol):
    """Knows one platform. Stateless: all it needs arrives as arguments.

    ``config`` is an instance of ``manifest.config``.
    """

    @property
    def manifest(self) -> Manifest: ...

    def read(self, stream: str, config: Any, context: ReadContext) -> Iterator[Event]: ...

    def check(self, config: Any, context: ReadContext) -> Iterator[Check]: ...


__all__ = [
    "Check",
    "CheckState",
    "Complete",
    "Connector",
    "ConnectorConfig",
    "Copy",
    "Event",
    "InMemory",
    "NotOffered",
    "Page",
    "Quarantined",
    "ReadContext",
    "Secrets",
    "Unchanged",
]

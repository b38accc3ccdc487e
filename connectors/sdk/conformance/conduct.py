"""How a connector behaves: where it talks to, how much, what it tells, when it stops."""

import json
import logging
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from connectors.sdk.conformance.results import Failed, demand
from connectors.sdk.conformance.stage import NAME, Case, Reading, Stage
from connectors.sdk.conformance.trouble import EVER
from connectors.sdk.connector import Page, Unchanged
from connectors.sdk.manifest import Completeness
from connectors.sdk.records import encode
from connectors.sdk.sandbox import ON_THE_WIRE, Asked, Fault, FaultKind, Tokens

MANY = 120
_PATIENCE = 20.0  # seconds until a thread that should have ended counts as stuck
_ENOUGH = 1_000_000  # bytes: no answer of a sandbox is longer, and an endless one soon is


def state_only_saves_work(case: Case) -> None:
    """C13: a read from stored state loses no row, and a state of another version does no harm."""
    with case.stage() as stage:
        for stream, first in case.undisturbed().items():
            state = first.state
            stored = json.loads(json.dumps(state)) if state else {}
            demand(stored == dict(state), f"{stream}: the state does not survive storage as JSON")
            _same_rows(case, first, stage.read(stream, stored), "from its own state")
            strange = {**stored, "version": -1, "another version's": ["state", None, 1]}
            _same_rows(case, first, stage.read(stream, strange), "from a strange state")
            for key in stored:
                odd = {**stored, key: {"odd": ["9999-12-31T00:00:00Z"]}}
                _same_rows(case, first, stage.read(stream, odd), f"with an odd {key} in the state")


def _same_rows(case: Case, first: Reading, again: Reading, how: str) -> None:
    where = f"{first.stream}: read {how}"
    demand(again.error is None, f"{where}: {again.outcome()}")
    if isinstance(again.ended, Unchanged):
        demand(not again.records, f"{where}: says Unchanged after giving rows")
        return
    spec = case.specs[first.stream]
    if spec.completeness is not Completeness.UNKNOWN:
        missing = again.unaccounted(first.hashes)
        demand(not missing, f"{where}: rows are missing ({', '.join(sorted(missing)[:3])})")
    changed = {key for key, value in again.hashes.items() if first.hashes.get(key, value) != value}
    demand(not changed, f"{where}: records changed ({', '.join(sorted(changed)[:3])})")


def talks_to_its_own_hosts(case: Case) -> None:
    """C16: no connection and no name look-up but the platform's own."""
    with case.stage(wire=True) as stage:
        places = [urlsplit(address) for address in stage.host.addresses(NAME)]
        own = {part for place in places for part in (place.hostname, place.port)}
        with _watched() as contacts:
            stage.check()
            for stream in case.streams:
                stage.read(stream)
    demand(contacts, "nothing was contacted at all: is the sandbox's address in its config()?")
    for event, host, port in contacts:
        known = host in own and (event == "socket.getaddrinfo" or port in own)
        demand(known, f"{event.partition('.')[2]} to {host} port {port}")


_watchers: list[Callable[[str, Any, Any], None]] = []
_installed: list[bool] = []


@contextmanager
def _watched() -> Iterator[list[tuple[str, Any, Any]]]:
    """Every address that any library of this process looks up or connects to."""
    found: list[tuple[str, Any, Any]] = []

    def watch(event: str, host: Any, port: Any) -> None:
        found.append((event, host, port))

    if not _installed:  # an audit hook cannot be taken out again, so there is one
        sys.addaudithook(_hear)
        _installed.append(True)
    _watchers.append(watch)
    try:
        yield found
    finally:
        _watchers.remove(watch)


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if not _watchers:
        return
    if event == "socket.getaddrinfo":
        heard = args[0], args[1]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        heard = args[1][0], args[1][1]
    else:
        return
    for watch in _watchers:
        watch(event, *heard)


def keeps_its_budget(case: Case) -> None:
    """C17: requests grow with the rows at most, and a sync fits into its interval."""
    manifest = case.connector.manifest
    with case.stage(size=MANY, wire=True) as stage:
        start = stage.clock.now()
        readings = [stage.read(stream) for stream in case.streams]
        took = stage.clock.now() - start
    for reading in readings:
        demand(reading.whole, f"{reading.stream}: {reading.outcome()}")
    requests = sum(len(reading.asked) for reading in readings)
    rows = sum(len(reading.records) for reading in readings)
    budget = 10 * len(readings) + 2 * rows
    demand(requests <= budget, f"{requests} requests for {rows} rows; the budget is {budget}")
    demand(
        took <= manifest.minimum_interval,
        f"within its rate limit a sync of {rows} rows takes {took}, longer than the "
        f"minimum interval {manifest.minimum_interval}",
    )


def tells_no_secret(case: Case) -> None:
    """C18: no secret and no token in logs, errors, checks, records, quarantine, state or URLs."""
    wired = case.stage(wire=True, max_bytes=_ENOUGH)
    with wired, case.stage(max_bytes=_ENOUGH) as stage, _overheard() as log:
        _stays_discreet(wired, case, ON_THE_WIRE)
        _stays_discreet(stage, case, set(FaultKind) - ON_THE_WIRE)
    _tells_none(_secrets(stage, case), "\n".join(log), "the log")


def _stays_discreet(stage: Stage, case: Case, kinds: Collection[FaultKind]) -> None:
    secrets = _secrets(stage, case)
    queries: list[str] = []
    stage.before(lambda asked: queries.append(asked.query))
    _tells_none(secrets, _said(stage, case), "undisturbed")
    for kind in sorted(kinds):
        for after in (0, 1):
            stage.plan(Fault(kind=kind, after=after, times=EVER, seconds=0.005))
            _tells_none(secrets, _said(stage, case), f"{kind} from request {after}")
            stage.plan()
    with stage.echoing(" ".join(case.secrets(stage.config))):
        _tells_none(secrets, _said(stage, case), "a platform that repeats the secret")
    stage.before(None)
    _tells_none(secrets, "\n".join(queries), "the query of a URL")


def _secrets(stage: Stage, case: Case) -> list[str]:
    return [*case.secrets(stage.config), Tokens.MARK]


def _said(stage: Stage, case: Case) -> str:
    """All that leaves the connector, as one text."""
    said: list[str] = [repr(stage.config), str(stage.config)]
    try:
        said += [str(check) for check in stage.check()]
    except Exception as error:  # noqa: BLE001 - C04 says that it must not raise; here its text counts
        said.append(repr(error))
    for stream in case.streams:
        reading = stage.read(stream)
        said += [encode(record).decode() for record in reading.records]
        said.append(json.dumps(dict(reading.state)))
        said += [str(row) for row in reading.quarantined]
        said += _told(reading.error)
    return "\n".join(said)


def _told(error: BaseException | None) -> list[str]:
    """What an error and its causes show; a body is for the connector's own eyes."""
    if error is None:
        return []
    public = {name: value for name, value in vars(error).items() if name != "body"}
    return [f"{error!r} {error} {public}", *_told(error.__cause__)]


def _tells_none(secrets: list[str], said: str, when: str) -> None:
    for secret in secrets:
        at = said.find(secret)
        if at >= 0:
            around = said[max(0, at - 60) : at].replace("\n", " ")
            raise Failed(f"{when}: a secret comes after …{around!r}")


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{record.getMessage()} {record.exc_info or ''}")


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """All that is logged at any level."""
    root, ear = logging.getLogger(), _Ear()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield ear.heard
    finally:
        root.setLevel(level)
        root.removeHandler(ear)


def stops_when_told(case: Case) -> None:
    """C19: a read can be left at any page and cancelled in any request; no thread stays."""
    for stream in case.streams:
        _is_left(case, stream)
        _is_cancelled(case, stream)


def _is_left(case: Case, stream: str) -> None:
    with case.stage(size=MANY, wire=True) as stage:
        before = set(threading.enumerate())
        with stage.session() as http:
            reading = stage.connector.read(stream, stage.config, stage.context(http))
            demand(isinstance(next(reading), Page), f"{stream}: it does not begin with a page")
            asked = len(stage.requests)
            close = getattr(reading, "close", None)
            demand(close, f"{stream}: read() is no generator, so it cannot be left")
            assert close is not None
            close()
            demand(len(stage.requests) == asked, f"{stream}: it goes on asking when it is left")
        _left_no_thread(before, stream)


def _is_cancelled(case: Case, stream: str) -> None:
    """While an answer drips, from another thread."""
    with case.stage(wire=True) as stage:
        before = set(threading.enumerate())
        stage.plan(Fault(kind=FaultKind.SLOW, times=EVER, seconds=60.0))
        arrived = threading.Event()
        ended: list[str] = []

        def arrive(asked: Asked) -> None:
            arrived.set()

        with stage.session() as http:

            def read() -> None:
                try:
                    list(stage.connector.read(stream, stage.config, stage.context(http)))
                except Exception as error:  # noqa: BLE001 - that it ended is what counts
                    ended.append(type(error).__name__)

            stage.before(arrive)
            thread = threading.Thread(target=read)
            thread.start()
            demand(arrived.wait(_PATIENCE), f"{stream}: it asks for nothing")
            http.cancel()
            thread.join(_PATIENCE)
            demand(not thread.is_alive(), f"{stream}: it goes on when it is cancelled")
        demand(ended == ["Cancelled"], f"{stream}: cancelled, it raises {ended}, not Cancelled")
        _left_no_thread(before, stream)


def _left_no_thread(before: set[threading.Thread], stream: str) -> None:
    for thread in set(threading.enumerate()) - before:
        thread.join(_PATIENCE)
        demand(not thread.is_alive(), f"{stream}: the thread {thread.name!r} stays behind")

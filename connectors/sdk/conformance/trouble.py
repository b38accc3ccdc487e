"""When the platform refuses, is slow or is gone: the right error, and a sentence that helps."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from connectors.sdk.conformance.results import Failed, demand
from connectors.sdk.conformance.stage import START, Case, Reading, Stage, until_of
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed, ConnectorError, RateLimited, Unavailable
from connectors.sdk.sandbox import Fault, FaultKind

EVER = 10_000
NOWHERE = "nowhere.invalid"
_SHORT = 0.5  # seconds for a request with its retries


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One way in which a platform does not answer, and the error that a read must raise."""

    name: str
    error: type[ConnectorError]
    fault: FaultKind | None = None


TROUBLES = (
    Trouble(name="401", error=AuthFailed, fault=FaultKind.UNAUTHORIZED),
    Trouble(name="403", error=AuthFailed, fault=FaultKind.FORBIDDEN),
    Trouble(name="404", error=ConnectorError, fault=FaultKind.NOT_FOUND),
    Trouble(name="429", error=RateLimited, fault=FaultKind.THROTTLED),
    Trouble(name="500", error=Unavailable, fault=FaultKind.BROKEN),
    Trouble(name="a slow answer", error=Unavailable, fault=FaultKind.SLOW),
    Trouble(name="a refused connection", error=Unavailable),
    Trouble(name="a host that does not exist", error=Unavailable),
)


def checks_say_what_helps(case: Case) -> None:
    """C04: check and read tell each trouble apart and say what to do."""
    with case.stage(wire=True) as stage:
        checks = stage.check()
        bad = [check for check in checks if check.state is CheckState.FAIL]
        demand(not bad, f"check() of a platform in order says {bad[:1]}")
        demand(any(check.state is CheckState.OK for check in checks), "no check is ok")
        _are_readable(checks)
    for trouble in TROUBLES:
        with case.stage(wire=True, total_timeout=_SHORT) as stage, _in_trouble(stage, trouble):
            _check_tells(stage, trouble)
            for stream in case.streams[:1]:
                _read_raises(stage.read(stream), trouble)


@contextmanager
def _in_trouble(stage: Stage, trouble: Trouble) -> Iterator[None]:
    if trouble.fault is not None:
        stage.plan(Fault(kind=trouble.fault, times=EVER, seconds=5.0))
    elif "refused" in trouble.name:
        stage.host.stop()
    else:
        stage.move_to(f"http://{NOWHERE}")
    yield


def _check_tells(stage: Stage, trouble: Trouble) -> None:
    try:
        checks = stage.check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it should have been a failed check
        raise Failed(f"{trouble.name}: check() raises {type(error).__name__}: {error}") from None
    demand(
        any(check.state is CheckState.FAIL for check in checks), f"{trouble.name}: no check fails"
    )
    _are_readable(checks)


def _are_readable(checks: list[Check]) -> None:
    for check in checks:
        demand(check.name.strip() and check.text.strip(), f"a check without name or text: {check}")
        fine = check.state is CheckState.OK or check.fix.strip()
        demand(fine, f"{check.name} is {check.state} without saying what helps: {check.text}")


def _read_raises(reading: Reading, trouble: Trouble) -> None:
    demand(
        isinstance(reading.error, trouble.error),
        f"{reading.stream}: {trouble.name}: expected {trouble.error.__name__}, "
        f"got {reading.outcome()}",
    )
    assert isinstance(reading.error, ConnectorError)
    demand(reading.error.remedy, f"{reading.stream}: {trouble.name}: the error has no remedy")


def waits_as_long_as_asked(case: Case) -> None:
    """C14: Retry-After is a floor: nothing is asked earlier, and a long wait is the schedule's."""
    for stream, whole in case.undisturbed().items():
        for k in case.positions(whole):
            for seconds in (17, 7200):
                with case.stage() as stage:
                    fault = Fault(kind=FaultKind.THROTTLED, after=k, retry_after=seconds)
                    stage.plan(fault)
                    _waited(stage.read(stream), whole, seconds, k)


def _waited(reading: Reading, whole: Reading, seconds: int, k: int) -> None:
    where = f"{reading.stream}: 429 on request {k} with Retry-After {seconds}"
    until = until_of(reading.error)
    if until is not None:
        demand(
            until - START >= timedelta(seconds=seconds),
            f"{where}: to come back already after {until - START}",
        )
        return
    demand(reading.error is None, f"{where}: {reading.outcome()}")
    demand(sum(reading.waits) >= seconds, f"{where}: asked again after {sum(reading.waits)} s")
    demand(seconds < 3600, f"{where}: waited in the read, which holds a worker for hours")
    demand(reading.hashes == whole.hashes, f"{where}: afterwards other records")


def renews_an_expired_sign_in(case: Case) -> None:
    """C15: a token that ends in the middle of a list is renewed once, and no row is lost."""
    path: str | None = case.offered("sign_in")
    demand(path, "the sandbox names no sign_in path: say in the bypasses why there is none")
    assert path is not None
    for stream, whole in case.undisturbed().items():
        for k in case.positions(whole):
            if path in whole.asked[k][1]:
                continue
            with case.stage() as stage:
                stage.plan(Fault(kind=FaultKind.UNAUTHORIZED, after=k))
                reading = stage.read(stream)
                where = f"{stream}: a token that ends before request {k}"
                demand(reading.whole, f"{where}: {reading.outcome()}")
                demand(reading.hashes == whole.hashes, f"{where}: other records")
                more = _sign_ins(reading, path) - _sign_ins(whole, path)
                demand(more == 1, f"{where}: signed in {more} more times, not once")


def _sign_ins(reading: Reading, path: str) -> int:
    return sum(path in asked for _, asked, _ in reading.asked)

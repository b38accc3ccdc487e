"""The check of a source's settings ends, whatever the platform does."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.services.checking import check
from connectors import registry
from connectors.sdk.connector import Check, CheckState, ReadContext
from connectors.sdk.errors import Cancelled, Unavailable
from connectors.sdk.manifest import Manifest
from tests.support.scripted import Scripted, ScriptedConfig

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PATIENCE = 30
SOON = 0.2
FINE = Check(name="Sign-in", state=CheckState.OK, text="Accepted.")


class Slow(Scripted):
    """Says that the sign-in is fine, and then does what the test wants."""

    def __init__(self, then: Callable[[ReadContext], None]) -> None:
        super().__init__()
        self.then = then
        self.ended_with: list[BaseException | None] = []
        self.ended = threading.Event()

    @property
    def manifest(self) -> Manifest:
        return replace(super().manifest, hosts=("127.0.0.1",))

    def check(self, config: Any, context: ReadContext) -> Iterator[Check]:
        yield FINE
        try:
            self.then(context)
        except BaseException as error:
            self.ended_with.append(error)
            raise
        finally:
            self.ended.set()
        yield Check(name="Renewals", state=CheckState.OK, text="Readable.")


def checked(connector: Slow, *, patience: float = PATIENCE) -> tuple[Check, ...]:
    with registry.installed(connector):
        return check(
            "scripted",
            ScriptedConfig(),
            private_hosts={"127.0.0.1"},
            now=NOW,
            files=Path(),
            patience=patience,
        )


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_a_platform_that_answers_too_slowly_is_named_and_what_was_checked_stays(
    silent: str,
) -> None:
    connector = Slow(lambda context: context.http.request("GET", silent) and None)

    fine, late = checked(connector, patience=SOON)

    assert fine == FINE
    assert (late.name, late.state) == ("Time", CheckState.FAIL)
    assert late.text == "The platform answers too slowly: the rest was not checked."
    assert "save anyway" in late.fix
    assert connector.ended.wait(PATIENCE)  # nothing goes on asking behind the page's back
    assert [type(error) for error in connector.ended_with] == [Cancelled]


def test_a_check_that_is_busy_with_itself_is_waited_for_no_longer() -> None:
    free = threading.Event()
    try:
        _fine, late = checked(Slow(lambda _context: free.wait() and None), patience=SOON)
    finally:
        free.set()

    assert late.name == "Time"


def test_a_check_that_ends_in_time_says_nothing_of_time() -> None:
    assert [one.name for one in checked(Slow(lambda _context: None))] == ["Sign-in", "Renewals"]


def test_whoever_waits_for_a_check_is_not_told_that_it_is_tried_again_by_itself() -> None:
    def gone(_context: ReadContext) -> None:
        raise Unavailable("The portal does not answer.")

    assert checked(Slow(gone))[-1].fix == "Try again in a while; if it stays, look at the address."


def test_a_check_that_meets_an_error_in_time_ends_with_it() -> None:
    def gone(_context: ReadContext) -> None:
        raise Unavailable("The portal does not answer.")

    assert [one.text for one in checked(Slow(gone))] == [
        "Accepted.",
        "The portal does not answer.",
    ]

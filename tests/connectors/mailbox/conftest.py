"""The connector beside its simulated mailbox, or beside any other server."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.mailbox.connector import MailboxReader
from connectors.mailbox.sandbox import CLIENT, Sandbox
from connectors.mailbox.settings import MailboxConfig
from connectors.sdk.conformance.stage import Reading, Stage
from connectors.sdk.connector import ReadContext
from connectors.sdk.http import HttpPolicy, HttpSession

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
Read = Callable[..., Reading]


class Desk:
    """A running mailbox with settings that a test may change."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @property
    def sandbox(self) -> Sandbox:
        found = self.stage.sandbox
        assert isinstance(found, Sandbox)
        return found

    def set(self, **changed: Any) -> None:
        """Other settings from now on; None takes one away."""
        kept = {key: value for key, value in {**self.stage.values, **changed}.items() if value}
        self.stage.values = kept
        self.stage.config = MailboxConfig.model_validate(kept)

    def set_oauth(self, secret: str) -> None:
        """Sign in as the app itself, in place of the password."""
        token_url = f"{self.stage.url}/token"
        self.set(password=None, token_url=token_url, client_id=CLIENT, client_secret=secret)

    def deliver(self, data: bytes, folder: str = "INBOX", *, at: datetime = START) -> int:
        return self.sandbox.folders[folder].add(data, at)

    def read(self, stream: str = "mail", state: Mapping[str, Any] | None = None) -> Reading:
        return self.stage.read(stream, state)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Stage(MailboxReader(), Sandbox) as stage:
        yield Desk(stage)


def context(http: HttpSession, now: datetime = START) -> ReadContext:
    return ReadContext(http=http, now=now)


def session_to(host: str) -> HttpSession:
    return HttpSession(HttpPolicy(hosts=(host,), private_hosts=frozenset({host})))

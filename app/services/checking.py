"""Try a connection's settings. It asks the platform, so no transaction may be open."""

import logging
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from app.services.configs import split
from connectors import registry
from connectors.sdk import redact
from connectors.sdk.connector import (
    Check,
    CheckState,
    Connector,
    InMemory,
    ReadContext,
    Secrets,
)
from connectors.sdk.errors import ConnectorError, Incomplete, RateLimited, Unavailable
from connectors.sdk.http import HttpSession
from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.policy import policy_of

log = logging.getLogger(__name__)
T = TypeVar("T")


PATIENCE = 20.0
"""Seconds that whoever checks a form waits for all checks together."""
OF_A_FORM = {
    Unavailable.remedy: "Try again in a while; if it stays, look at the address.",
    RateLimited.remedy: "Try again in a while.",
    Incomplete.remedy: "Try again in a while.",
}
"""What helps whoever waits for a check, instead of what a sync does by itself later."""
A_MOMENT = 1.0
"""Seconds for a check that was cancelled to let go of its connections."""


def check(
    connector_id: str,
    config: ConnectorConfig,
    *,
    private_hosts: Collection[str],
    now: datetime,
    files: Path | None = None,
    secrets: Secrets | None = None,
    patience: float = PATIENCE,
) -> tuple[Check, ...]:
    """The connector's named checks. An error that a check did not name becomes one.

    ``private_hosts`` are the operator's ``ALLOWED_PRIVATE_HOSTS``; ``files`` is the folder
    of the connection's uploads, ``secrets`` takes what the platform replaces. After
    ``patience`` seconds it ends with a check that says so, behind those that were done.
    """
    found, problem = gathered(
        connector_id,
        config,
        lambda connector, context: map(_masked, connector.check(config, context)),
        trial=Trial(
            private_hosts=private_hosts, now=now, files=files, secrets=secrets, patience=patience
        ),
    )
    return (*found, problem) if problem else found


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a connector is given to try settings with; the fields are those of ``check``."""

    private_hosts: Collection[str]
    now: datetime
    files: Path | None = None
    secrets: Secrets | None = None
    patience: float = PATIENCE


def gathered(
    connector_id: str,
    config: ConnectorConfig,
    ask: Callable[[Connector, ReadContext], Iterable[T]],
    *,
    trial: Trial,
) -> tuple[tuple[T, ...], Check | None]:
    """All that a connector yields when it is asked, and what ended it early, as a check.

    In a thread of its own: it may be busy with itself, where no timeout reaches it.
    """
    connector = registry.connector(connector_id)
    redact.register(*split(config)[1].values())
    found: list[T] = []
    problems: list[Check] = []
    with HttpSession(policy_of(connector.manifest, config, trial.private_hosts)) as http:
        context = ReadContext(
            http=http, now=trial.now, files=trial.files, secrets=trial.secrets or InMemory()
        )
        asking = threading.Thread(
            target=_collect,
            args=(connector, partial(ask, connector, context), found, problems),
            name="check",
            daemon=True,
        )
        asking.start()
        asking.join(trial.patience)
        late = asking.is_alive()
        done = tuple(found)
        if late:
            http.cancel()  # nothing asks on behind the form's back
            asking.join(A_MOMENT)
    return done, TOO_SLOW if late else next(iter(problems), None)


TOO_SLOW = Check(
    name="Time",
    state=CheckState.FAIL,
    text="The platform answers too slowly: the rest was not checked.",
    fix="Try again later, or save anyway: a sync is more patient than a form.",
)


def _collect(
    connector: Connector,
    ask: Callable[[], Iterable[Any]],
    found: list[Any],
    problems: list[Check],
) -> None:
    try:
        for one in ask():
            found.append(one)  # noqa: PERF402  (what came before an error stays)
    except ConnectorError as error:
        problems.append(_failed(error.message, error.remedy))
    except Exception as error:
        log.exception("a check of %s failed", connector.manifest.id)
        met = type(error).__name__
        problems.append(_failed(f"The connector met something it does not understand ({met})."))


def _masked(check: Check) -> Check:
    """What the platform said may have come into it, and a platform may quote what it was told."""
    fix = OF_A_FORM.get(check.fix, check.fix)
    return replace(check, text=redact.mask(check.text), fix=redact.mask(fix))


def _failed(text: str, fix: str = "") -> Check:
    fix = OF_A_FORM.get(fix, fix)
    return Check(name="Connection", state=CheckState.FAIL, text=text, fix=fix)

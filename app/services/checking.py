"""Try a connection's settings. It asks the platform, so no transaction may be open."""

import logging
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from app.services.sources import split
from connectors import registry
from connectors.sdk import redact
from connectors.sdk.connector import Check, CheckState, ReadContext
from connectors.sdk.errors import ConnectorError
from connectors.sdk.http import HttpSession
from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.policy import policy_of

log = logging.getLogger(__name__)


def check(
    connector_id: str,
    config: ConnectorConfig,
    *,
    private_hosts: Collection[str],
    now: datetime,
    files: Path | None = None,
) -> tuple[Check, ...]:
    """The connector's named checks. An error that a check did not name becomes one.

    ``private_hosts`` are the operator's ``ALLOWED_PRIVATE_HOSTS``; ``files`` is the folder
    of the connection's uploads.
    """
    connector = registry.connector(connector_id)
    redact.register(*split(config)[1].values())
    found: list[Check] = []
    with HttpSession(policy_of(connector.manifest, config, private_hosts)) as http:
        try:
            for one in connector.check(config, ReadContext(http=http, now=now, files=files)):
                found.append(one)  # noqa: PERF402  (what came before an error stays)
        except ConnectorError as error:
            found.append(_failed(error.message, error.remedy))
        except Exception as error:
            log.exception("a check of %s failed", connector_id)
            met = type(error).__name__
            found.append(_failed(f"The connector met something it does not understand ({met})."))
    return tuple(found)


def _failed(text: str, fix: str = "") -> Check:
    return Check(name="Connection", state=CheckState.FAIL, text=text, fix=fix)

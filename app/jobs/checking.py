"""Try a connection's settings, with a bound on how long it may take."""

from datetime import datetime
from pathlib import Path

from app.config import Settings
from connectors import registry
from connectors.sdk.connector import Check, CheckState, ReadContext
from connectors.sdk.errors import ConnectorError
from connectors.sdk.http import HttpSession
from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.policy import policy_of


def check(
    connector_id: str,
    config: ConnectorConfig,
    *,
    settings: Settings,
    now: datetime,
    files: Path | None = None,
) -> list[Check]:
    """The connector's named checks. An error that a check did not name becomes one."""
    connector = registry.connector(connector_id)
    found: list[Check] = []
    policy = policy_of(connector.manifest, config, settings.allowed_private_hosts)
    with HttpSession(policy) as http:
        try:
            for one in connector.check(config, ReadContext(http=http, now=now, files=files)):
                found.append(one)  # noqa: PERF402  (what came before an error stays)
        except ConnectorError as error:
            found.append(
                Check(
                    name="Connection",
                    state=CheckState.FAIL,
                    text=error.message,
                    fix=error.remedy,
                )
            )
    return found

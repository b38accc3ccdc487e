"""From a manifest and its settings to what the HTTP session may do."""

from collections.abc import Collection

from connectors.sdk.http import HttpPolicy
from connectors.sdk.manifest import ConnectorConfig, Manifest


def policy_of(
    manifest: Manifest, config: ConnectorConfig, private_hosts: Collection[str] = ()
) -> HttpPolicy:
    """The session's policy: the hosts that these settings lead to, and the platform's limit, or
    theirs."""
    return HttpPolicy(
        hosts=manifest.reach(config),
        private_hosts=frozenset(private_hosts),
        rate=config.own_rate() or manifest.rate,
    )

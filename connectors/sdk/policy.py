"""From a manifest and its settings to what the HTTP session may do."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors.sdk.http import HttpPolicy
from connectors.sdk.manifest import ConnectorConfig, Manifest

_FIELD = re.compile(r"\$\{(\w+)\}")


def policy_of(
    manifest: Manifest, config: ConnectorConfig, private_hosts: Collection[str] = ()
) -> HttpPolicy:
    """The session's policy: the manifest's hosts, with ``${field}`` as that setting's host."""
    hosts = [host for entry in manifest.hosts for host in _hosts(entry, config)]
    return HttpPolicy(
        hosts=tuple(dict.fromkeys(hosts)),
        private_hosts=frozenset(private_hosts),
        rate=manifest.rate,
    )


def _hosts(entry: str, config: ConnectorConfig) -> list[str]:
    match = _FIELD.fullmatch(entry)
    if match is None:
        return [entry]
    value = getattr(config, match[1])
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    host = urlsplit(str(value)).hostname if value else None
    return [host] if host else []

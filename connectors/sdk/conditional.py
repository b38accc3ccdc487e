"""An address whose content is asked for again only where it changed (ETag, Last-Modified)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from pydantic import SecretStr

from connectors.sdk.basic import basic
from connectors.sdk.checks import attempt
from connectors.sdk.connector import Check, ReadContext
from connectors.sdk.errors import Rejected
from connectors.sdk.manifest import ConnectorConfig

GONE = {404, 410}
CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """The whole body of a 200, proven complete. ``state`` is what the next read needs to ask only
    for changes; header names are in lower case.
    """

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)


def fetched(
    config: ConnectorConfig,
    context: ReadContext,
    *,
    url: SecretStr,
    username: str | None = None,
    password: SecretStr | None = None,
    accept: str,
    always: bool = False,
    daily: bool = True,
    proof: Callable[[bytes], bool] | None = None,
) -> Fetched | None:
    """What lies at the address; None where its server proves that it is as it was.

    ``always`` asks for the whole content, and so does a read after a change of the settings. With
    ``daily`` so does the first read of each day (UTC): what is missing counts as missing only
    once until it is read again, and windows of dates move on. ``proof`` proves an end that the
    connection does not.
    """
    basis = {"settings": fingerprint(config, url.get_secret_value())}
    if daily:
        basis["day"] = context.now.date().isoformat()
    conditions = {} if always else conditions_of(context.state, basis)
    try:
        reply = context.http.request(
            "GET",
            url.get_secret_value(),
            headers={"Accept": accept} | basic(username, password) | conditions,
            also_ok={304} if conditions else (),
            proof=proof,
        )
    except Rejected as refusal:
        if refusal.status not in GONE:
            raise
        raise Rejected(
            f"Nothing is at the address any more ({refusal.status}).",
            status=refusal.status,
            body=refusal.body,
            remedy="Find the new address on the platform, then edit the connection and enter it.",
        ) from None
    if reply.status == 304:
        return None
    headers = {name.lower(): value for name, value in reply.headers.items()}
    return Fetched(body=reply.body, headers=headers, state=state_of(headers, basis))


def conditions_of(state: Mapping[str, Any], basis: Mapping[str, str]) -> dict[str, str]:
    """The headers that ask only for what changed; none where the state has another basis."""
    if any(state.get(name) != value for name, value in basis.items()):
        return {}
    return {CONDITIONS[mark]: str(state[mark]) for mark in CONDITIONS if mark in state}


def state_of(headers: Mapping[str, str], basis: Mapping[str, str]) -> dict[str, Any]:
    """What the next read needs to ask so; empty where the answer has no mark of its version."""
    marks = {mark: headers[mark] for mark in CONDITIONS if headers.get(mark)}
    return {**basis, **marks} if marks else {}


def reached(what: str, fetch: Callable[[], Fetched | None]) -> tuple[Check, Fetched | None]:
    """The check whether the content is there, and the content. ``fetch`` asks for all of it."""
    got: list[Fetched] = []

    def act() -> str:
        found = fetch()
        assert found is not None  # the whole content was asked for
        got.append(found)
        return f"{what} was read: {max(len(found.body) // 1024, 1):,} KB."

    return attempt("Reachable", act), got[0] if got else None


def fingerprint(config: ConnectorConfig, url: str) -> str:
    """Changes when a setting does, since records depend on all of them; tells none of them."""
    hidden = {name for name in type(config).model_fields if _is_secret(getattr(config, name))}
    settings = config.model_dump_json(exclude=hidden)
    return blake2b(f"{settings}{url}".encode(), digest_size=12).hexdigest()


def _is_secret(value: object) -> bool:
    return isinstance(value, SecretStr)

"""A service account's key, as Google's console writes it into a JSON file."""

import json
from dataclasses import dataclass, field

from pydantic import SecretStr

from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.keys import read_pem

_OTHER_KINDS = {
    "authorized_user": "These are a person's own credentials, not the key of a service account.",
    "external_account": "This is a workload identity, not the key of a service account.",
}
_WHOLE = "Paste the whole JSON file that Google's console gave when the key was made."


@dataclass(frozen=True, kw_only=True)
class ServiceAccountKey:
    """What of the file a sign-in needs.

    email       who signs; ``key_id`` says with which of its keys
    client_id   the number by which an administrator lets it act for users
    token_uri   where the signature is taken, as the file says it
    """

    email: str
    private_key: SecretStr = field(repr=False)
    key_id: str | None = None
    client_id: str | None = None
    token_uri: str | None = None


def read(text: str) -> ServiceAccountKey:
    """Raises ``ValueError`` with the sentence that says what is wrong; it never quotes the key."""
    parts = _parts(text)
    kind = parts.get("type")
    if kind != "service_account":
        said = _OTHER_KINDS.get(str(kind))
        raise ValueError(said or f"The file is not the key of a service account. {_WHOLE}")
    email, pem = _text(parts, "client_email"), _text(parts, "private_key")
    if email is None or "@" not in email:
        raise ValueError(f"The key does not name its service account (client_email). {_WHOLE}")
    if pem is None:
        raise ValueError(f"The key lacks its private part (private_key). {_WHOLE}")
    private_key = SecretStr(pem)
    try:
        read_pem(private_key)
    except ConfigInvalid as error:
        raise ValueError(f"{error.message} Make a new key in Google's console.") from None
    return ServiceAccountKey(
        email=email,
        private_key=private_key,
        key_id=_text(parts, "private_key_id"),
        client_id=_text(parts, "client_id"),
        token_uri=_text(parts, "token_uri"),
    )


def _parts(text: str) -> dict[str, object]:
    if text.lstrip().startswith("-----BEGIN"):
        raise ValueError(f"This is only the private key. {_WHOLE}")
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"The key is not JSON. {_WHOLE}") from None
    if not isinstance(parts, dict):
        raise ValueError(f"The key is not a JSON object. {_WHOLE}")  # noqa: TRY004 - said in a form
    if "installed" in parts or "web" in parts:
        raise ValueError("This is an OAuth client, not the key of a service account.")
    return parts


def _text(parts: dict[str, object], name: str) -> str | None:
    value = parts.get(name)
    return value.strip() or None if isinstance(value, str) else None

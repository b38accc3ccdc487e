"""Basic sign-in (RFC 7617)."""

from base64 import b64encode

from pydantic import SecretStr

from connectors.sdk.redact import register


def basic(username: str | None, password: SecretStr | None) -> dict[str, str]:
    """The header of Basic sign-in; none without a user name. It opens what the password opens."""
    if username is None:
        return {}
    secret = password.get_secret_value() if password else ""
    pair = b64encode(f"{username}:{secret}".encode()).decode()
    register(secret, pair)
    return {"Authorization": f"Basic {pair}"}

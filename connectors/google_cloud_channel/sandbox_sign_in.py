"""Google's sign-in of a service account that acts for a user (RFC 7523), simulated."""

import json
from datetime import timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.responses import JSONResponse, Response

from connectors.sdk.sandbox import SandboxClock, Tokens

EMAIL = "partner-inbox@halden-channel.iam.gserviceaccount.com"
USER = "dana.kim@halden.example"
SCOPE = "https://www.googleapis.com/auth/apps.order"
AUDIENCE = "https://oauth2.googleapis.com/token"  # Google's library signs for no other
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_HOUR = timedelta(hours=1)
_SKEW = timedelta(minutes=5)


@cache
def _private_key() -> rsa.RSAPrivateKey:
    """One for the process: to make one costs a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(token_uri: str) -> str:
    """The file that Google's console gives with a new key."""
    pem = _private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    parts = {
        "type": "service_account",
        "project_id": "halden-channel",
        "private_key_id": "5b1f0c-sandbox",
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "client_id": "104857600000000000001",
        "auth_uri": token_uri,
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    }
    return json.dumps(parts, indent=2)


class SignIn:
    """Takes signed assertions for tokens.

    delegated   whether the domain's administrator lets the service account act for users
    """

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self.tokens = Tokens(clock, lifetime=_HOUR)
        self.delegated = True

    def answer(self, fields: Any) -> Response:
        """A token, or Google's words for why not."""
        if fields.get("grant_type") != GRANT:
            return _refused("unsupported_grant_type", "Invalid grant_type")
        try:
            claims = jwt.decode(
                str(fields.get("assertion")),
                _private_key().public_key(),
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
            )
        except jwt.PyJWTError:
            return _refused("invalid_grant", "Invalid JWT Signature.")
        return self._granted(claims)

    def _granted(self, claims: dict[str, Any]) -> Response:
        now = self._clock.now().timestamp()
        issued, ends = claims.get("iat", 0), claims.get("exp", 0)
        if claims.get("iss") != EMAIL:
            return _refused("invalid_grant", "Invalid grant: account not found")
        if not (issued - _SKEW.total_seconds() <= now < ends <= issued + _HOUR.total_seconds()):
            words = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a "
            return _refused("invalid_grant", f"{words}reasonable timeframe.")
        if claims.get("aud") != AUDIENCE:
            return _refused("invalid_grant", "Invalid JWT audience.")
        if claims.get("sub") != USER:
            return _refused("invalid_grant", "Invalid email or User ID")
        if not self.delegated or SCOPE not in str(claims.get("scope")).split():
            words = "Client is unauthorized to retrieve access tokens using this method, or "
            return _refused(
                "unauthorized_client", f"{words}client not authorized for any of the scopes."
            )
        token = {"access_token": self.tokens.issue(), "token_type": "Bearer", "expires_in": 3599}
        return JSONResponse(token)


def _refused(error: str, description: str) -> Response:
    body = {"error": error, "error_description": description}
    return JSONResponse(body, status_code=401 if error == "unauthorized_client" else 400)

"""Private keys as settings, and what is signed with them.

PyJWT signs: one small package of long standing without dependencies of its own, on the
``cryptography`` that is here anyway.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.redact import register

_BLOCK = re.compile(r"-----BEGIN ((?:\w+ )*PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)
_HOW = (
    "Paste the whole key, from its BEGIN line to its END line, as the platform or openssl wrote it."
)
_LINE = 64


def read_pem(key: SecretStr) -> str:
    """The key in PEM; raises ``ConfigInvalid``, which never quotes it.

    What forms and JSON files make of its line ends (none, blanks, a written "\\n") is mended.
    """
    text = key.get_secret_value()
    found = _BLOCK.search(text)
    if found is None:
        raise ConfigInvalid("The private key is not one in PEM form.", remedy=_HOW)
    kind, inside = found.groups()
    if kind.startswith("ENCRYPTED") or "ENCRYPTED" in inside:
        raise ConfigInvalid(
            "The private key is protected by a passphrase.",
            remedy="Enter it without one: openssl pkcs8 -topk8 -nocrypt writes it so.",
        )
    body = "".join(inside.replace("\\n", "").replace("\\r", "").split())
    lines = [body[at : at + _LINE] for at in range(0, len(body), _LINE)]
    pem = "\n".join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""))
    register(pem, body)
    try:
        _loaded(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigInvalid("The private key cannot be read.", remedy=_HOW) from None
    return pem


def signed_jwt(
    claims: Mapping[str, Any], *, pem: str, algorithm: str, header: Mapping[str, Any] | None = None
) -> str:
    """A JSON Web Token; raises ``ConfigInvalid`` where the key is none for that algorithm."""
    try:
        return jwt.encode(
            dict(claims),
            cast(Any, _loaded(pem)),  # of a kind that cannot sign: then it says so itself
            algorithm=algorithm,
            headers=dict(header) if header else None,
        )
    except (jwt.PyJWTError, TypeError, ValueError, NotImplementedError):
        raise ConfigInvalid(
            f"The private key cannot sign with {algorithm}.",
            remedy="Enter the key that belongs to the certificate which the platform has.",
        ) from None


@lru_cache(maxsize=64)  # to prove that an RSA key is one costs 40 ms, and it stays one
def _loaded(pem: str) -> PrivateKeyTypes:
    return load_pem_private_key(pem.encode(), password=None)

"""Secrets at rest: encrypted by a key that lies outside the database."""

import base64
import hashlib
import hmac
import os
import secrets as random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.config import Settings
from app.errors import CannotStart, NotSetUp

KEY_FILE = "secret.key"
SHORTEST = 16
REMEDY = (
    "Start it with the key they were saved with (PARTNER_INBOX_SECRET_KEY, or the file secret.key "
    "in the data folder), or enter the credentials again."
)
"""What helps where credentials cannot be read."""


class Locked(NotSetUp):
    """What is stored was encrypted with another key."""


class Vault:
    """Encrypts small JSON objects and signs texts: by the first key, and all are understood."""

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(_derive(key)) for key in keys])
        self._signs = [_derive(key, b"partner-inbox/signatures") for key in keys]

    def seal(self, values: Mapping[str, Any]) -> str:
        """Encrypted text; empty for no values."""
        return self._fernet.encrypt(orjson.dumps(dict(values))).decode() if values else ""

    def open(self, sealed: str) -> dict[str, Any]:
        """What was sealed; raises ``Locked`` when no key fits."""
        if not sealed:
            return {}
        try:
            opened: dict[str, Any] = orjson.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError):  # ValueError: no text of ours, but letters
            raise Locked(
                "The stored credentials cannot be read with the present key.",
                remedy=REMEDY,
            ) from None
        return opened

    def sign(self, text: str) -> str:
        """What only who has the key can say of this text; the text begins with what it is for."""
        return _signature(self._signs[0], text)

    def signed(self, text: str, signature: str) -> bool:
        """Whether one of the keys signed it."""
        given = signature.encode()
        made = (_signature(key, text).encode() for key in self._signs)
        return any(hmac.compare_digest(one, given) for one in made)


def _signature(key: bytes, text: str) -> str:
    made = hmac.digest(key, text.encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def digest(token: str) -> bytes:
    """What is stored of a random token, so that the database opens nothing to who reads it."""
    return hashlib.sha256(token.encode()).digest()


def _derive(key: str, info: bytes = b"partner-inbox/credentials") -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=info)
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))


def vault_of(settings: Settings) -> Vault:
    """The vault with the configured keys, or with the key file, which is made when missing."""
    if settings.secret_key is not None:
        keys = _split(settings.secret_key.get_secret_value())
        if any(len(key) < SHORTEST for key in keys):
            raise CannotStart(
                "PARTNER_INBOX_SECRET_KEY is too short.",
                remedy="Use at least 16 random characters for each key.",
            )
        return Vault(keys)
    return Vault(_key_file(settings.data_dir / KEY_FILE))


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",")]


def _key_file(path: Path) -> list[str]:
    """The file's keys. It appears whole or not at all: half a key would encrypt, and be lost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_name(f".{path.name}.{random.token_hex(4)}.part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(random.token_urlsafe(32))
                file.flush()
                os.fsync(file.fileno())
            _place(part, path)
        finally:
            part.unlink(missing_ok=True)
    keys = _split(path.read_text(errors="replace"))
    if any(len(key) < SHORTEST for key in keys):
        raise CannotStart(
            f"{path} holds no key.",
            remedy="Put the right file back, or remove it, and enter all credentials again.",
        )
    return keys


def _place(part: Path, path: Path) -> None:
    """Where another process was faster, its key is the key."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not path.exists():
            part.replace(path)

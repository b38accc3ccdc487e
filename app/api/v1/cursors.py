"""Cursors: where an answer ended, signed, so that nobody makes one up and none is misread."""

import base64
import binascii
from typing import Any

import orjson

from app.secrets import Vault

BEGINS = "c"
"""No moment begins so."""
PATTERN = "^c[A-Za-z0-9_-]{4,3900}[.][A-Za-z0-9_-]{43}$"


def cursor(vault: Vault, kind: str, *place: Any) -> str:
    """A place of that kind as it stands in an address."""
    said = base64.urlsafe_b64encode(orjson.dumps([kind, *place])).decode().rstrip("=")
    return f"{BEGINS}{said}.{vault.sign(_text(said))}"


def place(vault: Vault, kind: str, text: str) -> list[Any] | None:
    """The place that a cursor of that kind names; None for any other text."""
    said, _, signature = text.removeprefix(BEGINS).partition(".")
    if not text.startswith(BEGINS) or not vault.signed(_text(said), signature):
        return None
    try:
        found, *rest = orjson.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    except (binascii.Error, ValueError):  # signed, and yet none that we make
        return None
    return rest if found == kind else None


def _text(said: str) -> str:
    return f"cursor {said}"

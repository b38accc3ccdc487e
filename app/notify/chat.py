"""Chat by Apprise: Slack, Teams and whatever else it speaks. One message, one process of its own.

What sends comes from many hands and may hang, print, follow a redirect into our network or read a
file that an address names. So it runs in a process that knows nothing of ours (no settings, no
database, no key), may reach only what ``chat_process`` lets it, and is killed after a while.
"""

import os
import re
import ssl
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from urllib.parse import unquote

import orjson

from app.notify.errors import NotSent, Refused, TryLater, Unsure
from app.paths import ROOT
from connectors.sdk.redact import redact, register

TIMEOUT = 30.0
"""Seconds that one message may take."""
EXTRA = "chat"
LACKS = "Chat is not installed here: install partner-inbox with its extra, partner-inbox[chat]."
_SHORTEST_SECRET = 8
_PARTS = re.compile(r"[/:@?&=#,]+")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing of a message, for chats that take Markdown and for those that do not."""

    text: str
    markdown: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is said. ``more``: what stands at the end where not all of it is told, and ``home`` the
    address where the rest is.
    """

    title: str
    lines: Sequence[Line]
    more: int
    home: str


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a message goes. ``allowed_private_hosts`` as everywhere."""

    address: str = field(repr=False)
    private_hosts: Sequence[str] = ()


def installed() -> bool:
    """Whether the library is there."""
    return find_spec("apprise") is not None


def service_of(target: Target) -> str:
    """The name of the service that an address leads to; nothing is sent.

    Raises ``Refused`` for what is no address of a chat, or of one that we do not use.
    """
    return _asked(target, None)


def send(target: Target, message: Message, *, timeout: float = TIMEOUT) -> None:
    """Say it once. Raises ``Refused``, ``TryLater`` or ``Unsure``."""
    _asked(target, message, timeout)


def _asked(target: Target, message: Message | None, timeout: float = TIMEOUT) -> str:
    secrets = secrets_in(target.address)
    register(*secrets)
    if not installed():
        raise TryLater(LACKS)
    job = {
        "address": target.address,
        "private_hosts": list(target.private_hosts),
        "message": None if message is None else asdict(message),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-B", "-m", "app.notify.chat_process"],
            input=orjson.dumps(job),
            capture_output=True,
            timeout=timeout,
            env=_environment(),
            cwd=os.path.sep,
            check=False,
        )
        told = orjson.loads(done.stdout)
        how, said = str(told["how"]), redact(str(told["said"]), secrets)
    except subprocess.TimeoutExpired:
        raise Unsure(f"The chat did not answer within {timeout:.0f} seconds.") from None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Unsure("What speaks to the chat broke off.") from None
    if how != "ok":
        raise _KINDS.get(how, Unsure)(said)
    return said


_KINDS: dict[str, type[NotSent]] = {"refused": Refused, "later": TryLater}


def secrets_in(address: str) -> tuple[str, ...]:
    """The address and those parts of it that may open something: never to be shown. Some have a
    token where others have their host.
    """
    parts = _PARTS.split(address.partition("://")[2])
    host = parts[0] if "." in parts[0] and "@" not in address else ""
    opening = {form for part in parts for form in (part, unquote(part))}
    opening.discard(host)
    long = (part for part in opening if len(part) >= _SHORTEST_SECRET and not part.isalpha())
    return (address, *sorted(long))


def _environment() -> dict[str, str]:
    """Nothing of ours: only where our code is, and whose certificates this machine trusts."""
    trusted = ssl.get_default_verify_paths()
    authorities = trusted.cafile or trusted.capath
    told = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PATH": os.defpath}
    return told | ({"REQUESTS_CA_BUNDLE": authorities} if authorities else {})

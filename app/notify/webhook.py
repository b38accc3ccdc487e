"""Webhooks, signed as Standard Webhooks 1.0.0 says (standardwebhooks.com).

They leave by the same guarded sessions as everything that connectors ask: to no address inside
our own network but where the operator allows it, and to none that somebody redirects to.
"""

import base64
import hashlib
import hmac
import secrets
import ssl
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from ipaddress import ip_address

import httpx2

from connectors.sdk import waits
from connectors.sdk.addresses import Gate, Resolve, host_of, port_of, resolve
from connectors.sdk.decoding import to_text
from connectors.sdk.errors import ConnectorError
from connectors.sdk.http import HttpPolicy, HttpSession, Reply
from connectors.sdk.redact import redact, register

PREFIX = "whsec_"
SECRET_BYTES = 32
TIMEOUT = 20.0
"""Seconds for all of it, from looking up the name to the end of the answer."""
ANSWER = 1_000
"""Characters of an answer that are kept."""
BYTES = 16 * 1024
"""Of an answer that are read."""
GONE = 410
USER_INFO = (
    "The address holds a user name or password. Enter it without them: every call is signed, and "
    "the tool can check that."
)


class How(StrEnum):
    """What a call came to, named by what is done next."""

    SENT = "sent"
    LATER = "try again"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One message to one address. ``secrets``: what signs, each as ``whsec_`` and base64."""

    url: str = field(repr=False)
    secrets: Sequence[str] = field(repr=False)
    message_id: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a call came to.

    status      of the answer; None where there was none
    answer      its beginning, for people: without secrets
    error       one sentence for a person; empty when it was taken
    asked       the seconds that the receiver asks to be left alone
    """

    how: How
    status: int | None = None
    answer: str = ""
    error: str = ""
    asked: float | None = None


def new_secret() -> str:
    """A secret that nobody has seen yet."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    """``v1,`` and the HMAC-SHA256 of id, time and body in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b".".join((message_id.encode(), _seconds(at).encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def host(url: str) -> str:
    """The host and port of an address: what of it may be shown. Empty where it is none."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        return ""
    return f"{parsed.host}:{parsed.port}" if parsed.port else parsed.host


def problem(url: str, private_hosts: Iterable[str]) -> str:
    """Why this address cannot be called, as a sentence; empty where it can, as far as one sees.

    What its name leads to is judged when it is called.
    """
    try:
        parsed, gate = httpx2.URL(url), Gate((_own(url),), private_hosts)
        if parsed.userinfo:
            return USER_INFO
        gate.check(parsed)
        if _is_number(host_of(parsed)):
            gate.check_addresses(parsed.host, port_of(parsed), [host_of(parsed)])
    except httpx2.InvalidURL:
        return "The address is not a valid web address."
    except ConnectorError as error:
        return _words(error)
    return ""


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def send(
    call: Call,
    *,
    private_hosts: Collection[str],
    now: Callable[[], datetime],
    timeout: float = TIMEOUT,
    tls: ssl.SSLContext | None = None,
    resolve: Resolve = resolve,
) -> Outcome:
    """Call the address once. Never raises for what a receiver does."""
    register(call.url, *call.secrets)
    policy = HttpPolicy(
        hosts=(_own(call.url),),
        private_hosts=frozenset(private_hosts),
        read_timeout=timeout,
        total_timeout=timeout,
        attempts=1,
        max_redirects=0,
    )
    with HttpSession(policy, now=now, tls=tls, resolve=resolve) as http:
        try:
            reply = http.request(
                "POST",
                call.url,
                headers=_headers(call, http.now()),
                data=call.body,
                beginning=BYTES,
            )
        except ConnectorError as error:
            return Outcome(how=How.LATER, error=_words(error))
    return _outcome(call, reply, now())


def _words(error: ConnectorError) -> str:
    """The sentence, and what helps where that is more than what is said of every connection."""
    usual = error.remedy == type(error).remedy
    return error.message if usual else f"{error.message} {error.remedy}"


def _own(url: str) -> str:
    """Nowhere but to the host and port of the address itself."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        return ""
    name = host_of(parsed)
    return f"{f'[{name}]' if ':' in name else name}:{port_of(parsed)}"


def _headers(call: Call, at: datetime) -> dict[str, str]:
    signed = (signature(secret, call.message_id, at, call.body) for secret in call.secrets)
    return {
        "Content-Type": "application/json",
        "webhook-id": call.message_id,
        "webhook-timestamp": _seconds(at),
        "webhook-signature": " ".join(signed),
    }


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def _outcome(call: Call, reply: Reply, now: datetime) -> Outcome:
    status, name = reply.status, host(call.url)
    told = partial(Outcome, status=status, answer=_said(call, reply))
    if 200 <= status < 300:
        return told(how=How.SENT)
    if status == GONE:
        return told(how=How.GONE, error=f"{name} says that it is gone for good (410).")
    if 300 <= status < 400:
        error = f"{name} redirects ({status}), which is not followed: enter the new address."
        return told(how=How.LATER, error=error)
    asked = waits.asked(reply.headers, now)
    return told(how=How.LATER, error=f"{name} answered {status}.", asked=asked)


def _said(call: Call, reply: Reply) -> str:
    """The beginning of an answer that may quote what it was sent."""
    text = to_text(reply.body, reply.headers.get("content-type", "")).replace("\0", "")
    return redact(text, (call.url, *call.secrets))[:ANSWER]

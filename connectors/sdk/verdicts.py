"""What an HTTP status means for whoever asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx2

from connectors.sdk import waits
from connectors.sdk.errors import AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable
from connectors.sdk.exchange import Terms
from connectors.sdk.messages import Reply


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why an attempt failed in a way that another attempt may cure.

    ``floor`` is the shortest wait that the platform asks for, in seconds.
    """

    error: ConnectorError
    floor: float = 0.0


def judge(reply: Reply, terms: Terms, now: datetime) -> Reply | Trouble:
    """The reply where it is one; raises what another attempt cannot cure."""
    status, throttled = reply.status, terms.throttled is not None and terms.throttled(reply)
    if terms.wants(status) and not throttled:
        return reply
    host = httpx2.URL(reply.url).host  # parsed only where a sentence names it
    if throttled:
        return _throttled(reply, host, now)
    if status == 401:
        raise AuthFailed(f"{host} does not accept the sign-in.", status=status)
    if status == 403:
        raise AuthFailed(f"{host} does not let this sign-in see the data.", status=status)
    if status == 429:
        return _throttled(reply, host, now)
    if status >= 500 or status in (408, 425):
        return _down(reply, host, now)
    raise Rejected(f"{host} refused the request ({status}).", status=status, body=reply.body)


def _throttled(reply: Reply, host: str, now: datetime) -> Trouble:
    floor = waits.asked(reply.headers, now)
    if floor is None:
        floor = waits.said(reply.body)
    until = now + timedelta(seconds=waits.LONGEST_WAIT if floor is None else floor)
    error = RateLimited(f"{host} asks to slow down.", until=until)
    return Trouble(error=error, floor=floor or 0.0)


def _down(reply: Reply, host: str, now: datetime) -> Trouble:
    floor = waits.asked(reply.headers, now)
    until = None if floor is None else now + timedelta(seconds=floor)
    error = Unavailable(f"{host} answers that it cannot now ({reply.status}).", until=until)
    return Trouble(error=error, floor=floor or 0.0)

"""Salesforce's ways of saying no, read into the typed errors with a remedy that fits.

The API answers with a list of ``{"message", "errorCode"}``; what is no such list is judged by
its status. What the token endpoint says is an object, and ``SIGN_IN`` knows its words.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from connectors.sdk.errors import (
    AuthFailed,
    ConfigInvalid,
    ConnectorError,
    FormatChanged,
    Incomplete,
    RateLimited,
    Rejected,
    Unavailable,
)
from connectors.sdk.http import Reply

HANDLED = (400, 401, 403, 404, 414, 431)
"""Statuses whose body is worth reading."""

CHECK_APP = (
    "Compare consumer key and secret or private key with the vendor's connected app, and the"
    " addresses with the vendor's My Domain."
)
SIGN_IN = {
    "user hasn't approved this consumer": (
        "Ask the vendor to pre-authorize the connected app for this user (OAuth policies:"
        " admin approved users), through a profile or permission set."
    ),
    "audience is invalid": (
        "Enter as audience https://login.salesforce.com, https://test.salesforce.com for a"
        " sandbox, or the portal's address for a partner user."
    ),
    "invalid assertion": (
        "The vendor's connected app must hold the certificate of this private key; check the"
        " user name and this machine's time, too."
    ),
    "no client credentials user enabled": (
        "Ask the vendor to name a run-as user for the client credentials flow of the app."
    ),
    "request not supported on this domain": (
        "Client credentials work at the My Domain address only: leave the sign-in address empty."
    ),
    "client identifier invalid": "Copy the consumer key of the connected app again.",
    "invalid client credentials": "Copy the consumer secret of the connected app again.",
    "user is locked": "Ask the vendor's administrator to unlock the user.",
    "inactive user": "Ask the vendor's administrator to activate the user.",
    "ip restricted": "Ask the vendor to relax the IP restrictions of the connected app.",
    "not approved for access": "Ask the vendor to allow this user the connected app.",
}
"""What helps, by words of the token endpoint's ``error_description``."""

DAY_S_CALLS = timedelta(hours=1)
"""When to look again whether the org has calls left: they come back over 24 hours."""

_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}")


def code_of(reply: Reply) -> str:
    """The code of a refusal; empty where it has none."""
    try:
        body: Any = reply.json()
    except FormatChanged:
        return ""
    first = body[0] if isinstance(body, list) and body else None
    code = first.get("errorCode") if isinstance(first, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def refusal(reply: Reply, now: datetime) -> ConnectorError:
    """The error that a refusing answer becomes."""
    code = code_of(reply)
    made = _BY_CODE.get(code)
    if made is not None:
        return made(code, reply, now)
    said = f" ({code})" if code else ""
    if reply.status == 401:
        return AuthFailed(
            f"Salesforce does not accept the sign-in{said}.", status=401, remedy=CHECK_APP
        )
    if reply.status == 403:
        return AuthFailed(
            f"Salesforce does not let this user see the data{said}.",
            status=403,
            remedy="Ask the vendor's administrator to give the user access to it.",
        )
    return Rejected(
        f"Salesforce refused the request{said or f' ({reply.status})'}.",
        status=reply.status,
        body=reply.body,
    )


def _api_is_off(code: str, _reply: Reply, _now: datetime) -> ConnectorError:
    """A 403 too, but for all that could be asked."""
    return AuthFailed(
        f"The vendor's Salesforce does not let this user use its API ({code}).",
        remedy=(
            "Ask the vendor to give the user the permission API Enabled; the vendor's edition of"
            " Salesforce must have the API (Enterprise, or Professional with it added)."
        ),
    )


def _no_session(code: str, _reply: Reply, _now: datetime) -> ConnectorError:
    return AuthFailed(
        f"Salesforce signs in, and does not take that for its API ({code}).",
        status=401,
        remedy=(
            "Ask the vendor to give the connected app the OAuth scope “Manage user data via APIs"
            " (api)”, and check that the My Domain address is this vendor's."
        ),
    )


def _no_calls_left(code: str, _reply: Reply, now: datetime) -> ConnectorError:
    return RateLimited(
        f"The vendor's Salesforce has no API calls left for today ({code}).",
        until=now + DAY_S_CALLS,
        remedy=(
            "Nothing to do: it is tried again in an hour. If it happens often, choose a longer"
            " interval; the calls are shared by all programs of the vendor."
        ),
    )


def _too_slow(code: str, _reply: Reply, _now: datetime) -> ConnectorError:
    return Unavailable(f"Salesforce took too long for the list ({code}).")


def _pages_are_gone(code: str, _reply: Reply, _now: datetime) -> ConnectorError:
    return Incomplete(f"Salesforce forgot the list while it was read ({code}).")


def _old_version(code: str, _reply: Reply, _now: datetime) -> ConnectorError:
    return ConfigInvalid(
        f"The vendor's Salesforce has no such version of its API ({code}).",
        remedy="Enter a version that the check of this connection lists.",
    )


_BY_CODE: dict[str, Callable[[str, Reply, datetime], ConnectorError]] = {
    "API_DISABLED_FOR_ORG": _api_is_off,
    "API_CURRENTLY_DISABLED": _api_is_off,
    "INVALID_SESSION_ID": _no_session,
    "REQUEST_LIMIT_EXCEEDED": _no_calls_left,
    "QUERY_TIMEOUT": _too_slow,
    "INVALID_QUERY_LOCATOR": _pages_are_gone,
    "UNSUPPORTED_API_VERSION": _old_version,
}

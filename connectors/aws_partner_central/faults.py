"""AWS's error answers, typed by what the catcher does next.

AWS answers most refusals with status 400 and names the error in the body (``__type``) or
in the header ``x-amzn-errortype``, so the status alone says nothing. AWS's own message is
shown for refused fields only: the one about a wrong signature quotes the signed request.
"""

import json
from collections.abc import Iterator
from typing import Any

from connectors.sdk.errors import (
    AuthFailed,
    ConfigInvalid,
    ConnectorError,
    Rejected,
)
from connectors.sdk.http import Reply

UNKNOWN_KEY = {"UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"}
BAD_SIGNATURE = {
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
}
BAD_CLOCK = {"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"}
EXPIRED = {"ExpiredToken", "ExpiredTokenException"}
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
THROTTLED = {
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


class NotPermitted(AuthFailed):
    """The keys are good but may not do this one thing: a 403, though AWS may answer with 400."""


def code_of(reply: Reply) -> str:
    """The error's bare name, "" when the answer names none."""
    body = _body(reply)
    named = body.get("__type") or body.get("code") or reply.headers.get("x-amzn-errortype", "")
    return str(named).split(":", 1)[0].rsplit("#", 1)[-1]


def is_throttled(reply: Reply) -> bool:
    """AWS asks to slow down, with whatever status."""
    return reply.status >= 400 and code_of(reply) in THROTTLED


def error_of(reply: Reply, *, action: str) -> ConnectorError:
    """The typed error for an answer that is not a success; ``action`` is the IAM action."""
    code = code_of(reply)
    if code in DENIED:
        error: ConnectorError = _denied(reply, action)
    elif code in UNKNOWN_KEY | BAD_SIGNATURE | BAD_CLOCK | EXPIRED:
        error = _sign_in(reply, code)
    elif code == "ValidationException":
        error = _invalid(reply)
    elif reply.status in (401, 403):
        error = AuthFailed("AWS refused the sign-in without saying why.", status=reply.status)
    else:
        said = f"AWS refused {action}: {code or 'no reason given'}."
        error = Rejected(said, status=reply.status, body=reply.body)
    return error


def _denied(reply: Reply, action: str) -> NotPermitted:
    reason = _body(reply).get("Reason") or _body(reply).get("reason")
    said = f" ({reason})" if isinstance(reason, str) and reason.strip() else ""
    remedy = f'Allow "{action}" in the IAM policy of these keys'
    if action.startswith("aws-marketplace:"):
        remedy += ', or switch off "Read Marketplace agreements".'
    elif "Benefit" in action:
        remedy += ', or switch off "Read benefits".'
    else:
        remedy += ", and see that their AWS account is linked to Partner Central."
    return NotPermitted(
        f"AWS does not allow these keys to call {action}{said}.", status=403, remedy=remedy
    )


def _sign_in(reply: Reply, code: str) -> AuthFailed:
    if code in EXPIRED:
        return AuthFailed(
            "The temporary keys of this connection have expired.",
            remedy="Enter new keys; an IAM user's access key does not expire.",
        )
    if code in UNKNOWN_KEY:
        return AuthFailed(
            "AWS does not know this access key.",
            remedy="Enter the ID of an active access key; temporary keys need their session token.",
        )
    if code in BAD_CLOCK or _about_time(_body(reply)):
        return AuthFailed(
            "AWS refused the signature because this machine's clock is wrong.",
            remedy="Set the clock of the machine that runs Partner Inbox (NTP), then sync again.",
        )
    return AuthFailed(
        "AWS refused the signature: the secret does not belong to this access key.",
        remedy="Enter the secret access key again, without spaces, or create a new access key.",
    )


def _about_time(body: dict[str, Any]) -> bool:
    message = str(body.get("message") or body.get("Message") or "")
    return "Signature expired" in message or "Signature not yet current" in message


def _invalid(reply: Reply) -> ConnectorError:
    wrong = dict(_fields(_body(reply)))
    said = "; ".join(f"{name}: {text}" for name, text in wrong.items()) or "no field named"
    if any(name.lower() == "catalog" for name in wrong):
        return ConfigInvalid(
            f"AWS does not accept the catalog of this connection ({said}).",
            remedy="Edit the connection and choose the other catalog.",
        )
    return Rejected(f"AWS refused the request ({said}).", status=reply.status, body=reply.body)


def _fields(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Field and message, from each of the four shapes AWS's services use for them."""
    for key in ("ErrorList", "FieldList", "fields", "ErrorDetails"):
        listed = body.get(key)
        for entry in listed if isinstance(listed, list) else ():
            named = entry.get("FieldValidationError", entry) if isinstance(entry, dict) else {}
            name = named.get("FieldName") or named.get("Name") or named.get("name")
            text = named.get("Message") or named.get("message") or named.get("Code") or ""
            if name:
                yield str(name)[:80], str(text)[:200]


def _body(reply: Reply) -> dict[str, Any]:
    """The error's members; {} when the body is no JSON object (a proxy's page, say)."""
    try:
        body = json.loads(reply.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}

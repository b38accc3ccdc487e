"""Google's ways of saying no, read into the typed errors with a remedy that fits."""

import json
from typing import Any

from connectors.google_cloud_channel.config import CONSOLE, SCOPE
from connectors.sdk.errors import AuthFailed, ConfigInvalid, ConnectorError, Rejected
from connectors.sdk.http import Reply

DELEGATE = (
    "In the Google Admin console › Security › API controls › Domain-wide delegation, add the "
    f"service account's client ID with the scope {SCOPE}."
)
REMEDIES = {
    "unauthorized": DELEGATE,
    "invalid email or user id": (
        "Enter as acting user the e-mail address of a user who exists in your reseller domain."
    ),
    "account not found": f"The service account is gone. Make one with a key: {CONSOLE}.",
    "invalid jwt signature": f"The key was deleted or replaced. Make a new one: {CONSOLE}.",
    "short-lived token": "Set this machine's clock: Google takes a signature only of this hour.",
}
"""The words of Google's sign-in when it refuses, and what helps."""
_REASONS = {
    "SERVICE_DISABLED": "Enable the Cloud Channel API in the Google Cloud project of the key.",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": DELEGATE,
}
_WHO = (
    "Enter the ID of your own reseller account, and as acting user somebody who may see it in "
    "the Partner Sales Console."
)


def refusal(reply: Reply, what: str) -> ConnectorError:
    """The error that a refusing answer becomes; ``what`` was asked for ("customers")."""
    problem = _problem(reply)
    if reply.status == 403:
        reasons = (_REASONS.get(reason) for reason in _reasons(problem))
        return AuthFailed(
            f"Google does not let this sign-in see your {what}.",
            status=403,
            remedy=next((fix for fix in reasons if fix), _WHO),
        )
    if reply.status == 404:
        return ConfigInvalid(f"Google knows no account with this ID that has {what}.", remedy=_WHO)
    status = str(problem.get("status") or reply.status)[:60]
    return Rejected(
        f"Google refused to list {what} ({status}).", status=reply.status, body=reply.body
    )


def _problem(reply: Reply) -> dict[str, Any]:
    try:
        body = json.loads(reply.body)
    except ValueError:
        return {}
    problem = body.get("error") if isinstance(body, dict) else None
    return problem if isinstance(problem, dict) else {}


def _reasons(problem: dict[str, Any]) -> list[str]:
    details = problem.get("details")
    listed = details if isinstance(details, list) else []
    return [str(detail.get("reason")) for detail in listed if isinstance(detail, dict)]

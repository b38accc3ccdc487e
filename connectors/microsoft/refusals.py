"""Microsoft's ways of saying no, read into the typed errors with a remedy that fits.

Graph and referrals answer ``{"error": {"code", "message"}}``, Partner Center
``{"code", "description"}``, the gateway before it ``{"statusCode", "message"}``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.microsoft.config import ENTRA
from connectors.sdk.errors import AuthFailed, Rejected
from connectors.sdk.http import Reply
from connectors.sdk.mapping import BadField, joined, text_of

# Entra names what is wrong by a code at the head of its description. Microsoft may change the
# codes, so each is only a better remedy than the one that holds for all.
_CONSENT = (
    f"An administrator has to consent to the app: {ENTRA} › API permissions › Grant admin consent."
)
_SECRET = f"Create a new secret and enter its value: {ENTRA} › Certificates & secrets."
_AGAIN = (
    "Repeat the consent of the Secure Application Model, with multi-factor sign-in, and enter the "
    "new refresh token."
)
_SHARED: Mapping[str, str] = {
    "aadsts90002:": "Enter the tenant again: Entra admin centre › Overview.",
    "aadsts900023:": "Enter the tenant again: Entra admin centre › Overview.",
    "aadsts700016:": f"Enter the application ID again, and the tenant it is in: {ENTRA}.",
    "aadsts7000215:": f"Enter the secret's value, not its ID: {ENTRA} › Certificates & secrets.",
    "aadsts7000222:": f"The secret has expired. {_SECRET}",
    "aadsts65001:": _CONSENT,
    "aadsts500011:": (
        "The tenant does not know this API: see that it is a partner's tenant, and that the app "
        "has the API's permissions."
    ),
}
APP_REMEDIES = _SHARED
USER_REMEDIES: Mapping[str, str] = {
    **_SHARED,
    "aadsts50076:": f"Microsoft wants a second factor. {_AGAIN}",
    "aadsts50079:": f"Microsoft wants a second factor. {_AGAIN}",
    "aadsts50173:": f"The person's password or sessions were reset. {_AGAIN}",
    "aadsts70008:": f"It has expired. {_AGAIN}",
    "aadsts700082:": f"It was not used for too long. {_AGAIN}",
}


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a call needs, in words for a person.

    what       is read ("the message centre")
    needs      the remedy where Microsoft answers that this sign-in may not
    unaccepted the remedy where it does not accept the token at all
    """

    what: str
    needs: str
    unaccepted: str


def _graph(what: str, permission: str, switch: str) -> Rights:
    return Rights(
        what=what,
        needs=(
            f"Add the application permission {permission} and grant admin consent: "
            f"{ENTRA} › API permissions. Or switch off “{switch}”."
        ),
        unaccepted=f"See that the app is in your partner tenant: {ENTRA}.",
    )


def _csp(what: str, switch: str) -> Rights:
    return Rights(
        what=what,
        needs=(
            "Register the app in Partner Center › Account settings › App management; a person who "
            "signs in needs the role Admin agent. It is for direct bill partners and indirect "
            f"providers. Or {switch}."
        ),
        unaccepted="Register the app in Partner Center › Account settings › App management.",
    )


ADMIN_RELATIONSHIPS = _graph(
    "delegated admin relationships",
    "DelegatedAdminRelationship.Read.All",
    "Read delegated admin relationships",
)
MESSAGES = _graph("the message centre", "ServiceMessage.Read.All", "Read the message centre")
SECURITY_SCORE = _graph(
    "the partner security score", "PartnerSecurity.Read.All", "Read the partner security score"
)
SUBSCRIPTIONS = _csp("CSP subscriptions", "switch off “Read CSP subscriptions”")
PROMOTIONS = _csp("promotions", "empty “Country of promotions”")
REFERRALS = Rights(
    what="referrals",
    needs=(
        "Give the person behind the refresh token the role Referrals admin or Referrals user, and "
        f"the app the delegated permission of Microsoft Partner: {ENTRA} › API permissions."
    ),
    unaccepted=_AGAIN,
)


def no_rights(reply: Reply, rights: Rights) -> AuthFailed:
    """Microsoft knows who asks, and does not let them."""
    return AuthFailed(
        f"Microsoft does not let this sign-in read {rights.what}{_code(reply)}.",
        status=reply.status,
        remedy=rights.needs,
    )


def no_sign_in(rights: Rights) -> AuthFailed:
    """Microsoft gave a token and does not take it for this API."""
    return AuthFailed(
        f"Microsoft does not accept the sign-in for {rights.what}.",
        status=401,
        remedy=rights.unaccepted,
    )


def refusal(reply: Reply, rights: Rights) -> Rejected:
    """Another 4xx, in Microsoft's words."""
    code, text = said(reply)
    why = joined(code, text, by=": ")
    return Rejected(
        f"Microsoft refused to list {rights.what} ({reply.status}){f': {why}' if why else ''}.",
        status=reply.status,
        body=reply.body,
    )


def said(reply: Reply) -> tuple[str | None, str | None]:
    """Code and sentence of a refusal, in any of its shapes, as far as they can be read."""
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None, None
    inner = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(inner, dict):
        return None, None
    return (
        _text(inner.get("code", inner.get("statusCode"))),
        _text(inner.get("message") or inner.get("description")),
    )


def _code(reply: Reply) -> str:
    code, _ = said(reply)
    return f" ({code})" if code else ""


def _text(value: Any) -> str | None:
    try:
        return text_of(value, limit=200)
    except BadField:
        return None

"""Ingram's ways of saying no, read into the typed errors with a remedy that fits.

Four shapes are known: ``errors`` with ``fields`` (wrapped in a list by the renewal search),
``errors`` without, a gateway's ``faultcode`` and ``faultstring``, and no body at all.
"""

import json
from dataclasses import dataclass
from typing import Any

from connectors.ingram_micro.config import PORTAL
from connectors.sdk.errors import AuthFailed, ConfigInvalid, ConnectorError, Rejected, Unavailable
from connectors.sdk.http import Reply
from connectors.sdk.mapping import text_of

SIGN_IN_FIX = (
    f"Copy client ID and client secret again: {PORTAL} › My Apps › your app. "
    "For real data the app must be approved for production."
)
_SETTINGS = {
    "customernumber": (
        "customer number",
        f"Enter the customer number that the app is registered for: {PORTAL} › My Apps › your app.",
    ),
    "countrycode": (
        "country",
        "Enter the two letters of the country in which Ingram Micro keeps your account.",
    ),
    "customercontact": (
        "contact e-mail",
        "Enter the e-mail address with which you sign in to Xvantage.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What a refusal says: its sentences, and the names of the fields that it complains of."""

    text: str
    fields: tuple[str, ...] = ()

    @property
    def nothing_found(self) -> bool:
        """Not a refusal at all: the search found nothing."""
        return "no records found" in self.text.casefold()

    @property
    def setting(self) -> tuple[str, str] | None:
        """The setting of the connection that is wrong, and its remedy."""
        said = " ".join((*self.fields, self.text)).casefold().replace("-", "").replace(" ", "")
        return next((found for name, found in _SETTINGS.items() if name in said), None)


def is_fault(reply: Reply) -> bool:
    """A gateway's fault, whatever status it came with."""
    return reply.body[:200].lstrip().startswith(b'{"faultcode"')


def problem_in(reply: Reply) -> Problem:
    """What is said in a refusal, as far as it can be read."""
    try:
        body = json.loads(reply.body)
    except ValueError:
        return Problem(text="")
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return Problem(text="")
    errors = [error for error in _list(body.get("errors")) if isinstance(error, dict)]
    fields = [field for e in errors for field in _list(e.get("fields")) if isinstance(field, dict)]
    said = [body.get("faultstring"), *(e.get("message") for e in (*errors, *fields))]
    return Problem(
        text="; ".join(dict.fromkeys(filter(None, map(text_of, said)))),
        fields=tuple(filter(None, (text_of(field.get("field")) for field in fields))),
    )


def refusal(reply: Reply) -> ConnectorError:
    """The error that a refusing answer becomes."""
    problem = problem_in(reply)
    if problem.setting:
        name, remedy = problem.setting
        return ConfigInvalid(f"Ingram Micro does not accept the {name}.", remedy=remedy)
    if reply.status == 403:
        return AuthFailed(
            "Ingram Micro does not let this app read that.",
            status=reply.status,
            remedy=f"Add the API to the app: {PORTAL} › My Apps › your app › API products.",
        )
    if reply.status >= 500:
        return Unavailable(f"Ingram Micro cannot answer: {problem.text or reply.status}.")
    said = f": {problem.text}" if problem.text else "."
    return Rejected(
        f"Ingram Micro refused a request with {reply.status}{said}",
        status=reply.status,
        body=reply.body,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

"""Who may use the machine edge: whoever brings a valid token of the right scope."""

from datetime import datetime, timedelta
from functools import partial

from fastapi import Request
from sqlmodel import Session

from app.api.problems import Problem
from app.services import tokens
from app.services.tokens import TokenUse

TOUCH_EVERY = timedelta(minutes=5)
REALM = 'Bearer realm="Partner Inbox"'


class TokenNeeded(Problem):
    """There is no valid token in the request."""

    def __init__(self) -> None:
        super().__init__(
            401,
            "A token is needed",
            "Send Authorization: Bearer with a token made by "
            "`partner-inbox token add NAME --scope read` or under Settings, Outputs, Tokens.",
            about="token",
            headers={"WWW-Authenticate": REALM},
        )


class ScopeNeeded(Problem):
    """The token is a valid one, and was not made for this."""

    def __init__(self, scope: str, token_id: int) -> None:
        self.token_id = token_id
        super().__init__(
            403,
            "The token may not do this",
            f"It needs the scope {scope}: make a token with it under Settings, Outputs, Tokens.",
            about="token",
            headers={"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{scope}"'},
        )


def bearer(request: Request) -> str:
    """The token that the request brings; "" for none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def admitted(request: Request, session: Session, scope: str, *, now: datetime) -> TokenUse:
    """Whose request it is; raises ``TokenNeeded`` or ``ScopeNeeded``. Its use is noted now and
    then.
    """
    found = tokens.known(session, bearer(request), now=now)
    if found is None:
        raise TokenNeeded
    if scope not in found.scopes:
        raise ScopeNeeded(scope, found.id)
    if _noted_until(found, now) <= now:
        request.state.token_used = found.id
    return found


def holds_until(found: TokenUse, now: datetime) -> datetime:
    """Until when a token that was let in needs not be looked at again, if nothing is written."""
    again = _noted_until(found, now)
    if again <= now:
        again = now + TOUCH_EVERY
    return min(again, found.expires_at or again)


def _noted_until(token: TokenUse, now: datetime) -> datetime:
    return now if token.used_at is None else token.used_at + TOUCH_EVERY


def use_is_due(request: Request) -> bool:
    """Whether the use of the token is to be written down."""
    return _used(request) is not None


def _used(request: Request) -> int | None:
    token_id: int | None = getattr(request.state, "token_used", None)
    return token_id


def note_use(request: Request, *, now: datetime) -> None:
    """Write the token's use down where it is due, after the answer's own transaction has ended."""
    token_id = _used(request)
    if token_id is not None:
        request.app.state.site.database.note(
            partial(tokens.touch_token, token_id=token_id, now=now)
        )

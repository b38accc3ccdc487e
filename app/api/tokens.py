"""Who may use the machine edge: whoever brings a valid token of the right scope."""

from datetime import datetime, timedelta

from fastapi import Request
from sqlmodel import Session

from app.api.problems import Problem
from app.services import tokens

TOUCH_EVERY = timedelta(minutes=5)


class TokenNeeded(Problem):
    """There is no valid token in the request."""

    def __init__(self) -> None:
        super().__init__(
            401,
            "A token is needed",
            "Send Authorization: Bearer with a token made by "
            "`partner-inbox token add NAME --scope read` or on the page Settings.",
            about="token",
            headers={"WWW-Authenticate": 'Bearer realm="Partner Inbox"'},
        )


def allow(request: Request, session: Session, scope: str, *, now: datetime) -> datetime:
    """Go on only with a valid token; raises ``TokenNeeded``. Its use is noted now and then.

    Gives until when this needs not be asked again, as long as nothing is written.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    found = None
    if kind.lower() == "bearer" and token:
        found = tokens.token_for(session, token.strip(), scope, now=now)
    if found is None:
        raise TokenNeeded
    again = now if found.used_at is None else found.used_at + TOUCH_EVERY
    if again <= now:
        request.state.token_used = found.id
        again = now + TOUCH_EVERY
    return min(again, found.expires_at or again)


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
        with request.app.state.site.database.write(counts=False) as session:
            tokens.touch_token(session, token_id, now=now)

"""Tokens for tools: made once, stored as hashes, valid for what they were made for."""

import secrets
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core import token_text
from app.errors import Conflict, Invalid, NotFound
from app.models import ApiToken
from app.secrets import digest
from app.services.unique import only_one

READ, ACT = "read", "act"
SCOPES = {
    READ: "Read: the feed and the API",
    ACT: "Act: what people do with items, in the name of who made it",
}
"""What a token may be made for, in words."""


def add_token(
    session: Session,
    *,
    name: str,
    scope: str,
    now: datetime,
    user_id: int | None = None,
    expires_at: datetime | None = None,
) -> str:
    """A new token, given back this once. ``scope``: one or more of ``SCOPES``, with blanks between;
    whoever acts by it is ``user_id``. Raises ``Invalid`` or ``Conflict``.
    """
    if not name.strip():
        raise Invalid("A token needs a name.", fields={"name": "Say what will use it."})
    wanted = scope.split()
    if not wanted or not set(wanted) <= SCOPES.keys():
        text = f"One or more of: {', '.join(SCOPES)}."
        raise Invalid("There is no such scope.", fields={"scope": text})
    if ACT in wanted and user_id is None:
        text = "Say whose acts they are."
        raise Invalid("A token that acts needs a person.", fields={"user": text}, remedy=text)
    taken = f"There is a token named {name.strip()} already."
    if session.exec(select(ApiToken).where(ApiToken.name == name.strip())).first():
        raise Conflict(taken)
    token = token_text.made(secrets.choice)
    added = ApiToken(
        name=name.strip(),
        token_hash=digest(token),
        hint=token[: token_text.SHOWN],
        scope=" ".join(one for one in SCOPES if one in wanted),
        user_id=user_id,
        created_at=now,
        expires_at=expires_at,
    )
    with only_one(session, taken):
        session.add(added)
    return token


def tokens(session: Session) -> list[ApiToken]:
    """All tokens that were not revoked, newest first."""
    statement = select(ApiToken).where(col(ApiToken.revoked_at).is_(None))
    return list(session.exec(statement.order_by(col(ApiToken.id).desc())))


class TokenUse(NamedTuple):
    """A valid token: what it may, in whose name, when its use was last noted, when it ends."""

    id: int
    scopes: frozenset[str]
    user_id: int | None
    used_at: datetime | None
    expires_at: datetime | None


_tokens = SQLModel.metadata.tables["api_tokens"]
_users = SQLModel.metadata.tables["users"]
_TOKEN = (
    sa.select(
        _tokens.c.id,
        _tokens.c.scope,
        _tokens.c.user_id,
        _tokens.c.used_at,
        _tokens.c.expires_at,
    )
    .select_from(_tokens.outerjoin(_users, _users.c.id == _tokens.c.user_id))
    .where(
        _tokens.c.token_hash == sa.bindparam("token_hash"),
        _tokens.c.revoked_at.is_(None),
        _users.c.is_active.is_not(False),
    )
)


def known(session: Session, token: str, *, now: datetime) -> TokenUse | None:
    """The token when it is valid, and whoever made it may still come in."""
    if not token_text.well_formed(token):
        return None
    found = session.connection().execute(_TOKEN, {"token_hash": digest(token)}).first()
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    return TokenUse(
        found.id, frozenset(found.scope.split()), found.user_id, found.used_at, found.expires_at
    )


def token_for(session: Session, token: str, scope: str, *, now: datetime) -> TokenUse | None:
    """The same, when it was made for that scope, too."""
    found = known(session, token, now=now)
    return found if found is not None and scope in found.scopes else None


def touch_token(session: Session, token_id: int, *, now: datetime) -> None:
    """Note that the token was used."""
    session.execute(sa.update(ApiToken).where(col(ApiToken.id) == token_id).values(used_at=now))


def revoke_token(session: Session, token_id: int, *, now: datetime) -> None:
    """From now on the token opens nothing, and its name is free for the next one."""
    found = session.get(ApiToken, token_id)
    if found is None or found.revoked_at is not None:
        raise NotFound("There is no such token.")
    found.revoked_at = now
    found.name = f"{found.name} (revoked {now:%Y-%m-%d %H:%M:%S}, {found.id})"

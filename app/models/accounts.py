"""People, their sessions, tokens for tools, one-time links."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Text
from sqlmodel import Field, SQLModel

from app.db import UtcDateTime
from app.models.base import Json


class User(SQLModel, table=True):
    """One of the partner's staff. ``password`` is an Argon2 hash; None until it is set.

    ``digest_hour`` is local to ``time_zone``; ``digest_days`` are ISO weekdays ("12345"), one of
    them for a weekly digest. ``digest_views`` are the views that it tells of, by their addresses;
    empty: all. ``digest_holidays`` names the calendar on whose holidays none comes ("DE-BY").
    ``digest_always``: one comes also when there is nothing to tell. ``mail_refused`` counts the
    digests in a row that the mail server refused for this address.
    ``notices_on``: mail at once for what cannot wait.
    ``keys`` are the shortcuts that the person set otherwise, by the name of what they do.
    ``changes_seen_id`` is the last line of history that the person has seen among the changes.
    """

    __tablename__ = "users"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(sa_type=Text, unique=True)
    name: str = Field(sa_type=Text)
    is_admin: bool = False
    is_active: bool = True
    password: str | None = Field(default=None, sa_type=Text, repr=False)
    time_zone: str = Field(default="UTC", sa_type=Text)
    digest_on: bool = True
    digest_hour: int = 7
    digest_days: str = Field(default="12345", sa_type=Text)
    digest_views: list[Any] = Field(default=[], sa_type=Json)
    digest_holidays: str = Field(default="", sa_type=Text)
    digest_always: bool = False
    mail_refused: int = 0
    notices_on: bool = True
    shortcuts: bool = True
    keys: dict[str, Any] = Field(default={}, sa_type=Json)
    changes_seen_id: int = 0
    failed_sign_ins: int = 0
    next_sign_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_digest_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class WebSession(SQLModel, table=True):
    """A signed-in browser. ``token_hash`` is the SHA-256 of the cookie's value."""

    __tablename__ = "sessions"

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    user_id: int = Field(index=True, foreign_key="users.id", ondelete="CASCADE")
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    agent: str = Field(default="", sa_type=Text)


class OneTimeLink(SQLModel, table=True):
    """A link that works once: set-up (no user yet), sign-in, or a new password."""

    __tablename__ = "one_time_links"

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    purpose: str = Field(sa_type=Text)
    user_id: int | None = Field(
        default=None,
        foreign_key="users.id",
        ondelete="CASCADE",
    )
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """Access for a tool. Only the SHA-256 is stored; ``hint`` is the token's beginning."""

    __tablename__ = "api_tokens"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=Text, unique=True)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    hint: str = Field(sa_type=Text)
    scope: str = Field(sa_type=Text)
    user_id: int | None = Field(
        default=None,
        foreign_key="users.id",
        ondelete="CASCADE",
    )
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

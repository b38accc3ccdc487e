"""People, sessions and one-time links.

Only hashes of tokens are stored. A password is verified between two transactions
(``credentials`` → ``verify`` → ``record_sign_in``), because Argon2 takes tens of
milliseconds and must not hold the write lock.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import CursorResult, bindparam, delete, func, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, SQLModel, col, select

from app.core.addresses import address, address_or_text
from app.core.zones import zones
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import OneTimeLink, User, WebSession
from app.secrets import digest
from app.services.revisions import Until, remembered
from app.services.unique import only_one

IDLE = timedelta(days=7)
ABSOLUTE = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
SETUP_LIFETIME = timedelta(hours=24)
SIGN_IN_LIFETIME = timedelta(hours=1)
SHORTEST_PASSWORD = 10
TOO_SHORT = f"Use at least {SHORTEST_PASSWORD} characters."

SETUP = "set-up"
SIGN_IN = "sign-in"

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password has; made when first needed, because it takes its time."""
    return _hasher.hash(secrets.token_hex())


def user_count(session: Session) -> int:
    """How many people there are; none means that the set-up is still to be done."""
    return session.exec(select(func.count()).select_from(User)).one()


def users(session: Session) -> list[User]:
    """Everyone who is active, by name."""
    return list(session.exec(select(User).where(User.is_active).order_by(User.name)))


def by_ids(session: Session, user_ids: Collection[int]) -> list[User]:
    """Those of these people who are there."""
    return list(session.exec(select(User).where(col(User.id).in_(user_ids)).order_by(col(User.id))))


def user(session: Session, user_id: int) -> User:
    """One person; raises ``NotFound``."""
    found = session.get(User, user_id)
    if found is None:
        raise NotFound("There is no such user.")
    return found


def known(session: Session, user_id: int) -> User | None:
    """One person, remembered: to be read, never to be changed."""
    key = ("user", user_id)
    return remembered(session, key, lambda: session.get(User, user_id), until=Until.TOLD)


def user_by_email(session: Session, email: str) -> User | None:
    """The person with that address, however it is written."""
    return session.exec(select(User).where(User.email == address_or_text(email))).first()


def add_user(
    session: Session,
    *,
    email: str,
    name: str,
    now: datetime,
    password: str | None = None,
    is_admin: bool = False,
    time_zone: str = "UTC",
) -> User:
    """A new person; from now on no set-up link works. Raises ``Invalid`` with a sentence for
    each field, or ``Conflict``.
    """
    problems: dict[str, str] = {}
    try:
        mail = address(email)
    except ValueError as error:
        problems["email"] = str(error)
    if not name.strip():
        problems["name"] = "Enter a name."
    if time_zone not in zones():
        problems["time_zone"] = "Choose a time zone from the list."
    if password is not None and len(password) < SHORTEST_PASSWORD:
        problems["password"] = TOO_SHORT
    if problems:
        raise Invalid("The user cannot be added.", fields=problems)
    taken = f"There is a user with the address {mail} already."
    if user_by_email(session, mail):
        raise Conflict(taken)
    added = User(
        email=mail,
        name=name.strip(),
        is_admin=is_admin,
        password=_hasher.hash(password) if password is not None else None,
        time_zone=time_zone,
        created_at=now,
    )
    with only_one(session, taken):
        session.add(added)
    session.execute(delete(OneTimeLink).where(col(OneTimeLink.purpose) == SETUP))
    return added


def set_password(session: Session, user_id: int, password: str) -> None:
    """A new password; signs the person out everywhere."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("The password is too short.", fields={"password": TOO_SHORT})
    user(session, user_id).password = _hasher.hash(password)
    close_sessions(session, user_id)


def update_profile(session: Session, user_id: int, *, name: str, time_zone: str) -> User:
    """What a person sets for themselves. Raises ``Invalid``."""
    problems: dict[str, str] = {}
    if not name.strip():
        problems["name"] = "Enter a name."
    if time_zone not in zones():
        problems["time_zone"] = "Choose a time zone from the list."
    if problems:
        raise Invalid("The settings were not saved.", fields=problems)
    found = user(session, user_id)
    found.name = name.strip()
    found.time_zone = time_zone
    return found


# Signing in


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What verifying needs. ``wait_until`` is set while too many attempts failed."""

    user_id: int | None
    password_hash: str
    wait_until: datetime | None


def credentials(session: Session, email: str) -> Credentials:
    """The stored hash for that address, or one that nothing matches, so that both take as long."""
    found = user_by_email(session, email)
    if found is None or not found.is_active or found.password is None:
        return Credentials(user_id=None, password_hash=_nobody(), wait_until=None)
    return Credentials(
        user_id=found.id, password_hash=found.password, wait_until=found.next_sign_in_at
    )


def verify(known: Credentials, password: str, *, now: datetime) -> bool:
    """Whether the password is right. Raises ``NotAllowed`` while the account has to wait."""
    if known.wait_until is not None and known.wait_until > now:
        seconds = int((known.wait_until - now).total_seconds()) + 1
        raise NotAllowed(
            "Too many attempts.", remedy=f"Try again in {seconds} seconds, or ask for a new link."
        )
    try:
        return _hasher.verify(known.password_hash, password) and known.user_id is not None
    except (VerificationError, InvalidHashError):
        return False


def record_sign_in(session: Session, known: Credentials, *, ok: bool, now: datetime) -> User | None:
    """Note how the attempt went: from the fifth failure on the wait doubles, up to 15 minutes."""
    if known.user_id is None:
        return None
    # Held, so that of many attempts at once each counts.
    found = session.get_one(User, known.user_id, with_for_update=True, populate_existing=True)
    if ok:
        found.failed_sign_ins = 0
        found.next_sign_in_at = None
        return found
    found.failed_sign_ins += 1
    if found.failed_sign_ins >= 5:
        wait = min(2 ** (found.failed_sign_ins - 4), 900)
        found.next_sign_in_at = now + timedelta(seconds=wait)
    return None


# Sessions


def open_session(session: Session, user_id: int, *, now: datetime, agent: str = "") -> str:
    """The value of a new session's cookie."""
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            token_hash=digest(token),
            user_id=user_id,
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
            agent=agent[:200],
        )
    )
    return token


class SignedIn(NamedTuple):
    """Who a session's cookie belongs to, and whether its use is to be written down again."""

    user: User
    idle: bool


_sessions = SQLModel.metadata.tables["sessions"]
_SESSION = sa_select(_sessions.c.user_id, _sessions.c.expires_at, _sessions.c.seen_at).where(
    _sessions.c.token_hash == bindparam("token_hash")
)


def signed_in(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """Who is signed in with that cookie; None when it is unknown, idle too long or over."""
    found = session.connection().execute(_SESSION, {"token_hash": digest(token)}).first()
    if found is None or found.expires_at <= now or found.seen_at + IDLE <= now:
        return None
    person = known(session, found.user_id)
    if person is None or not person.is_active:
        return None
    return SignedIn(person, idle=found.seen_at + SEEN_EVERY <= now)


def touch_session(session: Session, token: str, *, now: datetime) -> None:
    """Note that the session is in use."""
    session.execute(
        update(WebSession).where(col(WebSession.token_hash) == digest(token)).values(seen_at=now)
    )


def close_session(session: Session, token: str) -> None:
    """Sign that browser out."""
    session.execute(delete(WebSession).where(col(WebSession.token_hash) == digest(token)))


def close_sessions(session: Session, user_id: int) -> None:
    """Sign the person out everywhere: no session and no link made until now opens anything."""
    session.execute(delete(WebSession).where(col(WebSession.user_id) == user_id))
    session.execute(delete(OneTimeLink).where(col(OneTimeLink.user_id) == user_id))


# One-time links


def make_link(
    session: Session,
    purpose: str,
    *,
    now: datetime,
    user_id: int | None = None,
    lifetime: timedelta = SIGN_IN_LIFETIME,
) -> str:
    """The secret part of a link that works once. A new set-up link replaces older ones."""
    if purpose == SETUP:
        session.execute(delete(OneTimeLink).where(col(OneTimeLink.purpose) == SETUP))
    token = secrets.token_urlsafe(32)
    session.add(
        OneTimeLink(
            token_hash=digest(token), purpose=purpose, user_id=user_id, expires_at=now + lifetime
        )
    )
    return token


def link_is_good(session: Session, token: str, purpose: str, *, now: datetime) -> bool:
    """Whether the link could still be used."""
    found = session.get(OneTimeLink, digest(token))
    return (
        found is not None
        and found.purpose == purpose
        and found.used_at is None
        and found.expires_at > now
    )


def use_link(session: Session, token: str, purpose: str, *, now: datetime) -> OneTimeLink:
    """Use the link up; raises ``NotAllowed`` when it is unknown, used or too old."""
    used: CursorResult[Any] = session.connection().execute(
        update(OneTimeLink)
        .where(
            col(OneTimeLink.token_hash) == digest(token),
            col(OneTimeLink.purpose) == purpose,
            col(OneTimeLink.used_at).is_(None),
            col(OneTimeLink.expires_at) > now,
        )
        .values(used_at=now)
    )
    if used.rowcount != 1:
        raise NotAllowed(
            "This link was used before or is too old.",
            remedy="Sign in with your password, or ask for a new link.",
        )
    found = session.get(OneTimeLink, digest(token))
    assert found is not None
    return found

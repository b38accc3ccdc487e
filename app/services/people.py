"""The people of the partner, as admins manage them."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.errors import Conflict
from app.models import User
from app.services import accounts


def looks_after(person: sa.FromClause, id_: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Joins whoever is owner or backup by that id: nobody for who may not sign in any more."""
    return (person.c.id == id_) & person.c.is_active


def everyone(session: Session) -> list[User]:
    """All people by name, the active ones first."""
    statement = select(User).order_by(col(User.is_active).desc(), User.name)
    return list(session.exec(statement))


def shut_out(session: Session) -> dict[int | None, str]:
    """The names of those who may not come in any more."""
    return dict(
        session.exec(select(User.id, User.name).where(col(User.is_active).is_(False))).all()
    )


def names(session: Session, ids: Collection[int | None]) -> dict[int | None, str]:
    """The names of these people; asks nothing where there is nobody."""
    if not ids:
        return {}
    return dict(session.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all())


def link_for(session: Session, user_id: int, *, now: datetime) -> str:
    """The secret part of a link with which that person signs in once, within 24 hours."""
    person = accounts.user(session, user_id)
    if not person.is_active:
        raise Conflict(f"{person.name} may not sign in.", remedy="Let them in again first.")
    return accounts.make_link(
        session, accounts.SIGN_IN, now=now, user_id=user_id, lifetime=accounts.SETUP_LIFETIME
    )


def set_active(session: Session, user_id: int, *, active: bool) -> User:
    """Let a person in, or sign them out everywhere for good. Raises ``Conflict``."""
    person = accounts.user(session, user_id)
    if not active:
        _another_admin(session, person)
        accounts.close_sessions(session, user_id)
    person.is_active = active
    return person


def set_admin(session: Session, user_id: int, *, admin: bool) -> User:
    """Whether a person may manage sources and people. Raises ``Conflict``."""
    person = accounts.user(session, user_id)
    if not admin:
        _another_admin(session, person)
    person.is_admin = admin
    return person


def _another_admin(session: Session, person: User) -> None:
    """Somebody must be able to manage this installation. All admins are held: of two who remove
    each other at once the second sees what the first did.
    """
    admins = select(User.id).where(User.is_admin, User.is_active).order_by(col(User.id))
    left = set(session.exec(admins.with_for_update(key_share=True))) - {person.id}
    if person.is_admin and not left:
        raise Conflict(f"{person.name} is the only admin.", remedy="Make somebody else one first.")

"""Stopping one's digest by a link in it, without signing in.

The link says whose it is and is signed; nothing is stored. It ends with the person: whoever gets
their number later was added at another time.
"""

from sqlmodel import Session

from app.core.whole import whole
from app.models import User
from app.secrets import Vault

PATH = "/unsubscribe/digest"


def address(vault: Vault, user: User, *, home: str) -> str:
    """The address that stops this person's digest."""
    return f"{home}{PATH}/{user.id}.{vault.sign(_text(user))}"


def whose(session: Session, vault: Vault, token: str) -> User | None:
    """The person whose link this is the end of; None where it is none, or they are gone."""
    number, _, signature = token.partition(".")
    user = session.get(User, whole(number) or 0)
    if user is None or not user.is_active or not vault.signed(_text(user), signature):
        return None
    return user


def stop(session: Session, user_id: int) -> None:
    """This person gets no digest any more, until they ask for it again."""
    session.get_one(User, user_id).digest_on = False


def _text(user: User) -> str:
    return f"digest of {user.id} since {user.created_at.isoformat()}"

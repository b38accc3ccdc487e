"""Stopping one's digest, or mail at once, and having it again, by a link in it, with no sign-in.

The link says whose it is and is signed; nothing is stored. It ends with the person: whoever gets
their number later was added at another time.
"""

from enum import StrEnum

from sqlmodel import Session

from app.core.whole import whole
from app.models import User
from app.secrets import Vault

PATH = "/unsubscribe"


class Mails(StrEnum):
    """What can be stopped by itself."""

    DIGEST = "digest"
    NOTICES = "notices"


def address(vault: Vault, user: User, *, home: str, of: Mails = Mails.DIGEST) -> str:
    """The address that stops such mail to this person."""
    return f"{home}{PATH}/{of}/{user.id}.{vault.sign(_text(user, of))}"


def whose(session: Session, vault: Vault, token: str, *, of: Mails = Mails.DIGEST) -> User | None:
    """The person whose link this is the end of; None where it is none, or they are gone."""
    number, _, signature = token.partition(".")
    user = session.get(User, whole(number) or 0)
    if user is None or not user.is_active or not vault.signed(_text(user, of), signature):
        return None
    return user


def switch(user: User, *, on: bool, of: Mails) -> None:
    """Whether this person gets such mail from now on."""
    if of is Mails.DIGEST:
        user.digest_on = on
    else:
        user.notices_on = on


def stopped(user: User, *, of: Mails) -> bool:
    """Whether this person gets none of it."""
    return not (user.digest_on if of is Mails.DIGEST else user.notices_on)


def _text(user: User, of: Mails) -> str:
    return f"{of} of {user.id} since {user.created_at.isoformat()}"

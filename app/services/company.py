"""Whose inbox this is: the name that the operator or the first person gave."""

from sqlmodel import Session

from app.core.storable import clean
from app.models import AppSetting
from app.services.revisions import Until, remembered

NAME = "company"
LONGEST = 80


def name(session: Session, given: str) -> str:
    """The company's name, "" for none. What the operator has set (``given``) counts."""
    return given or remembered(session, (NAME,), lambda: _stored(session), until=Until.TOLD)


def _stored(session: Session) -> str:
    found = session.get(AppSetting, NAME)
    return str(found.value) if found else ""


def rename(session: Session, name: str) -> None:
    """What a person calls the company; "" forgets it."""
    session.merge(AppSetting(name=NAME, value=clean(" ".join(name.split()))[:LONGEST]))

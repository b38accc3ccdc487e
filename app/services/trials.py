"""Outputs that tools fetch, tried by the inbox itself: with a token of a minute, and the result."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import ApiToken, AppSetting
from app.secrets import digest
from app.services import tokens

SETTING = "tried"
LENT_FOR = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How the last one went: ``said`` is a sentence."""

    at: datetime
    said: str
    ok: bool


def lend(session: Session, user_id: int, *, now: datetime) -> str:
    """A token to try it with, in that person's name. ``take_back`` ends it."""
    name = f"A test of {now:%Y-%m-%d %H:%M:%S} {secrets.token_hex(4)}"
    ends = now + LENT_FOR
    return tokens.add_token(
        session, name=name, scope="read", user_id=user_id, now=now, expires_at=ends
    )


def take_back(session: Session, token: str) -> None:
    """It was never there."""
    session.execute(sa.delete(ApiToken).where(col(ApiToken.token_hash) == digest(token)))


def keep(session: Session, key: str, trial: Trial) -> None:
    """How the trial of that output went."""
    known = session.get(AppSetting, SETTING)
    told = {"at": trial.at.isoformat(), "said": trial.said, "ok": trial.ok}
    session.merge(AppSetting(name=SETTING, value={**(known.value if known else {}), key: told}))


def last(session: Session, key: str) -> Trial | None:
    """The last trial of that output."""
    known = session.get(AppSetting, SETTING)
    told = known.value.get(key) if known else None
    if told is None:
        return None
    return Trial(at=datetime.fromisoformat(told["at"]), said=told["said"], ok=told["ok"])

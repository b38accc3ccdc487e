"""The first steps in a new inbox, each done or not, until all are or somebody hides them."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from app.core.words import Clock
from app.models import AppSetting, AssignmentRule, Connection, ItemState, RecordedAct
from app.services import recording
from app.services.pages import Act
from app.services.revisions import Until, remembered

MARK = "beginning"
DIGEST = "digest"
HIDDEN = "hidden"
KIND = "steps hidden"


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """Which of the first steps are done."""

    source: bool
    owner: bool
    digest: bool
    hidden: bool

    @property
    def steps(self) -> tuple[bool, ...]:
        """All of them, in order."""
        return (self.source, self.owner, self.digest)

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(self.steps)

    @property
    def over(self) -> bool:
        """Whether nobody needs to be shown them any more."""
        return self.hidden or all(self.steps)


def beginning(session: Session) -> Beginning:
    """How far this inbox is. What is done in the sample company does not count."""

    def look() -> Beginning:
        said = _said(session)
        if HIDDEN in said:
            return Beginning(source=True, owner=True, digest=True, hidden=True)
        real = (col(Connection.removed_at).is_(None), col(Connection.sample).is_(False))
        source, owned, ruled, sampled = session.execute(
            sa.select(
                sa.exists().where(*real),
                sa.exists().where(col(ItemState.owner_id).is_not(None)),
                sa.exists(sa.select(col(AssignmentRule.id))),
                sa.exists().where(col(Connection.sample).is_(True)),
            )
        ).one()
        return Beginning(
            source=bool(source),
            owner=bool((owned or ruled) and not sampled),
            digest=DIGEST in said,
            hidden=False,
        )

    # When they are over no act on an item begins them again.
    told = remembered(session, (MARK,), look, until=Until.TOLD)
    return told if told.over else remembered(session, (MARK,), look)


def say(session: Session, what: str) -> None:
    """A person chose the digest's hour (``DIGEST``), or hid the steps (``HIDDEN``)."""
    said = _said(session)
    if what not in said:
        session.merge(AppSetting(name=MARK, value=[*said, what]))
        session.flush()


def hide(session: Session, *, user_id: int, clock: Clock) -> Act:
    """Show the steps no more; their page stays."""
    record = recording.begin(session, KIND, user_id=user_id, clock=clock)
    say(session, HIDDEN)
    return recording.told(session, record, "Hidden. The page stays at /start", ())


def take_back(session: Session, record: RecordedAct) -> Act:
    """Show them again."""
    left = [what for what in _said(session) if what != HIDDEN]
    session.merge(AppSetting(name=MARK, value=left))
    session.flush()
    return recording.taken_back(record)


def _said(session: Session) -> list[str]:
    found = session.get(AppSetting, MARK, populate_existing=True)
    return list(found.value) if found else []

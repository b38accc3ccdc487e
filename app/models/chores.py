"""What has to be done now and then, whoever does it."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from app.db import UtcDateTime

PRUNE, COMPARE, TELL = "prune", "compare", "tell"


class Chore(SQLModel, table=True):
    """One chore; its row is made by the migration that brings it. ``next_due_at`` is moved on by
    whoever takes it, so that only one does. ``mark`` is how far one that follows the
    history has seen to it: COMPARE to an event, TELL to a revision.
    """

    __tablename__ = "chores"

    name: str = Field(primary_key=True, sa_type=Text)
    next_due_at: datetime = Field(sa_type=UtcDateTime)
    mark: int = 0

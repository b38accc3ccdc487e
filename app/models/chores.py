"""What has to be done now and then, whoever does it."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from app.db import UtcDateTime

PRUNE, COMPARE = "prune", "compare"


class Chore(SQLModel, table=True):
    """One chore; its row is made by the migration that brings it. ``next_due_at`` is moved on by
    whoever takes it, so that only one does. ``mark`` is the last event that it has seen to, of one
    that follows the history.
    """

    __tablename__ = "chores"

    name: str = Field(primary_key=True, sa_type=Text)
    next_due_at: datetime = Field(sa_type=UtcDateTime)
    mark: int = 0

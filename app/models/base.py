"""What the tables share: names of constraints, and the columns of every record of a source."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.db import UtcDateTime

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON object or list; JSONB on Postgres.

Its default is an empty one, of which every row gets a copy. A factory would have its signature
looked up for every row, which is half the time of making one.
"""


class SourceRow(SQLModel):
    """Columns of everything that a sync writes, and that only a sync writes (P6).

    The key is (connection_id, stream, external_id). ``missing_reads`` counts complete
    reads in a row that did not list it; ``removed_at`` is when it was taken as removed.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=Integer)
    connection_id: int = Field(foreign_key="connections.id")
    stream: str = Field(sa_type=Text)
    external_id: str = Field(sa_type=Text)
    content_hash: bytes = Field(sa_type=LargeBinary)
    title: str = Field(sa_type=Text)
    url: str | None = Field(default=None, sa_type=Text)
    vendor: str | None = Field(default=None, sa_type=Text)
    program: str | None = Field(default=None, sa_type=Text)
    status: str | None = Field(default=None, sa_type=Text)
    facts: list[Any] = Field(default=[], sa_type=Json)
    missing_reads: int = Field(default=0, sa_type=SmallInteger)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)

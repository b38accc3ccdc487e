"""Alembic's entry: migrates the database that ``app.db`` or the command line names."""

from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import app.models  # noqa: F401  (registers the tables)
from app.config import Settings
from app.db import database_url

url = context.config.attributes.get("url") or database_url(Settings().database)
engine = create_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        include_name=lambda name, kind, _parents: (
            not (kind in ("table", "index") and name is not None and name.startswith("search_"))
        ),
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()

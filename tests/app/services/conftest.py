"""The world of one scripted connection, and Rin."""

import pytest

from app.db import Database
from app.services import accounts
from tests.app.services.rin import MAIL, NOW, PASSWORD
from tests.support.world import clock, person, settings, vault, world

__all__ = ["clock", "person", "settings", "vault", "world"]


@pytest.fixture
def rin(database: Database) -> int:
    """The id of Rin, who has no password."""
    with database.write() as session:
        user = accounts.add_user(session, email=MAIL, name="Rin", now=NOW)
    assert user.id is not None
    return user.id


@pytest.fixture
def password(database: Database, rin: int) -> str:
    """Rin's password."""
    with database.write() as session:
        accounts.set_password(session, rin, PASSWORD)
    return PASSWORD

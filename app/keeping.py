"""Secrets that a platform replaces while they are used, stored as soon as they are there."""

from collections.abc import Collection

from app import crash
from app.db import Database
from app.errors import NotFound
from app.secrets import Vault
from app.services import sources
from connectors.sdk.connector import InMemory


class Kept(InMemory):
    """The secrets of one stored connection. Each call is a transaction of its own.

    ``entered`` names those that a person has just typed into a form: theirs count, not the
    stored ones. ``replaced`` holds what the platform gave, so that the form saves it too.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        connection_id: int,
        *,
        entered: Collection[str] = (),
    ) -> None:
        super().__init__()
        self._database = database
        self._vault = vault
        self._connection_id = connection_id
        self._entered = frozenset(entered)

    def current(self, name: str) -> str | None:
        if name in self.replaced or name in self._entered:
            return self.replaced.get(name)
        try:
            with self._database.read() as session:
                connection = sources.get(session, self._connection_id)
        except NotFound:  # removed while it was read: the sync will find out
            return None
        stored = sources.stored_secrets(connection, self._vault)
        value = stored.get(name)
        return None if value is None else str(value)

    def replace(self, name: str, *, used: str, new: str) -> None:
        crash.here(f"given:{name}")
        with self._database.write() as session:
            sources.replace_secret(
                session, self._connection_id, name, used=used, new=new, vault=self._vault
            )
            crash.here(f"keeping:{name}")
        crash.here(f"kept:{name}")
        super().replace(name, used=used, new=new)

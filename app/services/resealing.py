"""The keys that stored credentials are sealed with: what none of them opens, and a new one."""

from sqlmodel import Session, col, select

from app.models import Connection
from app.secrets import Locked, Vault
from app.services import sources


def locked(session: Session, vault: Vault) -> list[str]:
    """The names of the connections whose credentials the present key does not open."""
    names = []
    for connection in sources.every(session):
        try:
            vault.open(connection.secrets)
        except Locked:
            names.append(connection.name)
    return names


def reseal(session: Session, vault: Vault) -> int:
    """Seal all stored credentials anew under the first key: how many connections have some.

    Raises ``Locked`` where one cannot be opened. Who edits a connection meanwhile waits.
    """
    stored = select(Connection).where(Connection.secrets != "").order_by(col(Connection.id))
    found = list(session.exec(stored.with_for_update(key_share=True)))
    if names := locked(session, vault):
        raise Locked(
            f"The credentials of {', '.join(names)} cannot be read: nothing was changed.",
            remedy="Put the key they were saved with behind the first one, after a comma, or "
            "enter these credentials again.",
        )
    for connection in found:
        connection.secrets = vault.seal(vault.open(connection.secrets))
    return len(found)

"""The keys that stored credentials are sealed with: what none of them opens, and a new one."""

from sqlmodel import Session, col, select

from app.models import Channel, Connection
from app.secrets import Locked, Vault
from app.services import sources


def locked(session: Session, vault: Vault) -> list[str]:
    """The names of the connections and channels whose credentials the present key does not open."""
    sealed = [(one.name, one.secrets) for one in sources.every(session)]
    for one in session.exec(select(Channel).order_by(col(Channel.id))):
        sealed += [(one.name, one.address), (one.name, one.secret)]
    names = [name for name, text in sealed if not _opens(vault, text)]
    return list(dict.fromkeys(names))


def _opens(vault: Vault, text: str) -> bool:
    try:
        vault.open(text)
    except Locked:
        return False
    return True


def reseal(session: Session, vault: Vault) -> int:
    """Seal all stored credentials anew under the first key: how many connections and channels have
    some.

    Raises ``Locked`` where one cannot be opened. Who edits one of them meanwhile waits.
    """
    stored = select(Connection).where(Connection.secrets != "").order_by(col(Connection.id))
    found = list(session.exec(stored.with_for_update(key_share=True)))
    addressed = select(Channel).where(Channel.address != "").order_by(col(Channel.id))
    told = list(session.exec(addressed.with_for_update(key_share=True)))
    if names := locked(session, vault):
        raise Locked(
            f"The credentials of {', '.join(names)} cannot be read: nothing was changed.",
            remedy="Put the key they were saved with behind the first one, after a comma, or "
            "enter these credentials again.",
        )
    for connection in found:
        connection.secrets = vault.seal(vault.open(connection.secrets))
    for channel in told:
        channel.address = vault.seal(vault.open(channel.address))
        channel.secret = vault.seal(vault.open(channel.secret))
    return len(found) + len(told)

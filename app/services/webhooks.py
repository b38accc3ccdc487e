"""Webhooks: channels that call a tool. Their addresses, and the secrets that sign."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.core.webhooks import OLD_SECRET
from app.errors import Invalid, NotFound
from app.models import Channel, ChannelKind
from app.notify import webhook
from app.secrets import Locked, Vault
from app.services import channels


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a call goes and what it is signed with: the present secret, and the old one beside it
    for a day.
    """

    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def add(
    session: Session,
    vault: Vault,
    *,
    name: str,
    address: str,
    query: str,
    wants: Collection[str],
    user_id: int,
    private_hosts: Collection[str],
    now: datetime,
) -> tuple[Channel, str]:
    """A new webhook of the team's, and its secret, given back this once. Raises ``Invalid``."""
    secret = webhook.new_secret()
    made = channels.add(
        session,
        kind=ChannelKind.WEBHOOK,
        name=name,
        address=_callable(address, private_hosts),
        vault=vault,
        now=now,
        created_by_id=user_id,
        query=query,
        wants=wants,
        secret=secret,
    )
    return made, secret


def change(
    session: Session,
    vault: Vault,
    channel_id: int,
    *,
    name: str,
    address: str,
    query: str,
    wants: Collection[str],
    private_hosts: Collection[str],
) -> None:
    """Another name, address or choice; without an address it keeps its own.

    Raises ``Invalid`` or ``NotFound``.
    """
    new = _callable(address, private_hosts) if address.strip() else ""
    found = get(session, channel_id)
    channels.change(session, found, name=name, query=query, wants=wants, vault=vault, address=new)


def rotate(session: Session, vault: Vault, channel_id: int, *, now: datetime) -> str:
    """A new secret, given back this once; for a day the one before it signs along."""
    found = get(session, channel_id)
    secret = webhook.new_secret()
    before = vault.open(found.secret).get("secret", "")
    found.secret = vault.seal({"secret": secret, "old": before})
    found.old_until = now + OLD_SECRET
    return secret


def get(session: Session, channel_id: int) -> Channel:
    """The webhook; raises ``NotFound``."""
    found = session.get(Channel, channel_id)
    if found is None or found.kind != ChannelKind.WEBHOOK:
        raise NotFound("There is no such webhook.", remedy="Somebody may have removed it.")
    return found


def every(session: Session) -> Sequence[Channel]:
    """All webhooks by name."""
    statement = select(Channel).where(Channel.kind == ChannelKind.WEBHOOK)
    return session.exec(statement.order_by(sa.func.lower(col(Channel.name)), col(Channel.id))).all()


def target(channel: Channel, vault: Vault, *, now: datetime) -> Target:
    """Where it is called and what signs; raises ``Locked``."""
    kept = vault.open(channel.secret)
    old = kept.get("old") if channel.old_until and channel.old_until > now else None
    return Target(
        url=channels.address_of(channel, vault),
        secrets=tuple(str(secret) for secret in (kept.get("secret"), old) if secret),
    )


def host(channel: Channel, vault: Vault) -> str:
    """Of its address the host alone: what stands behind it is often a key."""
    try:
        return webhook.host(channels.address_of(channel, vault))
    except Locked:
        return ""


def _callable(address: str, private_hosts: Collection[str]) -> str:
    address = address.strip()
    if wrong := webhook.problem(address, private_hosts):
        raise Invalid("This address cannot be called.", fields={"address": wrong})
    return address

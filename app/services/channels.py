"""Channels: where people and tools are told of events. Added, changed, stopped, started, removed.

An address may hold what opens it (a chat's token): it is stored sealed and shown by its host at
most. What an address must look like is up to whoever sends to it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.notices import OUTPUT, STARTED, URGENT, EventKind
from app.core.storable import is_text
from app.db import is_sqlite
from app.errors import Invalid, NotAllowed, NotFound
from app.models import Channel, ChannelKind, Event, User
from app.secrets import Locked, Vault
from app.services import channel_views, deliveries, search
from app.services.unique import only_one
from connectors.sdk import redact

LONGEST_NAME = 60
LONGEST_ADDRESS = 2_000
MOST = 100
"""Channels of the team, and so many of each person."""
STOPPED = "Stopped by hand."
CHOICES = frozenset({URGENT, *EventKind})


def add(
    session: Session,
    *,
    kind: ChannelKind,
    name: str,
    address: str,
    vault: Vault,
    now: datetime,
    created_by_id: int,
    user_id: int | None = None,
    query: str = "",
    wants: Iterable[str] = (),
    secret: str = "",
    service: str = "",
) -> Channel:
    """A new channel; it tells what happens from now on. ``user_id`` None: the team's;
    ``service``: what the address leads to, for people; ``query``: see ``channel_views.choose``.

    Raises ``Invalid``.
    """
    held = select(Channel).where(Channel.user_id == user_id, Channel.kind == kind)
    if len(session.exec(held).all()) >= MOST:
        raise Invalid(f"There are {MOST} of them already.", remedy="Remove one first.")
    made = Channel(
        kind=kind,
        name=_name(name),
        user_id=user_id,
        wants=_wants(wants),
        address=seal(vault, address, service),
        secret=vault.seal({"secret": secret}) if secret else "",
        created_by_id=created_by_id,
        created_at=now,
    )
    channel_views.choose(session, made, query)
    session.add(made)
    session.flush()
    return made


def change(
    session: Session,
    channel: Channel,
    *,
    name: str,
    query: str,
    wants: Iterable[str],
    vault: Vault,
    address: str = "",
    service: str = "",
) -> None:
    """Other settings for a channel; without an ``address`` it keeps its own. Raises ``Invalid``."""
    channel.name = _name(name)
    channel_views.choose(session, channel, query)
    channel.wants = _wants(wants)
    if address:
        channel.address = seal(vault, address, service)
        channel.failing_since = None
    session.add(channel)
    session.flush()


def stop(session: Session, channel: Channel, *, now: datetime) -> None:
    """It is told nothing more, until somebody starts it; what waits is dropped."""
    deliveries.stop(session, channel, STOPPED, now=now)


def start(session: Session, channel: Channel, *, user_id: int, now: datetime) -> None:
    """It is told again of what happens from now on. Where we stopped it, that ends in the history,
    too.
    """
    if channel.stopped_at is not None and channel.stopped_because != STOPPED:
        told: dict[str, Any] = {"subject": OUTPUT, "subject_id": channel.id, "field": channel.kind}
        session.add(Event(at=now, kind=STARTED, actor_id=user_id, **told))
    channel.stopped_at = channel.stopped_because = channel.failing_since = None
    session.add(channel)
    session.flush()


def remove(session: Session, channel: Channel) -> None:
    """It goes, with its ledger."""
    session.delete(channel)
    session.flush()


# Who may see which


def of(session: Session, kind: ChannelKind, user: User) -> Sequence[Channel]:
    """The person's own of that kind, and of the team's what they may see: admins all."""
    whose = col(Channel.user_id) == user.id
    if user.is_admin:
        whose = whose | col(Channel.user_id).is_(None)
    statement = select(Channel).where(Channel.kind == kind, whose)
    return session.exec(statement.order_by(col(Channel.name), col(Channel.id))).all()


def get(session: Session, channel_id: int, user: User, *, kind: ChannelKind) -> Channel:
    """One of that kind that this person may change, held until the transaction ends.

    Raises ``NotFound``; of the team's, for who is no admin, ``NotAllowed``.
    """
    held: dict[str, Any] = {"with_for_update": True, "populate_existing": True}
    channel = session.get(Channel, channel_id, **held)
    if channel is None or channel.kind != kind or channel.user_id not in (None, user.id):
        raise NotFound("There is no such channel.", remedy="Somebody may have removed it.")
    if channel.user_id is None and not user.is_admin:
        raise NotAllowed("Only an admin can change what the team is told.")
    return channel


def mail_of(session: Session, user: User) -> Channel | None:
    """The person's own mail, where anything was ever told or chosen."""
    own = select(Channel).where(Channel.kind == ChannelKind.MAIL, Channel.user_id == user.id)
    return session.exec(own).first()


def own_mail(session: Session, user: User) -> Channel:
    """The person's own mail, made where it is needed for the first time. It is as old as they
    are: what is told of it depends on what they want, not on when it was made.
    """
    found = mail_of(session, user)
    if found is not None:
        return found
    made = Channel(kind=ChannelKind.MAIL, name="Mail", user_id=user.id, created_at=user.created_at)
    with only_one(session, "Somebody else did this at the same moment. Try again."):
        session.add(made)
    return made


def own_mails(session: Session, since: Mapping[int, datetime]) -> dict[int, int]:
    """The channels of these people's own mail, by their ids; made where they are needed for the
    first time, as old as is said. Whoever was removed meanwhile has none.
    """
    people, stored = SQLModel.metadata.tables["users"], SQLModel.metadata.tables["channels"]
    ids = search.given(session, list(since))
    theirs = search.among(people.c.id, "people", ids, sqlite=is_sqlite(session))
    mails = sa.and_(stored.c.kind == ChannelKind.MAIL, stored.c.user_id == people.c.id)
    every = sa.select(people.c.id, stored.c.id.label("mail")).outerjoin(stored, mails)
    found = session.execute(every.where(theirs)).all()
    made = [
        {"kind": ChannelKind.MAIL, "name": "Mail", "user_id": one.id, "created_at": since[one.id]}
        | {"query": "", "wants": [], "address": "", "secret": ""}
        for one in found
        if one.mail is None
    ]
    if made:
        session.connection().execute(sa.insert(stored), made)
        found = session.execute(every.where(theirs)).all()
    return {one.id: one.mail for one in found}


# What is sealed


def seal(vault: Vault, address: str, service: str = "") -> str:
    """The address as it is stored, and what it leads to. Raises ``Invalid`` for what is none."""
    address = address.strip()
    if not address or len(address) > LONGEST_ADDRESS or not is_text(address):
        told = {"address": f"An address has 1 to {LONGEST_ADDRESS:,} characters."}
        raise Invalid("This is no address.", fields=told)
    return vault.seal({"address": address} | ({"service": service} if service else {}))


def page_of(channel: Channel) -> str:
    """The page on which it is changed, stopped and started."""
    if channel.kind == ChannelKind.MAIL:
        return "/settings/notices"
    of_kind = "webhooks" if channel.kind == ChannelKind.WEBHOOK else "notices"
    return f"/settings/{of_kind}/{channel.id}"


def address_of(channel: Channel, vault: Vault) -> str:
    """Where it leads; masked from now on in whatever is logged. Raises ``Locked``."""
    address = str(vault.open(channel.address).get("address", ""))
    redact.register(address)
    return address


def service_of(channel: Channel, vault: Vault) -> str:
    """What its address leads to; a sentence where that cannot be read."""
    try:
        return str(vault.open(channel.address).get("service", ""))
    except Locked:
        return "its address cannot be read"


# What may be entered


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not is_text(name):
        told = {"name": f"A name has 1 to {LONGEST_NAME} characters."}
        raise Invalid("The name cannot be used.", fields=told)
    return name


def _wants(chosen: Iterable[str]) -> list[str]:
    kinds: Collection[str] = set(chosen)
    if not CHOICES.issuperset(kinds):
        raise Invalid("There is no such event.", fields={"wants": "Choose from the list."})
    return sorted(kinds)

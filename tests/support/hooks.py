"""Webhooks on a real database, called at real addresses of this machine, by a clock of the test."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlmodel import select

from app.config import Settings
from app.db import Database
from app.jobs.calling import Caller, Sender
from app.models import Channel, Delivery, DeliveryState
from app.secrets import Vault
from app.services import accounts, webhooks
from tests.support.world import Clock

KEY = "a key for the tests only"


@dataclass
class Hooks:
    """The webhooks of one company, and all that a test asks about them."""

    database: Database
    clock: Clock
    folder: Path
    vault: Vault = field(default_factory=lambda: Vault([KEY]))

    def add(self, url: str, name: str = "Tickets", **given: object) -> int:
        """A webhook; its id."""
        with self.database.write() as session:
            email = "dana@partner.example"
            dana = accounts.user_by_email(session, email) or accounts.add_user(
                session, email=email, name="Dana", is_admin=True, now=self.clock()
            )
            channel, _secret = webhooks.add(
                session,
                self.vault,
                name=name,
                address=url,
                query="",
                wants=(),
                user_id=dana.id or 0,
                private_hosts=("127.0.0.1",),
                now=self.clock(),
            )
            for key, value in given.items():
                setattr(channel, key, value)
        assert channel.id is not None
        return channel.id

    def put(self, channel_id: int, count: int = 1, *, after: int = 0) -> None:
        """So many events that it is to be told."""
        body = {"type": "item.due_changed", "timestamp": "2026-11-21T08:00:00Z"}
        with self.database.write() as session:
            for number in range(after, after + count):
                session.add(
                    Delivery(
                        channel_id=channel_id,
                        key=f"event:{number}",
                        body={**body, "data": {"title": f"Event {number}"}},
                        created_at=self.clock(),
                        next_attempt_at=self.clock(),
                    )
                )

    def sender(self) -> Sender:
        settings = Settings(data_dir=self.folder, allowed_private_hosts=("127.0.0.1",))
        return Sender(database=self.database, vault=self.vault, settings=settings, now=self.clock)

    def call(self) -> None:
        """What one process does until nothing is due any more."""
        caller = Caller(self.sender())
        caller.call_webhooks()
        caller.settled()
        caller.stop()

    def channel(self, channel_id: int) -> Channel:
        with self.database.read() as session:
            return webhooks.get(session, channel_id)

    def log(self) -> list[Delivery]:
        with self.database.read() as session:
            return list(session.exec(select(Delivery).order_by(Delivery.id)))

    def states(self) -> list[str]:
        return [str(DeliveryState(one.state)) for one in self.log()]

    def secret(self, channel_id: int) -> str:
        with self.database.read() as session:
            channel = webhooks.get(session, channel_id)
            return webhooks.target(channel, self.vault, now=self.clock()).secrets[0]

    def waits(self) -> timedelta:
        """Until the next attempt of the first call."""
        (at,) = [one.next_attempt_at for one in self.log()[:1]]
        assert at is not None
        return at - self.clock()

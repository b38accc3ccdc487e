"""A team whose channels are told of what happens, read from the ledger of what leaves."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlmodel import select

from app.config import Settings
from app.jobs.telling import Teller
from app.models import ChannelKind, Delivery, User
from app.secrets import Vault
from app.services import accounts, acts, channels
from connectors.sdk.records import AnyRecord
from tests.support.world import World


class Team:
    """People, their items, their channels, and what these are told."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.database = world, world.database
        self.settings = Settings(data_dir=folder, smtp_url=SecretStr("smtp://mail.example"))
        self.vault = Vault(["a key for the tests only"])
        self.rin = self.person("rin", is_admin=True)
        self.lee = self.person("lee")
        self.tell()

    def person(self, name: str, **more: Any) -> int:
        with self.database.write() as session:
            added = accounts.add_user(
                session,
                email=f"{name}@partner.example",
                name=name.title(),
                now=self.world.clock(),
                **more,
            )
        assert added.id is not None
        return added.id

    def channel(
        self, kind: ChannelKind = ChannelKind.WEBHOOK, *, wants: Iterable[str] = (), **more: Any
    ) -> int:
        with self.database.write() as session:
            made = channels.add(
                session,
                kind=kind,
                name="Hall",
                address="https://tool.example/x",
                vault=self.vault,
                now=self.world.clock(),
                created_by_id=self.rin,
                wants=wants,
                **more,
            )
        assert made.id is not None
        return made.id

    def lists(self, *records: AnyRecord) -> None:
        self.world.connector.lists(*records)
        self.world.sync()
        self.tell()

    def gives(self, number: int, *, to: int) -> None:
        item = self.world.items()[str(number)]
        with self.database.write() as session:
            acts.assign(
                session, [item.id or 0], to, user_id=self.rin, clock=self.world.wall_clock()
            )
        self.tell()

    def done(self, *numbers: int, by: int) -> None:
        ids = [self.world.items()[str(number)].id or 0 for number in numbers]
        with self.database.write() as session:
            acts.done(session, ids, user_id=by, clock=self.world.wall_clock())
        self.tell()

    def teller(self) -> Teller:
        return Teller(database=self.database, settings=self.settings, now=self.world.clock)

    def tell(self) -> bool:
        return self.teller().tell()

    def ledger(self, channel_id: int | None = None) -> Sequence[Delivery]:
        with self.database.read() as session:
            every = session.exec(select(Delivery).order_by(Delivery.id)).all()
        return [one for one in every if channel_id in (None, one.channel_id)]

    def types(self, channel_id: int) -> list[str]:
        """What a tool is told."""
        return [one.body["type"] for one in self.ledger(channel_id)]

    def heard(self, user_id: int) -> list[tuple[str, str]]:
        """What a person's mail tells: kinds and titles."""
        with self.database.read() as session:
            mail = channels.mail_of(session, session.get_one(User, user_id))
        if mail is None:
            return []
        return [
            (each["kind"], each["title"])
            for one in self.ledger(mail.id)
            for each in one.body["events"]
        ]

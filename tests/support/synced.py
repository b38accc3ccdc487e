"""A connection to a simulated platform, in a world of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from app.config import Settings
from app.models import SyncRun
from app.services import source_pages, sources
from connectors.sdk.sandbox import SandboxHost
from tests.support.world import World


@dataclass
class Synced:
    """What a test does with the connection, and wants to know of it."""

    world: World
    host: SandboxHost
    sandbox: Any
    name: str
    id: int

    def sync(self) -> SyncRun:
        settings = Settings(
            data_dir=self.world.syncer.settings.data_dir, allowed_private_hosts=("127.0.0.1",)
        )
        self.world.clock.forward(hours=1)
        run = replace(self.world.syncer, settings=settings).run(self.id, trigger="test")
        assert run is not None
        return run

    def edit(self, **changed: Any) -> None:
        with self.world.database.write() as session:
            sources.edit(
                session,
                self.id,
                name=self.name,
                values={**self.sandbox.config(self.host.url(self.name)), **changed},
                vault=self.world.syncer.vault,
                now=self.world.clock(),
            )

    def lists(self) -> dict[str, source_pages.StreamLine]:
        """What the source's page says of each list, by its title."""
        with self.world.database.read() as session:
            page = source_pages.source_page(session, self.id, clock=self.world.wall_clock())
        return {line.title: line for line in page.streams}

    @property
    def secrets(self) -> dict[str, Any]:
        with self.world.database.read() as session:
            stored = sources.get(session, self.id).secrets
        return dict(self.world.syncer.vault.open(stored))


@contextmanager
def synced_to(world: World, connector: str, sandbox: Any) -> Iterator[Synced]:
    """A connection of that connector to the simulated platform, for as long as the block lasts."""
    with SandboxHost({connector: sandbox}) as host:
        with world.database.write() as session:
            added = sources.add(
                session,
                name=connector,
                connector=connector,
                values=sandbox.config(host.url(connector)),
                vault=world.syncer.vault,
                now=world.clock(),
            )
        assert added.id is not None
        yield Synced(world, host, sandbox, connector, added.id)

"""What only one row may be, when several people make it at the same moment."""

from sqlmodel import Session

from app.errors import Conflict
from app.models import Connection
from app.services import personal, sources
from tests.support.scripted import deadline
from tests.support.together import at_once
from tests.support.world import World


def test_of_two_sources_that_are_named_alike_at_once_one_is_added(world: World) -> None:
    def add(session: Session) -> Connection:
        return sources.add(
            session,
            name="Northwind",
            connector="scripted",
            values={},
            vault=world.syncer.vault,
            now=world.clock(),
        )

    told = at_once(world.database, *[add] * 4)
    assert sum(isinstance(one, Connection) for one in told) == 1
    assert sum(isinstance(one, Conflict) for one in told) == 3


def test_of_two_sources_that_are_renamed_alike_at_once_one_is_renamed(world: World) -> None:
    ids = []
    for name in ("A", "B", "C"):
        with world.database.write() as session:
            added = sources.add(
                session,
                name=name,
                connector="scripted",
                values={},
                vault=world.syncer.vault,
                now=world.clock(),
            )
            ids.append(added.id or 0)

    def rename(id_: int, session: Session) -> str:
        renamed = sources.edit(
            session,
            id_,
            name="Northwind",
            values={},
            vault=world.syncer.vault,
            now=world.clock(),
        )
        return renamed.name

    told = at_once(world.database, *[lambda s, id_=id_: rename(id_, s) for id_ in ids])
    assert sum(one == "Northwind" for one in told) == 1
    assert sum(isinstance(one, Conflict) for one in told) == 2
    with world.database.read() as session:
        names = [source.name for source in sources.every(session)]
    assert names.count("Northwind") == 1
    assert len(names) == 4


def test_an_item_that_one_person_opens_in_two_windows_at_once_is_read(
    world: World, person: int
) -> None:
    world.connector.lists(deadline(1))
    world.sync()
    (item,) = world.items().values()

    def open_it(session: Session) -> None:
        personal.mark_seen(session, item.id or 0, user_id=person, clock=world.wall_clock())

    assert at_once(world.database, *[open_it] * 4) == [None] * 4

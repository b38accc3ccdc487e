"""A digest that is looked at before anybody gets it."""

from pathlib import Path

import pytest

from app.jobs.mailing import Mailer
from app.services import accounts
from tests.support.world import World

RINS = ["2026-11-21-rin@münich.example.eml"]


@pytest.mark.parametrize(
    ("typed", "files"),
    [
        ("rin@münich.example", RINS),
        (" Rin@XN--Mnich-KVA.Example", RINS),
        ("dana@partner.example", []),
    ],
)
def test_one_persons_is_found_however_the_address_is_written(
    world: World, tmp_path: Path, typed: str, files: list[str]
) -> None:
    with world.database.write() as session:
        for name, email in (("Rin", "rin@münich.example"), ("Lee", "lee@partner.example")):
            accounts.add_user(session, email=email, name=name, now=world.clock())
    mailer = Mailer(
        database=world.database,
        settings=world.syncer.settings,
        vault=world.syncer.vault,
        owner="t",
        now=world.clock,
    )

    assert [path.name for path in mailer.dry_run(tmp_path, email=typed)] == files

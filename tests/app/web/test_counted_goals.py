"""Goals of a program guide: counted on the page Goals, kept through a newer guide."""

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app.db import Database
from app.jobs.syncing import Syncer
from app.models import Connection, Item
from app.secrets import Vault
from app.services import sources
from app.web.site import Site
from tests.app.web.conftest import NOW

GUIDE = """title: Acme
vendor: Acme
program: Acme
fiscal_year: [{year: February, source: Handbook, last_verified: 2026-10}]
goals:
  - id: engineers
    title: Certified engineers
    unit: people
    tiers: {Gold: [{value: 8, source: Handbook, last_verified: 2026-10}]}
  - id: revenue
    title: Revenue
    unit: EUR
    period: year
    tiers: {Gold: [{value: 250000, source: Handbook, last_verified: 2026-10}]}
"""


@pytest.fixture
def guided(site: Site, admin: int, syncer: Syncer) -> int:
    with site.database.write() as session:
        values = {"written": GUIDE, "tier": "Gold"}
        added = sources.add(
            session,
            name="Acme",
            connector="program_guide",
            values=values,
            vault=site.vault,
            now=NOW,
        )
    assert added.id is not None
    syncer.run(added.id, trigger="test")
    return added.id


def goals(database: Database) -> dict[str, Item]:
    with database.read() as session:
        return {item.external_id: item for item in session.exec(select(Item))}


def rewrite(database: Database, connection_id: int, vault: Vault, old: str, new: str) -> None:
    """As a newer version of a guide does."""
    with database.write() as session:
        connection = session.get(Connection, connection_id)
        assert connection
        values = {**connection.config, "written": connection.config["written"].replace(old, new)}
        sources.edit(session, connection_id, name="Acme", values=values, vault=vault, now=NOW)


def test_what_was_reached_is_entered_on_the_page_of_goals_and_survives_a_newer_guide(
    client: TestClient, guided: int, database: Database, site: Site, syncer: Syncer
) -> None:
    page = client.get("/goals").text
    engineers, revenue = (goals(database)[f"own/{key}"] for key in ("engineers", "revenue"))
    assert f'action="/items/{engineers.id}/actual"' in page
    after = f"/goals#goal-{engineers.id}"

    for goal, number in ((engineers, "5"), (revenue, "40000.50")):
        sent = {"actual": number, "next": after}
        answer = client.post(f"/items/{goal.id}/actual", data=sent)
        assert answer.headers["location"] == after

    page = client.get("/goals").text
    assert "5 of 8 people" in page
    with database.read() as session:
        connection = session.get(Connection, guided)
        assert connection
        assert connection.config["actuals"] == ["engineers: 5", "revenue 2027: 40000.5"]

    rewrite(database, guided, site.vault, "value: 8", "value: 6")
    syncer.run(guided, trigger="test")

    assert "5 of 6 people" in client.get("/goals").text
    history = client.get(f"/items/{engineers.id}").text
    assert "Entered as reached: 5" in history
    assert "Target changed" in history

    rewrite(database, guided, site.vault, "id: engineers", "id: people")
    run = syncer.run(guided, trigger="test")

    assert run
    assert run.error is None  # the number for a goal that is not there any more stops nothing
    with database.read() as session:
        connection = session.get(Connection, guided)
        assert connection
        assert "engineers: 5" in connection.config["actuals"]
    assert goals(database)["own/people"].actual is None


def test_only_a_goal_that_is_counted_here_takes_a_number(
    client: TestClient, guided: int, database: Database
) -> None:
    with database.write() as session:
        goal = session.get(Item, goals(database)["own/revenue"].id)
        assert goal
        goal.kind = "deadline"
        session.add(goal)

    assert client.post(f"/items/{goal.id}/actual", data={"actual": "5"}).status_code == 404
    assert client.post("/items/99999/actual", data={"actual": "5"}).status_code == 404

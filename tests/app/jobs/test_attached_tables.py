"""What somebody said of a table's columns once holds for the tables that mails bring too."""

import pytest
from sqlmodel import select

from app.config import Settings
from app.db import Database
from app.jobs.syncing import Syncer
from app.models import Item
from app.secrets import Vault
from app.services import imports, sources
from connectors.mailbox import sandbox_story as story
from connectors.mailbox.sandbox import Sandbox
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from connectors.spreadsheet.onboarding import inspect, suggest_sheet
from tests.support.world import Clock

TABLE = "Title,Due date\r\nRenew switches,03/04/2027\r\nRenew phones,05/06/2027\r\n"


@pytest.fixture
def syncer(database: Database, clock: Clock, vault: Vault, settings: Settings) -> Syncer:
    open_to = settings.model_copy(update={"allowed_private_hosts": ("127.0.0.1",)})
    return Syncer(database=database, vault=vault, settings=open_to, now=clock)


def due_days(database: Database) -> dict[str, str]:
    with database.read() as session:
        rows = session.exec(select(Item).where(Item.stream == "mail", Item.kind == "deadline"))
        return {row.title: str(row.due_on) for row in rows if row.title.startswith("Renew")}


def test_a_mail_is_read_again_when_its_tables_columns_were_said(
    database: Database, syncer: Syncer, clock: Clock, vault: Vault
) -> None:
    mailbox = Sandbox(SandboxClock(clock()))
    mail = story.mail(
        clock(), story.CISCO, "Renewals", "See.", files=[("r.csv", "text/csv", TABLE)]
    )
    mailbox.folders["INBOX"].add(mail, clock())
    with SandboxHost({"mail": mailbox}) as host:
        with database.write() as session:
            added = sources.add(
                session,
                name="Mail",
                connector="mailbox",
                values=dict(mailbox.config(host.url("mail"))),
                vault=vault,
                now=clock(),
            )
            assert added.id is not None
            connection_id = added.id
        syncer.run(connection_id, trigger="test")
        before = due_days(database)
        (sheet,) = inspect(TABLE.encode()).sheets
        said = suggest_sheet(sheet).mapping({"date_order:Due date": "dmy"})
        with database.write() as session:
            imports.save(
                session,
                file_name="r.csv",
                name="Renewals",
                connection_id=None,
                mappings={sheet.fingerprint: said},
                vendor=None,
                currency=None,
                vault=vault,
                now=clock(),
            )
        clock.forward(hours=1)
        syncer.run(connection_id, trigger="test")

    assert before == {}
    assert due_days(database) == {"Renew switches": "2027-04-03", "Renew phones": "2027-06-05"}

"""The world of one scripted connection, and a program in front of it that may read and act."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from app.main import with_edges
from app.services import tokens
from app.web.site import Site
from connectors.sdk.records import (
    Category,
    Certification,
    Contact,
    DueDate,
    DueInstant,
    Fact,
    Fund,
    Goal,
    Money,
    Notice,
    ReportingRequirement,
)
from connectors.sdk.records import Program as Membership
from tests.app.api_v1.program import HOME, Program
from tests.support.scripted import deadline
from tests.support.world import START, World, clock, person, settings, vault, world

__all__ = ["clock", "person", "settings", "vault", "world"]

TODAY = START.date()


def on(days: int) -> DueDate:
    return DueDate(on=TODAY + timedelta(days=days))


EUR = Money(amount=Decimal("12480"), currency="EUR")
RECORDS = (
    deadline(
        "renewal",
        vendor="Cisco",
        program="Select",
        due=on(4),
        category=Category.RENEWAL,
        amount=EUR,
        amount_label="order",
        account="Contoso",
        reference="QUO-1",
        status="OPEN",
        url="https://portal.example/1",
        summary="One & <two>",
        facts=(Fact("Seats", "12"),),
    ),
    deadline("call", due=DueInstant(at=START + timedelta(hours=9), zone="Europe/Berlin")),
    deadline("late", vendor="Cisco", due=on(-3), category=Category.INVOICE),
    Goal(
        external_id="goal",
        title="Sales goal",
        vendor="HPE",
        target=Decimal(70),
        actual=Decimal("6.5"),
        unit="points",
        period_start=date(2026, 7, 1),
        period_end=date(2026, 12, 31),
    ),
    ReportingRequirement(
        external_id="report", title="Report", vendor="HPE", due=on(19), recipient="HPE", period="Q4"
    ),
    Notice(external_id="notice", title="Notice", vendor="HPE", published=on(0)),
    Membership(external_id="member", title="Select", vendor="Cisco", tier="Gold", eligible=True),
    Fund(
        external_id="fund",
        title="MDF",
        vendor="HPE",
        currency="USD",
        allocated=Decimal("5000.5"),
        lapses=on(40),
    ),
    Certification(external_id="cert", title="CCNP", vendor="Cisco", person="Rin", expires=on(90)),
    Contact(external_id="contact", title="Lee", vendor="HPE", email="lee@hpe.example"),
)


@pytest.fixture
def program(world: World, person: int) -> Iterator[Program]:
    settings = world.syncer.settings.model_copy(
        update={"public_url": HOME, "time_zone": "Europe/Berlin"}
    )
    site = Site(
        settings=settings, database=world.database, vault=world.syncer.vault, now=world.clock
    )
    with world.database.write() as session:
        token = tokens.add_token(
            session, name="Tool", scope="read act", user_id=person, now=world.clock()
        )
    with TestClient(with_edges(site), base_url=HOME) as client:
        yield Program(world, client, token, person)


@pytest.fixture
def company(program: Program) -> Program:
    """A source that lists one of everything."""
    program.world.connector.lists(*RECORDS)
    program.world.sync()
    return program

"""An event whose day is over is no duty: it is not overdue, and it is not lost."""

from datetime import date
from zoneinfo import ZoneInfo

from app.core.words import Clock
from app.services import accounts, inbox, today
from app.services.pages import View
from connectors.sdk.records import Category, DueDate
from tests.support.scripted import deadline
from tests.support.world import World


def test_a_past_event_is_among_the_done_and_a_past_claim_is_overdue(world: World) -> None:
    past = DueDate(on=date(2026, 11, 1))
    world.connector.lists(
        deadline("briefing", due=past, category=Category.EVENT),
        deadline("claim", due=past, category=Category.FUND_CLAIM),
        deadline("other", due=past),
    )
    world.sync()
    clock = Clock(now=world.clock(), zone=ZoneInfo("UTC"))
    with world.database.write() as session:
        user = accounts.add_user(session, email="a@example.com", name="A", now=world.clock())

    def titles(tab: str) -> set[str]:
        with world.database.read() as session:
            page = inbox.inbox_page(session, View(tab=tab), user_id=user.id or 0, clock=clock)
        return {row.title for group in page.groups for row in group.rows}

    assert titles("all") == titles("overdue") == {"Deadline claim", "Deadline other"}
    assert titles("done") == {"Deadline briefing"}
    with world.database.read() as session:
        page = today.today_page(session, user_id=user.id or 0, clock=clock)
    assert {card.row.title for card in page.cards} == {"Deadline claim", "Deadline other"}

"""What the two sources of the feed's tests list, and what people do with it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.services import accounts
from connectors.sdk.records import (
    Category,
    DueDate,
    DueInstant,
    Goal,
    Notice,
    ReportingRequirement,
)
from tests.app.api.tool import Tool
from tests.support.scripted import deadline

TODAY = date(2026, 11, 21)
EVENING = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def on(days: int) -> DueDate:
    return DueDate(on=TODAY + timedelta(days=days))


CISCO = (
    deadline("renewal", vendor="Cisco", program="Select", due=on(4), category=Category.RENEWAL),
    deadline("late", vendor="Cisco", program="Select", due=on(-3), category=Category.INVOICE),
    deadline("call", vendor="Cisco", due=DueInstant(at=EVENING, zone="Europe/Berlin")),
    deadline("next year", vendor="Cisco", program="Premier", due=on(120)),
)
HPE = (
    Goal(external_id="goal", title="Sales goal", vendor="HPE", period_end=date(2026, 12, 31)),
    ReportingRequirement(external_id="report", title="Report", vendor="HPE", due=on(19)),
    Notice(external_id="notice", title="Notice", vendor="HPE"),
)


def act(tool: Tool, verb: Any, title: str, *more: Any) -> None:
    """What a person does with the item of that title."""
    ids = [item.id for item in tool.world.items().values() if item.title == title]
    with tool.world.database.write() as session:
        found = accounts.user_by_email(session, "rin@partner.example") or accounts.add_user(
            session, email="rin@partner.example", name="Rin", now=tool.world.clock()
        )
        verb(session, ids, *more, user_id=found.id, clock=tool.world.wall_clock())

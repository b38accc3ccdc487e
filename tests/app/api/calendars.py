"""Somebody's calendar program: it has an address, and nothing else."""

from dataclasses import dataclass
from typing import Any

import icalendar
from httpx2 import Response
from sqlmodel import SQLModel

from app.services import accounts, calendar_feeds
from tests.app.api.tool import Tool

AGENT = "DAVx5/4.4"


@dataclass
class Subscribed:
    """One calendar feed; ``user_id`` is whose it is."""

    tool: Tool
    user_id: int
    feed_id: int
    secret: str

    @property
    def path(self) -> str:
        return f"/calendar/{self.secret}.ics"

    def get(self, query: str = "", **headers: str) -> Response:
        told = {"User-Agent": AGENT} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.tool.client.get(self.path + query, headers=told)

    def calendar(self, query: str = "") -> icalendar.Calendar:
        answer = self.get(query)
        assert answer.status_code == 200, answer.text
        found = icalendar.Calendar.from_ical(answer.content)
        assert isinstance(found, icalendar.Calendar)
        return found

    def events(self, query: str = "") -> dict[str, Any]:
        """What it holds, by title."""
        return {str(one["summary"]): one for one in self.calendar(query).subcomponents}

    def statuses(self) -> dict[str, str]:
        return {title: str(event["status"]) for title, event in self.events().items()}

    def row(self) -> dict[str, Any]:
        """As the database has it."""
        table = SQLModel.metadata.tables["calendar_feeds"]
        with self.tool.world.database.read() as session:
            found = session.execute(table.select().where(table.c.id == self.feed_id)).one()
            return dict(found._mapping)


def person(tool: Tool, email: str = "rin@partner.example") -> int:
    with tool.world.database.write() as session:
        found = accounts.user_by_email(session, email) or accounts.add_user(
            session, email=email, name=email.partition("@")[0].title(), now=tool.world.clock()
        )
        session.flush()
        assert found.id is not None
        return found.id


def subscribe(tool: Tool, user_id: int, query: str = "", **how: Any) -> Subscribed:
    with tool.world.database.write() as session:
        feed, secret = calendar_feeds.add(
            session,
            user_id=user_id,
            name=how.pop("name", ""),
            query=query,
            now=tool.world.clock(),
            **how,
        )
        assert feed.id is not None
        return Subscribed(tool, user_id, feed.id, secret)

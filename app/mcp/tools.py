"""The tools of the MCP server: what each is for is its docstring, which models read."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import ToolAnnotations
from pydantic import Field

from app.mcp import shaping
from app.mcp.asking import Ask

INSTRUCTIONS = f"""\
Partner Inbox gathers what vendors and distributors ask of a channel partner: deadlines, goals and
reporting requirements. Dates without a time are calendar dates and must not be shifted. Amounts
are exact text with a currency and are never to be added across currencies. Each entry says how
fresh its source is: say so when it is stale. {shaping.WARNING}"""
READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
ACTS = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

Caller = Context[Any, Any]
Answer = dict[str, Any]
Text = Annotated[str, Field(max_length=500)]
Id = Annotated[int, Field(ge=1, description="The id of an item.")]
Limit = Annotated[int, Field(ge=1, le=shaping.MOST)]
Tab = Literal["overdue", "week", "month", "unowned", "new", "waiting", "snoozed", "done", "all"]


def server_of(ask: Ask, *, acts: bool, version: str) -> MCPServer[Any]:
    """A server with the reading tools; with ``acts`` those that change something, too."""
    server: MCPServer[Any] = MCPServer(
        "partner-inbox",
        title="Partner Inbox",
        instructions=INSTRUCTIONS,
        version=version,
        log_level="WARNING",
    )
    for tool in Reading(ask).tools:
        server.add_tool(tool, annotations=READS)
    for tool in Acting(ask).tools if acts else ():
        server.add_tool(tool, annotations=ACTS)
    return server


class Reading:
    """The tools that look."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    @property
    def tools(self) -> tuple[Callable[..., Any], ...]:
        """All of them."""
        looks = (self.list_items, self.get_item, self.upcoming, self.source_health)
        return (*looks, self.what_changed, self.list_people)

    async def list_items(
        self,
        ctx: Caller,
        *,
        tab: Tab = "all",
        q: Text = "",
        vendor: Text = "",
        program: Text = "",
        kind: Text = "",
        due_from: date | None = None,
        due_to: date | None = None,
        limit: Limit = 20,
        cursor: Text = "",
    ) -> Answer:
        """List items of the inbox: deadlines, goals, reporting requirements, notices.

        tab narrows by state; q searches words; vendor and program are exact names; kind is
        deadline, goal, reporting, notice or a category such as renewal or fund claim; due_from and
        due_to are calendar dates. Ordered by due date. For more ask again: next_cursor as cursor.
        """
        query = {
            **{"tab": tab, "q": q, "vendor": vendor, "program": program, "kind": kind},
            **{"due_from": due_from, "due_to": due_to, "limit": limit, "cursor": cursor},
        }
        async with self.ask(ctx) as api:
            return shaping.page(await api.get("/items", query), goes_on="cursor")

    async def get_item(self, ctx: Caller, id: Id) -> Answer:
        """Everything that is known of one item: facts, state, owner, source, history, comments."""
        async with self.ask(ctx) as api:
            found = await api.get(f"/items/{id}")
            lines = await api.get(f"/items/{id}/events")
            talk = await api.get(f"/items/{id}/comments")
        return {
            **shaping.page(found),
            "history": [shaping.entry(line) for line in lines["events"][-shaping.MOST :]],
            "comments": [shaping.entry(line) for line in talk["comments"][-shaping.MOST :]],
        }

    async def upcoming(
        self, ctx: Caller, days: Annotated[int, Field(ge=0, le=366)] = 14, limit: Limit = 50
    ) -> Answer:
        """What is open and due from today until so many days ahead, and what is overdue."""
        async with self.ask(ctx) as api:
            today = date.fromisoformat((await api.get("/me"))["today"])
            until = today + timedelta(days=days)
            found = await api.get("/items", {"due_to": until, "limit": limit})
            health = await api.get("/sources")
        return {
            "today": today.isoformat(),
            "until": until.isoformat(),
            "not_fresh": [one["name"] for one in health["sources"] if one["stale"]],
            **shaping.page(found, goes_on="cursor"),
        }

    async def source_health(self, ctx: Caller) -> Answer:
        """How fresh each source is, and what is wrong with those that cannot be read."""
        async with self.ask(ctx) as api:
            return shaping.page(await api.get("/sources"))

    async def what_changed(
        self,
        ctx: Caller,
        since: Annotated[str, Field(max_length=2_000)],
        limit: Limit = 50,
    ) -> Answer:
        """What sources and people changed, the oldest first: what, when, from what to what.

        since is a moment with its offset, such as 2026-11-01T00:00:00Z, or what next_since says.
        """
        async with self.ask(ctx) as api:
            found = await api.get("/events", {"since": since, "limit": limit})
        return shaping.page(found, goes_on="since")

    async def list_people(self, ctx: Caller) -> Answer:
        """The team: who can own an item, by which id. Who is not active cannot be given any."""
        async with self.ask(ctx) as api:
            return shaping.page(await api.get("/people"))


class Acting:
    """The tools that change something. Each is one act that people can undo in the inbox."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    @property
    def tools(self) -> tuple[Callable[..., Any], ...]:
        """All of them."""
        return self.mark_done, self.snooze, self.assign, self.add_note

    async def _act(self, ctx: Caller, id: int, verb: str, **body: Any) -> Answer:
        async with self.ask(ctx) as api:
            return shaping.page(await api.post(f"/items/{id}/{verb}", body))

    async def mark_done(self, ctx: Caller, id: Id) -> Answer:
        """Mark an item as done. Ask the person first."""
        return await self._act(ctx, id, "done")

    async def snooze(self, ctx: Caller, id: Id, until: date) -> Answer:
        """Put an item off until the morning of a day. Ask the person first."""
        return await self._act(ctx, id, "snooze", until=until.isoformat())

    async def assign(self, ctx: Caller, id: Id, owner: Annotated[int, Field(ge=1)]) -> Answer:
        """Give an item to a person, by the id that list_people says. Ask first."""
        return await self._act(ctx, id, "assign", owner_id=owner)

    async def add_note(self, ctx: Caller, id: Id, text: Text) -> Answer:
        """Write a comment to an item, in the name of whoever made the token."""
        return await self._act(ctx, id, "note", text=text)

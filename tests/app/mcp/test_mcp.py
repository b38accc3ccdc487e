"""An assistant asks the inbox: by the API, with its own token, and told what is data."""

import os
import re
import subprocess
import sys
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from starlette.testclient import TestClient

from app.mcp import shaping
from connectors.sdk.records import Fact, Goal, ReportingRequirement
from tests.app.mcp.conftest import HOSTILE, Inbox
from tests.support.scripted import deadline

COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]
READS = {"list_items", "get_item", "upcoming", "source_health", "what_changed", "list_people"}
ACTS = {"mark_done", "snooze", "assign", "add_note"}


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    told: dict[str, Any] = answer.structured_content
    return told


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    return str(answer.content[0].text)


def titles(told: dict[str, Any]) -> list[str]:
    return [item["from_outside"]["title"] for item in told["items"]]


@pytest.mark.parametrize("path", ["/mcp", "/mcp/act"])
def test_without_a_token_not_even_the_tools_are_told(inbox: Inbox, path: str) -> None:
    with TestClient(inbox.app, base_url="http://testserver") as client:
        for headers in ({}, {"Authorization": "Bearer pi_live_none"}):
            answer = client.post(path, json={}, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"
        read = {"Authorization": f"Bearer {inbox.token('read')}"}
        assert client.post("/mcp/act", json={}, headers=read).status_code == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS", "PUT"])
def test_no_stream_is_kept_open_on_which_nothing_would_ever_come(inbox: Inbox, method: str) -> None:
    with TestClient(inbox.app, base_url="http://testserver") as client:
        headers = {
            "Authorization": f"Bearer {inbox.token('read')}",
            "Accept": "text/event-stream",
            "Sec-Fetch-Site": "same-origin",
        }
        answer = client.request(method, "/mcp", headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert answer.headers["content-type"] == "application/problem+json"


def test_who_may_read_gets_the_tools_that_look_and_who_may_act_all(inbox: Inbox) -> None:
    async def tools(client: Client) -> dict[str, Any]:
        return {tool.name: tool for tool in (await client.list_tools()).tools}

    looks = inbox.asked("/mcp", "read", tools)
    assert looks.keys() == READS
    assert all(tool.annotations.read_only_hint for tool in looks.values())

    acts = inbox.asked("/mcp/act", "read act", tools)
    assert acts.keys() == READS | ACTS
    assert not any(acts[name].annotations.read_only_hint for name in ACTS)


def test_the_page_about_assistants_names_every_tool() -> None:
    page = (Path(__file__).parents[3] / "docs" / "outputs" / "assistants.md").read_text()
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == READS | ACTS


def test_items_are_listed_narrowed_and_paged(inbox: Inbox) -> None:
    async def look(client: Client) -> None:
        every = await call(client, "list_items", vendor="Cisco")
        assert len(titles(every)) == 4
        first = await call(client, "list_items", vendor="Cisco", limit=3)
        rest = await call(
            client, "list_items", vendor="Cisco", limit=3, cursor=first["next_cursor"]
        )
        assert titles(first) + titles(rest) == titles(every)
        assert "next_cursor" not in rest
        due = await call(client, "list_items", due_from="2026-11-25", due_to="2026-11-25")
        assert titles(due) == ["Deadline renewal"]
        assert due["items"][0]["due"] == {"kind": "date", "date": "2026-11-25"}

    inbox.asked("/mcp", "read", look)


def test_what_comes_from_outside_is_set_apart_and_cut(inbox: Inbox) -> None:
    async def look(client: Client) -> None:
        found = await call(client, "list_items", q="Ignore")
        (item,) = found["items"]
        told = item.pop("from_outside")
        assert found["note"] == shaping.WARNING
        assert told["title"] == HOSTILE
        assert len(told["summary"]) < 700
        assert HOSTILE not in str(item)
        whole = await call(client, "get_item", id=item["id"])
        assert whole["item"]["from_outside"]["title"] == HOSTILE
        assert [line["kind"] for line in whole["history"]] == ["new"]

    inbox.asked("/mcp", "read", look)


def test_no_text_from_outside_stands_anywhere_else(inbox: Inbox) -> None:
    shared = {"title": "Everything", "vendor": HOSTILE, "program": HOSTILE, "status": HOSTILE}
    every = {"summary": HOSTILE, "body": HOSTILE, "facts": (Fact(HOSTILE, HOSTILE),), **shared}
    inbox.world.connector.lists(
        deadline("deadline", account=HOSTILE, reference=HOSTILE, amount_label=HOSTILE, **every),
        ReportingRequirement(
            external_id="report", recipient=HOSTILE, period=HOSTILE, cadence=HOSTILE, **every
        ),
        Goal(external_id="goal", target=Decimal(70), unit=HOSTILE, **every),
    )
    inbox.world.sync()

    async def look(client: Client) -> None:
        found = await call(client, "list_items", program=HOSTILE)
        each = [(await call(client, "get_item", id=one["id"])) for one in found["items"]]
        changed = await call(client, "what_changed", since="2026-11-01T00:00:00Z")
        told = [*found["items"], *changed["events"]]
        for one in each:
            told += [one["item"], *one["history"], {"from_outside": one["from_outside"]}]
        assert len(found["items"]) == 3
        outside = [one.pop("from_outside", {}) for one in told]
        assert HOSTILE not in str(told)
        assert {"recipient", "period", "cadence", "unit"} <= {*chain(*outside)}

    inbox.asked("/mcp", "read", look)


def test_what_is_upcoming_is_told_with_the_sources_that_are_not_fresh(inbox: Inbox) -> None:
    async def look(client: Client) -> None:
        told = await call(client, "upcoming", days=10)
        assert (told["today"], told["until"]) == ("2026-11-21", "2026-12-01")
        assert titles(told)[:2] == ["Deadline late", "Deadline call"]
        assert told["not_fresh"] == []
        inbox.world.clock.forward(days=3)
        assert len((await call(client, "upcoming"))["not_fresh"]) == 1
        (source,) = (await call(client, "source_health"))["sources"]
        assert source["stale"] is True

    inbox.asked("/mcp", "read", look)


def test_what_changed_is_read_on_from_where_one_was(inbox: Inbox) -> None:
    async def look(client: Client) -> None:
        told = await call(client, "what_changed", since="2026-11-01T00:00:00Z")
        assert {line["kind"] for line in told["events"]} == {"new"}
        later = await call(client, "what_changed", since=told["next_since"])
        assert later["events"] == []
        refused = await refusal(client, "what_changed", since="yesterday")
        assert refused.count("since: start, a moment") == 1

    inbox.asked("/mcp", "read", look)


def test_an_act_is_that_of_whoever_made_the_token_and_can_be_undone(inbox: Inbox) -> None:
    async def act(client: Client) -> None:
        item = (await call(client, "list_items", vendor="Cisco", limit=1))["items"][0]
        noted = await call(client, "add_note", id=item["id"], text="Asked the distributor.")
        assert noted["act"]["id"]
        assert (await call(client, "snooze", id=item["id"], until="2026-11-23"))["item"][
            "state"
        ] == "snoozed"
        (rin,) = (await call(client, "list_people"))["people"]
        given = await call(client, "assign", id=item["id"], owner=rin["id"])
        assert given["item"]["owner_id"] == inbox.person
        done = await call(client, "mark_done", id=item["id"])
        assert done["item"]["state"] == "done"
        whole = await call(client, "get_item", id=item["id"])
        assert {line["person_id"] for line in whole["history"][1:]} == {inbox.person}
        assert whole["comments"][0]["from_outside"]["text"] == "Asked the distributor."
        assert "no such item" in await refusal(client, "mark_done", id=999_999)

    inbox.asked("/mcp/act", "read act", act)


@pytest.mark.heavy
def test_the_command_speaks_for_an_inbox_elsewhere_on_standard_input(
    inbox: Inbox, served: str
) -> None:
    env = {"PARTNER_INBOX_TOKEN": inbox.token("read"), "PATH": os.environ["PATH"]}
    command = [*COMMAND[1:], "mcp", "--url", served]

    async def visit() -> None:
        server = StdioServerParameters(command=sys.executable, args=command, env=env)
        async with Client(server) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == READS
            assert len(titles(await call(client, "list_items", vendor="Cisco"))) == 4

    anyio.run(visit)


def test_the_command_without_a_token_says_how_to_get_one() -> None:
    done = subprocess.run([*COMMAND, "mcp"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "partner-inbox token add assistant" in done.stderr

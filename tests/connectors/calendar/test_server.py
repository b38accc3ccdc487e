"""Calendars at an address, as real servers answer: signed in, unchanged, moved, gone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.calendar.connector import Calendar
from connectors.calendar.sandbox import Sandbox
from connectors.calendar.settings import CalendarConfig
from connectors.sdk.connector import (
    Check,
    CheckState,
    Complete,
    Event,
    Page,
    ReadContext,
    Unchanged,
)
from connectors.sdk.errors import AuthFailed, ConnectorError, FormatChanged
from connectors.sdk.http import HttpPolicy, HttpSession
from connectors.sdk.sandbox import Fault, FaultKind, SandboxClock, SandboxHost
from tests.connectors.calendar.ics import NOW, Found, calendar, event, gather

FLAVOURS = ("nextcloud", "google", "outlook")
SECRET = "s3cret-t0ken"


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(SandboxClock(NOW), size=20)


@pytest.fixture
def host(sandbox: Sandbox) -> Iterator[SandboxHost]:
    with SandboxHost({"calendar": sandbox}) as running:
        yield running


@pytest.fixture
def context() -> Iterator[ReadContext]:
    policy = HttpPolicy(
        hosts=("127.0.0.1",), private_hosts=frozenset({"127.0.0.1"}), attempts=1, total_timeout=20
    )
    with HttpSession(policy) as http:
        yield ReadContext(http=http, now=NOW)


def config(sandbox: Sandbox, host: SandboxHost, flavour: str = "nextcloud", **more: Any) -> Any:
    settings = sandbox.flavours(host.url("calendar"))[flavour]
    return CalendarConfig.model_validate({**settings, **more})


def steps(settings: CalendarConfig, context: ReadContext) -> list[Event]:
    return list(Calendar().read("entries", settings, context))


def state_of(events: list[Event]) -> ReadContext | Any:
    end = events[-1]
    assert isinstance(end, Complete)
    return end.state


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_flavour_of_server_is_read_whole(
    sandbox: Sandbox, host: SandboxHost, context: ReadContext, flavour: str
) -> None:
    found = gather(steps(config(sandbox, host, flavour), context))

    assert found.items
    assert found.unread == []
    assert found.end is not None


def test_what_the_server_proves_unchanged_is_left_alone(
    sandbox: Sandbox, host: SandboxHost, context: ReadContext
) -> None:
    settings = config(sandbox, host)
    state = state_of(steps(settings, context))

    again = steps(settings, replace(context, state=state))

    assert again == [Unchanged()]
    assert [status for _, _, status in host.requests("calendar")] == [200, 304]


def test_a_change_at_the_source_is_read(
    sandbox: Sandbox, host: SandboxHost, context: ReadContext
) -> None:
    settings = config(sandbox, host)
    before = steps(settings, context)
    sandbox.advance()

    after = steps(settings, replace(context, state=state_of(before)))

    assert gather(after).items != gather(before).items


@pytest.mark.parametrize(
    ("later", "changed"),
    [
        (timedelta(days=1), {}),
        (timedelta(0), {"program": "Engage"}),
        (timedelta(0), {"vendor": ""}),
    ],
    ids=["the next day", "another program", "no vendor"],
)
def test_the_whole_calendar_is_asked_for_when_the_answer_could_differ(
    sandbox: Sandbox,
    host: SandboxHost,
    context: ReadContext,
    later: timedelta,
    changed: dict[str, str],
) -> None:
    state = state_of(steps(config(sandbox, host), context))

    again = steps(config(sandbox, host, **changed), replace(context, state=state, now=NOW + later))

    assert isinstance(again[-1], Complete)


def test_a_server_without_marks_is_read_whole_each_time(
    sandbox: Sandbox, host: SandboxHost, context: ReadContext
) -> None:
    settings = config(sandbox, host, "google")
    state = state_of(steps(settings, context))

    assert state == {}
    assert isinstance(steps(settings, replace(context, state=state))[-1], Complete)


@pytest.mark.promise("P2")
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAUTHORIZED, AuthFailed),
        (FaultKind.FORBIDDEN, AuthFailed),
        (FaultKind.TRUNCATED, ConnectorError),
        (FaultKind.GZIP_CUT, ConnectorError),
        (FaultKind.GARBAGE, FormatChanged),
        (FaultKind.LOGIN_PAGE, FormatChanged),
    ],
)
def test_no_fault_looks_like_an_empty_calendar(
    sandbox: Sandbox,
    host: SandboxHost,
    context: ReadContext,
    kind: FaultKind,
    error: type[ConnectorError],
) -> None:
    host.plan("calendar", Fault(kind=kind, times=9))

    with pytest.raises(error):
        steps(config(sandbox, host), context)


class Plain:
    """A server with one answer, which remembers what it was asked."""

    def __init__(self, body: bytes, **headers: str) -> None:
        self.asked: list[dict[str, str]] = []
        self._answer = (body, {"content-type": "text/calendar"} | headers)
        self.app = Starlette(routes=[Route("/{path:path}", self._respond)])

    async def _respond(self, request: Request) -> Response:
        self.asked.append(dict(request.headers))
        body, headers = self._answer
        return Response(body, headers=headers)


def read_plain(server: Plain, context: ReadContext, **settings: Any) -> Found:
    with SandboxHost({"plain": server}) as host:
        url = f"{host.url('plain')}/team.ics?key={SECRET}"
        return gather(steps(CalendarConfig.model_validate({"url": url} | settings), context))


def test_a_sign_in_is_sent_where_one_is_set(context: ReadContext) -> None:
    server = Plain(calendar(event()))

    read_plain(server, context, username="anna", password="pä ss")
    read_plain(server, context)

    assert [asked.get("authorization") for asked in server.asked] == [
        "Basic YW5uYTpww6Qgc3M=",
        None,
    ]


def test_the_servers_charset_counts_where_the_text_is_not_unicode(context: ReadContext) -> None:
    body = calendar(event("SUMMARY:Prüfung €")).decode().encode("iso-8859-15")
    server = Plain(body, **{"content-type": "text/calendar; charset=ISO-8859-15"})

    assert read_plain(server, context).only.title == "Prüfung €"


def test_a_modification_date_serves_where_there_is_no_tag(context: ReadContext) -> None:
    when = "Mon, 02 Mar 2026 08:00:00 GMT"
    server = Plain(calendar(event()), **{"last-modified": when})
    with SandboxHost({"plain": server}) as host:
        settings = CalendarConfig.model_validate({"url": f"{host.url('plain')}/team.ics"})
        state = state_of(steps(settings, context))
        steps(settings, replace(context, state=state))

    assert [asked.get("if-modified-since") for asked in server.asked] == [None, when]


# --- the address -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entered", "fetched"),
    [
        ("webcal://calendar.example/a.ics", "https://calendar.example/a.ics"),
        ("WEBCAL://calendar.example/a.ics?k=1", "https://calendar.example/a.ics?k=1"),
        ("webcals://calendar.example", "https://calendar.example/"),
        (" https://calendar.example/a.ics#top ", "https://calendar.example/a.ics"),
        ("http://intranet.example:8080/a.ics", "http://intranet.example:8080/a.ics"),
    ],
)
def test_an_address_is_taken_as_calendars_hand_it_out(entered: str, fetched: str) -> None:
    url = CalendarConfig.model_validate({"url": entered}).url

    assert url is not None
    assert url.get_secret_value() == fetched


@pytest.mark.promise("P8")
@pytest.mark.parametrize(
    "settings",
    [
        {"url": f"ftp://calendar.example/{SECRET}"},
        {"url": f"/calendar/{SECRET}"},
        {"url": f"https://anna:{SECRET}@calendar.example/a.ics"},
        {"url": f"https://[{SECRET}/"},
        {"url": f"https://calendar.example/{SECRET}", "file": "team.ics"},
        {"url": f"https://calendar.example/{SECRET}", "colour": "red"},
        {},
        {"url": " "},
    ],
)
def test_a_wrong_address_is_refused_without_being_repeated(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        CalendarConfig.model_validate(settings)
    assert SECRET not in str(caught.value)


@pytest.mark.promise("P8")
@pytest.mark.parametrize("kind", [FaultKind.UNAUTHORIZED, FaultKind.BROKEN, FaultKind.NOT_FOUND])
def test_the_address_of_a_calendar_is_in_no_error_and_no_check(
    context: ReadContext, kind: FaultKind
) -> None:
    with SandboxHost({"plain": Plain(b"")}) as host:
        host.plan("plain", Fault(kind=kind, times=9))
        settings = CalendarConfig.model_validate(
            {"url": f"{host.url('plain')}/{SECRET}/team.ics?key={SECRET}"}
        )
        with pytest.raises(ConnectorError) as caught:
            steps(settings, context)
        checks = list(Calendar().check(settings, context))

    assert SECRET not in f"{caught.value}{caught.value.remedy}{checks}{settings!r}"


# --- before it is saved ----------------------------------------------------------------------


def by_name(checks: Iterator[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_check_shows_dates_to_compare_with_the_calendar(
    sandbox: Sandbox, host: SandboxHost, context: ReadContext, flavour: str
) -> None:
    checks = by_name(Calendar().check(config(sandbox, host, flavour), context))

    assert {check.state for check in checks.values()} == {CheckState.OK}
    assert checks["Next dates"].text.count("; ") == 2
    if flavour == "outlook":
        assert "2026-03-10 10:00 America/Chicago Dell" in checks["Next dates"].text


@pytest.mark.parametrize(
    ("kind", "failed"),
    [
        (FaultKind.UNAUTHORIZED, ("Reachable", "credentials")),
        (FaultKind.NOT_FOUND, ("Reachable", "Copy the calendar's iCalendar (ICS) address")),
        (FaultKind.THROTTLED, ("Reachable", "waits")),
        (FaultKind.BROKEN, ("Reachable", "tried again")),
        (FaultKind.LOGIN_PAGE, ("Is a calendar", "Copy the calendar's iCalendar (ICS) address")),
    ],
)
def test_a_check_that_fails_says_what_to_do(
    sandbox: Sandbox,
    host: SandboxHost,
    context: ReadContext,
    kind: FaultKind,
    failed: tuple[str, str],
) -> None:
    host.plan("calendar", Fault(kind=kind, times=9))

    *_, last = Calendar().check(config(sandbox, host), context)

    assert (last.name, last.state) == (failed[0], CheckState.FAIL)
    assert failed[1] in last.fix


def test_a_check_warns_of_entries_that_cannot_be_read_and_of_an_empty_future(
    context: ReadContext,
) -> None:
    server = Plain(calendar(event("DTSTART:bad"), event("DTSTART;VALUE=DATE:20260101")))
    with SandboxHost({"plain": server}) as host:
        settings = CalendarConfig.model_validate({"url": f"{host.url('plain')}/team.ics"})
        checks = by_name(Calendar().check(settings, context))

    assert checks["Readable entries"].state is CheckState.WARN
    assert "line 4" in checks["Readable entries"].text
    assert checks["Next dates"].state is CheckState.WARN


# --- the simulated servers -------------------------------------------------------------------


def test_the_simulated_calendar_moves_cancels_completes_and_adds(
    sandbox: Sandbox, host: SandboxHost, context: ReadContext
) -> None:
    settings = config(sandbox, host)
    before = gather(steps(settings, context)).items

    told = [sentence for _ in range(4) for sentence in sandbox.advance()]

    after = gather(steps(settings, context)).items
    changed = [key for key in before if before[key] != after[key]]
    assert len(told) == 4
    assert len(changed) == 3
    assert len(after.keys() - before.keys()) == 1
    assert sum(item.closed for item in after.values()) == 2 + sum(i.closed for i in before.values())


def test_what_is_dropped_is_missing_until_it_is_restored(
    sandbox: Sandbox, host: SandboxHost, context: ReadContext
) -> None:
    settings = config(sandbox, host)
    before = gather(steps(settings, context)).items

    dropped = sandbox.drop("entries", 5)
    without = gather(steps(settings, context)).items
    sandbox.restore("entries")

    assert before.keys() - without.keys() == set(dropped)
    assert gather(steps(settings, context)).items == before


def test_the_story_does_not_depend_on_the_day_on_which_it_is_told(context: ReadContext) -> None:
    sizes = set()
    for day in (datetime(2026, 2, 28, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC), NOW):
        with SandboxHost({"calendar": (sandbox := Sandbox(SandboxClock(day)))}) as host:
            found = gather(steps(config(sandbox, host), replace(context, now=day)))
        assert found.unread == []
        sizes.add(len(found.items) // 10)
    assert sizes == {2}


def test_pages_are_of_a_bearable_size(host: SandboxHost, context: ReadContext) -> None:
    with SandboxHost({"calendar": (big := Sandbox(SandboxClock(NOW), size=1200))}) as running:
        pages = [s for s in steps(config(big, running), context) if isinstance(s, Page)]

    assert [len(page.records) for page in pages[:2]] == [500, 500]


def test_an_unused_stream_name_is_a_mistake(host: SandboxHost, context: ReadContext) -> None:
    with pytest.raises(KeyError):
        next(iter(Calendar().read("events", CalendarConfig(file="a.ics"), context)))

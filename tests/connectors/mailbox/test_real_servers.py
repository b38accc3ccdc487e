"""The connector reads real mail servers, and leaves them as they were."""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from connectors.mailbox import sandbox_story as story
from connectors.mailbox.connector import MailboxReader
from connectors.mailbox.sandbox import SECRET
from connectors.mailbox.settings import MailboxConfig
from connectors.sdk.connector import CheckState, Complete, Event, Page
from connectors.sdk.errors import AuthFailed
from connectors.sdk.mail_answers import to_utf7
from connectors.sdk.records import AnyRecord, Notice
from tests.connectors.mailbox.conftest import START, Desk, context, session_to
from tests.support.imap_server import SERVERS, USER, ImapHost, imap_server

FOLDER = "Partner/Prämien"


def settings_of(server: ImapHost, **more: object) -> MailboxConfig:
    return MailboxConfig.model_validate(
        {
            "server": f"imap://localhost:{server.port}",
            "username": server.user,
            "password": server.password,
            "senders": ["@aws.example in Partner/Prämien = AWS", *story.SENDERS],
            **more,
        }
    )


def records(events: Iterable[Event]) -> list[AnyRecord]:
    return [record for event in events if isinstance(event, Page) for record in event.records]


@pytest.mark.parametrize("name", SERVERS)
def test_a_real_mailbox_is_read_and_nothing_in_it_changes(name: str) -> None:
    with imap_server(name) as server:
        told = list(story.story(START))
        for folder, place in (("INBOX", "INBOX"), ("Partners", to_utf7(FOLDER))):
            mails = ((data, START - timedelta(days=ago)) for at, ago, data in told if at == folder)
            server.deliver(place, *mails)
        config = settings_of(
            server,
            folders=["INBOX", FOLDER],
            expected=[f"{story.STATEMENTS} every month by 1 = Statement"],
        )
        reader = MailboxReader()
        with session_to("localhost") as http:
            checks = list(reader.check(config, context(http)))
            mail, calendar, missed = (
                list(reader.read(stream, config, context(http)))
                for stream in ("mail", "calendar", "expected")
            )
        flags = server.flags("INBOX")

    notices = [record for record in records(mail) if isinstance(record, Notice)]
    assert isinstance(mail[-1], Complete)
    assert len(notices) == len(told) - 1  # all but the colleague's
    assert {r.vendor for r in notices} >= {"AWS", "Cisco", "Fortinet", "Ingram Micro"}
    assert len(records(mail)) == len(notices) + 3  # the rows of the claims
    assert [record.title for record in records(calendar)] == ["360 tier review"]
    assert [record.title for record in records(missed)] == [
        "Did not arrive: Statement (2026-02)",
        "Did not arrive: Statement (2026-03)",
    ]
    assert {check.state for check in checks} == {CheckState.OK}
    assert b"\\Seen" not in flags


@pytest.mark.parametrize("name", SERVERS)
def test_from_a_real_mailbox_only_what_is_new_comes(name: str) -> None:
    """Also when mails are deleted, and their folder is made anew under the same name."""
    reader, folder = MailboxReader(), to_utf7(FOLDER)
    invited = ("invite.ics", "text/calendar", story.invitation(START))
    first = story.mail(START, story.CISCO, "First", "Text", number="1", files=[invited])
    second = story.mail(START, story.CISCO, "Second", "Text", number="2")
    with imap_server(name) as server, session_to("localhost") as http:
        config = settings_of(server, folders=[FOLDER])

        def read(stream: str, before: Sequence[Event] = ()) -> list[Event]:
            state = before[-1].state if before and isinstance(before[-1], Complete) else {}
            return list(reader.read(stream, config, replace(context(http), state=state)))

        server.deliver(folder, (first, START))
        mail, dates = read("mail"), read("calendar")
        server.delete(folder)
        server.deliver(folder, (second, START))
        later, kept = read("mail", mail), read("calendar", dates)
        server.remove(folder)
        server.deliver(folder, (second, START))
        anew = read("mail", later)

    assert [record.title for record in records(later)] == ["Second"]
    assert [record.title for record in records(kept)] == ["360 tier review"]
    assert [record.external_id for record in records(anew)] == [
        record.external_id for record in records(later)
    ]


@pytest.fixture
def introspection(desk: Desk) -> Iterator[str]:
    """Where a mail server asks whether a token of the simulated provider is good, and whose."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            asked.append(form["token"][0])
            good = "0001" not in asked[-1] and desk.sandbox.tokens.accepts(
                {"authorization": asked[-1]}
            )
            said = json.dumps({"active": good, "username": USER} if good else {"active": False})
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_args: object) -> None:
            """A test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/introspect"
        server.shutdown()
        thread.join()
    assert asked


@pytest.mark.skipif(
    "dovecot" not in SERVERS, reason="dovecot is not installed, and pymap knows no OAuth"
)
def test_a_real_server_takes_the_token_of_xoauth2(desk: Desk, introspection: str) -> None:
    """It refuses the first one, with a question that wants an empty answer; then it is renewed."""
    with imap_server("dovecot", introspection=introspection) as server:
        server.deliver("INBOX", (story.mail(START, story.CISCO, "Hello", "Text"), START))
        desk.set(server=f"imap://127.0.0.1:{server.port}", username=USER, folders=["INBOX"])
        desk.set_oauth(SECRET)
        reading = desk.read()
        desk.sandbox.tokens.revoke()
        desk.set(username="somebody-else")
        refused = desk.read()

    assert [record.title for record in reading.records] == ["Hello"]
    assert isinstance(refused.error, AuthFailed)
    assert desk.sandbox.tokens.issued == 4

"""The connector reads a real mail server, and leaves it as it was."""

from collections.abc import Iterable
from datetime import timedelta

from connectors.mailbox import sandbox_story as story
from connectors.mailbox.connector import MailboxReader
from connectors.mailbox.settings import MailboxConfig
from connectors.sdk.connector import CheckState, Complete, Event, Page
from connectors.sdk.mail_answers import to_utf7
from connectors.sdk.records import AnyRecord, Notice
from tests.connectors.mailbox.conftest import START, context, session_to
from tests.support.imap_server import dovecot

FOLDER = "Partner/Prämien"


def records(events: Iterable[Event]) -> list[AnyRecord]:
    return [record for event in events if isinstance(event, Page) for record in event.records]


def test_a_real_mailbox_is_read_and_nothing_in_it_changes() -> None:
    with dovecot() as server:
        told = list(story.story(START))
        for folder, ago, data in told:
            name = "INBOX" if folder == "INBOX" else to_utf7(FOLDER)
            server.deliver("rin", name, data, START - timedelta(days=ago))
        config = MailboxConfig.model_validate(
            {
                "server": f"imap://localhost:{server.port}",
                "username": "rin",
                "password": server.password,
                "folders": ["INBOX", FOLDER],
                "senders": ["@aws.example in Partner/Prämien = AWS", *story.SENDERS],
                "expected": [f"{story.STATEMENTS} every month by 1 = Statement"],
            }
        )
        reader = MailboxReader()
        with session_to("localhost") as http:
            checks = list(reader.check(config, context(http)))
            mail, calendar, missed = (
                list(reader.read(stream, config, context(http)))
                for stream in ("mail", "calendar", "expected")
            )
        flags = server.flags("rin", "INBOX")

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

"""The connector reads a real mail server, and leaves it as it was."""

from datetime import timedelta

from connectors.mailbox import sandbox_story as story
from connectors.mailbox.connector import MailboxReader
from connectors.mailbox.settings import MailboxConfig
from connectors.sdk.connector import CheckState, Complete, Page
from connectors.sdk.mail import to_utf7
from tests.connectors.mailbox.conftest import START, context, session_to
from tests.support.imap_server import dovecot

FOLDER = "Partner/Prämien"


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
            mail = list(reader.read("mail", config, context(http)))
            missed = list(reader.read("expected", config, context(http)))
        flags = server.flags("rin", "INBOX")

    records = [r for page in mail if isinstance(page, Page) for r in page.records]
    assert isinstance(mail[-1], Complete)
    assert len(records) == len(told) - 1  # all but the colleague's
    assert {r.vendor for r in records} >= {"AWS", "Cisco", "Fortinet", "Ingram Micro"}
    assert [r.title for p in missed if isinstance(p, Page) for r in p.records] == [
        "Did not arrive: Statement (2026-02)",
        "Did not arrive: Statement (2026-03)",
    ]
    assert {check.state for check in checks} == {CheckState.OK}
    assert b"\\Seen" not in flags

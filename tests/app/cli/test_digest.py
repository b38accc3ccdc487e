"""``partner-inbox digest``: what is due leaves, and what did not leave is told."""

from pathlib import Path

import pytest

from tests.app.cli.conftest import Command
from tests.support.mail_server import MailServer

EVENTS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def troubled(command: Command, tmp_path: Path) -> Command:
    """An installation with one admin and a source that just went bad: a notice waits."""
    file = tmp_path / "events.ics"
    file.write_text(EVENTS)
    command("user", "add", "dana@partner.example", "--name", "Dana", "--admin")
    command("connection", "add", "calendar", "--name", "Events", "--set", f"file={file}")
    file.unlink()
    assert command("sync", "Events").code == 1
    return command


def test_a_notice_that_cannot_be_sent_is_told_and_is_no_success(
    troubled: Command, mail_server: MailServer
) -> None:
    mail_server.replies = {"RCPT": "550 no such user"}

    ran = troubled("digest", PARTNER_INBOX_SMTP_URL=mail_server.url)

    assert (ran.code, ran.out) == (1, "")
    (told,) = (line for line in ran.err.splitlines() if line.startswith("A notice did not leave: "))
    assert "no such user" in told


def test_a_notice_that_left_is_not_told_of(troubled: Command, mail_server: MailServer) -> None:
    ran = troubled("digest", PARTNER_INBOX_SMTP_URL=mail_server.url)

    assert (ran.code, ran.out) == (0, "Sent what was due.\n")
    assert "did not leave" not in ran.err
    subjects = [str(one.mail["Subject"]) for one in mail_server.messages]
    assert "Events answers what we cannot read" in subjects

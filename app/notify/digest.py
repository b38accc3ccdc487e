"""An outline as one mail: never larger than mail programs show whole, whatever it tells."""

from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

from app.core.outlines import Link, Outline, trimmed
from app.notify import mail

MOST_ROWS = 60
LARGEST = 95_000
"""Bytes of the whole message: Gmail cuts off what is behind 102 KB of it."""
ROOMS = (MOST_ROWS, 45, 30, 20, 10, 5)
"""How many rows are tried until the mail is small enough."""


def message(
    outline: Outline,
    *,
    to: tuple[str, str],
    sender: str,
    home: str,
    message_id: str,
    sent_at: datetime,
    leave: str,
    least: bool = False,
    of: str = "digest",
) -> EmailMessage:
    """The mail to one person: (name, address). ``leave`` is the address that stops it by one
    request; ``least``: there may be more than the outline counts; ``of`` names the list of such
    mails.
    """
    foot = (*outline.foot, Link(text="Stop this mail", url=leave))
    host = mail.host_of(home)
    for room in ROOMS:
        shown = trimmed(replace(outline, foot=foot), room, least=least)
        text, html = mail.render("digest", {"mail": shown})
        made = mail.message(
            to=to,
            sender=sender,
            subject=outline.subject,
            text=text,
            html=html,
            message_id=message_id,
            list_id=f"Partner Inbox {of} <{of}.{host}>",
            sent_at=sent_at,
            leave=leave,
        )
        if len(made.as_bytes()) <= LARGEST:
            break
    return made

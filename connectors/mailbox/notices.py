"""From a mail to the notice that it becomes."""

from datetime import UTC, datetime
from hashlib import blake2b

from connectors.mailbox.message import Mail, mail_of
from connectors.mailbox.rules import Rule
from connectors.sdk.mail import Fetched
from connectors.sdk.mapping import text_of
from connectors.sdk.records import DueInstant, Fact, Notice

LARGEST = 1024 * 1024
"""Bytes of one mail that are read: texts come before attachments."""
_SUMMARY = 300


def notice_of(fetched: Fetched, folder: str, rule: Rule | None) -> Notice:
    """The notice of one mail."""
    mail = mail_of(fetched.data)
    return Notice(
        external_id=id_of(mail, fetched),
        title=mail.subject or "(no subject)",
        vendor=rule.vendor if rule else None,
        program=rule.program if rule else None,
        published=_published(mail, fetched),
        summary=_summary(mail),
        body=mail.body,
        facts=tuple(_facts(mail, fetched, folder)),
    )


def id_of(mail: Mail, fetched: Fetched) -> str:
    """The same in every folder, after every move and renumbering.

    The Message-ID with a hash of sender and date: whoever repeats an old Message-ID makes a new
    notice and changes no known one. Without a Message-ID the subject and the text take its place.
    """
    head = (mail.sender.address, mail.sent_raw)
    if mail.message_id:
        return f"mail:{mail.message_id[:200]}:{_hash(mail.message_id, *head)}"
    arrived = "" if mail.sent_raw else str(fetched.arrived)
    return f"mail:none:{_hash(*head, arrived, mail.subject or '', mail.text)}"


def _hash(*parts: str) -> str:
    text = "\0".join(parts).encode("utf-8", "replace")
    return blake2b(text, digest_size=12).hexdigest()


def _published(mail: Mail, fetched: Fetched) -> DueInstant | None:
    if mail.sent is not None:
        return DueInstant(at=mail.sent, raw=mail.sent_raw[:100])
    if fetched.arrived is None:
        return None
    at: datetime = fetched.arrived.astimezone(UTC)
    return DueInstant(at=at, raw=at.isoformat())


def _summary(mail: Mail) -> str | None:
    if mail.trouble:
        return f"Its text could not be read: {mail.trouble}. Open it in the mailbox."
    return text_of(mail.text, limit=_SUMMARY)


def _facts(mail: Mail, fetched: Fetched, folder: str) -> list[Fact]:
    said = {
        "From": str(mail.sender) or "nobody",
        "Forwarded from": mail.forwarded,
        "Sender's signature": mail.signature,
        "Date": None if mail.sent else "the mail names none; its arrival counts",
        "Folder": text_of(folder, limit=200),
        "Attachments": ", ".join(mail.attachments[:20]) or None,
        "Size": _cut(fetched.size) if fetched.size > LARGEST else None,
    }
    return [Fact(label=label, value=value) for label, value in said.items() if value]


def _cut(size: int) -> str:
    whole, read = size / 1024 / 1024, LARGEST // 1024 // 1024
    return f"{whole:,.1f} MB, of which the first {read} MB was read"

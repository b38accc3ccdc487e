"""From a mail to the notice that it becomes."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b

from connectors.mailbox.fetching import HEAD, LARGEST
from connectors.mailbox.message import Mail, mail_of
from connectors.mailbox.rules import Rule
from connectors.sdk.mail_answers import Fetched
from connectors.sdk.mapping import text_of
from connectors.sdk.records import DueInstant, Fact, Notice

_SUMMARY = 300


@dataclass(kw_only=True)
class Letter:
    """A mail on its way to a notice. ``limit`` is how many bytes of it were asked for.

    ``taken`` says of each attachment that was read what it gave, ``left`` of others why not.
    """

    fetched: Fetched
    mail: Mail
    folder: str
    rule: Rule | None
    limit: int
    taken: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def cut(self) -> bool:
        """Whether it goes on behind what was asked for."""
        return len(self.fetched.data) >= self.limit and self.fetched.size > self.limit

    @property
    def refused(self) -> bool:
        """Whether the server gives no more of it than its head."""
        return self.limit == HEAD

    @property
    def where(self) -> str:
        """The mail as people find it: "INBOX, “Renewals” of news@vendor.example"."""
        subject = text_of(self.mail.subject or "(no subject)", limit=80)
        return f"{self.folder[:80]}, “{subject}” of {self.mail.sender.address[:80] or 'nobody'}"


def letter_of(fetched: Fetched, folder: str, rule: Rule | None, limit: int = LARGEST) -> Letter:
    """A mail, read as far as it goes."""
    mail = mail_of(fetched.data)
    if limit == HEAD:
        mail = replace(mail, trouble="the mail server does not give it")
    return Letter(fetched=fetched, mail=mail, folder=folder, rule=rule, limit=limit)


def notice_of(letter: Letter) -> Notice:
    """The notice of one mail."""
    mail, rule = letter.mail, letter.rule
    return Notice(
        external_id=id_of(mail, letter.fetched),
        title=mail.subject or "(no subject)",
        vendor=rule.vendor if rule else None,
        program=rule.program if rule else None,
        published=_published(mail, letter.fetched),
        summary=_summary(mail),
        body=mail.body,
        facts=tuple(_facts(letter)),
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


def _facts(letter: Letter) -> list[Fact]:
    mail, size = letter.mail, letter.fetched.size
    names = ", ".join(attached.name for attached in mail.attachments[:20])
    said = {
        "From": str(mail.sender) or "nobody",
        "Forwarded from": mail.forwarded,
        "Sender's signature": mail.signature,
        "Date": None if mail.sent else "the mail names none; its arrival counts",
        "Folder": text_of(letter.folder, limit=200),
        "Attachments": names or None,
        "Read from attachments": text_of("; ".join(letter.taken), limit=1_000),
        "Attachments not read": text_of(" ".join(letter.left), limit=2_000),
        "Size": _cut(size, letter.limit) if size > letter.limit > HEAD else None,
    }
    return [Fact(label=label, value=value) for label, value in said.items() if value]


def _cut(size: int, limit: int) -> str:
    return f"{size / 1024 / 1024:,.1f} MB, of which the first {limit // 1024 // 1024} MB was read"

"""Any mailbox that speaks IMAP: each mail of a program becomes a notice. It only reads."""

from collections.abc import Iterator
from datetime import date, timedelta

from connectors.mailbox import arrivals
from connectors.mailbox.client import mailbox_of
from connectors.mailbox.message import sender_of
from connectors.mailbox.reading import Places, pages, since_of
from connectors.mailbox.rules import first_match
from connectors.mailbox.settings import MailboxConfig
from connectors.sdk.connector import Check, CheckState, Complete, Event, Page, ReadContext
from connectors.sdk.errors import ConnectorError
from connectors.sdk.mail import Mailbox
from connectors.sdk.manifest import Completeness, Manifest, Need, PlatformType, StreamSpec
from connectors.sdk.records import Kind

_LOOKED_AT = 200

MANIFEST = Manifest(
    id="mailbox",
    version="1",
    name="Mailbox",
    platform=PlatformType.GENERIC,
    summary="Programme mail over IMAP, read only: notices, and what did not arrive.",
    vendor=None,
    badge="IMP",
    colour="#9d174d",
    config=MailboxConfig,
    hosts=("${server}", "${token_url}"),
    streams=(
        StreamSpec(
            name="mail",
            title="Mail",
            kinds=frozenset({Kind.NOTICE}),
            # A mail that somebody files or deletes was announced all the same.
            completeness=Completeness.UNKNOWN,
            prose=True,
        ),
        StreamSpec(
            name="expected",
            title="Expected mail",
            kinds=frozenset({Kind.DEADLINE}),
            completeness=Completeness.WINDOW,
        ),
    ),
    interval=timedelta(minutes=30),
    minimum_interval=timedelta(minutes=5),
    needs=(
        Need(
            what="The mailbox's IMAP server, a user name and an app password or OAuth",
            where="Your mail provider's help under IMAP; best a mailbox or folder of its own, "
            "into which a filter sorts the programs' mail.",
        ),
    ),
    gives_not=(
        "Deadlines and amounts by itself: a person confirms those that a text names",
        "Goals",
        "What is in attachments: their names are listed",
        "That a mail was deleted or moved: its notice stays until someone marks it done",
    ),
    docs="docs/connectors/mailbox.md",
    permissions=("Read access to the mailbox over IMAP",),
)


class MailboxReader:
    """Reads one mailbox."""

    manifest = MANIFEST

    def read(self, stream: str, config: MailboxConfig, context: ReadContext) -> Iterator[Event]:
        """New mail since the state that was left; or what was expected by today (UTC)."""
        self.manifest.stream(stream)
        today = context.now.date()
        if stream == "expected":
            yield from _expected(config, context, today)
            return
        places = Places.of(context.state, config)
        with mailbox_of(config, context) as mailbox:
            yield from pages(mailbox, config, since_of(today, config), places)
        yield Complete(state=places.state())

    def check(self, config: MailboxConfig, context: ReadContext) -> Iterator[Check]:
        """Whether it opens, has the folders, and whose mail the rules mean."""
        try:
            with mailbox_of(config, context) as mailbox:
                yield Check(
                    name="Sign-in",
                    state=CheckState.OK,
                    text=f"{config.host} opens the mailbox of {config.username}.",
                )
                yield from _folders(mailbox, config, context.now.date())
        except ConnectorError as error:
            yield Check(name="Mailbox", state=CheckState.FAIL, text=error.message, fix=error.remedy)


def _expected(config: MailboxConfig, context: ReadContext, today: date) -> Iterator[Event]:
    rules = config.expectations
    if rules:
        with mailbox_of(config, context) as mailbox:
            for rule in rules:
                found = arrivals.missed(mailbox, config.folders, rule, today)
                yield Page(records=tuple(found))
    else:
        yield Page()
    yield Complete(window=(arrivals.first_due(rules, today), date.max))


def _folders(mailbox: Mailbox, config: MailboxConfig, today: date) -> Iterator[Check]:
    missing = [folder for folder in config.folders if folder not in mailbox.folders()]
    if missing:
        known = ", ".join(mailbox.folders()[:30])
        yield Check(
            name="Folders",
            state=CheckState.FAIL,
            text=f"There is no folder {', '.join(missing)}.",
            fix=f"Write them as the server does: {known}.",
        )
        return
    for folder in config.folders:
        mailbox.examine(folder)
        uids = mailbox.search(since=since_of(today, config))[-_LOOKED_AT:]
        yield _whose(mailbox, config, folder, uids)


def _whose(mailbox: Mailbox, config: MailboxConfig, folder: str, uids: list[int]) -> Check:
    """How many of the latest mails are taken, and who of the others wrote most lately."""
    addresses = [sender_of(head.data).address for head in mailbox.headers(uids).values()]
    others = [a for a in addresses if config.rules and not first_match(config.rules, a, folder)]
    taken = len(addresses) - len(others)
    text = f"Of the last {len(addresses):,} mails {taken:,} are taken."
    if not taken:
        senders = ", ".join(dict.fromkeys(reversed(others)))[:200] or "nobody in these days"
        return Check(
            name=f"Folder {folder}",
            state=CheckState.WARN,
            text=text,
            fix=f"Look at the rules for senders: here wrote {senders}.",
        )
    return Check(name=f"Folder {folder}", state=CheckState.OK, text=text)

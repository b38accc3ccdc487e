"""Any mailbox that speaks IMAP: each mail of a program becomes a notice. It only reads."""

from collections.abc import Iterator
from datetime import date, timedelta

from connectors.mailbox import arrivals
from connectors.mailbox.calendars import Known
from connectors.mailbox.client import mailbox_of
from connectors.mailbox.invitations import events
from connectors.mailbox.message import sender_of
from connectors.mailbox.places import Places, since_of
from connectors.mailbox.reading import pages
from connectors.mailbox.rules import first_match
from connectors.mailbox.settings import MailboxConfig
from connectors.mailbox.tables import Newest
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
    summary="Programme mail over IMAP, read only: notices, attached calendars and tables, and what "
    "did not arrive.",
    vendor=None,
    badge="IMP",
    colour="#9d174d",
    config=MailboxConfig,
    hosts=("${server}", "${token_url}"),
    streams=(
        StreamSpec(
            name="mail",
            title="Mail",
            # A notice each, and the rows of tables attached to it.
            kinds=frozenset(Kind),
            # A mail that somebody files or deletes was announced all the same.
            completeness=Completeness.UNKNOWN,
            prose=True,
        ),
        StreamSpec(
            name="calendar",
            title="Attached calendar files",
            kinds=frozenset({Kind.DEADLINE, Kind.REPORTING}),
            # Of all that mails have brought, not of the mails that are still there.
            completeness=Completeness.WINDOW,
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
        "Deadlines and amounts of a text by itself: a person confirms those that it names",
        "What is in attachments other than calendar files (.ics) and tables (.csv, .xlsx)",
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
        since, places = since_of(today, config), Places.of(context.state, config)
        if stream == "expected":
            yield from _expected(config, context, today)
        elif stream == "calendar":
            yield from _calendar(config, context, places)
        else:
            rows = Newest.of(context.state if places.folders else {})
            with mailbox_of(config, context) as mailbox:
                yield from pages(mailbox, config, since, places, rows)
            yield Complete(state={**places.state(), "rows": rows.state(since)})

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


def _calendar(config: MailboxConfig, context: ReadContext, places: Places) -> Iterator[Event]:
    """What is switched off, or what no rule can mean, is not asked for, and nothing is missing."""
    today = context.now.date()
    if not config.attachments or not config.rules:
        yield Page()
        yield Complete(window=(date.max, date.min), state=context.state)
        return
    known = Known.of(context.state, today, config.rules)
    with mailbox_of(config, context) as mailbox:
        yield from events(mailbox, config, since_of(today, config), places, known)


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

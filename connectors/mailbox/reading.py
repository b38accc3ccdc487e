"""The stream of notices: what is new in the folders, and the rows of tables attached to it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from connectors.mailbox import calendars, tables
from connectors.mailbox.attachments import PACKED, Sort, closed_to, may_hold, sort_of
from connectors.mailbox.fetching import LARGEST, WHOLE, Meant, heads, mails, structures
from connectors.mailbox.message import Attachment
from connectors.mailbox.notices import Letter, letter_of, notice_of
from connectors.mailbox.places import Places
from connectors.mailbox.settings import MailboxConfig
from connectors.mailbox.tables import Newest
from connectors.sdk import mapping
from connectors.sdk.connector import Page, Quarantined
from connectors.sdk.mail import Mailbox
from connectors.sdk.mail_answers import Fetched
from connectors.sdk.records import Notice
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.plan import Defaults

_UNFINISHED = "the mail goes on behind the {most} MB that are read"


def pages(
    mailbox: Mailbox, config: MailboxConfig, since: date, places: Places, rows: Newest
) -> Iterator[Page]:
    """All new mail of the folders, then the rows; ``places`` and ``rows`` move on meanwhile."""
    seen: set[str] = set()
    for folder in config.folders:
        uids = places.open(mailbox, folder, since)
        again: list[int] = []
        for wanted, meant in heads(mailbox, config.rules, folder, uids):
            asked = _limits(mailbox, config, wanted)
            for portion, limit in mails(mailbox, wanted, asked.__getitem__):
                desk = _Desk(config, folder, meant, limit, rows)
                yield _once(desk.page(portion), seen)
                again += desk.again
        places.close(folder, uids, again)
    yield Page()
    yield from rows.pages()


def _limits(
    mailbox: Mailbox, config: MailboxConfig, wanted: Sequence[Fetched]
) -> Mapping[int, int]:
    """How much is read of each mail: of one with an attachment that is read, all of it."""
    if not config.attachments:
        return {head.uid: LARGEST for head in wanted}
    attached = (Sort.TABLE, Sort.CALENDAR)
    return {
        uid: WHOLE if any(may_hold(said, sort) for sort in attached) else LARGEST
        for uid, said in structures(mailbox, wanted).items()
    }


class _Desk:
    """Mails of one portion. ``again`` are those of which something could not be read."""

    def __init__(
        self, config: MailboxConfig, folder: str, meant: Meant, limit: int, rows: Newest
    ) -> None:
        self.again: list[int] = []
        self._config = config
        self._folder = folder
        self._meant = meant
        self._limit = limit
        self._rows = rows
        self._bad: list[Quarantined] = []

    def page(self, portion: Mapping[int, Fetched]) -> Page:
        """Their notices, and what of them and their tables cannot be read."""
        page = mapping.rows(
            portion.values(),
            self._notice,
            where=self._folder,
            external_id=lambda mail: f"{self._folder}/{mail.uid}",
            noun="mail",
        )
        unread = {bad.external_id for bad in page.quarantined}
        self.again += (uid for uid in portion if f"{self._folder}/{uid}" in unread)
        return Page(records=page.records, quarantined=(*page.quarantined, *self._bad))

    def _notice(self, fetched: Fetched) -> Notice:
        letter = letter_of(fetched, self._folder, self._meant[fetched.uid], self._limit)
        if self._config.attachments:
            for attachment in letter.mail.attachments:
                try:
                    self._take(letter, attachment)
                except Exception as error:  # noqa: BLE001 - a file costs itself, not its mail
                    why = f"{attachment.name}: it could not be read ({type(error).__name__})."
                    letter.left.append(why)
        if letter.refused:
            self.again.append(fetched.uid)
        return notice_of(letter)

    def _take(self, letter: Letter, attachment: Attachment) -> None:
        sort = sort_of(attachment)
        if sort is Sort.OTHER:
            return
        why = PACKED if sort is Sort.PACKED else closed_to(letter.mail, letter.rule)
        if not why and letter.cut and attachment is letter.mail.attachments[-1]:
            why = _UNFINISHED.format(most=letter.limit // 1024 // 1024)
        if not why and sort is Sort.CALENDAR:
            why = calendars.trouble(attachment)
        if why:
            letter.left.append(f"{attachment.name}: {why.rstrip('.')}.")
        elif sort is Sort.CALENDAR:
            letter.taken.append(attachment.name)
        else:
            self._table(letter, attachment)

    def _table(self, letter: Letter, attachment: Attachment) -> None:
        sender, rule = letter.mail.sender.address, letter.rule
        defaults = Defaults(
            vendor=rule.vendor if rule else None,
            program=rule.program if rule else None,
            currency=self._config.currency,
        )
        options = Options(mapping=self._config.mapping, defaults=defaults)
        found = tables.read(attachment, sender=sender, where=letter.where, options=options)
        self._rows.take(found.records, letter.fetched.arrived or letter.mail.sent)
        self._bad += found.bad
        if found.records or found.bad:
            count, bad = len(found.records), len(found.bad)
            rows = f"{count:,} {'row' if count == 1 else 'rows'}"
            unread = f", {bad:,} unreadable" if bad else ""
            letter.taken.append(f"{attachment.name}: {rows}{unread}")
        if found.bad:
            self.again.append(letter.fetched.uid)
        if found.remark:
            letter.left.append(f"{attachment.name}: {found.remark}")


def _once(page: Page, seen: set[str]) -> Page:
    """The page without what another folder has brought already: a mail is one notice."""
    records = tuple(record for record in page.records if record.external_id not in seen)
    seen.update(record.external_id for record in records)
    return Page(records=records, quarantined=page.quarantined)

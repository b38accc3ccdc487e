"""The stream of calendar files: what new mails bring, and every date of all that is known."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from connectors.mailbox import calendars
from connectors.mailbox.attachments import Sort, closed_to, may_hold, sort_of
from connectors.mailbox.calendars import Known, Piece
from connectors.mailbox.fetching import WHOLE, heads, mails, structures
from connectors.mailbox.message import Attachment
from connectors.mailbox.notices import Letter, letter_of
from connectors.mailbox.places import Places
from connectors.mailbox.settings import MailboxConfig
from connectors.sdk.connector import Complete, Event, Page, Quarantined
from connectors.sdk.mail import Mailbox

_PAGE = 500


def events(
    mailbox: Mailbox, config: MailboxConfig, since: date, places: Places, known: Known
) -> Iterator[Event]:
    """What new mails bring goes into ``known``, and all of that comes out."""
    unread: list[Quarantined] = []
    for folder in config.folders:
        uids = places.open(mailbox, folder, since)
        again: list[int] = []
        for letter in _letters(mailbox, config, folder, uids):
            bad = _taken(letter, known)
            unread += bad
            if bad or letter.refused:
                again.append(letter.fetched.uid)
        places.close(folder, uids, again)
    found = known.records()
    records = iter(found.records)
    yield Page(records=tuple(islice(records, _PAGE)), quarantined=(*unread, *found.unread))
    while some := tuple(islice(records, _PAGE)):
        yield Page(records=some)
    yield Complete(window=found.proven, state={**places.state(), "entries": known.state()})


def _letters(
    mailbox: Mailbox, config: MailboxConfig, folder: str, uids: list[int]
) -> Iterator[Letter]:
    """The mails that have a calendar file attached, as far as the server can tell."""
    for wanted, meant in heads(mailbox, config.rules, folder, uids):
        parts = structures(mailbox, wanted)
        held = [head for head in wanted if may_hold(parts[head.uid], Sort.CALENDAR)]
        for portion, limit in mails(mailbox, held, lambda _uid: WHOLE):
            for uid, fetched in portion.items():
                yield letter_of(fetched, folder, meant[uid], limit)


def _taken(letter: Letter, known: Known) -> list[Quarantined]:
    """What of the mail's calendar files cannot be read. Its notice tells of whole files."""
    if closed_to(letter.mail, letter.rule):
        return []
    unread: list[Quarantined] = []
    for attachment in letter.mail.attachments:
        if sort_of(attachment) is Sort.CALENDAR and not calendars.trouble(attachment):
            came = Piece(
                text="",
                sender=letter.mail.sender.address,
                folder=letter.folder,
                where=f"{letter.where}, {attachment.name}",
            )
            unread += _entries(attachment, known, came)
    return unread


def _entries(attachment: Attachment, known: Known, came: Piece) -> list[Quarantined]:
    try:
        return known.take(attachment.data(), attachment.charset, came)
    except Exception as error:  # noqa: BLE001 - whatever a file holds, it costs that file only
        why = f"{attachment.name} could not be read ({type(error).__name__})."
        return [Quarantined(reason=why, raw=attachment.name, where=came.where[:300])]

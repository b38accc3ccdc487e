"""What is new in the folders, read in portions, and where the next read begins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from connectors.mailbox.message import sender_of
from connectors.mailbox.notices import LARGEST, notice_of
from connectors.mailbox.rules import Rule, first_match
from connectors.mailbox.settings import MailboxConfig
from connectors.sdk import mapping
from connectors.sdk.connector import Page
from connectors.sdk.errors import Incomplete
from connectors.sdk.mail import Fetched, Mailbox

VERSION = 1
_HEADS = 200
_MAILS = 25
_BYTES = 8 * 1024 * 1024
_MOST_AGAIN = 50


@dataclass
class Places:
    """Up to where each folder was read, under which numbering, and what is tried again.

    ``made`` is of the settings: other rules make other notices of the same mails, so that all
    are read anew.
    """

    made: str
    folders: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: Mapping[str, Any], config: MailboxConfig) -> "Places":
        """What a state says; nothing, where it is of other settings or not understood."""
        made = _fingerprint(config)
        folders = state.get("folders")
        if state.get("version") != VERSION or state.get("made") != made:
            return cls(made)
        if not isinstance(folders, dict) or not all(map(_is_place, folders.values())):
            return cls(made)
        return cls(made, {str(name): dict(place) for name, place in folders.items()})

    def state(self) -> dict[str, Any]:
        return {"version": VERSION, "made": self.made, "folders": self.folders}


def pages(mailbox: Mailbox, config: MailboxConfig, since: date, places: Places) -> Iterator[Page]:
    """All new mail of the folders; ``places`` moves on as it is read."""
    seen: set[str] = set()
    for folder in config.folders:
        validity = mailbox.examine(folder)
        place = places.folders.get(folder, {})
        if place.get("uidvalidity") != validity:  # the server has numbered its mails anew
            place = {"uidvalidity": validity, "uid": 0, "again": []}
        uids = mailbox.search(since=since, above=place["uid"])
        again = [uid for uid in place["again"] if uid <= place["uid"]]
        failed: list[int] = []
        for page, unread in _folder(mailbox, config.rules, folder, [*again, *uids]):
            failed += unread
            yield _once(page, seen)
        last = max([place["uid"], *uids])
        places.folders[folder] = {
            "uidvalidity": validity,
            "uid": last,
            "again": failed[-_MOST_AGAIN:],
        }
    if not config.folders:
        yield Page()


def since_of(today: date, config: MailboxConfig) -> date:
    """The first day of arrival that is asked for."""
    return today - timedelta(days=config.days)


def _folder(
    mailbox: Mailbox, rules: Sequence[Rule], folder: str, uids: Sequence[int]
) -> Iterator[tuple[Page, list[int]]]:
    """Pages with the UIDs of their unreadable mails; at least one page."""
    portions = [uids[n : n + _HEADS] for n in range(0, len(uids), _HEADS)]
    for portion in portions:
        heads = _all(mailbox, portion, mailbox.headers(portion))
        meant = {
            uid: first_match(rules, sender_of(head.data).address, folder)
            for uid, head in heads.items()
        }
        wanted = [head for uid, head in heads.items() if meant[uid] is not None or not rules]
        for some in _portions(wanted):
            mails = _all(mailbox, some, mailbox.mails(some, limit=LARGEST))
            yield _page(mails, meant, folder)
    if not portions:
        yield Page(), []


def _page(
    mails: Mapping[int, Fetched], meant: Mapping[int, Rule | None], folder: str
) -> tuple[Page, list[int]]:
    page = mapping.rows(
        mails.values(),
        lambda mail: notice_of(mail, folder, meant[mail.uid]),
        where=folder,
        external_id=lambda mail: f"{folder}/{mail.uid}",
        noun="mail",
    )
    unread = {bad.external_id for bad in page.quarantined}
    return page, [uid for uid in mails if f"{folder}/{uid}" in unread]


def _portions(heads: Sequence[Fetched]) -> Iterator[list[int]]:
    """UIDs in portions that are small in number and in bytes."""
    portion: list[int] = []
    size = 0
    for head in heads:
        adds = min(head.size, LARGEST)
        if portion and (len(portion) >= _MAILS or size + adds > _BYTES):
            yield portion
            portion, size = [], 0
        portion.append(head.uid)
        size += adds
    if portion:
        yield portion


def _all(mailbox: Mailbox, asked: Sequence[int], got: dict[int, Fetched]) -> dict[int, Fetched]:
    """What came, proven: what did not come must be gone from the folder."""
    missing = {uid for uid in asked if uid not in got}
    if missing and missing & set(mailbox.search()):
        raise Incomplete("The mail server left mails out of its answer.")
    return got


def _once(page: Page, seen: set[str]) -> Page:
    """The page without what another folder has brought already: a mail is one notice."""
    records = tuple(record for record in page.records if record.external_id not in seen)
    seen.update(record.external_id for record in records)
    return Page(records=records, quarantined=page.quarantined)


def _fingerprint(config: MailboxConfig) -> str:
    text = repr((config.server, config.username, config.folders, config.senders, config.days))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _is_place(place: object) -> bool:
    if not isinstance(place, dict):
        return False
    again = place.get("again")
    numbers = [place.get("uid"), place.get("uidvalidity")]
    if not isinstance(again, list):
        return False
    return all(type(number) is int and number >= 0 for number in [*numbers, *again])

"""Up to where each folder was read, and what is read of it next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from connectors.mailbox.settings import MailboxConfig
from connectors.sdk.mail import Mailbox

VERSION = 2
_MOST_AGAIN = 50


@dataclass
class Places:
    """Up to where each folder was read, under which numbering, and what is tried again.

    ``made`` is of the settings: other rules make other records of the same mails, so that all
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

    def open(self, mailbox: Mailbox, folder: str, since: date) -> list[int]:
        """Opens the folder; the UIDs that are new, and those to be tried again, ascending."""
        validity = mailbox.examine(folder)
        place = self.folders.get(folder, {})
        if place.get("uidvalidity") != validity:  # the server has numbered its mails anew
            place = {"uidvalidity": validity, "uid": 0, "again": []}
        self.folders[folder] = place
        last, again = place["uid"], set(place["again"])
        found = mailbox.search(since=since, above=max(min([last + 1, *again]) - 1, 0))
        return [uid for uid in found if uid > last or uid in again]

    def close(self, folder: str, uids: list[int], again: list[int]) -> None:
        """These were read; of ``again`` something could not be."""
        place = self.folders[folder]
        last = max([place["uid"], *uids])
        self.folders[folder] = {**place, "uid": last, "again": again[-_MOST_AGAIN:]}


def since_of(today: date, config: MailboxConfig) -> date:
    """The first day of arrival that is asked for."""
    return today - timedelta(days=config.days)


def _fingerprint(config: MailboxConfig) -> str:
    read = (config.server, config.username, config.folders, config.senders, config.days)
    attached = (config.attachments, config.currency, sorted(config.mapping.items()))
    return blake2b(repr((read, attached)).encode(), digest_size=8).hexdigest()


def _is_place(place: object) -> bool:
    if not isinstance(place, dict):
        return False
    again = place.get("again")
    numbers = [place.get("uid"), place.get("uidvalidity")]
    if not isinstance(again, list):
        return False
    return all(type(number) is int and number >= 0 for number in [*numbers, *again])

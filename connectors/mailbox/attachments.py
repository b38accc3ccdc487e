"""Which attachments of a mail are read, and why others are not."""

import re
from enum import StrEnum
from functools import cache

from babel.dates import get_month_names

from connectors.mailbox.message import Attachment, Mail
from connectors.mailbox.rules import Rule


class Sort(StrEnum):
    """What an attachment is to us."""

    CALENDAR = "calendar"
    TABLE = "table"
    PACKED = "packed"
    OTHER = "other"


_SUFFIXES = {
    Sort.CALENDAR: (".ics", ".ical", ".icalendar"),
    Sort.TABLE: (".csv", ".tsv", ".xlsx", ".xlsm", ".xls"),
    Sort.PACKED: ("winmail.dat",),
}
_TYPES = {
    "text/calendar": Sort.CALENDAR,
    "application/ics": Sort.CALENDAR,
    "text/csv": Sort.TABLE,
    "text/tab-separated-values": Sort.TABLE,
    "application/vnd.ms-excel": Sort.TABLE,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Sort.TABLE,
    "application/ms-tnef": Sort.PACKED,
    "application/vnd.ms-tnef": Sort.PACKED,
}
# In a server's description of a mail; an encoded name ("=?") may be any.
_MAY_BE = {
    Sort.CALENDAR: re.compile(rb"calendar|\.ical?s?\b|/ics|=\?|\*=?", re.IGNORECASE),
    Sort.TABLE: re.compile(rb"\.[ct]sv|\.xls|csv|separated|excel|sheet|=\?|\*=?", re.IGNORECASE),
}
ANY = b"=?"
"""The description of a mail that may hold anything."""
PACKED = "it is in Outlook's own packaging (TNEF); ask the sender for plain attachments"


def sort_of(attachment: Attachment) -> Sort:
    """By its name, and by its type where the name says nothing."""
    name = attachment.name.casefold()
    for sort, suffixes in _SUFFIXES.items():
        if name.endswith(suffixes):
            return sort
    return _TYPES.get(attachment.kind, Sort.OTHER)


def may_hold(structure: bytes, sort: Sort) -> bool:
    """Whether a mail may have such an attachment, by what the server says of its parts."""
    return bool(_MAY_BE[sort].search(structure))


def closed_to(mail: Mail, rule: Rule | None) -> str:
    """Why nothing that is attached to this mail is read, as part of a sentence; "" if it is.

    Anybody can send a file. Only whom a rule names, or who writes into a folder that a rule
    names, has deadlines entered by one.
    """
    if rule is None or (rule.sender == "*" and rule.folder is None):
        return "no rule names its sender or folder; add one to the senders"
    if mail.signature == "fail":
        return "the sender's signature is not valid; import the file yourself if you trust it"
    return ""


def table_name(attachment: Attachment) -> str:
    """What stays of a file's name from month to month: "Renewals 2026-03 (1).xlsx" is "renewals".

    Rows that are numbered are told apart by it from those of another table of that sender.
    """
    stem = attachment.name.rpartition(".")[0] or attachment.name
    words = re.findall(r"[^\W\d_]+", stem.casefold())
    return " ".join(word for word in words if word not in _of_a_date())[:80]


@cache
def _of_a_date() -> frozenset[str]:
    """Words that name a month or a quarter, in the languages that partners' files come in."""
    words = {"q", "kw", "week", "v", "copy", "final"}
    for locale in ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "nb", "fi", "cs"):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, locale).values()
                words.update(name.casefold().rstrip(".") for name in names)
    return frozenset(words)

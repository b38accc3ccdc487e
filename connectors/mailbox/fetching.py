"""Mails in portions that are small in number and in bytes, and proof that none was left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from connectors.mailbox.message import sender_of
from connectors.mailbox.rules import Rule, first_match
from connectors.sdk.errors import Incomplete
from connectors.sdk.mail import Mailbox
from connectors.sdk.mail_answers import Fetched

LARGEST = 1024 * 1024
"""Bytes of a mail that are read: texts come before attachments."""
WHOLE = 12 * 1024 * 1024
"""Bytes that are read of one with an attachment that is read."""
_HEADS = 200
_MAILS = 25
_BYTES = 8 * 1024 * 1024

T = TypeVar("T")
Meant = Mapping[int, Rule | None]
"""The rule that each mail falls under, by UID."""


def heads(
    mailbox: Mailbox, rules: Sequence[Rule], folder: str, uids: Sequence[int]
) -> Iterator[tuple[list[Fetched], Meant]]:
    """The header lines of the mails that the rules mean, some at a time."""
    for start in range(0, len(uids), _HEADS):
        asked = uids[start : start + _HEADS]
        found = proven(mailbox, asked, mailbox.headers(asked))
        meant = {
            uid: first_match(rules, sender_of(head.data).address, folder)
            for uid, head in found.items()
        }
        wanted = [head for uid, head in found.items() if meant[uid] is not None or not rules]
        if wanted:
            yield wanted, meant


def mails(
    mailbox: Mailbox, wanted: Sequence[Fetched], limit_of: Callable[[int], int]
) -> Iterator[tuple[dict[int, Fetched], int]]:
    """These mails, each up to its limit, which stands beside them."""
    for limit in (LARGEST, WHOLE):
        for some in _portions([head for head in wanted if limit_of(head.uid) == limit], limit):
            yield proven(mailbox, some, mailbox.mails(some, limit=limit)), limit


def structures(mailbox: Mailbox, wanted: Sequence[Fetched]) -> dict[int, bytes]:
    """What the server says of the parts of these mails; empty where it says nothing."""
    asked = [head.uid for head in wanted]
    found = proven(mailbox, asked, mailbox.structures(asked))
    return {uid: found.get(uid, b"") for uid in asked}


def proven(mailbox: Mailbox, asked: Sequence[int], got: Mapping[int, T]) -> dict[int, T]:
    """What came; what did not come must be gone from the folder."""
    missing = {uid for uid in asked if uid not in got}
    if missing and missing & set(mailbox.search()):
        raise Incomplete("The mail server left mails out of its answer.")
    return dict(got)


def _portions(wanted: Sequence[Fetched], limit: int) -> Iterator[list[int]]:
    portion: list[int] = []
    size = 0
    for head in wanted:
        adds = min(head.size, limit)
        if portion and (len(portion) >= _MAILS or size + adds > _BYTES):
            yield portion
            portion, size = [], 0
        portion.append(head.uid)
        size += adds
    if portion:
        yield portion

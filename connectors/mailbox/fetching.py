"""Mails in portions that are small in number and in bytes, and proof that none was left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from connectors.mailbox.attachments import ANY
from connectors.mailbox.message import sender_of
from connectors.mailbox.rules import Rule, first_match
from connectors.sdk.errors import Incomplete, Unavailable
from connectors.sdk.mail import Mailbox, Refused
from connectors.sdk.mail_answers import Fetched

LARGEST = 1024 * 1024
"""Bytes of a mail that are read: texts come before attachments."""
WHOLE = 12 * 1024 * 1024
"""Bytes that are read of one with an attachment that is read."""
HEAD = 0
"""The limit of a mail of which only the head lines are known."""
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
    """These mails, each up to its limit, which stands beside them.

    Of a mail that the server refuses comes the head alone, with the limit ``HEAD``.
    """
    heads_of = {head.uid: head for head in wanted}
    for limit in (LARGEST, WHOLE):
        for some in _portions([head for head in wanted if limit_of(head.uid) == limit], limit):
            got, refused = _given(mailbox, some, limit)
            if len(refused) == len(some) > 1:
                raise Unavailable("The mail server refuses all mails.")
            yield proven(mailbox, [uid for uid in some if uid not in refused], got), limit
            if refused:
                yield {uid: heads_of[uid] for uid in refused}, HEAD


def _given(
    mailbox: Mailbox, some: Sequence[int], limit: int
) -> tuple[dict[int, Fetched], list[int]]:
    """What comes of these mails, and those that the server refuses."""
    try:
        return mailbox.mails(some, limit=limit), []
    except Refused:
        if len(some) == 1:
            return {}, list(some)
    half = len(some) // 2
    first, second = (_given(mailbox, part, limit) for part in (some[:half], some[half:]))
    return {**first[0], **second[0]}, [*first[1], *second[1]]


def structures(mailbox: Mailbox, wanted: Sequence[Fetched]) -> dict[int, bytes]:
    """What the server says of the parts of these mails; ``ANY`` where it refuses to."""
    asked = [head.uid for head in wanted]
    try:
        found = proven(mailbox, asked, mailbox.structures(asked))
    except Refused:
        return dict.fromkeys(asked, ANY)
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

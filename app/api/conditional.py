"""What an answer carries so that it need not be sent again, and how it is packed.

Who polls sends ``If-None-Match``; who knows dates alone sends ``If-Modified-Since``.
"""

import gzip
from collections.abc import Hashable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.responses import Response

from app.services.memo import Memo

SMALL = 1_000
"""Bytes below which packing is not worth it."""
SECOND = timedelta(seconds=1)
LEVEL = 5


class Mark(NamedTuple):
    """What an answer is known by: its tag, and when it last became another one, once that is a
    whole second ago. Of two answers in one second a date cannot tell which is which.
    """

    tag: str
    modified: datetime | None

    @property
    def headers(self) -> dict[str, str]:
        """As they are told."""
        told = {"ETag": self.tag}
        if self.modified is not None:
            told["Last-Modified"] = format_datetime(self.modified, usegmt=True)
        return told

    def is_known(self, headers: Headers) -> bool:
        """Whether whoever asks has it. A date counts only where no tag is sent (RFC 9110, 13.1)."""
        given = headers.get("if-none-match")
        if given is not None:
            own = self.tag.removeprefix("W/")
            return any(one.strip().removeprefix("W/") in (own, "*") for one in given.split(","))
        since = _instant(headers.get("if-modified-since", ""))
        return since is not None and self.modified is not None and self.modified <= since


_seen: Memo[Mark] = Memo(4096)


def mark(place: Hashable, tag: str, now: datetime) -> Mark:
    """What is known of the answer at a place (a question to one database) that has this tag now.

    When it changed is when it was first seen here, up to the next whole second: no earlier than
    it did change, and later than anything that was told before. Each process has a memory of its
    own; what one tells too late costs an answer, and never keeps one back.
    """
    known = _seen.peek(place)
    if known is None or known.tag != tag:
        first = now.astimezone(UTC).replace(microsecond=0) + SECOND
        known = Mark(tag, first)
        _seen.put(place, known)
    assert known.modified is not None
    return known if known.modified <= now else Mark(tag, None)


def _instant(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def packed(body: bytes, asked: Headers, headers: Mapping[str, str]) -> Response:
    """The body, gzipped for whoever takes it so."""
    if len(body) < SMALL or not _takes_gzip(asked.get("accept-encoding", "")):
        return Response(body, headers=dict(headers))
    small = gzip.compress(body, LEVEL, mtime=0)
    return Response(small, headers={**headers, "Content-Encoding": "gzip"})


def _takes_gzip(accepted: str) -> bool:
    """Whether gzip is among what is accepted, and not with the weight of nothing."""
    for one in accepted.lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False

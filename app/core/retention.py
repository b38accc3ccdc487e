"""How long things are kept that nobody needs for ever. The one place that says so.

Never thrown away: items, programs, funds, certifications and contacts, also those that are gone
at their source, and all of their history (P1).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

RUNS = timedelta(days=90)
RUNS_KEPT = 50
"""So many newest runs of a connection stay however old they are, and so does its last good one."""
QUARANTINE = timedelta(days=30)
"""After a row could be read again, or was no longer sent."""
LINKS = timedelta(days=7)
"""After a one-time link was used or ran out, or a calendar was revoked. A session that ran out goes
at once.
"""
DELIVERIES = timedelta(days=30)
"""After a message to a channel was written, unless it still waits."""
DIGESTS = timedelta(days=365)
"""In the ledger of digests; a day must not leave it while its digest could be sent again (P4)."""
CLUES = timedelta(days=180)
"""After a notice was told: with what was told so long ago nothing new is compared."""
FILES = timedelta(days=30)
"""After a file was taken away from an item: so long its content stays, to be put back."""
UNNAMED = timedelta(days=1)
"""After a content was written that no file of an item is: its upload may still be going on."""
READ_MARKS = timedelta(days=365)
"""After an item was gone at its source: who had read it."""

ANSWERS = timedelta(days=2)
"""After a request with an Idempotency-Key was answered; sent again later it is done again."""


@dataclass(frozen=True, kw_only=True)
class Cutoffs:
    """The moments before which each kind of thing goes."""

    runs: datetime
    quarantine: datetime
    sessions: datetime
    links: datetime
    deliveries: datetime
    digests: datetime
    read_marks: datetime
    clues: datetime
    answers: datetime


def cutoffs(now: datetime) -> Cutoffs:
    """What may go now."""
    return Cutoffs(
        runs=now - RUNS,
        quarantine=now - QUARANTINE,
        sessions=now,
        links=now - LINKS,
        deliveries=now - DELIVERIES,
        digests=now - DIGESTS,
        read_marks=now - READ_MARKS,
        clues=now - CLUES,
        answers=now - ANSWERS,
    )

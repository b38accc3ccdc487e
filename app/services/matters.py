"""After a sync: what the notices that it wrote propose, and what they seem to be about.

It looks at these and at what shares a clue with them, so that a mailbox of ten thousand mails
costs the next one nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from app.core.matters import Told
from app.models import Item, Proposal, ProposalState
from app.services import clues, known, pairs, proposals
from app.services.bulk import chunks

AT_ONCE = 200
"""Notices whose texts are in memory together."""


def refresh(session: Session, ids: Sequence[int], *, prose: bool, now: datetime) -> None:
    """See to the notices with these ids, which are new or changed. ``prose``: dates in their
    texts are proposed.
    """
    for some in chunks(ids, AT_ONCE):
        notices = list(session.exec(select(Item).where(col(Item.id).in_(some))))
        texts = {notice.id: proposals.text_of(notice) for notice in notices}
        found: dict[int, list[Proposal]] = {}
        if prose:
            found = proposals.propose(session, notices, texts, now=now)
        told = [
            _told(notice, texts[notice.id], found.get(notice.id or 0, ()), now)
            for notice in notices
        ]
        session.flush()
        clues.keep(session, told, today=now.date())
        near = clues.near(session, told)
        if prose:
            known.relate(session, told, found, near)
        pairs.suggest(session, told, near, now=now)
        session.flush()


def _told(notice: Item, text: str, found: Sequence[Proposal], now: datetime) -> Told:
    days = [
        day
        for proposal in found
        if proposal.state != ProposalState.WITHDRAWN and proposal.lost_at is None
        for day in (proposal.due_on, proposal.or_on)
        if day
    ]
    if notice.due_on:
        days.append(notice.due_on)
    return clues.of_text(notice, text, days=days, told_on=proposals.told_on(notice, now))

"""Dates in the text of notices: proposed, for a person to confirm or dismiss (see ``confirming``).

Nothing is ever entered by itself, and what was dismissed is not proposed again.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from sqlmodel import Session, col, select

from app.core import changes
from app.core.candidates import Candidate, candidates
from app.models import Event, Item, Proposal, ProposalState
from connectors.sdk.mapping import html_text

_PROSE = 60_000


def text_of(notice: Item) -> str:
    """What a notice says, as plain text."""
    return html_text(notice.body, limit=_PROSE) if notice.body else notice.summary or ""


def told_on(notice: Item, now: datetime) -> date:
    """The day of a notice."""
    return notice.published_on or now.date()


def propose(
    session: Session, notices: Sequence[Item], texts: Mapping[int | None, str], *, now: datetime
) -> dict[int, list[Proposal]]:
    """Propose what these notices say now; all that is proposed of each, whatever became of it."""
    ids = [notice.id for notice in notices]
    of: dict[int | None, dict[str, Proposal]] = {id_: {} for id_ in ids}
    for proposal in session.exec(select(Proposal).where(col(Proposal.item_id).in_(ids))):
        of[proposal.item_id][proposal.fingerprint] = proposal
    return {
        notice.id: _propose(session, notice, texts[notice.id], of[notice.id], now)
        for notice in notices
        if notice.id is not None
    }


def _propose(
    session: Session, notice: Item, text: str, known: dict[str, Proposal], now: datetime
) -> list[Proposal]:
    found = {_fingerprint(one): one for one in candidates(text, told_on=told_on(notice, now))}
    for mark, one in found.items():
        if mark not in known:
            known[mark] = _proposal(notice, mark, one, now)
            session.add(known[mark])
        elif known[mark].state == ProposalState.WITHDRAWN:
            known[mark].state = ProposalState.OPEN
    for mark, proposal in known.items():
        if proposal.state == ProposalState.OPEN and mark not in found:
            proposal.state = ProposalState.WITHDRAWN
        elif proposal.state == ProposalState.CONFIRMED:
            _follow(session, proposal, mark in found, now)
    return list(known.values())


def _follow(session: Session, proposal: Proposal, is_said: bool, now: datetime) -> None:
    """What was confirmed stands whatever its text says later; the deadline's history tells it."""
    if is_said is (proposal.lost_at is None):
        return
    proposal.lost_at = None if is_said else now
    if proposal.deadline_id is not None:
        session.add(
            Event(
                subject="item",
                subject_id=proposal.deadline_id,
                at=now,
                kind=changes.SAID_AGAIN if is_said else changes.LOST,
                note=proposal.sentence,
            )
        )


def _proposal(notice: Item, mark: str, one: Candidate, now: datetime) -> Proposal:
    assert notice.id is not None
    return Proposal(
        item_id=notice.id,
        fingerprint=mark,
        sentence=one.sentence,
        raw=one.raw,
        due_on=one.on,
        or_on=one.or_on,
        amount=one.amount,
        currency=one.currency,
        note=one.note,
        created_at=now,
    )


def _fingerprint(one: Candidate) -> str:
    parts: tuple[Any, ...] = (one.on, one.or_on, one.amount, one.currency, one.sentence)
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()

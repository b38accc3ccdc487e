"""Dates in the text of notices: proposed, then confirmed or dismissed by a person.

Nothing is ever entered by itself, and what was dismissed is not proposed again.
"""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from sqlmodel import Session, col, select

from app.core.candidates import Candidate, candidates
from app.core.columns import columns_of
from app.core.folding import SEARCHED, folded
from app.core.words import Clock
from app.errors import Conflict, Invalid, NotFound
from app.models import Event, Item, Proposal, ProposalState
from app.services import search
from app.services.bulk import chunks
from app.services.pages import Act, ProposalLine
from connectors.sdk.mapping import html_text
from connectors.sdk.records import (
    Category,
    Deadline,
    DueDate,
    Fact,
    Kind,
    Money,
    content_hash,
    encode,
)

CONFIRMED, DISMISSED = "confirmed", "dismissed"
STREAM = ":confirmed"
"""The stream of deadlines that people confirmed: no connector reads it, so no sync touches it."""
_PROSE = 60_000
AT_ONCE = 200
"""Notices whose texts are in memory together."""


def refresh(session: Session, *, connection_id: int, stream: str, now: datetime) -> None:
    """Propose what the notices say that this sync wrote (their ``changed_at`` is ``now``)."""
    written = select(Item.id).where(
        Item.connection_id == connection_id,
        Item.stream == stream,
        Item.kind == Kind.NOTICE,
        col(Item.changed_at) == now,
    )
    for ids in chunks([id_ for id_ in session.exec(written) if id_ is not None], AT_ONCE):
        notices = session.exec(select(Item).where(col(Item.id).in_(ids)))
        of: dict[int | None, dict[str, Proposal]] = {id_: {} for id_ in ids}
        for proposal in session.exec(select(Proposal).where(col(Proposal.item_id).in_(ids))):
            of[proposal.item_id][proposal.fingerprint] = proposal
        for notice in notices:
            _propose(session, notice, of[notice.id], now)


def of_item(session: Session, item_id: int) -> tuple[ProposalLine, ...]:
    """What is proposed of a notice, what was confirmed with its deadline, in the text's order."""
    shown = (ProposalState.OPEN, ProposalState.CONFIRMED)
    statement = (
        select(Proposal)
        .where(Proposal.item_id == item_id, col(Proposal.state).in_(shown))
        .order_by(col(Proposal.id))
    )
    return tuple(_line(proposal) for proposal in session.exec(statement))


def confirm(
    session: Session, item_id: int, proposal_id: int, on: str, *, user_id: int, clock: Clock
) -> Act:
    """Make it a deadline of the team, on that one of its dates. Raises ``Conflict``."""
    notice, proposal = _open(session, item_id, proposal_id)
    day = _chosen(proposal, on)
    deadline = _deadline(notice, proposal, day)
    made = Item(
        connection_id=notice.connection_id,
        stream=STREAM,
        external_id=deadline.external_id,
        content_hash=content_hash(encode(deadline)),
        first_seen_at=clock.now,
        changed_at=clock.now,
        **columns_of(deadline, clock.zone),
    )
    if search.folds(session):
        made.folded = folded(getattr(made, name) for name in SEARCHED)
    session.add(made)
    session.flush()
    assert made.id is not None
    search.add(session, [made.id])
    proposal.deadline_id = made.id
    _decide(session, proposal, ProposalState.CONFIRMED, user_id, clock)
    for id_ in (item_id, made.id):
        _tell(session, id_, CONFIRMED, proposal, new=day.isoformat())
    return Act(said="Confirmed: it is a deadline now", items=(item_id, made.id))


def dismiss(session: Session, item_id: int, proposal_id: int, *, user_id: int, clock: Clock) -> Act:
    """It is none; it is not proposed again. Raises ``Conflict``."""
    _notice, proposal = _open(session, item_id, proposal_id)
    _decide(session, proposal, ProposalState.DISMISSED, user_id, clock)
    _tell(session, item_id, DISMISSED, proposal, new=proposal.raw)
    return Act(said="Dismissed", items=(item_id,))


def _propose(session: Session, notice: Item, known: Mapping[str, Proposal], now: datetime) -> None:
    assert notice.id is not None
    told_on = notice.published_on or now.date()
    text = html_text(notice.body, limit=_PROSE) if notice.body else notice.summary or ""
    found = {_fingerprint(one): one for one in candidates(text, told_on=told_on)}
    for mark, one in found.items():
        if mark not in known:
            session.add(
                Proposal(
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
            )
        elif known[mark].state == ProposalState.WITHDRAWN:
            known[mark].state = ProposalState.OPEN
    for mark, proposal in known.items():
        if mark not in found and proposal.state == ProposalState.OPEN:
            proposal.state = ProposalState.WITHDRAWN


def _fingerprint(one: Candidate) -> str:
    parts: tuple[Any, ...] = (one.on, one.or_on, one.amount, one.currency, one.sentence)
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def _open(session: Session, item_id: int, proposal_id: int) -> tuple[Item, Proposal]:
    """The notice and its proposal, held, as long as nobody has decided."""
    held = {"key_share": True}
    notice = session.get(Item, item_id, with_for_update=held)
    proposal = session.get(Proposal, proposal_id, populate_existing=True)
    if notice is None or proposal is None or proposal.item_id != item_id:
        raise NotFound("There is no such proposal.")
    if proposal.state != ProposalState.OPEN:
        raise Conflict(
            f"This proposal is {proposal.state} already.", remedy="Look at the notice again."
        )
    return notice, proposal


def _chosen(proposal: Proposal, on: str) -> date:
    """The date of the two that was chosen; of one that one."""
    days = {day.isoformat(): day for day in (proposal.due_on, proposal.or_on) if day}
    if on not in days:
        raise Invalid("That is none of its dates.", remedy="Choose one of the dates.")
    return days[on]


def _deadline(notice: Item, proposal: Proposal, day: date) -> Deadline:
    amount = proposal.amount
    return Deadline(
        external_id=f"proposal:{proposal.id}",
        title=notice.title,
        url=notice.url,
        vendor=notice.vendor,
        program=notice.program,
        account=notice.account,
        due=DueDate(on=day, raw=proposal.raw),
        amount=None if amount is None else Money(amount=amount, currency=proposal.currency),
        category=Category.OTHER,
        derived_from=f"the text of a notice: “{proposal.sentence}”",
        facts=(Fact(label="Notice", value=notice.title),),
    )


def _decide(
    session: Session, proposal: Proposal, state: ProposalState, user_id: int, clock: Clock
) -> None:
    proposal.state, proposal.decided_by_id = state, user_id
    proposal.decided_at = clock.now
    session.add(proposal)


def _tell(session: Session, item_id: int, kind: str, proposal: Proposal, *, new: str) -> None:
    assert proposal.decided_at is not None
    session.add(
        Event(
            subject="item",
            subject_id=item_id,
            at=proposal.decided_at,
            kind=kind,
            actor_id=proposal.decided_by_id,
            new=new,
            note=proposal.sentence,
        )
    )


def _line(proposal: Proposal) -> ProposalLine:
    assert proposal.id is not None
    amount = proposal.amount
    return ProposalLine(
        id=proposal.id,
        sentence=proposal.sentence,
        days=tuple(day for day in (proposal.due_on, proposal.or_on) if day),
        amount=None if amount is None else Money(amount=amount, currency=proposal.currency),
        note=proposal.note,
        deadline_id=proposal.deadline_id,
        is_open=proposal.state == ProposalState.OPEN,
    )

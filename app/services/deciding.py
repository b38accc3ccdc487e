"""What waits for a person's word: proposed dates, doubtful new values, what seems to be one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, or_, select

from app.core.matters import Told, stands
from app.core.money import money_of
from app.core.words import Clock
from app.models import Item, ItemState, Pair, Proposal, ProposalState, User
from app.services import clues
from app.services.confirming import STREAM
from app.services.decision_lines import (
    DecisionsPage,
    Origin,
    PairLine,
    ProposalLine,
    Related,
    Side,
)
from app.services.lines import Sources, due_of
from app.services.revisions import Until, remembered
from connectors.sdk.records import Kind

SHOWN = 50
"""Lines of each sort that the page shows; the next ones follow when these are decided."""
_SAYS = 300
_proposals = SQLModel.metadata.tables["proposals"]
_items = SQLModel.metadata.tables["items"]
_about, _first, _second = (_items.alias(name) for name in ("about", "first", "second"))


def related(session: Session, item: Item, known: Sources) -> Related:
    """What its page shows of other items."""
    assert item.id is not None
    sides = _Sides(session, known)
    joined, over = _joined(session, item.id, sides)
    pairs = _pair_lines(session, _open_pairs(item.id), sides)
    if item.kind == Kind.NOTICE:
        return Related(
            proposals=_of_notice(session, item.id, sides), pairs=pairs, joined=joined, stands=over
        )
    if item.kind not in (Kind.DEADLINE, Kind.REPORTING):
        return Related()
    doubts = select(Proposal).where(
        Proposal.about_id == item.id, Proposal.state == ProposalState.OPEN
    )
    lines = _lines(session, doubts.order_by(col(Proposal.id)), sides)
    return Related(
        doubts=tuple(line for line in lines if line.differs),
        origins=_origins(session, item.id),
        pairs=pairs,
        joined=joined,
        stands=over,
    )


def decisions_page(session: Session, *, clock: Clock) -> DecisionsPage:
    """Everything that waits, the soonest date first."""
    sides = _Sides(session, Sources(session, now=clock.now))
    waiting = _waiting(clock.today).order_by(col(Proposal.due_on), col(Proposal.id))
    lines = _lines(session, waiting.limit(2 * SHOWN), sides)
    pairs = _pair_lines(session, _waiting_pairs().limit(SHOWN), sides)
    changes = [line for line in lines if line.about is not None]
    dates = [line for line in lines if line.about is None]
    total = count(session, clock)
    shown = DecisionsPage(
        changes=tuple(changes[:SHOWN]),
        dates=tuple(dates[:SHOWN]),
        pairs=tuple(one for one in pairs if not one.differs),
        conflicts=tuple(one for one in pairs if one.differs),
    )
    return replace(shown, more=max(0, total - shown.count))


def count(session: Session, clock: Clock) -> int:
    """How many lines wait."""

    def make() -> int:
        dates = sa.select(sa.func.count()).select_from(_waiting(clock.today).subquery())
        pairs = sa.select(sa.func.count()).select_from(_waiting_pairs().subquery())
        both = sa.select(dates.scalar_subquery() + pairs.scalar_subquery())
        return int(session.execute(both).scalar_one())

    return remembered(session, ("decisions", clock.today), make, until=Until.OPENED)


def _waiting(today: date) -> Any:
    """Open proposals of open notices that are not past, and that say something new."""
    known = sa.exists().where(
        _about.c.id == _proposals.c.about_id,
        _about.c.removed_at.is_(None),
        _about.c.due_on == _proposals.c.due_on,
        sa.or_(
            _proposals.c.amount.is_(None),
            sa.and_(
                _about.c.amount == _proposals.c.amount,
                _about.c.currency.is_not_distinct_from(_proposals.c.currency),
            ),
        ),
    )
    return (
        select(Proposal)
        .join(Item, col(Item.id) == col(Proposal.item_id))
        .where(
            Proposal.state == sa.literal_column("'open'"),
            # Two readings of a date are of one year: older ones the index need not look at.
            col(Proposal.due_on) >= today - timedelta(days=366),
            or_(col(Proposal.due_on) >= today, col(Proposal.or_on) >= today),
            col(Item.is_open),
            ~known,
        )
    )


def _waiting_pairs() -> Any:
    """Open pairs of live items of which one is open."""
    return (
        select(Pair)
        .join(_first, _first.c.id == col(Pair.first_id))
        .join(_second, _second.c.id == col(Pair.second_id))
        .where(
            Pair.state == sa.literal_column("'open'"),
            _first.c.removed_at.is_(None),
            _second.c.removed_at.is_(None),
            sa.or_(_first.c.is_open, _second.c.is_open),
        )
        .order_by(col(Pair.id))
    )


def _open_pairs(item_id: int) -> Any:
    of_it = or_(Pair.first_id == item_id, Pair.second_id == item_id)
    return _waiting_pairs().where(of_it)


class _Sides:
    """Items as they stand beside others, read together."""

    def __init__(self, session: Session, known: Sources) -> None:
        self.session = session
        self.known = known
        self.found: dict[int, Side] = {}
        self.ours: set[int] = set()

    def read(self, ids: Iterable[int | None]) -> None:
        """Read those that are not known yet."""
        wanted = sorted({id_ for id_ in ids if id_ is not None} - self.found.keys())
        if not wanted:
            return
        days = self._days(wanted)
        statement = (
            select(Item, col(ItemState.state))
            .join(ItemState, col(ItemState.item_id) == col(Item.id), isouter=True)
            .where(col(Item.id).in_(wanted))
        )
        for item, state in self.session.exec(statement):
            assert item.id is not None
            facts = {str(label): str(value) for label, value in item.facts}
            source = self.known.name(item.connection_id)
            self.found[item.id] = Side(
                id=item.id,
                title=item.title,
                source=facts.get("From", "").partition(" <")[0] or source,
                vendor=item.vendor,
                told_on=item.published_on,
                kind=item.kind,
                due=due_of(item),
                fresh=self.known.lines.get(item.connection_id),
                account=item.account,
                program=item.program,
                reference=item.reference,
                category=item.category,
                url=item.url,
                days=(item.due_on,) if item.due_on else days.get(item.id, ()),
                amount=money_of(item.amount, item.currency),
                says=(item.summary or item.derived_from or "")[:_SAYS] or None,
                state="removed at source" if item.removed_at else state or "open",
            )
            if item.stream == STREAM:
                self.ours.add(item.id)

    def _days(self, ids: Sequence[int]) -> dict[int, tuple[date, ...]]:
        """The dates that the texts of these notices name."""
        shown = (ProposalState.OPEN, ProposalState.CONFIRMED)
        statement = (
            select(col(Proposal.item_id), col(Proposal.due_on))
            .where(col(Proposal.item_id).in_(ids), col(Proposal.state).in_(shown))
            .order_by(col(Proposal.due_on))
        )
        found: dict[int, tuple[date, ...]] = {}
        for item_id, day in self.session.exec(statement):
            found[item_id] = (*found.get(item_id, ()), day)
        return found


def _of_notice(session: Session, item_id: int, sides: _Sides) -> tuple[ProposalLine, ...]:
    """What is proposed of a notice, what was confirmed with its deadline, in the text's order."""
    shown = (ProposalState.OPEN, ProposalState.CONFIRMED)
    statement = select(Proposal).where(Proposal.item_id == item_id, col(Proposal.state).in_(shown))
    return _lines(session, statement.order_by(col(Proposal.id)), sides)


def _lines(session: Session, statement: Any, sides: _Sides) -> tuple[ProposalLine, ...]:
    found = list(session.exec(statement))
    if not found:
        return ()
    sides.read(id_ for proposal in found for id_ in (proposal.item_id, proposal.about_id))
    names = _names(session, (proposal.decided_by_id for proposal in found))
    return tuple(_line(proposal, sides, names) for proposal in found)


def _line(proposal: Proposal, sides: _Sides, names: dict[int | None, str]) -> ProposalLine:
    assert proposal.id is not None
    about = sides.found.get(proposal.about_id or 0)
    if about is not None and about.state == "removed at source":
        about = None
    amount = money_of(proposal.amount, proposal.currency)
    days = tuple(day for day in (proposal.due_on, proposal.or_on) if day)
    return ProposalLine(
        id=proposal.id,
        notice=sides.found[proposal.item_id],
        sentence=proposal.sentence,
        days=days,
        amount=amount,
        note=proposal.note,
        deadline_id=proposal.deadline_id,
        is_open=proposal.state == ProposalState.OPEN,
        about=about,
        because=proposal.because,
        differs=about is None or about.days != days or (amount not in (None, about.amount)),
        ours=about is not None and about.id in sides.ours,
        by=names.get(proposal.decided_by_id),
        at=proposal.decided_at,
    )


def _origins(session: Session, deadline_id: int) -> tuple[Origin, ...]:
    statement = (
        select(Proposal, Item, col(User.name))
        .join(Item, col(Item.id) == col(Proposal.item_id))
        .join(User, col(User.id) == col(Proposal.decided_by_id), isouter=True)
        .where(Proposal.deadline_id == deadline_id, Proposal.state == ProposalState.CONFIRMED)
        .order_by(col(Proposal.decided_at).desc())
    )
    return tuple(
        Origin(
            notice_id=proposal.item_id,
            title=notice.title,
            sentence=proposal.sentence,
            by=name or "somebody",
            at=proposal.decided_at,
            lost_at=proposal.lost_at,
            gone_at=notice.removed_at,
        )
        for proposal, notice, name in session.exec(statement)
        if proposal.decided_at is not None
    )


def _pair_lines(session: Session, statement: Any, sides: _Sides) -> tuple[PairLine, ...]:
    found = list(session.exec(statement))
    if not found:
        return ()
    ids = [id_ for pair in found for id_ in (pair.first_id, pair.second_id)]
    sides.read(ids)
    told = clues.stored(session, ids)
    names = _names(session, (pair.decided_by_id for pair in found))
    made = []
    for pair in found:
        first, second = told.get(pair.first_id), told.get(pair.second_id)
        if first is None or second is None or pair.id is None:
            continue
        keep, other = _in_order(sides.found[first.id], sides.found[second.id], first, second)
        made.append(
            PairLine(
                id=pair.id,
                keep=keep,
                other=other,
                because=pair.because,
                said_at=pair.decided_at,
                said_by=names.get(pair.decided_by_id),
                reason=pair.reason,
            )
        )
    return tuple(made)


def _in_order(one: Side, other: Side, first: Told, second: Told) -> tuple[Side, Side]:
    """The one that would stand for both first: of two dates the earlier one."""
    both = PairLine(id=0, keep=one, other=other, because="")
    if "date" in both.differs:
        return (one, other) if one.days[0] < other.days[0] else (other, one)
    return (one, other) if stands(first, second).id == one.id else (other, one)


def _names(session: Session, ids: Iterable[int | None]) -> dict[int | None, str]:
    """The names of these people."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    return dict(session.exec(select(User.id, User.name).where(col(User.id).in_(wanted))).all())


def _joined(session: Session, item_id: int, sides: _Sides) -> tuple[tuple[Side, ...], Side | None]:
    """What is joined with an item, and what it is joined with."""
    statement = select(ItemState).where(
        or_(
            col(ItemState.joined_to_id) == item_id,
            sa.and_(col(ItemState.item_id) == item_id, col(ItemState.joined_to_id).is_not(None)),
        )
    )
    found = list(session.exec(statement))
    sides.read(id_ for state in found for id_ in (state.item_id, state.joined_to_id))
    members = [state.item_id for state in found if state.item_id != item_id]
    over = next((state.joined_to_id for state in found if state.item_id == item_id), None)
    return tuple(sides.found[id_] for id_ in sorted(members)), sides.found.get(over or 0)

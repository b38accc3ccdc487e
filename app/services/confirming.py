"""What people decide about a proposed date: a deadline, a new value of a known one, or none."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from app.core import changes
from app.core.columns import columns_of
from app.core.folding import SEARCHED, folded
from app.core.words import Clock
from app.errors import Conflict, Invalid, NotFound
from app.models import Event, Item, ItemState, Proposal, ProposalState, RecordedAct
from app.services import acts, clues, known, pairs, recording, rules, search, states, waking
from app.services.pages import Act
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

CONFIRMED, DISMISSED, TAKEN_OVER = "confirmed", "dismissed", "taken over"
UNDOABLE = (CONFIRMED, DISMISSED)
STREAM = ":confirmed"
"""The stream of deadlines that people confirmed: no connector reads it, so no sync touches it."""
_VALUES = ("due_on", "due_raw", "sort_on", "amount", "currency", "derived_from", "facts", "url")
"""What a new value of a confirmed deadline replaces."""


def confirm(
    session: Session, item_id: int, proposal_id: int, on: str, *, user_id: int, clock: Clock
) -> Act:
    """Make it a deadline of the team, on that one of its dates. Raises ``Conflict``."""
    notice, proposal = _open(session, item_id, proposal_id)
    day = _chosen(proposal, on)
    record = recording.begin(session, CONFIRMED, user_id=user_id, clock=clock)
    made = _confirm(session, notice, proposal, day, clock=clock, record=record)
    return recording.told(session, record, "Confirmed: it is a deadline now", (item_id, made))


def _confirm(
    session: Session,
    notice: Item,
    proposal: Proposal,
    day: date,
    *,
    clock: Clock,
    record: RecordedAct,
) -> int:
    """The id of the deadline."""
    made = _deadline(session, notice, proposal, day, clock)
    assert made.id is not None
    assert notice.id is not None
    _decide(session, proposal, ProposalState.CONFIRMED, record)
    proposal.deadline_id = made.id
    told = clues.stored(session, [notice.id]).get(notice.id)
    if told is not None:
        clues.copy(session, told, made)
    on, before = day.isoformat(), {"made": made.id}
    _tell(session, made.id, proposal, CONFIRMED, new=on, record=record)
    _tell(session, notice.id, proposal, CONFIRMED, new=on, before=before, record=record)
    session.flush()
    known.relate_others(session, made)
    return made.id


def change(
    session: Session, item_id: int, proposal_id: int, on: str, *, user_id: int, clock: Clock
) -> Act:
    """Take it over as the new value of the known deadline that it is about.

    One that a person confirmed is changed. One that a platform gives is not ours to change: the
    date becomes a deadline that stands for it, until the platform itself moves its own.
    """
    notice, proposal = _open(session, item_id, proposal_id)
    deadline = session.get(Item, proposal.about_id, with_for_update={"key_share": True})
    if deadline is None or deadline.removed_at is not None or deadline.id is None:
        raise Conflict(
            "The deadline that this is about is gone.", remedy="Confirm it as a new deadline."
        )
    day = _chosen(proposal, on)
    record = recording.begin(session, CONFIRMED, user_id=user_id, clock=clock)
    by: Any = {"user_id": user_id, "clock": clock, "within": record}
    if deadline.stream != STREAM:
        made = _confirm(session, notice, proposal, day, clock=clock, record=record)
        pairs.stand_for(session, made, deadline.id, proposal.because, **by)
        said = f"Changed; what {deadline.title} says at its source is kept beside it"
        return recording.told(session, record, said, (item_id, made, deadline.id))
    _take_over(session, notice, proposal, deadline, day, clock=clock, record=record)
    state = session.get(ItemState, deadline.id)
    if state is not None and state.state not in states.ASKS:
        acts.reopen(session, [deadline.id], **by)
    return recording.told(session, record, "Changed", (item_id, deadline.id))


def dismiss(session: Session, item_id: int, proposal_id: int, *, user_id: int, clock: Clock) -> Act:
    """It is none; it is not proposed again. Raises ``Conflict``."""
    _notice, proposal = _open(session, item_id, proposal_id)
    record = recording.begin(session, DISMISSED, user_id=user_id, clock=clock)
    _decide(session, proposal, ProposalState.DISMISSED, record)
    _tell(session, item_id, proposal, DISMISSED, new=proposal.raw, before={}, record=record)
    return recording.told(session, record, "Dismissed", (item_id,))


def take_back(session: Session, events: Sequence[Event], *, user_id: int, clock: Clock) -> None:
    """Propose again what these acts decided. Raises ``Conflict`` when somebody went on from it."""
    for event in events:
        if event.kind not in UNDOABLE or event.before is None:
            continue
        proposal = session.get(Proposal, event.before["proposal"], populate_existing=True)
        if proposal is None or proposal.decided_at != event.at:
            raise Conflict("This was undone already.", remedy="Look at the notice again.")
        if "made" in event.before:
            _unmake(session, event, user_id, clock)
        if "values" in event.before:
            _restore(session, event, user_id, clock)
        proposal.state, proposal.deadline_id = ProposalState.OPEN, None
        proposal.decided_by_id = proposal.decided_at = proposal.lost_at = None
        session.add(recording.undone(event.subject_id, event.kind, user_id, clock))
        session.flush()


def _unmake(session: Session, event: Event, user_id: int, clock: Clock) -> None:
    """The deadline goes; it stays to be found as removed."""
    made = (event.before or {})["made"]
    _nobody_went_on(session, event, made, clock)
    deadline = session.get(Item, made, populate_existing=True)
    assert deadline is not None
    deadline.removed_at, deadline.is_open = clock.now, False
    session.add_all((deadline, recording.undone(made, CONFIRMED, user_id, clock)))
    waking.let_go(session, [made], now=clock.now)


def _restore(session: Session, event: Event, user_id: int, clock: Clock) -> None:
    before = event.before or {}
    _nobody_went_on(session, event, before["deadline"], clock)
    deadline = session.get(Item, before["deadline"], populate_existing=True)
    assert deadline is not None
    kept = before["values"]
    for name in _VALUES:
        value = kept[name]
        if name in ("due_on", "sort_on"):
            value = date.fromisoformat(value)
        elif name == "amount" and value is not None:
            value = Decimal(value)
        setattr(deadline, name, value)
    deadline.changed_at = clock.now
    session.add_all((deadline, recording.undone(before["deadline"], TAKEN_OVER, user_id, clock)))


def _nobody_went_on(session: Session, act: Event, deadline_id: int, clock: Clock) -> None:
    """Raises ``Conflict`` where somebody has done something with the deadline since.

    What has the act's own time belongs to it, and what has the present one to its undoing.
    """
    since = select(Event.id).where(
        Event.subject == "item",
        Event.subject_id == deadline_id,
        col(Event.id) > act.id,
        col(Event.actor_id).is_not(None),
        col(Event.at).not_in((act.at, clock.now)),
    )
    if session.exec(since.limit(1)).first() is not None:
        raise Conflict(
            "This was not undone: somebody has gone on with the deadline.",
            remedy="Open it to see its history.",
        )


def _take_over(
    session: Session,
    notice: Item,
    proposal: Proposal,
    deadline: Item,
    day: date,
    *,
    clock: Clock,
    record: RecordedAct,
) -> None:
    assert notice.id is not None
    assert deadline.id is not None
    before = {name: _plain(getattr(deadline, name)) for name in _VALUES}
    old = changes.words(deadline.due_on)
    was = changes.money_words(deadline.amount, deadline.currency)
    given = _record(notice, proposal, day)
    columns = columns_of(given, clock.zone)
    if given.amount is None:
        columns |= {"amount": deadline.amount, "currency": deadline.currency}
    for name in _VALUES:
        setattr(deadline, name, columns[name])
    deadline.changed_at = clock.now
    _decide(session, proposal, ProposalState.CONFIRMED, record)
    proposal.deadline_id = deadline.id
    id_, on = deadline.id, day.isoformat()
    now = changes.money_words(deadline.amount, deadline.currency)
    if old != on or was == now:  # what else it takes over has a line, too
        _tell(session, id_, proposal, TAKEN_OVER, field="Due", old=old, new=on, record=record)
    if was != now:
        _tell(session, id_, proposal, TAKEN_OVER, field="Amount", old=was, new=now, record=record)
    kept = {"deadline": id_, "values": before}
    _tell(session, notice.id, proposal, CONFIRMED, new=on, before=kept, record=record)
    session.flush()


def _plain(value: Any) -> Any:
    """A column's value as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _open(session: Session, item_id: int, proposal_id: int) -> tuple[Item, Proposal]:
    """The notice and its proposal, held, as long as nobody has decided.

    What is confirmed of one notice tells something of those about the same matter: two that are
    confirmed at once take hold of all of them in one order, so that neither waits for the other
    for ever.
    """
    proposal = session.get(Proposal, proposal_id)
    near = clues.near(session, list(clues.stored(session, [item_id]).values()))
    about = [proposal.about_id] if proposal is not None and proposal.about_id is not None else []
    states.hold(session, {item_id, *near, *about})
    notice = session.get(Item, item_id, populate_existing=True)
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


def _deadline(session: Session, notice: Item, proposal: Proposal, day: date, clock: Clock) -> Item:
    """The proposal's deadline: a new one, or the one that was taken back before."""
    record = _record(notice, proposal, day)
    found = session.exec(
        select(Item).where(
            Item.connection_id == notice.connection_id,
            Item.stream == STREAM,
            Item.external_id == record.external_id,
        )
    ).first()
    made = found or Item(
        connection_id=notice.connection_id,
        stream=STREAM,
        external_id=record.external_id,
        content_hash=b"",
        first_seen_at=clock.now,
        changed_at=clock.now,
        kind=Kind.DEADLINE,
        title="",
    )
    if found is not None and found.id is not None:
        search.forget(session, [found.id])
    for name, value in columns_of(record, clock.zone).items():
        setattr(made, name, value)
    made.content_hash, made.changed_at = content_hash(encode(record)), clock.now
    made.removed_at = None
    if search.folds(session):
        made.folded = folded(getattr(made, name) for name in SEARCHED)
    session.add(made)
    session.flush()
    assert made.id is not None
    search.add(session, [made.id])
    states.refresh_open(session, [made.id])
    if found is None:
        traits = (made.program, made.vendor, made.category, made.kind)
        rules.Assigner(session).assign([(made.id, traits)], at=clock.now)
    return made


def _record(notice: Item, proposal: Proposal, day: date) -> Deadline:
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
    session: Session, proposal: Proposal, state: ProposalState, record: RecordedAct
) -> None:
    proposal.state, proposal.decided_by_id = state, record.actor_id
    proposal.decided_at = record.at
    session.add(proposal)


def _tell(
    session: Session,
    item_id: int,
    proposal: Proposal,
    kind: str,
    *,
    new: str,
    record: RecordedAct,
    old: str | None = None,
    field: str | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    """A line of history; with ``before`` the one by which the act is taken back."""
    session.add(
        Event(
            subject="item",
            subject_id=item_id,
            at=record.at,
            kind=kind,
            actor_id=record.actor_id,
            act_id=record.id,
            field=field,
            old=old,
            new=new,
            note=proposal.sentence,
            before=None if before is None else {**before, "proposal": proposal.id},
        )
    )

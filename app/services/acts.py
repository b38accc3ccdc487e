"""What people do with items: done, reopen, snooze, wait, decline, assign, back up, join.

Every act is a line of history of each item in the same transaction, with what was before, so
that it can be undone as long as nobody did something else with the item since.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from app.core.words import Clock, day_words, due_short, plural
from app.errors import Conflict, Invalid, NotFound
from app.models import Item, RecordedAct, TeamState, User
from app.services import attachments, mandatory, recording, states
from app.services.pages import Act
from connectors.sdk.records import DueDate, DueInstant

DONE, REOPENED, SNOOZED, WAITING = "done", "reopened", "snoozed", "waiting"
DECLINED, ASSIGNED, JOINED = "not applicable", "assigned", "joined"
BACKED, RULED = "backup chosen", "assigned by rule"
HANDED, HANDED_BACKUP = "handed over", "backup handed over"
STATES = (
    *(DONE, REOPENED, SNOOZED, WAITING, DECLINED, JOINED),
    *(ASSIGNED, BACKED, RULED, HANDED, HANDED_BACKUP),
)
"""Acts that change the team's state of an item."""
LONGEST_REASON = 500
LONGEST_SNOOZE = timedelta(days=3653)
UNTIL_CHANGE = "it changes at its source"
OWNER_ALREADY = "{} is the owner already."

Versions = Mapping[int, int]
"""The versions that the person saw, by item: an act on another version is a conflict."""
ANY: Versions = MappingProxyType({})


def done(
    session: Session,
    ids: Sequence[int],
    *,
    user_id: int,
    clock: Clock,
    versions: Versions = ANY,
    proof: str = "",
    also: Sequence[int] = (),
) -> Act:
    """The team has done what these items ask for, and with it what ``also`` reminds of them.

    proof   the address of what proves it, of one item. Raises ``NeedsProof`` where a mandatory
            item has none
    """
    doing = _Doing(session, [*ids, *also], user_id=user_id, clock=clock, versions=versions)
    record = doing.begin(DONE)
    if proof and len(ids) == 1:
        by: Any = {"user_id": user_id, "clock": clock}
        attachments.add_link(session, ids[0], proof, proof=True, **by, within=record)
    unproven = mandatory.among(session, ids, unproven=True)
    if unproven:
        raise mandatory.NeedsProof(unproven)
    values = {"state": TeamState.DONE, "done_at": clock.now, "reopened_because": None}
    return doing.settle(DONE, values, said="Done", beside=also)


def reopen(
    session: Session,
    ids: Sequence[int],
    *,
    user_id: int,
    clock: Clock,
    versions: Versions = ANY,
    within: RecordedAct | None = None,
) -> Act:
    """Back to the inbox, and no longer waiting."""
    doing = _Doing(session, ids, user_id=user_id, clock=clock, versions=versions, within=within)
    return doing.settle(REOPENED, {"state": TeamState.OPEN}, said="Reopened")


def wait(
    session: Session, ids: Sequence[int], *, user_id: int, clock: Clock, versions: Versions = ANY
) -> Act:
    """It is the vendor's turn: the items stay open, and their dates go on."""
    since = sa.func.coalesce(states.table.c.waiting_since, clock.now)
    values = {"state": TeamState.WAITING, "waiting_since": since}
    doing = _Doing(session, ids, user_id=user_id, clock=clock, versions=versions)
    return doing.settle(WAITING, values, said="Waiting on vendor")


def decline(
    session: Session,
    ids: Sequence[int],
    reason: str,
    *,
    user_id: int,
    clock: Clock,
    versions: Versions = ANY,
) -> Act:
    """It is nothing for this team, and why. Raises ``Invalid`` without a reason, and for what is
    mandatory.
    """
    reason = reason_of(reason)
    doing = _Doing(session, ids, user_id=user_id, clock=clock, versions=versions)
    if mandatory.among(session, ids):
        raise Invalid(mandatory.NOT_DECLINED, remedy=mandatory.REMEDY)
    values = {"state": TeamState.NOT_APPLICABLE, "reason": reason, "reopened_because": None}
    return doing.settle(DECLINED, values, said="Not applicable", note=reason)


def reason_of(text: str) -> str:
    """A reason in one line. Raises ``Invalid`` where there is none, or too much of one."""
    reason = " ".join(text.split())
    if not reason:
        raise Invalid(
            "Say why it is not applicable.", fields={"reason": "A word or two are enough."}
        )
    if len(reason) > LONGEST_REASON:
        text = f"At most {LONGEST_REASON} characters."
        raise Invalid("The reason is too long.", fields={"reason": text}, remedy=text)
    return reason


def snooze(
    session: Session,
    ids: Sequence[int],
    until: datetime | None,
    *,
    user_id: int,
    clock: Clock,
    versions: Versions = ANY,
) -> Act:
    """Out of sight until that instant, None: until it changes; or until the source changes it,
    whichever is first. Raises ``Invalid``.
    """
    doing = _Doing(session, ids, user_id=user_id, clock=clock, versions=versions)
    words, late = UNTIL_CHANGE, ""
    if until is not None:
        bearable(until, clock)
        words = day_words(clock.local(until).date(), clock.today)
        late = _past_due(session, ids, until, clock)
    values = {
        "state": TeamState.SNOOZED,
        "snoozed_until": until,
        "until_change": until is None,
        "reopened_because": None,
    }
    return doing.settle(SNOOZED, values, new=words, said=f"Snoozed until {words}", late=late)


def bearable(until: datetime, clock: Clock) -> None:
    """Go on only with a moment that can be snoozed until. Raises ``Invalid``."""
    if until <= clock.now:
        raise Invalid(
            "It cannot be snoozed into the past.", fields={"until": "Choose a later day."}
        )
    if until > clock.now + LONGEST_SNOOZE:
        raise Invalid(
            "It cannot be snoozed for more than ten years.",
            fields={"until": "Choose an earlier day."},
        )


def _past_due(session: Session, ids: Sequence[int], until: datetime, clock: Clock) -> str:
    """What to say where a snooze ends after an item is due; "" where it does not, or is late
    anyway.
    """
    it, back = states.items.c, clock.local(until).date()
    missed = (
        states.among(session, it.id, ids),
        sa.or_(
            sa.and_(it.due_at.is_not(None), it.due_at < until, it.due_at >= clock.now),
            sa.and_(it.due_at.is_(None), it.due_on < back, it.due_on >= clock.today),
        ),
    )
    found = sa.select(it.due_on, it.due_at, sa.func.count().over()).where(*missed).limit(1)
    first = session.execute(found).first()
    if first is None:
        return ""
    due_on, due_at, count = first
    due = DueInstant(at=due_at) if due_at else DueDate(on=due_on)
    if len(ids) == 1:
        return f", after it is due: {due_short(due, clock)}"
    return f", after {count:,} of them {'is' if count == 1 else 'are'} due"


def assign(
    session: Session,
    ids: Sequence[int],
    owner_id: int | None,
    *,
    user_id: int,
    clock: Clock,
    versions: Versions = ANY,
    within: RecordedAct | None = None,
) -> Act:
    """Give these items an owner, or none. Raises ``NotFound`` for an unknown person.

    Who owns an item is no longer its backup: nobody stands in for themselves.
    """
    name = _named(session, owner_id)
    backup = states.table.c.backup_id
    values = {"owner_id": owner_id, "backup_id": sa.case((backup == owner_id, None), else_=backup)}
    doing = _Doing(session, ids, user_id=user_id, clock=clock, versions=versions, within=within)
    return doing.do(ASSIGNED, values, new=name, said=f"Assigned to {name}")


def back_up(
    session: Session,
    ids: Sequence[int],
    backup_id: int | None,
    *,
    user_id: int,
    clock: Clock,
    versions: Versions = ANY,
    within: RecordedAct | None = None,
) -> Act:
    """Say who stands in for the owner of these items, or nobody. Raises ``NotFound`` for an
    unknown person, ``Invalid`` for one who owns any of them.
    """
    name = _named(session, backup_id)
    doing = _Doing(session, ids, user_id=user_id, clock=clock, versions=versions, within=within)
    if owned(session, doing.ids, backup_id):
        raise Invalid(OWNER_ALREADY.format(name), remedy="Choose somebody else as backup.")
    return doing.do(BACKED, {"backup_id": backup_id}, new=name, said=f"Backup: {name}")


def owned(session: Session, ids: Collection[int], person_id: int | None) -> set[int]:
    """Those of the items that this person owns; nobody owns none."""
    it = states.table.c
    own = sa.select(it.item_id).where(
        states.among(session, it.item_id, ids), it.owner_id == person_id
    )
    return set(session.execute(own).scalars()) if person_id is not None else set()


def _named(session: Session, person_id: int | None) -> str:
    """The name of somebody who can have items; raises ``NotFound``."""
    if person_id is None:
        return "nobody"
    person = session.get(User, person_id)
    if person is None or not person.is_active:
        raise NotFound(
            "There is no such person to assign it to.", remedy="Choose somebody from the list."
        )
    return person.name


def join(
    session: Session,
    ids: Sequence[int],
    to: Item,
    *,
    user_id: int,
    clock: Clock,
    within: RecordedAct,
    kept: Mapping[str, Any],
    reason: str | None = None,
) -> Act:
    """They are the same thing as another item, which stands for them from now on. ``kept``: what
    undo has to know of the suggestion.
    """
    values = {"state": TeamState.JOINED, "joined_to_id": to.id, "reopened_because": None}
    doing = _Doing(session, ids, user_id=user_id, clock=clock, within=within)
    return doing.settle(JOINED, values, said="Joined", new=to.title, note=reason, kept=kept)


class _Doing:
    """One act of a person on items that nobody else changes until it is done.

    Raises ``Overtaken`` where one of them is not in the version that the person saw. One that is
    joined with another is only acted on as a part of (``within``) what parts or joins it: what is
    done with the one that stands for it is done with it. Raises ``Conflict``.
    """

    def __init__(
        self,
        session: Session,
        ids: Sequence[int],
        *,
        user_id: int,
        clock: Clock,
        versions: Versions = ANY,
        within: RecordedAct | None = None,
    ) -> None:
        self.session, self.user_id, self.clock = session, user_id, clock
        self.record = within
        self.ids = states.hold_all(session, ids)
        self.stored = states.read(session, self.ids)
        self.before = {id_: self.stored.get(id_, states.NEVER_TOUCHED) for id_ in self.ids}
        self._unchanged(versions)
        if within is None and any(map(states.is_joined, self.before.values())):
            raise Conflict(states.STANDS_BEHIND, remedy="Open it to see which one that is.")

    def begin(self, kind: str) -> RecordedAct:
        """The recorded act that this is, or is a part of."""
        if self.record is None:
            self.record = recording.begin(
                self.session, kind, user_id=self.user_id, clock=self.clock
            )
        return self.record

    def settle(self, kind: str, values: Mapping[str, Any], **told: Any) -> Act:
        """Another state, without what only the state before had; otherwise as ``do``."""
        return self.do(kind, {**states.NO_OTHER, **values}, **told)

    def do(
        self,
        kind: str,
        values: Mapping[str, Any],
        *,
        said: str,
        late: str = "",
        beside: Sequence[int] = (),
        **told: Any,
    ) -> Act:
        """Write the values and tell them in the history. ``beside``: the reminders among them."""
        record = self.begin(kind)
        states.act(self.session, record, self.ids, self.stored, values, kind=kind, **told)
        count = len(self.ids) - len(beside)
        many = f": {plural(count, 'item')}" if count > 1 else ""
        if beside:
            reminders = plural(len(beside), "reminder") if count > 1 else "its reminder"
            late = f", and {reminders} with {'them' if count > 1 else 'it'}"
        return recording.told(self.session, record, f"{said}{many}{late}", self.ids)

    def _unchanged(self, versions: Versions) -> None:
        known = {
            id_: version
            for id_, version in versions.items()
            if id_ in self.before and self.before[id_]["version"] != version
        }
        if known:
            raise states.Overtaken(
                "Somebody else changed this item in the meantime.",
                known,
                remedy="Look at it again, then decide.",
            )

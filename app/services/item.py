"""One item's page: its facts, where they come from, and what happened."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.core import changes, pace
from app.core.words import Clock, goal_words, told_words
from app.errors import NotFound
from app.models import Connection, Event, Item, ItemState, RecordedAct, StreamState, User
from app.services import (
    acts,
    actuals,
    attachments,
    comments,
    configs,
    confirming,
    deciding,
    inbox,
    keeping,
    lines,
    listing,
    mandatory,
    own_items,
    pairs,
    recording,
    rules,
    today,
    waking,
    weights,
)
from app.services.lines import Sources
from app.services.listing import items
from app.services.pages import (
    GoalLine,
    Health,
    HistoryLine,
    ItemPage,
    Row,
    SourceLine,
)
from connectors.sdk.manifest import Completeness
from connectors.sdk.mapping import html_text
from connectors.sdk.records import Fact, Kind, SafeHtml

HISTORY = 200
NEWEST = 3
"""Lines of history among which an act can be that nobody has gone on from."""

WHAT = {
    changes.NEW: "First seen",
    changes.DUE_MOVED: "{field} moved",
    changes.CHANGED: "{field} changed",
    changes.CLOSED: "Closed at the source",
    changes.REOPENED: "Opened again at the source",
    changes.GONE: "Removed at the source",
    changes.RETURNED: "Listed at the source again",
    acts.DONE: "Done",
    acts.REOPENED: "Reopened",
    acts.SNOOZED: "Snoozed until {new}",
    acts.WAITING: "Waiting on vendor",
    acts.DECLINED: "Not applicable",
    waking.WOKEN: "Back from snooze",
    acts.ASSIGNED: "Assigned to {new}",
    recording.UNDONE: "Undid: {old}",
    acts.RULED: "Assigned to {new} by the rule “{old}”",
    acts.BACKED: "Backup: {new}",
    acts.HANDED: "Handed over from {old} to {new}",
    acts.HANDED_BACKUP: "Backup handed over from {old} to {new}",
    keeping.ENTERED: "Entered as reached: {new}",
    acts.JOINED: "Joined with {new}",
    comments.WITHDRAWN: "Withdrew a comment",
    attachments.ADDED: "Added {new}",
    attachments.TAKEN_AWAY: "Took away {new}",
    attachments.PROVES: "Marked as proof: {new}",
    attachments.PROVES_NOT: "No proof any more: {new}",
    confirming.CONFIRMED: "Confirmed as a deadline on {new}",
    confirming.DISMISSED: "Dismissed as a deadline: {new}",
    confirming.TAKEN_OVER: "{field} taken over from a notice",
    pairs.TOLD_APART: "Told apart from {new}",
    pairs.PARTED: "Parted from {new}",
    changes.LOST: "The notice that it was confirmed from no longer says this",
    changes.SAID_AGAIN: "The notice that it was confirmed from says this again",
}
UNDID = {
    keeping.ENTERED: "what was entered as reached",
    comments.NOTED: "a comment",
    comments.WITHDRAWN: "the withdrawal of a comment",
    attachments.ADDED: "adding a link or a file",
    attachments.TAKEN_AWAY: "taking a link or a file away",
    attachments.PROVES: "marking as proof",
    attachments.PROVES_NOT: "that it is no proof",
}
"""What was undone, where its kind alone does not say it."""
MATERIAL = (changes.DUE_MOVED, changes.CLOSED, changes.REOPENED, changes.GONE, changes.RETURNED)


def exists(session: Session, item_id: int) -> bool:
    """Whether there is such an item."""
    return session.execute(sa.select(items.c.id).where(items.c.id == item_id)).first() is not None


def item_page(session: Session, item_id: int, *, user_id: int, clock: Clock) -> ItemPage:
    """Everything that is known of an item; raises ``NotFound``."""
    stored = session.execute(listing.select_lines(user_id).where(items.c.id == item_id)).first()
    item = session.get(Item, item_id)
    if stored is None or item is None:
        raise NotFound("There is no such item.", remedy="Go back to the inbox.")
    connection = session.get(Connection, item.connection_id)  # held: others ask for it, too
    stream = _stream(session, item)
    known = Sources(session, now=clock.now)
    row = lines.rows_of(session, [stored], known, clock)[0]
    source = known.lines.get(item.connection_id) or _removed(item.connection_id, known)
    state = session.get(ItemState, item_id)
    history = _history(session, item_id, user_id, state.version if state else 0)
    is_mandatory = {item.kind, item.category} & mandatory.names(session)
    return ItemPage(
        row=row,
        version=state.version if state else 0,
        crumbs=_crumbs(item, known),
        source=source,
        url=item.url,
        why=(
            *_why(session, row, stored, state, clock),
            *rules.why(session, item_id, row.owner),
        ),
        account=item.account,
        reference=item.reference,
        vendor=item.vendor,
        program=item.program,
        category=item.category,
        status=item.status,
        derived_from=item.derived_from,
        due_raw=item.due_raw,
        summary=_summary(item),
        body=SafeHtml(item.body) if item.body else None,
        facts=_facts(item),
        seen_at=_seen_at(item, stream, connection, source),
        proof=_proof(item, stream),
        goal=goal_line(item, clock) if item.kind == Kind.GOAL else None,
        history=history,
        comments=comments.of_item(session, item_id, user_id=user_id),
        attachments=attachments.of_item(session, item_id),
        mentioned=comments.mentioned(session, item_id, user_id=user_id),
        related=deciding.related(session, item, known),
        people=inbox.people(session),
        own=own_items.how_own(session, item),
        mandatory=bool(is_mandatory),
        proven=not (is_mandatory and mandatory.among(session, [item_id], unproven=True)),
        counted=_counted(connection, item),
    )


def _counted(connection: Connection | None, item: Item) -> str | None:
    if item.kind != Kind.GOAL or item.removed_at is not None or connection is None:
        return None
    return actuals.shown(connection.connector, item.actual)


def _crumbs(item: Item, known: Sources) -> tuple[str, ...]:
    parts = (known.name(item.connection_id), item.vendor, item.program, item.category or item.kind)
    return tuple(dict.fromkeys(part for part in parts if part))


def _removed(connection_id: int, known: Sources) -> SourceLine:
    return SourceLine(id=connection_id, name=known.name(connection_id), health=Health.PAUSED)


def _summary(item: Item) -> str | None:
    """What the body does not begin with anyway, as the summary of most mails does."""
    if not item.summary or not item.body:
        return item.summary
    said = _in_one_line(item.summary.removesuffix("…"))
    body = _in_one_line(html_text(item.body, limit=2 * len(item.summary) + 100))
    return None if body.startswith(said) else item.summary


def _in_one_line(text: str) -> str:
    return " ".join(text.replace("•", " ").split())


def _why(
    session: Session, row: Row, stored: Any, state: ItemState | None, clock: Clock
) -> tuple[str, ...]:
    """Why it is ranked where it is; a goal is not ranked, its page says how it stands."""
    steps = weights.steps(session)
    reasons = () if row.kind == Kind.GOAL else today.rank_of(row, stored, steps, clock).reasons
    if state is not None and state.reopened_because:
        return (f"It came back: {told_words(state.reopened_because, clock)}.", *reasons)
    return reasons


def _facts(item: Item) -> tuple[Fact, ...]:
    """What the kind brings beside the shared facts, then what the source said in its own labels."""
    own = {
        "To": item.recipient,
        "Period": item.period,
        "Rhythm": item.cadence,
        "Published": changes.words(item.published_on),
        "Period start": changes.words(item.period_start),
        "Period end": changes.words(item.period_end),
    }
    said = [Fact(label=str(label), value=str(value)) for label, value in item.facts]
    return (*(Fact(label=label, value=value) for label, value in own.items() if value), *said)


def goal_line(item: Any, clock: Clock) -> GoalLine:
    """A goal in words, with how much is reached and how much of its time is over."""
    return GoalLine(
        id=item.id,
        title=item.title,
        words=goal_words(item.actual, item.target, item.unit),
        share=pace.share(item.target, item.actual) or 0.0,
        pace=pace.pace(item.period_start, item.period_end, clock.today),
    )


def _stream(session: Session, item: Item) -> StreamState | None:
    return session.exec(
        select(StreamState).where(
            StreamState.connection_id == item.connection_id, StreamState.stream == item.stream
        )
    ).first()


def _seen_at(
    item: Item, stream: StreamState | None, connection: Connection | None, source: SourceLine
) -> datetime | None:
    """When its source last listed it: the list's last whole read, unless that missed it or a read
    of that list does not prove what is gone.
    """
    if item.removed_at is not None or item.missing_reads or stream is None:
        return None
    if _proves(connection, item) is Completeness.UNKNOWN:
        return None
    return source.copied_at or stream.last_complete_at  # reading a copy again confirms nothing


def _proof(item: Item, stream: StreamState | None) -> str | None:
    if item.stream == confirming.STREAM:
        return None  # a person confirmed it; its source does not list it
    if item.removed_at is not None:
        return "no longer listed in two whole reads"
    if item.missing_reads:
        return "not listed in the last whole read; one more decides"
    if stream is None or not stream.complete_reads:
        return "the list was not yet read to its end"
    return "whole list"


def _proves(connection: Connection | None, item: Item) -> Completeness | None:
    """What a finished read of its list proves; None where that list is read no more."""
    manifest = configs.manifest_or_none(connection.connector) if connection else None
    if connection is None or manifest is None:
        return None
    streams = configs.streams_of(manifest, connection.config)
    return next((one.completeness for one in streams if one.name == item.stream), None)


def _history(session: Session, item_id: int, user_id: int, version: int) -> tuple[HistoryLine, ...]:
    statement = (
        select(Event, User.name)
        .join(User, col(User.id) == col(Event.actor_id), isouter=True)
        .where(
            Event.subject == "item",
            Event.subject_id == item_id,
            Event.kind != comments.NOTED,
        )
        .order_by(col(Event.id).desc())
        .limit(HISTORY)
    )
    told = list(session.exec(statement))
    undoable = _undoable(session, (event for event, _ in told[:NEWEST]), user_id, version)
    return tuple(line_of(event, name, undoable.get(event.id or 0)) for event, name in told)


def _undoable(
    session: Session, told: Iterable[Event], user_id: int, version: int
) -> Mapping[int, str]:
    """The keys that take acts back, by the line that tells of one: one's own, not undone, and the
    item is as it left it.
    """
    acts_of = {
        event.id: event.act_id
        for event in told
        if event.actor_id == user_id and (event.before or {}).get("version", version) == version
    }
    ids = {id_ for id_ in acts_of.values() if id_ is not None}
    if not ids:
        return {}
    still = select(RecordedAct.id).where(
        col(RecordedAct.id).in_(ids), col(RecordedAct.undone_at).is_(None)
    )
    done = set(session.exec(still))
    return {line: str(act) for line, act in acts_of.items() if line and act in done}


def line_of(event: Any, name: str | None = None, undo: str | None = None) -> HistoryLine:
    """A stored event as a line to read; no ``name`` and no actor means that a sync did it."""
    actor = getattr(event, "actor_id", None)
    by_sync = actor is None
    valued = event.kind in (changes.CHANGED, changes.DUE_MOVED, confirming.TAKEN_OVER)
    what = WHAT.get(event.kind, event.kind.capitalize())
    return HistoryLine(
        at=event.at,
        who="sync" if by_sync else (name or "somebody"),
        what=what.format(
            field=event.field or "Field", new=event.new, old=UNDID.get(event.old, event.old)
        ),
        old=event.old if valued else None,
        new=event.new if valued else None,
        text=event.note,
        material=event.kind in MATERIAL or (by_sync and event.kind == acts.REOPENED),
        undo=undo,
    )

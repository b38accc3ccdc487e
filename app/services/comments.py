"""What people write about an item, and whom they name in it.

A comment is a line of history whose text nobody changes. Taking one back hides its text and adds
a line that says so.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.core.comment_text import Piece, pieces
from app.core.mentions import Somebody, doubts, handle, meant, mentions
from app.core.words import Clock
from app.errors import Conflict, Invalid, NotFound
from app.models import Event, Mention, User
from app.services import accounts, recording, states
from app.services.pages import Act, CommentLine, MentionLine
from app.services.revisions import remembered

NOTED, WITHDRAWN = "noted", "withdrawn"
UNDOABLE = (NOTED, WITHDRAWN)
KINDS = (NOTED, WITHDRAWN, recording.UNDONE)
LONGEST = 4000
SHOWN = 200
"""So many newest comments an item shows."""
NONE = 0
"""The comment of a line that is about none."""

events = SQLModel.metadata.tables["events"]
named = SQLModel.metadata.tables["mentions"]
items = SQLModel.metadata.tables["items"]
users = SQLModel.metadata.tables["users"]


def add(
    session: Session,
    item_id: int,
    text: str,
    *,
    tell: Sequence[int] = (),
    user_id: int,
    clock: Clock,
) -> Act:
    """Write something about an item. ``tell`` are people to name before the text, by their ids.

    Raises ``Invalid`` when it is empty or too long, ``NotFound`` without such an item.
    """
    people = everybody(session)
    text = _told(text.strip().replace("\r\n", "\n"), tell, people)
    if not text:
        raise Invalid("The comment is empty.", fields={"text": "Write something down."})
    if len(text) > LONGEST:
        raise Invalid(
            "The comment is too long.", fields={"text": f"At most {LONGEST:,} characters."}
        )
    states.hold_all(session, [item_id])
    record = recording.begin(session, NOTED, user_id=user_id, clock=clock)
    event = _line(item_id, NOTED, user_id, clock, note=text, act_id=record.id, before={})
    session.add(event)
    session.flush()
    found = mentions(text, people)
    _name(session, event, meant(found))
    unclear = list(doubts(found))
    said = " ".join(("Commented.", *unclear)) if unclear else "Commented"
    return recording.told(session, record, said, [item_id])


def withdraw(session: Session, comment_id: int, *, user_id: int, clock: Clock) -> Act:
    """Hide the text of one's own comment; the line that it was there stays.

    Raises ``NotFound`` for a comment of somebody else, ``Conflict`` for one that is gone.
    """
    comment = session.get(Event, comment_id)
    if comment is None or comment.kind != NOTED or comment.actor_id != user_id:
        raise NotFound("There is no such comment of yours.")
    states.hold_all(session, [comment.subject_id])
    if comment.id not in _shown(_talk(session, comment.subject_id)):
        raise Conflict("This comment was withdrawn already.")
    record = recording.begin(session, WITHDRAWN, user_id=user_id, clock=clock)
    became = {"comment": comment_id, "gone": True}
    session.add(
        _line(comment.subject_id, WITHDRAWN, user_id, clock, act_id=record.id, before=became)
    )
    _forget(session, comment_id)
    return recording.told(session, record, "Comment withdrawn", [comment.subject_id])


def take_back(session: Session, events: Sequence[Event], *, user_id: int, clock: Clock) -> None:
    """Undo these comments and withdrawals. Raises ``Conflict`` where that was done already."""
    for event in events:
        if event.kind not in UNDOABLE:
            continue
        states.hold_all(session, [event.subject_id])
        gone = event.kind == NOTED
        comment_id: int = event.id or NONE if gone else (event.before or {})["comment"]
        if (comment_id in _shown(_talk(session, event.subject_id))) != gone:
            raise Conflict("This was undone already.")
        session.add(
            _line(
                event.subject_id,
                recording.UNDONE,
                user_id,
                clock,
                old=event.kind,
                before={"comment": comment_id, "gone": gone},
            )
        )
        comment = session.get_one(Event, comment_id)
        _forget(session, comment_id)
        if not gone:
            _name(session, comment, meant(mentions(comment.note or "", everybody(session))))
        session.flush()


def everybody(session: Session) -> tuple[Somebody, ...]:
    """All who can be named."""
    return tuple(
        Somebody(id=user.id or 0, name=user.name, email=user.email)
        for user in accounts.users(session)
    )


def of_item(session: Session, item_id: int, *, user_id: int) -> tuple[CommentLine, ...]:
    """The comments of an item, the oldest first."""
    talk = _talk(session, item_id)
    shown = _shown(talk)
    withdrawn = _withdrawn(talk)
    if not shown and not withdrawn:
        return ()
    told = _named_in(session, list(shown))
    return tuple(
        CommentLine(
            id=row.id,
            at=row.at,
            who=row.name or "somebody",
            pieces=_pieces(row.note, told.get(row.id, ())) if row.id in shown else (),
            mine=row.actor_id == user_id,
            withdrawn=row.id not in shown,
        )
        for row in talk
        if row.kind == NOTED and (row.id in shown or row.id in withdrawn)
    )


# Who was named


def unseen(session: Session, user_id: int) -> int:
    """How many comments name this person in items that they have not opened since."""

    def make() -> int:
        statement = sa.select(sa.func.count()).select_from(named)
        found = statement.where(named.c.user_id == user_id, named.c.seen_at.is_(None))
        return int(session.execute(found).scalar_one())

    return remembered(session, ("mentions", user_id), make)


def mentioned(session: Session, item_id: int, *, user_id: int) -> bool:
    """Whether a comment of this item names the person, who has not seen it."""
    found = sa.select(named.c.event_id).where(*_unseen(user_id), named.c.item_id == item_id)
    return session.execute(found.limit(1)).first() is not None


def seen(session: Session, item_id: int, *, user_id: int, now: datetime) -> None:
    """The person has opened the item."""
    session.execute(
        sa.update(named).where(*_unseen(user_id), named.c.item_id == item_id).values(seen_at=now)
    )


def mentions_of(session: Session, user_id: int, *, limit: int) -> tuple[MentionLine, ...]:
    """The newest comments that name this person, those not seen yet first."""
    found = _mentions(session, user_id, named.c.seen_at.is_(None), limit)
    if len(found) < limit:
        found += _mentions(session, user_id, named.c.seen_at.is_not(None), limit - len(found))
    whom = [one for one in everybody(session) if one.id == user_id]
    return tuple(
        MentionLine(
            item_id=row.item_id,
            title=row.title,
            at=row.at,
            who=row.name or "somebody",
            pieces=_pieces(row.note, whom),
            seen=row.seen_at is not None,
        )
        for row in found
    )


def unseen_of(
    session: Session, user_ids: Collection[int], *, most: int
) -> dict[int, tuple[tuple[MentionLine, ...], int]]:
    """Of each of these people the newest comments that name them in items that they have not
    opened since, at most so many, and how many there are; without those who have none.
    """
    ranked = (
        sa.select(
            named.c.event_id,
            named.c.user_id,
            sa.func.row_number()
            .over(partition_by=named.c.user_id, order_by=named.c.event_id.desc())
            .label("place"),
            sa.func.count().over(partition_by=named.c.user_id).label("many"),
        )
        .where(named.c.user_id.in_(user_ids), named.c.seen_at.is_(None))
        .subquery()
    )
    columns = (ranked.c.user_id, ranked.c.many, events.c.at, events.c.note)
    statement = (
        sa.select(*columns, events.c.subject_id, items.c.title, users.c.name)
        .join(events, events.c.id == ranked.c.event_id)
        .join(items, items.c.id == events.c.subject_id)
        .outerjoin(users, users.c.id == events.c.actor_id)
        .where(ranked.c.place <= most)
        .order_by(ranked.c.event_id.desc())
    )
    found: dict[int, tuple[tuple[MentionLine, ...], int]] = {}
    for row in session.execute(statement):
        line = MentionLine(
            item_id=row.subject_id,
            title=row.title,
            at=row.at,
            who=row.name or "somebody",
            pieces=pieces(row.note or ""),
        )
        found[row.user_id] = (*found.get(row.user_id, ((), 0))[0], line), row.many
    return found


def _mentions(
    session: Session, user_id: int, which: sa.ColumnElement[bool], limit: int
) -> list[Any]:
    statement = (
        sa.select(
            named.c.item_id,
            named.c.seen_at,
            events.c.at,
            events.c.note,
            items.c.title,
            users.c.name,
        )
        .join(events, events.c.id == named.c.event_id)
        .join(items, items.c.id == named.c.item_id)
        .outerjoin(users, users.c.id == events.c.actor_id)
        .where(named.c.user_id == user_id, which)
        .order_by(named.c.event_id.desc())
        .limit(limit)
    )
    return list(session.execute(statement))


def _unseen(user_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return named.c.user_id == user_id, named.c.seen_at.is_(None)


def _name(session: Session, comment: Event, ids: Sequence[int]) -> None:
    """Those named in it will be told, but for who wrote it."""
    assert comment.id is not None
    session.add_all(
        Mention(event_id=comment.id, user_id=id_, item_id=comment.subject_id)
        for id_ in ids
        if id_ != comment.actor_id
    )
    session.flush()


def _forget(session: Session, comment_id: int) -> None:
    session.execute(sa.delete(named).where(named.c.event_id == comment_id))


def _told(text: str, tell: Sequence[int], people: Sequence[Somebody]) -> str:
    """The text with the names before it that it does not name itself."""
    already = meant(mentions(text, people))
    names = [f"@{handle(one, people)}" for one in people if one.id in {*tell} - {*already}]
    return " ".join(filter(None, (*names, text))) if text else text


# The lines of an item's history that make its talk


def newest(session: Session, connection_id: int) -> dict[int, str]:
    """The newest comment that is to be read of each item of a source, by the item's id."""
    of = sa.select(items.c.id).where(items.c.connection_id == connection_id)
    return _newest(session, events.c.subject_id.in_(of))


def newest_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The same of these items."""
    return _newest(session, states.among(session, events.c.subject_id, ids))


def _newest(session: Session, which: sa.ColumnElement[bool]) -> dict[int, str]:
    statement = (
        sa.select(events.c.id, events.c.subject_id, events.c.kind, events.c.note, events.c.before)
        .where(events.c.subject == "item", which, events.c.kind.in_(KINDS))
        .order_by(events.c.id)
    )
    talk = list(session.execute(statement))
    shown = _shown(talk)
    return {row.subject_id: row.note for row in talk if row.kind == NOTED and row.id in shown}


def _talk(session: Session, item_id: int) -> list[Any]:
    """Its comments and what became of them, the oldest first."""
    statement = (
        sa.select(
            events.c.id,
            events.c.at,
            events.c.kind,
            events.c.note,
            events.c.actor_id,
            events.c.before,
            users.c.name,
        )
        .outerjoin(users, users.c.id == events.c.actor_id)
        .where(events.c.subject == "item", events.c.subject_id == item_id, events.c.kind.in_(KINDS))
        .order_by(events.c.id.desc())
        .limit(2 * SHOWN)
    )
    return list(session.execute(statement))[::-1]


def _shown(talk: Sequence[Any]) -> set[int]:
    """The comments whose text is to be read."""
    shown: set[int] = set()
    for row in talk:
        if row.kind == NOTED:
            shown.add(row.id)
        else:
            comment_id, gone = _became(row)
            (shown.discard if gone else shown.add)(comment_id)
    return shown - {NONE}


def _withdrawn(talk: Sequence[Any]) -> set[int]:
    """The comments that were withdrawn; one that was undone at once leaves no trace here."""
    return {_became(row)[0] for row in talk if row.kind == WITHDRAWN}


def _became(row: Any) -> tuple[int, bool]:
    before = row.before or {}
    return before.get("comment", NONE), before.get("gone", False)


def _named_in(session: Session, ids: Sequence[int]) -> dict[int, list[Somebody]]:
    """Who was told of each comment; a name that meant somebody then still does."""
    statement = (
        select(Mention.event_id, User)
        .join(User, col(User.id) == col(Mention.user_id))
        .where(col(Mention.event_id).in_(ids))
    )
    found: dict[int, list[Somebody]] = {}
    for event_id, user in session.exec(statement):
        one = Somebody(id=user.id or 0, name=user.name, email=user.email)
        found.setdefault(event_id, []).append(one)
    return found


def _pieces(text: str | None, whom: Sequence[Somebody]) -> tuple[Piece, ...]:
    return pieces(text or "", mentions(text or "", whom))


def _line(item_id: int, kind: str, user_id: int, clock: Clock, **more: Any) -> Event:
    return Event(
        subject="item", subject_id=item_id, at=clock.now, kind=kind, actor_id=user_id, **more
    )

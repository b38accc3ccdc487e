"""Links and files that people put to items, and which of them prove that an item is done."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.core.comment_text import fault_of
from app.core.file_types import NotTaken, type_of, word_of
from app.core.retention import FILES
from app.core.words import Clock
from app.db import is_sqlite
from app.errors import Conflict, Invalid, NotFound
from app.models import Attachment, AttachmentKind, Event, RecordedAct
from app.services import mandatory, recording, states
from app.services.contents import Arrived, Contents
from app.services.pages import Act, AttachmentLine
from app.services.uploads import safe_name

ADDED, TAKEN_AWAY, PROVES, PROVES_NOT = "attached", "detached", "proof", "no proof"
UNDOABLE = (ADDED, TAKEN_AWAY, PROVES, PROVES_NOT)
LONGEST_TITLE = 200
LONGEST_URL = 2000
SHOWN = 200
"""So many of an item's newest are shown."""

attachments = SQLModel.metadata.tables["attachments"]
users = SQLModel.metadata.tables["users"]


def add_link(
    session: Session,
    item_id: int,
    url: str,
    title: str = "",
    *,
    proof: bool = False,
    user_id: int,
    clock: Clock,
    within: RecordedAct | None = None,
) -> Act:
    """Put a link to an item, by itself or as part of an act. Without a title its host and path are
    it. Raises ``Invalid``.
    """
    url, title = url.strip(), " ".join(title.split())
    fault = fault_of(url) if url else "Enter the address."
    if any(char.isspace() for char in url) or not url.isprintable():
        fault = "An address has no blanks in it."
    if len(url) > LONGEST_URL:
        fault = f"An address has at most {LONGEST_URL:,} characters."
    if fault:
        raise Invalid(fault, fields={"url": fault})
    if len(title) > LONGEST_TITLE:
        raise Invalid("The title is too long.", remedy=f"At most {LONGEST_TITLE} characters.")
    link = Attachment(
        item_id=item_id,
        kind=AttachmentKind.LINK,
        title=title or _title_of(url),
        url=url,
        is_proof=proof,
        added_by_id=user_id,
        added_at=clock.now,
    )
    return _added(session, link, "Link", user_id=user_id, clock=clock, within=within)


def checked(arrived: Arrived, name: str) -> str:
    """The media type of a file that has arrived, by what is in it. Raises ``Invalid``."""
    try:
        with arrived.file.open("rb") as body:
            return type_of(safe_name(name), body).media_type
    except NotTaken as error:
        raise Invalid(f"The file was not kept. {error}") from None


def add_file(
    session: Session,
    item_id: int,
    arrived: Arrived,
    name: str,
    media_type: str,
    *,
    contents: Contents,
    proof: bool = False,
    user_id: int,
    clock: Clock,
) -> Act:
    """Put a file to an item: its row, and with it its content to its place."""
    file = Attachment(
        item_id=item_id,
        kind=AttachmentKind.FILE,
        title=safe_name(name),
        sha256=arrived.sha256,
        size=arrived.size,
        media_type=media_type,
        is_proof=proof,
        added_by_id=user_id,
        added_at=clock.now,
    )
    act = _added(session, file, "File", user_id=user_id, clock=clock)
    contents.settle(arrived)
    return act


def take_away(session: Session, attachment_id: int, *, user_id: int, clock: Clock) -> Act:
    """No longer at the item; its row stays, and for a while its content. Raises ``NotFound``, and
    ``Conflict`` for the last proof of what is done and mandatory.
    """
    found = _held(session, attachment_id)
    found.removed_at = clock.now
    if found.is_proof:
        mandatory.stay_proven(session, found.item_id)
    said = f"{found.kind.capitalize()} taken away"
    return _told(session, found, TAKEN_AWAY, said, user_id=user_id, clock=clock)


def prove(session: Session, attachment_id: int, *, proves: bool, user_id: int, clock: Clock) -> Act:
    """Whether it proves that the item is done. Raises as ``take_away`` does."""
    found = _held(session, attachment_id)
    if found.is_proof == proves:
        return Act(said="It is so already", items=(found.item_id,))
    found.is_proof = proves
    if not proves:
        mandatory.stay_proven(session, found.item_id)
    kind, said = (PROVES, "Marked as proof") if proves else (PROVES_NOT, "No proof any more")
    return _told(session, found, kind, said, user_id=user_id, clock=clock)


def take_back(session: Session, events: Sequence[Event], *, user_id: int, clock: Clock) -> None:
    """Undo what these lines tell. Raises ``Conflict`` where somebody went on from it."""
    for event in events:
        if event.kind not in UNDOABLE:
            continue
        states.hold_all(session, [event.subject_id])
        found = session.get_one(Attachment, (event.before or {})["attachment"])
        session.refresh(found)
        is_so, undo = _back(found, event.kind, clock)
        if not is_so:
            raise Conflict("This was undone or changed already.")
        proved = found.is_proof and found.removed_at is None
        undo()
        if proved:
            mandatory.stay_proven(session, found.item_id)
        session.add(recording.undone(event.subject_id, event.kind, user_id, clock))
    session.flush()


def _back(found: Attachment, kind: str, clock: Clock) -> tuple[bool, Callable[[], None]]:
    """Whether it still is as that line left it, and what makes it as it was before."""

    def remove() -> None:
        found.removed_at = clock.now

    def restore() -> None:
        if found.removed_at is not None and found.removed_at < clock.now - FILES:
            raise Conflict("It was taken away too long ago: its content may be gone.")
        found.removed_at = None

    def turn() -> None:
        found.is_proof = not found.is_proof

    live = found.removed_at is None
    if kind == ADDED:
        return live, remove
    if kind == TAKEN_AWAY:
        return not live, restore
    return live and found.is_proof == (kind == PROVES), turn


def of_item(session: Session, item_id: int) -> tuple[AttachmentLine, ...]:
    """What is at an item now, proofs first, then the newest."""
    statement = (
        sa.select(attachments, users.c.name)
        .outerjoin(users, users.c.id == attachments.c.added_by_id)
        .where(attachments.c.item_id == item_id, attachments.c.removed_at.is_(None))
        .order_by(attachments.c.is_proof.desc(), attachments.c.id.desc())
        .limit(SHOWN)
    )
    return tuple(map(_line, session.execute(statement)))


def file(session: Session, attachment_id: int) -> Attachment:
    """A file that is at an item; raises ``NotFound``."""
    found = session.get(Attachment, attachment_id)
    if found is None or found.sha256 is None or found.removed_at is not None:
        raise NotFound("There is no such file.", remedy="It may have been taken away.")
    return found


# What is named


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A content that a file of an item is; ``title`` is the newest such file's."""

    sha256: str
    size: int
    title: str
    item_id: int


def named(session: Session, *, now: datetime) -> Iterator[Named]:
    """Every content that must be there, each once: of files at items, and of those taken away so
    lately that they can be put back.
    """
    newest = (
        sa.select(sa.func.max(attachments.c.id))
        .where(_needed(now))
        .group_by(attachments.c.sha256)
        .scalar_subquery()
    )
    statement = sa.select(attachments).where(attachments.c.id.in_(newest))
    for row in session.execute(statement.order_by(attachments.c.id)):
        yield Named(sha256=row.sha256, size=row.size, title=row.title, item_id=row.item_id)


def unneeded(session: Session, sha256s: Collection[str], *, now: datetime) -> list[str]:
    """Those of these contents that no file needs any more."""
    statement = sa.select(attachments.c.sha256).where(
        attachments.c.sha256.in_(sha256s), _needed(now)
    )
    needed = set(session.execute(statement).scalars())
    return [one for one in sha256s if one not in needed]


def add_nothing(session: Session) -> None:
    """Nobody adds a file until the transaction ends. SQLite has one writer at a time anyway."""
    if not is_sqlite(session):
        session.execute(sa.text("LOCK TABLE attachments IN SHARE ROW EXCLUSIVE MODE"))


def _needed(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        attachments.c.sha256.is_not(None),
        sa.or_(attachments.c.removed_at.is_(None), attachments.c.removed_at >= now - FILES),
    )


def _line(row: Any) -> AttachmentLine:
    return AttachmentLine(
        id=row.id,
        title=row.title,
        at=row.added_at,
        who=row.name or "somebody",
        url=row.url,
        size=row.size or 0,
        type=word_of(row.media_type) if row.sha256 else "",
        proof=row.is_proof,
    )


def _title_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path.rstrip('/')}"[:LONGEST_TITLE]


def _held(session: Session, attachment_id: int) -> Attachment:
    """One that is at its item, which nobody else changes until the transaction ends."""
    found = session.get(Attachment, attachment_id)
    if found is not None:
        states.hold_all(session, [found.item_id])
        session.refresh(found)
    if found is None or found.removed_at is not None:
        raise NotFound("There is no such link or file.", remedy="It may have been taken away.")
    return found


def _added(
    session: Session,
    added: Attachment,
    word: str,
    *,
    user_id: int,
    clock: Clock,
    within: RecordedAct | None = None,
) -> Act:
    states.hold_all(session, [added.item_id])
    session.add(added)
    session.flush()
    said = f"{word} added{' as proof' if added.is_proof else ''}"
    return _told(session, added, ADDED, said, user_id=user_id, clock=clock, within=within)


def _told(
    session: Session,
    about: Attachment,
    kind: str,
    said: str,
    *,
    user_id: int,
    clock: Clock,
    within: RecordedAct | None = None,
) -> Act:
    record = within or recording.begin(session, kind, user_id=user_id, clock=clock)
    session.add(
        Event(
            subject="item",
            subject_id=about.item_id,
            at=clock.now,
            kind=kind,
            actor_id=user_id,
            new=about.title,
            before={"attachment": about.id},
            act_id=record.id,
        )
    )
    return recording.told(session, record, said, [about.item_id])

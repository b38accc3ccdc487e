"""Which items an act on many is for: all that match a view, what it would do, what it leaves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from app.core.words import Clock, plural, when_words
from app.errors import Invalid
from app.models import TeamState
from app.services import accounts, acts, conflicts, groups, lines, listing, mandatory, states
from app.services.lines import Sources
from app.services.listing import items
from app.services.pages import Row, Stake, View
from app.services.states import MOST_AT_ONCE

PREVIEW_ABOVE = 50
"""So many items are acted on at once; of more a preview tells first which they are."""
FIRST = 20
VENDORS = 8


@dataclass(frozen=True, kw_only=True)
class Left:
    """An item that an act on many leaves as it is, and why."""

    row: Row
    why: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an act on many would be done to.

    ``vendors`` are the most frequent ones with their counts, ``others`` how many items the
    rest have; ``left`` what it would not be done to, of ``left_count`` the first ones.
    """

    count: int
    stake: Stake
    vendors: tuple[tuple[str, int], ...]
    others: int
    first: tuple[Row, ...]
    left: tuple[Left, ...]
    left_count: int


def matching(session: Session, view: View, *, user_id: int, clock: Clock) -> list[int]:
    """The ids of all items of the view. Raises ``Invalid`` where they are too many at once."""
    found = (
        sa.select(items.c.id)
        .select_from(listing.joined_for(view, user_id))
        .where(*listing.in_view(session, view, user_id, clock))
        .limit(MOST_AT_ONCE + 1)
    )
    named = listing.values(session, view, user_id, clock)
    ids = list(session.connection().execute(found, named).scalars())
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(
            f"That is more than {plural(MOST_AT_ONCE, 'item')}, the most that can be done at once.",
            remedy="Narrow the view with a filter, and do it in parts.",
        )
    return ids


def refused(
    session: Session,
    ids: Collection[int],
    *,
    seen: int | None,
    versions: Mapping[int, int],
    declines: bool,
    settles: bool,
    backup: int | None = None,
    user_id: int,
    clock: Clock,
) -> dict[int, str]:
    """Those of the items that an act is not to be done to, each with the reason.

    seen       the last line of history when the person saw which they are: what was changed
               later is left
    versions   of single lines, the version that each showed; the same holds of them
    declines   the act says that they are not applicable; ``settles``: that they are done
    backup     who is to stand in for their owners
    """
    found = dict.fromkeys(_joined(session, ids), states.STANDS_BEHIND)
    if declines:
        found |= dict.fromkeys(mandatory.among(session, ids), mandatory.NOT_DECLINED)
    if settles:
        unproven = mandatory.among(session, ids, unproven=True)
        found |= dict.fromkeys(unproven, mandatory.NEEDS_PROOF)
    own = acts.owned(session, ids, backup)
    if own:
        said = acts.OWNER_ALREADY.format(accounts.user(session, backup or 0).name)
        found |= dict.fromkeys(own, said)
    since = conflicts.latest(session, versions, user_id=user_id)
    if seen is not None:
        since |= conflicts.after(session, ids, seen, user_id=user_id)
    found |= {
        id_: f"{did.who}: {did.what}, {when_words(did.at, clock)}." for id_, did in since.items()
    }
    return found


def _joined(session: Session, ids: Collection[int]) -> list[int]:
    its = states.table.c
    joined = states.among(session, its.item_id, ids), its.state == TeamState.JOINED
    return list(session.execute(sa.select(its.item_id).where(*joined)).scalars())


def preview(
    session: Session,
    ids: Sequence[int],
    refused: Mapping[int, str],
    *,
    user_id: int,
    clock: Clock,
) -> Preview:
    """What an act on these would be done to, but for the refused ones."""
    those = [id_ for id_ in ids if id_ not in refused]
    mine = states.among(session, items.c.id, those)
    sums = session.execute(
        sa.select(items.c.currency, sa.func.sum(listing.at_stake))
        .where(mine)
        .group_by(items.c.currency)
    ).all()
    name = sa.func.coalesce(items.c.vendor, "no vendor")
    count = sa.func.count()
    by_vendor = session.execute(
        sa.select(name, count).where(mine).group_by(name).order_by(count.desc(), name)
    ).all()
    return Preview(
        count=len(those),
        stake=groups.stake_of(sums),
        vendors=tuple((row[0], row[1]) for row in by_vendor[:VENDORS]),
        others=sum(row[1] for row in by_vendor[VENDORS:]),
        first=rows(session, those, FIRST, user_id=user_id, clock=clock),
        left=left(session, refused, user_id=user_id, clock=clock),
        left_count=len(refused),
    )


def left(
    session: Session, refused: Mapping[int, str], *, user_id: int, clock: Clock
) -> tuple[Left, ...]:
    """The first of the refused ones, as lines."""
    shown = rows(session, refused.keys(), PREVIEW_ABOVE, user_id=user_id, clock=clock)
    return tuple(Left(row=row, why=refused[row.id]) for row in shown)


def rows(
    session: Session, ids: Collection[int], most: int, *, user_id: int, clock: Clock
) -> tuple[Row, ...]:
    """The first of these by date, as lines."""
    statement = listing.select_lines(user_id).where(states.among(session, items.c.id, ids))
    found = session.execute(listing.ordered(statement, "all").limit(most)).all()
    return lines.rows_of(session, found, Sources(session, now=clock.now), clock)

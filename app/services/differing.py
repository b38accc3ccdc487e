"""Two sources of one thing, as a person said, that give different values again.

Nobody decided about the new values, so both stand in the inbox until somebody does: the earlier
date has its own line there, and nothing that people did is written over (P6).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.core.words import two_days
from app.models import Item, ItemState, TeamState

Values = Mapping[str, Any]
_ASPECTS = {"due_on": ("due_on", "due_at"), "amount": ("amount", "currency")}


def beside(session: Session, ids: Collection[int]) -> set[int]:
    """The items that are joined with one of these, either way."""
    joined = select(ItemState.item_id, ItemState.joined_to_id).where(
        sa.or_(col(ItemState.item_id).in_(ids), col(ItemState.joined_to_id).in_(ids)),
        col(ItemState.joined_to_id).is_not(None),
    )
    return {id_ for pair in session.exec(joined) for id_ in pair if id_ is not None}


def apart(
    session: Session, stored: Mapping[int, Values], rows: Sequence[Values]
) -> list[tuple[ItemState, str]]:
    """The joined ones that a change of these rows parts from what stands for them, and why."""
    now = {row["id"]: row for row in rows}
    joined = select(ItemState).where(
        ItemState.state == TeamState.JOINED,
        col(ItemState.joined_to_id).is_not(None),
        sa.or_(col(ItemState.item_id).in_(now), col(ItemState.joined_to_id).in_(now)),
    )
    members = list(session.exec(joined.order_by(col(ItemState.item_id))))
    if not members:
        return []
    wanted = {id_ for one in members for id_ in (one.item_id, one.joined_to_id)} - now.keys()
    others = session.exec(select(Item).where(col(Item.id).in_(wanted)))
    values: dict[int | None, Values] = {**{one.id: vars(one) for one in others}, **now}
    found = []
    for one in members:
        ours, theirs = values.get(one.item_id), values.get(one.joined_to_id)
        if ours and theirs and not ours["removed_at"]:
            because = _because(stored, ours, theirs)
            if because:
                found.append((one, because))
    return found


def _because(stored: Mapping[int, Values], ours: Values, theirs: Values) -> str:
    """Why the two part, in words; empty where they do not."""
    was = stored.get(ours["id"])
    if was is not None and was["closed"] and not ours["closed"]:
        return "The source opened it again"
    moved = _moved(stored, ours) | _moved(stored, theirs)
    told = (_said(name, ours, theirs) for name in _ASPECTS if name in moved)
    return next(filter(None, told), "")


def _moved(stored: Mapping[int, Values], row: Values) -> set[str]:
    """Which of its values this sync changed."""
    was = stored.get(row["id"])
    if was is None:
        return set()
    return {
        name
        for name, columns in _ASPECTS.items()
        if any(was[column] != row[column] for column in columns)
    }


def _said(name: str, ours: Values, theirs: Values) -> str:
    """That the two give different values, in words; empty where they give the same."""
    if all(ours[column] == theirs[column] for column in _ASPECTS[name]):
        return ""
    if name == "amount":
        return "Two sources give two amounts"
    days = [one["due_on"] for one in (theirs, ours) if one["due_on"]]
    if len(set(days)) < 2:
        return "Two sources give two times" if len(days) == 2 else "Only one source gives a date"
    return f"Two sources give two dates, {two_days(*sorted(days))}"

"""The dates of one's own items: those to come, before they are saved and after."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.models import Item
from app.services import own_items, states
from connectors.own_items import editing
from connectors.own_items.entries import Entry
from connectors.own_items.records import AHEAD, reminder_of, times
from connectors.sdk.repeats import words_of
from connectors.sdk.rrule import BadRepetition

SHOWN = 6
items = states.items
connections = SQLModel.metadata.tables["connections"]


@dataclass(frozen=True, kw_only=True)
class Coming:
    """One date to come. ``about`` is the period that it is about; ``remind`` is None without a
    reminder.
    """

    on: date
    about: str
    remind: date | None


@dataclass(frozen=True, kw_only=True)
class Dates:
    """What an entry comes to: its rhythm in words, its next dates, or why there are none."""

    rhythm: str
    coming: tuple[Coming, ...]
    problem: str = ""


def dates(session: Session, entry: Mapping[str, Any], year: str, *, since: date) -> Dates:
    """The next dates of an entry that is not saved; raises ``Invalid`` where it is not complete.

    They are those that saving it gives: with the holidays and the fiscal years that are kept.
    """
    own_items.check(entry, year)
    one = Entry.model_validate({name: entry[name] for name in entry if name != "actual"})
    config = own_items.settings_of(session, entry, year)
    try:
        found = list(islice(times(one, config, since, since + AHEAD), SHOWN))
    except BadRepetition as error:
        return Dates(rhythm=words_of(one.rhythm), coming=(), problem=f"{error}.")
    return Dates(
        rhythm=words_of(one.rhythm),
        coming=tuple(
            Coming(
                on=each.on,
                about=each.period.label if each.period else "",
                remind=reminder_of(one, each.on, config),
            )
            for each in found
        ),
        problem="" if found else f"There is no date in the next {AHEAD.days} days.",
    )


def first(session: Session, connection_id: int, entry_id: str, *, today: date) -> int | None:
    """The item of an entry that is due next, else the one that was due last; None without any."""
    live = (Item.connection_id == connection_id, col(Item.removed_at).is_(None))
    begins = (col(Item.external_id) == entry_id) | col(Item.external_id).startswith(
        f"{entry_id}/", autoescape=True
    )
    found = [
        (item.due_on, item.id)
        for item in session.exec(select(Item).where(*live, begins).order_by(col(Item.due_on)))
        if item.due_on and not item.external_id.endswith("#reminder")
    ]
    coming = [id_ for on, id_ in found if on >= today]
    return coming[0] if coming else found[-1][1] if found else None


def reminders(session: Session, ids: Collection[int]) -> list[int]:
    """The open reminders of these items: what is done needs none."""
    reminder = items.alias("reminder")
    statement = (
        sa.select(reminder.c.id)
        .select_from(items)
        .join(connections, connections.c.id == items.c.connection_id)
        .join(
            reminder,
            sa.and_(
                reminder.c.connection_id == items.c.connection_id,
                reminder.c.stream == items.c.stream,
                reminder.c.external_id == items.c.external_id + editing.reminder_id(""),
            ),
        )
        .where(
            states.among(session, items.c.id, ids),
            connections.c.connector == own_items.CONNECTOR,
            reminder.c.is_open,
        )
        .order_by(reminder.c.id)
    )
    chosen = set(ids)
    return [id_ for id_ in session.execute(statement).scalars() if id_ not in chosen]

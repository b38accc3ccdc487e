"""What was reached of a goal that no platform counts: a person enters it, its source keeps it."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import Session

from app.errors import Invalid, NotFound
from app.models import Connection, Event, Item
from app.services import keeping, own_items
from app.services.pages import Act
from connectors.own_items import series
from connectors.own_items.settings import OwnItemsConfig
from connectors.program_guide.settings import ProgramGuideConfig, guide_in, with_actual
from connectors.sdk.errors import ConnectorError
from connectors.sdk.mapping import decimal_of
from connectors.sdk.mapping.fields import BadField
from connectors.sdk.records import Kind

GUIDE = "program_guide"
COUNTED = (own_items.CONNECTOR, GUIDE)
"""Connectors whose goals have no actual but the one that somebody enters."""


def shown(connector: str, actual: Decimal | None) -> str | None:
    """What was entered, as a field takes it; None where nobody enters it here."""
    if connector not in COUNTED:
        return None
    return "" if actual is None else f"{actual.normalize():f}"


def enter(
    session: Session,
    item_id: int,
    typed: str,
    *,
    uploads: Path,
    now: datetime,
    user_id: int,
) -> Act:
    """Keep how much of a goal is reached in its period; "" for nobody knows.

    Raises ``NotFound`` for what is no such goal, ``Invalid`` for what is no number.
    """
    item, connection = _held(session, item_id)
    value = _number(typed)
    guided = connection.connector == GUIDE
    values = (
        _in_guide(connection, item, value, uploads)
        if guided
        else _in_entry(connection, item, value)
    )
    said = f"{item.title} is up to date."
    record = keeping.save(session, connection, values, said, now=now, user_id=user_id)
    session.add(
        Event(
            subject="item",
            subject_id=item_id,
            at=now,
            kind=keeping.ENTERED,
            actor_id=user_id,
            new="nothing" if value is None else f"{value:f}",
            act_id=record.id,
        )
    )
    return keeping.told(record)


def _held(session: Session, item_id: int) -> tuple[Item, Connection]:
    """The goal and its connection, which nobody else changes until we are done."""
    item = session.get(Item, item_id)
    if item is not None and item.kind == Kind.GOAL and item.removed_at is None:
        held = {"key_share": True}
        connection = session.get(
            Connection, item.connection_id, with_for_update=held, populate_existing=True
        )
        if connection is not None and connection.connector in COUNTED:
            return item, connection
    raise NotFound("This is no goal that is counted here.", remedy="Change it at its source.")


def _number(typed: str) -> Decimal | None:
    try:
        return decimal_of(typed.strip(), field="number") if typed.strip() else None
    except BadField:
        raise Invalid(
            "That is not a number.",
            remedy="Write it with a point and without commas, such as 5 or 40000.50.",
            fields={"actual": "Write a number such as 5 or 40000.50."},
        ) from None


def _in_guide(
    connection: Connection, item: Item, value: Decimal | None, uploads: Path
) -> dict[str, Any]:
    config = ProgramGuideConfig.model_validate(connection.config)
    try:
        guide = guide_in(config, uploads / str(connection.id))
    except ConnectorError as error:
        raise Invalid(error.message, remedy=error.remedy) from None
    goal_id = item.external_id.removeprefix(f"{config.key}/")
    goal = next((one for one in guide.goals if one.id == goal_id), None)
    if goal is None:
        raise NotFound("The guide does not have this goal any more.")
    year, period = guide.year or config.year, ""
    if goal.period and year and item.period_start:
        period = year.period(goal.period, item.period_start).key
    return {"actuals": list(with_actual(config.actuals, goal_id, period, value))}


def _in_entry(connection: Connection, item: Item, value: Decimal | None) -> dict[str, Any]:
    config = OwnItemsConfig.model_validate(connection.config)
    place = series.place_of(config, item.external_id, item.due_on)
    if place is None:
        raise NotFound("What this goal came from was deleted.", remedy="Add it again.")
    return {"entries": series.reached(config.entries, place, value)}

"""One's own items: entered on a page, kept as entries of one connection, read like any source."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlmodel import Session, SQLModel, col, select

from app.errors import Invalid, NotFound
from app.models import Connection, Item
from app.secrets import Vault
from app.services import absence, sources
from connectors.own_items import editing
from connectors.own_items.entries import Entry
from connectors.own_items.records import Window, records_of
from connectors.own_items.settings import OwnItemsConfig
from connectors.sdk.lines import BadYaml

CONNECTOR = "own_items"
NAME = "Own items"


def add(
    session: Session,
    entry: Mapping[str, Any],
    *,
    first_month: str = "",
    vault: Vault,
    now: datetime,
    user_id: int,
) -> int:
    """One more entry, in a connection that is made for the first; the connection's id.

    ``first_month`` is that of the vendor's fiscal year, where it is not January. The source is due
    at once. Raises ``Invalid`` with what is wrong.
    """
    _valid(entry)
    connection = _held(session)
    if connection is None:
        name = _free_name(session)
        connection = sources.add(
            session, name=name, connector=CONNECTOR, values={}, vault=vault, now=now
        )
        session.flush()
    text = _text(connection)
    try:
        named = {"id": editing.free_id(text, str(entry.get("title", ""))), **entry}
        changed = editing.added(text, named)
    except BadYaml as error:
        raise _invalid(error) from None
    return _save(session, connection, changed, entry, first_month, vault=vault, now=now, by=user_id)


def edit(
    session: Session,
    item_id: int,
    entry: Mapping[str, Any],
    *,
    first_month: str = "",
    vault: Vault,
    now: datetime,
    user_id: int,
) -> int:
    """Another text for the entry that an item came from; the connection's id.

    What no longer follows from it is removed at once: a person said so. Raises ``NotFound`` for an
    item that is nobody's own, ``Invalid`` with what is wrong.
    """
    connection, entry_id = _own_locked(session, item_id)
    _valid(entry)
    named = {"id": entry_id, **entry}
    try:
        changed = editing.replaced(_text(connection), entry_id, named)
    except BadYaml as error:
        raise _invalid(error) from None
    saved = _save(
        session, connection, changed, entry, first_month, vault=vault, now=now, by=user_id
    )
    _settle(session, connection, entry_id, now=now, by=user_id)
    return saved


def delete(session: Session, item_id: int, *, vault: Vault, now: datetime, user_id: int) -> str:
    """Take out the entry that an item came from; its items stay, as removed (P1). Its title.

    Raises ``NotFound`` for an item that is nobody's own.
    """
    connection, entry_id = _own_locked(session, item_id)
    text = _text(connection)
    found = editing.find(text, entry_id)
    changed = editing.replaced(text, entry_id, None)
    _save(session, connection, changed, {}, "", vault=vault, now=now, by=user_id)
    _settle(session, connection, entry_id, now=now, by=user_id)
    return found.title if found else entry_id


def entry_of(session: Session, item_id: int) -> tuple[Entry, str]:
    """The entry that an item came from, and the first month of its vendor's fiscal year.

    Raises ``NotFound`` for an item that is nobody's own.
    """
    connection, entry_id = _own(session, item_id)
    entry = editing.find(_text(connection), entry_id)
    assert entry is not None  # _own looked
    month = OwnItemsConfig.model_validate(connection.config).year_of(entry.vendor).first_month
    return entry, str(month)


def is_own(session: Session, item: Item) -> bool:
    """Whether an item came from an entry that is still there."""
    try:
        assert item.id is not None
        _own(session, item.id)
    except NotFound:
        return False
    return True


def vendors(session: Session) -> list[str]:
    """The names of vendors that items carry, so that nobody writes one in two ways."""
    named = select(Item.vendor).where(col(Item.vendor).is_not(None)).distinct().limit(200)
    return sorted(name for name in session.exec(named) if name)


def _held(session: Session) -> Connection | None:
    """The connection that new entries go into, if there is one; see ``_locked``."""
    live = select(Connection.id).where(
        Connection.connector == CONNECTOR, col(Connection.removed_at).is_(None)
    )
    found = session.exec(live.order_by(col(Connection.id))).first()
    return None if found is None else _locked(session, found)


def _locked(session: Session, connection_id: int) -> Connection | None:
    """The connection, read anew: whoever changes it meanwhile waits until we are done."""
    return session.get(
        Connection, connection_id, with_for_update={"key_share": True}, populate_existing=True
    )


def _own(session: Session, item_id: int) -> tuple[Connection, str]:
    """The connection of somebody's own item, and the entry's id; raises ``NotFound``."""
    item = session.get(Item, item_id)
    connection = session.get(Connection, item.connection_id) if item else None
    if item is None or connection is None or connection.connector != CONNECTOR:
        raise NotFound("This is not one of your own items.", remedy="Edit it at its source.")
    entry_id = editing.entry_id_of(item.external_id)
    if editing.find(_text(connection), entry_id) is None:
        raise NotFound("What this item came from was deleted.", remedy="Add it again.")
    return connection, entry_id


def _own_locked(session: Session, item_id: int) -> tuple[Connection, str]:
    """As ``_own``; nobody else changes the entries until we are done."""
    item = session.get(Item, item_id)
    if item is not None:
        _locked(session, item.connection_id)
    return _own(session, item_id)


def _text(connection: Connection) -> str:
    return str(connection.config.get("entries", ""))


def _free_name(session: Session) -> str:
    taken = {connection.name for connection in sources.every(session)}
    names = (NAME, *(f"{NAME} {number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _save(
    session: Session,
    connection: Connection,
    text: str,
    entry: Mapping[str, Any],
    first_month: str,
    *,
    vault: Vault,
    now: datetime,
    by: int,
) -> int:
    values = {**connection.config, "entries": text}
    vendor = entry.get("vendor")
    if vendor and first_month:
        values["fiscal_years"] = _with_year(values.get("fiscal_years", ()), vendor, first_month)
    assert connection.id is not None
    sources.edit(
        session,
        connection.id,
        name=connection.name,
        values=values,
        vault=vault,
        now=now,
        asked_by_id=by,
    )
    return connection.id


def _with_year(lines: Any, vendor: str, month: str) -> list[str]:
    """The fiscal years with that of one vendor; January needs no line."""
    others = [
        line for line in lines if line.rpartition(":")[0].strip().casefold() != vendor.casefold()
    ]
    return others if month == "1" else [*others, f"{vendor}: {month}"]


def _settle(
    session: Session, connection: Connection, entry_id: str, *, now: datetime, by: int
) -> None:
    """Remove the items of an entry that no longer follow from it; where it is gone, all of them."""
    config = OwnItemsConfig.model_validate(connection.config)
    entry = next((one for one in config.all if one.id == entry_id), None)
    window = Window.around(now.date())
    records = records_of(entry, config, window, now.date()) if entry else ()
    kept = {record.external_id for record in records}
    items = SQLModel.metadata.tables["items"]
    live = sa.select(items.c.id, items.c.external_id, items.c.due_on).where(
        items.c.connection_id == connection.id, items.c.removed_at.is_(None)
    )
    gone = [
        id_
        for id_, external_id, due_on in session.execute(live)
        if editing.entry_id_of(external_id) == entry_id
        and external_id not in kept
        and (entry is None or entry.rhythm is None or due_on in window)
    ]
    absence.remove(session, "items", gone, now=now, actor_id=by)


def _valid(entry: Mapping[str, Any]) -> None:
    """Raises ``Invalid`` with a sentence for each field of the entry that is wrong."""
    try:
        Entry.model_validate(dict(entry))
    except ValidationError as error:
        fields: dict[str, str] = {}
        for problem in error.errors(include_input=False, include_url=False):
            name = str(problem["loc"][0]) if problem["loc"] else "date"
            text = problem["msg"].removeprefix("Value error, ")
            fields.setdefault(name, f"{text[:1].upper()}{text[1:].rstrip('.')}.")
        raise Invalid("The item is not complete.", fields=fields) from None


def _invalid(error: BadYaml) -> Invalid:
    return Invalid(f"The item cannot be kept: {error}.", fields={})

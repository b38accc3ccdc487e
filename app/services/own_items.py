"""One's own items: entered on a page, kept as entries of one connection, read like any source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlmodel import Session, col, select

from app.errors import Invalid, NotFound
from app.models import Connection, Item
from app.secrets import Vault
from app.services import apart, keeping, sources
from app.services.pages import Act, Own
from app.services.unique import free_name
from connectors.own_items import editing, series
from connectors.own_items.entries import Entry, Only
from connectors.own_items.records import MOVED, Window
from connectors.own_items.series import Place
from connectors.own_items.settings import OwnItemsConfig
from connectors.sdk.fiscal import year_of
from connectors.sdk.lines import BadYaml
from connectors.sdk.repeats import words_of

CONNECTOR = "own_items"
NAME = "Own items"
ONE, FOLLOWING, ALL = "one", "following", "all"
"""What is deleted of something that repeats."""
GONE = {ONE: "is left out this time", FOLLOWING: "ends before that date", ALL: "was deleted"}
SHORT = 80
"""Characters of a title in what is told of it."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a form shows of an item: its entry, its vendor's fiscal year as somebody wrote it (""
    for January), and which time of the entry it is.
    """

    entry: Entry
    year: str
    place: Place

    @property
    def repeats(self) -> bool:
        """Whether it is one time of several."""
        return self.place.time is not None

    @property
    def once(self) -> Only:
        """What is different about this one time."""
        time = self.place.time
        return self.entry.only.get(time.key, Only()) if time else Only()


def add(
    session: Session,
    entry: Mapping[str, Any],
    *,
    year: str = "",
    vault: Vault,
    now: datetime,
    user_id: int,
) -> tuple[Act, str]:
    """One more entry, in a connection that is made for the first; the act, and the entry's id.

    ``year``: the vendor's fiscal year (``connectors.sdk.fiscal.year_of``); "" leaves it as it is.
    The source is due at once. Raises ``Invalid`` with what is wrong.
    """
    apart.refuse_beside_sample(session)
    check(entry, year)
    connection = _made(session, vault, now)
    text = _text(connection)
    try:
        wanted = series.with_reached(
            entry, settings_of(session, entry, year), None, today=now.date()
        )
        named = {"id": editing.free_id(text, str(entry.get("title", ""))), **wanted}
        changed = editing.added(text, named)
    except BadYaml as error:
        raise _invalid(error) from None
    values = _with_year(connection.config, entry, year) | {"entries": changed}
    said = f"{_short(str(entry['title']))} is added."
    record = keeping.save(session, connection, values, said, now=now, user_id=user_id)
    return keeping.told(record), str(named["id"])


def set_fiscal_year(
    session: Session, vendor: str, year: str, *, vault: Vault, now: datetime, user_id: int
) -> Act:
    """Keep a vendor's fiscal year; "" forgets it. The dates that follow it come anew."""
    connection = _made(session, vault, now)
    values = _with_year(connection.config, {"vendor": vendor}, year, forget=True)
    said = f"{vendor}: {year}" if year else f"{vendor} has no fiscal year here now"
    record = keeping.save(session, connection, values, said, now=now, user_id=user_id)
    return keeping.told(record)


def edit(
    session: Session,
    item_id: int,
    entry: Mapping[str, Any],
    *,
    year: str = "",
    now: datetime,
    user_id: int,
) -> Act:
    """Another text for what an item came from, from its date on.

    Dates before it stay as they are. What no longer follows from the entry is removed at once: a
    person said so. Raises ``NotFound`` for an item that is nobody's own, ``Invalid`` with what is
    wrong.
    """
    connection, place = _own_locked(session, item_id)
    check(entry, year)
    values = _with_year(connection.config, entry, year)
    config = OwnItemsConfig.model_validate(connection.config | values)
    since = Window.around(now.date()).first
    try:
        wanted = series.with_reached(entry, config, place.time, today=now.date())
        changed = series.following(_text(connection), place, wanted, config, since=since)
    except BadYaml as error:
        raise _invalid(error) from None
    values |= {"entries": changed}
    said = f"{_short(str(entry['title']))} is saved."
    return _changed(session, connection, place, values, said, now=now, user_id=user_id)


def edit_once(
    session: Session,
    item_id: int,
    change: Mapping[str, Any],
    *,
    now: datetime,
    user_id: int,
) -> Act:
    """What is different about this one time of something that repeats.

    It may lie up to ``records.MOVED`` from its rhythm's date. Raises as ``edit`` does.
    """
    connection, place = _own_locked(session, item_id)
    _fits(Only, change)
    day = Only.model_validate(dict(change)).date
    if day and place.on and abs(day - place.on) > MOVED:
        text = f"One time may lie up to {MOVED.days} days from {place.on.isoformat()}."
        raise Invalid("The item is not complete.", fields={"date": text})
    changed = series.changed_once(_text(connection), place, change)
    values = {"entries": changed}
    said = f"{_short(str(change.get('title') or place.entry.title))} is saved."
    return _changed(session, connection, place, values, said, now=now, user_id=user_id)


def delete(session: Session, item_id: int, *, what: str = ALL, now: datetime, user_id: int) -> Act:
    """Take out what an item came from; its items stay, as removed (P1).

    ``what``: ``ONE``, this time alone; ``FOLLOWING``, it and those after it; ``ALL``. Raises
    ``NotFound`` for an item that is nobody's own, ``Invalid`` for another word.
    """
    if what not in GONE:
        raise Invalid("Nothing was deleted: it was not said how much of the item.")
    connection, place = _own_locked(session, item_id)
    text = _text(connection)
    if what == ONE:
        changed = series.skipped(text, place)
    elif what == FOLLOWING:
        changed = series.stopped(text, place)
    else:
        changed = text
        for entry in OwnItemsConfig.model_validate(connection.config).series(place.entry.known_by):
            changed = editing.replaced(changed, entry.id, None)
    since = place.on if what == FOLLOWING else None
    said = f"{_short(place.entry.title)} {GONE[what]}."
    values = {"entries": changed}
    return _changed(session, connection, place, values, said, since=since, now=now, user_id=user_id)


def entry_of(session: Session, item_id: int) -> Shown:
    """What an item came from. Raises ``NotFound`` for an item that is nobody's own."""
    connection, place = _own(session, item_id)
    vendor = (place.entry.vendor or "").casefold()
    said = {
        line.rpartition(":")[0].strip().casefold(): line.rpartition(":")[2].strip()
        for line in connection.config.get("fiscal_years", ())
    }
    return Shown(entry=place.entry, year=said.get(vendor, ""), place=place)


def how_own(session: Session, item: Item) -> Own | None:
    """Whether an item came from an entry that is still there, and how often that comes."""
    try:
        assert item.id is not None
        _, place = _own(session, item.id)
    except NotFound:
        return None
    return Own(rhythm=words_of(place.entry.rhythm) if place.time else "")


def settings_of(session: Session, entry: Mapping[str, Any], year: str) -> OwnItemsConfig:
    """The settings that an entry joins, its vendor's fiscal year among them."""
    live = select(Connection).where(
        Connection.connector == CONNECTOR, col(Connection.removed_at).is_(None)
    )
    found = session.exec(live.order_by(col(Connection.id))).first()
    config = found.config if found else {}
    return OwnItemsConfig.model_validate({**config, **_with_year(config, entry, year)})


def vendors(session: Session) -> list[str]:
    """The names of vendors that items carry, so that nobody writes one in two ways."""
    named = select(Item.vendor).where(col(Item.vendor).is_not(None)).distinct().limit(200)
    return sorted(name for name in session.exec(named) if name)


def _made(session: Session, vault: Vault, now: datetime) -> Connection:
    """The same, made for the first."""
    connection = _held(session)
    if connection is None:
        name = free_name(NAME, {one.name for one in sources.every(session)})
        connection = sources.add(
            session, name=name, connector=CONNECTOR, values={}, vault=vault, now=now
        )
        session.flush()
    return connection


def _held(session: Session) -> Connection | None:
    """The connection that new entries go into, if there is one; see ``_locked``."""
    live = select(Connection.id).where(
        Connection.connector == CONNECTOR,
        col(Connection.removed_at).is_(None),
        col(Connection.sample).is_(False),  # what is wiped with the sample holds nothing real
    )
    found = session.exec(live.order_by(col(Connection.id))).first()
    return None if found is None else _locked(session, found)


def _locked(session: Session, connection_id: int) -> Connection | None:
    """The connection, read anew: whoever changes it meanwhile waits until we are done."""
    return session.get(
        Connection, connection_id, with_for_update={"key_share": True}, populate_existing=True
    )


def _own(session: Session, item_id: int) -> tuple[Connection, Place]:
    """The connection of somebody's own item, and where in it it comes from; raises ``NotFound``."""
    item = session.get(Item, item_id)
    connection = session.get(Connection, item.connection_id) if item else None
    if item is None or connection is None or connection.connector != CONNECTOR:
        raise NotFound("This is not one of your own items.", remedy="Edit it at its source.")
    config = OwnItemsConfig.model_validate(connection.config)
    place = series.place_of(config, item.external_id, item.due_on)
    if place is None:
        raise NotFound("What this item came from was deleted.", remedy="Add it again.")
    return connection, place


def _own_locked(session: Session, item_id: int) -> tuple[Connection, Place]:
    """As ``_own``; nobody else changes the entries until we are done."""
    item = session.get(Item, item_id)
    if item is not None:
        _locked(session, item.connection_id)
    return _own(session, item_id)


def _text(connection: Connection) -> str:
    return str(connection.config.get("entries", ""))


def _changed(
    session: Session,
    connection: Connection,
    place: Place,
    values: Mapping[str, Any],
    said: str,
    *,
    since: date | None = None,
    now: datetime,
    user_id: int,
) -> Act:
    record = keeping.save(session, connection, values, said, now=now, user_id=user_id)
    keeping.settle(session, connection, place.entry.known_by, since=since, within=record, now=now)
    return keeping.told(record)


def _short(title: str) -> str:
    return " ".join(title.split())[:SHORT]


def _with_year(
    config: Mapping[str, Any], entry: Mapping[str, Any], year: str, *, forget: bool = False
) -> dict[str, Any]:
    """The fiscal years with that of the entry's vendor; ``forget``: none is one, too."""
    vendor, lines = entry.get("vendor"), config.get("fiscal_years", ())
    if not vendor or not (year or forget):
        return {}
    others = [
        line for line in lines if line.rpartition(":")[0].strip().casefold() != vendor.casefold()
    ]
    kept = [f"{vendor}: {year}"] if year else []
    return {"fiscal_years": [*others, *kept]}


def check(entry: Mapping[str, Any], year: str) -> None:
    """Raises ``Invalid`` with a sentence for each field of the entry that is wrong."""
    try:
        if year:
            year_of(year)
    except ValueError as error:
        raise Invalid("The item is not complete.", fields={"year": f"{error}."}) from None
    alone = {"actual"} if entry.get("repeats", "no") != "no" else set()  # see with_reached
    _fits(Entry, {name: value for name, value in entry.items() if name not in alone})
    _fits(Only, {name: entry[name] for name in alone & entry.keys()})


def _fits(model: type[BaseModel], values: Mapping[str, Any]) -> None:
    try:
        model.model_validate(dict(values))
    except ValidationError as error:
        fields: dict[str, str] = {}
        for problem in error.errors(include_input=False, include_url=False):
            name = str(problem["loc"][0]) if problem["loc"] else "date"
            text = problem["msg"].removeprefix("Value error, ")
            fields.setdefault(name, f"{text[:1].upper()}{text[1:].rstrip('.')}.")
        raise Invalid("The item is not complete.", fields=fields) from None


def _invalid(error: BadYaml) -> Invalid:
    return Invalid(f"The item cannot be kept: {error}.", fields={})

"""Quotes: the list tells nearly all, only a quote's own answer tells until when it is good.

So each open quote is asked for by itself, as many as fit into a read: first those that changed
or were never asked for, then those asked longest ago. What was found is kept in the state.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote as url_encoded

from connectors.pax8.client import Pax8, said_in
from connectors.sdk.errors import FormatChanged
from connectors.sdk.mapping import (
    BadField,
    due_of,
    facts_of,
    known,
    money_of,
    required,
    shown_day,
    shown_money,
    shown_text,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline

DETAILS_PER_READ = 150

_OVER = dict.fromkeys(("closed", "declined", "accepted", "expired"), True)

Row = Mapping[str, Any]
T = TypeVar("T")


def is_over(row: Row) -> bool:
    """Whether Pax8 itself says that a quote has ended."""
    return bool(known(text_of(row.get("status")), _OVER, default=False))


def quote(row: Row, expires_on: Any) -> Deadline:
    """A quote of the list, with the end that its own answer names."""
    number = required(row, "id")
    code, customer = text_of(row.get("referenceCode")), _client(row)
    initial, recurring = _total(row, "initialTotal"), _total(row, "recurringTotal")
    return Deadline(
        external_id=number,
        title=titled("Quote", code or number, customer),
        category=Category.QUOTE,
        account=customer,
        reference=f"quote {code or number}",
        status=text_of(row.get("status")),
        closed=is_over(row),
        due=due_of(expires_on, field="expiresOn"),
        amount=money_of(*initial, field="totals.initialTotal"),
        amount_label="initial total",
        facts=facts_of(
            ("Recurring total", shown_money(*recurring)),
            ("Kind", row.get("intentType")),
            ("Created", shown_day(row.get("createdOn"))),
            ("Created by", row.get("createdBy")),
            ("Published", shown_day(row.get("publishedOn"))),
        ),
    )


class Expiries:
    """Until when the quotes are good.

    found      by quote: when it had last changed as its end was read, that end, and when it
               was read; becomes the state
    troubles   by quote: why its end could not be read
    """

    def __init__(self, pax8: Pax8, state: Any, now: str) -> None:
        self._pax8 = pax8
        self._now = now
        self._before = _entries(state)
        self.found: dict[str, dict[str, str | None]] = {}
        self.troubles: dict[str, str] = {}

    def read(self, rows: list[Any]) -> None:
        """Asks for the ends of the open quotes among these rows."""
        listed = {key: row for row in rows if (key := _id(row))}
        self.found = {key: self._before[key] for key in listed if key in self._before}
        waiting = [key for key, row in listed.items() if not _readably(is_over, row)]
        waiting.sort(key=lambda key: (self._read_at(key, listed[key]), key))
        for key in waiting[:DETAILS_PER_READ]:
            self._ask(key, listed[key])

    def of(self, row: Row) -> Any:
        """A quote's end as Pax8 wrote it; raises ``BadField`` where it cannot be read now."""
        key = required(row, "id")
        if key in self.troubles:
            raise BadField(self.troubles[key])
        return self.found.get(key, {}).get("expires")

    def _read_at(self, key: str, row: Row) -> str:
        entry = self.found.get(key)
        fresh = entry is not None and entry["updated"] == _updated(row)
        return (entry["read"] or "") if entry is not None and fresh else ""

    def _ask(self, key: str, row: Row) -> None:
        try:
            expires = self._expiry(key)
            due_of(expires, field="expiresOn")
        except (BadField, FormatChanged) as error:
            self.troubles[key] = str(error)
            return
        kept = None if expires is None else str(expires)
        self.found[key] = {"updated": _updated(row), "expires": kept, "read": self._now}

    def _expiry(self, key: str) -> Any:
        path = f"/v2/quotes/{url_encoded(key, safe='')}"
        reply = self._pax8.ask(path, also_ok=(400, 403, 404))
        if reply.status != 200:
            raise BadField(f"Pax8 does not show until when it is good: {said_in(reply)}")
        body = reply.json()
        if not isinstance(body, Mapping):
            raise BadField("its own answer is not the object that the contract says")
        return body.get("expiresOn")


def _entries(state: Any) -> dict[str, dict[str, str | None]]:
    """What of a stored state has the shape that it is stored in."""
    found: dict[str, dict[str, str | None]] = {}
    for key, entry in state.items() if isinstance(state, Mapping) else ():
        values = [entry.get(n) for n in ("updated", "expires", "read")] if _is_entry(entry) else []
        if values and all(value is None or isinstance(value, str) for value in values):
            found[key] = dict(zip(("updated", "expires", "read"), values, strict=True))
    return found


def _is_entry(value: Any) -> bool:
    return isinstance(value, Mapping) and {"updated", "expires", "read"} <= value.keys()


def _id(row: Any) -> str | None:
    return _readably(lambda found: required(found, "id"), row)


def _readably(ask: Callable[[Any], T], row: Any) -> T | None:
    """What ``ask`` says of a row; None of one that it cannot read."""
    try:
        return ask(row)
    except BadField:
        return None


def _updated(row: Row) -> str | None:
    return shown_text(row.get("updatedOn"))


def _client(row: Row) -> str | None:
    client = row.get("client")
    return text_of(client.get("name")) if isinstance(client, Mapping) else None


def _total(row: Row, name: str) -> tuple[Any, Any]:
    totals = row.get("totals")
    total = totals.get(name) if isinstance(totals, Mapping) else None
    return (
        (total.get("amount"), total.get("currency")) if isinstance(total, Mapping) else (None, None)
    )

"""The names of the customers: subscriptions tell only their ids.

The list of companies costs one call for 200 of them, once in a session. A company that is not
on it (deleted ones may be missing) is asked for by itself, a few in a read; its name is kept in
the stream's state, so that it is asked for once.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote as url_encoded

from connectors.pax8.client import Pax8
from connectors.sdk.errors import FormatChanged
from connectors.sdk.mapping import BadField, required, text_of

LOOKED_UP_PER_READ = 25


class Companies:
    """``name`` of a company's id. ``found`` are the looked-up ones in use, for the state."""

    def __init__(self, pax8: Pax8, state: Mapping[str, Any]) -> None:
        self._pax8 = pax8
        self._listed = pax8.session.once("pax8 companies", lambda: _listed(pax8))
        self._known = _texts(state.get("companies"))
        self._asked: dict[str, str | None] = {}
        self.found: dict[str, str] = {}

    def name(self, company: Any) -> str | None:
        """The company's name; None where Pax8 does not tell it."""
        key = text_of(company)
        if key is None or key in self._listed:
            return self._listed.get(key or "")
        name = self._known.get(key) or self._looked_up(key)
        if name:
            self.found[key] = name
        return name

    def _looked_up(self, key: str) -> str | None:
        if key not in self._asked and len(self._asked) < LOOKED_UP_PER_READ:
            self._asked[key] = _one(self._pax8, key)
        return self._asked.get(key)


def account_of(name: Callable[[Any], str | None], row: Mapping[str, Any]) -> str | None:
    """The customer of a row; an id that is no text leaves the row without a customer."""
    try:
        return name(row.get("companyId"))
    except BadField:
        return None


def _listed(pax8: Pax8) -> dict[str, str]:
    found: dict[str, str] = {}
    for rows, _ in pax8.pages("/v1/companies", {"sort": "name"}):
        for row in rows:
            try:
                found[required(row, "id")] = required(row, "name")
            except BadField:
                continue  # its subscriptions have no customer; nothing else depends on it
    return found


def _one(pax8: Pax8, key: str) -> str | None:
    reply = pax8.ask(f"/v1/companies/{url_encoded(key, safe='')}", also_ok=(400, 403, 404))
    if reply.status != 200:
        return None
    try:
        return required(reply.json(), "name")
    except (BadField, FormatChanged):
        return None


def _texts(state: Any) -> dict[str, str]:
    """What of a stored state is ids and names."""
    pairs = state.items() if isinstance(state, Mapping) else ()
    return {key: name for key, name in pairs if isinstance(name, str) and text_of(name) == name}

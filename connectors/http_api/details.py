"""Rows as they are mapped: those inside a row taken out of it, each with its own details."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from connectors.http_api.jmes import Path
from connectors.http_api.tables import MISFIT
from connectors.sdk.errors import AuthFailed, FormatChanged, Incomplete
from connectors.sdk.mapping import BadField

_FIRST = re.compile(r'\s*(?:([A-Za-z_][A-Za-z0-9_]*)\b(?!\s*\()|"([^"]*)")')
PARENT, DETAIL, VALUE = "parent", "detail", "value"
"""The keys under which a row has what it came from, what was asked for it, and itself where it is
no object."""


def parted(rows: list[Any], each: Path | None) -> Iterator[Any]:
    """The rows; with ``each`` the entries of that list in every row, which is their parent."""
    for row in rows:
        if each is None:
            yield row
        else:
            yield from _entries(row, each)


def _entries(row: Any, each: Path) -> Iterator[Any]:
    try:
        found = each(row)
    except BadField as problem:
        yield {MISFIT: str(problem), PARENT: row}
        return
    if found is not None and not isinstance(found, list):
        yield {MISFIT: f"no list at {each.text}", PARENT: row}
        return
    parent = _without(row, each)
    for entry in found or ():
        yield {**(entry if isinstance(entry, dict) else {VALUE: entry}), PARENT: parent}


def _without(row: Any, each: Path) -> Any:
    """The row without the key at which the path to its entries begins.

    An entry that cannot be read is kept as it came, and would otherwise keep all the others too.
    """
    begins = _FIRST.match(each.text)
    if begins is None or not isinstance(row, dict):
        return row
    return {name: value for name, value in row.items() if name != (begins[1] or begins[2])}


class Details:
    """Adds to a row what its own request answers, for ``most`` rows of a read."""

    def __init__(
        self, ask: Callable[[str], Any], row_id: Callable[[Any], str | None], most: int
    ) -> None:
        self._ask = ask
        self._row_id = row_id
        self._left = self._most = most

    def __call__(self, row: Any) -> Any:
        """Raises ``BadField`` where this row has none, and ``Incomplete`` beyond the last."""
        found = self._row_id(row)
        if not found or found in (".", ".."):
            raise BadField("it has no id to ask for its detail with")
        if self._left == 0:
            raise Incomplete(
                f"More than {self._most:,} rows would need a request each.",
                remedy="Narrow the list with params or when, or raise most in the declaration.",
            )
        self._left -= 1
        try:
            detail = self._ask(found)
        except (FormatChanged, AuthFailed) as problem:
            if isinstance(problem, AuthFailed) and problem.status != 403:
                raise
            raise BadField(f"its detail cannot be read: {problem.message}") from None
        return {**(row if isinstance(row, dict) else {VALUE: row}), DETAIL: detail}

"""How far back a read goes through a list that platforms keep for ever."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from connectors.sdk.connector import Complete
from connectors.sdk.records import Due, DueDate, ItemRecord

R = TypeVar("R", bound=ItemRecord)

PAST = timedelta(days=90)
SLACK = timedelta(days=2)
"""A moment's day depends on the zone it is seen from: what is left out lies this much earlier."""


class Horizon:
    """Leaves out of a whole list what is over and was due more than 90 days ago.

    Nothing is left out before its end was told: what was still open when it was last read is given
    once more when it is over, however old it is by then. The stored state remembers it.

    today   day of the read
    state   what the last ``complete`` of the stream left
    ahead   how far in the future a due date may lie, for its absence to count
    """

    def __init__(self, today: date, state: Mapping[str, Any], *, ahead: timedelta) -> None:
        self._today = today
        self._ahead = ahead
        self._since = min(today, _day_in(state.get("read_on"), today)) - PAST - SLACK
        self._open_before = _texts_in(state.get("old_and_open"))
        self._open: set[str] = set()
        self._over: set[str] = set()

    def kept(self, record: R | None) -> R | None:
        """The record, or None where it is to be left out."""
        if record is None or record.due is None:
            return record
        due, name = _day_of(record.due), record.external_id
        if not record.closed:
            if due < self._today - PAST - SLACK:
                self._open.add(name)
            return record
        if due < self._since and name not in self._open_before:
            return None
        self._over.add(name)
        return record

    def complete(self, **state: Any) -> Complete:
        """The end of a read that went through the whole list; ``state`` is what else it leaves."""
        remembered = self._open | (self._open_before - self._over)
        return Complete(
            window=(self._today - PAST, self._today + self._ahead),
            undated=True,
            state={
                "read_on": self._today.isoformat(),
                "old_and_open": sorted(remembered),
                **state,
            },
        )


def _day_of(due: Due) -> date:
    return due.on if isinstance(due, DueDate) else due.at.date()


def _day_in(state: Any, otherwise: date) -> date:
    try:
        return date.fromisoformat(state)
    except (TypeError, ValueError):
        return otherwise


def _texts_in(state: Any) -> set[str]:
    return {text for text in state if isinstance(text, str)} if isinstance(state, list) else set()

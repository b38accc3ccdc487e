"""One time of what repeats, and all that follow it: what then changes in the entries. Pure.

What lies before stays as it is: a done review of last quarter is not moved, and so not reopened, by
another rule for the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.own_items import editing
from connectors.own_items.entries import Entry
from connectors.own_items.records import AHEAD, MOVED, times
from connectors.own_items.settings import OwnItemsConfig
from connectors.sdk.due_rules import DueRule
from connectors.sdk.repeats import Occurrence

_DAY = timedelta(days=1)
_CARRIED = ("holidays", "starts")
"""Keys that the form does not show."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Which entry an item comes from, and which time of it; None where it comes but once, or where
    the entry does not give it any more.
    """

    entry: Entry
    time: Occurrence | None

    @property
    def on(self) -> date | None:
        """When it is due by its rhythm, wherever this one time was moved to."""
        return self.time.on if self.time else self.entry.date


def place_of(config: OwnItemsConfig, external_id: str, due_on: date | None) -> Place | None:
    """Where an item comes from; None where nothing of it is left."""
    known_by, _, key = external_id.partition("#")[0].partition("/")
    series = config.series(known_by)
    for entry in series:
        if entry.rhythm is not None and due_on is not None:
            near = times(entry, config, due_on - MOVED, due_on + MOVED)
            if time := next((each for each in near if each.key == key), None):
                return Place(entry=entry, time=time)
    return Place(entry=series[-1], time=None) if series else None


def following(
    text: str, place: Place, typed: Mapping[str, Any], config: OwnItemsConfig, *, since: date
) -> str:
    """The entries with another one from this time on; the dates before it stay.

    ``since``: the first day on which a read still looks: what lies before is not kept as an entry.
    """
    old, time = place.entry, place.time
    wanted = _entry(old) | {"id": old.id, **typed}
    if time is None:
        return editing.replaced(text, old.id, wanted)
    if typed.get("date") == time.on.isoformat() and _counts_on(old, wanted):
        wanted["date"] = old.date
    wanted["since"] = _since(wanted, time, typed, config)
    typed_once = typed.get("only", {}).get(time.key)
    wanted["only"] = _only(old, time, typed_once or _actual(old, time))
    wanted["continues"] = old.continues
    if next(times(old, config, since, time.on - _DAY), None) is None:
        if old.date is not None and time.on <= old.date:
            wanted["since"] = None  # it is changed from its first date on
        return editing.replaced(text, old.id, _given(wanted))
    named = {"id": editing.free_id(text, str(wanted["title"])), "continues": old.known_by}
    return editing.added(stopped(text, place), _given(wanted | named))


def stopped(text: str, place: Place) -> str:
    """The entries without this time and those that follow it."""
    old, time = place.entry, place.time
    begins = max(filter(None, (old.date, old.since)), default=None)
    if time is None or (begins is not None and time.on <= begins):
        return editing.replaced(text, old.id, None)
    return editing.replaced(text, old.id, whole(old) | {"until": (time.on - _DAY).isoformat()})


def changed_once(text: str, place: Place, change: Mapping[str, Any]) -> str:
    """The entries with what is different about this one time; what came before of it goes."""
    old, time = place.entry, place.time
    if time is None:
        return editing.replaced(text, old.id, whole(old) | dict(change))
    return editing.replaced(text, old.id, whole(old) | {"only": _only(old, time, dict(change))})


def reached(text: str, place: Place, value: Decimal | None) -> str:
    """The entries with what was reached of a goal: of one that repeats, in this period."""
    old, time = place.entry, place.time
    actual = None if value is None else f"{value:f}"
    if time is None:
        return editing.replaced(text, old.id, _given(whole(old) | {"actual": actual}))
    before = whole(old).get("only", {}).get(time.key, {})
    change = _given({**before, "actual": actual}) if isinstance(before, dict) else before
    return editing.replaced(text, old.id, whole(old) | {"only": _only(old, time, change)})


def with_reached(
    wanted: Mapping[str, Any], config: OwnItemsConfig, time: Occurrence | None, *, today: date
) -> dict[str, Any]:
    """An entry as it was typed, with what was reached where it belongs: of something that repeats,
    in the period at hand.
    """
    typed = dict(wanted)
    actual = typed.get("actual")
    if actual is None or typed.get("repeats", "no") == "no":
        return typed
    entry = Entry.model_validate({k: v for k, v in typed.items() if k != "actual"})
    if entry.rhythm is None:
        return typed
    key = time.key if time else ""
    if time is None:
        key = next((each.key for each in times(entry, config, today, today + AHEAD)), "")
    del typed["actual"]
    return typed | {"only": {**typed.get("only", {}), key: {"actual": actual}}} if key else typed


def skipped(text: str, place: Place) -> str:
    """The entries without this one time."""
    if place.time is None:
        return editing.replaced(text, place.entry.id, None)
    only = _only(place.entry, place.time, "skip")
    return editing.replaced(text, place.entry.id, whole(place.entry) | {"only": only})


def whole(entry: Entry) -> dict[str, Any]:
    """All that an entry says, as it is written."""
    values = entry.model_dump(mode="json", exclude_defaults=True)
    if entry.only:
        values["only"] = {key: _once(values["only"][key]) for key in values["only"]}
    return {"id": entry.id, **values}


def _entry(old: Entry) -> dict[str, Any]:
    """What stays of an entry that is written anew."""
    values = whole(old)
    return {name: values[name] for name in _CARRIED if name in values}


def _counts_on(old: Entry, wanted: Mapping[str, Any]) -> bool:
    """Whether the new one counts from where the old one did: so the 31st comes back."""
    repeats = wanted.get("repeats", "no")
    return repeats == old.repeats or isinstance(_parsed(wanted).rhythm, DueRule)


def _since(
    wanted: Mapping[str, Any], time: Occurrence, typed: Mapping[str, Any], config: OwnItemsConfig
) -> str | None:
    """From which day on the new one gives dates: that of this period, else the one typed."""
    entry = _parsed(wanted)
    if entry.rhythm is None:
        return None
    near = times(entry, config, time.on - AHEAD, time.on + AHEAD)
    if isinstance(entry.rhythm, DueRule):
        same = next((each.on for each in near if each.key == time.key), time.on)
        return same.isoformat()
    return str(typed.get("date") or time.on.isoformat())


def _only(old: Entry, time: Occurrence, change: Any) -> dict[str, Any]:
    """What is different about single times, with another word on this one."""
    others = {key: value for key, value in whole(old).get("only", {}).items() if key != time.key}
    return others if not change else {**others, time.key: change}


def _actual(old: Entry, time: Occurrence) -> dict[str, str] | None:
    """What was reached in this period: another rule does not undo it."""
    found = old.only.get(time.key)
    return None if found is None or found.actual is None else {"actual": f"{found.actual:f}"}


def _once(values: Mapping[str, Any]) -> Any:
    return "skip" if values.get("skip") else dict(values)


def _parsed(wanted: Mapping[str, Any]) -> Entry:
    return Entry.model_validate({k: v for k, v in wanted.items() if k not in {"since", "until"}})


def _given(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value not in (None, {}, "")}

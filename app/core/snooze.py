"""Sensible moments to put something off to. Pure: the clock is an argument."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.core.words import Clock, day_words, due_day
from connectors.sdk.records import Due, DueInstant

MORNING = time(8)
EVENING = time(20)
LATER = timedelta(hours=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class SnoozeChoice:
    """A label, its day in words, the aware moment, and whether that makes an item late.

    One that is late anyway is late on every day: there is nothing to warn of.
    """

    label: str
    day: str
    until: datetime
    after_due: bool


def snooze_choices(due: Due | None, clock: Clock) -> tuple[SnoozeChoice, ...]:
    """Later today, tomorrow, Monday, next month, a week before it is due: each day's morning in
    the reader's zone.
    """
    today = clock.today
    days = {
        "Tomorrow 08:00": today + timedelta(days=1),
        "Monday": today + timedelta(days=7 - today.weekday()),
        "In two weeks": today + timedelta(days=14),
        "First of next month": (today.replace(day=1) + timedelta(days=32)).replace(day=1),
    }
    if due is not None:
        days |= _before(due_day(due, clock), today)
    label_of = {day: label for label, day in reversed(days.items())}  # one label for each day
    mornings = (_choice(label, day, due, clock) for day, label in sorted(label_of.items()))
    return (*_later_today(due, clock), *mornings)


def _later_today(due: Due | None, clock: Clock) -> Iterator[SnoozeChoice]:
    """Some hours on, while there is anything left of the day."""
    local = clock.local(clock.now + LATER)
    until = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if clock.local(clock.now).date() == until.date() and until.time() <= EVENING:
        yield SnoozeChoice(
            label="Later today",
            day=f"{until:%H:%M}",
            until=until,
            after_due=isinstance(due, DueInstant) and clock.now <= due.at < until,
        )


def _before(due: date, today: date) -> dict[str, date]:
    marks = {"A week before it is due": 7, "The day before": 1}
    ahead = (due - today).days
    return {label: due - timedelta(days=days) for label, days in marks.items() if ahead > days}


def _choice(label: str, day: date, due: Due | None, clock: Clock) -> SnoozeChoice:
    return SnoozeChoice(
        label=label,
        day=day_words(day, clock.today),
        until=morning_of(day, clock),
        after_due=due is not None and clock.today <= due_day(due, clock) < day,
    )


def morning_of(day: date, clock: Clock) -> datetime:
    """08:00 on that day on the reader's wall clock."""
    return datetime.combine(day, MORNING, tzinfo=clock.zone)

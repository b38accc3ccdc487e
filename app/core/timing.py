"""When a connection is due, and how fresh what it gave is. ``now`` is aware UTC."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=6)
DAILY = timedelta(days=1)
FAILING_AFTER = 3


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """An interval or a cron expression, never both; both in minutes and in ``zone``.

    jitter        at most so much later, always the same for one connection (``key``), so that
                  a thousand connections do not start in one second
    quiet         local hours in which nothing starts by itself ("22:00-06:00")
    """

    key: str
    interval: timedelta | None = None
    cron: str | None = None
    zone: ZoneInfo = ZoneInfo("UTC")
    jitter: timedelta = timedelta(0)
    quiet: str | None = None


def problems(schedule: Schedule) -> dict[str, str]:
    """What is wrong with the schedule: field name to sentence; empty when it is fine."""
    found = {}
    if schedule.cron:
        try:
            next(CronSim(schedule.cron, datetime(2026, 1, 1, tzinfo=UTC)))
        except (CronSimError, StopIteration):
            found["cron"] = "This is not a cron expression. Five fields, for example: 30 6 * * 1-5."
    elif schedule.interval is not None and schedule.interval < timedelta(minutes=1):
        found["interval_minutes"] = "At least one minute."
    if schedule.quiet:
        try:
            quiet_window(schedule.quiet)
        except ValueError:
            found["quiet_hours"] = "Two times of day, for example: 22:00-06:00."
    return found


def quiet_window(text: str) -> tuple[time, time]:
    """Start and end of the quiet hours; raises ``ValueError``."""
    start, _, end = text.partition("-")
    window = time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
    if window[0] == window[1]:
        raise ValueError("empty")
    return window


def next_due(schedule: Schedule, *, now: datetime) -> datetime:
    """The next usual start after ``now``, in UTC. Downtime is caught up once: never in the past."""
    if schedule.cron:
        due = next(CronSim(schedule.cron, now.astimezone(schedule.zone))).astimezone(UTC)
    else:
        due = now + (schedule.interval or DAILY)
    return after_quiet(due + spread(schedule), schedule)


def spread(schedule: Schedule) -> timedelta:
    """This connection's own share of the jitter."""
    if not schedule.jitter:
        return timedelta(0)
    number = int.from_bytes(hashlib.blake2b(schedule.key.encode(), digest_size=4).digest(), "big")
    return timedelta(seconds=int(schedule.jitter.total_seconds() * number / 2**32))


def after_quiet(due: datetime, schedule: Schedule) -> datetime:
    """``due``, or the end of the quiet hours that it falls into."""
    if not schedule.quiet:
        return due
    start, end = quiet_window(schedule.quiet)
    local = due.astimezone(schedule.zone)
    clock = local.time()
    within = start <= clock < end if start < end else clock >= start or clock < end
    if not within:
        return due
    if start > end and clock >= start:
        until = datetime.combine(local.date() + timedelta(days=1), end, tzinfo=schedule.zone)
    else:
        # In an hour that comes twice the end belongs to the same of the two as ``due``.
        until = datetime.combine(local.date(), end, tzinfo=schedule.zone).replace(fold=local.fold)
    return until.astimezone(UTC)


def retry_at(schedule: Schedule, *, failures: int, now: datetime) -> datetime:
    """When to try again after so many failures in a row: doubling, at most 6 hours apart."""
    wait = min(FIRST_RETRY * 2 ** min(failures - 1, 10), LONGEST_RETRY)
    return after_quiet(now + wait + spread(schedule), schedule)


def fresh_until(
    schedule: Schedule, *, last_success: datetime, renew_by: datetime | None = None
) -> datetime:
    """The last moment at which what was read then is not stale: the second start of the
    schedule since then. Of an interval that is twice its length. Quiet hours, and the weekend
    of a cron expression that names working days, make nothing stale.

    ``renew_by`` is for a copy, which gets no younger by being read again.
    """
    read = next_due(schedule, now=next_due(schedule, now=last_success))
    return read if renew_by is None else min(read, renew_by)

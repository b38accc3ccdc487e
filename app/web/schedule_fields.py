"""How often a source is read, as a person types it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from app.core import timing
from app.core.whole import whole
from app.errors import Invalid
from app.services.sources import ScheduleInput

UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60}
MOST = 365 * 24 * 60


@dataclass(frozen=True, kw_only=True)
class ScheduleTyped:
    """The form's own text; ``unit`` is a key of ``UNITS``."""

    every: str = ""
    unit: str = "minutes"
    cron: str = ""
    jitter: str = "0"
    quiet: str = ""
    time_zone: str = "UTC"

    FIELDS: ClassVar = ("interval_minutes", "cron", "jitter_minutes", "quiet_hours", "time_zone")

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> "ScheduleTyped":
        """What the form has, whatever it is."""
        names = ("every", "unit", "cron", "jitter", "quiet", "time_zone")
        return cls(**{name: str(form.get(name, "")).strip()[:200] for name in names})


def typed_of(
    *,
    interval_minutes: int | None = None,
    cron: str | None = None,
    jitter_minutes: int = 0,
    quiet_hours: str | None = None,
    time_zone: str = "UTC",
) -> ScheduleTyped:
    """A stored schedule as a person would type it: 240 minutes are 4 hours."""
    minutes = interval_minutes or 0
    unit = next(name for name in reversed(UNITS) if minutes % UNITS[name] == 0)
    return ScheduleTyped(
        every=str(minutes // UNITS[unit]) if minutes else "",
        unit=unit if minutes else "hours",
        cron=cron or "",
        jitter=str(jitter_minutes),
        quiet=quiet_hours or "",
        time_zone=time_zone,
    )


def schedule_of(typed: ScheduleTyped) -> ScheduleInput:
    """What the services take; raises ``Invalid`` with a sentence for each field."""
    fields = {}
    every, jitter = whole(typed.every or "0"), whole(typed.jitter or "0")
    if every is None or (not every and not typed.cron):
        fields["interval_minutes"] = "Enter a whole number, or set times."
    if jitter is None:
        fields["jitter_minutes"] = "Enter a whole number of minutes."
    rules = timing.Schedule(key="", cron=typed.cron or None, quiet=typed.quiet or None)
    fields |= timing.problems(rules)
    if fields:
        raise Invalid("The schedule cannot be kept.", fields=fields)
    assert every is not None
    return ScheduleInput(
        interval_minutes=min(every * UNITS.get(typed.unit, 1), MOST) or None,
        cron=typed.cron or None,
        jitter_minutes=jitter or 0,
        quiet_hours=typed.quiet or None,
        time_zone=typed.time_zone,
    )

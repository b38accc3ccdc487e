"""Time zones by their names."""

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


@cache
def zones() -> frozenset[str]:
    """Every zone of this machine. Looked up once: that reads some 600 files."""
    return frozenset(available_timezones())


def zone_of(name: str) -> ZoneInfo:
    """The zone; UTC where this machine knows no zone of that name any more.

    Names are checked when they are saved, but the zones of the next machine can be others,
    and one person's setting must not stop everybody's digest (P9).
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is an OSError
        return ZoneInfo("UTC")

"""What a TZID means: an IANA zone, a Windows name, or the zone that the file defines itself.

Definitions stay with their file. (icalendar would remember them for the whole process, so
that one calendar could change what another one's times mean.)
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import icalendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from connectors.sdk.ical.text import Block

# The system's own zone and tables with leap seconds: they mean something else on each machine.
_NOT_ZONES = ("localtime", "posixrules", "Factory", "posix/", "right/")
_TZID = re.compile(r';TZID=("[^"]*"|[^;:"]*)', re.IGNORECASE)
# A yearly change on a day of a month. Anything else in a definition is not expanded at all.
_YEARLY = re.compile(
    r"(FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|UNTIL=\w{8,16}|BYMONTH=(1[0-2]|[1-9])"
    r"|BYDAY=[+-]?[1-5]?[A-Z]{2}|BYMONTHDAY=-?(1\d|2[0-8]|[1-9])(,-?(1\d|2[0-8]|[1-9]))*)"
)
_LINES_MAX = 400
OWN_ZONE = "X-OWN-TZID"


class Zones:
    """The zones of one file."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._defined = {
            tzid: block
            for block in blocks
            if block.kind == "VTIMEZONE" and (tzid := _tzid_of(block)) and not block.broken
        }
        self._known: dict[str, tzinfo | None] = {}

    def get(self, tzid: str) -> tzinfo | None:
        """The zone of that id; None when nothing says what it is."""
        if tzid not in self._known:
            self._known[tzid] = named(tzid) or self._own(tzid)
        return self._known[tzid]

    def rewritten(self, line: str) -> str:
        """A content line whose TZID icalendar knows, or finds under a name of ours."""
        match = _TZID.search(line)
        if match is None:
            return line
        tzid = match.group(1).strip('"')
        key = getattr(self.get(tzid), "key", None)
        param = f";TZID={key}" if key else f';{OWN_ZONE}="{tzid}"'
        return line[: match.start()] + param + line[match.end() :]

    def _own(self, tzid: str) -> tzinfo | None:
        block = self._defined.get(tzid)
        return _built(block) if block else None


def iana_name(moment: datetime) -> str | None:
    """The IANA name of a moment's zone; None for a zone that only its file knows."""
    if moment.tzinfo is UTC:
        return "UTC"
    name: str | None = getattr(moment.tzinfo, "key", None)
    return name


def named(tzid: str) -> ZoneInfo | None:
    """An IANA zone by its name, by Windows' name for it, or at the end of a vendor's path."""
    plain = tzid.strip("/ ")
    parts = plain.split("/")
    tails = ["/".join(parts[i:]) for i in range(1, len(parts) - 1)]
    for candidate in (plain, WINDOWS_TO_OLSON.get(plain, ""), *tails):
        if zone := _iana(candidate):
            return zone
    return None


def _iana(name: str) -> ZoneInfo | None:
    if not name or name.startswith(_NOT_ZONES):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _tzid_of(block: Block) -> str | None:
    value = block.value("TZID")
    return value.strip() if value else None


def _built(block: Block) -> tzinfo | None:
    """The zone that a VTIMEZONE describes; its IANA equivalent where it names one."""
    if zone := named(block.value("X-LIC-LOCATION") or ""):
        return zone
    if not _harmless(block):
        return None
    definition = icalendar.Timezone()
    definition.add("TZID", _tzid_of(block))
    try:
        for lines in _rules(block):
            rule = ("\r\n".join(lines) + "\r\n").encode()
            definition.add_component(icalendar.Component.from_ical(rule))
        own: tzinfo = definition.to_tz(lookup_tzid=False)
    except (ValueError, KeyError, AttributeError):
        return None
    return own


def _harmless(block: Block) -> bool:
    """Whether working out the zone's changes is bounded: few rules, each at most yearly."""
    rules = [line.partition(":")[2] for line in block.nested if line.upper().startswith("RRULE")]
    return len(block.nested) <= _LINES_MAX and all(
        _YEARLY.fullmatch(part) for rule in rules for part in rule.upper().split(";")
    )


def _rules(block: Block) -> list[list[str]]:
    """The lines of each STANDARD and DAYLIGHT part, one list a part."""
    parts: list[list[str]] = []
    for line in block.nested:
        if line.upper().startswith("BEGIN:"):
            parts.append([])
        if parts and not line.upper().startswith("X-"):
            parts[-1].append(line)
    return parts

"""A source in words: how it is and what helps, and how often it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.words import span_words
from app.models import Connection, Trigger
from app.services.pages import Health

SAID: Mapping[Health, tuple[str, str, str]] = {
    Health.NEEDS_SIGN_IN: ("The platform does not accept the sign-in.", "Enter it anew.", "late"),
    Health.BROKEN: ("The platform answers in a way that we cannot read.", "", "late"),
    Health.FAILING: ("The platform could not be reached.", "It is tried again by itself.", "late"),
    Health.STALE: ("For more than twice its usual time it was not read to its end.", "", "soon"),
    Health.WAITING: ("It has not been read to its end yet.", "", "soon"),
    Health.PAUSED: ("It is paused: nothing is read, and what it shows grows old.", "", "soon"),
    Health.SAMPLE: ("It is part of the sample company, which was read once.", "", ""),
    Health.FRESH: ("Everything was read to its end.", "", ""),
}
"""What a state says where the last run said nothing: text, remedy, tone."""


OLD_FILE = (
    "Its uploaded file is older than its settings allow.",
    "Upload a newer one, or let it count as fresh for longer.",
)
"""Text and remedy where a source is stale because nobody renewed its file."""

BEGAN: Mapping[str, str] = {
    Trigger.SCHEDULE: "on schedule",
    Trigger.PERSON: "by hand",
    Trigger.COMMAND: "at the terminal",
    Trigger.IMPORT: "by an import",
    Trigger.SAMPLE: "with the sample company",
}
"""What began a run, where nobody's name is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """How a source is, in a sentence, what helps, and the one button that does it.

    ``tone`` is "late", "soon" or "" (all is well); ``act`` is "sync",
    "edit", "resume", "columns", "renew" or "" (nothing).
    """

    text: str
    remedy: str
    tone: str
    act: str
    label: str = ""


def advice(connection: Connection, health: Health, *, now: datetime) -> Advice:
    """The state in words, what helps, and the button for it."""
    text, remedy, tone = SAID[health]
    act, label = ("sync", "Try again" if tone == "late" else "Sync now")
    if health is Health.STALE and connection.renew_by is not None and now > connection.renew_by:
        text, remedy = OLD_FILE
        act = "renew" if connection.connector == "spreadsheet" else "edit"
        label = "Upload a newer one"
    if health is Health.PAUSED:
        act, label = "resume", "Resume"
    elif health is Health.SAMPLE:
        act = ""
    elif health is Health.NEEDS_SIGN_IN:
        act, label = "edit", "Sign in anew"
    elif health is Health.BROKEN and connection.error_kind == "ConfigInvalid":
        by_columns = connection.connector == "spreadsheet"
        act, label = ("columns", "Map its columns") if by_columns else ("edit", "Edit settings")
    if connection.error and health is not Health.PAUSED:
        text, remedy, tone = connection.error, connection.remedy or remedy, tone or "soon"
    return Advice(text=text, remedy=remedy, tone=tone, act=act, label=label)


def asked(trigger: str, name: str | None) -> str:
    """What or who began a run: "on schedule", "by Dana Kim"."""
    return f"by {name}" if name else BEGAN.get(trigger, trigger)


def every(connection: Connection) -> str:
    """The usual rhythm: "every 4 hours", or "at set times"."""
    if connection.cron:
        return "at set times"
    minutes = connection.interval_minutes or 24 * 60
    if minutes % 60 == 0 and minutes % 1440:
        return "every hour" if minutes == 60 else f"every {minutes // 60} hours"
    words = (
        span_words(minutes * 60) if minutes % 1440 == 0 or minutes < 60 else f"{minutes} minutes"
    )
    return "every day" if words == "1 day" else f"every {words}"


def schedule(connection: Connection) -> str:
    """The whole schedule in words."""
    said = [f"cron {connection.cron}" if connection.cron else every(connection)]
    if connection.jitter_minutes:
        said.append(f"spread over {connection.jitter_minutes} minutes")
    if connection.quiet_hours:
        said.append(f"not in {connection.quiet_hours}")
    if connection.cron or connection.quiet_hours:
        said.append(f"by the clock of {connection.time_zone}")
    return ", ".join(said)

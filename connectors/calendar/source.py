"""Where a calendar's bytes come from: an address or a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

from connectors.calendar.settings import CalendarConfig
from connectors.sdk.conditional import fetched
from connectors.sdk.connector import Copy, ReadContext
from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.uploads import copy_of

BYTES_MAX = 32 * 1024 * 1024
_AGAIN = "Choose the calendar file again."


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A calendar as it came. ``state`` is what a later read needs to ask for changes only;
    ``copy`` how old an upload is.
    """

    data: bytes = field(repr=False)
    charset: str | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    copy: Copy | None = None


def fetch(config: CalendarConfig, context: ReadContext, *, always: bool = False) -> Source | None:
    """The calendar; None where its server proves that it is as it was at the last read.

    ``always`` asks for the whole calendar. So does the first read of each day: the window
    moves on with the days, and a missing entry is only missing once until it is read again.
    """
    if config.file is not None:
        copy = copy_of(config.file, context, config.renew_days)
        return Source(data=_file(config.file, context.files), copy=copy)
    assert config.url is not None  # the settings hold one of the two
    found = fetched(
        config,
        context,
        url=config.url,
        username=config.username,
        password=config.password,
        accept="text/calendar, */*;q=0.1",
        always=always,
        proof=_ends,
    )
    if found is None:
        return None
    charset = _charset(found.headers.get("content-type"))
    return Source(data=found.body, charset=charset, state=found.state)


def _ends(body: bytes) -> bool:
    """A calendar proves its own end where the connection does not."""
    return body[-64:].rstrip().upper().endswith(b"END:VCALENDAR")


def _charset(content_type: str | None) -> str | None:
    header = Message()
    header["content-type"] = content_type or ""
    return header.get_content_charset()


def _file(name: str, folder: Path | None) -> bytes:
    path = _path(name, folder)
    try:
        if path.stat().st_size > BYTES_MAX:
            raise ConfigInvalid(
                f"The calendar file is larger than {BYTES_MAX // 1024**2} MB.", remedy=_AGAIN
            )
        return path.read_bytes()
    except OSError as problem:
        why = problem.strerror or "it cannot be opened"
        raise ConfigInvalid(f"The calendar file cannot be read: {why}.", remedy=_AGAIN) from None


def _path(name: str, folder: Path | None) -> Path:
    """An uploaded file lies in the connection's folder; an operator may name any by its path."""
    if Path(name).is_absolute():
        return Path(name)
    if folder is None:
        raise ConfigInvalid("The calendar file was not uploaded.", remedy=_AGAIN)
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ConfigInvalid("The calendar file lies outside its folder.", remedy=_AGAIN)
    return path

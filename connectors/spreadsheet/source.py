"""Where a connection's file comes from: an upload, a path of the operator, or an address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.sdk.conditional import fetched
from connectors.sdk.connector import Copy, ReadContext
from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.uploads import copy_of
from connectors.spreadsheet.settings import SpreadsheetConfig

ACCEPT = (
    "text/csv, text/tab-separated-values;q=0.9, "
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, */*;q=0.1"
)
AGAIN = "Upload the file again, or give the absolute path of a file that the server can read."


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file: its path, or its bytes as they came over the network, proven complete.

    ``state`` is what a later read needs to ask only for a changed file; ``copy`` how old an
    upload is.
    """

    file: Path | bytes = field(repr=False)
    state: Mapping[str, Any] = field(default_factory=dict)
    copy: Copy | None = None


def fetch(
    config: SpreadsheetConfig, context: ReadContext, *, always: bool = False
) -> Source | None:
    """The file; None where its server proves that it is as it was at the last read.

    ``always`` asks for the whole file. So does the first read of each day: what is missing
    counts as missing only once until the file is read again.
    """
    if config.url is None:
        name = config.file.strip()
        return Source(
            file=path_of(name, context.files), copy=copy_of(name, context, config.renew_days)
        )
    found = fetched(
        config,
        context,
        url=config.url,
        username=config.username,
        password=config.password,
        accept=ACCEPT,
        always=always,
    )
    return None if found is None else Source(file=found.body, state=found.state)


def path_of(name: str, folder: Path | None) -> Path:
    """An uploaded file lies in the connection's folder; an operator may name any by its path."""
    path = Path(name)
    if path.is_absolute():
        return path
    if folder is None:
        raise ConfigInvalid(f"The file “{path.name}” was not uploaded.", remedy=AGAIN)
    found = (folder / path).resolve()
    if not found.is_relative_to(folder.resolve()):
        raise ConfigInvalid("The file lies outside the folder of this connection.", remedy=AGAIN)
    return found


def place_of(config: SpreadsheetConfig) -> str:
    """The source in words that hold no secret: a file's name, or a host."""
    if config.url is None:
        return f"“{Path(config.file).name}”"
    return f"the file at {urlsplit(config.url.get_secret_value()).hostname}"

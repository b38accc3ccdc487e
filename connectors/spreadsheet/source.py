"""Where a connection's file comes from: an upload, a path of the operator, or an address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.sdk.auth import basic
from connectors.sdk.connector import Copy, ReadContext
from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.uploads import copy_of
from connectors.spreadsheet.settings import SpreadsheetConfig

ACCEPT = (
    "text/csv, text/tab-separated-values;q=0.9, "
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, */*;q=0.1"
)
AGAIN = "Upload the file again, or give the absolute path of a file that the server can read."
CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


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
    basis = {"settings": _fingerprint(config), "day": context.now.date().isoformat()}
    same = not always and all(context.state.get(name) == value for name, value in basis.items())
    known = context.state if same else {}
    conditions = {CONDITIONS[mark]: str(known[mark]) for mark in CONDITIONS if mark in known}
    reply = context.http.request(
        "GET",
        config.url.get_secret_value(),
        headers={"Accept": ACCEPT} | basic(config.username, config.password) | conditions,
        also_ok={304} if conditions else (),
    )
    if reply.status == 304:
        return None
    answer = {name.lower(): value for name, value in reply.headers.items()}
    marks = {name: answer[name] for name in CONDITIONS if answer.get(name)}
    return Source(file=reply.body, state=basis | marks if marks else {})


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


def _fingerprint(config: SpreadsheetConfig) -> str:
    """Changes when a setting does, since records depend on all of them; tells none of them."""
    settings = config.model_dump_json(exclude={"url", "password"})
    url = config.url.get_secret_value() if config.url else ""
    return blake2b(f"{settings}{url}".encode(), digest_size=12).hexdigest()

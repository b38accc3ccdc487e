"""connectors check --live: one real read of a platform, told without what it says."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import typer

from app.cli.base import live, out, plain, print_json
from app.cli.opened import Opened
from app.cli.proving import known
from app.errors import Invalid
from app.keeping import Kept
from app.models import Connection
from app.services import sources
from connectors.sdk import redact
from connectors.sdk.connector import Complete, NotOffered, Page, ReadContext, Unchanged
from connectors.sdk.errors import ConnectorError
from connectors.sdk.http import HttpSession
from connectors.sdk.manifest import StreamSpec
from connectors.sdk.policy import policy_of
from connectors.sdk.records import AnyRecord, kind_of

REASONS = 5


@dataclass(kw_only=True)
class Look:
    """What one stream gave, in numbers and shapes: 9 stands for a digit, a for a letter.

    ``filled`` counts the records in which a field says anything.
    """

    stream: str
    ended: str = ""
    pages: int = 0
    expected: int | None = None
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    due_forms: Counter[str] = field(default_factory=Counter)
    not_offered: bool = False
    quarantined: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def whole(self) -> bool:
        """Whether it was read to its proven end, or is not there to be read."""
        return self.ended in ("Complete", "Unchanged") or self.not_offered


def look(connector_id: str, name: str | None, *, as_json: bool) -> None:
    """Read each stream once, store nothing, and report what may be handed on."""
    connector = known(connector_id)
    opened = Opened()
    connection = _connection(opened, connector_id, name)
    assert connection.id is not None
    config = sources.config_of(connection, opened.vault)
    private = opened.settings.allowed_private_hosts
    found = []
    with HttpSession(policy_of(connector.manifest, config, private)) as http:
        for spec in connector.manifest.streams_of(config):
            context = ReadContext(
                http=http,
                now=opened.now(),
                files=opened.settings.uploads / str(connection.id),
                secrets=Kept(opened.database, opened.vault, connection.id),
            )
            with live.status(f"Reading {plain(spec.title.lower())} …"):
                found.append(_looked(spec, connector.read(spec.name, config, context)))
    if as_json:
        print_json([vars(one) for one in found])
    else:
        for one in found:
            _tell(one)
    if not all(one.whole for one in found):
        raise typer.Exit(1)


def _connection(opened: Opened, connector_id: str, name: str | None) -> Connection:
    with opened.database.read() as session:
        if name is not None:
            one = sources.by_name(session, name)
            found = [one] if one.connector == connector_id else []
        else:
            found = [one for one in sources.every(session) if one.connector == connector_id]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Invalid(
            f"No connection reads {connector_id}.", remedy="Add one: partner-inbox connection add."
        )
    names = ", ".join(one.name for one in found)
    raise Invalid(
        f"Several connections read {connector_id}.",
        remedy=f"Say which with --connection: {names}.",
    )


def _looked(spec: StreamSpec, events: Iterator[Any]) -> Look:
    seen = Look(stream=spec.name)
    started = time.monotonic()
    try:
        for event in events:
            match event:
                case Page():
                    _count(seen, event)
                case Complete() | Unchanged():
                    seen.ended = type(event).__name__
                case NotOffered(why=why):
                    seen.ended, seen.not_offered = redact.redact(why), True
    except ConnectorError as error:
        seen.ended = (
            f"{type(error).__name__}: {redact.redact(error.message)} {error.remedy}".strip()
        )
    except Exception as error:  # noqa: BLE001  (the report is for whoever mends the connector)
        seen.ended = f"{type(error).__name__}, which no connector may raise"
    seen.ended = seen.ended or "It ended without saying that it was whole."
    seen.seconds = round(time.monotonic() - started, 2)
    return seen


def _count(seen: Look, page: Page) -> None:
    seen.pages += 1
    seen.expected = page.expected if page.expected is not None else seen.expected
    for record in page.records:
        seen.kinds[kind_of(record)] += 1
        seen.filled.update(_filled(record))
        due = getattr(record, "due", None)
        if due is not None and due.raw:
            seen.due_forms[shape(due.raw)] += 1
    seen.quarantined += len(page.quarantined)
    seen.reasons.update(shape(row.reason, words=True) for row in page.quarantined)


def _filled(record: AnyRecord) -> list[str]:
    return [
        name
        for name in record.__struct_fields__
        if getattr(record, name) not in (None, "", (), False)
    ]


def shape(text: str, *, words: bool = False) -> str:
    """The form of a value without the value; with ``words``, what is quoted in a sentence."""
    if words:
        return re.sub(r"(['\"“‘(]).*?(['\"”’)])", r"\1…\2", re.sub(r"\d+", "9", text))
    formed = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text))
    return formed if len(formed) <= 40 else f"{formed[:40]}…"


def _tell(one: Look) -> None:
    read = ", ".join(f"{count} {kind}" for kind, count in sorted(one.kinds.items())) or "nothing"
    whole = "whole" if one.whole else "[red]not whole[/]"
    whole = "not offered" if one.not_offered else whole
    announced = f" of {one.expected}" if one.expected is not None else ""
    out.print(f"\n[bold]{plain(one.stream)}[/]  {whole}, {one.pages} pages, {one.seconds} s")
    if not one.whole or one.not_offered:
        out.print(f"  ended        {plain(one.ended)}")
    out.print(f"  read         {plain(read)}{announced}")
    total = sum(one.kinds.values())
    for name, count in sorted(one.filled.items()):
        out.print(f"  field        {plain(name):<16} in {count} of {total}")
    for form, count in one.due_forms.most_common(REASONS):
        out.print(f"  date form    {plain(form)} ({count})")
    if one.quarantined:
        out.print(f"  quarantined  {one.quarantined}")
        for reason, count in one.reasons.most_common(REASONS):
            out.print(f"  because      {plain(reason)} ({count})")

"""Any public page, watched: what changed in its text becomes a notice with both versions."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from pydantic import SecretStr

from connectors.sdk import mapping
from connectors.sdk.conditional import Fetched, fetched, reached
from connectors.sdk.connector import (
    Check,
    CheckState,
    Complete,
    Event,
    Page,
    ReadContext,
    Unchanged,
)
from connectors.sdk.errors import ConnectorError
from connectors.sdk.manifest import (
    Completeness,
    Manifest,
    Need,
    PlatformType,
    StreamSpec,
)
from connectors.sdk.records import Kind, Notice
from connectors.web_page.settings import WebPageConfig
from connectors.web_page.text import Text, change, ended, text_of

PAGE = "page"
"""The id of the notice that says what is watched."""

MANIFEST = Manifest(
    id="web_page",
    version="1",
    name="Web page",
    platform=PlatformType.GENERIC,
    summary="Changes in the text of a public program page.",
    vendor=None,
    badge="WP",
    colour="#6d28d9",
    config=WebPageConfig,
    hosts=("${url}",),
    streams=(
        StreamSpec(
            name="changes",
            title="Changes",
            kinds=frozenset({Kind.NOTICE}),
            completeness=Completeness.UNKNOWN,
        ),
    ),
    interval=timedelta(hours=12),
    minimum_interval=timedelta(hours=1),
    needs=(Need(what="A public page", where="Such as a vendor's program guide or tier table."),),
    gives_not=(
        "Due dates and amounts: what stands in a page's text is nobody's deadline yet",
        "What only a signed-in person sees, or what a script adds to the page",
        "When the vendor changed it: only when it was noticed",
    ),
    docs="docs/connectors/web_page.md",
    permissions=("None: the page is public",),
)


class WebPage:
    """Watches one page."""

    manifest = MANIFEST

    def read(self, stream: str, config: WebPageConfig, context: ReadContext) -> Iterator[Event]:
        """The page as first seen, then one notice for each change; or ``Unchanged``."""
        self.manifest.stream(stream)
        found = _fetch(config, context)
        if found is None:
            yield Unchanged()
            return
        now, before = text_of(found.body, config), _Known(context.state, config)
        state = {**found.state, **before.left(now)}
        if not before.lines:
            yield Page(records=(_watched(now, config),))
        elif before.lines != now.lines:
            yield Page(records=(_changed(before, now, config, context),))
        yield Complete(state=state)

    def check(self, config: WebPageConfig, context: ReadContext) -> Iterator[Check]:
        """Whether the page is there and what of it is compared."""
        check, found = reached("The page", lambda: _fetch(config, context, always=True))
        yield check
        if found is not None:
            yield _judged(found, config)


class _Known:
    """What the last read left: the lines, and how many changes there were."""

    def __init__(self, state: Mapping[str, Any], config: WebPageConfig) -> None:
        told = f"{config.url}\0{config.selector}\0{config.ignore}"
        self._of = blake2b(told.encode(), digest_size=12).hexdigest()
        lines, count = state.get("lines"), state.get("count")
        same = state.get("of") == self._of and isinstance(lines, list)
        self.lines = tuple(map(str, lines)) if same and isinstance(lines, list) else ()
        self.count = count if isinstance(count, int) else 0

    def left(self, now: Text) -> dict[str, Any]:
        """For the next read."""
        changed = bool(self.lines) and self.lines != now.lines
        return {"of": self._of, "lines": list(now.lines), "count": self.count + changed}


def _fetch(config: WebPageConfig, context: ReadContext, *, always: bool = False) -> Fetched | None:
    return fetched(
        config,
        context,
        url=SecretStr(config.url),
        accept="text/html, application/xhtml+xml, */*;q=0.1",
        always=always,
        daily=False,
        proof=ended,
    )


def _judged(found: Fetched, config: WebPageConfig) -> Check:
    name = "Part of the page"
    try:
        text = text_of(found.body, config)
    except ConnectorError as error:
        return Check(name=name, state=CheckState.FAIL, text=error.message, fix=error.remedy)
    said = f"{len(text.lines)} lines of “{text.title}” are compared: {text.lines[0]}"
    if text.whole:
        return Check(name=name, state=CheckState.OK, text=said)
    return Check(
        name=name,
        state=CheckState.WARN,
        text=f"The page is longer than what is compared. {said}",
        fix="Name the part that matters in the settings, such as main or #tiers.",
    )


def _watched(now: Text, config: WebPageConfig) -> Notice:
    return Notice(
        external_id=PAGE,
        title=f"Watched: {now.title}",
        url=mapping.link_of(config.url),
        vendor=config.vendor,
        program=config.program,
        summary=mapping.text_of(" ".join(now.lines[:5]), limit=400),
        facts=mapping.facts_of(("Lines", len(now.lines))),
    )


def _changed(before: _Known, now: Text, config: WebPageConfig, context: ReadContext) -> Notice:
    found = change(before.lines, now.lines)
    return Notice(
        external_id=f"change:{before.count + 1}:{now.version}",
        title=f"Changed: {now.title}",
        url=mapping.link_of(config.url),
        vendor=config.vendor,
        program=config.program,
        summary=found.summary(),
        body=found.body(),
        facts=mapping.facts_of(("Noticed", context.now.date().isoformat())),
    )

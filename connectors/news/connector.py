"""Any news feed: RSS, Atom or JSON Feed."""

from collections.abc import Iterator
from datetime import timedelta

from connectors.news.entries import id_of, notice
from connectors.news.formats import Entry, entries_of, whole
from connectors.news.settings import NewsConfig
from connectors.sdk import mapping
from connectors.sdk.conditional import Fetched, fetched, reached
from connectors.sdk.connector import Check, CheckState, Complete, Event, ReadContext, Unchanged
from connectors.sdk.errors import ConnectorError
from connectors.sdk.manifest import (
    Completeness,
    Manifest,
    Need,
    PlatformType,
    StreamSpec,
)
from connectors.sdk.mapping import BadField
from connectors.sdk.records import Kind

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/json;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)

MANIFEST = Manifest(
    id="news",
    version="1",
    name="News feed",
    platform=PlatformType.GENERIC,
    summary="Announcements of any RSS, Atom or JSON feed.",
    vendor=None,
    badge="NW",
    colour="#b45309",
    config=NewsConfig,
    hosts=("${url}",),
    streams=(
        StreamSpec(
            name="entries",
            title="Announcements",
            kinds=frozenset({Kind.NOTICE}),
            completeness=Completeness.UNKNOWN,
            prose=True,
        ),
    ),
    interval=timedelta(hours=3),
    minimum_interval=timedelta(minutes=15),
    needs=(
        Need(
            what="The feed's address",
            where="Look for RSS, Atom or a feed symbol on the vendor's news or partner pages.",
        ),
    ),
    gives_not=(
        "Due dates and amounts by itself: a person confirms those that a text names",
        "That an announcement was withdrawn: feeds drop what is old",
    ),
    docs="docs/connectors/news.md",
    permissions=("Read access to one feed",),
)


class News:
    """Reads one feed."""

    manifest = MANIFEST

    def read(self, stream: str, config: NewsConfig, context: ReadContext) -> Iterator[Event]:
        """One page; or ``Unchanged``. What a feed no longer lists stays: it proves nothing."""
        self.manifest.stream(stream)
        found = _fetch(config, context)
        if found is None:
            yield Unchanged()
            return
        entries = entries_of(found.body, found.headers.get("content-type"))
        yield mapping.rows(
            entries,
            lambda entry: notice(entry, config) or (),
            where="the feed",
            external_id=_id,
            noun="entry",
        )
        yield Complete(state=found.state)

    def check(self, config: NewsConfig, context: ReadContext) -> Iterator[Check]:
        """Whether the feed is there, is one, and what its newest entry says."""
        check, found = reached("The feed", lambda: _fetch(config, context, always=True))
        yield check
        if found is not None:
            yield _judged(found, config)


def _fetch(config: NewsConfig, context: ReadContext, *, always: bool = False) -> Fetched | None:
    return fetched(
        config,
        context,
        url=config.url,
        username=config.username,
        password=config.password,
        accept=ACCEPT,
        always=always,
        daily=False,
        proof=whole,
    )


def _judged(found: Fetched, config: NewsConfig) -> Check:
    try:
        entries = entries_of(found.body, found.headers.get("content-type"))
    except ConnectorError as error:
        return Check(name="Is a feed", state=CheckState.FAIL, text=error.message, fix=error.remedy)
    page = mapping.rows(entries, lambda entry: notice(entry, config) or (), where="the feed")
    text = f"It lists {len(entries)} entries, of which {len(page.records)} are wanted."
    if page.quarantined:
        return Check(
            name="Is a feed",
            state=CheckState.WARN,
            text=f"{text} {len(page.quarantined)} cannot be read: {page.quarantined[0].reason}",
            fix="Tell the feed's publisher; the others are read.",
        )
    if not page.records:
        return Check(
            name="Is a feed",
            state=CheckState.WARN,
            text=text,
            fix="Look at the words under “Only entries that mention”, if you expected some.",
        )
    newest = page.records[0].title
    return Check(name="Is a feed", state=CheckState.OK, text=f"{text} The first: {newest}.")


def _id(entry: Entry) -> str | None:
    try:
        return id_of(entry)
    except BadField:
        return None

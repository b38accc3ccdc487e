"""One's own items: what no platform tells, entered by hand, once or with a rhythm."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from connectors.own_items.records import Window, records_of
from connectors.own_items.settings import OwnItemsConfig
from connectors.sdk import mapping
from connectors.sdk.connector import Check, CheckState, Complete, Event, Page, ReadContext
from connectors.sdk.manifest import Completeness, Manifest, Need, PlatformType, StreamSpec
from connectors.sdk.preview import ROWS, Preview
from connectors.sdk.records import AnyRecord, DueDate, Kind

MANIFEST = Manifest(
    id="own_items",
    version="1",
    name="Own items",
    platform=PlatformType.GENERIC,
    summary="Reviews, plans, reports and goals that you enter yourself, with a rhythm.",
    vendor=None,
    badge="OWN",
    colour="#7a5c1e",
    config=OwnItemsConfig,
    hosts=(),
    streams=(
        StreamSpec(
            name="items",
            title="Items",
            kinds=frozenset({Kind.DEADLINE, Kind.REPORTING, Kind.GOAL}),
            completeness=Completeness.WINDOW,
        ),
    ),
    interval=timedelta(hours=12),
    minimum_interval=timedelta(minutes=15),
    needs=(
        Need(
            what="What is due, when, and how often",
            where="Add an item, on the inbox and on the sources page",
        ),
    ),
    gives_not=(
        "More than thirteen dates of something that repeats, or such more than 400 days ahead",
        "Dates more than 31 days past of something that repeats, when it is entered",
        "Times of day: what is entered here is due on a day",
    ),
    docs="docs/connectors/own_items.md",
)


class OwnItems:
    """Reads what its own settings hold."""

    manifest = MANIFEST

    def read(self, stream: str, config: OwnItemsConfig, context: ReadContext) -> Iterator[Event]:
        """One page with all dates; an entry that cannot be worked out costs itself."""
        self.manifest.stream(stream)
        window = Window.around(context.now.date())
        page = _page(config, context, window)
        yield page
        proven = (window.first, window.last)
        # A series that could not be worked out must not look like one that was deleted.
        yield Complete(window=(window.last, window.first) if page.quarantined else proven)

    def preview(self, config: OwnItemsConfig, context: ReadContext) -> Iterator[Preview]:
        """The first dates that the entries come to, the soonest first."""
        page = _page(config, context, Window.around(context.now.date()))
        soonest = sorted(page.records, key=lambda record: str(_due(record)))[:ROWS]
        yield Preview(stream="items", title="Items", page=replace(page, records=tuple(soonest)))

    def check(self, config: OwnItemsConfig, context: ReadContext) -> Iterator[Check]:
        """What the entries come to, and the next three dates to be compared with what was meant."""
        page = _page(config, context, Window.around(context.now.date()))
        count = len(config.all)
        text = f"{count:,} {'entry gives' if count == 1 else 'entries give'} "
        yield Check(name="Items", state=CheckState.OK, text=f"{text}{len(page.records):,} dates.")
        if page.quarantined:
            reasons = "; ".join(row.reason for row in page.quarantined[:3])
            yield Check(
                name="Readable",
                state=CheckState.WARN,
                text=f"{len(page.quarantined):,} cannot be worked out: {reasons}.",
                fix="Correct these entries; the others are read.",
            )
        if page.records:
            yield Check(name="Next dates", state=CheckState.OK, text=_next(page, context))


def _page(config: OwnItemsConfig, context: ReadContext, window: Window) -> Page:
    today = context.now.date()
    return mapping.rows(
        config.all,
        lambda entry: records_of(entry, config, window, today),
        where="items",
        external_id=lambda entry: str(entry.id),
        noun="item",
    )


def _due(record: AnyRecord) -> date | None:
    due = getattr(record, "due", None)
    return due.on if isinstance(due, DueDate) else None


def _next(page: Page, context: ReadContext) -> str:
    today = context.now.date()
    dated = [
        (on, record.title)
        for record in page.records
        if (on := _due(record)) is not None and on >= today
    ]
    shown = "; ".join(f"{day.isoformat()} {title}" for day, title in sorted(dated)[:3])
    return f"Compare with what you meant: {shown}." if shown else "No date lies ahead."

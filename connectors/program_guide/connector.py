"""A program's requirements from a guide: a small YAML file whose facts carry their sources."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from connectors.program_guide.records import Follower
from connectors.program_guide.settings import ProgramGuideConfig, guide_in
from connectors.sdk.connector import Check, CheckState, Complete, Event, Page, ReadContext
from connectors.sdk.errors import ConnectorError
from connectors.sdk.manifest import Completeness, Manifest, Need, PlatformType, StreamSpec
from connectors.sdk.preview import ROWS, Preview
from connectors.sdk.records import Kind, validate

MANIFEST = Manifest(
    id="program_guide",
    version="1",
    name="Program guide",
    platform=PlatformType.GENERIC,
    summary="A program's tiers, goals, reports and claim windows, each with its source.",
    vendor=None,
    badge="PG",
    colour="#5b4a9e",
    config=ProgramGuideConfig,
    hosts=(),
    streams=(
        StreamSpec(
            name="program",
            title="Program and goals",
            kinds=frozenset({Kind.PROGRAM, Kind.GOAL, Kind.NOTICE, Kind.REPORTING, Kind.DEADLINE}),
        ),
        StreamSpec(
            name="dates",
            title="Reports and dates",
            kinds=frozenset({Kind.REPORTING, Kind.DEADLINE}),
            completeness=Completeness.WINDOW,
        ),
    ),
    interval=timedelta(hours=12),
    minimum_interval=timedelta(minutes=15),
    needs=(
        Need(
            what="A guide, and the tier that you aim at",
            where="Those that come with Partner Inbox, or a YAML file of your own",
        ),
        Need(
            what="Your anniversary, for what comes every year from the day on which you joined",
            where="The agreement, or the vendor's partner page",
        ),
    ),
    gives_not=(
        "Where you stand: a goal has an actual only where you enter it, on its page",
        "Whether the vendor has changed its rules: each fact says when it was last verified",
    ),
    docs="docs/connectors/program_guide.md",
)


class ProgramGuide:
    """Follows one guide."""

    manifest = MANIFEST

    def read(
        self, stream: str, config: ProgramGuideConfig, context: ReadContext
    ) -> Iterator[Event]:
        """One page of what the guide gives for the tier aimed at."""
        self.manifest.stream(stream)
        follower = _follower(config, context)
        records = follower.lasting() if stream == "program" else follower.dated()
        yield Page(records=tuple(map(validate, records)))
        yield Complete(window=None if stream == "program" else follower.window)

    def preview(self, config: ProgramGuideConfig, context: ReadContext) -> Iterator[Preview]:
        """What the guide gives for the tier aimed at, before anything is saved."""
        for spec in self.manifest.streams:
            told = Preview(stream=spec.name, title=spec.title)
            try:
                follower = _follower(config, context)
            except ConnectorError as error:
                yield replace(told, problem=error.message, fix=error.remedy)
                return
            found = follower.lasting() if spec.name == "program" else follower.dated()
            yield replace(told, page=Page(records=tuple(islice(found, ROWS))))

    def check(self, config: ProgramGuideConfig, context: ReadContext) -> Iterator[Check]:
        """That the guide can be read, how old it is, and what it comes to."""
        try:
            follower = _follower(config, context)
        except ConnectorError as error:
            yield Check(name="Guide", state=CheckState.FAIL, text=error.message, fix=error.remedy)
            return
        guide = follower.guide
        said = f"{guide.title}: {len(guide.said)} statements with their sources."
        yield Check(name="Guide", state=CheckState.OK, text=said)
        yield _tier(follower)
        if unknown := follower.config.unknown(guide):
            yield Check(
                name="Where you stand",
                state=CheckState.WARN,
                text=f"The guide has no goal {', '.join(unknown)}; these numbers are kept.",
                fix=f"It has: {', '.join(goal.id for goal in guide.goals) or 'none'}.",
            )
        yield _age(follower)
        count = len(list(follower.dated()))
        yield Check(name="Dates", state=CheckState.OK, text=f"{count} dates in the next 13 months.")


def _follower(config: ProgramGuideConfig, context: ReadContext) -> Follower:
    guide = guide_in(config, context.files)
    return Follower(guide=guide, config=config, today=context.now.date())


def _tier(follower: Follower) -> Check:
    tier, tiers = follower.config.tier, follower.guide.tiers
    if not tier and tiers:
        return Check(
            name="Tier",
            state=CheckState.WARN,
            text="No tier is aimed at, so there are no goals.",
            fix=f"Enter one of: {', '.join(tiers)}.",
        )
    goals = sum(tier in goal.tiers for goal in follower.guide.goals)
    return Check(name="Tier", state=CheckState.OK, text=f"{tier or 'No tier'}: {goals} goals.")


def _age(follower: Follower) -> Check:
    old, count = follower.old(), len(follower.guide.said)
    if not old:
        return Check(name="Age", state=CheckState.OK, text="All verified in the last 12 months.")
    return Check(
        name="Age",
        state=CheckState.WARN,
        text=f"{len(old)} of {count} statements were not verified for 12 months, or carry no date.",
        fix="Compare them with the vendor's own pages; a notice in the inbox names their sources.",
    )

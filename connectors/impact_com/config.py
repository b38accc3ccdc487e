"""What a person fills in to connect an impact.com partner account, and what it gives in return."""

from datetime import timedelta

from pydantic import Field, SecretStr

from connectors.sdk.manifest import (
    Completeness,
    ConnectorConfig,
    Manifest,
    Need,
    PlatformType,
    RateLimit,
    StreamSpec,
)
from connectors.sdk.records import Kind
from connectors.sdk.urls import BaseAddress

PORTAL = "impact.com › user profile › Settings › Technical › API"


class ImpactComConfig(ConnectorConfig):
    """One impact.com partner account, read with an access token of its own."""

    account_sid: str = Field(
        title="Account SID",
        description=f"{PORTAL} › your access token › API Credentials.",
        pattern=r"^[A-Za-z0-9._~-]+$",
    )
    auth_token: SecretStr = Field(
        title="Auth Token", description="Stands beside the Account SID, behind View."
    )
    base_url: BaseAddress = Field(
        default="https://api.impact.com",
        title="Address",
        description="Of the API, without /Mediapartners at its end.",
        json_schema_extra={"advanced": True},
    )


MANIFEST = Manifest(
    id="impact_com",
    version="1",
    name="impact.com",
    platform=PlatformType.VENDOR,
    summary="Tasks with due dates, contracts that end, their bonus tiers as goals, payouts owed.",
    vendor="impact.com",
    badge="IC",
    colour="#b3123f",
    config=ImpactComConfig,
    hosts=("${base_url}",),
    streams=(
        StreamSpec(name="tasks", title="Tasks", kinds=frozenset({Kind.DEADLINE})),
        StreamSpec(
            name="contracts",
            title="Contracts and bonus tiers",
            kinds=frozenset({Kind.DEADLINE, Kind.GOAL}),
        ),
        StreamSpec(
            name="invoices",
            title="Payouts on invoices",
            kinds=frozenset({Kind.DEADLINE}),
            completeness=Completeness.WINDOW,
        ),
        StreamSpec(name="programs", title="Programs", kinds=frozenset({Kind.PROGRAM})),
    ),
    interval=timedelta(hours=4),
    minimum_interval=timedelta(minutes=30),
    # 1,000 calls an hour by the headers of impact.com's answers; a hundred are left for others.
    rate=RateLimit(calls=15, seconds=60),
    needs=(Need(what="Account SID and Auth Token of an access token", where=PORTAL),),
    gives_not=(
        "How much of a bonus tier is reached: its goal has a target and no actual.",
        "The dates of the period in which a tier is measured, only its name (CALENDAR_MONTH).",
        "Which brand a task comes from.",
        "Reports owed to a brand, fund balances, certifications.",
        "Links into the impact.com portal.",
    ),
    docs="docs/connectors/impact_com.md",
    permissions=("Tasks", "Contracts", "Invoices", "Campaigns"),
)

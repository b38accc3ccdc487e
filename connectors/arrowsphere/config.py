"""What a person fills in to connect an ArrowSphere account, and what it gives in return."""

from datetime import timedelta

from pydantic import Field, SecretStr

from connectors.sdk.manifest import (
    Capitals,
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

KEYS = "ArrowSphere › your name › API keys (xsp.arrow.com/index.php/apidoc)"

STREAMS = (
    StreamSpec(
        name="programs",
        title="Program subscriptions",
        kinds=frozenset({Kind.PROGRAM, Kind.DEADLINE}),
    ),
    StreamSpec(name="licences", title="Licences", kinds=frozenset({Kind.DEADLINE})),
    StreamSpec(
        name="notifications",
        title="Notifications",
        kinds=frozenset({Kind.NOTICE}),
        completeness=Completeness.UNKNOWN,  # ArrowSphere deletes them after 30 days
        prose=True,
    ),
    StreamSpec(
        name="campaigns",
        title="Campaigns",
        kinds=frozenset({Kind.DEADLINE, Kind.NOTICE}),
    ),
)


class ArrowsphereConfig(ConnectorConfig):
    """One partner's account, read with its API key."""

    api_key: SecretStr = Field(
        title="API key",
        description=f"{KEYS}. The key of your own company, not of Arrow's staff.",
    )
    read_notifications: bool = Field(
        default=True,
        title="Read notifications",
        description="What ArrowSphere tells the user of the key. Switch off if it refuses them.",
    )
    notification_token: SecretStr | None = Field(
        default=None,
        title="Access token for notifications",
        description=(
            "Arrow's documents ask for one where its notifications are read; empty sends the "
            "API key alone. A token of a signed-in user ends after a while."
        ),
        json_schema_extra={"advanced": True},
    )
    campaign_location: Capitals = Field(
        default="ARROWSPHERE",
        title="Place of campaigns",
        description="Where in Arrow's portals a campaign is shown: ARROWSPHERE or MCP.",
        pattern=r"^[A-Z_]+$",
        json_schema_extra={"advanced": True},
    )
    base_url: BaseAddress = Field(
        default="https://xsp.arrow.com/index.php/api",
        title="Address",
        description="Of the API, with its path.",
        json_schema_extra={"advanced": True},
    )

    def named_streams(self) -> tuple[StreamSpec, ...]:
        """What this connection reads: notifications that are switched off are not asked for."""
        off = set() if self.read_notifications else {"notifications"}
        return tuple(spec for spec in STREAMS if spec.name not in off)


MANIFEST = Manifest(
    id="arrowsphere",
    version="1",
    name="ArrowSphere",
    platform=PlatformType.DISTRIBUTOR,
    summary=(
        "Your enrolments in vendor programs, renewals of licences, notifications and campaigns "
        "of Arrow's cloud marketplace."
    ),
    vendor=None,
    badge="AR",
    colour="#0f766e",
    config=ArrowsphereConfig,
    hosts=("${base_url}",),
    streams=STREAMS,
    interval=timedelta(hours=6),
    minimum_interval=timedelta(minutes=30),
    rate=RateLimit(calls=60, seconds=60),  # Arrow publishes no limit; this is ours
    needs=(Need(what="API key", where=KEYS),),
    gives_not=(
        "Goals, MDF and rebate balances, people's certifications: no ArrowSphere call has them.",
        "The vendor of a program, whose name alone says it (MSCSP).",
        "Whether a licence's prices are for one seat or for all.",
        "Due dates of billing statements; quotes other than through Arrow's own pages.",
        "Links into ArrowSphere.",
    ),
    docs="docs/connectors/arrowsphere.md",
    permissions=("API key",),
)

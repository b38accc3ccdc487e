"""What a person fills in to connect a Cloud-iQ user, and what Cloud-iQ gives in return."""

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

CLIENTS = "Cloud-iQ › API management › Clients (cloudiq.crayon.com/customerapi/clients)"
USERS = "Cloud-iQ › Users (cloudiq.crayon.com/users)"


class CrayonCloudiqConfig(ConnectorConfig):
    """One Cloud-iQ user, read through one registered API client."""

    client_id: str = Field(
        title="Client ID",
        description=f"{CLIENTS}, or from your contact at Crayon.",
        min_length=1,
    )
    client_secret: SecretStr = Field(
        title="Client secret",
        description="Stands beside the client ID.",
    )
    username: str = Field(
        title="User name",
        description=f"Of a user made for the API: {USERS}. It sees what this user may see.",
        min_length=1,
        json_schema_extra={"placeholder": "api@partner.example"},
    )
    password: SecretStr = Field(
        title="Password",
        description="Of that user.",
    )
    reporting_day: int | None = Field(
        default=None,
        title="Reporting day",
        description=(
            "The day of the following month by which Crayon wants a month's reports, as your "
            "agreement says. Cloud-iQ does not give it: without this setting reports have no date."
        ),
        ge=1,
        le=31,
        json_schema_extra={"placeholder": "10"},
    )
    organization_id: int | None = Field(
        default=None,
        title="Organization",
        description="The number of one organization; empty reads all that the user may see.",
        ge=1,
        json_schema_extra={"advanced": True},
    )
    base_url: BaseAddress = Field(
        default="https://api.crayon.com",
        title="Address",
        description="https://demoapi.crayon.com is Crayon's demo system.",
        json_schema_extra={"advanced": True},
    )


_DEADLINE = frozenset({Kind.DEADLINE})

MANIFEST = Manifest(
    id="crayon_cloudiq",
    version="1",
    name="Crayon Cloud-iQ",
    platform=PlatformType.DISTRIBUTOR,
    summary=(
        "Monthly agreement reports that are still owed, ends of agreements and subscriptions, "
        "announcements and your sales contact at Crayon."
    ),
    vendor=None,
    badge="CR",
    colour="#c2410c",
    config=CrayonCloudiqConfig,
    hosts=("${base_url}",),
    streams=(
        StreamSpec(
            name="agreement_reports",
            title="Agreement reports",
            kinds=frozenset({Kind.REPORTING}),
        ),
        StreamSpec(
            name="agreements",
            title="Agreements",
            kinds=_DEADLINE,
            completeness=Completeness.WINDOW,
        ),
        StreamSpec(name="subscriptions", title="Subscriptions", kinds=_DEADLINE),
        StreamSpec(
            name="announcements",
            title="Announcements",
            kinds=frozenset({Kind.NOTICE}),
            completeness=Completeness.UNKNOWN,  # the newest ones only
            prose=True,
        ),
        StreamSpec(name="contacts", title="Sales contacts", kinds=frozenset({Kind.CONTACT})),
    ),
    interval=timedelta(hours=6),
    minimum_interval=timedelta(minutes=30),
    rate=RateLimit(calls=120, seconds=60),  # Crayon publishes no limit; this is ours
    needs=(
        Need(what="Client ID and client secret", where=CLIENTS),
        Need(what="A user made for the API, with its password", where=USERS),
        Need(what="The day of the month by which you report", where="Your agreement with Crayon"),
    ),
    gives_not=(
        "A due date of agreement reports: the reporting day is a setting of the connection.",
        "Goals, MDF and rebate balances, certifications: no Cloud-iQ call has them.",
        "The currency of a subscription's price, and whether it is for one unit or for all.",
        "Due dates of billing statements.",
        "Announcements older than the newest fifty, and an identity of announcements.",
        "Links into Cloud-iQ.",
    ),
    docs="docs/connectors/crayon_cloudiq.md",
    permissions=("CustomerApi",),
)

"""What a person fills in to connect a Pax8 account, and what Pax8 gives in return."""

from datetime import timedelta
from typing import Literal

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

PORTAL = "Pax8 (app.pax8.com) › Settings › Integrations › Credentials"


class Pax8Config(ConnectorConfig):
    """One Pax8 partner account, read with an API credential of its own."""

    client_id: str = Field(title="Client ID", description=f"{PORTAL}.", min_length=1)
    client_secret: SecretStr = Field(
        title="Client secret", description="Shown once, when the credential is created."
    )
    quotes_of: Literal["user", "partner"] = Field(
        default="user",
        title="Quotes of",
        description="user: those of the credential, which is Pax8's default; partner: all.",
        json_schema_extra={"advanced": True},
    )
    base_url: BaseAddress = Field(
        default="https://api.pax8.com",
        title="Address",
        description="Of the API, without a version at its end.",
        json_schema_extra={"advanced": True},
    )


_DEADLINE = frozenset({Kind.DEADLINE})

MANIFEST = Manifest(
    id="pax8",
    version="1",
    name="Pax8",
    platform=PlatformType.DISTRIBUTOR,
    summary="Commitments and trials that end, missing details, invoices, their drafts, quotes.",
    vendor=None,
    badge="P8",
    colour="#1b5cab",
    config=Pax8Config,
    hosts=("${base_url}",),
    streams=(
        StreamSpec(
            name="subscriptions",
            title="Subscriptions",
            kinds=_DEADLINE,
            completeness=Completeness.WINDOW,
        ),
        StreamSpec(name="missing_details", title="Missing details", kinds=_DEADLINE),
        StreamSpec(
            name="invoices", title="Invoices", kinds=_DEADLINE, completeness=Completeness.WINDOW
        ),
        StreamSpec(name="draft_items", title="Drafts of invoices", kinds=_DEADLINE),
        StreamSpec(name="quotes", title="Quotes", kinds=_DEADLINE),
    ),
    interval=timedelta(hours=4),
    minimum_interval=timedelta(minutes=30),
    # Pax8 answers 429 and publishes no number; a read of a large account stays below this.
    rate=RateLimit(calls=100, seconds=60),
    needs=(Need(what="Client ID and client secret", where=PORTAL),),
    gives_not=(
        "Goals, MDF and rebate balances, certifications, deal registrations: no Pax8 API has them.",
        "The vendor of a subscription, and whether its price is for one unit or for all.",
        "The last day on which a renewal can be changed: Pax8 gives the end of the commitment.",
        "Usage that is billed in arrears, in the drafts of invoices.",
        "Links into the Pax8 portal.",
    ),
    docs="docs/connectors/pax8.md",
    permissions=("Partner Admin",),
)

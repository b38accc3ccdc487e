"""What a person fills in to connect an Ingram Micro account, and what Ingram gives in return."""

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

PORTAL = "Xvantage developer portal (developer.ingrammicro.com)"


class IngramMicroConfig(ConnectorConfig):
    """One Ingram Micro customer number, read through one registered application."""

    client_id: str = Field(
        title="Client ID",
        description=f"{PORTAL} › My Apps › your app › Credentials.",
        min_length=1,
    )
    client_secret: SecretStr = Field(
        title="Client secret",
        description="Stands beside the client ID.",
    )
    customer_number: str = Field(
        title="Customer number",
        description="Your Ingram Micro account, the one that the app is registered for.",
        pattern=r"^\d{2}-\d{4,6}$",
        json_schema_extra={"placeholder": "20-222222"},
    )
    country_code: Capitals = Field(
        title="Country",
        description="Two letters: the country in which Ingram Micro keeps your account.",
        pattern=r"^[A-Z]{2}$",
        json_schema_extra={"placeholder": "US"},
    )
    customer_contact: str = Field(
        title="Contact e-mail",
        description="The e-mail address with which you sign in to Xvantage; quotes need it.",
        max_length=64,
        pattern=r"^[^@\s]+@[^@\s]+$",
        json_schema_extra={"placeholder": "jane@partner.example"},
    )
    currency: Capitals | None = Field(
        default=None,
        title="Currency of your Ingram account",
        description=(
            "Three letters. Ingram names no currency on renewals and orders, and on few quotes; "
            "without this setting their amounts stay without one."
        ),
        pattern=r"^[A-Z]{3}$",
        json_schema_extra={"placeholder": "USD"},
    )
    application_id: str = Field(
        default="PartnerInbox",
        title="Application name",
        description="Sent to Ingram with every call, so that its support can find our calls.",
        min_length=1,
        max_length=32,
        json_schema_extra={"advanced": True},
    )
    base_url: BaseAddress = Field(
        default="https://api.ingrammicro.com:443",
        title="Address",
        description="Add /sandbox for Ingram's test system.",
        json_schema_extra={"advanced": True},
    )


_DEADLINE = frozenset({Kind.DEADLINE})

MANIFEST = Manifest(
    id="ingram_micro",
    version="1",
    name="Ingram Micro Xvantage",
    platform=PlatformType.DISTRIBUTOR,
    summary="Renewals, special bids, quotes, invoices and orders on hold of your Ingram account.",
    vendor=None,
    badge="IM",
    colour="#0077d4",
    config=IngramMicroConfig,
    hosts=("${base_url}",),
    streams=(
        StreamSpec(
            name="renewals",
            title="Renewals",
            kinds=_DEADLINE,
            completeness=Completeness.WINDOW,
        ),
        StreamSpec(name="special_bids", title="Special bids", kinds=_DEADLINE),
        StreamSpec(name="quotes", title="Quotes", kinds=_DEADLINE),
        StreamSpec(
            name="invoices",
            title="Invoices",
            kinds=_DEADLINE,
            completeness=Completeness.WINDOW,
        ),
        StreamSpec(name="orders_on_hold", title="Orders on hold", kinds=_DEADLINE),
    ),
    interval=timedelta(hours=4),
    minimum_interval=timedelta(minutes=30),
    # Ingram counts 60 calls a minute per endpoint and app; our limit counts per host, so it
    # holds for every endpoint whatever the mix, and leaves ten for the partner's own tools.
    rate=RateLimit(calls=50, seconds=60),
    needs=(
        Need(what="Client ID and client secret", where=f"{PORTAL} › My Apps › your app"),
        Need(what="Customer number", where="Any Ingram invoice, or Xvantage › Account settings"),
        Need(what="Contact e-mail", where="The address with which you sign in to Xvantage"),
    ),
    gives_not=(
        "Goals, MDF and rebate balances, certifications: no Ingram API has them.",
        "A currency on renewals and orders, and on few quotes.",
        "Draft and closed quotes, and quotes created more than 365 days ago.",
        "Links into the Xvantage portal.",
    ),
    docs="docs/connectors/ingram_micro.md",
    permissions=("Renewals", "Deals", "Quotes", "Invoices", "Orders"),
)

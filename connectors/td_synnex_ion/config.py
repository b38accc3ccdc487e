"""What a person fills in to connect a StreamOne Ion account, and what Ion gives in return."""

from datetime import timedelta

from pydantic import Field, SecretStr

from connectors.sdk.manifest import (
    ConnectorConfig,
    Manifest,
    Need,
    PlatformType,
    RateLimit,
    StreamSpec,
)
from connectors.sdk.records import Kind
from connectors.sdk.urls import BaseAddress

PORTAL = "StreamOne Ion admin portal (ion.tdsynnex.com)"


class IonConfig(ConnectorConfig):
    """One StreamOne Ion account, read with one refresh token."""

    account_id: str = Field(
        title="Account ID",
        description=f"The number of your account: {PORTAL} › Settings › Account Information.",
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        json_schema_extra={"placeholder": "12345"},
    )
    refresh_token: SecretStr = Field(
        title="Refresh token",
        description=(
            "Issued in the Ion portal, for Partner Inbox alone. Ion replaces it whenever it is "
            "used, so another program that uses the same one locks both out."
        ),
        min_length=1,
    )
    base_url: BaseAddress = Field(
        default="https://ion.tdsynnex.com",
        title="Address",
        description="Of StreamOne Ion, without a path.",
        json_schema_extra={"advanced": True},
    )


_DEADLINE = frozenset({Kind.DEADLINE})

MANIFEST = Manifest(
    id="td_synnex_ion",
    version="1",
    name="TD SYNNEX StreamOne Ion",
    platform=PlatformType.DISTRIBUTOR,
    summary="Subscriptions that renew or may still be cancelled, and orders on hold.",
    vendor="TD SYNNEX",
    badge="TD",
    colour="#005758",
    config=IonConfig,
    hosts=("${base_url}",),
    streams=(
        StreamSpec(name="subscriptions", title="Subscriptions", kinds=_DEADLINE),
        StreamSpec(name="orders_on_hold", title="Orders on hold", kinds=_DEADLINE),
    ),
    interval=timedelta(hours=4),
    minimum_interval=timedelta(minutes=30),
    rate=RateLimit(calls=5, seconds=1),  # Ion publishes no limit, but has one: it answers 429
    needs=(
        Need(what="Account ID", where=f"{PORTAL} › Settings › Account Information"),
        Need(
            what="A refresh token that nothing else uses",
            where="Issued in the Ion portal; see docs.streamone.cloud › Authentication",
        ),
    ),
    gives_not=(
        "Goals, funds, rebates, certifications, deal registrations: Ion has none.",
        "Quotes, and the vendor of a subscription by its name.",
        "Invoices: only the older version of the API lists them, without a due date.",
        "A date by which an order on hold must be released.",
        "People at TD SYNNEX: the API knows end customers only.",
        "Links into the Ion portal.",
    ),
    docs="docs/connectors/td_synnex_ion.md",
    permissions=("Subscriptions", "Customers", "Orders"),
)

"""What a person fills in to connect a Google reseller account, and what Google gives in return."""

from datetime import timedelta

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from connectors.google_cloud_channel import key
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

SCOPE = "https://www.googleapis.com/auth/apps.order"
SIGN_IN = "https://oauth2.googleapis.com/token"
CONSOLE = "Google Cloud console › IAM & Admin › Service Accounts"


_DEADLINE = frozenset({Kind.DEADLINE})
_STREAMS = (
    StreamSpec(name="entitlements", title="Entitlements", kinds=_DEADLINE),
    StreamSpec(name="offers", title="Offers that end", kinds=_DEADLINE),
)
_LINKS = StreamSpec(name="channel_partner_links", title="Channel partner links", kinds=_DEADLINE)


class GoogleConfig(ConnectorConfig):
    """One reseller account, read by a service account in a user's name."""

    account_id: str = Field(
        title="Account ID",
        description="Of your reseller account: Partner Sales Console › Settings.",
        max_length=64,
        pattern=r"^[A-Za-z0-9_-]+$",
        json_schema_extra={"placeholder": "C012abcde"},
    )
    acting_user: str = Field(
        title="Acting user",
        description="The e-mail address of a Partner Sales Console user, in whose name is read.",
        max_length=254,
        pattern=r"^[^@\s]+@[^@\s]+$",
        json_schema_extra={"placeholder": "jane@reseller.example"},
    )
    token_url: BaseAddress = Field(
        default=SIGN_IN,
        title="Sign-in address",
        description="Where Google takes the service account's signature.",
        json_schema_extra={"advanced": True},
    )
    service_account_key: SecretStr = Field(
        title="Service account key",
        description=f"The whole JSON file: {CONSOLE} › your account › Keys › Add key.",
        json_schema_extra={"widget": "textarea"},
    )
    distributor: bool = Field(
        default=False,
        title="Read channel partner links",
        description="Only a distributor has them; Google refuses them to everybody else.",
    )
    base_url: BaseAddress = Field(
        default="https://cloudchannel.googleapis.com",
        title="Address",
        description="Of the Cloud Channel API.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("account_id", mode="before")
    @classmethod
    def _pasted(cls, value: object) -> object:
        return value.strip().removeprefix("accounts/") if isinstance(value, str) else value

    @field_validator("service_account_key")
    @classmethod
    def _can_sign(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        found = key.read(value.get_secret_value())
        here = info.data.get("token_url")
        if here and found.token_uri and found.token_uri.rstrip("/") != here:
            raise ValueError("The key is for another sign-in address (token_uri) than Google's.")
        return value

    def named_streams(self) -> tuple[StreamSpec, ...]:
        """What this connection reads: links are a distributor's only."""
        return (*_STREAMS, _LINKS) if self.distributor else _STREAMS


MANIFEST = Manifest(
    id="google_cloud_channel",
    version="1",
    name="Google Cloud Channel",
    platform=PlatformType.VENDOR,
    summary="Renewals and trials of your customers, offers that end, and channel partner links.",
    vendor="Google",
    badge="GO",
    colour="#1a73e8",
    config=GoogleConfig,
    hosts=("${base_url}", "${token_url}"),
    streams=(*_STREAMS, _LINKS),
    interval=timedelta(hours=6),
    minimum_interval=timedelta(minutes=30),
    # One call for each customer; Google tells its quota only in the project's own console.
    rate=RateLimit(calls=5, seconds=1),
    needs=(
        Need(what="Your reseller account's ID", where="Partner Sales Console › Settings"),
        Need(
            what="A service account with a JSON key, in a project with the Cloud Channel API",
            where=f"{CONSOLE} › Create service account; then Keys › Add key › JSON",
        ),
        Need(
            what=f"Domain-wide delegation of that account for {SCOPE}",
            where="Google Admin console › Security › API controls › Domain-wide delegation",
        ),
        Need(
            what="A user of the Partner Sales Console for it to act as",
            where="Partner Sales Console › Settings › User management",
        ),
    ),
    gives_not=(
        "Goals, tiers, incentives, certifications, deal registrations: the API has none.",
        "What an entitlement costs; an offer gives its list price only.",
        "Customers of a distributor's channel partners.",
        "A date by which a channel partner must accept an invitation.",
        "People at Google: the API knows your customers' contacts only.",
    ),
    docs="docs/connectors/google_cloud_channel.md",
    permissions=(SCOPE,),
)

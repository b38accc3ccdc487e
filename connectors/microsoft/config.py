"""What a person fills in to connect a Microsoft partner tenant."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from connectors.sdk.manifest import Capitals, ConnectorConfig, StreamSpec
from connectors.sdk.records import Kind
from connectors.sdk.urls import BaseAddress

ENTRA = "Entra admin centre › App registrations › your app"

STREAMS = (
    StreamSpec(
        name="admin_relationships",
        title="Delegated admin relationships",
        kinds=frozenset({Kind.DEADLINE}),
    ),
    StreamSpec(
        name="messages",
        title="Message centre",
        kinds=frozenset({Kind.NOTICE, Kind.DEADLINE}),
    ),
    StreamSpec(
        name="subscriptions",
        title="CSP subscriptions",
        kinds=frozenset({Kind.DEADLINE}),
    ),
    StreamSpec(name="promotions", title="Promotions", kinds=frozenset({Kind.DEADLINE})),
    StreamSpec(
        name="security_score",
        title="Partner security score",
        kinds=frozenset({Kind.GOAL}),
    ),
    StreamSpec(name="referrals", title="Referrals", kinds=frozenset({Kind.DEADLINE})),
)


class MicrosoftConfig(ConnectorConfig):
    """One partner tenant, read through one app; referrals also need a person's sign-in."""

    tenant_id: str = Field(
        title="Tenant",
        description="ID or domain of your partner tenant: Entra admin centre › Overview.",
        pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]*$",
        max_length=255,
        json_schema_extra={"placeholder": "partner.onmicrosoft.com", "group": "Sign-in"},
    )
    client_id: str = Field(
        title="Application ID",
        description=f"{ENTRA} › Overview.",
        pattern=r"^[0-9A-Za-z-]+$",
        max_length=100,
        json_schema_extra={"group": "Sign-in"},
    )
    client_secret: SecretStr = Field(
        title="Application secret",
        description=f"{ENTRA} › Certificates & secrets: the value, not the ID.",
        min_length=1,
        json_schema_extra={"group": "Sign-in"},
    )
    refresh_token: SecretStr | None = Field(
        default=None,
        title="Refresh token",
        description=(
            "For referrals: of a person who may read them, by the Secure Application Model. "
            "Microsoft replaces it while it is used; the new one is stored by itself."
        ),
        json_schema_extra={"group": "Sign-in"},
    )
    partner_center_sign_in: Literal["app", "person"] = Field(
        default="app",
        title="Who signs in to Partner Center",
        description=(
            "The app alone, or the person of the refresh token: Microsoft takes either for "
            "subscriptions and promotions."
        ),
        json_schema_extra={"group": "Sign-in", "advanced": True},
    )
    read_admin_relationships: bool = Field(
        default=True,
        title="Read delegated admin relationships",
        description="Customers' consents (GDAP) that lapse.",
        json_schema_extra={"group": "What to read"},
    )
    read_messages: bool = Field(
        default=True,
        title="Read the message centre",
        description="Changes to Microsoft's services in your own tenant, some with a date.",
        json_schema_extra={"group": "What to read"},
    )
    read_subscriptions: bool = Field(
        default=True,
        title="Read CSP subscriptions",
        description="For direct bill partners and indirect providers: one call a customer.",
        json_schema_extra={"group": "What to read"},
    )
    promotions_country: Capitals | None = Field(
        default=None,
        title="Country of promotions",
        description="Two letters: read the promotions for customers there. Empty: none.",
        pattern=r"^[A-Z]{2}$",
        json_schema_extra={"group": "What to read", "placeholder": "US"},
    )
    read_security_score: bool = Field(
        default=False,
        title="Read the partner security score",
        description="A preview of Microsoft's, which may change without notice.",
        json_schema_extra={"group": "What to read"},
    )
    read_referrals: bool = Field(
        default=True,
        title="Read referrals",
        description="Co-sell referrals to answer, once the refresh token above is set.",
        json_schema_extra={"group": "What to read"},
    )
    graph_url: BaseAddress = Field(
        default="https://graph.microsoft.com",
        title="Address of Microsoft Graph",
        description="Another one only in a national cloud.",
        json_schema_extra={"group": "Addresses", "advanced": True},
    )
    partner_center_url: BaseAddress = Field(
        default="https://api.partnercenter.microsoft.com",
        title="Address of Partner Center",
        description="Another one only in a national cloud.",
        json_schema_extra={"group": "Addresses", "advanced": True},
    )
    referrals_url: BaseAddress = Field(
        default="https://api.partner.microsoft.com",
        title="Address of the referrals API",
        description="There is one for all.",
        json_schema_extra={"group": "Addresses", "advanced": True},
    )
    sign_in_url: BaseAddress = Field(
        default="https://login.microsoftonline.com",
        title="Address of the sign-in",
        description="Another one only in a national cloud.",
        json_schema_extra={"group": "Addresses", "advanced": True},
    )

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if not self.named_streams():
            raise ValueError("Choose at least one thing to read.")
        if self.partner_center_sign_in == "person" and not self.refresh_token:
            raise ValueError("Enter a refresh token, or let the app sign in to Partner Center.")
        return self

    def named_streams(self) -> tuple[StreamSpec, ...]:
        """What this connection reads. It is asked of stored settings too, without secrets."""
        reads = {
            "admin_relationships": self.read_admin_relationships,
            "messages": self.read_messages,
            "subscriptions": self.read_subscriptions,
            "promotions": self.promotions_country is not None,
            "security_score": self.read_security_score,
            "referrals": self.read_referrals,
        }
        return tuple(spec for spec in STREAMS if reads[spec.name])

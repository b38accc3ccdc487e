"""What a connection to AWS Partner Central asks its owner for."""

from typing import Literal

from pydantic import Field, SecretStr

from connectors.sdk.manifest import Completeness, ConnectorConfig, StreamSpec
from connectors.sdk.records import Kind
from connectors.sdk.urls import WebAddress

STREAMS = (
    StreamSpec(
        name="invitations", title="Engagement invitations", kinds=frozenset({Kind.DEADLINE})
    ),
    StreamSpec(name="opportunities", title="Opportunities", kinds=frozenset({Kind.DEADLINE})),
    StreamSpec(
        name="benefit_applications",
        title="Benefit applications",
        kinds=frozenset({Kind.DEADLINE}),
    ),
    StreamSpec(
        name="benefit_allocations", title="Benefit allocations", kinds=frozenset({Kind.FUND})
    ),
    StreamSpec(
        name="agreements",
        title="Marketplace agreements",
        kinds=frozenset({Kind.DEADLINE}),
        completeness=Completeness.WINDOW,
    ),
    StreamSpec(
        name="contacts",
        title="Contacts",
        kinds=frozenset({Kind.CONTACT}),
        # Details are asked for within a budget, so who is not named may still be there.
        completeness=Completeness.UNKNOWN,
    ),
)

_BENEFITS = {"benefit_applications", "benefit_allocations"}


class AwsConfig(ConnectorConfig):
    """Keys of an IAM user or role in the AWS account that is linked to Partner Central."""

    access_key_id: str = Field(
        title="Access key ID",
        description="Of an IAM user in the AWS account that is linked to Partner Central.",
        min_length=16,
        max_length=128,
        pattern=r"^\w+$",
        json_schema_extra={"placeholder": "AKIA…", "group": "Sign-in"},
    )
    secret_access_key: SecretStr = Field(
        title="Secret access key",
        description="Shown once by IAM when the access key is created.",
        min_length=1,
        json_schema_extra={"group": "Sign-in"},
    )
    session_token: SecretStr | None = Field(
        default=None,
        title="Session token",
        description="Only with temporary keys; they stop working when the session ends.",
        json_schema_extra={"group": "Sign-in", "advanced": True},
    )
    catalog: Literal["AWS", "Sandbox"] = Field(
        default="AWS",
        title="Catalog",
        description="AWS is live business; Sandbox is the test catalog of Partner Central.",
        json_schema_extra={"group": "What to read"},
    )
    read_benefits: bool = Field(
        default=True,
        title="Read benefits",
        description="Benefit applications and allocations: credits, cash, access.",
        json_schema_extra={"group": "What to read"},
    )
    read_agreements: bool = Field(
        default=True,
        title="Read Marketplace agreements",
        description="AWS Marketplace agreements that end or renew.",
        json_schema_extra={"group": "What to read"},
    )
    endpoint_url: WebAddress | None = Field(
        default=None,
        title="Other address",
        description="Instead of AWS's own addresses: a private endpoint or a simulated platform.",
        json_schema_extra={"advanced": True, "placeholder": "https://…"},
    )

    def named_streams(self) -> tuple[StreamSpec, ...]:
        """What this connection reads: what its owner switched off is not asked for."""
        off = (set() if self.read_benefits else _BENEFITS) | (
            set() if self.read_agreements else {"agreements"}
        )
        return tuple(spec for spec in STREAMS if spec.name not in off)

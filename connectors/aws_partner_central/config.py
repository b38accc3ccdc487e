"""What a connection to AWS Partner Central asks its owner for."""

from typing import Literal

from pydantic import Field, SecretStr

from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.urls import WebAddress


class AwsConfig(ConnectorConfig):
    """Keys of an IAM user or role in the AWS account that is linked to Partner Central."""

    access_key_id: str = Field(
        title="Access key ID",
        description="Of an IAM user in the AWS account that is linked to Partner Central.",
        min_length=16,
        max_length=128,
        pattern=r"^\s*\w+\s*$",
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

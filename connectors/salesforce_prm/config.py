"""What a person fills in to connect one vendor's portal on Salesforce, and what that gives."""

from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

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
from connectors.sdk.urls import BaseAddress, WebAddress

_NAME = r"^[A-Za-z][A-Za-z0-9_]{0,79}$"
_DEALS: dict[str, Any] = {"group": "Deal registration"}
_MORE: dict[str, Any] = {"advanced": True}


class SalesforcePrmConfig(ConnectorConfig):
    """One vendor's portal, read as one user that the vendor lets in."""

    vendor: str = Field(
        title="Vendor",
        description="Whose portal it is: the name that its items carry.",
        min_length=1,
        max_length=80,
        json_schema_extra={"placeholder": "Acme"},
    )
    base_url: BaseAddress = Field(
        title="My Domain address",
        description="Of the vendor's Salesforce. The vendor's administrator knows it.",
        json_schema_extra={"placeholder": "https://acme.my.salesforce.com"},
    )
    consumer_key: str = Field(
        title="Consumer key",
        description="Of the connected app that the vendor made for you.",
        min_length=1,
        max_length=512,
    )
    client_secret: SecretStr | None = Field(
        default=None,
        title="Consumer secret",
        description="Only for the client credentials flow; it needs neither user name nor key.",
    )
    username: str | None = Field(
        default=None,
        title="User name",
        description="Only for the JWT bearer flow: as whom the portal is read.",
        json_schema_extra={"placeholder": "jane@partner.example"},
    )
    private_key: SecretStr | None = Field(
        default=None,
        title="Private key",
        description="Only for the JWT bearer flow: PEM, of the certificate in the connected app.",
        json_schema_extra={"widget": "textarea", "placeholder": "-----BEGIN PRIVATE KEY-----"},
    )
    partner_account: str | None = Field(
        default=None,
        title="ID of your account",
        description=(
            "Only where the sign-in sees other partners too: the vendor's Salesforce ID of your"
            " company. Then only what belongs to it is read."
        ),
        pattern=r"^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$",
        json_schema_extra={"placeholder": "001Hs00003ABCDEIA5"},
    )
    currency: Capitals | None = Field(
        default=None,
        title="Currency of the portal",
        description="Three letters. Salesforce names none where the vendor uses only one.",
        pattern=r"^[A-Z]{3}$",
        json_schema_extra={"placeholder": "USD"},
    )
    deal_object: str = Field(
        default="Lead",
        title="Object of deal registrations",
        description="Lead, Opportunity, or an object of the vendor's own such as Deal_Reg__c.",
        pattern=_NAME,
        json_schema_extra=_DEALS,
    )
    deal_expires: str | None = Field(
        default=None,
        title="Field with the end of a registration",
        description="Its API name. Without it no registrations are read; the check lists fields.",
        pattern=_NAME,
        json_schema_extra={**_DEALS, "placeholder": "Registration_Expires__c"},
    )
    deal_number: str | None = Field(
        default=None,
        title="Field with its number",
        description="API name, where there is one.",
        pattern=_NAME,
        json_schema_extra={**_DEALS, "placeholder": "Registration_Number__c"},
    )
    deal_status: str | None = Field(
        default=None,
        title="Field with its approval",
        description="API name; without it the status of the lead or the stage counts.",
        pattern=_NAME,
        json_schema_extra={**_DEALS, "placeholder": "Registration_Status__c"},
    )
    deal_amount: str | None = Field(
        default=None,
        title="Field with its value",
        description="API name; without it an opportunity's own amount counts.",
        pattern=_NAME,
        json_schema_extra={**_DEALS, "placeholder": "Deal_Value__c"},
    )
    sign_in_url: BaseAddress | None = Field(
        default=None,
        title="Sign-in address",
        description=(
            "Only where it is another than My Domain: the portal's own address for partner users,"
            " or https://test.salesforce.com."
        ),
        json_schema_extra={**_MORE, "placeholder": "https://acme.my.site.com/partners"},
    )
    audience: BaseAddress | None = Field(
        default=None,
        title="Audience",
        description=(
            "Of the JWT bearer flow. Without it the sign-in address counts, or else"
            " https://login.salesforce.com."
        ),
        json_schema_extra={**_MORE, "placeholder": "https://login.salesforce.com"},
    )
    record_link: WebAddress | None = Field(
        default=None,
        title="Address of a record in the portal",
        description="With {id} in the place of the record's ID. Without it items have no link.",
        json_schema_extra={
            **_MORE,
            "placeholder": "https://acme.my.site.com/partners/s/detail/{id}",
        },
    )
    api_version: str = Field(
        default="61.0",
        title="Version of the API",
        description="The one that Partner Inbox was checked against, unless the vendor ends it.",
        pattern=r"^[1-9][0-9]{1,2}\.0$",
        json_schema_extra=_MORE,
    )

    @field_validator("base_url")
    @classmethod
    def _api_lives_there(cls, value: str) -> str:
        host = urlsplit(value).hostname or ""
        if host.endswith(".lightning.force.com"):
            raise ValueError("This is the browser's address; the API is at ….my.salesforce.com.")
        if host in ("login.salesforce.com", "test.salesforce.com"):
            raise ValueError("Enter the vendor's own address, which ends with .my.salesforce.com.")
        return value

    @field_validator("record_link")
    @classmethod
    def _names_the_record(cls, value: str | None) -> str | None:
        if value and "{id}" not in value:
            raise ValueError("The address must hold {id} in the place of the record's ID.")
        return value

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        if self.client_secret and self.private_key:
            raise ValueError("Enter either the consumer secret or the private key, not both.")
        if not self.client_secret and not self.private_key:
            raise ValueError("Enter the consumer secret, or the user name and the private key.")
        if self.private_key and not self.username:
            raise ValueError("Enter the user name for whom the private key signs.")
        return self


_DEADLINE = frozenset({Kind.DEADLINE})
_FUND = frozenset({Kind.FUND})

MANIFEST = Manifest(
    id="salesforce_prm",
    version="1",
    name="Salesforce partner portal",
    platform=PlatformType.VENDOR,
    summary="Marketing funds, programs, deal registrations and contracts of a vendor's portal.",
    vendor=None,
    badge="SF",
    colour="#0b5cab",
    config=SalesforcePrmConfig,
    hosts=("${base_url}", "${sign_in_url}"),
    streams=(
        StreamSpec(name="budgets", title="Marketing budgets", kinds=_FUND),
        StreamSpec(name="allocations", title="Fund allocations", kinds=_FUND),
        StreamSpec(name="fund_requests", title="Fund requests", kinds=_FUND | _DEADLINE),
        StreamSpec(name="fund_claims", title="Fund claims", kinds=_FUND | _DEADLINE),
        StreamSpec(name="programs", title="Program memberships", kinds=frozenset({Kind.PROGRAM})),
        StreamSpec(name="contacts", title="Contacts", kinds=frozenset({Kind.CONTACT})),
        StreamSpec(
            name="deal_registrations",
            title="Deal registrations",
            kinds=_DEADLINE,
            completeness=Completeness.WINDOW,
        ),
        StreamSpec(
            name="contracts",
            title="Contracts",
            kinds=_DEADLINE,
            completeness=Completeness.WINDOW,
        ),
    ),
    interval=timedelta(hours=4),
    minimum_interval=timedelta(minutes=30),
    # Salesforce counts calls of the whole org in 24 hours, not in seconds; this only keeps a sync
    # from being a burst in somebody else's system.
    rate=RateLimit(calls=10, seconds=1),
    needs=(
        Need(
            what="The vendor's consent",
            where="The vendor's channel team: its administrator makes a connected app for you",
        ),
        Need(
            what="My Domain address and consumer key",
            where="Vendor's Salesforce › Setup › My Domain; App Manager › the app",
        ),
        Need(
            what="The consumer secret, or a user name and a private key",
            where="Either flow is set up in the connected app; the vendor says which",
        ),
    ),
    gives_not=(
        "Goals and reports that are due: Salesforce's partner objects have none.",
        "A date until which a fund must be claimed: the end of its budget is taken, and labelled.",
        "What is left of a fund: it is calculated from amounts that Salesforce gives.",
        "The end of a deal registration, unless you say in which field the vendor keeps it.",
        "A currency, where the vendor uses only one and you do not name it.",
        "Certifications, announcements, and objects of other packages.",
    ),
    docs="docs/connectors/salesforce_prm.md",
    permissions=("API Enabled",),
)

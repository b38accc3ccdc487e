"""What a connection to a spreadsheet is configured with."""

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.meaning import Currency, Mappings, Text
from connectors.sdk.tables.plan import Defaults
from connectors.sdk.uploads import RENEW_DAYS, RenewDays
from connectors.sdk.urls import parts_of


class SpreadsheetConfig(ConnectorConfig):
    """Where the file is, and what its columns mean. Either a file or an address."""

    file: str = Field(
        default="",
        title="File",
        description="An uploaded file, or the absolute path of a file that the server can read. "
        "It is read again at every sync.",
        json_schema_extra={"widget": "file", "placeholder": "partner-programs.xlsx"},
    )
    url: SecretStr | None = Field(
        default=None,
        title="Address",
        description="The https address that downloads the file itself. It is kept secret, because "
        "share links carry their own permission.",
        json_schema_extra={"placeholder": "https://…/partner-programs.xlsx"},
    )
    renew_days: RenewDays = RENEW_DAYS
    username: Text = Field(
        default=None,
        title="User name",
        description="Only where the address asks for a sign-in.",
        json_schema_extra={"group": "Sign-in", "advanced": True},
    )
    password: SecretStr | None = Field(
        default=None,
        title="Password",
        description="An app password where the provider has them.",
        json_schema_extra={"group": "Sign-in", "advanced": True},
    )
    sheet: str = Field(
        default="",
        title="Sheet",
        description="The name of one sheet; empty reads every sheet with a header that is known.",
    )
    header_row: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        title="Header row",
        description="The row with the column headers; empty finds it.",
        json_schema_extra={"advanced": True},
    )
    vendor: Text = Field(default=None, title="Vendor", description="For rows that name no vendor.")
    program: Text = Field(
        default=None, title="Program", description="For rows that name no program."
    )
    currency: Currency = Field(
        default=None,
        title="Currency",
        description="The ISO code for amounts that name no currency, and what “$” means.",
        json_schema_extra={"placeholder": "EUR"},
    )
    mapping: Mappings = Field(
        default={},
        title="Columns",
        description="What each column means, by the fingerprint of the header. The import page "
        "writes it.",
        json_schema_extra={"widget": "textarea", "advanced": True},
    )

    @field_validator("url")
    @classmethod
    def _address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts_of(value.get_secret_value().strip())
            return SecretStr(value.get_secret_value().strip())
        return None

    @model_validator(mode="after")
    def _one_source(self) -> "SpreadsheetConfig":
        if bool(self.file.strip()) is (self.url is not None):
            raise ValueError("Give a file or an address, one of the two.")
        return self

    @property
    def options(self) -> Options:
        """How the inside of the file is read."""
        defaults = Defaults(vendor=self.vendor, program=self.program, currency=self.currency)
        return Options(
            mapping=self.mapping,
            sheet=self.sheet.strip(),
            header_row=self.header_row,
            defaults=defaults,
        )

"""What a connection to a spreadsheet is configured with, and how its columns are mapped."""

import json
from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.records import Category, Kind
from connectors.sdk.uploads import RENEW_DAYS, RenewDays
from connectors.sdk.urls import parts_of
from connectors.spreadsheet.amounts import CODES, Mark
from connectors.spreadsheet.dates import Order
from connectors.spreadsheet.fields import FACT, FIELDS, SKIP
from connectors.spreadsheet.words import normal


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _currency(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        return None
    code = value.strip().upper()
    if code not in CODES:
        raise ValueError(f"“{value}” is not an ISO 4217 currency code")
    return code


def _from_text(value: Any) -> Any:
    """A form or a command line gives the mapping as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else {}
    except json.JSONDecodeError:
        raise ValueError("the mapping is not JSON") from None


Text = Annotated[str | None, BeforeValidator(_blank_is_none)]
Currency = Annotated[str | None, BeforeValidator(_currency)]


class SheetMapping(BaseModel):
    """What the columns of one table mean; remembered under the fingerprint of its header.

    columns      every header → a field of ``fields.FIELDS``, "fact" (kept) or "skip"
    ignore       a person chose to leave sheets with this header out
    key          the headers that tell rows apart where no column is the id; never a date
                 that may move. Empty: vendor, program, customer, title, … as mapped
    kind         what rows without a kind of their own are; None: the sheet's name says it
    sheet_names  what the name of the sheet is, where each vendor has its own sheet
    date_order   the order in date columns; ``date_orders`` for single headers
    decimal      the decimal mark of numbers that are text
    currency     of amounts that name none, and the meaning of a shared sign such as "$"
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    columns: dict[str, str] = {}
    ignore: bool = False
    key: tuple[str, ...] = ()
    kind: Kind | None = None
    category: Category | None = None
    vendor: Text = None
    program: Text = None
    sheet_names: Literal["", "vendor", "program"] = ""
    date_order: Order | None = None
    date_orders: dict[str, Order] = {}
    decimal: Mark | None = None
    currency: Currency = None

    @model_validator(mode="after")
    def _columns_make_sense(self) -> "SheetMapping":
        fields = [field for field in self.columns.values() if field not in (FACT, SKIP)]
        unknown = [field for field in fields if field not in FIELDS]
        if unknown:
            raise ValueError(f"“{unknown[0]}” is not something a column can mean")
        twice = [field for field in set(fields) if fields.count(field) > 1]
        if twice:
            raise ValueError(f"two columns are mapped to “{FIELDS[twice[0]].title}”")
        if not self.ignore and not names_rows(fields, self.kind):
            raise ValueError("no column is mapped to the title")
        headers = set(map(normal, self.columns))
        missing = [header for header in self.key if normal(header) not in headers]
        if missing:
            raise ValueError(f"the key names a column that is not there: “{missing[0]}”")
        return self

    def field_of(self, header: str) -> str:
        """What a header means; "fact" for one that came later."""
        return {normal(name): field for name, field in self.columns.items()}.get(
            normal(header), FACT
        )

    def order_of(self, header: str) -> Order | None:
        """The date order of one column, None where nobody said."""
        return self.date_orders.get(header, self.date_order)


def names_rows(fields: Collection[str], kind: Kind | None) -> bool:
    """Whether these columns give each row a title; a program's name is its title."""
    return "title" in fields or (kind is Kind.PROGRAM and "program" in fields)


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
    mapping: Annotated[dict[str, SheetMapping], BeforeValidator(_from_text)] = Field(
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

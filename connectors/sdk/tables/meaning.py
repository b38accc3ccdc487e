"""What the columns of a table mean, once somebody has said it or a suggestion was beyond doubt."""

import json
from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from connectors.sdk.records import Category, Kind
from connectors.sdk.tables.amounts import CODES, Mark
from connectors.sdk.tables.dates import Order
from connectors.sdk.tables.fields import FACT, FIELDS, SKIP
from connectors.sdk.tables.words import normal


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


Mappings = Annotated[dict[str, SheetMapping], BeforeValidator(_from_text)]
"""The type of a setting that remembers mappings by the fingerprint of their header."""

"""What a person enters to connect a calendar."""

import re
from typing import Self
from urllib.parse import urlunsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.records import Category
from connectors.sdk.uploads import RENEW_DAYS, RenewDays
from connectors.sdk.urls import parts_of

_SCHEMES = {"webcal": "https", "webcals": "https", "https": "https", "http": "http"}


class CalendarConfig(ConnectorConfig):
    """An address or a file, and what its entries are about.

    The address is a secret: who knows a private iCalendar address can read the calendar.
    """

    url: SecretStr | None = Field(
        None,
        title="Calendar address",
        description="The calendar's iCalendar (ICS) address; it may begin with webcal:. "
        "Private addresses hold a token, so it is kept like a password.",
        json_schema_extra={"placeholder": "https://calendar.example.com/partner.ics"},
    )
    file: str | None = Field(
        None,
        title="Calendar file",
        description="An .ics file instead of an address.",
        json_schema_extra={"widget": "file"},
    )
    renew_days: RenewDays = RENEW_DAYS
    username: str | None = Field(
        None,
        title="User name",
        description="Only where the address asks for a sign-in.",
        json_schema_extra={"group": "Sign-in", "advanced": True},
    )
    password: SecretStr | None = Field(
        None,
        title="Password",
        description="An app password where the provider has them.",
        json_schema_extra={"group": "Sign-in", "advanced": True},
    )
    vendor: str | None = Field(
        None,
        title="Vendor",
        description="Whose calendar it is. Several names with commas between them: the one "
        "that an entry's categories or title name.",
        json_schema_extra={"placeholder": "Fortinet"},
    )
    program: str | None = Field(
        None, title="Program", description="The program that all entries belong to, if one."
    )
    category: Category = Field(
        Category.EVENT,
        title="Entries are",
        description="For entries whose own categories do not say it. What lasts several days "
        "is due on its first day if it is an event, by its last if it is anything else.",
    )

    @field_validator("url")
    @classmethod
    def _https(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(_normal(value.get_secret_value().strip()))

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.url is None) is (self.file is None):
            raise ValueError("Enter a calendar address or choose a file, one of the two.")
        return self

    def vendor_in(self, *texts: str) -> str | None:
        """The vendor of an entry: the only one of the settings, else the first that it names."""
        names = [name.strip() for name in (self.vendor or "").split(",") if name.strip()]
        if len(names) < 2:
            return names[0] if names else None
        for text in texts:
            for name in names:
                if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
                    return name
        return None


def _normal(url: str) -> str:
    """The address as it is fetched. An error names no part of it."""
    parts = parts_of(url, schemes=_SCHEMES, begin="https: or webcal:")
    scheme = _SCHEMES[parts.scheme]
    return urlunsplit((scheme, parts.netloc, parts.path or "/", parts.query, ""))

"""What a person enters to connect a mailbox."""

from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.mailbox.rules import Expectation, Rule, expectations_of, rules_of
from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.tables.meaning import Currency, Mappings
from connectors.sdk.urls import WebAddress

_PORTS = {"imaps": 993, "imap": 143}
_SIGN_IN: dict[str, Any] = {"group": "Sign-in"}
_OAUTH: dict[str, Any] = {"group": "OAuth, in place of a password", "advanced": True}


class MailboxConfig(ConnectorConfig):
    """A mailbox, and whose mail in it counts."""

    server: str = Field(
        title="Server",
        description="Your provider's IMAP server; with another port than 993 as name:port.",
        json_schema_extra={"placeholder": "imap.example.com"},
    )
    username: str = Field(
        title="User name",
        description="Usually the mail address.",
        min_length=1,
        json_schema_extra=_SIGN_IN,
    )
    password: SecretStr | None = Field(
        None,
        title="Password",
        description="An app password where the provider has them. Leave it empty with OAuth.",
        json_schema_extra=_SIGN_IN,
    )
    folders: tuple[str, ...] = Field(
        ("INBOX",),
        title="Folders",
        description="One a line, as the mail program names them; folders below others with"
        " slash or dot, as the provider writes it.",
        min_length=1,
        json_schema_extra={"group": "What to read"},
    )
    senders: tuple[str, ...] = Field(
        (),
        title="Senders",
        description="One rule a line: “@vendor.example = Vendor / Program”. The first that fits"
        " counts; “* =” takes everybody else. Without any rule all mail is taken.",
        json_schema_extra={"group": "What to read"},
    )
    days: int = Field(
        90,
        title="Days back",
        description="How old a mail may be that the first sync takes.",
        ge=1,
        le=3650,
        json_schema_extra={"group": "What to read"},
    )
    attachments: bool = Field(
        True,
        title="Read attachments",
        description="Calendar files (.ics) and tables (.csv, .xlsx) of mail that a rule names.",
        json_schema_extra={"group": "Attachments"},
    )
    currency: Currency = Field(
        None,
        title="Currency",
        description="The ISO code for amounts in tables that name no currency, and what “$” means.",
        json_schema_extra={"group": "Attachments", "placeholder": "EUR"},
    )
    mapping: Mappings = Field(
        {},
        title="Columns",
        description="What the columns of tables mean, where it shall differ from what was said when"
        " such a file was imported: as in the setting of that name of a spreadsheet.",
        json_schema_extra={"group": "Attachments", "widget": "textarea", "advanced": True},
    )
    expected: tuple[str, ...] = Field(
        (),
        title="Expected mail",
        description="One a line: “reports@vendor.example every month by 5 = Statement”, also"
        " “every quarter by 20” and “every week by Friday”. What does not arrive is told.",
        json_schema_extra={"group": "What should arrive"},
    )
    token_url: WebAddress | None = Field(
        None,
        title="Token address",
        description="Where the provider gives access tokens.",
        json_schema_extra={**_OAUTH, "placeholder": "https://login.microsoftonline.com/…/token"},
    )
    client_id: str | None = Field(
        None, title="Client ID", description="Of your app registration.", json_schema_extra=_OAUTH
    )
    client_secret: SecretStr | None = Field(
        None,
        title="Client secret",
        description="Of your app registration, if it has one.",
        json_schema_extra=_OAUTH,
    )
    refresh_token: SecretStr | None = Field(
        None,
        title="Refresh token",
        description="Of a person's consent. Without one the app signs in by itself (Microsoft).",
        json_schema_extra=_OAUTH,
    )
    scope: str | None = Field(
        None,
        title="Scope",
        description="For Microsoft: https://outlook.office365.com/.default",
        json_schema_extra=_OAUTH,
    )

    @field_validator(
        "password",
        "token_url",
        "client_id",
        "client_secret",
        "refresh_token",
        "scope",
        mode="before",
    )
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("server")
    @classmethod
    def _an_address(cls, value: str) -> str:
        text = value.strip()
        parts = urlsplit(text if "://" in text else f"imaps://{text}")
        try:
            fine = parts.hostname and parts.port != 0 and parts.path in ("", "/")
        except ValueError:
            fine = False
        if "@" in parts.netloc:
            raise ValueError(
                "Enter user name and password in their own fields, not in the address."
            )
        if not fine or parts.scheme not in _PORTS or parts.query:
            raise ValueError("Enter the name of the IMAP server, such as imap.example.com.")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("senders")
    @classmethod
    def _are_rules(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        rules_of(value)
        return value

    @field_validator("expected")
    @classmethod
    def _are_expectations(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise ValueError("The same line stands there twice.")
        expectations_of(value)
        return value

    @field_validator("folders")
    @classmethod
    def _once_each(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(folder.strip() for folder in value if folder.strip()))

    @model_validator(mode="after")
    def _one_sign_in(self) -> Self:
        by_token = self.token_url is not None
        if by_token is (self.password is not None):
            raise ValueError("Enter a password, or a token address for OAuth: one of the two.")
        if by_token and not self.client_id:
            raise ValueError("OAuth needs the client ID too.")
        if by_token and self.client_secret is None and self.refresh_token is None:
            raise ValueError("OAuth needs a refresh token, or a client secret.")
        return self

    @property
    def host(self) -> str:
        return urlsplit(self.server).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.server)
        return parts.port or _PORTS[parts.scheme]

    @property
    def encrypted(self) -> bool:
        return urlsplit(self.server).scheme == "imaps"

    @property
    def rules(self) -> tuple[Rule, ...]:
        return rules_of(self.senders)

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        return expectations_of(self.expected)

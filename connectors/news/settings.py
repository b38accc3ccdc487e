"""What a person enters to connect a feed."""

import re

from pydantic import Field, SecretStr, field_validator

from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.urls import parts_of


class NewsConfig(ConnectorConfig):
    """A feed's address, and what its entries are about.

    The address is a secret: those of portals often hold a reader's token.
    """

    url: SecretStr = Field(
        title="Feed address",
        description="Of an RSS, Atom or JSON feed. Private addresses hold a token, so it is kept "
        "like a password.",
        json_schema_extra={"placeholder": "https://partners.example.com/news/rss"},
    )
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
    vendor: str | None = Field(None, title="Vendor", description="Whose news it is.")
    program: str | None = Field(
        None, title="Program", description="The program that all entries belong to, if one."
    )
    only: str | None = Field(
        None,
        title="Only entries that mention",
        description="Words or phrases with commas between them; one of them is enough. Empty: all.",
        json_schema_extra={"placeholder": "deadline, price list, promotion"},
    )

    @field_validator("url")
    @classmethod
    def _web(cls, value: SecretStr) -> SecretStr:
        address = value.get_secret_value().strip()
        parts_of(address)
        return SecretStr(address)

    def wants(self, *texts: str | None) -> bool:
        """Whether an entry with these texts is one that was asked for."""
        words = [word.strip() for word in (self.only or "").split(",") if word.strip()]
        if not words:
            return True
        wanted = "|".join(map(re.escape, words))
        said = "\n".join(text for text in texts if text)
        return re.search(rf"(?<!\w)(?:{wanted})(?!\w)", said, re.IGNORECASE) is not None

"""A connector's settings as they are entered."""

import pytest
from pydantic import Field, SecretStr

from app.errors import Invalid
from app.services import configs
from connectors import registry
from connectors.sdk.manifest import Capitals, ConnectorConfig

ADDRESSES = [
    (connector, name)
    for connector, its in registry.connectors().items()
    for entry in its.manifest.hosts
    if (name := entry.removeprefix("${").removesuffix("}")) in its.manifest.config.model_fields
]
"""The settings that are addresses. (Those within a declaration are proven with it.)"""
NO_WEB = {("mailbox", "server")}
"""What is no web address: a name alone is right there."""


def refused(connector: str, name: str, address: str) -> str:
    """The sentence at that setting."""
    with pytest.raises(Invalid) as error:
        configs.validate(registry.connector(connector).manifest, {name: address})
    return error.value.fields[name]


@pytest.mark.promise("P8")
@pytest.mark.parametrize(("connector", "name"), ADDRESSES)
@pytest.mark.parametrize("sign_in", ["me:hunter2", "hunter2", ":hunter2", "", "me%40x:hunter2"])
def test_no_address_takes_a_sign_in_which_would_be_kept_in_the_plain(
    connector: str, name: str, sign_in: str
) -> None:
    said = refused(connector, name, f"https://{sign_in}@platform.example/")
    assert said == "Enter user name and password in their own fields, not in the address."


@pytest.mark.parametrize(
    ("connector", "name"), [place for place in ADDRESSES if place not in NO_WEB]
)
@pytest.mark.parametrize(
    "address",
    ["platform.example", "ftp://a.example", "https://", "https:///x", "https://[", "https://a:b/"],
)
def test_what_is_no_web_address_is_told_so(connector: str, name: str, address: str) -> None:
    said = refused(connector, name, address)
    assert said.startswith("The address must begin with https:")
    assert said.endswith("and name a host.")


class Entered(ConnectorConfig):
    account: str
    url: str | None = None
    token: SecretStr | None = None
    password: SecretStr | None = None
    text: str = Field("", json_schema_extra={"widget": "textarea"})
    country: Capitals | None = None


def test_what_is_pasted_with_blanks_is_forgiven_where_blanks_mean_nothing() -> None:
    made = Entered.model_validate(
        {
            "account": " 42\n", "url": "  ", "token": " abc\n", "password": " open ",
            "text": "\n  a: 1\n", "country": " us ",
        }
    )  # fmt: skip

    assert (made.account, made.url, made.country) == ("42", None, "US")
    assert made.token == SecretStr("abc")
    assert made.password == SecretStr(" open ")
    assert made.text == "\n  a: 1\n"

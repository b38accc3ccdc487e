"""Both flows of signing in, and where the token may go."""

from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.salesforce_prm.sandbox import USER
from connectors.sdk.connector import CheckState
from connectors.sdk.errors import AuthFailed, ConfigInvalid
from tests.connectors.salesforce_prm.conftest import Desk

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def by_key(desk: Desk) -> Desk:
    """A connection by the JWT bearer flow, to an app that holds its certificate."""
    desk.sandbox.certificate = KEY.public_key()
    desk.enter(client_secret=None, username=USER, private_key=PEM)
    return desk


def test_a_private_key_signs_in_and_reads_the_same(desk: Desk) -> None:
    by_secret = desk.read("fund_claims").hashes
    desk.sandbox.certificate = KEY.public_key()
    desk.enter(client_secret=None, username=USER, private_key=PEM.replace("\n", ""))
    assert desk.read("fund_claims").hashes == by_secret


def test_a_token_that_ends_in_the_middle_is_earned_anew_with_a_new_assertion(
    by_key: Desk,
) -> None:
    by_key.sandbox.tokens.uses = 3
    assert by_key.read("fund_requests").whole
    assert by_key.sandbox.tokens.issued > 1


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"username": "somebody@else.example"}, "pre-authorize the connected app"),
        ({"audience": "https://test.salesforce.com"}, "Enter as audience"),
        ({"consumer_key": "another"}, "Copy the consumer key"),
        ({"private_key": "other"}, "must hold the certificate"),
    ],
)
def test_what_is_wrong_with_an_assertion_is_said_with_its_own_remedy(
    by_key: Desk, settings: dict[str, str], fix: str
) -> None:
    if "private_key" in settings:
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        settings = {"private_key": pem}
    by_key.enter(**settings)

    check = by_key.checks()["Sign-in"]

    assert check.state is CheckState.FAIL
    assert fix in check.fix


def test_the_audience_of_a_partner_user_is_the_portals_own_address(by_key: Desk) -> None:
    site = by_key.stage.url
    by_key.sandbox.audiences = (site,)
    by_key.enter(sign_in_url=f"{site}/")
    assert by_key.read("budgets").whole


@pytest.mark.promise("P8")
def test_a_key_that_is_none_is_said_and_not_shown(by_key: Desk) -> None:
    by_key.enter(private_key="canary-not-a-key")
    error = by_key.read("budgets").error
    assert isinstance(error, ConfigInvalid)
    assert "canary" not in f"{error} {error.remedy}"


def test_a_wrong_secret_is_said_with_its_remedy(desk: Desk) -> None:
    desk.enter(client_secret="wrong-secret-4711")
    error = desk.read("budgets").error
    assert isinstance(error, AuthFailed)
    assert error.remedy == "Copy the consumer secret of the connected app again."


@pytest.mark.promise("P8")
def test_the_token_goes_nowhere_that_nobody_entered(desk: Desk) -> None:
    """Salesforce names the address of the account; a host that nobody entered gets no token."""
    desk.sandbox.instance = "https://other-org.my.salesforce.com"

    error = desk.read("budgets").error

    assert isinstance(error, ConfigInvalid)
    assert "other-org.my.salesforce.com" in error.remedy
    assert {path for _, path, _ in desk.stage.requests} == {"/services/oauth2/token"}


def test_the_sign_in_address_may_name_the_account_at_my_domain(desk: Desk) -> None:
    """As a portal does: one signs in there, and calls My Domain."""
    parts = urlsplit(desk.stage.url)
    desk.enter(sign_in_url=desk.stage.url, base_url=f"{parts.scheme}://{parts.netloc}{parts.path}")
    assert desk.read("budgets").whole

"""Signing in, scopes, limits, and what a person is told when something does not work."""

import pytest
from pydantic import SecretStr

from connectors.impact_com.connector import ImpactCom
from connectors.sdk.connector import CheckState
from connectors.sdk.errors import AuthFailed, RateLimited
from tests.connectors.impact_com.conftest import Account


def test_an_account_in_order_says_of_each_stream_how_much_there_is(account: Account) -> None:
    checks = account.check()

    titles = [spec.title for spec in ImpactCom.manifest.streams]
    assert [check.name for check in checks] == ["Address", "Sign-in", *titles]
    assert {check.state for check in checks} == {CheckState.OK}


def test_every_call_wants_json_of_version_16(account: Account) -> None:
    for spec in ImpactCom.manifest.streams:
        account.read(spec.name)
    account.check()

    assert account.sandbox.heard == {("application/json", "16")}


@pytest.mark.parametrize(
    "wrong",
    [{"auth_token": SecretStr("no-token-5e20")}, {"account_sid": "IRsomebodyElse"}],
    ids=str,
)
def test_wrong_credentials_are_told_with_the_place_of_the_right_ones(
    account: Account, wrong: dict[str, object]
) -> None:
    account.config = account.config.model_copy(update=wrong)

    failed = account.check()[-1]
    reading = account.read("tasks")

    assert (failed.name, failed.state) == ("Sign-in", CheckState.FAIL)
    assert "Settings › Technical › API" in failed.fix
    assert isinstance(reading.error, AuthFailed)
    assert reading.error.message == "impact.com does not accept the Account SID and Auth Token."


def test_a_scope_that_is_missing_is_named_and_hides_nothing_else(account: Account) -> None:
    account.sandbox.scopes -= {"Tasks"}

    checks = {check.name: check for check in account.check()}
    reading = account.read("tasks")

    assert checks["Sign-in"].state is CheckState.OK
    assert checks["Tasks"].state is CheckState.FAIL
    assert "scope Tasks" in checks["Tasks"].fix
    assert checks["Programs"].state is CheckState.OK
    assert isinstance(reading.error, AuthFailed)
    assert reading.error.of_one_list
    assert account.read("programs").whole


def test_a_call_too_many_comes_back_when_the_headers_say(account: Account) -> None:
    """429 with X-RateLimit-Reset and without Retry-After."""
    account.sandbox.quota.limit = 1
    begun = account.clock.now()

    assert account.read("programs").whole
    reading = account.read("tasks")

    assert isinstance(reading.error, RateLimited)
    assert (reading.error.until - begun).total_seconds() == pytest.approx(3600, abs=1)
